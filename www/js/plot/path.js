// Writes positions in pixels as the text of SVG paths; NaN leaves a gap.
import { outline, px as r1 } from "./style.js";

/** The points as lists without gaps. @param {number[][]} points x, then one or two ordinates */
function pieces(points) {
  /** @type {number[][][]} */
  const out = [[]];
  for (const point of points)
    if (!point.some(Number.isNaN)) out[out.length - 1].push(point);
    else if (out[out.length - 1].length > 0) out.push([]);
  return out.filter((piece) => piece.length > 0);
}

/** @param {number[][]} points */
const joined = (points) => `M${points.map(([x, y]) => `${r1(x)},${r1(y)}`).join("L")}`;

/** A point between two gaps is a closed path, which a round cap shows as a dot. @param {number[]} px @param {number[]} py */
export const path = (px, py) =>
  pieces(px.map((x, i) => [x, py[i]]))
    .map((piece) => joined(piece) + (piece.length > 1 ? "" : "Z"))
    .join("") || null;

/**
 * A band. Where an end becomes open or closed, it steps at the later point: a slope would claim to know the way there.
 * @param {number[]} px @param {number[]} lo @param {number[]} hi @param {boolean[]} open
 */
export function ribbon(px, lo, hi, open) {
  const points = px.flatMap((x, i) => [
    ...(i > 0 && open[i] !== open[i - 1] ? [[x, lo[i - 1], hi[i - 1]]] : []),
    [x, lo[i], hi[i]],
  ]);
  const around = pieces(points).map((piece) => [
    ...piece.map(([x, , high]) => [x, high]),
    ...piece.reverse(),
  ]);
  return around.map((piece) => `${joined(piece)}Z`).join("") || null;
}

/** @param {number[]} px @param {number[]} py @param {number} shape @param {number} r @param {(i: number) => boolean} which */
export function symbols(px, py, shape, r, which) {
  let d = "";
  const around = outline(shape, r);
  for (let i = 0; i < px.length; i++)
    if (which(i) && !Number.isNaN(px[i] + py[i])) d += `M${r1(px[i])} ${r1(py[i])}${around}`;
  return d || null;
}
