// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { extentOf, makeScale, makeTicks, niceDomain, stableDomain } from "./scale.js";

test("a scale and its inverse", () => {
  for (const [kind, domain] of /** @type {const} */ ([["linear", [-2, 6]], ["log", [1e-5, 1e3]]])) {
    const scale = makeScale(kind, [...domain], [40, 440]);
    assert.equal(scale(domain[0]), 40);
    assert.equal(scale(domain[1]), 440);
    for (const px of [40, 171, 440]) assert.ok(Math.abs(scale(scale.invert(px)) - px) < 1e-9);
  }
  assert.ok(Number.isNaN(makeScale("log", [1, 10], [0, 1])(0)));
  assert.ok(Number.isNaN(makeScale("log", [1, 10], [0, 1])(-1)));
});

test("logarithmic ticks: labelled at 1 to 12 decades, never too many, never fewer than two", () => {
  for (let decades = 1; decades <= 12; decades++) {
    for (const start of [-9, -3, 0, 2]) {
      for (const count of [3, 5, 8]) {
        const domain = /** @type {[number, number]} */ ([Number(`1e${start}`), Number(`1e${start + decades}`)]);
        const { major, minor } = makeTicks("log", domain, count);
        assert.ok(major.length >= 2 && major.length <= count + 1, `${domain} ${count}: ${major}`);
        for (const t of [...major, ...minor]) assert.ok(t >= domain[0] && t <= domain[1]);
        assert.ok(!minor.some(t => major.includes(t)));
        if (decades > 3) assert.ok(major.every(t => Number.isInteger(Math.log10(t))), `${major}`);
      }
    }
  }
  assert.deepEqual(makeTicks("log", [1, 1000], 5).major, [1, 10, 100, 1000]);
  assert.deepEqual(makeTicks("log", [1e-12, 1], 5).major, [1e-12, 1e-9, 1e-6, 1e-3, 1]);
  assert.deepEqual(makeTicks("log", [1, 100], 8).major, [1, 2, 5, 10, 20, 50, 100]);
  // Less than a decade: not even one power of ten inside.
  assert.ok(makeTicks("log", [2.1, 2.9], 5).major.length >= 2);
});

test("exact powers of ten", () => {
  for (const t of makeTicks("log", [1e-12, 1e-3], 12).major) assert.equal(t, Number(t.toPrecision(15)));
});

test("round domains", () => {
  assert.deepEqual(niceDomain("linear", [0.02, 0.97]), [0, 1]);
  assert.deepEqual(niceDomain("linear", [96, 104]), [96, 104]);
  assert.deepEqual(niceDomain("linear", [0.6, 1 + 1e-15]), [0.6, 1]);
  assert.deepEqual(niceDomain("log", [0.0281, 0.0333]), [0.028, 0.034]);
  assert.deepEqual(niceDomain("log", [0.013, 0.9]), [0.01, 1]);
  assert.deepEqual(niceDomain("log", [0.013, 0.4]), [0.01, 0.5]);
  assert.deepEqual(niceDomain("log", [3e-8, 0.4]), [1e-8, 1]);
  for (const kind of /** @type {const} */ (["linear", "log"])) {
    const [a, b] = niceDomain(kind, [3, 3]);
    assert.ok(a < 3 && 3 < b);
  }
  const [a, b] = niceDomain("linear", [0, 0]);
  assert.ok(a < 0 && 0 < b);
});

test("a domain stays while the data move inside it and fill half of it", () => {
  const first = stableDomain(null, "log", [0.02, 0.9]);
  assert.deepEqual(first, [0.02, 1]);
  assert.equal(stableDomain(first, "log", [0.03, 0.8]), first);
  assert.deepEqual(stableDomain(first, "log", [0.004, 0.9]), [0.002, 1]);
  assert.notEqual(stableDomain(first, "log", [0.5, 0.9]), first);
});

test("an extent leaves out what the axis cannot show", () => {
  assert.deepEqual(extentOf("linear", [null, 3, NaN, -1, Infinity]), [-1, 3]);
  assert.deepEqual(extentOf("log", [0, -4, 2, 7]), [2, 7]);
  assert.equal(extentOf("log", [0, null]), null);
});
