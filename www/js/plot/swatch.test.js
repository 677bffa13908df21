// What a legend shows, and the labels that stand beside curves.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawFigure } from "./draw.js";
import { placeRows } from "./layout.js";
import { logs } from "./samples.js";
import { standalone } from "./standalone.js";
import { STRINGS } from "./strings.js";
import { looks } from "./style.js";
import { markup } from "./svg-text.js";
import { entries, entryOf, hows, swatch } from "./swatch.js";

const view = { locale: "en", strings: STRINGS, shown: () => true, maps: null };

/** @param {Partial<import("./figure.js").Series> & {id: string}} series @returns {import("./figure.js").Series} */
const one = (series) => ({
  label: `Curve ${series.id}`,
  kind: "line",
  role: "theory",
  x: [1, 10],
  y: [1, 2],
  ...series,
});
const before = [one({ id: "b", group: "g", how: "exact" }), one({ id: "c" })];
const after = [
  one({ id: "a", how: "simulated", kind: "points", role: "measured" }),
  ...before,
  one({ id: "d", group: "g", how: "simulated", kind: "points", role: "measured" }),
  one({ id: "e", group: "g", how: "seldom seen", hidden: true }),
];
const groups = [
  { id: "a", label: "First" },
  { id: "g", label: "Second" },
];
const figure = { ...logs, marks: [], groups, series: after };

test("a named group is one entry, and each kind of mark is named once", () => {
  const list = entries(figure);
  assert.deepEqual(
    list.map(({ label, more, members }) => [label, more, members.length]),
    [
      ["First", false, 1],
      ["Second", false, 2],
      ["Curve c", false, 1],
      ["Curve e", true, 1],
    ],
  );
  assert.deepEqual(
    hows(list).map(({ label }) => label),
    ["simulated", "exact"],
  );
  assert.equal(entryOf(after[3], groups).key, entryOf(before[0], groups).key);
  const saved = standalone(figure, view, null, "light");
  for (const text of ["First", "Second", "Curve c", "Curve e", "simulated", "exact"])
    assert.equal(saved.split(`>${text}</text>`).length, 2, text);
  assert.ok(!saved.includes(">Curve b</text>"));
  const without = standalone(figure, { ...view, shown: (id) => id !== "e" }, null, "light");
  assert.ok(!without.includes(">Curve e</text>"));
});

test("entries show lines that were measured", () => {
  const measured = {
    how: "mean",
    kind: /** @type {const} */ ("line"),
    role: /** @type {const} */ ("measured"),
  };
  const series = [
    one({ id: "level", group: "g", how: "exact" }),
    one({ id: "b", group: "a", ...measured }),
    one({ id: "c", group: "g", ...measured }),
  ];
  const list = entries({ ...figure, series });
  assert.deepEqual(
    hows(list).map(({ label, members }) => [label, markup(swatch(members)).includes("dasharray")]),
    [
      ["exact", true],
      ["mean", false],
    ],
  );
  for (const { label, members } of list)
    assert.ok(!markup(swatch(members)).includes("dasharray"), label);
  assert.ok(markup(swatch(list[0].members.slice(0, 1))).includes("dasharray"), "theory alone");
});

test("a run that adds series changes no colour", () => {
  const colours = (/** @type {typeof after} */ series) =>
    new Map(looks(series, groups).map(({ colour }, i) => [series[i].id, colour]));
  const [old, now] = [colours(before), colours(after)];
  assert.deepEqual([...old], [["b", "c1"], ["c", "c2"]]); // prettier-ignore
  for (const [id, colour] of old) assert.equal(now.get(id), colour);
  assert.equal(now.get("d"), "c1");
});

test("a mark without a place stands in the middle; a curve has its name at its end", () => {
  const { tree, box } = drawFigure(
    { ...figure, series: [one({ id: "f", tag: "end", y: [2, 1] })], marks: [{ label: "to come" }] },
    { ...view, width: 700, scale: 1 },
  );
  const at = (/** @type {string} */ text) =>
    Number(new RegExp(`x="([\\d.]+)"[^>]*>${text}<`).exec(markup(tree))?.[1]);
  assert.equal(at("to come"), (box.x0 + box.x1) / 2);
  assert.ok(at("end") > box.x1 - 10, String(at("end")));
});

test("the line of a mark passes beside the label of the mark before it", () => {
  const labels = [
    { at: 300, width: 150 },
    { at: 340, width: 100 },
  ];
  const [first, second] = placeRows(labels, 0, 400, 10);
  assert.deepEqual([first.row, second.row], [0, 1]);
  assert.ok(first.x + 75 < 340, String(first.x));
});
