// All results rest on math.rs, the random generator and the Gaussian table: a million of their outputs must have the same
// digest natively and in Chromium.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, start, target } from "./harness.mjs";

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
});
after(() => lab?.stop());

test("one digest natively and in Chromium", () =>
  lab.open("", async (page) => {
    const files = { "lab.js": "text/javascript", "lab.wasm": "application/wasm" };
    for (const [name, contentType] of Object.entries(files)) {
      const body = await readFile(join(target, "page/cpu", name));
      await page.route(`**/lab/glue/${name}`, (route) => route.fulfill({ body, contentType }));
    }
    const ours = await page.evaluate(async () => {
      const glue = await import(new URL("glue/lab.js", location.href.split("#")[0]).href);
      const module = await WebAssembly.compileStreaming(fetch("glue/lab.wasm"));
      glue.initSync({ module });
      return glue.digest();
    });
    const theirs = await ask("digest");
    assert.match(
      theirs,
      /^[0-9a-f]{16} {2}philox\n[0-9a-f]{16} {2}gaussian\n[0-9a-f]{16} {2}math\n$/,
    );
    assert.equal(ours, theirs);
  }));
