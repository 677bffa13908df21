// When a reader of another site's page turns to an element. Until then it fetches only what its figures need.

/** @type {WeakMap<Element, Promise<unknown>>} */
const known = new WeakMap();

/** Resolves when the pointer or the focus has reached an element. @param {Element} element */
export function reached(element) {
  let promise = known.get(element);
  if (!promise) {
    promise = new Promise((resolve) => {
      for (const type of ["pointerover", "focusin"])
        element.addEventListener(type, resolve, { once: true });
    });
    known.set(element, promise);
  }
  return promise;
}
