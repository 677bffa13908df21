// Draws one figure as a pure function: geometry and a tree of nodes. It needs no document.
import { drawAxes, sameAxes } from "./axes.js";
import { clearOf, fieldDomain, ordinates, real, tight } from "./extent.js";
import { axisFormat, axisTitle } from "./format.js";
import { placeRows, textWidth, wrapText } from "./layout.js";
import { drawMarks } from "./marks.js";
import { extentOf, makeScale, makeTicks, sound, stableDomain } from "./scale.js";
import { drawSeries, seriesLayers } from "./series.js";
import { el } from "./svg.js";

/** @typedef {import("./figure.js").Figure} Figure
 *  @typedef {import("./figure.js").Series} Series
 *  @typedef {import("./style.js").Look} Look
 *  @typedef {import("./scale.js").Pair} Pair
 *  @typedef {import("./scale.js").Scale} Scale
 *  @typedef {{x0: number, y0: number, x1: number, y1: number}} Box */
/** Size, language and visible series of a drawing. `maps` draws the figure's heat map, if it has one. A plain drawing has no ticks without labels.
 *  @typedef {{plain?: boolean, width: number, scale: number, height?: number, most?: number, locale: string, strings: import("./strings.js").Strings, shown: (id: string) => boolean,
 *    maps: Maps | null}} View */
/** What draws heat maps, over a plane and over a simplex.
 *  @typedef {Pick<typeof import("../maps.js"), "drawField" | "drawSimplex">} Maps */
/** @typedef {{series: Series, look: Look, px: number[], py: number[]}} Placed */
/** Values that must not jitter from one drawing to the next: domains, the left margin, the rows above the plot, the order of the series; and the axes drawn last.
 *  @typedef {{on: string, x: Pair | null, y: Pair | null, left: number, rows: number, order: string[], axes?: {key: string, layers: import("./axes.js").Layers}}} Kept */
/** The layers of a drawing and its series, and the positions that a cursor needs.
 *  @typedef {{layers: Record<string, import("./svg.js").Node[] | undefined>, painted: import("./series.js").Painted[], width: number, height: number, box: Box, placed: Placed[], cells: import("./field.js").Cells | null,
 *    dropped: number, invert: ((px: number) => number) | null}} Part */
/** @typedef {Omit<Part, "layers" | "painted"> & {tree: import("./svg.js").Node, size: number, kept: Kept}} Drawn */

/** The layers from back to front. */
const LAYERS = ["field", "grid", "areas", "rules", "lines", "axes", "places", "dots", "marks"];
/** The most decades that a logarithmic axis shows; smaller values lie below the axis. */
const DECADES = 12;
/** @param {number} width */
export const fontSize = (width) => Math.max(14, Math.min(24, 9.5 + width / 140));

/** @param {Figure} figure @param {View} view @param {Kept | null} before from the previous drawing, if there was one @returns {Drawn} */
export function drawFigure(figure, view, before = null) {
  const { id, x, y, field } = figure;
  const simplex = field?.frame === "simplex";
  const size = fontSize(view.width) * view.scale;
  const on = JSON.stringify([id, x, y, view.width, view.scale, simplex]);
  const ids = figure.series.map((s) => s.id);
  // A newer series lies in front of older ones.
  const order = [...new Set([...(before?.order ?? []), ...ids])].filter((id) => ids.includes(id));
  /** @type {Kept} */
  const kept =
    before?.on === on ? { ...before, order } : { on, x: null, y: null, left: 0, rows: 0, order };
  const { layers, painted, ...drawn } =
    simplex && view.maps
      ? view.maps.drawSimplex(figure, view, size, kept)
      : drawPlane(figure, view, size, kept);
  /** A ghost lies behind all others. @param {import("./series.js").Painted} one */
  const depth = ({ series }) => (series.ghost ? -1 : order.indexOf(series.id));
  painted.sort((a, b) => depth(a) - depth(b));
  const all = { ...layers, ...seriesLayers(painted) };
  const { width, height } = drawn;
  const tree = el(
    "svg",
    {
      class: "lab-svg",
      role: "img",
      "font-size": size,
      viewBox: `0 0 ${width} ${Math.round(height)}`,
      width,
      height: Math.round(height),
    },
    LAYERS.map((name) => el("g", { "data-layer": name }, all[name])),
  );
  return { ...drawn, size, kept, tree };
}

/** The interval with the same middle that is at least as wide as `width`. @param {Pair} interval @param {number} width @returns {Pair} */
function widened([low, high], width) {
  const more = Math.max(0, (width - (high - low)) / 2);
  return [low - more, high + more];
}

/** @param {Figure} figure @param {View} view @param {number} size @param {Kept} kept this drawing writes its values into it @returns {Part} */
function drawPlane(figure, view, size, kept) {
  const { width, locale, shown, maps } = view;
  const { field } = figure;
  const marks = figure.marks ?? [];
  const visible = figure.series.filter((s) => shown(s.id));
  // If all series are switched off, the axes still cover the data.
  const source = visible.length > 0 || field ? visible : figure.series;
  const [kx, ky] = [figure.x.scale, figure.y.scale];

  function* xs() {
    for (const s of source) yield* s.x;
    for (const m of marks) yield* [m.x, m.to];
    if (field) yield* field.x;
  }
  function* ys() {
    for (const s of source) yield* ordinates(s, ky === "log");
    for (const m of marks) yield m.y;
    if (field) yield* field.y;
  }
  const ex = extentOf(kx, xs());
  const ey = extentOf(ky, ys()) ?? (source.some((s) => s.floor) ? [0.1, 1] : null);
  if (ey && ky === "log") ey[0] = Math.max(ey[0], ey[1] * 10 ** -DECADES);
  // An interval without an upper bound needs room for its arrow.
  if (
    ey &&
    ky === "log" &&
    source.some((s) => s.kind === "points" && s.hi?.some((hi, i) => !real(hi) && real(s.y[i])))
  )
    ey[1] *= 1.5;
  const colours = field ? size * 3.6 : 0;
  const x1 = Math.round(width - size * 1.2);
  const [xTitle, yTitle] = [figure.x, figure.y].map((axis) =>
    wrapText(axisTitle(axis), size, x1 - 4),
  );
  const rowHeight = size * 1.35;
  // The extra height of titles with more than one line.
  const [above, below] = [yTitle, xTitle].map((lines) => (lines.length - 1) * rowHeight);
  const usual = Math.round(Math.max(270, Math.min(640, width * 0.56)) + colours + above + below);
  const height = view.height ?? Math.min(usual, view.most ?? usual);
  if (!ex || !ey)
    return {
      layers: {},
      painted: [],
      width,
      height,
      box: { x0: 0, y0: 0, x1: width, y1: height },
      placed: [],
      cells: null,
      dropped: 0,
      invert: null,
    };

  // An axis of a few whole numbers (parts, ranks) gets ticks at whole numbers, and room so that points do not lie on the frame.
  const whole =
    kx === "linear" &&
    !field &&
    source.every((s) => s.x.every((x) => x === null || Number.isInteger(x)));
  const dots = !field && source.every((s) => s.kind === "points");
  const few = whole && ex[1] - ex[0] <= 20 && dots;
  const room = few ? 0.5 : kx === "linear" && dots ? 0.04 * (ex[1] - ex[0]) : 0;
  /** @type {Pair} */
  let dx = field
    ? fieldDomain(kx, ex, field.x)
    : room
      ? sound(kx, [ex[0] - room, ex[1] + room])
      : (kept.x = stableDomain(kept.x, kx, tight(kx, ex, figure.x.unit), 10));
  /** @type {Pair} */
  const dy = field
    ? fieldDomain(ky, ey, field.y)
    : clearOf(
        ky,
        (kept.y = stableDomain(kept.y, ky, ey, 8)),
        marks.filter((m) => !real(m.x)).map((m) => m.y),
      );

  // The rows above the plot hold the title of the y axis, then the labels of the vertical rules.
  const rules = marks.filter((m) => real(m.x) && !real(m.y) && (kx !== "log" || m.x > 0));
  const ty = makeTicks(ky, dy, Math.max(3, Math.min(8, height / (size * 3.2))));
  const fy = axisFormat(locale, figure.y.unit, ky, ty.major);
  const yLabels = ty.major.map(fy);
  kept.left = Math.max(
    kept.left,
    Math.max(0, ...yLabels.map((t) => textWidth(t, size))) + size * 1.1,
  );
  const x0 = Math.round(kept.left);
  const y1 = Math.round(height - size * 3.5 - below - colours);
  const top = () => Math.round(size * 2 + above + kept.rows * rowHeight);
  if (figure.equal) dx = widened(dx, ((x1 - x0) * (dy[1] - dy[0])) / (y1 - top()));
  const sx = makeScale(kx, dx, [x0, x1]);
  const placedRules = placeRows(
    rules.map((m) => ({
      at: (sx(m.x ?? 0) + sx(m.to ?? m.x ?? 0)) / 2,
      width: Math.min(textWidth(m.label, size), x1 - x0),
    })),
    2,
    width - 2,
    size * 0.8,
  );
  kept.rows = Math.max(kept.rows, ...placedRules.map((p) => p.row + 1));
  const y0 = top();
  // What a narrow plot leaves free above and below, if units are equally long on both axes.
  const spare = figure.equal
    ? Math.max(0, (y1 - y0 - ((x1 - x0) * (dy[1] - dy[0])) / (dx[1] - dx[0])) / 2)
    : 0;
  const sy = makeScale(ky, dy, [y1 - spare, y0 + spare]);
  const box = { x0, y0, x1, y1 };

  const tx = makeTicks(kx, dx, Math.max(2, Math.min(10, (x1 - x0) / (size * 5))));
  if (whole) tx.major = tx.major.filter(Number.isInteger);
  if (view.plain) tx.minor = ty.minor = [];
  const fx = axisFormat(locale, figure.x.unit, kx, tx.major);
  const axes = sameAxes(kept, [dx, dy, box, height], () =>
    drawAxes(
      xTitle,
      yTitle,
      size,
      height - colours,
      box,
      sx,
      sy,
      tx,
      ty,
      tx.major.map(fx),
      yLabels,
      Boolean(field),
    ),
  );
  const map = maps?.drawField(figure, view, size, box, sx, sy, height);
  const { painted, placed, dropped } = drawSeries(figure, shown, size, box, sx, sy);
  const marked = drawMarks(figure, size, box, sx, sy, placed, rules, placedRules, rowHeight);
  return {
    layers: { field: map?.nodes, ...axes, ...marked },
    painted,
    width,
    height,
    box,
    placed,
    cells: map?.cells ?? null,
    dropped,
    invert: sy.invert,
  };
}
