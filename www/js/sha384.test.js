// Our SHA-384 against Node's.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha384 } from "./sha384.js";

test("the sum of bytes is that of Node, at every length around a block", () => {
  for (let length = 0; length < 260; length += length > 100 && length < 140 ? 1 : 9) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 167 + length) % 256);
    const sum = createHash("sha384").update(bytes).digest("base64");
    assert.equal(sha384(bytes), `sha384-${sum}`, `${length} bytes`);
  }
});
