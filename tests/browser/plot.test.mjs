// The use of figures: the cursor by mouse, touch and keyboard, the legend, the table, the files.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { drawFigure } from "../../www/js/plot/draw.js";
import { drawField } from "../../www/js/plot/field.js";
import { drawSimplex } from "../../www/js/plot/simplex.js";
import { changed, logs, nowhere, plane, simplex } from "../../www/js/plot/samples.js";
import { STRINGS } from "../../www/js/plot/strings.js";
import { entries } from "../../www/js/plot/swatch.js";
import { markup } from "../../www/js/plot/svg-text.js";
import { ready, run, start } from "./harness.mjs";
import { worded } from "../../www/js/text.js";

/** What draws heat maps. */
const maps = { drawField, drawSimplex };

const HASH = "#/exam-time?runs=512";

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
});
after(() => lab?.stop());

/** The parts of the first figure. @param {import("./types.d.ts").LabLocator} element */
function parts(element) {
  const figure = element.locator("figure.lab-figure").first();
  return {
    figure,
    plot: figure.locator(".lab-plot"),
    read: figure.locator(".lab-read"),
    live: figure.locator("[aria-live]"),
    legend: figure.locator(".lab-legend button"),
  };
}

/** Waits for the cursor of a figure, whose code is fetched after the first drawing. @param {import("playwright-core").Locator} plot */
const cursorOf = (plot) => plot.locator("[data-layer=cursor]").waitFor({ state: "attached" });

/** The position of something on the page. @param {import("playwright-core").Locator} place */
async function boxOf(place) {
  const box = await place.boundingBox();
  assert.ok(box, "the element is on the page");
  return box;
}

test("a mouse reads values, and the read-out disappears when it leaves", () =>
  lab.open(HASH, async (page) => {
    const { plot, read } = parts(await ready(page));
    await plot.scrollIntoViewIfNeeded();
    await cursorOf(plot);
    const hint = read.locator(".hint");
    assert.ok(!(await hint.isVisible()), "the hint waits for the pointer");
    const box = await boxOf(plot);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    assert.match((await read.textContent()) ?? "", /Exact at these hours .*0\.\d+/);
    await page.mouse.move(box.x + box.width / 2, box.y - 30);
    assert.ok((await hint.count()) && !(await hint.isVisible()));
    assert.equal(await plot.locator("[data-layer=cursor]").getAttribute("visibility"), "hidden");
  }));

test("the wheel over a plot scrolls the page", () =>
  lab.open(HASH, async (page) => {
    const { plot } = parts(await ready(page));
    const box = await boxOf(plot);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.wheel(0, 300);
    await page.waitForFunction(() => scrollY > 0);
  }));

test("the keyboard walks along and between series, aloud, and keeps its place during a run", () =>
  lab.open(HASH, async (page) => {
    const element = await ready(page);
    const { plot, read, live } = parts(element);
    await cursorOf(plot);
    await plot.focus();
    await page.keyboard.press("End");
    const last = (await live.textContent()) ?? "";
    assert.match(last, /98%.*Power law/);
    await page.keyboard.press("ArrowLeft");
    assert.notEqual(await live.textContent(), last);
    await page.keyboard.press("ArrowDown");
    assert.match((await live.textContent()) ?? "", /Exact/);
    const before = await read.locator("b").textContent();
    await element.evaluate(
      (e) =>
        new Promise((done) => {
          e.addEventListener("result", done, { once: true });
          e.run();
        }),
    );
    await page.waitForFunction(() =>
      document
        .querySelector("scaling-lab")
        .result.figures[0].series.some((s) => s.role === "measured" && s.y.length > 0),
    );
    assert.equal(await read.locator("b").textContent(), before);
    assert.ok(
      await plot.evaluate(
        (node) => /** @type {ShadowRoot} */ (node.getRootNode()).activeElement === node,
      ),
    );
    await page.keyboard.press("Escape");
    assert.equal(await read.locator("b").count(), 0);
  }));

test("the legend switches series, and a run keeps the choice", () =>
  lab.open(HASH, async (page) => {
    const element = await ready(page);
    const { figure, plot, legend } = parts(element);
    const exact = legend.filter({ hasText: "At these hours" });
    const line = plot.locator("path.line.c1").first();
    assert.equal(await exact.getAttribute("aria-pressed"), "true");
    assert.ok(await line.getAttribute("d"));
    await exact.press("Enter");
    assert.equal(await exact.getAttribute("aria-pressed"), "false");
    assert.equal(await line.getAttribute("d"), null);
    await run(element);
    assert.equal(await exact.getAttribute("aria-pressed"), "false");
    assert.equal(
      await plot.locator("path.dots.c1[d]").count(),
      0,
      "an entry switches what a run adds to its group",
    );
    const single = legend.filter({ hasText: "Single students" });
    assert.ok(!(await single.isVisible()), "what starts hidden is behind a disclosure");
    await figure.locator("summary").first().press("Enter");
    assert.equal(await single.getAttribute("aria-pressed"), "false", "it starts switched off");
    await single.press("Enter");
    assert.equal(await single.getAttribute("aria-pressed"), "true");
    await single.press("Enter");
    await figure.locator("summary").last().click();
    await figure.locator("thead th").first().waitFor();
    const heads = await figure.locator("thead th").allTextContents();
    assert.ok(
      heads.length >= 2 && !heads.some((text) => text.startsWith("Exact")),
      heads.join("; "),
    );
  }));

test("touch reads values on a phone; nothing is wider than the screen", () =>
  lab.open(
    HASH,
    async (page) => {
      const { plot, read, legend } = parts(await ready(page));
      await cursorOf(plot);
      await plot.tap();
      assert.match((await read.textContent()) ?? "", /0\.\d+/);
      assert.ok((await boxOf(legend.first())).height >= 44);
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    },
    { context: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } },
  ));

test("no style of the page hides a part of a figure", () =>
  // The figure of one majority has a published point, which is an open marker.
  lab.open(`#/positive-shift?a=0.28&draws=0&weights=231${",1".repeat(99)}`, async (page) => {
    const element = await ready(page);
    const parts = await element.evaluate((e) =>
      [...e.shadowRoot.querySelectorAll(".figure svg [class][d]")].map((part) => [
        part.getAttribute("class"),
        getComputedStyle(part).display,
      ]),
    );
    assert.ok(parts.some(([name]) => /\bopen\b/.test(String(name))));
    assert.deepEqual(
      parts.filter(([, display]) => display === "none"),
      [],
    );
  }));

test("saved figures are self-contained and have a stamp", () =>
  lab.open(`${HASH}&seed=5`, async (page) => {
    const element = await ready(page);
    await run(element);
    const save = async (/** @type {string} */ format) => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        element.getByRole("button", { name: new RegExp(`${format}.*Loss against`) }).click(),
      ]);
      return readFile(await download.path());
    };
    const svg = (await save("SVG")).toString();
    const { title, metadata, text, errors } = await page.evaluate((source) => {
      const doc = new DOMParser().parseFromString(source, "image/svg+xml");
      const of = (/** @type {string} */ name) => doc.querySelector(name)?.textContent ?? "";
      return {
        title: of("title"),
        metadata: of("metadata"),
        text: [...doc.querySelectorAll("text")].map((t) => t.textContent).join(" "),
        errors: doc.querySelectorAll("parsererror").length,
      };
    }, svg);
    assert.equal(errors, 0);
    assert.match(title, /Loss against/);
    assert.equal(JSON.parse(metadata).seed, 5);
    assert.equal(JSON.parse(metadata).experiment, "exam-time");
    assert.match(text, /exam-time.*seed 5.*cpu/);
    assert.ok(!svg.includes("var(--"), "colours are written out");
    const png = await save("PNG");
    assert.equal(png.subarray(1, 4).toString(), "PNG");
    assert.equal(png.readUInt32BE(16), 1800);
  }));

/** @typedef {import("../../www/js/plot/figure.js").Figure} Figure */

/**
 * The page's drawings of the figures in turn, then those after each press of a legend button: all off, then all on again.
 * @param {import("./types.d.ts").Page} page @param {Figure[]} figures
 */
const shownOf = (page, figures) =>
  page.evaluate(async (figures) => {
    const files = performance.getEntriesByType("resource").map(({ name }) => name);
    const { renderFigure } = await import(
      String(files.find((name) => name.includes("after-first-figure")))
    );
    const { element, update, destroy } = renderFigure(figures[0], { width: 700 });
    document.body.append(element);
    const svg = element.querySelector(".lab-plot > svg");
    // The code that draws heat maps must be fetched first.
    while (!svg.querySelector(".line")) await new Promise((done) => setTimeout(done, 10));
    const lines = () => [...svg.querySelectorAll("[data-layer=lines] path")];
    const first = lines();
    /** @type {string[]} */
    const markups = [];
    /** For each figure, the numbers of the lines that it keeps of the first figure. @type {number[][]} */
    const kept = [];
    const look = () => {
      const copy = svg.cloneNode(true);
      // Node's drawing has no label for screen readers and no cursor.
      copy.removeAttribute("aria-label");
      copy.querySelector("[data-layer=cursor]")?.remove();
      markups.push(new XMLSerializer().serializeToString(copy));
    };
    look();
    for (const figure of figures.slice(1)) {
      update(figure);
      look();
      kept.push(lines().map((line) => first.indexOf(line)));
    }
    const buttons = [...element.querySelectorAll(".lab-legend button")];
    for (const button of [...buttons, ...buttons]) {
      button.click();
      look();
    }
    destroy();
    return { markups, kept };
  }, figures);

/** The drawings of `shownOf` as Node writes them. @param {Figure[]} figures */
function writtenOf(figures) {
  const last = figures[figures.length - 1];
  const off = new Set(last.series.flatMap(({ id, hidden }) => (hidden ? [id] : [])));
  const shown = (/** @type {string} */ id) => !off.has(id);
  const view = { width: 700, scale: 1, locale: "en", strings: STRINGS, shown, maps };
  /** @type {import("../../www/js/plot/draw.js").Kept | null} */
  let kept = null;
  const write = (/** @type {Figure} */ figure) => {
    const { tree, ...drawn } = drawFigure(figure, view, kept);
    kept = drawn.kept;
    const attributes = { xmlns: "http://www.w3.org/2000/svg", ...tree.attributes };
    return markup({ ...tree, attributes });
  };
  const list = entries(last).sort((a, b) => Number(a.more) - Number(b.more));
  const toggled = [...list, ...list].map(({ members }) => () => {
    for (const { series } of members) if (!off.delete(series.id)) off.add(series.id);
    return write(last);
  });
  return [...figures.map(write), ...toggled.map((next) => next())];
}

/** The tags of a markup with sorted attributes, because an attribute that is removed and set again moves to the end. @param {string} text */
const tags = (text) =>
  text.split("<").map((tag) =>
    tag.replace(/( [\w:-]+="[^"]*")+/, (all) =>
      all
        .split(/(?<=") /)
        .sort()
        .join(" "),
    ),
  );

test("a page shows what Node writes, while a figure changes and its series are switched", () =>
  lab.open(HASH, async (page) => {
    await run(await ready(page));
    const [own] = await page.evaluate(() => document.querySelector("scaling-lab").result.figures);
    await page.waitForFunction(() =>
      performance.getEntriesByType("resource").some(({ name }) => /after-first-figure/.test(name)),
    );
    for (const figures of [
      [worded(own)],
      [logs, changed, logs],
      [logs, nowhere, logs],
      [plane],
      [simplex],
    ]) {
      const { markups, kept } = await shownOf(page, figures);
      const texts = writtenOf(figures);
      assert.equal(markups.length, texts.length);
      assert.equal(markups[0], texts[0]);
      markups.forEach((text, i) =>
        assert.deepEqual(tags(text), tags(texts[i]), `${figures[0].id}, ${i}`),
      );
      // When the second of three series is removed, the third moves up; a series that is added has a new line.
      if (figures.includes(changed))
        assert.deepEqual(kept, [
          [0, 2, -1],
          [0, 2, -1],
        ]);
    }
  }));
