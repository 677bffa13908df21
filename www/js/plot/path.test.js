// Paths of lines and bands, with gaps and with ends that open.
import assert from "node:assert/strict";
import { test } from "node:test";
import { path, ribbon } from "./path.js";

test("a line breaks at gaps, and a point between two gaps is a closed path", () => {
  assert.equal(path([0, 1, 2, 3, 4], [5, 6.04, NaN, 7, NaN]), "M0,5L1,6M3,7Z");
  assert.equal(path([0, 1], [NaN, NaN]), null);
});

test("a band goes along its upper and back along its lower end, and breaks at gaps", () => {
  const closed = [false, false, false, false];
  assert.equal(
    ribbon([0, 1, 2, 3], [4, 5, NaN, 6], [1, 2, 3, 3], closed),
    "M0,1L1,2L1,5L0,4ZM3,3L3,6Z",
  );
  assert.equal(ribbon([0], [NaN], [1], [false]), null);
});

test("a band steps where an end opens or closes", () => {
  // The upper end jumps at the second point and back at the third.
  assert.equal(
    ribbon([0, 1, 2], [9, 9, 9], [5, 0, 5], [false, true, false]),
    "M0,5L1,5L1,0L2,0L2,5L2,9L2,9L1,9L1,9L0,9Z",
  );
});
