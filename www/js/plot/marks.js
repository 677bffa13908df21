// Marks of a figure: rules, places and their labels.
import { real } from "./extent.js";
import { fitText, placeBeside, spread, textWidth } from "./layout.js";
import { symbols } from "./path.js";
import { el, say, set } from "./svg.js";

/** @typedef {import("./figure.js").Figure} Figure
 *  @typedef {import("./scale.js").Scale} Scale
 *  @typedef {import("./draw.js").Box} Box
 *  @typedef {import("./draw.js").Layers} Layers
 *  @typedef {import("./draw.js").Placed} Placed */

/** Keeps `count` children: a path first, then more of `tag`. @param {Element} parent @param {number} count @param {"path" | "text"} tag */
function pool(parent, count, tag) {
  while (parent.childElementCount > count) parent.lastElementChild?.remove();
  while (parent.childElementCount < count)
    parent.append(el(parent.childElementCount === 0 ? "path" : tag));
}

/**
 * Lines across the plot, marked points, and the labels of both.
 * @param {Layers} layers @param {Figure} figure @param {number} size @param {Box} box @param {Scale} sx @param {Scale} sy @param {Placed[]} placed
 * @param {import("./figure.js").Mark[]} rules @param {{x: number, row: number}[]} rows @param {number} rowHeight
 */
export function drawMarks(layers, figure, size, box, sx, sy, placed, rules, rows, rowHeight) {
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
  pool(layers.rules, 1, "path");
  set(layers.rules.children[0], "d", d || null);
  set(layers.rules.children[0], "class", "rule");
  set(layers.rules.children[0], "stroke-width", size * 0.08);
  drawPlaces(
    layers,
    (figure.marks ?? []).filter(
      (m) => real(m.x) && real(m.y) && !Number.isNaN(sx(m.x)) && !Number.isNaN(sy(m.y)),
    ),
    size,
    box,
    placed,
    (m) => [sx(Number(m.x)), sy(Number(m.y))],
    texts,
  );
}

/**
 * Marked points with labels beside them, and other labels.
 * @param {Layers} layers @param {import("./figure.js").Mark[]} marks @param {number} size @param {Box} box @param {Placed[]} placed
 * @param {(m: import("./figure.js").Mark) => number[]} at @param {{text: string, x: number, y: number, anchor: string}[]} [texts]
 */
export function drawPlaces(layers, marks, size, box, placed, at, texts = []) {
  const points = marks
    .filter((m) => real(m.x) && real(m.y))
    .map((m) => {
      const [x, y] = at(m);
      const text = fitText(m.label, size, (box.x1 - box.x0) * 0.8);
      return { x, y, text, width: textWidth(text, size) };
    });
  const data =
    points.length > 0 ? placed.flatMap((p) => p.px.map((x, i) => ({ x, y: p.py[i] }))) : [];
  const beside = placeBeside(points, size * 1.1, size * 0.45, box, data);
  const all = [
    ...texts,
    ...points.map((p, i) => ({
      text: p.text,
      x: beside[i].x,
      y: beside[i].y + size * 0.35,
      anchor: "middle",
    })),
  ];
  pool(layers.marks, 1 + all.length, "text");
  const [ring, ...labels] = layers.marks.children;
  set(ring, "class", "place");
  set(
    ring,
    "d",
    symbols(
      points.map((p) => p.x),
      points.map((p) => p.y),
      0,
      size * 0.32,
      () => true,
    ),
  );
  set(ring, "stroke-width", size * 0.14);
  all.forEach(({ text, x, y, anchor }, i) => {
    const node = labels[i];
    set(node, "class", "halo");
    set(node, "x", x);
    set(node, "y", y);
    set(node, "text-anchor", anchor);
    set(node, "stroke-width", size * 0.28);
    say(node, text);
  });
}
