// The catalogue the page was built with: titles at once, all other words when they are shown.
import {
  claims as loadClaims,
  entries,
  explanations,
  index,
  list as loadList,
} from "lab:catalogue";
import { part } from "./assets.js";
import { learn } from "./prose.js";

/** @typedef {import("./types.d.ts").Entry} Entry */

/** Every experiment's name and title, in their order. */
export { index };

/** What the list of experiments shows, by part of the story. */
export async function list() {
  const { list, math } = await part(loadList);
  learn(math);
  return list;
}

/** What an experiment asks for; null when there is none of that name. @param {string} slug @returns {Promise<Entry | null>} */
export async function entry(slug) {
  if (!Object.hasOwn(entries, slug)) return null;
  const { entry, math } = await part(entries[slug]);
  learn(math);
  return entry;
}

/** What stands below its figures. @param {string} slug @returns {Promise<import("./types.d.ts").Explanation>} */
export async function explanation(slug) {
  const { explanation, math } = await part(explanations[slug]);
  learn(math);
  return explanation;
}

/** Every published number. @returns {Promise<import("./types.d.ts").Claim[]>} */
export async function claims() {
  const { claims, math } = await part(loadClaims);
  learn(math);
  return claims;
}
