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
  const samples = Array.from({ length: 40 }, (_, i) => Math.round(10 ** (1 + (5 * i) / 39)));
  await lab.open("#/atoms", async (page) => {
    await ready(page);
    const opened = [];
    for (let i = 0; i < REPEAT; i += 1) {
      opened.push(await page.evaluate(([list, turn]) => new Promise((resolve) => {
        const element = document.querySelector("scaling-lab");
        const begun = performance.now();
        // Another exponent each time, so that nothing is remembered.
        const wanted = 1.5 + turn / 100;
        const look = () => {
          if (element.result?.params.exponent === wanted) resolve(performance.now() - begun);
          else requestAnimationFrame(look);
        };
        element.setAttribute("samples", list);
        element.setAttribute("exponent", String(wanted));
        look();
      }), [samples.join(","), i + 1]));
    }
    line("atoms, K = 1e5: a slider's move with 40 N, drawn", opened, 100);
  }, { script: two });
} finally {
  await lab.stop();
}
