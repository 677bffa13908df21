// Writes positions in pixels as the text of SVG paths; NaN leaves a gap.
import { area, line } from "d3-shape";
import { outline, px as r1 } from "./style.js";

const pathOf = line(
  /** @param {number[]} p */ (p) => p[0],
  (p) => p[1],
)
  .defined((p) => !Number.isNaN(p[0]) && !Number.isNaN(p[1]))
  .digits(1);
/** @param {number[]} px @param {number[]} py */
export const path = (px, py) => pathOf(px.map((x, i) => [x, py[i]]));

const ribbonOf = area(
  /** @param {number[]} p */ (p) => p[0],
  (p) => p[1],
  (p) => p[2],
)
  .defined((p) => !p.some(Number.isNaN))
  .digits(1);
/** @param {number[]} px @param {number[]} lo @param {number[]} hi */
export const ribbon = (px, lo, hi) => ribbonOf(px.map((x, i) => [x, lo[i], hi[i]]));

/** @param {number[]} px @param {number[]} py @param {number} shape @param {number} r @param {(i: number) => boolean} which */
export function symbols(px, py, shape, r, which) {
  let d = "";
  const around = outline(shape, r);
  for (let i = 0; i < px.length; i++)
    if (which(i) && !Number.isNaN(px[i] + py[i])) d += `M${r1(px[i])} ${r1(py[i])}${around}`;
  return d || null;
}
