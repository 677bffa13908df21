import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCommand } from "./export.js";
import { difference, formatHash, parseHash } from "./route.js";
import { setShare } from "./simplex-control.js";
import { sliderScale } from "./slider.js";
import { formatList, isSure, parseMatrix, parseShares, sameText } from "./value-text.js";

/** @type {(more: object) => import("./types.d.ts").Spec} */
const spec = (more) => ({
  name: "x",
  help: "",
  unit: "",
  scale: "linear",
  kind: "number",
  default: "1",
  min: 0,
  max: 1,
  min_len: 1,
  max_len: 1,
  choices: [],
  ...more,
});
/** @type {import("./types.d.ts").Entry} */
const entry = {
  slug: "s",
  title: "",
  question: "",
  presets: [],
  main: [],
  kinds: {},
  pictured: false,
  data: "",
  kernel: true,
  params: [spec({ name: "weights", default: "0.9,0.1" }), spec({ name: "hours", default: "100" })],
};

test("a dragged share keeps the sum at 1 and the others in proportion", () => {
  assert.equal(formatList(setShare([0.9, 0.1], 0, 0.7)), "0.7,0.3");
  assert.equal(formatList(setShare([0.5, 0.3, 0.2], 0, 0.6)), "0.6,0.24,0.16");
  // The other shares are all 0 and have no proportions, so they divide the rest equally.
  assert.equal(formatList(setShare([1, 0, 0], 0, 0.4)), "0.4,0.3,0.3");
  for (let x = 0; x <= 100; x++) {
    const shares = setShare([1 / 3, 1 / 3, 1 / 6, 1 / 6], 2, x / 100);
    assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 1e-12, `the sum at ${x} %`);
    assert.ok(
      shares.every((share) => share >= 0),
      `no share is negative at ${x} %`,
    );
  }
});

test("a text that is not a list of shares moves no slider", () => {
  assert.deepEqual(parseShares("3,1"), [0.75, 0.25]);
  for (const text of ["0,0", "2,-1", "1,,2", "a,b", ""])
    assert.equal(parseShares(text), null, text);
});

test("a slider reaches both ends, and its positions convert to values and back", () => {
  for (const more of [
    {},
    { kind: "integer", min: 10, max: 10000, scale: "log" },
    { min: 0.1, max: 3, scale: "log" },
    { kind: "integer", min: 0, max: 7 },
    { scale: "log", min: 0, max: 1 },
  ]) {
    const s = spec(more);
    const scale = sliderScale(s);
    assert.equal(scale.value(0), s.min);
    assert.equal(scale.value(scale.steps), s.max);
    for (let at = 0; at <= scale.steps; at += 97) {
      const value = scale.value(at);
      assert.ok(
        value >= s.min && value <= s.max && (s.kind !== "integer" || Number.isInteger(value)),
      );
      assert.equal(scale.value(scale.position(value)), value, `position ${at}`);
    }
  }
});

test("one press of an arrow key is one value", () => {
  const range = (/** @type {Partial<import("./types.d.ts").Spec>} */ spec) =>
    sliderScale(/** @type {any} */ (spec));
  for (const scale of /** @type {const} */ (["log", "linear"])) {
    const whole = range({ kind: "integer", scale, min: 1, max: 1e6 });
    for (const from of [1, 2, 7, 1999, 123_456, 999_999]) {
      assert.equal(whole.next(from, 1), from + 1);
      assert.equal(whole.next(from, -1), Math.max(1, from - 1));
    }
    assert.equal(whole.next(1e6, 1), 1e6, "the end");
    for (const [min, max] of [
      [0.001, 1.9],
      [1, 1.2],
      [1e-9, 1e9],
      [0, 1],
    ]) {
      const real = range({ kind: "number", scale, min, max });
      for (let from = min, i = 0; i < 300; i++) {
        const to = real.next(from, 1);
        assert.ok(to > from || to === max, `${from} to ${to}`);
        assert.ok(real.next(to, -1) < to);
        from = to;
      }
    }
  }
  assert.equal(
    range({ kind: "integer", scale: "linear", min: 0, max: 10 }).next(2.5, 1),
    3,
    "from a value between two positions",
  );
});

test("two texts can mean the same value", () => {
  const same = (/** @type {string} */ kind, /** @type {string} */ a, /** @type {string} */ b) =>
    sameText(/** @type {any} */ ({ kind }), a, b);
  assert.ok(
    same("number", "1e3", "1000") &&
      same("list", "1, 2.0", "1,2") &&
      same("matrix", "1,0;0,1", "1.0,0;0,1"),
  );
  assert.ok(same("simplex", "3,1", "0.75,0.25") && same("simplex", "0.6,0.3,0.1", "6,3,1"));
  assert.ok(same("choice", "a", "a") && same("text", "loss>6", "loss>6"));
  assert.ok(
    !same("number", "1", "2") &&
      !same("list", "1,2", "1,2,3") &&
      !same("simplex", "3,1", "1,3") &&
      !same("matrix", "1,0", "1;0"),
  );
  assert.ok(!same("number", "x", "y") && !same("text", "1.0", "1"));
});

test("a matrix is rows of numbers", () =>
  assert.deepEqual(parseMatrix("1,0;0.5,1"), [
    [1, 0],
    [0.5, 1],
  ]));

test("a URL holds what differs from the defaults and reads back the same", () => {
  const query = difference(entry, { weights: "0.7,0.3", hours: "100" }, 7, "cpu");
  assert.deepEqual(query, { weights: "0.7,0.3", seed: "7", device: "cpu" });
  assert.equal(formatHash("s", query), "#/s?weights=0.7,0.3&seed=7&device=cpu");
  assert.deepEqual(parseHash("#/s?weights=0.7,0.3&seed=7&device=cpu"), { name: "s", query });
  assert.deepEqual(difference(entry, { weights: "0.9,0.1", hours: "100" }, 1, "auto"), {});
  assert.deepEqual(parseHash("#/s?t=1,0;0,1").query, { t: "1,0;0,1" });
  assert.deepEqual(parseHash(""), { name: "", query: {} });
  assert.equal(parseHash("#/100%").name, "100%");
  assert.deepEqual(
    parseHash("#%2Fs%3Fweights%3D0.7%2C0.3"),
    { name: "s", query: { weights: "0.7,0.3" } },
    "encoded as a whole",
  );
  assert.deepEqual(
    parseHash("#/s?a=1&b=3&a=2&b=3").query,
    { a: "1&a=2", b: "3" },
    "a name with two values keeps both, which no parameter accepts",
  );
  assert.equal(parseHash("#main").name, "", "the link that skips to the content");
  for (const broken of ["#/%E0%A4%A", "#/%E0%A4", "#%2F%E0%A4%A", "#/s?x=%E0%A4%A", "#/%"])
    assert.equal(typeof parseHash(broken).name, "string", broken);
});

test("a command survives the shell", () => {
  assert.equal(
    formatCommand("s", { weights: "0.7,0.3", seed: "7" }),
    "scaling-lab run s --set weights=0.7,0.3 --seed 7",
  );
  assert.equal(
    formatCommand("s", { t: "1,0;0,1", x: "it's" }),
    `scaling-lab run s --set 't=1,0;0,1' --set 'x=it'\\''s'`,
  );
  assert.equal(
    formatCommand("s", { seed: "7" }, "my runs.csv"),
    "scaling-lab run s --data 'my runs.csv' --seed 7",
  );
  assert.equal(
    formatCommand("s", {}, "-o.csv"),
    "scaling-lab run s --data './-o.csv'",
    "a file's name is not read as an option",
  );
  assert.equal(formatCommand("s", {}, "$(rm);`x`.csv"), "scaling-lab run s --data '$(rm);`x`.csv'");
});

test("a text is surely a value only if the engine takes it", () => {
  /** @param {import("./types.d.ts").Spec["kind"]} kind @param {string} usual */
  const of = (kind, usual) =>
    spec({
      kind,
      default: usual,
      max: 10,
      min_len: kind === "simplex" ? 2 : 1,
      max_len: 3,
      choices: [{ value: "yes", label: "" }],
    });
  /** Texts that are values, and texts that are not or that only the engine can tell. @type {[import("./types.d.ts").Spec["kind"], string[], string[]][]} */
  const cases = [
    [
      "number",
      ["0", "10", "1e1", "+.5", "2.5"],
      ["", " ", "-1", "11", "1e999", "NaN", "0x1", "1,2", "Infinity", "1e", "1_0"],
    ],
    ["integer", ["3", "1e1", "3.0"], ["3.5", "x"]],
    ["choice", ["yes"], ["no", "toString"]],
    ["list", ["1", "1,2"], ["1,2,3", "1,2,3,4", "1,,2", "1,", "1,x", "1;2"]],
    ["simplex", ["1,0", "1,2,3"], ["1", "0,0", "1,2,3,4", "1,-1"]],
    ["matrix", [], ["1,2;3,4"]],
    ["text", [], ["a"]],
    ["columns", [], ["x:a"]],
  ];
  for (const [kind, sure, doubtful] of cases) {
    for (const text of ["", ...sure]) assert.ok(isSure(of(kind, ""), text, 2), `${kind} ${text}`);
    for (const text of doubtful) assert.ok(!isSure(of(kind, "5"), text, 2), `${kind} ${text}`);
  }
  assert.ok(isSure(of("list", ""), "1,2,3"), "without shares, a list has any length");
});
