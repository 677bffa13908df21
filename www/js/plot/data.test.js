import assert from "node:assert/strict";
import { test } from "node:test";
import { STRINGS } from "./strings.js";
import { cell } from "./format.js";
import { viridis } from "./field.js";
import { palettes, svgRules } from "./css.js";
import { looks } from "./style.js";
import { course, summarise } from "./summary.js";
import { tabulate, thin } from "./table.js";

/** @typedef {import("./figure.js").Figure} Figure @typedef {import("./figure.js").Series} Series */
/** @param {Partial<Series> & {id: string}} part @returns {Series} */
const series = (part) => ({
  label: part.id,
  kind: "line",
  role: "measured",
  x: [],
  y: [],
  ...part,
});
const axis = { unit: "", scale: /** @type {const} */ ("linear") };
/** @param {Series[]} list @param {Partial<Figure>} [more] @returns {Figure} */
const figure = (list, more) => ({
  id: "f",
  title: "F",
  x: { label: "Share", ...axis },
  y: { label: "Loss", ...axis },
  series: list,
  marks: [],
  ...more,
});
const all = () => true;

test("the course of a series", () => {
  assert.equal(course([1, 2, 3], [3, 2.5, 2])?.shape, "falls");
  assert.equal(course([1, 2, 3], [1, null, 2])?.shape, "rises");
  assert.deepEqual(course([1, 2, 3], [3, 1, 2])?.turn, { x: 2, y: 1 });
  assert.equal(course([1, 2, 3], [3, 1, 2])?.shape, "dips");
  assert.equal(course([1, 2, 3], [1, 3, 2])?.shape, "peaks");
  assert.equal(course([1, 2], [1, 1.0001])?.shape, "flat");
  assert.equal(course([4], [1])?.shape, "one");
  assert.equal(course([1, 2], [null, NaN]), null);
  // Points need not be sorted.
  assert.equal(course([3, 1, 2], [1, 3, 2])?.shape, "falls");
});

test("a summary in words", () => {
  const text = summarise(
    figure([series({ id: "loss", x: [1, 2], y: [3.1, 2.2] })], {
      marks: [{ label: "best", x: 2 }],
    }),
    all,
    "en",
    STRINGS,
  );
  assert.equal(
    text,
    "Loss against Share, from 1 to 2. Loss falls from 3.1 to 2.2. Marked: best (2).",
  );
  const map = summarise(
    figure([], {
      field: {
        x: [0, 1],
        y: [5],
        z: [[2, null]],
        label: "Cost",
        unit: "",
        scale: "linear",
        frame: "plane",
      },
    }),
    all,
    "en",
    STRINGS,
  );
  assert.equal(map, "Cost over Share and Loss: smallest 2 at (0, 5), largest 2.");
});

test("a table has one row per abscissa and says open ends", () => {
  const { head, rows, note } = tabulate(
    figure([
      series({ id: "a", x: [1, 2], y: [10, null], lo: [9, null], hi: [11, 4] }),
      series({ id: "b", x: [2, 3], y: [20, 30] }),
      series({ id: "off", x: [9], y: [9] }),
    ]),
    (id) => id !== "off",
    "en",
    STRINGS,
  );
  assert.deepEqual(head, ["Share", "a", "b"]);
  assert.deepEqual(rows, [
    ["1", "10 [9 to 11]", ""],
    ["2", "≤ 4", "20"],
    ["3", "", "30"],
  ]);
  assert.equal(note, "");
  assert.equal(cell(1, 0.5, null, String, STRINGS), "1 [≥ 0.5]");
  const x = Array.from({ length: 2000 }, (_, i) => i);
  const long = tabulate(figure([series({ id: "a", x, y: x })]), all, "en", STRINGS);
  assert.ok(long.rows.length <= 200 && long.note.includes("2000"));
  assert.deepEqual(thin([1, 2, 3, 4, 5], 2), [[1, 4], 3]);
});

test("series of one group share a colour, theory lines differ in dash", () => {
  const look = looks([
    { id: "a", group: "matched", kind: "line", role: "theory" },
    { id: "b", group: "matched", kind: "points", role: "measured" },
    { id: "c", group: "optimal", kind: "line", role: "theory" },
    { id: "d", group: "optimal", kind: "line", role: "theory" },
    { id: "optimal", kind: "points", role: "measured" },
    { id: "matched-printed", kind: "points", role: "published" },
  ]);
  assert.deepEqual(
    look.map((l) => l.colour),
    ["c0", "c0", "c1", "c1", "c1", "c2"],
  );
  assert.equal(look[1].dash, null);
  assert.notEqual(look[2].dash, look[3].dash);
  assert.notEqual(look[1].shape, look[4].shape);
  assert.equal(look[5].open, true);
  assert.notEqual(look[0].dash, null);
});

/** @param {number} n groups, each of a measured series and a line */
const groups = (n) =>
  looks(
    [...Array(2 * n).keys()].map((i) => ({
      id: `s${i}`,
      group: `g${i % n}`,
      kind: i < n ? "points" : "line",
      role: i < n ? "measured" : "theory",
    })),
  ).map((l) => l.colour);

test("each group has one colour, and no two groups share it", () => {
  for (const n of [1, 8, 9, 12, 16]) {
    const colours = groups(n);
    for (const palette of Object.values(palettes)) {
      const seen = colours.map((colour) => palette[colour]);
      assert.ok(seen.every(Boolean));
      assert.equal(new Set(seen).size, n);
      assert.deepEqual(seen.slice(0, n), seen.slice(n));
    }
    for (const colour of colours)
      assert.ok(svgRules.includes(`.${colour}{color:var(--lab-${colour})}`), colour);
    assert.equal(colours[0][0], n > 8 ? "q" : "c");
  }
  // The groups spread over the whole scale, in order.
  assert.deepEqual(
    groups(9).slice(0, 9),
    [0, 2, 4, 6, 8, 9, 11, 13, 15].map((i) => `q${i}`),
  );
});

test("a series stands out from the background, and a scale grows lighter", () => {
  /** Relative luminance. @param {string} colour */
  const light = (colour) => {
    const channels = colour.startsWith("#")
      ? [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16))
      : (colour.match(/\d+/g) ?? []).map(Number);
    const [r, g, b] = channels
      .map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const palette of Object.values(palettes)) {
    let before = -1;
    for (const [name, colour] of Object.entries(palette)) {
      if (!/^[cq]\d+$/.test(name)) continue;
      const [low, high] = [light(colour), light(palette.bg)].sort((a, b) => a - b);
      assert.ok((high + 0.05) / (low + 0.05) >= 3, `${name} ${colour}`);
      if (name.startsWith("c")) continue;
      assert.ok(light(colour) > before, `${name} ${colour}`);
      before = light(colour);
    }
  }
});

test("the colours of a map grow lighter", () => {
  const light = (/** @type {string} */ hex) =>
    [1, 3, 5].reduce(
      (sum, i, c) => sum + parseInt(hex.slice(i, i + 2), 16) * [0.21, 0.72, 0.07][c],
      0,
    );
  const steps = Array.from({ length: 30 }, (_, i) => light(viridis(i / 29)));
  steps.forEach((v, i) => assert.ok(i === 0 || v > steps[i - 1]));
  assert.equal(viridis(0), "#440154");
  assert.equal(viridis(1), "#fde725");
  assert.equal(viridis(7), viridis(1));
});
