import assert from "node:assert/strict";
import { test } from "node:test";
import { axisFormat } from "./format.js";
import { extentOf, makeScale, makeTicks, niceDomain, sound, stableDomain } from "./scale.js";

test("a scale and its inverse", () => {
  for (const [kind, domain] of /** @type {const} */ ([
    ["linear", [-2, 6]],
    ["log", [1e-5, 1e3]],
  ])) {
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
        const domain = /** @type {[number, number]} */ ([
          Number(`1e${start}`),
          Number(`1e${start + decades}`),
        ]);
        const { major, minor } = makeTicks("log", domain, count);
        assert.ok(major.length >= 2 && major.length <= count + 1, `${domain} ${count}: ${major}`);
        for (const t of [...major, ...minor]) assert.ok(t >= domain[0] && t <= domain[1]);
        assert.ok(!minor.some((t) => major.includes(t)));
        if (decades > 3)
          assert.ok(
            major.every((t) => Number.isInteger(Math.log10(t))),
            `${major}`,
          );
      }
    }
  }
  assert.deepEqual(makeTicks("log", [1, 1000], 5).major, [1, 10, 100, 1000]);
  assert.deepEqual(makeTicks("log", [1e-12, 1], 5).major, [1e-12, 1e-9, 1e-6, 1e-3, 1]);
  assert.deepEqual(makeTicks("log", [1, 100], 8).major, [1, 2, 5, 10, 20, 50, 100]);
  // Less than a decade, without a power of ten inside.
  assert.ok(makeTicks("log", [2.1, 2.9], 5).major.length >= 2);
});

test("exact powers of ten", () => {
  for (const t of makeTicks("log", [1e-12, 1e-3], 12).major)
    assert.equal(t, Number(t.toPrecision(15)));
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

test("a logarithmic domain of 0.70 to 0.80 decades stays above 0", () => {
  assert.deepEqual(niceDomain("log", [5, 29], 8), [5, 50]);
  for (let i = 0; i <= 1000; i++) {
    for (const lo of [1e-5, 0.75, 1.1, 5, 9.9e4]) {
      const [a, b] = niceDomain("log", [lo, lo * 10 ** (0.7 + i / 1e4)], 2 + (i % 9));
      assert.ok(a > 0 && a >= lo / 10 && b < lo * 100, `${lo}: ${a} to ${b}`);
    }
  }
});

/** Numbers of every magnitude from a fixed seed, by mulberry32. @param {number} seed */
function numbers(seed) {
  const uniform = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const ends = [
    0,
    1e-320,
    5e-324,
    2.2e-308,
    1e-300,
    1,
    1e15,
    2 ** 53,
    1e17,
    1e308,
    1.7976931348623157e308,
    Infinity,
    NaN,
  ];
  const any = () => {
    const size =
      uniform() < 0.15
        ? ends[Math.floor(uniform() * ends.length)]
        : 10 ** (uniform() * (uniform() < 0.5 ? 616 : 12) - (uniform() < 0.5 ? 308 : 6));
    return uniform() < 0.5 ? size : -size;
  };
  /** @returns {[number, number]} */
  const extent = () => {
    const v = any();
    const how = uniform();
    // Pairs that are far apart, equal, a few bits apart, within a decade.
    const w =
      how < 0.3
        ? any()
        : how < 0.4
          ? v
          : how < 0.6
            ? v * (1 + 10 ** (-16 + 10 * uniform()))
            : v * 10 ** (2 * uniform());
    return v < w ? [v, w] : [w, v];
  };
  return { uniform, extent };
}

test("every extent gets a sound domain, ticks in bounded number, a scale and labels of their own", () => {
  const { uniform, extent } = numbers(7);
  for (let i = 0; i < 3000; i++) {
    for (const kind of /** @type {const} */ (["linear", "log"])) {
      const given = extent();
      const held = given.filter((v) => Number.isFinite(v) && (kind !== "log" || v > 0));
      const count = 1 + Math.floor(uniform() * 12);
      const what = `${kind} ${given} for ${count}`;
      for (const domain of [
        sound(kind, given),
        niceDomain(kind, given, count),
        stableDomain(sound(kind, extent()), kind, given, count),
      ]) {
        const [lo, hi] = domain;
        assert.ok(
          Number.isFinite(lo) && Number.isFinite(hi) && lo < hi && (kind !== "log" || lo > 0),
          `${what}: ${domain}`,
        );
        const hair = (hi / 2 - lo / 2) * 1e-8 + (kind === "linear" ? 1e-280 : 0);
        for (const v of held)
          assert.ok(
            lo <= v + Math.max(hair, Math.abs(v) * 1e-8) &&
              v - Math.max(hair, Math.abs(v) * 1e-8) <= hi,
            `${what}: ${domain} does not hold ${v}`,
          );
        const { major, minor } = makeTicks(kind, domain, count);
        assert.ok(
          major.length <= 3 * count + 2 && minor.length <= 700,
          `${what}: ${major.length} and ${minor.length} ticks`,
        );
        assert.ok(major.length >= (count > 4 ? 2 : 0), `${what}: ${domain} has the ticks ${major}`);
        const place = makeScale(kind, domain, [0, 1000]);
        for (const v of [...major, ...minor])
          assert.ok(
            place(v) >= -1e-3 && place(v) <= 1000.001,
            `${what}: ${domain} has a tick at ${v}`,
          );
        for (const v of held)
          assert.ok(Math.abs(place(v) - 500) <= 501, `${what}: ${v} at ${place(v)}`);
        for (const unit of ["", "%"]) {
          const labels = major.map(axisFormat("en", unit, kind, major));
          assert.equal(
            new Set(labels).size,
            major.length,
            `${what}, unit "${unit}": ${labels.join(" | ")}`,
          );
        }
      }
    }
  }
});
