// One screen says it: at four sizes the answer, Run, the main controls and the headline figure with its labels are on the
// screen together, for every preset before a run and for every experiment after its quick run. Nothing is shrunk to pass.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { catalogue, drawn, finished, shown, start } from "./harness.mjs";

/** @typedef {import("./types.d.ts").LabLocator} LabLocator */

/** Sizes of the whole page, which is not scrolled. */
const PAGE = [
  [1280, 720],
  [1920, 1080],
  [390, 844],
];
/** The size of an element in the text of another site. */
const EMBED = [704, 560];
const LEAST = { figure: 220, text: 14, target: 44 };
/** The most screens of 1280 x 800 that a page with closed folds is long. */
const SCREENS = 4;

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
});
after(() => lab?.stop());

/**
 * What is wrong on the screen: parts outside the viewport, and what is too small.
 * @param {import("playwright-core").Page} page @param {number[]} size
 */
async function faults(page, [width, height]) {
  await page.setViewportSize({ width, height });
  await drawn(page);
  return page.evaluate(
    ({ least, at }) => {
      const root = document.querySelector("scaling-lab").shadowRoot;
      /** @type {string[]} */
      const found = [];
      const one = (/** @type {string} */ name, /** @type {string} */ selector) => {
        const nodes = [...root.querySelectorAll(selector)].filter(
          (node) => node.getClientRects().length,
        );
        if (!nodes.length) found.push(`${at}: no ${name}`);
        for (const node of nodes) {
          const { top, bottom, left, right } = node.getBoundingClientRect();
          if (top < 0 || left < 0 || bottom > innerHeight + 0.5 || right > innerWidth + 0.5)
            found.push(
              `${at}: ${name} from ${Math.round(top)} to ${Math.round(bottom)} is not on the screen`,
            );
        }
        return nodes;
      };
      for (const node of one("answer", ".answer"))
        if (!node.textContent.trim()) found.push(`${at}: an empty answer`);
      if (document.querySelector("scaling-lab").result.progress.total)
        one("Run", ".runs button.primary");
      one("main control", ".main .control");
      one("title of the figure", ".first figcaption");
      one("plot", ".first .lab-plot");
      one("tick label", ".first .lab-plot svg text.small");
      if (root.querySelector(".first .lab-figure > .lab-legend button"))
        one("label", ".first .lab-figure > .lab-legend");
      for (const { scrollHeight, clientHeight } of root.querySelectorAll(
        ".first .lab-figure > .lab-legend",
      ))
        if (scrollHeight > clientHeight + 1)
          found.push(`${at}: the legend scrolls, it needs ${scrollHeight} px of ${clientHeight}`);
      for (const text of root.querySelectorAll(".first .lab-plot > svg text"))
        if (text.textContent.endsWith("…")) found.push(`${at}: "${text.textContent}" is cut`);
      for (const svg of root.querySelectorAll(".first .lab-plot > svg")) {
        const { height } = svg.getBoundingClientRect();
        if (height < least.figure) found.push(`${at}: the plot is ${height} px high`);
        const size = parseFloat(getComputedStyle(svg).fontSize);
        if (size < least.text) found.push(`${at}: the text of the plot has ${size} px`);
      }
      for (const node of root.querySelectorAll(
        ".answer, .said dd, .main label, .main .label, .main button, .first figcaption, .first .lab-figure > .lab-legend button",
      )) {
        const size = parseFloat(getComputedStyle(node).fontSize);
        if (size < least.text)
          found.push(`${at}: ${node.className || node.localName} has ${size} px`);
      }
      for (const node of root.querySelectorAll(".main button, .main select, .main input")) {
        const { height } = node.getBoundingClientRect();
        if (height && height < least.target - 0.5)
          found.push(`${at}: a ${node.localName} is ${height} px high`);
      }
      return found;
    },
    { least: LEAST, at: `${width} x ${height}` },
  );
}

/** A page of another site that holds one element, at a path of the lab's own server. @param {import("playwright-core").Page} page @param {string} slug @param {string} query */
async function embed(page, slug, query) {
  const given = [...new URLSearchParams(query)].map(([name, value]) => `${name}="${value}"`);
  await page.route("**/host.html", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<!doctype html><meta name="viewport" content="width=device-width"><body style="margin:0">
<script type="module" src="scaling-lab.js"></script><scaling-lab experiment="${slug}" controls="minimal" ${given.join(" ")}></scaling-lab>`,
    }),
  );
  await page.goto(`${lab.url}host.html`);
  await page.waitForFunction(() => document.querySelector("scaling-lab")?.result);
}

for (const { slug, presets, quick } of await catalogue()) {
  test(slug, async () => {
    /** @type {string[]} */
    const found = [];
    const note = (/** @type {string} */ state, /** @type {string[]} */ faults) =>
      found.push(...faults.map((fault) => `${state}: ${fault}`));
    const runs = async (/** @type {import("playwright-core").Page} */ page) => {
      const element = /** @type {LabLocator} */ (page.locator("scaling-lab"));
      await element.locator(".runs button.primary").click();
      await finished(element);
    };
    await lab.open(`#/${slug}`, async (page) => {
      await shown(page);
      const states = presets.length ? presets : [{ title: slug, query: "" }];
      for (const [i, { title, query }] of states.entries()) {
        const before = await page.evaluateHandle(
          () => document.querySelector("scaling-lab").result,
        );
        await page.evaluate((hash) => void (location.hash = hash), `#/${slug}?${query}`);
        // The page shows the first preset, which is the default, from the start. The other ones have new results.
        if (i > 0)
          await page.waitForFunction(
            (before) => document.querySelector("scaling-lab").result !== before,
            before,
          );
        const chosen = page.locator("scaling-lab .presets option:checked");
        if (presets.length) assert.equal(await chosen.textContent(), title);
        for (const size of PAGE) note(title, await faults(page, size));
        await page.setViewportSize({ width: 1280, height: 800 });
        await drawn(page);
        const screens = await page.evaluate(() => document.documentElement.scrollHeight / 800);
        if (screens > SCREENS)
          found.push(`${title}: the page is ${screens.toFixed(1)} screens long`);
      }
    });
    await lab.open(`#/${slug}?${quick}`, async (page) => {
      await shown(page);
      await runs(page);
      for (const size of PAGE) note("after the quick run", await faults(page, size));
    });
    // The entries of a legend are larger for fingers.
    await lab.open(
      `#/${slug}?${quick}`,
      async (page) => {
        await shown(page);
        await runs(page);
        note("after the quick run, by touch", await faults(page, [390, 844]));
      },
      { context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
    );
    for (const [state, query] of [
      ...presets.map(({ title, query }) => [title, query]),
      ["quick", quick],
    ])
      await lab.open(null, async (page) => {
        await embed(page, slug, query);
        if (state === "quick") await runs(page);
        note(`${state}, embedded`, await faults(page, EMBED));
      });
    assert.deepEqual(found, []);
  });
}
