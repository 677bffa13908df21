import assert from "node:assert/strict";
import { test } from "node:test";
import { allowed, thirdParty } from "./third-party.mjs";

test("an expression is allowed if one of the licences that it offers is", () => {
  for (const text of [
    "MIT",
    "MIT OR Apache-2.0",
    "MIT/Apache-2.0",
    "GPL-3.0 OR MIT",
    "(MIT OR Apache-2.0) AND Unicode-3.0",
    "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
    "Zlib OR Apache-2.0 OR MIT",
  ])
    assert.ok(allowed(text), text);
  for (const text of [
    "",
    "GPL-3.0",
    "MIT AND GPL-3.0",
    "(MIT OR Apache-2.0) AND GPL-3.0",
    "UNLICENSED",
    "Apache-2.0 WITH Other",
    "MIT MIT",
    "SEE LICENSE IN x",
  ])
    assert.ok(!allowed(text), text);
});

test("every package is named, and each text appears once", () => {
  /** @param {string} name @param {string | null} license @param {string[]} texts */
  const one = (name, license, ...texts) => ({ name, version: "1.0.0", license, from: "", texts });
  const file = thirdParty([
    one("b", "MIT", "Text M"),
    one("a", "MIT OR Apache-2.0", "Text M", "Text A"),
    one("c", "ISC"),
  ]);
  assert.match(file, /a 1\.0\.0: MIT OR Apache-2\.0\nb 1\.0\.0: MIT\nc 1\.0\.0: ISC \(its package/);
  assert.equal(file.split("Text M").length, 2);
  assert.match(file, /a 1\.0\.0, b 1\.0\.0\n=+\n\nText M/);
  assert.throws(() => thirdParty([one("d", "GPL-3.0")]), /d 1\.0\.0 has the licence "GPL-3\.0"/);
  assert.throws(() => thirdParty([one("e", null)]), /e 1\.0\.0/);
});
