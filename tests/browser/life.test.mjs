// The life of elements in a page of another site: few are live, those off the screen pause, linked ones share their parameters, and the
// page's own keys are left alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { allShown, element, hosts, script, styled } from "./host.mjs";

/** @type {Awaited<ReturnType<typeof hosts>>} */
let site;
before(async () => {
  site = await hosts();
});
after(() => site?.stop());

/** @typedef {import("./types.d.ts").Page} Page */
/** @param {string} body @param {(page: Page) => Promise<unknown>} check */
const host = (body, check) =>
  site.host(
    script(site.lab.url) + body,
    async (page, told) => {
      await allShown(page);
      await check(page);
      assert.deepEqual(told, []);
    },
    styled(site.lab.url),
  );

/** Runs the element of an index as its button does. @param {Page} page @param {number} i */
const press = (page, i) =>
  page.locator("scaling-lab").nth(i).getByRole("button", { name: "Run", exact: true }).click();
/** @param {Page} page @param {number} i */
const busy = (page, i) =>
  page.evaluate((i) => document.querySelectorAll("scaling-lab")[i].hasAttribute("data-busy"), i);
/** Waits until an element is at rest. @param {Page} page @param {number} i */
const rest = (page, i) =>
  page.waitForFunction(
    (i) => !document.querySelectorAll("scaling-lab")[i].hasAttribute("data-busy"),
    i,
  );
/** @param {Page} page @param {number} i @returns {Promise<{done: number, total: number}>} */
const progress = (page, i) =>
  page.evaluate((i) => document.querySelectorAll("scaling-lab")[i].result.progress, i);

const SLOW = { samples: "100000", runs: "64" };
const SPACED = "<style>scaling-lab { margin-bottom: 3000px }</style>";
/** A short run. */
const QUICK = { hours: "50", students: "256" };

test("of many elements four hold an experiment; a released one keeps its figure and runs again", () =>
  host("<style>scaling-lab { display: inline-block; width: 600px }</style>", async (page) => {
    const result = await page.evaluate(async ([quick, count]) => {
      // The runs that are open in the engine's worker, as the page asks for them.
      const open = new Set();
      const { postMessage } = Worker.prototype;
      /** @this {Worker} @param {any} message @param {any} [more] */
      Worker.prototype.postMessage = function (message, more) {
        if (message.type === "open") open.add(message.run);
        if (message.type === "close") open.delete(message.run);
        return postMessage.call(this, message, more);
      };
      const all = Array.from({ length: /** @type {number} */ (count) }, (_, i) => {
        const one = document.createElement("scaling-lab");
        const given = {
          experiment: "exam-time",
          seed: String(i + 1),
          .../** @type {any} */ (quick),
        };
        for (const [name, value] of Object.entries(given)) one.setAttribute(name, value);
        return one;
      });
      await Promise.all(
        all.map((one) => {
          const ready = new Promise((done) => one.addEventListener("ready", done, { once: true }));
          document.body.append(one);
          return ready;
        }),
      );
      const atFirst = open.size;
      /** @param {any} one */
      const ran = async (one) => {
        const end = new Promise((done) => one.addEventListener("result", done, { once: true }));
        one.run();
        await end;
        return one.result;
      };
      const results = [];
      for (const one of all) results.push(await ran(one));
      const afterAll = open.size;
      const figures = all.map((one) =>
        Boolean(one.shadowRoot?.querySelector(".first .lab-plot svg")),
      );
      // The first one was released long ago.
      all[0].reset();
      const again = await ran(all[0]);
      return { atFirst, afterAll, figures, first: results[0], again, last: open.size };
    }, /** @type {const} */ ([QUICK, 6]));
    assert.deepEqual([result.atFirst, result.afterAll, result.last], [4, 4, 4]);
    assert.deepEqual(result.figures, Array(6).fill(true));
    assert.deepEqual(result.again.figures, result.first.figures, "its numbers are the first ones");
  }));

test("a run of the reader pauses off the screen and goes on when it comes back; a script's run ends", () =>
  host(element("k-composition", SLOW) + SPACED + element("k-composition", SLOW), async (page) => {
    await press(page, 0);
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result.progress.done > 0,
    );
    await page.locator("scaling-lab").nth(1).scrollIntoViewIfNeeded();
    await rest(page, 0);
    const paused = await progress(page, 0);
    assert.ok(paused.done < paused.total, "it stops before its end");
    await page.waitForTimeout(300);
    assert.equal((await progress(page, 0)).done, paused.done, "it waits");
    await page.locator("scaling-lab").nth(0).scrollIntoViewIfNeeded();
    await page.waitForFunction(() => {
      const { done, total } = document.querySelector("scaling-lab").result.progress;
      return done === total;
    });
    // A script waits for its result.
    const done = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const one = document.querySelectorAll("scaling-lab")[1];
          one.addEventListener("result", () => resolve(one.result.progress), { once: true });
          one.run();
        }),
    );
    assert.equal(done.done, done.total);
  }));

test("a run that the reader has paused stays paused", () =>
  host(element("k-composition", SLOW) + SPACED + element("exam-time", QUICK), async (page) => {
    await press(page, 0);
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result.progress.done > 0,
    );
    await page.locator("scaling-lab").nth(0).getByRole("button", { name: "Pause" }).click();
    await rest(page, 0);
    await page.locator("scaling-lab").nth(1).scrollIntoViewIfNeeded();
    await page.waitForTimeout(200);
    await page.locator("scaling-lab").nth(0).scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    assert.ok(!(await busy(page, 0)));
  }));

test("two runs on one page advance side by side", () =>
  host(
    `<style>scaling-lab { display: inline-block; width: 600px; vertical-align: top }</style>${element("k-composition", SLOW)}${element("k-composition", { ...SLOW, seed: "2" })}`,
    async (page) => {
      const shares = await page.evaluate(
        () =>
          new Promise((resolve) => {
            const [a, b] = document.querySelectorAll("scaling-lab");
            const share = (/** @type {any} */ one) =>
              one.result.progress.done / one.result.progress.total;
            a.addEventListener("result", () => resolve([share(a), share(b)]), { once: true });
            b.addEventListener("result", () => resolve([share(a), share(b)]), { once: true });
            a.run();
            b.run();
          }),
      );
      assert.ok(Math.min(...shares) > 0.4, `when one ends, the other is at ${Math.min(...shares)}`);
    },
  ));

test("linked elements share what both have, and refuse nothing aloud", () =>
  host(
    element("exam-time", { link: "a", weights: "0.8,0.2" }) +
      element("exam-time", { link: "a" }) +
      element("atoms", { link: "a" }) +
      element("exam-time", { link: "b" }),
    async (page) => {
      const has = (
        /** @type {number} */ i,
        /** @type {string} */ name,
        /** @type {string | null} */ value,
      ) =>
        page.waitForFunction(
          ([i, name, value]) =>
            document.querySelectorAll("scaling-lab")[i].getAttribute(name) === value,
          /** @type {const} */ ([i, name, value]),
        );
      // At first all have what the first one of the document has.
      await has(1, "weights", "0.8,0.2");
      const change = (
        /** @type {number} */ i,
        /** @type {string} */ label,
        /** @type {string} */ value,
      ) =>
        page
          .locator("scaling-lab")
          .nth(i)
          .evaluate(
            (one, [label, value]) => {
              const field = /** @type {HTMLInputElement} */ (
                one.shadowRoot?.querySelector(`[data-param="${label}"] input[type=text]`)
              );
              field.value = value;
              field.dispatchEvent(new Event("change"));
            },
            [label, value],
          );
      await change(1, "hours", "250");
      await has(0, "hours", "250");
      await page.waitForTimeout(200);
      assert.equal(await page.locator("scaling-lab").nth(3).getAttribute("hours"), null);
      assert.equal(await page.locator("scaling-lab").nth(2).getAttribute("hours"), null);
      // A default is a value too.
      await change(0, "hours", "100");
      await has(1, "hours", null);
      // An element that is moved stays in the group.
      await page.evaluate(() => document.body.append(document.querySelectorAll("scaling-lab")[0]));
      await change(3, "hours", "200");
      await has(0, "hours", "200");
      await page.evaluate(() => document.body.prepend(document.querySelectorAll("scaling-lab")[3]));
      await change(0, "hours", "100");
      await has(1, "hours", null);
      // An element that leaves the group keeps its values.
      await page
        .locator("scaling-lab")
        .nth(1)
        .evaluate((one) => one.removeAttribute("link"));
      await change(0, "hours", "300");
      await page.waitForTimeout(300);
      assert.equal(await page.locator("scaling-lab").nth(1).getAttribute("hours"), null);
      assert.equal(await page.locator("scaling-lab .notices li").count(), 0, "no notice");
    },
  ));

test("keys that are pressed in an element do not reach the page, and work in the element", () =>
  host(element("exam-time", QUICK), async (page) => {
    await page.evaluate(() => {
      /** @type {string[]} */
      const heard = [];
      Object.assign(window, { heard });
      for (const type of ["keydown", "keypress", "keyup"])
        for (const target of [window, document, document.body])
          target.addEventListener(type, (event) =>
            heard.push(`${type} ${/** @type {KeyboardEvent} */ (event).key}`),
          );
    });
    const slider = page.locator("scaling-lab input[type=range]").first();
    await slider.focus();
    const before = await slider.inputValue();
    for (const key of ["ArrowRight", "f", " ", "Escape", "Tab"]) await page.keyboard.press(key);
    assert.notEqual(await slider.inputValue(), before, "the arrow moves the slider");
    assert.deepEqual(await page.evaluate(() => /** @type {any} */ (window).heard), []);
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    await page.keyboard.press("f");
    assert.ok(
      (await page.evaluate(() => /** @type {any} */ (window).heard)).length > 0,
      "the page hears its own keys",
    );
  }));
