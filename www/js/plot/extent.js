// The ranges that the axes of a figure must cover.
import { sound } from "./scale.js";

/** @typedef {import("./figure.js").Figure} Figure
 *  @typedef {import("./figure.js").Series} Series
 *  @typedef {import("./scale.js").Pair} Pair */

/** On a logarithmic axis, the end of an interval is drawn as open if it is further than this factor from its value. */
export const FAR = 1000;

/** @param {number | null | undefined} v @returns {v is number} */
export const real = (v) => v !== null && v !== undefined && Number.isFinite(v);

/** The values of a series that the y axis must cover. @param {Series} s @param {boolean} log */
export function* ordinates({ kind, y, lo, hi }, log) {
  for (let i = 0; i < y.length; i++) {
    const [v, l, h] = [kind === "band" ? null : y[i], lo?.[i], hi?.[i]];
    yield v;
    if (real(l) && !(log && real(v) && l < v / FAR)) yield l;
    if (real(h) && !(log && real(v) && v > 0 && h > v * FAR)) yield h;
  }
}

/** @param {Figure} figure */
export const hasData = (figure) =>
  Boolean(figure.field?.z.some((row) => row.some(real))) ||
  figure.series.some((s) =>
    s.x.some((x, i) => real(x) && (real(s.y[i]) || real(s.lo?.[i]) || real(s.hi?.[i]))),
  );

/** An axis of shares covers [0, 1] instead of ending at the outermost point. @param {"linear" | "log"} kind @param {Pair} extent @param {string} unit @returns {Pair} */
export const tight = (kind, extent, unit) =>
  unit === "%" &&
  kind === "linear" &&
  extent[0] >= 0 &&
  extent[1] <= 1 &&
  extent[1] - extent[0] > 0.5
    ? [0, 1]
    : extent;

/** A domain in which no level lies on the lower end of a logarithmic axis, where the axis would hide it. @param {"linear" | "log"} kind @param {Pair} domain @param {(number | null | undefined)[]} levels @returns {Pair} */
export function clearOf(kind, [lo, hi], levels) {
  const edge = lo * (hi / lo) ** 0.02;
  const hidden = kind === "log" && levels.some((y) => real(y) && y >= lo && y < edge);
  return [hidden ? lo * 0.8 : lo, hi];
}

/** The outer edges of a field's cells. @param {"linear" | "log"} kind @param {Pair} extent @param {(number | null)[]} at @returns {Pair} */
export function fieldDomain(kind, extent, at) {
  const f = kind === "log" ? Math.log : Number;
  const g = kind === "log" ? Math.exp : Number;
  const n = at.length;
  if (n < 2)
    return sound(
      kind,
      kind === "log" ? [extent[0] / 2, extent[1] * 2] : [extent[0] - 0.5, extent[1] + 0.5],
    );
  const [a, b, c, d] = [at[0], at[1], at[n - 2], at[n - 1]].map((v) => f(Number(v)));
  return sound(kind, [
    Math.min(extent[0], g(a - (b - a) / 2)),
    Math.max(extent[1], g(d + (d - c) / 2)),
  ]);
}
