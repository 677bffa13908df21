// Numbers as people read them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { duration } from "./i18n.js";

test("a duration is rounded up to seconds, minutes or hours", () => {
  assert.equal(duration(0.2), "1 second");
  assert.equal(duration(89.5), "90 seconds");
  assert.equal(duration(90), "2 minutes");
  assert.equal(duration(5399), "90 minutes");
  assert.equal(duration(1175 * 60), "20 hours");
});
