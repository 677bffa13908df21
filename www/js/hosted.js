// An element that a script of the lab makes in a page of another site, for embed.html and for notebooks.

/** @typedef {import("./embedded.js").Embedded} Embedded @typedef {import("./types.d.ts").Values} Values */

const TAG = "scaling-lab";

/** Resolves to the class of the elements, once one of them has come near the viewport. @returns {Promise<typeof import("./embedded.js").Embedded>} */
export const code = async () => /** @type {any} */ (await customElements.whenDefined(TAG));

/** Sets how an element looks. @param {Element} lab @param {Record<string, string | undefined>} looks by attribute */
export function dress(lab, looks) {
  for (const [name, look] of Object.entries(looks)) {
    if (look) lab.setAttribute(name, look);
    else lab.removeAttribute(name);
  }
}

/** Puts an element in place of another. The settings are never written as attributes here: they come from an address and could be named `onclick`. @param {Element} place @param {string} slug @param {Values} query */
export function show(place, slug, query) {
  const lab = /** @type {Embedded} */ (document.createElement(TAG));
  lab.setAttribute("experiment", slug);
  const known = customElements.get(TAG);
  if (known) lab.query = query;
  // The element starts in a later task than the one that defines it.
  else code().then(() => (lab.query = query));
  place.replaceChildren(lab);
  return lab;
}
