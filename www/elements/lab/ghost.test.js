import assert from "node:assert/strict";
import { test } from "node:test";
import { drawFigure } from "../../js/plot/draw.js";
import { STRINGS } from "../../js/plot/strings.js";
import { looks } from "../../js/plot/style.js";
import { before, ghost } from "./ghost.js";

/** @typedef {import("../../js/plot/figure.js").Series} Series */

/** @param {string} id @param {Partial<Series>} [more] @returns {Series} */
const series = (id, more) => ({
  id,
  label: id,
  kind: "points",
  role: "measured",
  x: [1, 2],
  y: [3, 4],
  ...more,
});

/** @param {Series[]} series @param {object} [more] @returns {import("../../js/plot/figure.js").Figure} */
const figure = (series, more) => ({
  id: "loss",
  title: "Loss",
  x: { label: "samples", unit: "", scale: "linear" },
  y: { label: "loss", unit: "", scale: "linear" },
  series,
  ...more,
});

const theory = series("theory", { kind: "line", role: "theory" });
const now = figure([theory]);

test("the measured series of the earlier figure stand behind, as one series of each kind", () => {
  const before = figure([
    theory,
    series("a"),
    series("b", { x: [5], y: [6], lo: [5], hi: [7] }),
    series("c", { kind: "line" }),
    series("d", { kind: "band", y: [null, null] }),
    series("e", { hidden: true }),
  ]);
  const { series: all } = ghost(now, before, "before: a = 1");
  assert.deepEqual(
    all.map(({ id, label, ghost }) => [id, label, Boolean(ghost)]),
    [
      ["ghost-line", "before: a = 1", true],
      ["ghost-points", "before: a = 1", true],
      ["theory", "theory", false],
    ],
  );
  const { x, y, lo, hi } = all[1];
  assert.deepEqual(x, [1, 2, null, 5]);
  assert.deepEqual(y, [3, 4, null, 6]);
  assert.deepEqual(
    [lo, hi],
    [
      [null, null, null, 5],
      [null, null, null, 7],
    ],
  );
});

test("without a measurement, or with other axes, the figure stays as it is", () => {
  const before = figure([series("a")]);
  assert.equal(ghost(now, null, ""), now);
  assert.equal(ghost(now, figure([theory]), ""), now);
  assert.equal(ghost(now, figure([series("a", { y: [null, null] })]), ""), now);
  for (const other of /** @type {Partial<typeof now>[]} */ ([
    { x: { ...now.x, label: "hours" } },
    { y: { ...now.y, unit: "%" } },
    { y: { ...now.y, scale: "log" } },
    { id: "other" },
  ]))
    assert.equal(ghost(now, { ...before, ...other }, ""), now, JSON.stringify(other));
  assert.notEqual(ghost(now, before, ""), now);
});

test("a ghost takes no colour from the other series, and is drawn behind them in every drawing", () => {
  const measured = figure([theory, series("a", { group: "a" }), series("b")]);
  const haunted = ghost(measured, figure([series("a")]), "before");
  assert.deepEqual(looks(haunted.series).slice(1), looks(measured.series));
  assert.equal(looks(haunted.series)[0].colour, "ghost");
  const view = {
    width: 600,
    scale: 1,
    locale: "en",
    strings: STRINGS,
    shown: () => true,
    maps: null,
  };
  // The ghost comes later than the series that a first drawing has shown.
  const first = drawFigure(measured, view);
  const { tree } = drawFigure(haunted, view, first.kept);
  const nodes = (/** @type {string | import("../../js/plot/svg.js").Node[]} */ children) =>
    typeof children === "string" ? [] : children;
  const dots = nodes(tree.children).find((node) => node.attributes["data-layer"] === "dots");
  const classes = nodes(dots?.children ?? []).map((node) => node.attributes.class);
  assert.deepEqual(classes.slice(0, 3), ["bars ghost", "dots ghost", "open ghost"]);
});

test("an earlier run is named after the settings that differ", () => {
  const entry = /** @type {any} */ ({
    params: [{ name: "a", label: "exponent" }, { name: "b" }, { name: "c" }],
  });
  const figures = [figure([series("a")])];
  /** @param {object} values @param {number} [seed] */
  const state = (values, seed = 1) => ({
    slug: "x",
    values: { a: "1", b: "2", c: "3", ...values },
    seed,
  });
  /** @param {object} values @param {number} [seed] */
  const label = (values, seed) => {
    const last = { result: /** @type {any} */ ({ figures }), of: state({}) };
    return before(entry, last, state(values, seed))?.(now).series[0].label;
  };
  assert.equal(label({}), undefined);
  assert.equal(label({ a: "5" }), "before: exponent = 1");
  assert.equal(label({ b: "5" }, 2), "before: b = 2, Seed = 1");
  assert.equal(label({ a: "5", b: "5", c: "5" }), "before: exponent = 1, b = 2, …");
});
