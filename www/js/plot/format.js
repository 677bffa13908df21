// @ts-check
// Numbers as people read them, by Intl. The unit `%` marks a share that is printed as a percentage.

/** @typedef {(v: number) => string} Format */

/** @type {Map<string, Intl.NumberFormat>} */
const cache = new Map();

/** @param {string} locale @param {Intl.NumberFormatOptions} options */
function intl(locale, options) {
  const key = locale + JSON.stringify(options);
  let format = cache.get(key);
  if (!format) cache.set(key, (format = new Intl.NumberFormat(locale, options)));
  return format;
}

/** @param {string} text */
const minus = text => text.replace("-", "\u2212");

/** @param {number} e */
export const power = e => `10${[...String(e)].map(c => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[+c])).join("")}`;

/**
 * A value with `digits` significant digits; powers of ten where zeros would have to be counted:
 * below 10^-3 and from 10^`big` on.
 * @param {string} locale @param {string} unit @param {number} [digits] @param {number} [big] @returns {Format}
 */
export const valueFormat = (locale, unit, digits = 4, big = 6) => v => {
  if (!Number.isFinite(v)) return "–";
  const size = Math.abs(v);
  if (unit === "%" && (size >= 1e-4 || v === 0)) {
    return minus(intl(locale, { style: "percent", maximumSignificantDigits: digits }).format(v));
  }
  if (v !== 0 && (size < 1e-3 || size >= 10 ** big)) {
    const [m, e] = v.toExponential(digits - 1).split("e");
    const mantissa = minus(intl(locale, { maximumSignificantDigits: digits }).format(+m));
    return mantissa === "1" ? power(+e) : `${mantissa}×${power(+e)}`;
  }
  return minus(intl(locale, { maximumSignificantDigits: Math.max(digits, Number.isInteger(v) ? 6 : 1) }).format(v));
};

/**
 * One format for all labels of an axis.
 * @param {string} locale @param {string} unit @param {"linear" | "log"} kind @param {number[]} ticks @returns {Format}
 */
export function axisFormat(locale, unit, kind, ticks) {
  const sizes = ticks.filter(t => t !== 0).map(Math.abs);
  const [small, large] = [Math.min(...sizes), Math.max(...sizes)];
  const percent = unit === "%";
  // Less than a decade has the even ticks of a linear axis.
  if (kind === "log" && large / small > 6.3) {
    if (small < (percent ? 1e-4 : 1e-3) || large > 1e5) return valueFormat(locale, "", 2, 4);
    return v => minus(intl(locale, { style: percent ? "percent" : "decimal", maximumSignificantDigits: 3 }).format(v));
  }
  const step = (ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : large) * (percent ? 100 : 1);
  let places = 0;
  while (places < 20 && Math.abs(step * 10 ** places - Math.round(step * 10 ** places)) > 1e-6 * step * 10 ** places) places++;
  if (!percent && large < 1e-3) return valueFormat(locale, "", 3);
  if (!percent && large >= 1e5) return v => minus(intl(locale, { notation: "compact", maximumSignificantDigits: 4 }).format(v));
  return v => minus(intl(locale, { style: percent ? "percent" : "decimal", minimumFractionDigits: places, maximumFractionDigits: places }).format(v));
}

/** A text that begins a line; a symbol stays as it is. @param {string} text */
export const upper = text => (/^\p{Ll}{2}/u.test(text) ? text[0].toUpperCase() + text.slice(1) : text);

/** The words of an axis with its unit, unless they say it. @param {{label: string, unit: string}} axis */
export const axisTitle = ({ label, unit }) => upper(unit && unit !== "%" && !label.includes(unit) ? `${label} (${unit})` : label);

/** @param {string} template @param {Record<string, string | number>} values */
export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
