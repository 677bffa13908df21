import assert from "node:assert/strict";
import { test } from "node:test";
import { recall, remember } from "./finished.js";

/** @param {number} a @param {object} [more] @returns {any} */
const result = (a, more) => ({ experiment: "x", params: { a }, seed: 1, data: null, ...more });

test("a finished result is found by its experiment, settings, seed, table and device, and by no other", () => {
  const one = result(1);
  remember(one, "auto");
  assert.equal(recall(result(1, { progress: {} }), "auto"), one);
  assert.equal(recall(result(1), "gpu"), null);
  for (const other of [{ seed: 2 }, { experiment: "y" }, { data: { digest: "d" } }, { params: {} }])
    assert.equal(recall(result(1, other), "auto"), null, JSON.stringify(other));
});

test("the newest result of a state counts, and only the latest sixteen are kept", () => {
  const first = result(1, { elapsed_s: 1 });
  const newer = result(1, { elapsed_s: 2 });
  remember(first, "cpu");
  for (let a = 2; a <= 16; a++) remember(result(a), "cpu");
  remember(newer, "cpu");
  remember(result(17), "cpu");
  assert.equal(recall(first, "cpu"), newer);
  assert.equal(recall(result(2), "cpu"), null);
  assert.ok(recall(result(3), "cpu"));
});
