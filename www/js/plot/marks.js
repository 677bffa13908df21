// The marks of a figure: rules, points and their labels.
import { real } from "./extent.js";
import { fitText, placeBeside, spread, textWidth } from "./layout.js";
import { symbols } from "./path.js";
import { el } from "./svg.js";

/** @typedef {import("./figure.js").Figure} Figure
 *  @typedef {import("./scale.js").Scale} Scale
 *  @typedef {import("./draw.js").Box} Box
 *  @typedef {import("./draw.js").Placed} Placed
 *  @typedef {{text: string, x: number, y: number, anchor: string}} Label */

/** The places that labels should not hide: the points of all series, and the lines between them. @param {Placed[]} placed @param {number} step in px */
const dataOf = (placed, step) =>
  placed.flatMap(({ series, px, py }) =>
    px.flatMap((x, i) => {
      const [dx, dy] = [px[i + 1] - x, py[i + 1] - py[i]];
      const n = (series.kind === "line" && Math.ceil(Math.hypot(dx, dy) / step)) || 1;
      return Array.from({ length: n }, (_, k) => ({
        x: x + (n > 1 ? (k / n) * dx : 0),
        y: py[i] + (n > 1 ? (k / n) * dy : 0),
      }));
    }),
  );

/**
 * Draws lines across the plot, marked points, and the labels of both.
 * @param {Figure} figure @param {number} size @param {Box} box @param {Scale} sx @param {Scale} sy @param {Placed[]} placed
 * @param {import("./figure.js").Mark[]} rules @param {{x: number, row: number}[]} rows @param {number} rowHeight
 */
export function drawMarks(figure, size, box, sx, sy, placed, rules, rows, rowHeight) {
  const flat = (figure.marks ?? []).filter(
    (m) => real(m.y) && !real(m.x) && !Number.isNaN(sy(Number(m.y))),
  );
  const notes = (figure.marks ?? []).filter((m) => !real(m.x) && !real(m.y));
  const bottom = box.y0 - size * 0.6;
  let [d, bands] = ["", ""];
  rules.forEach((m, i) => {
    const x = sx(Number(m.x)).toFixed(1);
    // A band is shaded instead of lined, every other one, so that neighbours differ.
    if (real(m.to))
      bands += i % 2 ? `M${x} ${box.y0}V${box.y1}H${sx(m.to).toFixed(1)}V${box.y0}Z` : "";
    else d += `M${x} ${(bottom - rows[i].row * rowHeight + size * 0.2).toFixed(1)}V${box.y1}`;
  });
  const data = flat.length > 0 ? dataOf(placed, size) : [];
  const levels = flat.map((m) => levelLabel(m.label, sy(Number(m.y)), size, box, data));
  const heights = spread(
    levels.map(({ y }) => y),
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
    ...levels.map((label, i) => ({ ...label, y: heights[i] })),
    ...tags(placed, size, box),
    ...notes.map((m, i) => ({
      text: fitText(m.label, size, box.x1 - box.x0),
      x: (box.x0 + box.x1) / 2,
      y: (box.y0 + box.y1) / 2 + i * rowHeight,
      anchor: "middle",
    })),
  ];
  return {
    rules: [
      el("path", { d: bands || null, class: "band" }),
      el("path", { d: d || null, class: "rule", "stroke-width": size * 0.08 }),
    ],
    ...drawPlaces(
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

/**
 * The label of a line across the plot: above or below the line, at its right or left end, where it hides fewest points.
 * @param {string} label @param {number} line the height of the line @param {number} size @param {Box} box
 * @param {{x: number, y: number}[]} data @returns {Label}
 */
function levelLabel(label, line, size, box, data) {
  const text = fitText(label, size, box.x1 - box.x0);
  const width = textWidth(text, size);
  /** @param {Label} label */
  const hidden = ({ x, y, anchor }) => {
    const x0 = anchor === "end" ? x - width : x;
    const hides = (/** @type {{x: number, y: number}} */ p) =>
      p.x > x0 && p.x < x0 + width && p.y > y - size && p.y < y + size * 0.3;
    return data.filter(hides).length;
  };
  /** @type {Label[]} */
  const all = [line - size * 0.4, line + size * 1.1].flatMap((y) => [
    { text, x: box.x1 - 4, y, anchor: "end" },
    { text, x: box.x0 + 4, y, anchor: "start" },
  ]);
  const inside = all.filter(({ y }) => y - size * 0.9 >= box.y0 && y <= box.y1 - 2);
  return inside.reduce((best, one) => (hidden(one) < hidden(best) ? one : best));
}

/** Short names at the ends of curves; a name without room is left out. @param {Placed[]} placed @param {number} size @param {Box} box */
function tags(placed, size, box) {
  /** @type {Label[]} */
  const labels = [];
  for (const { series, px, py } of placed) {
    const text = series.tag;
    if (!text) continue;
    const end = px.findLastIndex((x, i) => Number.isFinite(x + py[i]));
    const x = Math.min(px[end], box.x1 - 4);
    const over = py.filter((y, i) => px[i] > x - textWidth(text, size) && Number.isFinite(y));
    const y = Math.min(...over) - size * 0.35;
    if (y > box.y0 + size && labels.every((other) => Math.abs(other.y - y) > size * 1.3))
      labels.push({ text, x, y, anchor: "end" });
  }
  return labels;
}

/** The gap between a marked point and its label, in px. A grip needs more of it. @param {Figure} figure @param {number} size */
export const gapOf = ({ handles }, size) => size * (handles ? 1.1 : 0.45);

/**
 * Draws marked points with labels beside them, and other labels.
 * @param {import("./figure.js").Mark[]} marks @param {number} size @param {Box} box @param {Placed[]} placed
 * @param {(m: import("./figure.js").Mark) => number[]} at @param {Label[]} texts @param {number} gap
 * @param {number} [halo] the width of the ground around letters, in lines of text; a map needs more of it
 */
export function drawPlaces(marks, size, box, placed, at, texts, gap, halo = 0.28) {
  const points = marks
    .filter((m) => real(m.x) && real(m.y))
    .map((m) => {
      const [x, y] = at(m);
      const text = fitText(m.label, size, (box.x1 - box.x0) * 0.8);
      return { x, y, text, width: textWidth(text, size) };
    });
  const data = points.length > 0 ? dataOf(placed, size) : [];
  const others = texts.map(({ text, x, y, anchor }) => {
    const w = textWidth(text, size);
    return { x: x + ({ start: w / 2, end: -w / 2 }[anchor] ?? 0), y: y - size * 0.35, w };
  });
  const beside = placeBeside(points, size * 1.1, gap, box, data, others);
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
  return {
    // Measured points lie in front of a marked place.
    places: [el("path", { class: "place", d: ring, "stroke-width": size * 0.14 })],
    marks: all.map(({ text, x, y, anchor }) =>
      el("text", { class: "halo", x, y, "text-anchor": anchor, "stroke-width": size * halo }, text),
    ),
  };
}
