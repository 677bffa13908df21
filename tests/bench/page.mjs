// What a person waits for in Chromium, on two CPU workers: medians of a few repetitions, one line each.
// Needs the page in dist/: `./build.sh bench` makes it first.
import { ready, start } from "../browser/harness.mjs";

const REPEAT = 5;
const median = (xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];
const line = (what, ms, target) =>
  console.log(`${what.padEnd(64)}${median(ms).toFixed(0).padStart(7)} ms   [${Math.min(...ms).toFixed(0)}, ${Math.max(...ms).toFixed(0)}]   target ${target} ms`);

/** Times a run on the page's element: to the first measured series, and to the end. */
const timed = () => new Promise((resolve) => {
  const element = document.querySelector("scaling-lab");
  const begun = performance.now();
  let first = 0;
  const look = () => {
    const measured = element.result?.figures.some((f) => f.series.some((s) => s.role === "measured") || f.id.includes("measured"));
    if (measured && !first) first = performance.now() - begun;
  };
  element.addEventListener("progress", look);
  element.addEventListener("result", () => { look(); resolve({ first, all: performance.now() - begun }); }, { once: true });
  element.reset();
  element.run();
});

/** Times moves of the exponent's slider, each until the new result is on the element and a frame has passed. */
async function moves(page, others, exponents) {
  await ready(page);
  return page.evaluate(async ([attributes, values]) => {
    const element = document.querySelector("scaling-lab");
    for (const [name, text] of Object.entries(attributes)) element.setAttribute(name, text);
    const frame = () => new Promise((resolve) => { requestAnimationFrame(resolve); });
    const waited = [];
    for (const wanted of values) {
      for (let i = 0; i < 20; i += 1) await frame();
      const begun = performance.now();
      element.setAttribute("exponent", String(wanted));
      while (element.result?.params.exponent !== wanted) await new Promise((resolve) => { setTimeout(resolve); });
      waited.push(performance.now() - begun);
    }
    return waited;
  }, [others, exponents]);
}

const lab = await start("cpu");
const two = () => Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 3 });
try {
  await lab.open("#/exam-time", async (page) => {
    await ready(page);
    const runs = [];
    for (let i = 0; i < REPEAT; i += 1) runs.push(await page.evaluate(timed));
    line("exam-time, default: first measured points after Run", runs.map((r) => r.first), 300);
    line("exam-time, default: all 4096 students", runs.map((r) => r.all), "-");
  }, { script: two });
  await lab.open("#/positive-shift?draws=1000000", async (page) => {
    await ready(page);
    const runs = [];
    for (let i = 0; i < REPEAT; i += 1) runs.push(await page.evaluate(timed));
    line("positive-shift: 1e6 random problems of K = 3, two workers", runs.map((r) => r.all), 2000);
  }, { script: two });
  const samples = Array.from({ length: 40 }, (_, i) => Math.round(10 ** (1 + (5 * i) / 39))).join(",");
  await lab.open("#/exam-time", async (page) => {
    line("exam-time: a slider's move, drawn", await moves(page, {}, [0.9, 0.8, 0.7, 0.6, 0.5]), 16);
  }, { script: two });
  await lab.open(`#/atoms?samples=${samples}`, async (page) => {
    line("atoms, K = 1e5: a slider's move with 40 N, drawn", await moves(page, { samples }, [1.6, 1.7, 1.8, 1.9, 2]), 100);
  }, { script: two });
  await lab.open("#/exam-time?runs=65536", async (page) => {
    await ready(page);
    await page.evaluate(() => {
      globalThis.longest = 0;
      new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration); })
        .observe({ type: "longtask" });
    });
    const { all } = await page.evaluate(timed);
    // The browser reports tasks above 50 ms only.
    line("longest task of the main thread while 65536 students run", [await page.evaluate(() => globalThis.longest)], 50);
    line("exam-time: 65536 students", [all], "-");
  }, { script: two });
} finally {
  await lab.stop();
}
