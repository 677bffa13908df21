// The module for notebooks, with an object in place of the one that anywidget makes.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { assertSame, native, numbers, quickStates, root, start } from "./harness.mjs";

/** What anywidget does with a module, in the page. */
const SCRIPT = `(async () => {
  const heard = new Map();
  const traits = { experiment: "exam-time", settings: {}, controls: "", theme: "dark", runs: 0, result: {} };
  window.traits = traits;
  window.model = {
    get: (name) => traits[name],
    set: (name, value) => { traits[name] = value; for (const hear of heard.get("change:" + name) ?? []) hear(); },
    save_changes() {},
    on: (name, hear) => heard.set(name, [...(heard.get(name) ?? []), hear]),
    off: (name, hear) => heard.set(name, heard.get(name).filter((one) => one !== hear)),
  };
  window.left = () => [...heard.values()].flat().length;
  const { default: { render } } = await import("./notebook.js");
  const el = document.body.appendChild(document.createElement("div"));
  window.cleanup = render({ model, el });
})()`;

test("a notebook sets, runs and reads an experiment", async () => {
  const lab = await start("cpu", join(root, "dist"));
  try {
    const { "exam-time": state } = await quickStates();
    await lab.open(null, async (page) => {
      await page.route("**/host.html", (route) =>
        route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Notebook</title>" }),
      );
      await page.goto(`${lab.url}host.html`);
      await page.evaluate(SCRIPT);
      assert.equal(await page.locator("scaling-lab").getAttribute("theme"), "dark");
      await page.evaluate(`model.set("settings", ${JSON.stringify(state)}); model.set("runs", 1)`);
      await page.waitForFunction(
        "traits.result.progress?.total && traits.result.progress.done === traits.result.progress.total",
      );
      const result = /** @type {any} */ (await page.evaluate("traits.result"));
      assertSame(numbers(result), numbers(await native("exam-time", state)), "exam-time");
      await page.evaluate("cleanup()");
      assert.equal(await page.evaluate("left()"), 0);
      assert.equal(await page.locator("scaling-lab").count(), 0);
    });
  } finally {
    await lab.stop();
  }
});
