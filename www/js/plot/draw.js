// The drawing of one figure: geometry and SVG nodes. It keeps its nodes and its axes from one
// draw to the next, so that a redraw costs a few attributes; it needs no layout from a document.
import { area, line } from "d3-shape";
import { later } from "../assets.js";
import { axisFormat, axisTitle, valueFormat } from "./format.js";
import { fitText, placeBeside, placeRows, spread, stride, textWidth, wrapText } from "./layout.js";
import { extentOf, makeScale, makeTicks, sound, stableDomain } from "./scale.js";
import { looks, outline, px as r1 } from "./style.js";
import { el, say, set } from "./svg.js";

/** @typedef {import("./figure.js").Figure} Figure
 *  @typedef {import("./figure.js").Series} Series
 *  @typedef {import("./style.js").Look} Look
 *  @typedef {import("./scale.js").Pair} Pair
 *  @typedef {import("./scale.js").Scale} Scale
 *  @typedef {{x0: number, y0: number, x1: number, y1: number}} Box */
/** @typedef {{width: number, scale: number, height?: number, locale: string, strings: import("./strings.js").Strings, shown: (id: string) => boolean}} View */
/** @typedef {{series: Series, look: Look, px: number[], py: number[]}} Placed */
/** @typedef {{width: number, height: number, size: number, box: Box, placed: Placed[], cells: import("./field.js").Cells | null, dropped: number, invert: ((px: number) => number) | null}} Drawn */

/** Decades that a logarithmic axis shows at most: what falls below leaves the plot at its floor. */
const DECADES = 12;
/** An interval's end further than this from its value is drawn as open on a logarithmic axis. */
const FAR = 1000;

/** Heat maps are few: what draws them is fetched for the first. @type {Pick<typeof import("./field.js"), "drawField"> | null} */
let maps = null;

/** A promise to wait for before `figure` can be drawn, or null. @param {Figure} figure @returns {Promise<void> | null} */
export const loading = (figure) =>
  figure.field && !maps ? later().then((module) => void (maps = module)) : null;

/** @param {number} width */
export const fontSize = (width) => Math.max(12, Math.min(24, 9.5 + width / 140));

/** @param {number | null | undefined} v @returns {v is number} */
const real = (v) => v !== null && v !== undefined && Number.isFinite(v);

/** The values of a series that its y axis must hold. @param {Series} s @param {boolean} log */
function* ordinates({ kind, y, lo, hi }, log) {
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

export function createDrawing() {
  const svg = el("svg", { class: "lab-svg", role: "img" });
  const layers = Object.fromEntries(
    ["field", "grid", "areas", "lines", "rules", "axes", "dots", "marks"].map((name) => {
      const g = el("g", { "data-layer": name });
      svg.append(g);
      return [name, g];
    }),
  );
  /** @type {Map<string, {area: SVGPathElement, casing: SVGPathElement, line: SVGPathElement, bars: SVGPathElement, dots: SVGPathElement, open: SVGPathElement}>} */
  const nodes = new Map();
  /** What must not jitter: axes, the left margin and the rows above the plot. @type {{axes: string, x: Pair | null, y: Pair | null, left: number, rows: number}} */
  let kept = { axes: "", x: null, y: null, left: 0, rows: 0 };
  let axesKey = "";

  /** @param {Figure} figure @param {View} view @returns {Drawn} */
  function draw(figure, view) {
    const simplex = figure.field?.frame === "simplex";
    const size = fontSize(view.width) * view.scale;
    const identity = JSON.stringify([
      figure.id,
      figure.x,
      figure.y,
      view.width,
      view.scale,
      simplex,
    ]);
    if (kept.axes !== identity) kept = { axes: identity, x: null, y: null, left: 0, rows: 0 };
    set(svg, "font-size", size);
    return simplex ? drawSimplex(figure, view, size) : drawPlane(figure, view, size);
  }

  /** @param {number} width @param {number} height */
  function resize(width, height) {
    set(svg, "viewBox", `0 0 ${width} ${Math.round(height)}`);
    set(svg, "width", width);
    set(svg, "height", Math.round(height));
  }

  /** @param {Figure} figure @param {View} view @param {number} size @returns {Drawn} */
  function drawPlane(figure, view, size) {
    const { width, locale, shown } = view;
    const { field } = figure;
    const marks = figure.marks ?? [];
    const visible = figure.series.filter((s) => shown(s.id));
    // With everything switched off the axes stay where the data are.
    const source = visible.length > 0 || field ? visible : figure.series;
    const [kx, ky] = [figure.x.scale, figure.y.scale];

    function* xs() {
      for (const s of source) yield* s.x;
      for (const m of marks) yield m.x;
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
    // An interval that is open above needs room for its arrow.
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
    // What titles need beyond one line each.
    const [above, below] = [yTitle, xTitle].map((lines) => (lines.length - 1) * rowHeight);
    const height =
      view.height ??
      Math.round(Math.max(270, Math.min(640, width * 0.56)) + colours + above + below);
    resize(width, height);
    if (!ex || !ey)
      return {
        width,
        height,
        size,
        box: { x0: 0, y0: 0, x1: width, y1: height },
        placed: [],
        cells: null,
        dropped: 0,
        invert: null,
      };

    // Ordinals (parts, ranks of a few) get whole ticks, and room so that points do not sit on the frame.
    const whole =
      kx === "linear" &&
      !field &&
      source.every((s) => s.x.every((x) => x === null || Number.isInteger(x)));
    const dots = !field && source.every((s) => s.kind === "points");
    const few = whole && ex[1] - ex[0] <= 20 && dots;
    const room = few ? 0.5 : kx === "linear" && dots ? 0.04 * (ex[1] - ex[0]) : 0;
    /** @type {Pair} */
    const dx = field
      ? fieldDomain(kx, ex, field.x)
      : room
        ? sound(kx, [ex[0] - room, ex[1] + room])
        : (kept.x = stableDomain(kept.x, kx, tight(kx, ex, figure.x.unit), 10));
    /** @type {Pair} */
    const dy = field ? fieldDomain(ky, ey, field.y) : (kept.y = stableDomain(kept.y, ky, ey, 8));

    // Rows of labels above the plot: the title of the y axis, then the vertical rules.
    const rules = marks.filter((m) => real(m.x) && !real(m.y) && (kx !== "log" || m.x > 0));
    const ty = makeTicks(ky, dy, Math.max(3, Math.min(8, height / (size * 3.2))));
    const fy = axisFormat(locale, figure.y.unit, ky, ty.major);
    const yLabels = ty.major.map(fy);
    kept.left = Math.max(
      kept.left,
      Math.max(0, ...yLabels.map((t) => textWidth(t, size))) + size * 1.1,
    );
    const x0 = Math.round(kept.left);
    const sx = makeScale(kx, dx, [x0, x1]);
    const placedRules = placeRows(
      rules.map((m) => ({ at: sx(m.x ?? 0), width: Math.min(textWidth(m.label, size), x1 - x0) })),
      2,
      width - 2,
      size * 0.8,
    );
    kept.rows = Math.max(kept.rows, ...placedRules.map((p) => p.row + 1));
    const y0 = Math.round(size * 2 + above + kept.rows * rowHeight);
    const y1 = Math.round(height - size * 3.5 - below - colours);
    const sy = makeScale(ky, dy, [y1, y0]);
    const box = { x0, y0, x1, y1 };

    const tx = makeTicks(kx, dx, Math.max(2, Math.min(10, (x1 - x0) / (size * 5))));
    if (whole) tx.major = tx.major.filter(Number.isInteger);
    const fx = axisFormat(locale, figure.x.unit, kx, tx.major);
    const key = JSON.stringify([kept.axes, dx, dy, box, height]);
    if (key !== axesKey) {
      axesKey = key;
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
      );
    }
    const cells =
      maps === null ? null : maps.drawField(layers.field, figure, view, size, box, sx, sy, height);
    const { placed, dropped } = drawSeries(figure, shown, size, box, sx, sy);
    drawMarks(figure, size, box, sx, sy, placed, rules, placedRules, rowHeight);
    return { width, height, size, box, placed, cells, dropped, invert: sy.invert };
  }

  /** @param {Figure} figure @param {View} view @param {number} size @returns {Drawn} */
  function drawSimplex(figure, view, size) {
    const { width, strings, shown, locale } = view;
    const side = Math.min(width - size * 5, 620, ((view.height ?? 1e4) - size * 9) / 0.866);
    const x0 = Math.round((width - side) / 2);
    const y0 = Math.round(size * 2.2);
    const box = { x0, y0, x1: x0 + side, y1: y0 + side * 0.866 };
    const height = view.height ?? Math.round(box.y1 + size * 2.8 + size * 3.6);
    resize(width, height);
    /** @param {number} a @param {number} b */
    const project = (a, b) => [x0 + (a + b / 2) * side, box.y1 - b * 0.866 * side];
    const key = JSON.stringify([kept.axes, box]);
    if (key !== axesKey) {
      axesKey = key;
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
      layers.grid.replaceChildren();
      const ends = [project(0, 0), project(1, 0), project(0, 1)];
      const name = (/** @type {string} */ text) => `${text} ${percent(1)}`;
      const corner = (
        /** @type {string} */ text,
        /** @type {number} */ x,
        /** @type {number} */ y,
        /** @type {string} */ anchor,
      ) =>
        el(
          "text",
          { x, y, "text-anchor": anchor },
          fitText(text, size, anchor === "middle" ? width : width / 2 - 6),
        );
      layers.axes.replaceChildren(
        el("path", { class: "axis", d: grid, "stroke-opacity": 0.5 }),
        el("path", { class: "axis", d: `M${ends.join("L")}Z`, "stroke-width": 1.2 }),
        corner(name(strings.third), Math.max(4, x0 - size * 2), box.y1 + size * 1.4, "start"),
        corner(
          name(axisTitle(figure.x)),
          Math.min(width - 4, box.x1 + size * 2),
          box.y1 + size * 1.4,
          "end",
        ),
        corner(name(axisTitle(figure.y)), ends[2][0], y0 - size * 0.7, "middle"),
      );
    }
    const cells =
      maps === null
        ? null
        : maps.drawField(layers.field, figure, view, size, box, project, null, height);
    /** @type {(i: number, s: Series) => number[]} */
    const at = (i, s) =>
      real(s.x[i]) && real(s.y[i]) ? project(Number(s.x[i]), Number(s.y[i])) : [NaN, NaN];
    const all = looks(figure.series);
    const placed = figure.series.flatMap((s, k) => {
      const node = ensure(s, all[k]);
      const on = shown(s.id);
      const points = on ? s.x.map((_, i) => at(i, s)) : [];
      const [px, py] = [points.map((p) => p[0]), points.map((p) => p[1])];
      set(node.area, "d", null);
      set(node.bars, "d", null);
      set(node.line, "d", s.kind === "line" ? path(px, py) : null);
      const dots =
        s.kind === "points" ? symbols(px, py, all[k].shape, size * 0.3, () => true) : null;
      set(node.dots, "d", all[k].open ? null : dots);
      set(node.open, "d", all[k].open ? dots : null);
      return on ? [{ series: s, look: all[k], px, py }] : [];
    });
    prune(figure);
    drawPlaces(figure.marks ?? [], size, { x0: 2, y0: 2, x1: width - 2, y1: box.y1 }, placed, (m) =>
      project(Number(m.x), Number(m.y)),
    );
    return { width, height, size, box, placed, cells, dropped: 0, invert: null };
  }

  /**
   * @param {string[]} xTitle @param {string[]} yTitle lines
   * @param {number} size @param {number} height @param {Box} box @param {Scale} sx @param {Scale} sy
   * @param {{major: number[], minor: number[]}} tx @param {{major: number[], minor: number[]}} ty
   * @param {string[]} xLabels @param {string[]} yLabels @param {boolean} field
   */
  function drawAxes(
    xTitle,
    yTitle,
    size,
    height,
    { x0, y0, x1, y1 },
    sx,
    sy,
    tx,
    ty,
    xLabels,
    yLabels,
    field,
  ) {
    const line = (/** @type {number} */ v) => Math.round(v) + 0.5;
    const grid = field
      ? ""
      : tx.major.map((v) => `M${line(sx(v))} ${y0}V${y1}`).join("") +
        ty.major.map((v) => `M${x0} ${line(sy(v))}H${x1}`).join("");
    layers.grid.replaceChildren(el("path", { class: "grid", d: grid }));
    const [long, short] = [size * 0.35, size * 0.2];
    const zero =
      sy.kind === "linear" && sy.domain[0] < 0 && sy.domain[1] > 0
        ? `M${x0} ${line(sy(0))}H${x1}`
        : "";
    const d =
      `${zero}M${x0 + 0.5} ${y0}V${y1 + 0.5}H${x1}` +
      tx.major.map((v) => `M${line(sx(v))} ${y1}v${long}`).join("") +
      tx.minor.map((v) => `M${line(sx(v))} ${y1}v${short}`).join("") +
      ty.major.map((v) => `M${x0} ${line(sy(v))}h${-long}`).join("") +
      ty.minor.map((v) => `M${x0} ${line(sy(v))}h${-short}`).join("");
    const every = stride(
      tx.major.map(sx),
      xLabels.map((t) => textWidth(t, size)),
      size * 0.6,
    );
    // Skipped labels keep the powers of ten, or the zero, where there are some.
    const anchor = Math.max(
      0,
      tx.major.findIndex((v) => v === 0 || (sx.kind === "log" && Number.isInteger(Math.log10(v)))),
    );
    const labels = tx.major.flatMap((v, i) => {
      if ((i - anchor) % every !== 0) return [];
      const half = textWidth(xLabels[i], size) / 2;
      return [
        el(
          "text",
          {
            class: "small",
            x: Math.max(half + 1, Math.min(x1 + size * 1.2 - half - 1, sx(v))),
            y: y1 + size * 1.4,
            "text-anchor": "middle",
          },
          xLabels[i],
        ),
      ];
    });
    layers.axes.replaceChildren(
      el("path", { class: "axis", d }),
      ...labels,
      ...ty.major.map((v, i) =>
        el(
          "text",
          { class: "small", x: x0 - size * 0.55, y: sy(v) + size * 0.35, "text-anchor": "end" },
          yLabels[i],
        ),
      ),
      ...xTitle.map((line, i) =>
        el(
          "text",
          {
            x: x1,
            y: height - size * (0.7 + 1.35 * (xTitle.length - 1 - i)),
            "text-anchor": "end",
          },
          line,
        ),
      ),
      ...yTitle.map((line, i) => el("text", { x: 3, y: size * (1.1 + 1.35 * i) }, line)),
    );
  }

  /** The nodes of a series. @param {Series} s @param {Look} look */
  function ensure(s, look) {
    let node = nodes.get(s.id);
    if (!node) {
      const make = (/** @type {string} */ name, /** @type {Element} */ layer) => {
        const p = el("path");
        layer.append(p);
        return { p, name };
      };
      const [a, c, l, b, d, o] = [
        make("area", layers.areas),
        make("casing", layers.areas),
        make("line", layers.lines),
        make("bars", layers.dots),
        make("dots", layers.dots),
        make("open", layers.dots),
      ].map((m) => m.p);
      nodes.set(s.id, (node = { area: a, casing: c, line: l, bars: b, dots: d, open: o }));
    }
    for (const [name, p] of Object.entries(node)) set(p, "class", `${name} ${look.colour}`);
    return node;
  }

  /** Forgets series that are gone. @param {Figure} figure */
  function prune(figure) {
    if (nodes.size === figure.series.length) return;
    const here = new Set(figure.series.map((s) => s.id));
    for (const [id, node] of nodes) {
      if (here.has(id)) continue;
      for (const p of Object.values(node)) p.remove();
      nodes.delete(id);
    }
  }

  /** @param {Figure} figure @param {(id: string) => boolean} shown @param {number} size @param {Box} box @param {Scale} sx @param {Scale} sy */
  function drawSeries(figure, shown, size, box, sx, sy) {
    const all = looks(figure.series);
    // Bounds at the floor often share their place: they stand side by side.
    const grounded = figure.series.filter((s) => s.floor && shown(s.id));
    let dropped = 0;
    /** @type {Placed[]} */
    const placed = [];
    figure.series.forEach((s, k) => {
      const look = all[k];
      const node = ensure(s, look);
      if (!shown(s.id)) {
        for (const p of Object.values(node)) set(p, "d", null);
        return;
      }
      const n = s.x.length;
      const [px, py] = [new Array(n).fill(NaN), new Array(n).fill(NaN)];
      const [top, bottom] = [new Array(n).fill(NaN), new Array(n).fill(NaN)];
      /** Points without a value that are drawn at the floor. @type {boolean[]} */
      const floor = new Array(n).fill(false);
      const place = (/** @type {number | null | undefined} */ v) => (real(v) ? sy(v) : NaN);
      /** An interval's end in pixels; an open one goes on to the edge. @param {number | null | undefined} v @param {number | null | undefined} y @param {number} edge @param {boolean} low */
      const end = (v, y, edge, low) => {
        const at = Math.max(box.y0, Math.min(box.y1, place(v)));
        const far =
          sy.kind === "log" && real(y) && y > 0 && real(v) && (low ? v < y / FAR : v > y * FAR);
        return Number.isNaN(at) || far ? edge : at;
      };
      for (let i = 0; i < n; i++) {
        const x = s.x[i];
        const y = s.y[i];
        px[i] = real(x) ? sx(x) : NaN;
        py[i] = place(y);
        const atFloor =
          Boolean(s.floor) &&
          sy.kind === "log" &&
          (y === null || y === undefined || y <= 0) &&
          (real(y) || real(s.hi?.[i]));
        if (atFloor) {
          [py[i], floor[i]] = [box.y1, true];
          px[i] += (grounded.indexOf(s) - (grounded.length - 1) / 2) * size * 0.6;
        }
        if (
          (real(x) && Number.isNaN(px[i])) ||
          (real(y) && s.kind !== "band" && Number.isNaN(py[i]))
        )
          dropped++;
        if (!s.lo && !s.hi) continue;
        const [lo, hi] = [s.lo?.[i], s.hi?.[i]];
        // An interval belongs to a value; a band stands alone, and both ends missing leave a gap.
        if (s.kind === "band" ? !real(lo) && !real(hi) : Number.isNaN(py[i])) continue;
        if (!real(lo) && !real(hi)) continue;
        bottom[i] = end(lo, y, box.y1, true);
        top[i] = end(hi, y, box.y0, false);
      }
      const solid = look.dash === null;
      const joined = s.kind === "line";
      // A curve that falls below the axis ends on it; a point there is not drawn.
      const below = py.map((v) => v > box.y1 + 0.5);
      below.forEach((is, i) => {
        if (!is) return;
        const edge = joined && ((i > 0 && !below[i - 1]) || (i + 1 < n && !below[i + 1]));
        py[i] = edge ? box.y1 : NaN;
        if (!joined) dropped++;
      });
      // Many runs in one series are thin.
      const thick =
        size * (s.role === "published" ? 0.09 : s.role === "measured" && n > 400 ? 0.07 : 0.15);
      const curve = joined ? path(px, py) : null;
      set(node.line, "d", curve);
      // Colours of a field may hide a line: it runs in a light bed there.
      set(node.casing, "d", figure.field ? curve : null);
      set(node.casing, "stroke-width", thick * 2.5);
      set(node.line, "stroke-width", thick);
      // A round cap makes a point between two gaps a dot.
      set(node.line, "stroke-linecap", solid ? "round" : null);
      set(
        node.line,
        "stroke-dasharray",
        solid
          ? null
          : (look.dash
              ?.split(" ")
              .map((v) => (+v * size) / 14)
              .join(" ") ?? null),
      );
      set(node.area, "d", s.kind !== "points" && (s.lo || s.hi) ? ribbon(px, bottom, top) : null);
      let bars = "";
      const [wing, barb, cap] = [r1(size * 0.28), r1(size * 0.4), n > 60 ? 0 : r1(size * 0.22)];
      if (s.kind === "points") {
        for (let i = 0; i < n; i++) {
          if (Number.isNaN(top[i]) || Number.isNaN(px[i])) continue;
          const x = r1(px[i]);
          const [a, b] = [r1(top[i]), r1(floor[i] ? py[i] : bottom[i])];
          bars += `M${x} ${b}V${a}`;
          // An open end is an arrow at the edge, a known one a cap.
          if (top[i] === box.y0) bars += `m${-wing} ${barb}L${x} ${a}l${wing} ${barb}`;
          else if (cap) bars += `m${-cap} 0h${2 * cap}`;
          if (floor[i]) continue;
          if (bottom[i] === box.y1) bars += `M${x - wing} ${b - barb}L${x} ${b}l${wing} ${-barb}`;
          else if (cap) bars += `M${x - cap} ${b}h${2 * cap}`;
        }
      }
      set(node.bars, "d", bars || null);
      set(node.bars, "stroke-width", size * 0.1);
      const dotted =
        s.kind === "points" || (joined && s.role === "published" && n <= 60) || (joined && n === 1);
      const r = size * (n > 400 ? 0.14 : n > 80 ? 0.2 : 0.29);
      set(
        node.dots,
        "d",
        dotted && !look.open ? symbols(px, py, look.shape, r, (i) => !floor[i]) : null,
      );
      set(node.dots, "stroke-width", n > 80 ? 0 : size * 0.05);
      set(
        node.open,
        "d",
        dotted ? symbols(px, py, look.shape, r * 1.1, (i) => look.open || floor[i]) : null,
      );
      set(node.open, "stroke-width", size * 0.12);
      placed.push({
        series: s,
        look,
        px,
        py: s.kind === "band" ? px.map((_, i) => (top[i] + bottom[i]) / 2) : py,
      });
    });
    prune(figure);
    return { placed, dropped };
  }

  /**
   * @param {Figure} figure @param {number} size @param {Box} box @param {Scale} sx @param {Scale} sy @param {Placed[]} placed
   * @param {import("./figure.js").Mark[]} rules @param {{x: number, row: number}[]} rows @param {number} rowHeight
   */
  function drawMarks(figure, size, box, sx, sy, placed, rules, rows, rowHeight) {
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
   * @param {import("./figure.js").Mark[]} marks @param {number} size @param {Box} box @param {Placed[]} placed
   * @param {(m: import("./figure.js").Mark) => number[]} at @param {{text: string, x: number, y: number, anchor: string}[]} [texts]
   */
  function drawPlaces(marks, size, box, placed, at, texts = []) {
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

  return { svg, draw };
}

/** Keeps `count` children: a path first, then more of `tag`. @param {Element} parent @param {number} count @param {"path" | "text"} tag */
function pool(parent, count, tag) {
  while (parent.childElementCount > count) parent.lastElementChild?.remove();
  while (parent.childElementCount < count)
    parent.append(el(parent.childElementCount === 0 ? "path" : tag));
}

const pathOf = line(
  /** @param {number[]} p */ (p) => p[0],
  (p) => p[1],
)
  .defined((p) => !Number.isNaN(p[0]) && !Number.isNaN(p[1]))
  .digits(1);
/** @param {number[]} px @param {number[]} py */
const path = (px, py) => pathOf(px.map((x, i) => [x, py[i]]));

const ribbonOf = area(
  /** @param {number[]} p */ (p) => p[0],
  (p) => p[1],
  (p) => p[2],
)
  .defined((p) => !p.some(Number.isNaN))
  .digits(1);
/** @param {number[]} px @param {number[]} lo @param {number[]} hi */
const ribbon = (px, lo, hi) => ribbonOf(px.map((x, i) => [x, lo[i], hi[i]]));

/** @param {number[]} px @param {number[]} py @param {number} shape @param {number} r @param {(i: number) => boolean} which */
function symbols(px, py, shape, r, which) {
  let d = "";
  const around = outline(shape, r);
  for (let i = 0; i < px.length; i++)
    if (which(i) && !Number.isNaN(px[i] + py[i])) d += `M${r1(px[i])} ${r1(py[i])}${around}`;
  return d || null;
}

/** Shares fill [0, 1] rather than end at the outermost point. @param {"linear" | "log"} kind @param {Pair} extent @param {string} unit @returns {Pair} */
const tight = (kind, extent, unit) =>
  unit === "%" &&
  kind === "linear" &&
  extent[0] >= 0 &&
  extent[1] <= 1 &&
  extent[1] - extent[0] > 0.5
    ? [0, 1]
    : extent;

/** The outer edges of a field's cells. @param {"linear" | "log"} kind @param {Pair} extent @param {(number | null)[]} at @returns {Pair} */
function fieldDomain(kind, extent, at) {
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
