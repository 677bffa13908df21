// Writes positions in pixels as the text of SVG paths; NaN leaves a gap.
import { area, line } from "d3-shape";
import { outline, px as r1 } from "./style.js";

/** @typedef {number[]} Point x, then one or two ordinates */
const defined = (/** @type {Point} */ point) => !point.some(Number.isNaN);

const lineOf = line().digits(1).defined(defined);
/** A point between two gaps is a closed path, which a round cap shows as a dot. @param {number[]} px @param {number[]} py */
export const path = (px, py) => lineOf(px.map((x, i) => [x, py[i]]));

const areaOf = area(
  /** @param {Point} p */ ([x]) => x,
  ([, low]) => low,
  ([, , high]) => high,
)
  .digits(1)
  .defined(defined);
/**
 * A band. Where an end becomes open or closed, it steps at the later point: a slope would claim to know the way there.
 * @param {number[]} px @param {number[]} lo @param {number[]} hi @param {boolean[]} open
 */
export const ribbon = (px, lo, hi, open) =>
  areaOf(
    px.flatMap((x, i) => [
      ...(i > 0 && open[i] !== open[i - 1] ? [[x, lo[i - 1], hi[i - 1]]] : []),
      [x, lo[i], hi[i]],
    ]),
  );

/** @param {number[]} px @param {number[]} py @param {number} shape @param {number} r @param {(i: number) => boolean} which */
export function symbols(px, py, shape, r, which) {
  let d = "";
  const around = outline(shape, r);
  for (let i = 0; i < px.length; i++)
    if (which(i) && !Number.isNaN(px[i] + py[i])) d += `M${r1(px[i])} ${r1(py[i])}${around}`;
  return d || null;
}
