// The grips of figures: a reader drags a point by mouse, touch and keys, and the parameter, its control and the link follow.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { catalogue, finished, ready, run, settled, shown, start } from "./harness.mjs";

/** @typedef {import("./types.d.ts").LabLocator} LabLocator */

const HASH = "#/exam-time?runs=64&facts=8";

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
});
after(() => lab?.stop());

/** The grip of a figure. @param {LabLocator} element @param {number} [figure] */
async function gripOf(element, figure = 0) {
  const grip = element.locator("figure.lab-figure").nth(figure).locator(".lab-grip");
  await grip.waitFor();
  return grip;
}

/** The middle of an element, in the window. @param {import("playwright-core").Locator} place */
async function middle(place) {
  // A figure that is drawn anew replaces its grips.
  let box = null;
  for (let tries = 0; !box && tries < 50; tries++) {
    await place.waitFor();
    box = await place.boundingBox();
  }
  assert.ok(box, "the element is on the page");
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** @param {LabLocator} element @param {string} name */
const control = (element, name) => element.locator(`[data-param="${name}"] input[type=text]`);

/** The label of a mark that begins with a word. @param {LabLocator} element @param {string} word */
const label = (element, word) => element.locator(`svg text:text-matches("^${word}")`).first();

test("a point of a network that lies under a grip is seen through it", () =>
  lab.open("#/gcd?base=6&largest=46655&width=16&samples=10000&networks=1&limit=1", async (page) => {
    const element = await ready(page);
    const grip = await gripOf(element, 1);
    const covers = () => grip.evaluate((one) => one.classList.contains("over"));
    assert.equal(await covers(), false, "nothing is measured yet");
    await run(element);
    await grip.waitFor();
    assert.equal(await covers(), true);
  }));

test("a mouse drags the share along its curve: control, link, label and run follow", () =>
  lab.open(HASH, async (page) => {
    const element = await ready(page);
    await run(element);
    const grip = await gripOf(element);
    assert.equal(await grip.getAttribute("aria-label"), "Your share");
    assert.equal(await grip.getAttribute("aria-valuetext"), "50 %: yours 50%: 20% wasted");
    const box = await grip.boundingBox();
    assert.ok(box && box.width >= 44 && box.height >= 44, "a target for a finger");

    // A quarter of the axis, which ends at 0% and 100%, is 25 steps.
    const ticks = element.locator("figure.lab-figure").first().locator("svg text");
    const quarter =
      ((
        await middle(
          ticks
            .getByText("75%", { exact: true })
            .or(ticks.getByText("80%", { exact: true }))
            .first(),
        )
      ).x -
        (await middle(ticks.getByText("30%", { exact: true }))).x) /
      2;
    const from = await middle(grip);
    // The pointer takes the grip beside its middle, and the grip does not jump.
    await page.mouse.move(from.x + 6, from.y - 5);
    await page.mouse.down();
    await page.mouse.move(from.x + 6 + quarter / 2, from.y - 60, { steps: 4 });
    await page.mouse.move(from.x + 6 + quarter, from.y + 40, { steps: 4 });
    await settled(page, "share", 75);
    assert.equal(await control(element, "share").inputValue(), "75", "the control follows");
    assert.equal(await grip.getAttribute("aria-valuenow"), "75");
    await label(element, "yours 75%: 0% wasted").waitFor();
    assert.ok(Math.abs((await middle(grip)).x - from.x - quarter) < 8, "under the pointer");
    const progress = await element.evaluate(({ result }) => result.progress.done);
    assert.equal(progress, 0, "nothing runs in the middle of a drag");
    await page.mouse.up();
    await finished(element);
    assert.match(page.url(), /share=75/);
  }));

test("Escape takes a drag back", () =>
  lab.open(HASH, async (page) => {
    const element = await ready(page);
    const grip = await gripOf(element);
    const { x, y } = await middle(grip);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 100, y, { steps: 5 });
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result.params.share < 50,
    );
    await page.keyboard.press("Escape");
    await settled(page, "share", 50);
    await page.mouse.move(x - 150, y, { steps: 3 });
    await page.mouse.up();
    assert.equal(await grip.getAttribute("aria-valuenow"), "50", "the drag is over");
    assert.equal(await control(element, "share").inputValue(), "50");
    assert.doesNotMatch(page.url(), /share/);
  }));

test("keys move the grip by the steps of its slider, and the cursor of the plot keeps its keys", () =>
  lab.open(HASH, async (page) => {
    const element = await ready(page);
    const grip = await gripOf(element);
    await grip.focus();
    for (const [key, share] of /** @type {[string, number][]} */ ([
      ["ArrowRight", 51],
      ["ArrowUp", 52],
      ["ArrowLeft", 51],
      ["ArrowDown", 50],
      ["PageUp", 60],
      ["PageDown", 50],
      ["Home", 2],
      ["ArrowLeft", 2],
      ["End", 98],
      ["ArrowRight", 98],
    ])) {
      await page.keyboard.press(key);
      assert.equal(await grip.getAttribute("aria-valuenow"), String(share), key);
      await settled(page, "share", share);
    }
    assert.match(page.url(), /share=98/);
    const read = element.locator(".lab-read").first();
    const hint = await read.textContent();
    await element.locator(".lab-plot").first().focus();
    await page.keyboard.press("ArrowRight");
    assert.notEqual(await read.textContent(), hint, "the plot's own cursor");
    assert.equal(await grip.getAttribute("aria-valuenow"), "98");
  }));

test("the cursor of the figure reads beside a grip and not on it", () =>
  lab.open(HASH, async (page) => {
    const element = await ready(page);
    const { x, y } = await middle(await gripOf(element));
    const cursor = element.locator(".lab-plot").first().locator("[data-layer=cursor]");
    await cursor.waitFor({ state: "attached" });
    await page.mouse.move(x - 60, y);
    assert.equal(await cursor.getAttribute("visibility"), "visible");
    await page.mouse.move(x, y);
    assert.equal(await cursor.getAttribute("visibility"), "hidden");
    await page.mouse.down();
    await page.mouse.move(x + 40, y, { steps: 4 });
    await page.mouse.up();
    assert.equal(await cursor.getAttribute("visibility"), "hidden", "a drag leaves nothing behind");
  }));

test("a finger drags the grip without scrolling; beside the grip it scrolls the page", () =>
  lab.open(
    HASH,
    async (page) => {
      const element = await ready(page);
      const grip = await gripOf(element);
      await grip.scrollIntoViewIfNeeded();
      const session = await page.context().newCDPSession(page);
      /** @param {{x: number, y: number}} from @param {number} dx @param {number} dy */
      const swipe = async ({ x, y }, dx, dy) => {
        const send = (/** @type {string} */ type, /** @type {number | null} */ part) =>
          session.send("Input.dispatchTouchEvent", {
            type: /** @type {any} */ (type),
            touchPoints: part === null ? [] : [{ x: x + dx * part, y: y + dy * part }],
          });
        await send("touchStart", 0);
        for (let k = 1; k <= 8; k++) await send("touchMove", k / 8);
        await send("touchEnd", null);
      };
      const before = await page.evaluate(() => scrollY);
      await swipe(await middle(grip), 60, -120);
      await page.waitForFunction(
        () => document.querySelector("scaling-lab").result.params.share > 55,
      );
      assert.equal(await page.evaluate(() => scrollY), before, "the page stays");
      const share = await grip.getAttribute("aria-valuenow");
      const { x, y } = await middle(grip);
      await swipe({ x: x - 100, y: y - 60 }, 0, -150);
      await page.waitForFunction((before) => scrollY > before, before);
      assert.equal(await grip.getAttribute("aria-valuenow"), share);
    },
    { context: { viewport: { width: 390, height: 700 }, hasTouch: true, isMobile: true } },
  ));

test("shares are dragged in the triangle, and the weight of one subject on its curve", () =>
  lab.open("#/exam-time?weights=0.6,0.3,0.1&runs=64&facts=8", async (page) => {
    const element = await ready(page);
    const grip = await gripOf(element);
    assert.equal(await grip.getAttribute("aria-valuetext"), "60%, 30%: matched 60%, 30%, 10%");
    await grip.focus();
    await page.keyboard.press("ArrowLeft");
    await settled(page, "weights", [0.59, 0.3, 0.11]);
    await page.keyboard.press("ArrowUp");
    await settled(page, "weights", [0.59, 0.31, 0.1]);
    // Far beyond the corner of the first subject.
    const { x, y } = await middle(grip);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 900, y + 300, { steps: 5 });
    await settled(page, "weights", [1, 0, 0]);
    await page.keyboard.press("Escape");
    await settled(page, "weights", [0.59, 0.31, 0.1]);
    await page.mouse.up();

    await page.goto(page.url().replace(/#.*/, "#/exam-time?weights=0.5,0.3,0.2&runs=64&facts=8"));
    await settled(page, "weights", [0.5, 0.3, 0.2]);
    const figures = element.locator("figure.lab-figure:visible");
    const weight = figures.filter({ hasText: "divided by hours needed" }).locator(".lab-grip");
    await weight.focus();
    await page.keyboard.press("PageUp");
    assert.equal(await weight.getAttribute("aria-valuenow"), "0.6");
    await settled(page, "weights", [0.6, 0.24, 0.16]);
  }));

test("a drag that returns to its start leaves no trace, and a tremor is no drag", () =>
  lab.open(HASH, async (page) => {
    const element = await ready(page);
    const { x, y } = await middle(await gripOf(element));
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 70, y, { steps: 4 });
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result.params.share > 52,
    );
    await page.mouse.move(x, y, { steps: 4 });
    await page.mouse.up();
    await settled(page, "share", 50);
    assert.doesNotMatch(page.url(), /share/);

    await page.goto(`${lab.url}#/exam-time?weights=0.333,0.333,0.334`);
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result?.params.weights?.length === 3,
    );
    const point = await middle(await gripOf(element));
    await page.mouse.move(point.x, point.y);
    await page.mouse.down();
    await page.mouse.move(point.x + 1, point.y);
    await page.mouse.up();
    assert.match(page.url(), /weights=0\.333,0\.333,0\.334/);
  }));

test("a pointer that the system takes away takes its drag back", () =>
  lab.open(HASH, async (page) => {
    const element = await ready(page);
    const grip = await gripOf(element);
    await control(element, "share").fill("");
    await control(element, "share").press("Tab");
    await element.locator(".problem:not(:empty)").waitFor();
    const { x, y } = await middle(grip);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 70, y, { steps: 4 });
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result.params.share > 52,
    );
    await grip.evaluate((node) =>
      node.dispatchEvent(new PointerEvent("pointercancel", { pointerId: 1 })),
    );
    await element.locator(".problem:not(:empty)").waitFor();
    assert.equal(
      await control(element, "share").inputValue(),
      "",
      "what was typed before the drag",
    );
    await page.mouse.up();
  }));

test("a budget is dragged along the line of best splits", () =>
  lab.open("#/chinchilla", async (page) => {
    const element = await ready(page);
    const grip = await gripOf(element);
    const before = await element.locator(".answer").textContent();
    const { x, y } = await middle(grip);
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 80, y, { steps: 5 });
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result.params.budget < 5e23,
    );
    assert.ok(Math.abs((await middle(grip)).x - (x - 80)) < 8, "under the pointer");
    await page.mouse.up();
    assert.notEqual(await element.locator(".answer").textContent(), before);
    assert.match(page.url(), /budget=\d/);
    // The axes stay, and so the way back leads to the first budget.
    const there = await middle(grip);
    await page.mouse.move(there.x, there.y);
    await page.mouse.down();
    await page.mouse.move(there.x + 80, y, { steps: 5 });
    await page.waitForFunction(() => {
      const { budget } = document.querySelector("scaling-lab").result.params;
      return Math.abs(Math.log(budget / 5.76e23)) < 0.2;
    });
    // There is room for larger budgets too.
    await page.mouse.move(there.x + 110, y, { steps: 5 });
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result.params.budget > 1.2e24,
    );
    assert.ok(Math.abs((await middle(grip)).x - (there.x + 110)) < 8, "under the pointer");
    await page.mouse.up();
  }));

test("a value that cannot be used leaves the grip where it was, and the grip corrects it", () =>
  lab.open(`${HASH}&share=1000`, async (page) => {
    const element = await ready(page);
    const grip = await gripOf(element);
    assert.equal(await grip.getAttribute("aria-valuenow"), "98", "the nearest share");
    await control(element, "share").fill("many");
    await control(element, "share").press("Tab");
    await element.locator(".problem:not(:empty)").waitFor();
    assert.equal(await grip.getAttribute("aria-valuenow"), "98");
    for (const wrong of ["1000", "50.5"]) {
      await control(element, "share").fill(wrong);
      await control(element, "share").press("Tab");
      await element.locator(".problem:not(:empty)").waitFor();
      assert.equal(await grip.getAttribute("aria-valuenow"), "98", wrong);
    }
    await grip.focus();
    await page.keyboard.press("ArrowLeft");
    await settled(page, "share", 97);
    assert.equal(await control(element, "share").inputValue(), "97");
    assert.equal(await element.locator(".problem:not(:empty)").count(), 0);
    // A curve that the reader switches off takes its grip along.
    const curve = element.locator(".lab-legend button", { hasText: "At these hours" }).first();
    await curve.click();
    await grip.waitFor({ state: "hidden" });
    await curve.click();
    await grip.waitFor();
  }));

test("a saved figure has the mark and no grip, and a minimal element has the grip", () =>
  lab.open(HASH, async (page) => {
    const element = await ready(page);
    const grip = await gripOf(element);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      element.getByRole("button", { name: /SVG/ }).first().click(),
    ]);
    const svg = await readFile(await download.path(), "utf8");
    assert.match(svg, /yours 50%/);
    assert.doesNotMatch(svg, /grip|slider/);
    await element.evaluate((lab) => lab.setAttribute("controls", "minimal"));
    await grip.focus();
    await page.keyboard.press("PageUp");
    await settled(page, "share", 60);
  }));

test("every grip of every experiment moves its parameter", async () => {
  let seen = 0;
  for (const { slug, params } of await catalogue())
    await lab.open(`#/${slug}`, async (page) => {
      const element = await shown(page);
      const handles = await element.evaluate(({ result }) =>
        result.figures.filter(({ folded }) => !folded).flatMap(({ handles = [] }) => handles),
      );
      const grips = element.locator(".lab-grip");
      for (const [i, { param }] of handles.entries()) {
        const grip = grips.nth(i);
        await grip.waitFor();
        assert.ok(params.some(({ name }) => name === param));
        const before = await grip.getAttribute("aria-valuetext");
        await grip.focus();
        await page.keyboard.press("ArrowLeft");
        const after = await grip.getAttribute("aria-valuetext");
        assert.notEqual(after, before, `${slug}: ${param}`);
        await page.waitForFunction((param) => location.hash.includes(`${param}=`), param);
        seen++;
      }
    });
  assert.ok(seen >= 4, `${seen} grips`);
});
