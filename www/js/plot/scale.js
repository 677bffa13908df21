// Scales, ticks and domains: pure functions of numbers.
//
// Ticks and rounding of linear axes come from d3-array, on which d3-scale is built. The rest of
// d3-scale (colour interpolation, number formats) is not needed and would add 10 KB.
import { nice, ticks as linearTicks } from "d3-array";

/** @typedef {"linear" | "log"} Kind */
/** @typedef {[number, number]} Pair */
/** @typedef {((v: number) => number) & {kind: Kind, domain: Pair, range: Pair, invert: (px: number) => number}} Scale */

/** @param {Kind} kind @param {Pair} domain @param {Pair} range @returns {Scale} */
export function makeScale(kind, domain, range) {
  // Compute with halves, because the difference of two numbers may overflow.
  const f = kind === "log" ? Math.log10 : (/** @type {number} */ v) => v / 2;
  const [a, b] = domain.map(f);
  const [r, s] = range;
  /** The position of a value; NaN if the axis cannot show it. @param {number} v */
  const scale = (v) => {
    const t = r + ((f(v) - a) / (b - a)) * (s - r);
    return Number.isFinite(t) ? t : NaN;
  };
  /** @param {number} px */
  const invert = (px) => {
    const u = a + ((px - r) / (s - r)) * (b - a);
    return kind === "log" ? 10 ** u : u * 2;
  };
  return Object.assign(scale, { kind, domain, range, invert });
}

/** 10 to the power `e`, correctly rounded. @param {number} e */
const ten = (e) => Number(`1e${e}`);

/** The smallest and the largest positive number. */
const [LEAST, MOST] = [Number.MIN_VALUE, Number.MAX_VALUE];
/** A logarithmic axis shorter than this, in decades, gets the ticks of a linear one. */
const SHORT = 0.8;
/** A domain narrower than this share of its values is widened, because floating point could hardly distinguish its ticks. */
const NARROW = 1e-12;
/** A linear axis shows values up to this as 0. */
const TINY = 1e-280;
/** More decades than floating-point numbers cover. */
const DECADES_MAX = 700;

/** @param {number} v */
const finite = (v) => Math.max(-MOST, Math.min(MOST, v));

/**
 * The nearest domain that an axis can show: the ends are finite, the first is below the second, and on a logarithmic axis
 * both are above 0.
 * @param {Kind} kind @param {Pair} domain @returns {Pair}
 */
export function sound(kind, [lo, hi]) {
  if (Number.isNaN(lo)) lo = hi;
  if (Number.isNaN(hi)) hi = lo;
  if (Number.isNaN(lo)) [lo, hi] = [kind === "log" ? 0.1 : 0, 1];
  [lo, hi] = [finite(Math.min(lo, hi)), finite(Math.max(lo, hi))];
  if (kind === "log") {
    [lo, hi] = [Math.max(LEAST, lo), Math.max(LEAST, hi)];
    return hi / lo > 1 + NARROW ? [lo, hi] : [Math.max(LEAST, lo / 2), finite(hi * 2)];
  }
  const size = Math.max(-lo, hi);
  if (size < TINY) return [-1, 1];
  return hi / 2 - lo / 2 > (size * NARROW) / 2
    ? [lo, hi]
    : [finite(lo - size * 0.1), finite(hi + size * 0.1)];
}

/** The result of `f` (of d3-array) for a domain, which is scaled by a factor where `f` would overflow. @param {Pair} domain @param {(lo: number, hi: number) => number[]} f */
function guarded([lo, hi], f) {
  const size = Math.max(-lo, hi);
  const factor = size > 1e290 ? 1e-30 : size < 1e-280 ? 1e60 : 1;
  return factor === 1
    ? f(lo, hi)
    : f(lo * factor, hi * factor).map((v) => finite(Number((v / factor).toPrecision(15))));
}

/**
 * Ticks with and without labels, for about `count` labels. A logarithmic axis has the densest of these that fits: 1-2-5, 1-3,
 * decades, every k-th decade.
 * @param {Kind} kind @param {Pair} domain @param {number} count
 * @returns {{major: number[], minor: number[]}}
 */
export function makeTicks(kind, domain, count) {
  const [lo, hi] = sound(kind, domain);
  if (kind !== "log" || span(kind, [lo, hi]) < SHORT) {
    return {
      major: guarded([lo, hi], (a, b) => linearTicks(a, b, count)).filter(
        (v, i, all) => v >= lo && v <= hi && v !== all[i - 1],
      ),
      minor: [],
    };
  }
  const slack = 1e-9;
  const [a, b] = [Math.log10(lo), Math.log10(hi)];
  /** @param {number} v */
  const inside = (v) => Math.log10(v) >= a - slack && Math.log10(v) <= b + slack;
  /** @param {number[]} digits @param {number} step */
  const grid = (digits, step) => {
    const out = [];
    for (let i = 0, e = Math.floor(a); e <= Math.ceil(b) && i < DECADES_MAX; i++, e++) {
      if (e % step === 0)
        for (const d of digits) if (inside(Number(`${d}e${e}`))) out.push(Number(`${d}e${e}`));
    }
    return out;
  };
  const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const fine = b - a <= 7 ? grid(digits, 1) : grid([1], 1);
  const step = Math.max(1, Math.ceil((b - a) / count));
  const decades = grid([1], step);
  const choices = step === 1 ? [grid([1, 2, 5], 1), grid([1, 3], 1), decades] : [decades];
  const major =
    choices.find((c) => c.length >= 2 && c.length <= count) ??
    (decades.length >= 2 ? decades : [fine[0], fine[fine.length - 1]]);
  const labelled = new Set(major);
  return { major, minor: fine.filter((v) => !labelled.has(v)) };
}

/** The length of a logarithmic domain in decades; half the width of a linear one. @param {Kind} kind @param {Pair} domain */
const span = (kind, [lo, hi]) =>
  kind === "log" ? Math.log10(hi) - Math.log10(lo) : hi / 2 - lo / 2;

/** A domain with round ends around an extent. @param {Kind} kind @param {Pair} extent @returns {Pair} */
export function niceDomain(kind, extent, count = 6) {
  let [lo, hi] = sound(kind, extent);
  if (kind === "log") {
    /** The domain between `ends`, extended to cover the data up to rounding error. @param {number[]} ends @returns {Pair} */
    const around = ([a, b]) =>
      sound(kind, [a > 0 && a <= lo * (1 + 1e-9) ? a : lo, b >= hi * (1 - 1e-9) ? b : hi]);
    if (span(kind, [lo, hi]) < SHORT) {
      const even = guarded([lo, hi], (a, b) => nice(a, b, count));
      // Reject even steps that lead down to 0 or far below the data.
      if (even[0] > 0 && span(kind, [even[0], even[1]]) < SHORT) return around(even);
    }
    const digits = span(kind, [lo, hi]) > 4 ? [1, 10] : [1, 2, 5, 10];
    /** @param {number} v @param {boolean} up */
    const round = (v, up) => {
      const e = Math.floor(Math.log10(v) + 1e-12);
      const m = v / ten(e);
      const d = up
        ? digits.find((d) => d >= m * (1 - 1e-9))
        : digits.findLast((d) => d <= m * (1 + 1e-9));
      return Number(`${d ?? 1}e${e}`);
    };
    return around([round(lo, false), round(hi, true)]);
  }
  // An axis that nearly reaches 0 is extended to show it.
  if (lo > 0 && lo < 0.3 * hi) lo = 0;
  if (hi < 0 && hi > 0.3 * lo) hi = 0;
  // A tiny excess over a round number is rounding error.
  const hair = (hi / 2 - lo / 2) * 2e-9;
  const [a, b] = guarded([lo + hair, hi - hair], (a, b) => nice(a, b, count));
  return sound(kind, [a, b]);
}

/**
 * The domain to draw: the previous one while the data stay inside it and fill half of it,
 * so that an axis does not jitter while a slider moves or a run is in progress.
 * @param {Pair | null} previous @param {Kind} kind @param {Pair} extent @param {number} [count] @returns {Pair}
 */
export function stableDomain(previous, kind, extent, count) {
  if (
    previous &&
    (kind !== "log" || previous[0] > 0) &&
    previous[0] <= extent[0] &&
    extent[1] <= previous[1] &&
    span(kind, niceDomain(kind, extent, count)) >= 0.5 * span(kind, previous)
  )
    return previous;
  return niceDomain(kind, extent, count);
}

/** The smallest and the largest value that the axis can show; null if there is none. @param {Kind} kind @param {Iterable<number | null | undefined>} values @returns {Pair | null} */
export function extentOf(kind, values) {
  let lo = Infinity;
  let hi = -Infinity;
  for (const v of values) {
    if (v === null || v === undefined || !Number.isFinite(v) || (kind === "log" && v <= 0))
      continue;
    if (v < lo) lo = v;
    if (v > hi) hi = v;
  }
  return lo <= hi ? [lo, hi] : null;
}
