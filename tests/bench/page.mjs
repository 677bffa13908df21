// Times what a user waits for in Chromium, on two CPU workers: medians of a few repetitions, one line each.
// It needs the page in dist/, which `./build.sh bench` builds first.
import { ready, start } from "../browser/harness.mjs";

const REPEAT = 5;
const median = (/** @type {number[]} */ xs) => [...xs].sort((a, b) => a - b)[xs.length >> 1];
/** @param {string} what @param {number[]} ms @param {number | "-"} target */
const line = (what, ms, target) =>
  console.log(
    `${what.padEnd(64)}${median(ms).toFixed(0).padStart(7)} ms   [${Math.min(...ms).toFixed(0)}, ${Math.max(...ms).toFixed(0)}]   target ${target} ms`,
  );

/** Times a run on the page's element: until the first measured series, and until the end. */
const timed = () =>
  new Promise((resolve) => {
    const element = document.querySelector("scaling-lab");
    const begun = performance.now();
    let first = 0;
    const look = () => {
      const measured = element.result?.figures.some(
        (f) => f.series.some((s) => s.role === "measured") || f.id.includes("measured"),
      );
      if (measured && !first) first = performance.now() - begun;
    };
    element.addEventListener("progress", look);
    element.addEventListener(
      "result",
      () => {
        look();
        resolve({ first, all: performance.now() - begun });
      },
      { once: true },
    );
    element.reset();
    element.run();
  });

/**
 * Times moves of the exponent's slider to positions from 0 to 1, each until the new result is
 * drawn.
 * @param {import("../browser/types.d.ts").Page} page
 * @param {number[]} places
 */
async function moves(page, places) {
  const element = await ready(page);
  const range = element.locator('[data-param="exponent"] input[type=range]');
  const slider = /** @type {import("playwright-core").ElementHandle<HTMLInputElement>} */ (
    await range.elementHandle()
  );
  return page.evaluate(
    async ({ places, slider }) => {
      const element = document.querySelector("scaling-lab");
      // setTimeout would add up to 4 ms.
      const channel = new MessageChannel();
      const tick = () =>
        new Promise((resolve) => {
          channel.port1.onmessage = resolve;
          channel.port2.postMessage(0);
        });
      const frame = () =>
        new Promise((resolve) => {
          requestAnimationFrame(resolve);
        });
      const waited = [];
      for (const place of places) {
        for (let i = 0; i < 20; i += 1) await frame();
        const before = element.result;
        const begun = performance.now();
        slider.value = String(Math.round(place * Number(slider.max)));
        slider.dispatchEvent(new Event("input", { bubbles: true }));
        while (element.result === before) await tick();
        waited.push(performance.now() - begun);
      }
      return waited;
    },
    { places, slider },
  );
}

/** Milliseconds of work at the time of each checkpoint. */
const marks = async () => {
  const element = document.querySelector("scaling-lab");
  await element.reset();
  const at = [];
  while (at.length < element.result.progress.total) {
    element.step();
    while (element.result.progress.done <= at.length)
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
    at.push(element.result.elapsed_s * 1000);
  }
  return at;
};

const lab = await start("cpu");
const one = () => Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 2 });
const two = () => Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 3 });
try {
  await lab.open(
    "#/exam-time",
    async (page) => {
      await ready(page);
      const runs = [];
      for (let i = 0; i < REPEAT; i += 1) runs.push(await page.evaluate(timed));
      line(
        "exam-time, default: first measured points after Run",
        runs.map((r) => r.first),
        300,
      );
      line(
        "exam-time, default: all 4096 students",
        runs.map((r) => r.all),
        "-",
      );
    },
    { script: two },
  );
  await lab.open(
    "#/positive-shift?draws=1000000",
    async (page) => {
      await ready(page);
      const runs = [];
      for (let i = 0; i < REPEAT; i += 1) runs.push(await page.evaluate(timed));
      line(
        "positive-shift: 1e6 random problems of K = 3, two workers",
        runs.map((r) => r.all),
        2000,
      );
    },
    { script: two },
  );
  await lab.open(
    "#/exam-time",
    async (page) => {
      line(
        "exam-time: a slider's move, drawn",
        await moves(
          page,
          Array.from({ length: 20 }, (_, i) => 0.2 + i / 40),
        ),
        16,
      );
    },
    { script: two },
  );
  await lab.open(
    "#/atoms",
    async (page) => {
      line(
        "atoms, K = 1e5: a slider's move, drawn",
        await moves(page, [0.1, 0.2, 0.3, 0.4, 0.5]),
        100,
      );
    },
    { script: two },
  );
  await lab.open(
    "#/k-composition",
    async (page) => {
      await ready(page);
      const runs = [];
      for (let i = 0; i < REPEAT; i += 1) runs.push(await page.evaluate(timed));
      line(
        "k-composition, default: 2 x 32 runs of 1e5 samples, two workers",
        runs.map((r) => r.all),
        1000,
      );
    },
    { script: two },
  );
  // Compares equal work on one worker and on two, each time on a whole page with plots.
  /** @type {number[]} */
  const rates = [];
  for (const workers of [1, 2]) {
    await lab.open(
      "#/k-composition?runs=64&samples=2000000&device=cpu",
      async (page) => {
        await ready(page);
        const { all } = await page.evaluate(timed);
        rates.push((2 * 64 * 2) / (all / 1000));
      },
      { script: workers === 1 ? one : two },
    );
  }
  console.log(
    `k-composition: ${rates[0].toFixed(1)} M samples/s on one worker, ${rates[1].toFixed(1)} on two, ${(rates[1] / rates[0]).toFixed(2)} times (target 1.6)`,
  );
  await lab.open(
    "#/multi-epoch",
    async (page) => {
      await ready(page);
      const runs = [];
      for (let i = 0; i < 3; i += 1) runs.push(await page.evaluate(timed));
      line(
        "multi-epoch, default: first points",
        runs.map((r) => r.first),
        1000,
      );
      line(
        "multi-epoch, default: 4 N x 8 K x 32 rates x 384 runs, d = 8, two workers",
        runs.map((r) => r.all),
        10_000,
      );
    },
    { script: two },
  );
  for (const dim of [5, 32, 100]) {
    // This counts 500 x 256 steps of 256 runs at 16 rates; one pass, theory and plots are left out.
    await lab.open(
      `#/multi-epoch?features=${dim}&samples=500&epochs=256&runs=256&rates=16&device=cpu`,
      async (page) => {
        await ready(page);
        const { all } = await page.evaluate(timed);
        console.log(
          `multi-epoch, d = ${dim}: ${((500 * 256 * 256 * 16) / all / 1000).toFixed(0)} M sample-steps/s on one worker`,
        );
      },
      { script: one },
    );
  }
  // The checkpoints: five of the search, one of the search without the largest runs, ten batches of refits.
  await lab.open(
    "#/chinchilla?rows=240&bootstrap=4000&profiles=no",
    async (page) => {
      await ready(page);
      const runs = [];
      for (let i = 0; i < REPEAT; i += 1) runs.push(await page.evaluate(marks));
      line(
        "chinchilla: 240 runs, the best of all minima, one worker",
        runs.map((at) => at[4]),
        20,
      );
      line(
        "chinchilla: 4000 refits of them, one worker",
        runs.map((at) => at[15] - at[5]),
        4000,
      );
    },
    { script: one },
  );
  await lab.open(
    "#/exam-time?runs=65536",
    async (page) => {
      await ready(page);
      await page.evaluate(() => {
        globalThis.longest = 0;
        new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries())
            globalThis.longest = Math.max(globalThis.longest, duration);
        }).observe({ type: "longtask" });
      });
      const { all } = await page.evaluate(timed);
      // The browser reports only tasks above 50 ms.
      line(
        "longest task of the main thread while 65536 students run",
        [await page.evaluate(() => globalThis.longest)],
        50,
      );
      line("exam-time: 65536 students", [all], "-");
    },
    { script: two },
  );
} finally {
  await lab.stop();
}
