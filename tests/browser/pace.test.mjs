// How fast the page runs, and what it remembers of runs: the pace, runs that start by themselves, results that are shown again,
// and the earlier run behind the present one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  assertSame,
  button,
  copied,
  downloaded,
  finished,
  native,
  numbers,
  quickStates,
  ready,
  run,
  settled,
  start,
} from "./harness.mjs";

/** @typedef {import("./types.d.ts").Page} Page @typedef {import("./types.d.ts").LabLocator} LabLocator */

const SLUG = "exam-time";
const STATE = (await quickStates())[SLUG];
const hash = (values = {}) => `#/${SLUG}?${new URLSearchParams({ ...STATE, ...values })}`;

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
});
after(() => lab?.stop());

/** Presses Run and waits for the end; gives the milliseconds until each new number of checkpoints was shown. @param {LabLocator} element */
async function watched(element) {
  await element.evaluate((e) => {
    window.seen = [];
    const look = () => {
      const { done } = e.result.progress;
      if (e.hasAttribute("data-busy") && done > 0) window.seen.push(performance.now());
      if (!window.ended) requestAnimationFrame(look);
    };
    e.addEventListener("result", () => (window.ended = performance.now()), { once: true });
    e.shadowRoot
      .querySelector("button.primary")
      .addEventListener("click", () => (window.begun = performance.now()), { once: true });
    look();
  });
  await button(element, "Run").click();
  await finished(element);
  return element.evaluate(() => ({
    first: Number(window.seen[0]) - Number(window.begun),
    all: Number(window.ended) - Number(window.begun),
  }));
}

test("a short run lasts about three seconds, its first points come at once, and no number changes", () =>
  lab.open(
    hash(),
    async (page) => {
      const element = await ready(page);
      await button(element, "Step").hover();
      const { first, all } = await watched(element);
      assert.ok(first < 500, `the first points come after ${first} ms`);
      assert.ok(all > 2500 && all < 5000, `the run takes ${all} ms`);
      const ours = await downloaded(element);
      assert.ok(ours.elapsed_s < 2, `waiting is no computing: ${ours.elapsed_s} s`);
      assertSame(numbers(ours), numbers(await native(SLUG, STATE)), "at the default pace");
      assert.ok(!("pace" in (await element.evaluate((e) => e.query))));
    },
    { paced: true },
  ));

test("the switch and the link make runs as fast as possible, and presets keep the switch", () =>
  lab.open(
    hash(),
    async (page) => {
      let element = await ready(page);
      await element.getByLabel("As fast as possible").check();
      await page.waitForFunction(() => /pace=full/.test(location.hash));
      assert.match(await copied(element, "Copy link"), /[?&]pace=full/);
      assert.doesNotMatch(await copied(element, "Copy as command"), /pace/);
      await page.reload();
      element = await ready(page);
      const { all } = await watched(element);
      assert.ok(all < 2500, `the run takes ${all} ms`);
      assert.equal(await element.getAttribute("pace"), "full");
      await element.getByLabel("Try").selectOption({ index: 2 });
      await page.waitForFunction(() => /exponent.*pace=full/.test(location.hash));
      await element.getByLabel("As fast as possible").uncheck();
      await page.waitForFunction(() => !/pace/.test(location.hash));
    },
    { paced: true },
  ));

test("a run of the host page is never slowed down", () =>
  lab.open(
    hash(),
    async (page) => {
      const element = await ready(page);
      const took = await element.evaluate(async (e) => {
        const begun = performance.now();
        const end = new Promise((next) => e.addEventListener("result", next, { once: true }));
        void e.run();
        await end;
        return performance.now() - begun;
      });
      assert.ok(took < 2500, `${took} ms`);
    },
    { paced: true },
  ));

test("pause, step and cancel act at once while a run waits", () =>
  lab.open(
    // Two checkpoints, so that a run waits for one and a half seconds.
    `#/positive-shift?draws=2000`,
    async (page) => {
      const element = await ready(page);
      const soon = async (/** @type {string} */ press, /** @type {string} */ then) => {
        const begun = Date.now();
        await button(element, press).click();
        await button(element, then).waitFor();
        assert.ok(Date.now() - begun < 700, `${press} took ${Date.now() - begun} ms`);
      };
      const waits = () =>
        page.waitForFunction(
          () => document.querySelector("scaling-lab").result.progress.done === 1,
        );
      await button(element, "Run").click();
      await waits();
      await soon("Pause", "Continue");
      await soon("Step", "Run again");
      await button(element, "Run again").click();
      await waits();
      await soon("Cancel", "Run again");
    },
    { paced: true },
  ));

test("after a short run, a changed setting runs by itself; before the first one, it does not", () =>
  lab.open(hash(), async (page) => {
    const element = await ready(page);
    const slider = element.locator('[data-param="weights"] input[type=range]').first();
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    await page.waitForTimeout(800);
    assert.equal(await element.evaluate((e) => e.result.progress.done), 0);
    await run(element);
    await page.keyboard.press("ArrowLeft");
    await slider.focus();
    await page.keyboard.press("ArrowLeft");
    const { weights } = await element.evaluate((e) => e.query);
    await settled(page, "weights", weights.split(",").map(Number));
    await finished(element);
    assertSame(
      numbers(await downloaded(element)),
      numbers(await native(SLUG, { ...STATE, weights })),
      "after two keys",
    );
  }));

test("a finished run is shown again: after another page, after Back, and for an earlier setting", () =>
  lab.open(hash({ seed: "3" }), async (page) => {
    let element = await ready(page);
    await run(element);
    const before = await downloaded(element);
    const shows = async (/** @type {string} */ when) => {
      element = await ready(page);
      await button(element, "Run again").waitFor();
      assert.deepEqual(await downloaded(element), before, when);
    };
    await page.evaluate(() => (location.hash = "#/published"));
    await page.locator("table.published").first().waitFor();
    await page.goBack();
    await shows("after Back");
    await page.evaluate(() => (location.hash = "#/about"));
    await page.getByText("About the lab").first().waitFor();
    await page.evaluate((hash) => (location.hash = hash), hash({ seed: "3" }));
    await shows("after a link");
    await page.evaluate((hash) => (location.hash = hash), hash({ seed: "4" }));
    await button(element, "Run").waitFor();
    assert.equal(await element.evaluate((e) => e.result.progress.done), 0, "another seed is new");
    await page.evaluate((hash) => (location.hash = hash), hash({ seed: "3" }));
    await shows("for an earlier setting");
    await button(element, "Reset").click();
    await button(element, "Run").waitFor();
    assert.equal(await element.evaluate((e) => e.result.progress.done), 0, "a reset starts over");
  }));

test("the last run stays behind the next one until that ends, and no file contains it", () =>
  lab.open(hash(), async (page) => {
    const element = await ready(page);
    await run(element);
    const ghosts = element.locator(".figure").first().locator(".lab-plot .ghost[d]");
    const entry = element.locator(".lab-legend button", { hasText: /before: /i });
    assert.equal(await ghosts.count(), 0);
    await page.evaluate((hash) => (location.hash = hash), hash({ exponent: "0.5", seed: "2" }));
    await button(element, "Run").waitFor();
    await entry.waitFor();
    assert.equal(await entry.count(), 1);
    assert.match(await entry.innerText(), /before: .* = 1, Seed = 1/i);
    assert.ok((await ghosts.count()) > 0);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      element.locator(".figure").first().getByRole("button", { name: "SVG" }).click(),
    ]);
    const svg = String(await (await import("node:fs/promises")).readFile(await download.path()));
    assert.doesNotMatch(svg, /before:|class="[^"]*ghost/);
    await run(element);
    assert.equal(await entry.count(), 0, "the next run has ended");
    assert.equal(await ghosts.count(), 0);
  }));

test("a long run says before it starts how long it takes, and names a quicker preset; a short one does not", () =>
  lab.open(
    "#/state-tracking?exponents=0,0.5,1,1.25,1.5,2,2.5&samples=100000&runs=64",
    async (page) => {
      const element = await ready(page);
      const said = element.locator(".foretold");
      await said.getByText(/takes about .* on this machine/).waitFor();
      const [, count, unit] = /about (\d+) (second|minute)/.exec(await said.innerText()) ?? [];
      const told = Number(count) * (unit === "minute" ? 60 : 1);
      await button(element, "Run").click();
      assert.equal(await said.innerText(), "", "a run that goes says how long is left");
      await page.waitForFunction(
        () => (document.querySelector("scaling-lab").result.progress.share ?? 0) >= 0.25,
      );
      await button(element, "Pause").click();
      await button(element, "Continue").waitFor();
      const { elapsed_s, progress } = await element.evaluate((e) => e.result);
      const true_s = elapsed_s / (progress.share ?? 0);
      assert.ok(told > true_s / 2.5 && told < true_s * 2.5, `${told} s are said of ${true_s} s`);
      await button(element, "Reset").click();
      const quicker = said.getByRole("button");
      await quicker.waitFor();
      const [, title, quick] =
        /^Try “(.*)” instead: about (\d+) second/.exec(await quicker.innerText()) ?? [];
      assert.ok(Number(quick) <= 10, `${quick} s`);
      await quicker.focus();
      await page.keyboard.press("Enter");
      const focus = await element.evaluate((e) => e.shadowRoot.activeElement?.textContent);
      assert.equal(focus, "Run");
      await page.waitForFunction(() => !/exponents/.test(location.hash));
      const preset = element.getByLabel("Try").locator("option:checked");
      assert.equal(await preset.innerText(), title);
    },
    { paced: true },
  ));

test("the estimate of a run leaves with a setting that is refused, and comes back with the next", () =>
  lab.open(
    "#/state-tracking?exponents=0,0.5,1,1.25,1.5,2,2.5&samples=100000&runs=64",
    async (page) => {
      const element = await ready(page);
      const said = element.locator(".foretold");
      const told = said.getByText(/takes about .* on this machine/);
      await told.waitFor();
      const runs = element.locator("[data-param=runs] input[type=text]");
      await runs.evaluate((field) => field.closest("details")?.setAttribute("open", ""));
      await runs.fill("many");
      await runs.press("Enter");
      await element.locator("[data-param=runs] .problem:not(:empty)").waitFor();
      assert.equal(await said.innerText(), "");
      await page.waitForTimeout(1500);
      assert.equal(await said.innerText(), "", "a state that cannot be run has no estimate");
      await runs.fill("64");
      await runs.press("Enter");
      await told.waitFor();
    },
  ));

test("the estimate comes soon, even if a run reports late", () =>
  lab.open("#/chinchilla?rows=4000&bootstrap=10000", async (page) => {
    const element = await ready(page);
    await element.locator(".foretold span").waitFor({ timeout: 5500 });
  }));

test("the estimate of a run changes none of its numbers", () =>
  lab.open(hash({ seed: "5" }), async (page) => {
    const element = await ready(page);
    await page.waitForTimeout(2000);
    assert.equal(await element.locator(".foretold").innerText(), "");
    assert.equal(await element.evaluate((e) => e.result.progress.done), 0);
    await run(element);
    assertSame(
      numbers(await downloaded(element)),
      numbers(await native(SLUG, { ...STATE, seed: "5" })),
      "run",
    );
  }));
