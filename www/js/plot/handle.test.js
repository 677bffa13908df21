import assert from "node:assert/strict";
import { test } from "node:test";
import { digits, placeOn } from "./handle.js";

const PATH = [
  { x: 0, y: 50, value: 1 },
  { x: 10, y: 40, value: 10 },
  { x: 30, y: 0, value: 1000 },
];

test("a place on a path lies between its points, on the scale of the values", () => {
  assert.deepEqual(placeOn(PATH, "x", 5, false), { x: 5, y: 45, value: 5.5 });
  const { value } = placeOn(PATH, "x", 20, true);
  assert.ok(Math.abs(value - 100) < 1e-9, `${value}`);
  const { x, y } = placeOn(PATH, "value", 100, true);
  assert.ok(Math.abs(x - 20) < 1e-9 && Math.abs(y - 20) < 1e-9, `${x}, ${y}`);
});

test("beyond the ends of a path lies its nearest end", () => {
  assert.deepEqual(placeOn(PATH, "x", -7, false), PATH[0]);
  assert.deepEqual(placeOn(PATH, "value", 1e9, false), PATH[2]);
  const { x, y, value } = placeOn(PATH, "value", 0, true);
  assert.ok(x === 0 && y === 50 && Math.abs(value - 1) < 1e-12);
});

test("values may fall from left to right", () => {
  const falling = PATH.map((place) => ({ ...place, value: -place.value }));
  assert.deepEqual(placeOn(falling, "value", -10, false), falling[1]);
  assert.deepEqual(placeOn(falling, "value", 5, false), falling[0]);
});

test("a slider's values have digits and no exponent, however large or small", () => {
  for (const x of [0, 0.35, 75, 5.76e23, 1e30, 1e-7, -2.5e-9]) {
    assert.match(digits(x), /^-?\d+(\.\d+)?$/);
    assert.equal(Number(digits(x)), x);
  }
});
