// The quicker preset that is named beside Run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { quicker } from "./long-run.js";

test("a preset is estimated with the seed and the values that it brings", async () => {
  const entry = /** @type {any} */ ({
    params: [{ name: "runs", kind: "integer", default: "64" }],
    presets: [
      { title: "few", query: "runs=8" },
      { title: "fewer, seeded", query: "runs=4&seed=3" },
      { title: "as now", query: "runs=128" },
    ],
  });
  /** @type {any[]} */
  const seen = [];
  const state = { slug: "some", values: { runs: "128" }, seed: 5 };
  const button = await quicker(
    entry,
    state,
    10,
    async ({ seed, values }) => (seen.push([seed, values.runs]), { seconds: 10, sure: false }),
    () => {},
  );
  assert.deepEqual(seen, [
    [1, "8"],
    [3, "4"],
  ]);
  assert.equal(button, null, "none is surely quicker");
});
