// A figure as a small inline SVG: a page of another site shows it inside the tag of an experiment until the experiment runs, and readers
// without scripts, feeds, search engines and paper keep it. The page may forbid inline styles, and a style sheet inside the SVG would
// change the page, so colours and fonts are attributes. Text and axes have the colour of the page's text.
import { palettes, svgRules } from "./css.js";
import { drawFigure } from "./draw.js";
import { real } from "./extent.js";
import { drawField } from "./field.js";
import { legendRows } from "./legend-rows.js";
import { drawSimplex } from "./simplex.js";
import { STEPS } from "./style.js";
import { summarise } from "./summary.js";
import { markup } from "./svg-text.js";
import { el } from "./svg.js";

/** @typedef {import("./figure.js").Figure} Figure
 *  @typedef {import("./figure.js").Series} Series
 *  @typedef {import("./svg.js").Node} Node
 *  @typedef {import("./svg.js").Attributes} Attributes */

/** The most bytes of a poster, and of a whole block. */
export const POSTER_BYTES = 6144;
const [WIDTH, HEIGHT] = [640, 320];
const maps = { drawField, drawSimplex };
/** Curves may be off by this many pixels, if the poster is too large otherwise. */
const TOLERANCES = [0.3, 0.6, 1.2, 2.4, 4, 6, 9];
/** The most characters of the description. */
const DESCRIBED = 400;

/** @param {string} colour as #rrggbb or rgb(r,g,b) */
const channels = (colour) =>
  colour.startsWith("#")
    ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
    : (colour.match(/\d+/g) ?? []).map(Number);

/** The colour of a series that can be seen on a light and on a dark page: between the colours of both themes. Of a scale, the dark end is too dark for one of them and the light end too light for the other. @param {string} name in css.js */
export function between(name) {
  const weight = name.startsWith("q") ? Number(name.slice(1)) / (STEPS - 1) : 0.6;
  const [light, dark] = [palettes.light[name], palettes.dark[name]].map(channels);
  const mixed = light.map((v, i) => Math.round(weight * v + (1 - weight) * dark[i]));
  return `#${mixed.map((v) => v.toString(16).padStart(2, "0")).join("")}`;
}

/** What stands for the variables of the plot's style sheet. @type {Record<string, string>} */
const PAGE = { bg: "none", ink: "currentColor", muted: "currentColor", grid: "currentColor" };
/** How strong the lines and texts are that the style sheet paints in other colours than the text. @type {Record<string, string>} */
const FAINT = { small: ".75", grid: ".15", axis: ".6" };
/** Attributes by class, and the colours of series by class. @type {Map<string, Attributes>} */
const ATTRIBUTES = new Map();
/** @type {Map<string, string>} */
const COLOURS = new Map();
/** What the whole poster has. */
const SHARED = ["stroke-linejoin", "paint-order", "font-family"];
for (const rule of svgRules) {
  const [, name, body] = /^\.(\w+)\{(.*)\}$/.exec(rule) ?? [];
  if (!name) continue;
  /** @type {Attributes} */
  const attributes = {};
  for (const pair of body.split(";")) {
    const [property, value] = pair.split(":");
    const variable = /^var\(--lab-(\w+)\)$/.exec(value)?.[1];
    if (property === "color") COLOURS.set(name, PAGE[variable ?? ""] ?? between(variable ?? ""));
    else if (!SHARED.includes(property)) attributes[property] = variable ? PAGE[variable] : value;
  }
  if (FAINT[name]) attributes.opacity = FAINT[name];
  ATTRIBUTES.set(name, attributes);
}
// Letters cannot have an outline in the colour of a page that is not known.
ATTRIBUTES.set("halo", { "stroke-width": null });
ATTRIBUTES.set("mask", { fill: "none" });

/** @param {string | number | null} value */
const rounded = (value) =>
  typeof value === "number"
    ? +value.toFixed(1)
    : value && value.replace(/(\.\d)\d+/g, "$1").replace(/\.0(?!\d)/g, "");

/** Discs of a path, in short: a line of length 0 with round ends. @param {Attributes} attributes @returns {Attributes} */
function discs({ d, fill, ...rest }) {
  const circle = /m-([\d.]+) 0a[^z]*z/g;
  const radius = Number(circle.exec(String(d))?.[1]);
  return radius
    ? {
        d: String(d).replace(circle, "h0"),
        stroke: fill,
        "stroke-width": 2 * radius,
        "stroke-linecap": "round",
      }
    : { d, fill, ...rest };
}

/** The bars of intervals without the caps at their ends. @param {Attributes} attributes */
const uncapped = ({ d, ...rest }) => ({
  d: d && String(d).replace(/(m-[\d.]+ 0|M[\d. ]+)h[\d.]+/g, ""),
  ...rest,
});

/** Neighbouring texts with equal attributes share them. @param {Node[]} nodes @returns {Node[]} */
function grouped(nodes) {
  /** @type {Node[]} */
  const out = [];
  let last = "";
  for (const node of nodes) {
    const { x, y, ...shared } = node.attributes;
    const key = node.tag === "text" && Object.keys(shared).length ? JSON.stringify(shared) : "";
    const bare = () => el("text", { x, y }, node.children);
    if (key && key === last) /** @type {Node[]} */ (out[out.length - 1].children).push(bare());
    else out.push(key ? el("g", shared, [bare()]) : node);
    last = key;
  }
  return out;
}

/** The node with attributes in place of classes; nothing if it shows nothing. @param {Node} node @param {string} colour @returns {Node[]} */
function painted(
  { tag, attributes: { class: classes, "data-layer": _, ...own }, children },
  colour,
) {
  const names = String(classes ?? "").split(" ");
  const mine = names.map((name) => COLOURS.get(name)).find(Boolean) ?? colour;
  const from = Object.assign({}, ...names.map((name) => ATTRIBUTES.get(name) ?? {}));
  /** @type {Attributes} */
  let attributes = {};
  for (const [name, value] of Object.entries({ ...own, ...from })) {
    // What the style sheet says wins over an attribute; the text is painted by its default.
    const shown = value === "currentColor" ? mine : rounded(value);
    const usual = tag === "text" && name === "fill" && shown === "currentColor";
    if (shown !== null && !usual) attributes[name] = shown;
  }
  if (attributes.stroke === "none")
    for (const name of ["stroke", "stroke-width"]) delete attributes[name];
  if (names.includes("dots")) attributes = discs(attributes);
  if (names.includes("bars")) attributes = uncapped(attributes);
  const inside =
    typeof children === "string"
      ? children
      : grouped(children.flatMap((child) => painted(child, mine)));
  const nothing =
    tag === "path"
      ? !attributes.d || (attributes.fill === "none" && !attributes.stroke)
      : tag === "g" && !inside.length;
  if (nothing) return [];
  if (tag === "g" && typeof inside !== "string" && !Object.keys(attributes).length) return inside;
  return [el(tag, attributes, inside)];
}

/** The indices of the points that a line through fewer points needs: every point left out lies within the tolerance. @param {number[][]} points x and ordinates, in px @param {number} tolerance */
export function needed(points, tolerance) {
  const keep = new Set([0, points.length - 1]);
  const open = [[0, points.length - 1]];
  for (let part = open.pop(); part; part = open.pop()) {
    const [from, to] = part;
    let [worst, at] = [tolerance, -1];
    const wide = points[to][0] - points[from][0];
    for (let i = from + 1; i < to; i++) {
      const share = wide ? (points[i][0] - points[from][0]) / wide : 0;
      const off = Math.max(
        ...points[i].slice(1).map((y, k) => {
          const on = points[from][k + 1] + share * (points[to][k + 1] - points[from][k + 1]);
          // A gap begins or ends here.
          return Number.isNaN(y) !== Number.isNaN(on) ? Infinity : Math.abs(y - on) || 0;
        }),
      );
      if (off > worst) [worst, at] = [off, i];
    }
    if (at < 0) continue;
    keep.add(at);
    open.push([from, at], [at, to]);
  }
  return [...keep].sort((a, b) => a - b);
}

/** One point of each square that holds points. @param {number[][]} points @param {number} side of a square in px */
function scattered(points, side) {
  const found = new Set();
  return points.flatMap(([x, y], i) => {
    const square = `${Math.round(x / side)} ${Math.round(y / side)}`;
    const known = found.has(square);
    found.add(square);
    return known ? [] : [i];
  });
}

/** The figure with fewer points. @param {Figure} figure @param {number} tolerance in px */
function thinned(figure, tolerance) {
  /** @param {"x" | "y"} axis @param {number} length of the axis in px */
  const placer = (axis, length) => {
    const f = figure[axis].scale === "log" ? Math.log10 : Number;
    const all = figure.series.flatMap((s) =>
      axis === "x" ? s.x : [...s.y, ...(s.lo ?? []), ...(s.hi ?? [])],
    );
    const values = all.flatMap((v) => (real(v) && Number.isFinite(f(v)) ? [f(v)] : []));
    const [low, high] = [
      values.reduce((a, b) => Math.min(a, b), Infinity),
      values.reduce((a, b) => Math.max(a, b), -Infinity),
    ];
    return (/** @type {number | null | undefined} */ v) =>
      real(v) && Number.isFinite(f(v)) ? ((f(v) - low) * length) / (high - low || 1) : NaN;
  };
  const [fx, fy] = [placer("x", WIDTH), placer("y", HEIGHT)];
  const series = figure.series.map((s) => {
    if (s.x.length < 3) return s;
    const points = s.x.map((x, i) => [
      fx(x),
      ...[s.y, s.lo, s.hi].flatMap((ys) => (ys ? [fy(ys[i])] : [])),
    ]);
    const indices =
      s.kind === "points" ? scattered(points, 4 * tolerance) : needed(points, tolerance);
    /** @template T @param {T[] | undefined} values */
    const pick = (values) => values && indices.map((i) => values[i]);
    return { ...s, x: pick(s.x) ?? [], y: pick(s.y) ?? [], lo: pick(s.lo), hi: pick(s.hi) };
  });
  return { ...figure, series, field: figure.field && coarse(figure.field, tolerance) };
}

/** A heat map with fewer cells: every second, third … row and column. @param {import("./figure.js").Field} field @param {number} tolerance */
function coarse(field, tolerance) {
  const every = 1 + TOLERANCES.findIndex((one) => one >= tolerance);
  /** @template T @param {T[]} values */
  const some = (values) => values.filter((_, i) => i % every === 0);
  return { ...field, x: some(field.x), y: some(field.y), z: some(field.z).map(some) };
}

/** @param {string} text */
const bytes = (text) => new TextEncoder().encode(text).length;

/**
 * The text of a figure's poster: an SVG of at most `most` bytes.
 * @param {Figure} figure whose texts are filled
 * @param {{locale: string, strings: import("./strings.js").Strings}} view @param {number} [most]
 */
export function poster(figure, { locale, strings }, most = POSTER_BYTES) {
  const hidden = new Set(figure.series.flatMap((s) => (s.hidden || s.ghost ? [s.id] : [])));
  const shown = (/** @type {string} */ id) => !hidden.has(id);
  const said = summarise(figure, shown, locale, strings);
  const described =
    said.length > DESCRIBED ? `${said.slice(0, said.lastIndexOf(" ", DESCRIBED))} …` : said;
  for (const tolerance of TOLERANCES) {
    const thin = thinned(figure, tolerance);
    const view = {
      width: WIDTH,
      height: HEIGHT,
      scale: 1,
      locale,
      strings,
      shown,
      maps,
      plain: true,
    };
    const { tree, height, size } = drawFigure(thin, view);
    const legend = legendRows(thin, shown, size, WIDTH, height + size * 0.4);
    const inside = [...(typeof tree.children === "string" ? [] : tree.children), ...legend.nodes];
    const text = markup(
      el(
        "svg",
        {
          xmlns: "http://www.w3.org/2000/svg",
          viewBox: `0 0 ${WIDTH} ${Math.ceil(legend.bottom)}`,
          width: "100%",
          role: "img",
          fill: "currentColor",
          "font-family": "sans-serif",
          "font-size": rounded(size),
          "stroke-linejoin": "round",
        },
        [
          el("title", {}, figure.title),
          el("desc", {}, described),
          ...grouped(inside.flatMap((node) => painted(node, "currentColor"))),
        ],
      ),
    );
    if (bytes(text) <= most) return text;
  }
  throw new Error(`the figure “${figure.title}” does not fit into a poster of ${most} bytes`);
}

/**
 * What stands inside the tag of an experiment until it runs: the poster, and a line with the answer that leads to the lab.
 * @param {Figure} figure @param {string} answer @param {string | null} href of the setting in the lab @param {Parameters<typeof poster>[1]} view
 */
export function posterBlock(figure, answer, href, view) {
  // HTML and SVG both have links, and both write them in one way. Without an address a link is a plain text.
  const line = markup(el("a", { href }, answer || figure.title));
  return `${poster(figure, view, POSTER_BYTES - bytes(line) - 2)}\n${line}\n`;
}
