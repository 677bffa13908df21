// @ts-check
// The catalogue the page was built with: a line of every experiment at once, its words when it is opened.
import { claims as loadClaims, entries, index, math } from "lab:catalogue";
import { learn } from "./words.js";

/** @typedef {import("./types.d.ts").Entry} Entry */

learn(math);

/** What the list of experiments shows, in its order. */
export { index };

/** Everything the catalogue says of an experiment; null when there is none of that name. @param {string} slug @returns {Promise<Entry | null>} */
export async function entry(slug) {
  if (!Object.hasOwn(entries, slug)) return null;
  const { entry, math } = await entries[slug]();
  learn(math);
  return entry;
}

/** Every published number. @returns {Promise<import("./types.d.ts").Claim[]>} */
export async function claims() {
  const { claims, math } = await loadClaims();
  learn(math);
  return claims;
}
