// @ts-check
// The catalogue the page was built with: a line of every experiment at once, the rest of its words when they are shown.
import { claims as loadClaims, entries, explanations, index, math } from "lab:catalogue";
import { learn } from "./words.js";

/** @typedef {import("./types.d.ts").Entry} Entry */

learn(math);

/** What the list of experiments shows, in its order. */
export { index };

/** What an experiment asks for; null when there is none of that name. @param {string} slug @returns {Promise<Entry | null>} */
export async function entry(slug) {
  if (!Object.hasOwn(entries, slug)) return null;
  const { entry, math } = await entries[slug]();
  learn(math);
  return entry;
}

/** What stands below its figures. @param {string} slug @returns {Promise<import("./types.d.ts").Explanation>} */
export async function explanation(slug) {
  const { explanation, math } = await explanations[slug]();
  learn(math);
  return explanation;
}

/** Every published number. @returns {Promise<import("./types.d.ts").Claim[]>} */
export async function claims() {
  const { claims, math } = await loadClaims();
  learn(math);
  return claims;
}
