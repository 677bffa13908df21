// The catalogue that the page was built with. The titles are here; all other texts are loaded when they are shown.
import { claims as loadClaims, entries, list as loadList } from "lab:catalogue";
import { part } from "./assets.js";
import { learn } from "./prose.js";

/** @typedef {import("./types.d.ts").Entry} Entry */

/** The name and title of every experiment, in the order of the story. */
export const index = Object.entries(entries).map(([slug, { title }]) => ({ slug, title }));

/** Loads the texts of the list of experiments, by part of the story. */
export async function list() {
  const { list, math } = await part(loadList);
  learn(math);
  return list;
}

/** Loads an experiment's question, parameters and presets; null if there is no experiment of that name. @param {string} slug @returns {Promise<Entry | null>} */
export async function entry(slug) {
  if (!Object.hasOwn(entries, slug)) return null;
  const { entry, math } = await part(entries[slug].load);
  learn(math);
  return entry;
}

/** Loads the explanations below an experiment's figures. @param {string} slug @returns {Promise<import("./types.d.ts").Explanation>} */
export async function explanation(slug) {
  const { explanation: load } = await part(entries[slug].load);
  const { explanation, math } = await part(load);
  learn(math);
  return explanation;
}

/** Loads the published numbers. @returns {Promise<import("./types.d.ts").Claim[]>} */
export async function claims() {
  const { claims, math } = await part(loadClaims);
  learn(math);
  return claims;
}
