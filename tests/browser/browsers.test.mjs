// Firefox and WebKit: the numbers of the command line, bit for bit, and what a user does, with a real mouse and real keys. The
// other files test the page in Chromium.
import assert from "node:assert/strict";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { serve } from "../../www/serve.mjs";
import { browsers, KEYS, until } from "./driver.mjs";
import {
  ask,
  assertSame,
  assertSameCsv,
  native,
  numbers,
  quickStates,
  root,
  table,
} from "./harness.mjs";

/** @typedef {import("./types.d.ts").Browser} Browser */
/** @typedef {import("../../www/js/types.d.ts").Result} Result */

const STATES = await quickStates();
const FIRST = "exam-time";
/** The experiment that reads any table. */
const FIT = "fit";
const hash = (/** @type {string} */ slug, values = {}) =>
  `#/${slug}?${new URLSearchParams(values)}`;
const LIMIT = { timeout: 120_000 };
/** With LAB_BROWSERS=required, as in CI, a missing browser is a failure. */
const required = process.env.LAB_BROWSERS === "required";

/** What the command line computes for the quick setting of an experiment. @type {Record<string, Promise<Result>>} */
const theirs = {};
const quick = (/** @type {string} */ slug) => (theirs[slug] ??= native(slug, STATES[slug]));

// What the page shows, and where: these functions run in the page.
const shown = () => document.querySelector("scaling-lab")?.result?.progress;
const finished = () => {
  const lab = document.querySelector("scaling-lab");
  const { done, total } = lab.result.progress;
  return done === total && !lab.hasAttribute("data-busy");
};
const state = () => {
  const { query, result } = document.querySelector("scaling-lab");
  return { query, figures: result.figures, tables: result.tables };
};
const button = (/** @type {string} */ name) => {
  const { shadowRoot } = document.querySelector("scaling-lab");
  const all = [...shadowRoot.querySelectorAll("button")];
  return /** @type {Element} */ (all.find(({ textContent }) => textContent === name));
};
/** Is the keyboard's focus on what a selector names, or on the button with this text? */
const focused = (/** @type {string} */ wanted) => {
  const active = document.activeElement?.shadowRoot?.activeElement;
  return active?.textContent === wanted || (/^\[/.test(wanted) && !!active?.matches(wanted));
};
const text = (/** @type {string} */ selector) =>
  document.querySelector("scaling-lab").shadowRoot.querySelector(selector).textContent;

/** Opens every fold; gives the formulas that need a vertical scroll bar, and says if the page is wider than the window. */
const tooLarge = () => {
  const { shadowRoot } = document.querySelector("scaling-lab");
  for (const fold of shadowRoot.querySelectorAll("details")) fold.open = true;
  const { scrollWidth, clientWidth } = document.documentElement;
  const formulas = [...shadowRoot.querySelectorAll(".formula .scroll")];
  return [
    ...formulas.filter((f) => f.scrollHeight > f.clientHeight).map((f) => f.textContent),
    ...(scrollWidth > clientWidth ? [`the page, by ${scrollWidth - clientWidth} px`] : []),
  ];
};

for (const [kind, { start, missing }] of Object.entries(browsers))
  describe(missing && !required ? `${kind} is ignored: ${missing}` : kind, () => {
    /** @type {Browser} */
    let browser;
    /** @type {Awaited<ReturnType<typeof serve>>} */
    let server;
    before(async () => {
      if (missing) return;
      // As hosts of static pages do, the server lets pages of other origins fetch its files.
      const headers = { "access-control-allow-origin": "*" };
      server = await serve(join(root, "dist"), { base: "/lab/", headers });
      browser = await start();
      console.log(`${kind} is ${browser.name}`);
    }, LIMIT);
    after(async () => {
      await browser?.close();
      await server?.close();
    });

    /** A test that is ignored, by name and with the reason, where there is no such browser. */
    const check = (/** @type {string} */ name, /** @type {() => Promise<void>} */ body) =>
      test(name, { skip: !required && missing, ...LIMIT }, async () => {
        assert.ok(!missing, `LAB_BROWSERS=required, and ${missing}`);
        await body();
      });

    /** Opens an address in a new window, and waits for a result. Afterwards there must be no error and no foreign request. */
    async function visit(/** @type {string} */ url, /** @type {() => Promise<unknown>} */ body) {
      await browser.open(url);
      await browser.evaluate(() => {
        const errors = (window.errors ??= []);
        addEventListener("error", ({ message }) => errors.push(message));
        addEventListener("unhandledrejection", ({ reason }) => errors.push(String(reason)));
      });
      await until("a result", () => browser.evaluate(shown));
      await body();
      const { errors, asked } = await browser.evaluate(() => ({
        errors: window.errors,
        asked: performance.getEntriesByType("resource").map(({ name }) => name),
      }));
      assert.deepEqual(errors, [], "errors on the page");
      const { origin } = new URL(server.url);
      const foreign = asked.filter((url) => !/^(blob|data):/.test(url) && !url.startsWith(origin));
      assert.deepEqual(foreign, [], "requests that left the origin");
    }
    const open = (/** @type {string} */ hash, /** @type {() => Promise<unknown>} */ body) =>
      visit(server.url + hash, body);
    const press = (/** @type {string} */ name) => browser.click(button, name);
    const ended = () => until("the end of the run", () => browser.evaluate(finished));
    /** Runs what there is to run. */
    async function run() {
      if ((await browser.evaluate(shown))?.total) await press("Run");
      await ended();
    }
    /**
     * What a download has saved in a file whose name begins and ends so, with the settings between; `whole` says whether all of it
     * has arrived.
     */
    async function saved(
      /** @type {string} */ begin,
      /** @type {string} */ end,
      whole = (/** @type {Buffer} */ bytes) => bytes.at(-1) === 10,
    ) {
      let path = "";
      const bytes = await until(`the download ${begin} ... ${end}`, async () => {
        const names = await readdir(browser.folder);
        const name = names.find((name) => name.startsWith(begin) && name.endsWith(end));
        if (!name) return false;
        path = join(browser.folder, name);
        const bytes = await readFile(path);
        return whole(bytes) && bytes;
      });
      await rm(path);
      return bytes;
    }
    /** The JSON document that the page's own button saves. @returns {Promise<Result>} */
    async function downloaded(/** @type {string} */ slug, seed = "1", by = press) {
      await by("Download JSON");
      return JSON.parse(String(await saved(`scaling-lab-${slug}-`, `seed${seed}.json`)));
    }
    /** Presses Tab, or Shift and Tab, until the focus is there. */
    async function tab(/** @type {string} */ wanted, back = false) {
      for (let presses = 0; presses < 60; presses++) {
        await (back ? browser.chord(KEYS.Shift, KEYS.Tab) : browser.press(KEYS.Tab));
        if (await browser.evaluate(focused, wanted)) return;
      }
      assert.fail(`60 presses of Tab do not lead to ${wanted}`);
    }

    for (const [slug, values] of Object.entries(STATES))
      check(`${slug} computes what the command line computes`, () =>
        open(hash(slug, { ...values, pace: "full" }), async () => {
          await run();
          const ours = await downloaded(slug);
          assert.equal(ours.experiment, slug);
          assert.ok(ours.figures.length > 0, "the result has figures");
          assertSame(numbers(ours), numbers(await quick(slug)), slug);
          assert.deepEqual(await browser.evaluate(tooLarge), [], "what does not fit its place");
        }),
      );

    check(
      "the keyboard alone reaches a slider, runs and saves, and the address keeps the setting",
      async () => {
        let address = "";
        /** @type {ReturnType<typeof state> | undefined} */
        let before;
        await open(hash(FIRST, { ...STATES[FIRST], seed: "7" }), async () => {
          await tab("[data-param=weights] input[type=range]");
          await browser.press(...Array(20).fill(KEYS.Left));
          await until("the new address", async () => {
            address = await browser.evaluate(() => location.href);
            return /weights=0\.7,0\.3/.test(address);
          });
          await until("the new theory", () =>
            browser.evaluate(
              () =>
                String(document.querySelector("scaling-lab").result.params.weights) === "0.7,0.3",
            ),
          );
          before = await browser.evaluate(state);
          // Run stands before the settings.
          await tab("Run", true);
          await browser.press(KEYS.Enter);
          await ended();
          const values = { ...STATES[FIRST], weights: "0.7,0.3", seed: "7" };
          const ours = await downloaded(FIRST, "7", async (name) => {
            await tab(name);
            await browser.press(KEYS.Enter);
          });
          assertSame(numbers(ours), numbers(await native(FIRST, values)), "after the keyboard");
        });
        await visit(address, async () =>
          assert.deepEqual(await browser.evaluate(state), before, "at the same address"),
        );
      },
    );

    check("a table is fitted as the command line fits it, and its link holds it", async () => {
      const file = join(browser.folder, "runs.csv");
      await writeFile(file, table());
      const rows = () =>
        browser.evaluate(() => document.querySelector("scaling-lab").result.data?.rows);
      let address = "";
      /** @type {ReturnType<typeof state> | undefined} */
      let before;
      const { bootstrap } = STATES[FIT];
      await open(hash(FIT, { bootstrap }), async () => {
        await browser.choose(
          () =>
            document.querySelector("scaling-lab").shadowRoot.querySelector(".own input[type=file]"),
          file,
        );
        await until("the table", async () => (await rows()) === 48);
        await until("its address", async () => {
          address = await browser.evaluate(() => location.href);
          return /[?&]data=/.test(address);
        });
        // A new table is fitted at once.
        await ended();
        before = await browser.evaluate(state);
        const ours = await downloaded(FIT);
        const more = `--set bootstrap=${bootstrap} --device cpu --format json --quiet`.split(" ");
        const theirs = JSON.parse(await ask("run", FIT, "--data", file, ...more));
        assert.deepEqual(ours.data, theirs.data);
        assertSame(numbers(ours), numbers(theirs), "with a table");
      });
      await visit(address, async () => {
        await until("the table", async () => (await rows()) === 48);
        await run();
        assert.deepEqual(await browser.evaluate(state), before, "from the link");
      });
    });

    check("the CSV is the command line's, and a figure is saved as a picture", () =>
      open(hash(FIRST, STATES[FIRST]), async () => {
        await run();
        await press("Download CSV");
        const set = Object.entries(STATES[FIRST]).flatMap((pair) => ["--set", pair.join("=")]);
        const args = [...set, "--device", "cpu", "--format", "csv", "--quiet"];
        const name = `scaling-lab-${FIRST}-`;
        const csv = await saved(name, "seed1.csv");
        assertSameCsv(String(csv), await ask("run", FIRST, ...args));
        const id = await browser.evaluate(
          () => document.querySelector("scaling-lab").result.figures[0].id,
        );
        await press("PNG");
        const png = await saved(name + id, "seed1.png", (b) => b.includes("IEND"));
        const colours = await browser.evaluate(async (data) => {
          const image = new Image();
          image.src = `data:image/png;base64,${data}`;
          await image.decode();
          const { width, height } = image;
          const context = Object.assign(document.createElement("canvas"), {
            width,
            height,
          }).getContext("2d");
          context?.drawImage(image, 0, 0);
          const pixels = context?.getImageData(0, 0, width, height).data.buffer;
          return new Set(new Uint32Array(/** @type {ArrayBuffer} */ (pixels))).size;
        }, png.toString("base64"));
        assert.ok(colours > 10, `the picture has ${colours} colours`);
      }),
    );

    check("a link and a command are copied", () =>
      open(hash(FIRST, { seed: "7" }), async () => {
        for (const [name, wanted] of [
          ["Copy link", `${server.url}${hash(FIRST, { seed: "7" })}`],
          ["Copy as command", `scaling-lab run ${FIRST} --seed 7`],
        ]) {
          await press(name);
          await until(`${name}: ${wanted}`, () =>
            browser.evaluate((wanted) => {
              const take = document.querySelector("scaling-lab").shadowRoot.querySelector(".take");
              const [note, area] = [".help", "textarea"].map((s) => take.querySelector(s));
              return note.textContent === "Copied." && area.value === wanted;
            }, wanted),
          );
        }
      }),
    );

    // WebKit does not keep in view what a growing page pushes down.
    check("the button that starts a run stays where it is pressed", () =>
      open(hash(FIT, STATES[FIT]), async () => {
        const place = () =>
          browser.evaluate(() => {
            const { shadowRoot } = document.querySelector("scaling-lab");
            return shadowRoot.querySelector(".primary").getBoundingClientRect().y;
          });
        const before = await place();
        await run();
        assert.equal(await place(), before);
      }),
    );

    check("what the browser offers of WebGPU is used, or its absence is announced", () =>
      open(hash(FIRST, { ...STATES[FIRST], device: "gpu" }), async () => {
        const offered = await browser.evaluate(async () => {
          const gpu = /** @type {any} */ (navigator).gpu;
          const adapter = await gpu?.requestAdapter().catch(() => null);
          const software = adapter?.info?.isFallbackAdapter ?? adapter?.isFallbackAdapter;
          return adapter && (software ? "a software adapter" : "a GPU");
        });
        await run();
        const ours = await downloaded(FIRST);
        const notice = await browser.evaluate(text, ".notices");
        const badge = await browser.evaluate(text, ".badge");
        console.log(`${browser.name}: offers ${offered ?? "no WebGPU"}; ${badge}; ${notice}`);
        if (!offered)
          assert.equal(
            notice,
            "The CPU is used instead of a GPU: this browser offers no GPU for computing.",
          );
        const onGpu = ours.device.at(-1)?.kind === "gpu";
        if (onGpu) assert.match(badge, /^GPU/);
        else {
          // Browsers report different numbers of cores, and no number of a result depends on them.
          const cores = await browser.evaluate(() => navigator.hardwareConcurrency);
          const workers = Math.max(1, Math.min(cores - 1, 4));
          assert.equal(badge, workers === 1 ? "CPU, 1 worker" : `CPU, ${workers} workers`);
          assert.match(notice, /GPU/);
        }
        // A GPU may fuse operations; a software adapter and the CPU may not.
        if (!onGpu || offered === "a software adapter")
          assertSame(numbers(ours), numbers(await quick(FIRST)), "with the device gpu");
      }),
    );

    check("an element on a page of another site computes the same", async () => {
      const tags = JSON.parse(await readFile(join(root, "dist/embed.json"), "utf8"));
      const attributes = Object.entries(STATES[FIRST]).map(([name, value]) => `${name}="${value}"`);
      const page = `<!doctype html><title>A blog</title><link rel="icon" href="data:,">
        <script>errors = []; addEventListener("error", (e) => errors.push(e.message));</script>
        <main id="main">
          <h1>A blog</h1>
          <scaling-lab experiment="${FIRST}" controls="full" ${attributes.join(" ")}></scaling-lab>
        </main>
        <script type="module" src="${server.url}scaling-lab.js" crossorigin integrity="${tags["scaling-lab.js"].integrity}"></script>`;
      const host = createServer((_, response) => {
        response.writeHead(200, { "content-type": "text/html" }).end(page);
      });
      await new Promise((done) => host.listen(0, "127.0.0.1", () => done(null)));
      const { port } = /** @type {import("node:net").AddressInfo} */ (host.address());
      try {
        await visit(`http://127.0.0.1:${port}/post.html`, async () => {
          await run();
          assertSame(
            numbers(await downloaded(FIRST)),
            numbers(await quick(FIRST)),
            "on a host page",
          );
          const rest = () =>
            `${location.pathname}${location.hash} ${document.querySelector("h1").textContent}`;
          assert.equal(await browser.evaluate(rest), "/post.html A blog", "the rest of the page");
        });
      } finally {
        host.closeAllConnections();
        host.close();
      }
    });
  });
