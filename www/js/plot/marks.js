// The marks of a figure: rules, points and their labels.
import { real } from "./extent.js";
import { fitText, placeBeside, spread, textWidth } from "./layout.js";
import { symbols } from "./path.js";
import { el } from "./svg.js";

/** @typedef {import("./figure.js").Figure} Figure
 *  @typedef {import("./scale.js").Scale} Scale
 *  @typedef {import("./draw.js").Box} Box
 *  @typedef {import("./draw.js").Placed} Placed */

/**
 * Draws lines across the plot, marked points, and the labels of both.
 * @param {Figure} figure @param {number} size @param {Box} box @param {Scale} sx @param {Scale} sy @param {Placed[]} placed
 * @param {import("./figure.js").Mark[]} rules @param {{x: number, row: number}[]} rows @param {number} rowHeight
 */
export function drawMarks(figure, size, box, sx, sy, placed, rules, rows, rowHeight) {
  const flat = (figure.marks ?? []).filter(
    (m) => real(m.y) && !real(m.x) && !Number.isNaN(sy(Number(m.y))),
  );
  const bottom = box.y0 - size * 0.6;
  let d = "";
  rules.forEach((m, i) => {
    const x = sx(Number(m.x)).toFixed(1);
    d += `M${x} ${(bottom - rows[i].row * rowHeight + size * 0.2).toFixed(1)}V${box.y1}`;
  });
  const heights = spread(
    flat.map((m) => sy(Number(m.y)) - size * 0.4),
    size * 1.25,
    box.y0 + size,
    box.y1 - 2,
  );
  for (const m of flat) d += `M${box.x0} ${sy(Number(m.y)).toFixed(1)}H${box.x1}`;
  const texts = [
    ...rules.map((m, i) => ({
      text: fitText(m.label, size, box.x1 - box.x0),
      x: rows[i].x,
      y: bottom - rows[i].row * rowHeight - size * 0.15,
      anchor: "middle",
    })),
    ...flat.map((m, i) => ({
      text: fitText(m.label, size, box.x1 - box.x0),
      x: box.x1 - 4,
      y: heights[i],
      anchor: "end",
    })),
  ];
  return {
    rules: [el("path", { d: d || null, class: "rule", "stroke-width": size * 0.08 })],
    marks: drawPlaces(
      (figure.marks ?? []).filter(
        (m) => real(m.x) && real(m.y) && !Number.isNaN(sx(m.x)) && !Number.isNaN(sy(m.y)),
      ),
      size,
      box,
      placed,
      (m) => [sx(Number(m.x)), sy(Number(m.y))],
      texts,
      gapOf(figure, size),
    ),
  };
}

/** The gap between a marked point and its label, in px. A grip needs more of it. @param {Figure} figure @param {number} size */
export const gapOf = ({ handles }, size) => size * (handles ? 1.1 : 0.45);

/**
 * Draws marked points with labels beside them, and other labels.
 * @param {import("./figure.js").Mark[]} marks @param {number} size @param {Box} box @param {Placed[]} placed
 * @param {(m: import("./figure.js").Mark) => number[]} at @param {{text: string, x: number, y: number, anchor: string}[]} texts @param {number} gap
 */
export function drawPlaces(marks, size, box, placed, at, texts, gap) {
  const points = marks
    .filter((m) => real(m.x) && real(m.y))
    .map((m) => {
      const [x, y] = at(m);
      const text = fitText(m.label, size, (box.x1 - box.x0) * 0.8);
      return { x, y, text, width: textWidth(text, size) };
    });
  const data =
    points.length > 0 ? placed.flatMap((p) => p.px.map((x, i) => ({ x, y: p.py[i] }))) : [];
  const beside = placeBeside(points, size * 1.1, gap, box, data);
  const all = [
    ...texts,
    ...points.map((p, i) => ({
      text: p.text,
      x: beside[i].x,
      y: beside[i].y + size * 0.35,
      anchor: "middle",
    })),
  ];
  const ring = symbols(
    points.map((p) => p.x),
    points.map((p) => p.y),
    0,
    size * 0.32,
    () => true,
  );
  return [
    el("path", { class: "place", d: ring, "stroke-width": size * 0.14 }),
    ...all.map(({ text, x, y, anchor }) =>
      el("text", { class: "halo", x, y, "text-anchor": anchor, "stroke-width": size * 0.28 }, text),
    ),
  ];
}
