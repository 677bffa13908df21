// The page without WebGPU: everything that a user does, on the CPU workers.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  ask,
  catalogue,
  assertSame,
  assertSameCsv,
  axe,
  button,
  copied,
  downloaded,
  finished,
  native,
  numbers,
  quickStates,
  ready,
  root,
  run,
  settled,
  start,
} from "./harness.mjs";

/** @typedef {import("./types.d.ts").Values} Values */

/** The quick setting of every experiment. */
const STATES = await quickStates();
/**
 * Settings that reach other branches of the experiments: a heat map, a line through many subjects, the
 * arithmetic of every family.
 * @type {[string, Values][]}
 */
const MORE = [
  ["exam-time", { weights: "0.6,0.3,0.1", difficulty: "1,2,0.5", runs: "128", facts: "16" }],
  ["exam-time", { weights: "4,3,2,1", exponent: "0.5", hours: "40", runs: "128", facts: "16" }],
  ["positive-shift", { family: "offset", b: "5,0.1,2", draws: "500" }],
  ["positive-shift", { family: "exponential", a: "1,2,0.5", draws: "500" }],
  ["positive-shift", { family: "log", draws: "500" }],
  ["positive-shift", { family: "transfer", b: "0.5", draws: "500" }],
  ["positive-shift", { family: "mixing-law", weights: "0.7,0.3", t: "1,0.2;0,1", draws: "0" }],
  [
    "k-composition",
    {
      hops: "5",
      skills: "100",
      exponents: "0,1,2",
      batch: "10",
      "uniform-after": "2000",
      samples: "5000",
      runs: "5",
    },
  ],
  [
    "state-tracking",
    {
      symbols: "5",
      hops: "5",
      exponents: "0,1,2",
      samples: "1000",
      runs: "3",
      init: "1",
      clip: "10",
    },
  ],
  ["k-composition", { skills: "16", rates: "5", samples: "3000", runs: "12" }],
  [
    "multi-epoch",
    {
      model: "one-hot",
      spectrum: "power",
      a: "4.5",
      b: "1",
      noise: "0",
      dim: "100",
      samples: "30,100,300",
      epochs: "1,8,64",
      order: "once",
      runs: "8",
    },
  ],
  [
    "multi-epoch",
    {
      dim: "3",
      spectrum: "power",
      a: "1",
      schedule: "all",
      order: "with-replacement",
      samples: "40",
      epochs: "1,3",
      runs: "5",
    },
  ],
  [
    "multi-epoch",
    {
      model: "one-hot",
      dim: "5",
      noise: "0.5",
      lr: "0.3",
      samples: "40,80",
      epochs: "1,3",
      runs: "5",
    },
  ],
  ["data-constrained", { form: "geometric", compare: "yes", bootstrap: "20", profiles: "no" }],
  ["fit", { law: "chinchilla", fixed: "alpha=0.34", exclude: "largest=3", bootstrap: "100" }],
  ["atoms", { atoms: "300", exponent: "2.5", samples: "5,20,100", runs: "64" }],
];
const hash = (/** @type {string} */ slug, values = {}) =>
  `#/${slug}?${new URLSearchParams(values)}`;

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
});
after(() => lab?.stop());

describe("the CPU workers compute what the command line computes", () => {
  for (const [slug, values] of [...Object.entries(STATES), ...MORE]) {
    test(`${slug} ${Object.entries(values)
      .map((pair) => pair.join("="))
      .join(" ")}`, () =>
      lab.open(hash(slug, values), async (page) => {
        const element = await ready(page);
        if ((await element.evaluate((e) => e.result.progress.total)) > 0) await run(element);
        const ours = await downloaded(element);
        assert.equal(ours.experiment, slug);
        assert.deepEqual(
          ours.device.map(({ kind }) => kind),
          ours.progress.total > 0 ? ["cpu"] : [],
        );
        assert.ok(ours.figures.length > 0, "the result has figures");
        assertSame(numbers(ours), numbers(await native(slug, values)), slug);
      }));
  }

  test("another seed gives other numbers", () =>
    lab.open(hash("exam-time", { ...STATES["exam-time"], seed: "7" }), async (page) => {
      const element = await ready(page);
      await run(element);
      const ours = await downloaded(element);
      assertSame(
        numbers(ours),
        numbers(await native("exam-time", { ...STATES["exam-time"], seed: "7" })),
        "seed 7",
      );
      assert.notDeepEqual(
        ours.figures,
        (await native("exam-time", STATES["exam-time"])).figures,
        "the seed is used",
      );
    }));
});

test("the CSV and the copied command match the command line", () =>
  lab.open(hash("exam-time", { runs: "128", weights: "0.8,0.2", seed: "3" }), async (page) => {
    const element = await ready(page);
    await run(element);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      button(element, "Download CSV").click(),
    ]);
    const csv = await readFile(await download.path(), "utf8");
    const command = await copied(element, "Copy as command");
    assert.match(command, /^scaling-lab run exam-time( --(set \S+|seed 3))+$/);
    assertSameCsv(
      csv,
      await ask(...command.split(" ").slice(1), "--device", "cpu", "--format", "csv", "--quiet"),
    );
  }));

/**
 * Rows whose runs take more than five seconds each, and minutes in all. They are left to `build.sh soak`: a page computes what the
 * command line computes, and there every number is tested.
 */
const LONG = process.env.LAB_SOAK
  ? "none"
  : '[data-claim="reuse-plateau-slope"], [data-claim="track-s5-ratio"], [data-claim="compose-uniform-slope"], :has(a[href^="#/live-"])';
test("published numbers are recomputed on the page, as expected", () =>
  lab.open("#/published", async (page) => {
    const rows = page.locator("tr[data-claim]");
    const left = await rows.evaluateAll((all, long) => {
      const left = all.filter((row) => row.matches(long));
      for (const row of left) row.querySelector("button").disabled = true;
      return left.length;
    }, LONG);
    await page.getByRole("button", { name: "Run all" }).click();
    // On a busy machine all rows take minutes, but the next one is never far.
    const end = page.getByText(/^All (other )?rows are computed/);
    const seen = rows.locator(".answer");
    while (!(await end.count()))
      await end
        .or(seen.nth(await seen.count()))
        .first()
        .waitFor({ timeout: 60_000 });
    // Rows that need a file that the lab may not distribute wait for that file (data.test.mjs).
    const answers = await rows.evaluateAll((all) =>
      all
        .filter(
          (row) => !row.querySelector("button").hidden && !row.querySelector("button").disabled,
        )
        .map((row) => row.querySelector(".answers").textContent),
    );
    assert.ok(answers.length > 2 * left && left < 20, `${answers.length} rows, ${left} left out`);
    assert.deepEqual(
      answers.filter((answer) => !/^Run(Agrees|Differsfor the reason given)$/.test(answer)),
      [],
      "every row has an answer, and each is as expected",
    );
  }));

test("a run of published numbers answers all rows that it computes", () =>
  lab.open("#/published", async (page) => {
    const rows = page.locator('tr[data-claim^="infinite-"]');
    await page.locator('tr[data-claim="infinite-plain"] button').click();
    await page.locator('tr[data-claim="infinite-plain"] .answer').waitFor();
    assert.equal(await rows.locator(".answer").count(), await rows.count());
    assert.ok((await rows.count()) > 3);
  }));

test("the catalogue lists every experiment of the crate, and each opens", () =>
  lab.open("", async (page) => {
    const slugs = (await catalogue()).map(({ slug }) => slug);
    await page.locator(".cards > li > a").first().waitFor();
    const listed = await page
      .locator(".cards > li > a")
      .evaluateAll((links) => links.map((a) => a.getAttribute("href")?.replace("#/", "")));
    assert.deepEqual(listed, slugs);
    assert.deepEqual(
      Object.keys(STATES).filter((slug) => !slugs.includes(slug)),
      [],
      "the tests' states name experiments that exist",
    );
    for (const slug of slugs) {
      await page.evaluate((s) => {
        location.hash = `#/${s}`;
      }, slug);
      await page.waitForFunction(
        (s) => document.querySelector("scaling-lab")?.result?.experiment === s,
        slug,
      );
      assert.ok(
        await page.locator("scaling-lab svg").first().isVisible(),
        `${slug} draws before it runs`,
      );
      await page.locator("scaling-lab math annotation").first().waitFor({ state: "attached" });
      assert.ok(
        (await page.locator("scaling-lab math annotation").first().textContent())?.length,
        `${slug} shows its formulas as MathML with their TeX`,
      );
    }
  }));

test("the keyboard alone moves a slider, runs and pauses", () =>
  lab.open(hash("exam-time", STATES["exam-time"]), async (page) => {
    const element = await ready(page);
    const theory = () => element.evaluate((e) => JSON.stringify(e.result.figures));
    const first = await theory();
    await element.locator('[data-param="weights"] input[type=range]').first().focus();
    for (let i = 0; i < 20; i++) await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(() => /weights=0\.7,0\.3/.test(location.hash));
    await page.waitForFunction(
      (old) => JSON.stringify(document.querySelector("scaling-lab").result.figures) !== old,
      first,
    );
    await button(element, "Run").focus();
    await page.keyboard.press("Enter");
    await finished(element);
    const { weights } = await element.evaluate((e) => e.query);
    assert.equal(weights, "0.7,0.3");
    assertSame(
      numbers(await downloaded(element)),
      numbers(await native("exam-time", { ...STATES["exam-time"], weights })),
      "after the keyboard",
    );
  }));

test("cancel stops a run, and the next one starts over", () =>
  lab.open(
    hash("exam-time", { runs: "8192" }),
    async (page) => {
      const element = await ready(page);
      await button(element, "Run").click();
      await page.waitForFunction(
        () => document.querySelector("scaling-lab").result.progress.done > 0,
      );
      await button(element, "Cancel").click();
      await button(element, "Run again").waitFor();
      const { progress, verdicts } = await downloaded(element);
      assert.ok(progress.done < progress.total, "the run stopped before the end");
      assert.ok(
        verdicts.every(({ agrees }) => agrees !== true && agrees !== false),
        "a cancelled run cannot tell",
      );
      await element.getByLabel("As fast as possible").check();
      await run(element);
      assertSame(
        numbers(await downloaded(element)),
        numbers(await native("exam-time", { runs: "8192" })),
        "after a cancel",
      );
    },
    { paced: true },
  ));

test("pausing, stepping and pace change no number", () =>
  lab.open(hash("exam-time", STATES["exam-time"]), async (page) => {
    const element = await ready(page);
    await button(element, "Step").click();
    await button(element, "Continue").waitFor();
    const { done, total } = await element.evaluate((e) => e.result.progress);
    assert.equal(done, 1, `one step is one checkpoint of ${total}`);
    await button(element, "Continue").click();
    await finished(element);
    assertSame(
      numbers(await downloaded(element)),
      numbers(await native("exam-time", STATES["exam-time"])),
      "after a pause",
    );
  }));

test("a link opens the same state, seed and device elsewhere", () =>
  lab.open(hash("exam-time"), async (page) => {
    let element = await ready(page);
    await element.locator('[data-param="weights"] input[type=text]').fill("0.6,0.4");
    await element.locator('[data-param="weights"] input[type=text]').press("Enter");
    await element.getByLabel("Seed", { exact: true }).fill("42");
    await element.getByLabel("Seed", { exact: true }).press("Enter");
    await element.getByLabel("Device", { exact: true }).selectOption("cpu");
    await page.waitForFunction(
      () =>
        /weights=0\.6,0\.4/.test(location.hash) &&
        /seed=42/.test(location.hash) &&
        /device=cpu/.test(location.hash),
    );
    await settled(page, "weights", [0.6, 0.4]);
    await settled(page, "seed", 42);
    const before = await element.evaluate((e) => ({ query: e.query, figures: e.result.figures }));
    await page.reload();
    element = await ready(page);
    assert.deepEqual(
      await element.evaluate((e) => ({ query: e.query, figures: e.result.figures })),
      before,
    );
  }));

describe("a bad address is reported", () => {
  /** @type {[string, string, RegExp][]} */
  const bad = [
    ["exam-time", "weights=0.9,banana", /weights.*banana/],
    ["exam-time", "weights=0,0", /weights.*0,0/],
    ["exam-time", "hours=1e9", /hours.*1e9|hours.*1000000000/],
    ["exam-time", "exponent=NaN", /exponent.*NaN/],
    ["exam-time", "runs=12.5", /runs.*12\.5/],
    ["exam-time", "wieghts=1,2", /wieghts/],
    ["exam-time", "seed=-1", /seed.*-1/],
    ["exam-time", "device=abacus", /device.*abacus/],
    ["atoms", "exponent=1", /exponent.*1/],
    ["state-tracking", "runs=1024&exponents=0,0.5,1,1.5,2,2.5,3,3.5", /runs.*1024.*MiB/],
    ["positive-shift", "family=cubic", /family.*cubic/],
    ["multi-epoch", "lr=0.9", /lr.*0\.9.*stability/],
    ["multi-epoch", "samples=10000000&features=128", /samples.*10000000.*MiB/],
    ["positive-shift", "family=mixing-law&t=1,2,3", /\bt\b.*1,2,3.*3 × 3/],
  ];
  for (const [slug, query, words] of bad) {
    test(`${slug}?${query}`, () =>
      lab.open(`#/${slug}?${query}`, async (page) => {
        const element = await ready(page);
        await page.waitForFunction(() =>
          document
            .querySelector("scaling-lab")
            .shadowRoot.querySelector(".notices li, .problem:not(:empty), .alerts .alert"),
        );
        const said = (await element.locator(".notices, .problem, .alerts").allTextContents()).join(
          " ",
        );
        assert.match(said, new RegExp(words.source, "i"));
        assert.ok(await element.locator("svg").first().isVisible(), "the figures are still there");
      }));
  }

  test("an unknown experiment", () =>
    lab.open("#/no-such-thing", async (page) => {
      await page.getByText(/unknown experiment .no-such-thing./i).waitFor();
      assert.match(
        await page.getByRole("alert").innerText(),
        /exam-time/,
        "the message names the experiments that exist",
      );
      await page.getByRole("link", { name: "All experiments" }).last().click();
      await page.locator(".cards > li > a").first().waitFor();
    }));
});

test("two experiments on one page share one engine", () =>
  lab.open("", async (page) => {
    await page.locator(".cards > li > a").first().waitFor();
    await page.evaluate((states) => {
      const main = document.getElementById("main");
      main.replaceChildren(
        ...Object.entries(states)
          .slice(0, 2)
          .map(([slug, values]) => {
            const element = document.createElement("scaling-lab");
            for (const [name, value] of Object.entries({ experiment: slug, ...values }))
              element.setAttribute(name, value);
            return element;
          }),
      );
    }, STATES);
    await page.waitForFunction(() =>
      [...document.querySelectorAll("scaling-lab")].every((e) => e.result),
    );
    await page.evaluate(() =>
      Promise.all(
        [...document.querySelectorAll("scaling-lab")].map(
          (e) =>
            new Promise((done) => {
              e.addEventListener("result", done, { once: true });
              e.run();
            }),
        ),
      ),
    );
    const results = await page.evaluate(() =>
      [...document.querySelectorAll("scaling-lab")].map((e) => e.result),
    );
    const slugs = Object.keys(STATES).slice(0, 2);
    for (const [i, slug] of slugs.entries())
      assertSame(numbers(results[i]), numbers(await native(slug, STATES[slug])), slug);
    const wasm = page.requests.filter((url) => url.endsWith(".wasm"));
    assert.equal(new Set(wasm).size, wasm.length, "both elements share the pieces of the engine");
    assert.equal(wasm.filter((url) => /\/(core|run)-\w+\.wasm$/.test(url)).length, 2);
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    assert.equal(
      page.workers().length,
      1 + Math.max(1, Math.min(cores - 1, 4)),
      "both elements share one engine worker and one pool",
    );
  }));

test("an engine that stops is reported, and a restart recovers", () =>
  lab.open(
    hash("exam-time", STATES["exam-time"]),
    async (page) => {
      const element = await ready(page);
      for (const worker of page.workers())
        await worker
          .evaluate(() => {
            setTimeout(() => {
              throw new Error("a mistake");
            });
          })
          .catch(() => {});
      await element.getByText(/The engine stopped .*a mistake/).waitFor();
      assert.ok(await element.locator("svg").first().isVisible(), "the last valid figures stay");
      await button(element, "Restart the engine").click();
      await element.locator(".alert").waitFor({ state: "detached" });
      await run(element);
      assertSame(
        numbers(await downloaded(element)),
        numbers(await native("exam-time", STATES["exam-time"])),
        "after a restart",
      );
    },
    { mayThrow: true },
  ));

test("a panic in Rust is reported, and a restart recovers", () =>
  lab.open(
    hash("exam-time", STATES["exam-time"]),
    async (page) => {
      const element = await ready(page);
      /** @type {string[]} */
      const printed = [];
      page.on("console", (message) => printed.push(message.text()));
      await run(element);
      // Uniforms of three bytes, a request that no engine makes. Only a pool worker answers ports; an engine ignores them.
      for (const worker of page.workers()) {
        await worker
          .evaluate(() => {
            const { port1, port2 } = new MessageChannel();
            const request = {
              owner: 0.5,
              id: 1,
              name: "exam_time",
              inputs_id: 1,
              inputs: [],
              uniforms: new Uint8Array(3),
              first: 0,
              count: 1,
              data: new Uint8Array(256),
            };
            self.dispatchEvent(
              new MessageEvent("message", { data: { type: "port", port: port1 } }),
            );
            port2.postMessage(request);
          })
          .catch(() => {});
      }
      await element.getByText(/The engine stopped .*panicked at/).waitFor();
      assert.ok(
        printed.some((text) => /panicked at/.test(text) && /Stack:/.test(text)),
        `the console has message and stack: ${printed}`,
      );
      assert.ok(await element.locator("svg").first().isVisible(), "the last valid figures stay");
      await button(element, "Restart the engine").click();
      await element.locator(".alert").waitFor({ state: "detached" });
      await run(element);
      assertSame(
        numbers(await downloaded(element)),
        numbers(await native("exam-time", STATES["exam-time"])),
        "after a restart",
      );
    },
    { mayThrow: true },
  ));

/** A file of the built page. @param {string} name */
const built = (name) => readFile(join(root, "dist", name));

/** The bytes of gzip of files. @param {string[]} names */
const zipped = async (names) => {
  let size = 0;
  for (const name of names) size += gzipSync(await built(name), { level: 9 }).length;
  return size;
};

/** What the build counts for each experiment, and the budget. */
const costs = JSON.parse(String(await built("costs.json")));

for (const [slug, settings] of Object.entries(STATES))
  test(`${slug} fetches what the build counts, until it is ready and until its run has ended`, () =>
    lab.open(
      null,
      async (page) => {
        // A cold start, on a link with settings.
        const from = lab.heard.length;
        await page.goto(`${lab.url}${hash(slug, settings)}`);
        const asked = await page.evaluate(async () => {
          while (!window.cold) await new Promise((next) => setTimeout(next, 10));
          return window.cold;
        });
        const size = await zipped(
          asked.map((url) => url.slice(lab.url.length).split("#")[0] || "index.html"),
        );
        const { ready: counted, run: all, requests, files, budget } = costs[slug];
        assert.ok(
          asked.some((url) => url.endsWith(".wasm")),
          "the engine is among the requests",
        );
        assert.deepEqual([size, asked.length], [counted, requests], asked.join(" "));
        assert.ok(size <= budget.ready && asked.length <= budget.requests);
        await finished(await ready(page));
        const ended = await page.evaluate(() => window.ended ?? NaN);
        const sent = lab.heard.slice(from).filter(({ at }) => at < ended);
        const whole = [...new Set(sent.map(({ file }) => file))];
        assert.deepEqual(
          whole.filter((file) => !files.includes(file)),
          [],
          "files that the build does not count",
        );
        const weight = await zipped(whole);
        assert.ok(
          weight <= all,
          `${weight} bytes until the run has ended; the build counts ${all}`,
        );
      },
      {
        script: () => {
          addEventListener("result", () => (window.ended ??= Date.now()));
          addEventListener("ready", ({ target }) => {
            const fetched = performance
              .getEntriesByType("resource")
              .map(({ name }) => name)
              .filter((name) => name.startsWith("http"));
            window.cold ??= [...new Set([location.href.split("#")[0], ...fetched])];
            // The run starts before the page estimates how long it takes: a slow machine fetches what is said about long runs.
            /** @type {import("./types.d.ts").LabElement} */ (target).run();
          });
        },
      },
    ));

test("an experiment is ready after three requests that wait for each other", () =>
  lab.open(
    null,
    async (page) => {
      const DELAY_MS = 1500;
      /** @type {number[]} */
      const begun = [];
      await page.context().route(/^http/, async (route) => {
        begun.push(Date.now());
        await new Promise((answer) => setTimeout(answer, DELAY_MS));
        await route.continue();
      });
      await page.goto(`${lab.url}${hash("k-composition")}`);
      await page.waitForEvent("console", { predicate: (message) => message.text() === "ready" });
      const last = Math.max(...begun) - begun[0];
      assert.ok(last < 3 * DELAY_MS, `the last request began ${last} ms after the first`);
    },
    {
      script: () => addEventListener("ready", () => console.info("ready"), { once: true }),
    },
  ));

test("a piece is given to a worker once, however many runs there are", () =>
  lab.open(
    hash("exam-time", { runs: "512", facts: "32" }),
    async (page) => {
      const element = await ready(page);
      await run(element);
      await run(element);
      const given = await page.evaluate(() => window.given ?? []);
      assert.ok(given.length > 0, "pieces are given to workers that run");
      assert.deepEqual(given, [...new Set(given)]);
    },
    {
      script: () => {
        const { postMessage } = Worker.prototype;
        /** @type {Worker[]} */
        const workers = [];
        /** @type {any} */ (Worker.prototype).postMessage = function (
          /** @type {any} */ message,
          /** @type {any[]} */ ...more
        ) {
          if (!workers.includes(this)) workers.push(this);
          for (const [number] of message.given ?? [])
            (window.given ??= []).push(`${workers.indexOf(this)} ${number}`);
          return /** @type {any} */ (postMessage).call(this, message, ...more);
        };
      },
    },
  ));

test("without the pieces for its run an experiment opens, and a run reports the missing file", () =>
  lab.open(
    null,
    async (page) => {
      await page.context().route(/run-\w+\.wasm/, (route) => route.abort());
      await page.goto(`${lab.url}${hash("exam-time")}`);
      const element = await ready(page);
      const theory = () => element.evaluate((e) => JSON.stringify(e.result.figures));
      const first = await theory();
      await element.locator('[data-param="weights"] input[type=range]').first().focus();
      await page.keyboard.press("ArrowLeft");
      await page.waitForFunction(
        (old) => JSON.stringify(document.querySelector("scaling-lab").result.figures) !== old,
        first,
      );
      await button(element, "Run").click();
      await element
        .getByText(
          /A file of the lab could not be loaded \((exam-time-)?run-\w+\.wasm\): check the connection, then do the same again/,
        )
        .waitFor();
      assert.ok(await element.locator("svg").first().isVisible(), "the last valid figures stay");
      await page.context().unroute(/run-\w+\.wasm/);
      await run(element);
      assert.equal(await element.locator(".alert").count(), 0);
      const { weights } = await element.evaluate((e) => e.query);
      assertSame(
        numbers(await downloaded(element)),
        numbers(await native("exam-time", { weights })),
        "once the file is there",
      );
    },
    { mayThrow: true },
  ));

describe("axe-core finds nothing, light and dark", () => {
  for (const view of ["", ...Object.keys(STATES), "about", "embed", "published"]) {
    test(view || "home", () =>
      lab.open(
        view ? `#/${view}` : "",
        async (page) => {
          if (view in STATES) await ready(page);
          else await page.locator("main h1").waitFor();
          assert.deepEqual(await axe(page), []);
        },
        { context: { reducedMotion: "reduce" } },
      ),
    );
  }
});
