// Drawings without a page: these tests have no document, only nodes and their text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawFigure } from "./draw.js";
import { drawField } from "./field.js";
import { changed, HOSTILE, logs, nowhere, plane, simplex } from "./samples.js";
import { drawSimplex } from "./simplex.js";
import { standalone } from "./standalone.js";
import { STRINGS } from "./strings.js";
import { summarise } from "./summary.js";
import { markup } from "./svg-text.js";
import { el, written } from "./svg.js";

/** @typedef {import("./svg.js").Node} Node */
/** @typedef {{tag: string, attributes: Record<string, string>, children: Read[] | string}} Read */

const view = {
  width: 700,
  scale: 1,
  locale: "en",
  strings: STRINGS,
  shown: () => true,
  maps: { drawField, drawSimplex },
};

/** @type {Record<string, string>} */
const CHARACTERS = { amp: "&", lt: "<", gt: ">", quot: '"' };
/** @param {string} text */
const plain = (text) => text.replace(/&(\w+);/g, (_, name) => CHARACTERS[name]);

/** Parses the text of an SVG; throws if it is not well-formed. @param {string} text */
function read(text) {
  const token =
    /<\/(?<end>\w+)>|<(?<tag>\w+)(?<attributes>(?: [\w:-]+="(?:[^"<>&]|&(?:amp|lt|gt|quot);)*")*)(?<empty>\/?)>|(?<text>(?:[^<>&]|&(?:amp|lt|gt);)+)/y;
  /** @type {Read} */
  const whole = { tag: "", attributes: {}, children: [] };
  const open = [whole];
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text)?.groups;
    assert.ok(found, `no markup: ${text.slice(at, at + 80)}`);
    const parent = open[open.length - 1];
    if (found.end) assert.equal(open.pop()?.tag, found.end);
    else if (found.text) parent.children = plain(found.text);
    else {
      const attributes = [...found.attributes.matchAll(/ ([^=]+)="([^"]*)"/g)].map((m) => [
        m[1],
        plain(m[2]),
      ]);
      /** @type {Read} */
      const node = { tag: found.tag, attributes: Object.fromEntries(attributes), children: [] };
      /** @type {Read[]} */ (parent.children).push(node);
      if (!found.empty) open.push(node);
    }
  }
  assert.equal(open.length, 1, "every tag is closed");
  return /** @type {Read[]} */ (whole.children)[0];
}

/** The result that parsing a node's text should give. @param {Node} node @returns {Read} */
const expected = ({ tag, attributes, children }) => ({
  tag,
  attributes: Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) =>
      value === null ? [] : [[name, written(value)]],
    ),
  ),
  children: typeof children === "string" ? children : children.map(expected),
});

/** All nodes of a tree. @param {Node} node @returns {Node[]} */
const all = (node) => [
  node,
  ...(typeof node.children === "string" ? [] : node.children.flatMap(all)),
];
/** Nodes of a class, from back to front. @param {Node} tree @param {string} name */
const ofClass = (tree, name) =>
  all(tree).filter(({ attributes }) => String(attributes.class).split(" ").includes(name));
/** Nodes of a layer. @param {Node} tree @param {string} name */
const layer = (tree, name) =>
  /** @type {Node[]} */ (all(tree).find((n) => n.attributes["data-layer"] === name)?.children);
/** @param {Node} tree */
const texts = (tree) =>
  all(tree).flatMap(({ tag, children }) => (tag === "text" ? [children] : []));
/** @param {any} value */
const frozen = (value) => {
  if (value && typeof value === "object") Object.values(Object.freeze(value)).forEach(frozen);
  return value;
};

test("what is drawn is written and read back, for every kind of figure", () => {
  assert.equal(typeof document, "undefined");
  for (const figure of [logs, changed, nowhere, plane, simplex]) {
    const { tree } = drawFigure(frozen(figure), frozen({ ...view }));
    assert.deepEqual(read(markup(tree)), expected(tree), figure.id);
    assert.deepEqual(drawFigure(figure, view).tree, tree, "a second drawing is the same");
  }
});

test("bands are shaded one by one, named in a row above the plot, and said in words", () => {
  const marks = [
    { label: "first", x: 2, to: 20 },
    { label: "second", x: 20, to: 100 },
    { label: "third", x: 100, to: 200 },
  ];
  const banded = { ...logs, marks };
  const { tree, box } = drawFigure(banded, view);
  const d = String(ofClass(tree, "band")[0].attributes.d);
  assert.match(d, /^M[\d.]+ \d+V\d+H[\d.]+V\d+Z$/, "only the second is shaded");
  const [from, to] = [...d.matchAll(/[MH]([\d.]+)/g)].map(([, x]) => Number(x));
  assert.ok(from > box.x0 && to > from && to < box.x1, d);
  assert.equal(ofClass(tree, "rule")[0].attributes.d ?? null, null, "no lines");
  for (const { label } of marks) assert.ok(texts(tree).includes(label), label);
  assert.match(summarise(banded, view.shown, view.locale, view.strings), /second \(20–100\)/);
});

test("text is data in every place that holds one", () => {
  for (const figure of [logs, plane, simplex]) {
    const saved = standalone(figure, view, { text: HOSTILE, metadata: { HOSTILE } }, "light");
    assert.ok(!saved.includes("<b"), figure.id);
    const { children } = read(saved);
    const of = (/** @type {string} */ tag) =>
      /** @type {Read[]} */ (children).find((node) => node.tag === tag)?.children;
    assert.equal(of("title"), figure.title);
    assert.equal(of("metadata"), JSON.stringify({ HOSTILE }));
    assert.ok(
      texts(drawFigure(figure, view).tree).some((text) => String(text).includes("<b title=")),
    );
  }
  assert.equal(
    markup(el("text", { class: `"<&\u0000>` }, "a\u0000<&>")),
    '<text class="&quot;&lt;&amp;␀&gt;">a␀&lt;&amp;&gt;</text>',
  );
  assert.equal(markup(el("path", { d: null, x: 1 / 3, y: -1e-9 })), '<path x="0.33" y="0"/>');
});

test("lines, intervals, arrows and marks of a figure on logarithmic axes", () => {
  const { tree, box, placed, dropped } = drawFigure(logs, view);
  assert.equal(dropped, 0);
  assert.deepEqual(
    placed.map(({ series }) => series.id),
    ["law", "band", "runs"],
  );
  const d = (/** @type {string} */ name) => ofClass(tree, name).map((n) => n.attributes.d);
  assert.match(String(d("line")[0]), /^M[\d.,L]+$/);
  assert.match(String(d("area")[1]), /Z$/);
  // The open end is an arrow at the upper edge: two wings.
  assert.match(String(d("bars")[2]), new RegExp(`V${box.y0}m-[\\d.]+ [\\d.]+L[\\d.]+ ${box.y0}l`));
  // Points that were never seen are open symbols on the floor.
  assert.match(String(d("open")[2]), new RegExp(`^M[\\d.]+ ${box.y1}m`));
  assert.deepEqual(
    layer(tree, "marks").map(({ children }) => children),
    ["best", "floor", HOSTILE],
  );
  const order = /** @type {Node[]} */ (tree.children).map((n) => n.attributes["data-layer"]);
  assert.equal(layer(tree, "places").length, 1);
  assert.ok(order.indexOf("places") < order.indexOf("dots"), "points lie before a marked place");
  assert.match(String(d("rule")[0]), /^M[\d.]+ [\d.]+V\d+M\d+ [\d.]+H\d+$/);
  assert.ok(texts(tree).includes("Loss (nats)"), texts(tree).join("; "));
});

test("a level does not lie on the lower end of a logarithmic axis", () => {
  const at = (/** @type {number} */ level) => {
    const series = logs.series.slice(0, 1).map((s) => ({ ...s, x: [1, 10], y: [0.4, level] }));
    const { tree, box } = drawFigure({ ...logs, series, marks: [{ label: "", y: level }] }, view);
    const [, y] = /M[\d.]+ ([\d.]+)H/.exec(String(ofClass(tree, "rule")[0].attributes.d)) ?? [];
    return box.y1 - Number(y);
  };
  for (const level of [0.05, 0.0501, 0.02, 0.03])
    assert.ok(at(level) > 8, `${level}: ${at(level)}`);
});

test("a map has its cells, its colours and no more than a page draws of it", () => {
  for (const figure of [plane, simplex]) {
    const { tree, cells } = drawFigure(figure, view);
    assert.equal(cells?.length, 15, figure.id);
    const fills = new Set(layer(tree, "field").map(({ attributes }) => attributes.fill));
    assert.ok(fills.size >= 40, "the colour bar has every step");
  }
  assert.deepEqual(layer(drawFigure(plane, { ...view, maps: null }).tree, "field"), []);
  assert.equal(ofClass(drawFigure(simplex, view).tree, "mask").length, 1);
});

test("the values kept from a drawing fix axes, margins and the order of series", () => {
  const first = drawFigure(logs, view);
  const before = structuredClone(first.kept);
  const smaller = {
    ...logs,
    series: logs.series.map((s) => ({ ...s, y: s.y.map((v) => v && v * 0.95) })),
  };
  const second = drawFigure(smaller, view, first.kept);
  assert.equal(
    layer(second.tree, "axes"),
    layer(first.tree, "axes"),
    "the axes are not drawn again",
  );
  assert.deepEqual(first.kept, before, "the kept values that were passed in do not change");
  const third = drawFigure(changed, view, second.kept);
  const order = (/** @type {Node} */ tree) => layer(tree, "lines").map(({ key }) => key);
  assert.deepEqual(order(third.tree), ["line law", "line runs", "line printed"]);
  assert.deepEqual(order(drawFigure(changed, view).tree), [
    "line runs",
    "line printed",
    "line law",
  ]);
});

test("a series switched off keeps its paths, empty", () => {
  const { tree, placed } = drawFigure(logs, { ...view, shown: (id) => id !== "law" });
  assert.equal(placed.length, 2);
  assert.deepEqual(ofClass(tree, "line")[0].attributes, { class: "line c0" });
});

test("an end of a band that is far from its value is drawn where it is, if the axis shows it", () => {
  const axis = { label: "", unit: "", scale: /** @type {const} */ ("log") };
  /** @type {import("./figure.js").Series} */
  const steep = {
    id: "steep",
    label: "",
    kind: "line",
    role: "measured",
    x: [1, 2, 3],
    y: [0.5, 1e-6, 1e-6],
    lo: [0.5, 1e-6, 1e-6],
    hi: [0.5, 0.5, 0.5],
  };
  const above = { ...steep, id: "above", y: [1, 1, 1], lo: undefined, hi: undefined };
  const figure = { id: "f", title: "", x: axis, y: axis, series: [steep, above] };
  const { tree, placed, box } = drawFigure(figure, view);
  const half = placed[0].py[0];
  const area = String(ofClass(tree, "area")[0].attributes.d);
  const heights = [...area.matchAll(/[\d.]+[ ,]([\d.]+)/g)].map(([, y]) => Number(y));
  assert.ok(half > box.y0 + 5 && Math.min(...heights) > half - 0.2, `${half}: ${area}`);
});

test("with equal axes a circle is a circle, in wide and in narrow plots", () => {
  const axis = { label: "", unit: "", scale: /** @type {const} */ ("linear") };
  const turns = Array.from({ length: 13 }, (_, i) => (i * Math.PI) / 6);
  /** @type {import("./figure.js").Series} */
  const circle = {
    id: "circle",
    label: "",
    kind: "line",
    role: "theory",
    x: turns.map(Math.cos),
    y: turns.map(Math.sin),
  };
  const figure = { id: "f", title: "", x: axis, y: axis, series: [circle] };
  const sizes = (/** @type {boolean} */ equal, /** @type {object} */ more) => {
    const [{ px, py }] = drawFigure({ ...figure, equal }, { ...view, ...more }).placed;
    return [px, py].map((p) => Math.max(...p) - Math.min(...p));
  };
  for (const more of [{}, { width: 340 }, { width: 300, height: 640 }]) {
    const [across, up] = sizes(true, more);
    assert.ok(
      across > 50 && Math.abs(across - up) < 1,
      `${JSON.stringify(more)}: ${across}, ${up}`,
    );
  }
  const [across, up] = sizes(false, {});
  assert.ok(across > 1.2 * up, "other plots fill their width");
});
