import assert from "node:assert/strict";
import { test } from "node:test";
import { cut, fill, pieces } from "./text.js";

const named = (/** @type {string} */ value) => ({ kind: "name", value });

test("a backtick of a template opens code, one of an argument is data", () => {
  const text = { template: "`{a}` is not `b` of {a}", arguments: { a: named("t`x") } };
  assert.deepEqual(pieces(text), [
    "",
    { code: "t`x" },
    " is not ",
    { code: "b" },
    " of ",
    "t`x",
    "",
  ]);
  assert.equal(fill(text), "`t`x` is not `b` of t`x");
});

test("what an argument holds is never a formula, a hole or the end of code", () => {
  const text = { template: "$n^{2}$ of {a}", arguments: { a: named("$x$ {a}") } };
  assert.deepEqual(pieces(text), ["", { tex: "n^{2}" }, " of ", "$x$ {a}", ""]);
});

test("texts in texts keep their formulas and code", () => {
  const inner = { template: "`{a}` × $10^9$", arguments: { a: named("tok") } };
  const text = {
    template: "D = {list}",
    arguments: { list: { kind: "list", value: [inner, "more"] } },
  };
  assert.equal(fill(text), "D = `tok` × $10^9$, more");
  assert.ok(pieces(text).some((piece) => typeof piece !== "string" && "tex" in piece));
});

test("a number chooses the form of a word", () => {
  const rows = (/** @type {number} */ n) =>
    fill({ template: "{n} {n:row|rows}", arguments: { n: { kind: "count", value: n } } });
  assert.deepEqual([0, 1, -1, 2].map(rows), ["0 rows", "1 row", "−1 row", "2 rows"]);
});

test("a long text is cut between two characters", () => {
  assert.equal(cut("short"), "short");
  assert.equal(cut("x".repeat(60)), "x".repeat(60));
  assert.equal(cut("😀".repeat(61)), `${"😀".repeat(60)}…`);
  assert.equal(cut("abc", 2), "ab…");
});
