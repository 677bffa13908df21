// The shell's words and the way numbers look. The words of an experiment come from the engine.
import shell from "../locales/en.json" with { type: "json" };
import { visible } from "./visible.js";

/** The shell's words by key. www/build.mjs puts the words of another language in their place. @type {Record<string, string>} */
export const words = { ...shell };

/** Takes the words of a part that is loaded later. @param {Record<string, string>} more */
export const addWords = (more) => void Object.assign(words, more);

export const lang = words.lang;

/**
 * The words for `key`, `{name}` replaced from `params`. A missing key shows itself.
 * @param {string} key
 * @param {Record<string, string | number>} [params]
 */
export function t(key, params = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) =>
    name in params ? visible(String(params[name])) : all,
  );
}

/** @type {Map<number, Intl.NumberFormat>} */
const formats = new Map();
const superscript = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * A number for people: `digits` significant digits, powers of ten for the very small and very large.
 * @param {number | null | undefined} x
 * @returns {string}
 */
export function num(x, digits = 4) {
  if (x === null || x === undefined || !Number.isFinite(x)) return "–";
  const size = Math.abs(x);
  if (x !== 0 && (size < 1e-3 || size >= 1e7)) {
    const [mantissa, exponent] = x.toExponential(Math.max(digits - 1, 0)).split("e");
    // A number just below 0.001 is rounded up to it.
    if (exponent === "-3") return num(+`${mantissa}e-3`, digits);
    const power = exponent
      .replace(/\d/g, (d) => superscript[+d])
      .replace("-", "⁻")
      .replace("+", "");
    const m = num(+mantissa, digits);
    return m === "1" ? `10${power}` : `${m} × 10${power}`;
  }
  digits = Math.max(digits, Number.isInteger(x) ? 7 : 1);
  let format = formats.get(digits);
  if (!format)
    formats.set(
      digits,
      (format = new Intl.NumberFormat(lang, { maximumSignificantDigits: digits })),
    );
  return format.format(x).replace("-", "−");
}

/** @param {number} share */
export const percent = (share) =>
  share && Math.abs(share) < 1e-4
    ? `${num(100 * share, 2)}%`
    : new Intl.NumberFormat(lang, {
        style: "percent",
        maximumFractionDigits: share < 0.1 && share > 0 ? 2 : 1,
      }).format(share);

/** @param {number} seconds */
export function duration(seconds) {
  const [value, unit] =
    seconds < 90
      ? [Math.max(1, Math.ceil(seconds)), "second"]
      : seconds < 5400
        ? [Math.ceil(seconds / 60), "minute"]
        : [Math.ceil(seconds / 3600), "hour"];
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(
    /** @type {number} */ (value),
  );
}

/** A size with one decimal, so that the digits of a column stand below each other. @param {number} bytes */
export const kilobytes = (bytes) =>
  `${(bytes / 1000).toLocaleString(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} KB`;

/** `first-word` as a person writes it; a symbol stays itself. @param {string} name */
export const plain = (name) =>
  name.length === 1 ? name : (name.charAt(0).toUpperCase() + name.slice(1)).replace(/[_-]/g, " ");
