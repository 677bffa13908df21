// Fetches what copies and saves when its buttons come into view. A browser may allow copying only at the moment of a press, and the
// press cannot wait for a file.
import { saving } from "./assets.js";

/** @param {ShadowRoot | null} root of an element */
export function near(root) {
  const buttons = root?.querySelector(".take");
  if (!buttons) return;
  const observer = new IntersectionObserver((seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    observer.disconnect();
    // A press tries again, and reports a failure.
    saving().catch(() => {});
  });
  observer.observe(buttons);
}
