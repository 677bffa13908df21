// Times a first visit on a slow phone: 1.6 Mbit/s, 150 ms latency, a processor four times slower; medians of five visits.
// The arguments are folders of built pages, which are compared in turn: `node tests/bench/visit.mjs dist [OTHER...]`.
import { ready, start } from "../browser/harness.mjs";

const REPEAT = 5;
const SLOW = {
  offline: false,
  latency: 150,
  downloadThroughput: 1.6e6 / 8,
  uploadThroughput: 7.5e5 / 8,
};
const CPU = 4;

/** What is opened, and the time in seconds until its first curve or its cards that is wanted. */
const VISITS = /** @type {const} */ ([
  ["front page, its cards", "", 2.0],
  ["exam-time, its first curve", "#/exam-time", 2.5],
  ["k-composition, its first curve", "#/k-composition", 3.0],
  ["chinchilla, its first curve", "#/chinchilla", 4.0],
]);

const median = (/** @type {number[]} */ xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];

/** Seconds from the start of the navigation until something is drawn. @param {import("playwright-core").Page} page @param {string} selector */
const drawn = (page, selector) =>
  page.evaluate(async (selector) => {
    /** @param {Document | ShadowRoot} root @returns {Element | null} */
    const find = (root) => root.querySelector(selector);
    const there = () =>
      find(document) ?? find(document.querySelector("scaling-lab")?.shadowRoot ?? document);
    while (!there()) await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    return performance.now() / 1000;
  }, selector);

/** Seconds from a press of Run until the first result that holds something measured. @param {import("playwright-core").Page} page */
const measured = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        const element = document.querySelector("scaling-lab");
        const begun = performance.now();
        const look = () => {
          const { figures = [] } = element.result ?? {};
          const some = figures.some(
            ({ id, series }) =>
              series.some(({ role }) => role === "measured") || id.includes("measured"),
          );
          if (some) resolve((performance.now() - begun) / 1000);
        };
        element.addEventListener("progress", look);
        element.addEventListener("result", () => (look(), resolve(NaN)), { once: true });
        element.run();
      }),
  );

const folders = process.argv.length > 2 ? process.argv.slice(2) : ["dist"];
const labs = [];
for (const folder of folders) labs.push(await start("cpu", folder));
for (const [what, hash, target] of VISITS) {
  /** @type {{curve: number[], run: number[]}[]} */
  const times = labs.map(() => ({ curve: [], run: [] }));
  // The folders take turns, so that all meet the machine in the same state.
  for (let i = 0; i < REPEAT; i++)
    for (const [k, lab] of labs.entries())
      await lab.open(null, async (page) => {
        const session = await page.context().newCDPSession(page);
        await session.send("Network.enable");
        await session.send("Network.emulateNetworkConditions", SLOW);
        await session.send("Emulation.setCPUThrottlingRate", { rate: CPU });
        await page.goto(lab.url + hash, { waitUntil: "commit" });
        times[k].curve.push(await drawn(page, hash ? "svg path" : ".cards > li > a"));
        if (!hash) return;
        await ready(page);
        times[k].run.push(await measured(page));
      });
  times.forEach(({ curve, run }, k) =>
    console.log(
      `${what.padEnd(34)} ${folders[k].padEnd(24)} ${median(curve).toFixed(2)} s   wanted ${target.toFixed(1)} s` +
        (run.length ? `   first measured after Run ${median(run).toFixed(2)} s` : ""),
    ),
  );
}
for (const lab of labs) await lab.stop();
