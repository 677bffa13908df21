// Every value is kept as text. These functions convert the text to what a control shows, and back.
// The engine decides what is valid: a text that cannot be read here is passed on unchanged.
/** @typedef {import("./types.d.ts").Spec} Spec */

/** @param {string} text */
export const parseList = (text) =>
  text.split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));

/** @param {number[]} list */
export const formatList = (list) => list.map(short).join(",");

/** The shortest text of a number rounded to 6 significant digits. @param {number} x */
export const short = (x) => String(+x.toPrecision(6));

/** @param {string} text */
export const parseMatrix = (text) => text.split(";").map(parseList);

/** @param {number[][]} rows */
export const formatMatrix = (rows) => rows.map(formatList).join(";");

/** @param {number} n */
export const identity = (n) =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => +(i === j)));

/** Reads shares and scales them to a sum of 1; null if the text is not a list of shares. @param {string} text */
export function parseShares(text) {
  const list = parseList(text);
  const sum = list.reduce((a, b) => a + b, 0);
  return sum > 0 && list.every((x) => x >= 0) ? list.map((x) => x / sum) : null;
}

/**
 * Is a text surely a value of a parameter? Others may be values too, but only the engine can tell.
 * @param {Spec} spec @param {string} text @param {number} [size] the number of shares, which a list must have
 */
export function isSure({ kind, default: usual, choices, min, max, min_len, max_len }, text, size) {
  if (text === usual) return true;
  if (kind === "choice") return choices.some(({ value }) => value === text);
  if (kind === "matrix" || kind === "text" || kind === "columns") return false;
  const list = text.split(",").map((part) => (/^[-+.\de]+$/i.test(part) ? Number(part) : NaN));
  const { length } = list;
  return (
    list.every((x) => x >= min && x <= max && (kind !== "integer" || Number.isInteger(x))) &&
    (kind === "simplex"
      ? length >= min_len && length <= max_len && list.some((x) => x > 0)
      : length === 1 || (kind === "list" && length === (size ?? length) && length <= max_len))
  );
}

/** Do two texts mean the same value of a parameter? @param {Spec} spec @param {string} a @param {string} b */
export function sameText({ kind }, a, b) {
  if (a === b) return true;
  if (kind === "text" || kind === "columns" || kind === "choice") return false;
  const shape = (/** @type {string} */ text) => text.replace(/[^,;]/g, "");
  const numbers = (/** @type {string} */ text) =>
    kind === "simplex" ? (parseShares(text) ?? [NaN]) : text.split(/[,;]/).map(Number);
  const theirs = numbers(b);
  return (
    shape(a) === shape(b) &&
    numbers(a).every((x, i) => Math.abs(x - theirs[i]) <= 1e-12 * Math.abs(x))
  );
}

/** The value of a result's parameter, as a user would type it. @param {any} value @returns {string} */
export const typed = (value) =>
  Array.isArray(value) ? value.map(typed).join(Array.isArray(value[0]) ? ";" : ",") : String(value);
