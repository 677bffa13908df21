// How long a run takes, told from its first reports.
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "./look.js";

test("a quick run is known at once, but not before 50 ms", () => {
  const { report } = look();
  assert.equal(report(0.01, 0), null, "nothing is done yet");
  assert.equal(report(0.04, 0.1), null);
  assert.equal(report(0.05, 0.1), 0.5);
});

test("a long run is told by the second half of the look", () => {
  const { report, mean } = look();
  // The browser starts slowly: 1/1000 of the work in the first 0.25 s, then 3/1000 in the next.
  assert.equal(report(0.25, 0.001), null);
  assert.equal(report(0.4, 0.0025), null);
  const seconds = report(0.5, 0.004);
  assert.ok(Math.abs(Number(seconds) - (0.5 + (0.996 * 0.25) / 0.003)) < 1e-9, `${seconds}`);
  assert.equal(mean(), 125, "of the whole look");
});

test("a run without progress in the second half is told by its mean", () => {
  const { report } = look();
  assert.equal(report(0.3, 0.002), null);
  assert.equal(report(0.6, 0.002), 300);
  assert.equal(look().report(0.6, 0.002), 300, "also if there is only one report");
});
