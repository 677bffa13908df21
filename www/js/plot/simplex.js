// A figure on a simplex: three shares that sum to 1 are a point in a triangle.
import { sameAxes } from "./axes.js";
import { real } from "./extent.js";
import { axisTitle, valueFormat } from "./format.js";
import { textWidth, wrapText } from "./layout.js";
import { drawPlaces, gapOf } from "./marks.js";
import { path, symbols } from "./path.js";
import { looks } from "./style.js";
import { el } from "./svg.js";

/** @typedef {import("./figure.js").Figure} Figure
 *  @typedef {import("./figure.js").Series} Series
 *  @typedef {import("./draw.js").View} View
 *  @typedef {import("./draw.js").Part} Part */

/**
 * Draws the triangle, lines of equal shares and the names of the corners.
 * @param {Figure} figure @param {View} view @param {number} size @param {import("./draw.js").Box} box @param {(a: number, b: number) => number[]} project
 */
function drawTriangle(figure, { width, strings, locale }, size, box, project) {
  const percent = valueFormat(locale, "%", 3);
  let grid = "";
  for (const t of [0.2, 0.4, 0.6, 0.8]) {
    for (const [a, b] of [
      [
        [t, 0],
        [t, 1 - t],
      ],
      [
        [0, t],
        [1 - t, t],
      ],
      [
        [t, 0],
        [0, t],
      ],
    ])
      grid += `M${project(a[0], a[1])}L${project(b[0], b[1])}`;
  }
  const ends = [project(0, 0), project(1, 0), project(0, 1)];
  const name = (/** @type {string} */ text) => `${text} ${percent(1)}`;
  /** The name of a corner; beside another one it has half of the width. @param {string} text @param {number} x @param {number} y @param {string} anchor */
  const corner = (text, x, y, anchor) => {
    const half = width / 2 - 6;
    const lines = wrapText(text, size, anchor === "middle" ? width : half);
    const wide = Math.max(...lines.map((line) => textWidth(line, size)));
    const at = { start: Math.min(x, half - wide), end: Math.max(x, width - half + wide) }[anchor];
    return lines.map((line, i) =>
      el("text", { x: at ?? x, y: y + i * size * 1.2, "text-anchor": anchor }, line),
    );
  };
  const low = box.y1 + size * 1.4;
  const axes = [
    el("path", { class: "axis", d: grid, "stroke-opacity": 0.5 }),
    el("path", { class: "axis", d: `M${ends.join("L")}Z`, "stroke-width": 1.2 }),
    ...corner(name(strings.third), Math.max(4, box.x0 - size * 2), low, "start"),
    ...corner(name(axisTitle(figure.x)), Math.min(width - 4, box.x1 + size * 2), low, "end"),
    ...corner(name(axisTitle(figure.y)), ends[2][0], box.y0 - size * 0.7, "middle"),
  ];
  return { axes };
}

/** @param {Figure} figure @param {View} view @param {number} size @param {import("./draw.js").Kept} kept this drawing writes its values into it @returns {Part} */
export function drawSimplex(figure, view, size, kept) {
  const { width, shown } = view;
  const side = Math.min(
    width - size * 5,
    620,
    ((view.height ?? view.most ?? 1e4) - size * 9) / 0.866,
  );
  const x0 = Math.round((width - side) / 2);
  const y0 = Math.round(size * 2.2);
  const box = { x0, y0, x1: x0 + side, y1: y0 + side * 0.866 };
  const height = view.height ?? Math.round(box.y1 + size * 2.8 + size * 3.6);
  /** @param {number} a @param {number} b */
  const project = (a, b) => [x0 + (a + b / 2) * side, box.y1 - b * 0.866 * side];
  const axes = sameAxes(kept, [box], () => drawTriangle(figure, view, size, box, project));
  const map = view.maps?.drawField(figure, view, size, box, project, null, height);
  /** @type {(i: number, s: Series) => number[]} */
  const at = (i, s) =>
    real(s.x[i]) && real(s.y[i]) ? project(Number(s.x[i]), Number(s.y[i])) : [NaN, NaN];
  const all = looks(figure.series, figure.groups);
  /** @type {import("./draw.js").Placed[]} */
  const placed = [];
  const painted = figure.series.map((s, k) => {
    const look = all[k];
    if (!shown(s.id)) return { series: s, look, paths: {} };
    const points = s.x.map((_, i) => at(i, s));
    const [px, py] = [points.map((p) => p[0]), points.map((p) => p[1])];
    placed.push({ series: s, look, px, py });
    const dots = s.kind === "points" ? symbols(px, py, look.shape, size * 0.3, () => true) : null;
    const paths = {
      line: { d: s.kind === "line" ? path(px, py) : null },
      dots: { d: look.open ? null : dots },
      open: { d: look.open ? dots : null },
    };
    return { series: s, look, paths };
  });
  const marked = drawPlaces(
    figure.marks ?? [],
    size,
    { x0: 2, y0: 2, x1: width - 2, y1: box.y1 },
    placed,
    (m) => project(Number(m.x), Number(m.y)),
    [],
    gapOf(figure, size),
    0.6,
  );
  return {
    layers: { field: map?.nodes, ...axes, ...marked },
    painted,
    width,
    height,
    box,
    placed,
    cells: map?.cells ?? null,
    dropped: 0,
    invert: null,
  };
}
