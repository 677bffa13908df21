// Formats numbers for people, with Intl. The unit `%` marks a share that is printed as a percentage.

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
const minus = (text) => text.replace("-", "\u2212");

/** @param {number} e */
export const power = (e) =>
  `10${[...String(e)].map((c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[+c])).join("")}`;

/**
 * A format with `digits` significant digits. It writes powers of ten below 10^-3 and from 10^`big` on, where a reader would
 * have to count zeros.
 * @param {string} locale @param {string} unit @param {number} [digits] @param {number} [big] @returns {Format}
 */
export const valueFormat =
  (locale, unit, digits = 4, big = 6) =>
  (v) => {
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
    return minus(
      intl(locale, {
        maximumSignificantDigits: Math.max(digits, Number.isInteger(v) ? 6 : 1),
      }).format(v),
    );
  };

/**
 * One format for all labels of an axis: the shortest for which no two labels are equal.
 * @param {string} locale @param {string} unit @param {"linear" | "log"} kind @param {number[]} ticks @returns {Format}
 */
export function axisFormat(locale, unit, kind, ticks) {
  const { write, digits } = looksOf(locale, unit, kind, ticks);
  for (let more = digits; more < DIGITS_MAX; more++) {
    const format = write(more);
    if (new Set(ticks.map(format)).size === ticks.length) return format;
  }
  return write(digits);
}

/** The number of digits that distinguishes any two numbers. */
const DIGITS_MAX = 18;

/** `write` gives the format of an axis's labels for a number of digits; `digits` is the number that they need at least.
 * @param {string} locale @param {string} unit @param {"linear" | "log"} kind @param {number[]} ticks
 * @returns {{write: (digits: number) => Format, digits: number}} */
function looksOf(locale, unit, kind, ticks) {
  const sizes = ticks.filter((t) => t !== 0).map(Math.abs);
  const [small, large] = [Math.min(...sizes), Math.max(...sizes)];
  const percent = unit === "%";
  /** @param {Intl.NumberFormatOptions} options @returns {Format} */
  const plain = (options) => (v) =>
    minus(intl(locale, { style: percent ? "percent" : "decimal", ...options }).format(v));
  /** The number of significant digits, `least` or more, with which labels lie close enough to their ticks. @param {number} least */
  const enough = (least) => {
    const gap = Math.min(...ticks.slice(1).map((t, i) => Math.abs(t - ticks[i])));
    while (
      least < DIGITS_MAX &&
      ticks.some((t) => Math.abs(Number(t.toPrecision(least)) - t) > 0.02 * gap)
    )
      least++;
    return least;
  };
  /** @param {number} digits */
  const powers = (digits) => valueFormat(locale, "", digits, 4);
  // An axis of less than a decade has even ticks, like a linear axis.
  if (kind === "log" && large / small > 6.3) {
    if (small < (percent ? 1e-4 : 1e-3) || large > 1e5) return { write: powers, digits: enough(2) };
    return { write: (digits) => plain({ maximumSignificantDigits: digits }), digits: enough(3) };
  }
  if (large < (percent ? 1e-4 : 1e-3))
    return { write: (digits) => valueFormat(locale, "", digits), digits: enough(3) };
  if (large >= 1e15 || (percent && large >= 1e5)) return { write: powers, digits: enough(3) };
  if (!percent && large >= 1e5)
    return {
      write: (digits) => plain({ notation: "compact", maximumSignificantDigits: digits }),
      digits: enough(4),
    };
  const [unitStep, top] = [ticks.length > 1 ? Math.abs(ticks[1] - ticks[0]) : large, large].map(
    (v) => v * (percent ? 100 : 1),
  );
  let places = 0;
  // A step cannot be more precise than the ticks on either side of it.
  while (
    places < DIGITS_MAX &&
    Math.abs(unitStep - Math.round(unitStep * 10 ** places) / 10 ** places) >
      1e-6 * unitStep + 1e-15 * top
  )
    places++;
  return {
    write: (digits) => plain({ minimumFractionDigits: digits, maximumFractionDigits: digits }),
    digits: places,
  };
}

/** A text with a capital first letter; a symbol stays unchanged. @param {string} text */
export const upper = (text) =>
  /^\p{Ll}{2}/u.test(text) ? text[0].toUpperCase() + text.slice(1) : text;

/** The title of an axis, with its unit unless the label already names it. @param {{label: string, unit: string}} axis */
export const axisTitle = ({ label, unit }) =>
  upper(unit && unit !== "%" && !label.includes(unit) ? `${label} (${unit})` : label);

/** @param {string} template @param {Record<string, string | number>} values */
export const fill = (template, values) =>
  template.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));

/** A value with its interval; an open end is written with ≤ or ≥. @param {number | null | undefined} y @param {number | null | undefined} lo @param {number | null | undefined} hi
 *  @param {(v: number) => string} format @param {import("./strings.js").Strings} strings */
export function cell(y, lo, hi, format, strings) {
  const range =
    lo != null && hi != null
      ? fill(strings.between, { lo: format(lo), hi: format(hi) })
      : hi != null
        ? fill(strings.atMost, { value: format(hi) })
        : lo != null
          ? fill(strings.atLeast, { value: format(lo) })
          : "";
  return y == null ? range : range ? `${format(y)} [${range}]` : format(y);
}
