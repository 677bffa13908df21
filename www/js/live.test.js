import assert from "node:assert/strict";
import { test } from "node:test";
import { LIVE, Live } from "./live.js";

/** A page of elements by name. @param {{visible?: string[], busy?: string[]}} state */
const page = ({ visible = [], busy = [] } = {}) => {
  /** @type {string[]} */
  const released = [];
  const live = new Live(
    (/** @type {string} */ one) => visible.includes(one),
    (one) => !busy.includes(one) && Boolean(released.push(one)),
  );
  return { live, released };
};

test("the one that was seen longest ago is released first", () => {
  const { live, released } = page();
  for (const one of ["a", "b", "c", "d"]) live.use(one);
  assert.equal(LIVE, 4);
  assert.deepEqual(released, []);
  live.see("a");
  live.use("e");
  live.use("f");
  assert.deepEqual(released, ["b", "c"]);
  live.see("b"); // It is not live, so it takes no place.
  live.use("g");
  assert.deepEqual(released, ["b", "c", "d"]);
});

test("what is on the screen is released last, and what is at work not at all", () => {
  const { live, released } = page({ visible: ["a"], busy: ["b"] });
  for (const one of ["a", "b", "c", "d", "e"]) live.use(one);
  assert.deepEqual(released, ["c"]);
  for (const one of ["f", "g"]) live.use(one);
  assert.deepEqual(released, ["c", "d", "e"]);
  live.use("h");
  live.use("i");
  live.use("j");
  assert.deepEqual(released, ["c", "d", "e", "f", "g", "h"]);
});

test("one that has left the page takes no place", () => {
  const { live, released } = page();
  for (const one of ["a", "b", "c", "d"]) live.use(one);
  live.forget("b");
  live.use("e");
  assert.deepEqual(released, []);
});

test("a page on which all are at work and on the screen releases one later", () => {
  const busy = ["a", "b", "c", "d"];
  const { live, released } = page({ visible: ["a", "b", "c", "d", "e", "f"], busy });
  for (const one of ["a", "b", "c", "d", "e"]) live.use(one);
  assert.deepEqual(released, []);
  busy.length = 0;
  live.use("f");
  assert.deepEqual(released, ["a", "b"]);
});
