// @ts-check
// Scales, ticks and domains: pure functions of numbers.
//
// Ticks and rounding of linear axes are d3-array's, the numerics under d3-scale; the rest of
// d3-scale (colour interpolation, number formats) would weigh 10 KB here for nothing.
import { nice, ticks as linearTicks } from "d3-array";

/** @typedef {"linear" | "log"} Kind */
/** @typedef {[number, number]} Pair */
/** @typedef {((v: number) => number) & {kind: Kind, domain: Pair, range: Pair, invert: (px: number) => number}} Scale */

/** @param {Kind} kind @param {Pair} domain @param {Pair} range @returns {Scale} */
export function makeScale(kind, domain, range) {
  const f = kind === "log" ? Math.log10 : Number;
  const [a, b] = domain.map(f);
  const [r, s] = range;
  /** @param {number} v NaN where the axis has no place for it */
  const scale = v => {
    const t = r + ((f(v) - a) / (b - a)) * (s - r);
    return Number.isFinite(t) ? t : NaN;
  };
  /** @param {number} px */
  const invert = px => {
    const u = a + ((px - r) / (s - r)) * (b - a);
    return kind === "log" ? 10 ** u : u;
  };
  return Object.assign(scale, { kind, domain, range, invert });
}

/** The power of ten, correctly rounded. @param {number} e */
const ten = e => Number(`1e${e}`);

/** A logarithmic axis this short, in decades, is divided like a linear one. */
const SHORT = 0.8;

/**
 * Labelled and unlabelled ticks for about `count` labels: on a logarithmic axis 1-2-5, 1-3, decades or every
 * k-th decade, whichever is the densest that fits.
 * @param {Kind} kind @param {Pair} domain @param {number} count
 * @returns {{major: number[], minor: number[]}}
 */
export function makeTicks(kind, [lo, hi], count) {
  if (kind !== "log" || Math.log10(hi / lo) < SHORT) return { major: linearTicks(lo, hi, count), minor: [] };
  const slack = 1e-9;
  const [a, b] = [Math.log10(lo), Math.log10(hi)];
  /** @param {number} v */
  const inside = v => Math.log10(v) >= a - slack && Math.log10(v) <= b + slack;
  /** @param {number[]} digits @param {number} step */
  const grid = (digits, step) => {
    const out = [];
    for (let e = Math.floor(a); e <= Math.ceil(b); e++) {
      if (e % step === 0) for (const d of digits) if (inside(d * ten(e))) out.push(Number(`${d}e${e}`));
    }
    return out;
  };
  const digits = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const fine = b - a <= 7 ? grid(digits, 1) : grid([1], 1);
  const step = Math.max(1, Math.ceil((b - a) / count));
  const choices = [grid([1, 2, 5], 1), grid([1, 3], 1), grid([1], step)];
  const major = step === 1 ? choices.find(c => c.length >= 2 && c.length <= count) ?? choices[2] : choices[2];
  const labelled = new Set(major);
  return { major, minor: fine.filter(v => !labelled.has(v)) };
}

/** @param {Kind} kind @param {Pair} domain */
const span = (kind, [lo, hi]) => (kind === "log" ? Math.log10(hi / lo) : hi - lo);

/** A domain with round ends around an extent. @param {Kind} kind @param {Pair} extent @returns {Pair} */
export function niceDomain(kind, [lo, hi], count = 6) {
  if (kind === "log") {
    if (lo === hi) [lo, hi] = [lo / 2, hi * 2];
    if (span(kind, [lo, hi]) < SHORT) return nice(lo, hi, count);
    const digits = span(kind, [lo, hi]) > 4 ? [1, 10] : [1, 2, 5, 10];
    /** @param {number} v @param {boolean} up */
    const round = (v, up) => {
      const e = Math.floor(Math.log10(v) + 1e-12);
      const m = v / ten(e);
      const d = up ? digits.find(d => d >= m * (1 - 1e-9)) : digits.findLast(d => d <= m * (1 + 1e-9));
      return Number(`${d ?? 1}e${e}`);
    };
    return [round(lo, false), round(hi, true)];
  }
  if (lo === hi) {
    const pad = Math.abs(lo) * 0.1 || 1;
    [lo, hi] = [lo - pad, hi + pad];
  }
  // An axis that nearly reaches zero shows it.
  if (lo > 0 && lo < 0.3 * hi) lo = 0;
  if (hi < 0 && hi > 0.3 * lo) hi = 0;
  // A hair beyond a round number is rounding error.
  const hair = (hi - lo) * 1e-9;
  return nice(lo + hair, hi - hair, count);
}

/**
 * The domain to draw now: the previous one while the data stay inside and fill half of it,
 * so that an axis does not jitter while a slider moves or a run goes on.
 * @param {Pair | null} previous @param {Kind} kind @param {Pair} extent @param {number} [count] @returns {Pair}
 */
export function stableDomain(previous, kind, extent, count) {
  if (
    previous && (kind !== "log" || previous[0] > 0) && previous[0] <= extent[0] && extent[1] <= previous[1] &&
    span(kind, niceDomain(kind, extent, count)) >= 0.5 * span(kind, previous)
  ) return previous;
  return niceDomain(kind, extent, count);
}

/** Smallest and largest of what the axis can show; null if nothing. @param {Kind} kind @param {Iterable<number | null | undefined>} values @returns {Pair | null} */
export function extentOf(kind, values) {
  let lo = Infinity;
  let hi = -Infinity;
  for (const v of values) {
    if (v === null || v === undefined || !Number.isFinite(v) || (kind === "log" && v <= 0)) continue;
    if (v < lo) lo = v;
    if (v > hi) hi = v;
  }
  return lo <= hi ? [lo, hi] : null;
}
