// Shared by all browser tests: the built page on a free port, Chromium with or without
// WebGPU, the command line's numbers for comparison, and one check on every page: no
// request leaves the origin and nothing throws.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { fill } from "../../www/js/text.js";
import { serve } from "../../www/serve.mjs";

/** @typedef {import("./types.d.ts").Page} Page */
/** @typedef {import("./types.d.ts").LabLocator} LabLocator */
/** @typedef {import("../../www/js/types.d.ts").Result} Result */

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(join(root, "www/package.json"));
/** @type {typeof import("playwright-core")} */
const { chromium } = require("playwright-core");

export const target = process.env.TARGET ?? join(root, "target");
const cli = process.env.LAB_CLI ?? join(target, "debug/scaling-lab");

const QUIET = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const WEBGPU = {
  cpu: ["--disable-blink-features=WebGPU"],
  gpu: ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
};

/** Lets every run be as fast as possible, whatever the page asks of its workers: a script for the page. */
function atFullSpeed() {
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ more) {
    post.call(this, message?.type === "pace" ? { ...message, seconds: 0 } : message, more);
  };
}

/**
 * Starts a server and a browser for one test file.
 * @param {"cpu" | "gpu"} kind whether the browser has WebGPU (on a software adapter)
 * @param {string} [dist] the built page @param {Record<string, string>} [headers] of every answer
 */
export async function start(kind, dist = join(root, "dist"), headers = {}) {
  // A sub-path, because that is how most static hosts serve a project's page.
  const base = "/lab/";
  /** @type {{file: string, at: number}[]} */
  const heard = [];
  const server = await serve(dist, {
    base,
    headers,
    heard: (path) => heard.push({ file: path.slice(base.length) || "index.html", at: Date.now() }),
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [...QUIET, ...WEBGPU[kind]],
  });
  return {
    url: server.url,
    browser,
    /** The files that the server was asked for, with the time in ms, in order. Only the server sees all requests of workers. */
    heard,
    /**
     * Opens the page at a hash and passes it to `body`. Afterwards there must be no foreign request and no error. Without
     * a hash, `body` gets an empty page and opens an address itself. Runs are as fast as possible, unless the page is `paced`
     * as its users see it.
     * @param {string | null} hash
     * @param {import("./types.d.ts").Body} body
     * @param {import("./types.d.ts").Options} [options]
     */
    async open(
      hash,
      body,
      { context = {}, script, path = "", mayThrow = false, paced = false } = {},
    ) {
      const scope = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        acceptDownloads: true,
        ...context,
      });
      /** @type {string[]} */
      const thrown = [];
      /** @type {string[]} */
      const asked = [];
      const origin = new URL(server.url).origin;
      scope.on("request", (request) => asked.push(request.url()));
      scope.on("weberror", (event) => thrown.push(String(event.error().stack ?? event.error())));
      const page = Object.assign(await scope.newPage(), { requests: asked });
      page.setDefaultTimeout(30_000);
      page.on("console", (message) => message.type() === "error" && thrown.push(message.text()));
      page.on("crash", () => thrown.push("the page crashed"));
      if (!paced) await page.addInitScript(atFullSpeed);
      if (script) await page.addInitScript(script);
      try {
        if (hash !== null) await page.goto(server.url + path + hash);
        await body(page);
      } finally {
        await scope.close();
      }
      const foreign = asked.filter(
        (url) =>
          !["blob:", "data:"].includes(new URL(url).protocol) && new URL(url).origin !== origin,
      );
      assert.deepEqual(foreign, [], "requests that left the origin");
      if (!mayThrow) assert.deepEqual(thrown, [], "errors on the page");
    },
    async stop() {
      await browser.close();
      await server.close();
    },
  };
}

/**
 * Waits until the only experiment on the page shows a result, and returns its element, with its folds closed.
 * @param {import("playwright-core").Page} page
 */
export async function shown(page) {
  const lab = /** @type {LabLocator} */ (page.locator("scaling-lab"));
  await lab.locator(".title").waitFor();
  await page.waitForFunction(() => document.querySelector("scaling-lab")?.result);
  return lab;
}

/**
 * Waits until the only experiment on the page shows a result, opens its settings and tables, and returns its element.
 * @param {import("playwright-core").Page} page
 */
export const ready = async (page) => unfold(await shown(page));

/** Opens the settings and tables of an experiment. @param {LabLocator} lab */
export async function unfold(lab) {
  await lab.evaluate((element) => {
    const folds = element.shadowRoot.querySelectorAll(".more, .parts, [data-fold=tables]");
    for (const fold of folds) /** @type {HTMLDetailsElement} */ (fold).open = true;
  });
  return lab;
}

/** @param {import("playwright-core").Locator} lab @param {string | RegExp} name */
export const button = (lab, name) => lab.getByRole("button", { name, exact: true });

/** Presses Run and waits for the end of the run. @param {LabLocator} lab */
export async function run(lab, timeout = 60_000) {
  await button(lab, /^Run( again)?$/).click();
  await finished(lab, timeout);
}

/** Waits until every checkpoint is reached. @param {LabLocator} lab */
export async function finished(lab, timeout = 60_000) {
  await lab.page().waitForFunction(
    () => {
      const { result } = document.querySelector("scaling-lab");
      return (
        result &&
        result.progress.done >= result.progress.total &&
        !document.querySelector("scaling-lab[data-busy]")
      );
    },
    null,
    { timeout },
  );
}

/** Runs the present setting to its end, even if its run has begun or ended by itself. @param {LabLocator} lab */
export async function complete(lab) {
  await lab.evaluate((element) => element.run());
  await finished(lab);
}

/**
 * Waits until the result belongs to a setting: a control and the address change at once, the result when the engine has answered.
 * @param {import("playwright-core").Page} page
 * @param {string} name of a parameter, or `seed`
 * @param {unknown} value
 */
export const settled = (page, name, value) =>
  page.waitForFunction(
    ([name, value]) => {
      const { params, seed } = document.querySelector("scaling-lab").result;
      return JSON.stringify({ ...params, seed }[name]) === value;
    },
    [name, JSON.stringify(value)],
  );

/**
 * Waits until the headline figure is drawn and five frames in a row have one layout: a figure is drawn, and takes the height that is
 * left, in the frames after its result, and a heat map only once its code has been fetched.
 * @param {import("playwright-core").Page} page
 */
export async function drawn(page) {
  await page.waitForFunction(() => {
    const { result, shadowRoot } = document.querySelector("scaling-lab");
    // Of all figures, only heat maps have rectangles.
    const part = result.figures[0].field ? "rect" : "path";
    return shadowRoot.querySelector(`.first .lab-plot > svg ${part}`);
  });
  await page.evaluate(async () => {
    const layout = () => {
      const plot = document.querySelector("scaling-lab").shadowRoot.querySelector(".first svg");
      return `${document.documentElement.scrollHeight} ${plot.getBoundingClientRect().height}`;
    };
    for (let same = 0, before = ""; same < 5;) {
      await new Promise(requestAnimationFrame);
      const now = layout();
      same = now === before ? same + 1 : 0;
      before = now;
    }
  });
}

/**
 * The JSON document that the page's own button saves.
 * @param {LabLocator} lab
 * @returns {Promise<Result>}
 */
export async function downloaded(lab) {
  const [download] = await Promise.all([
    lab.page().waitForEvent("download"),
    button(lab, "Download JSON").click(),
  ]);
  return JSON.parse(await readFile(await download.path(), "utf8"));
}

/**
 * The text that a button of the page copies. The page may have to fetch the code for it first.
 * @param {LabLocator} lab
 * @param {string} name
 */
export async function copied(lab, name) {
  const text = lab.locator(".take textarea");
  await text.evaluate((/** @type {HTMLTextAreaElement} */ area) => (area.value = ""));
  await button(lab, name).click();
  await lab
    .page()
    .waitForFunction(
      () =>
        document.querySelector("scaling-lab").shadowRoot.querySelector(".take textarea").value !==
        "",
    );
  return text.inputValue();
}

/**
 * The command line's result on the CPU for a state.
 * @param {string} slug
 * @param {import("./types.d.ts").Values} [state]
 * @returns {Promise<Result>}
 */
export async function native(slug, { seed = "", device: _, ...values } = {}) {
  const set = Object.entries(values).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const args = [
    "run",
    slug,
    ...set,
    ...(seed ? ["--seed", seed] : []),
    "--device",
    "cpu",
    "--format",
    "json",
    "--quiet",
  ];
  const { stdout } = await promisify(execFile)(cli, args, { maxBuffer: 1 << 28 });
  return JSON.parse(stdout);
}

/** Runs any command of the program and returns its standard output. */
export const ask = async (/** @type {string[]} */ ...args) =>
  (await promisify(execFile)(cli, args, { maxBuffer: 1 << 28 })).stdout;

/** Opens all explanations of an element. Returns how many parts of its formulas have an inline style, which a strict policy refuses. @param {Page} page */
export async function styledFormulas(page) {
  await page.locator("scaling-lab .fold").first().waitFor({ state: "attached" });
  await page.evaluate(() => {
    const { shadowRoot } = document.querySelector("scaling-lab");
    for (const fold of shadowRoot.querySelectorAll("details")) fold.open = true;
  });
  await page.locator("scaling-lab .fold math").first().waitFor();
  return page.locator("scaling-lab math [style], scaling-lab math[style]").count();
}

/**
 * Every experiment with all its texts, as the command line lists them.
 * @typedef {import("../../www/js/types.d.ts").Claim} Claim
 * @returns {Promise<(import("../../www/js/types.d.ts").Entry & {claims: Claim[], quick: string})[]>}
 */
export const catalogue = async () =>
  JSON.parse(await ask("list", "--json")).parts.flatMap((/** @type {any} */ part) => part.entries);

/** Reads a query into values by name. @param {string} query @returns {import("./types.d.ts").Values} */
export const values = (query) => Object.fromEntries(new URLSearchParams(query));

/** The quick setting of every experiment, or of those that `which` selects. */
export const quickStates = async (/** @type {(entry: any) => boolean} */ which = () => true) =>
  Object.fromEntries(
    (await catalogue()).filter(which).map(({ slug, quick }) => [slug, values(quick)]),
  );

/** A table of losses E + A / N^a + B / D^b on a grid, as text. The page's default law has one variable, `x`, which is D. */
export function table({ heads = ["params", "x", "val_loss"], rows = 48 } = {}) {
  const side = Math.round(Math.sqrt(rows));
  // Many sizes lie closer together, so that no model is larger than real ones.
  const step = Math.min(1, 7 / side);
  const lines = Array.from({ length: rows }, (_, i) => {
    const [n, d] = [1e7 * 2 ** (step * (i % side)), 1e9 * 2 ** (step * Math.floor(i / side))];
    const noise = 0.004 * Math.sin(12.9898 * (i + 1));
    return [n, d, (1.7 + 400 / n ** 0.34 + 410 / d ** 0.28 + noise).toFixed(5)].join(",");
  });
  return [heads.join(","), ...lines, ""].join("\n");
}

/**
 * What two results are compared by: figures, tables and verdicts, with their sentences in English. The command line fills a
 * sentence itself; for what the page holds, the page's code does.
 * @param {Result} result
 */
export const numbers = ({ figures, tables, verdicts }) =>
  JSON.parse(JSON.stringify({ figures, tables, verdicts }), (_, value) =>
    value?.template ? (value.text ?? fill(value)) : value,
  );

/**
 * Asserts that two values are equal in every bit, except for the sign of zero; the message says where they differ.
 * @param {any} ours
 * @param {any} theirs
 */
export function assertSame(ours, theirs, path = "") {
  if (typeof ours === "number" && typeof theirs === "number") {
    assert.ok(ours === theirs, `${path}: the page has ${ours}, the command line ${theirs}`);
  } else if (ours && theirs && typeof ours === "object" && typeof theirs === "object") {
    assert.deepEqual(
      Object.keys(ours).sort(),
      Object.keys(theirs).sort(),
      `${path}: names or lengths differ`,
    );
    for (const key of Object.keys(ours)) assertSame(ours[key], theirs[key], `${path}/${key}`);
  } else {
    assert.equal(ours, theirs, path);
  }
}

/** Asserts that two CSV files are equal after the first line, which names the build. @param {string} ours @param {string} theirs */
export function assertSameCsv(ours, theirs) {
  const build = /^# scaling-lab \S+ \(\S+\)\n/;
  assert.match(ours, build);
  assert.equal(ours.replace(build, ""), theirs.replace(build, ""));
}

/**
 * Violations that axe-core finds with every fold open, one line each: of all rules on the light page,
 * and only of contrast on the dark page, which differs in nothing else.
 * @param {Page} page
 */
export async function axe(page) {
  // Thousands of equal cells would cost axe-core half a minute without a new finding.
  await page.evaluate(() => {
    const open = (/** @type {ParentNode} */ root) => {
      for (const fold of root.querySelectorAll("details")) fold.open = true;
      for (const row of root.querySelectorAll("tbody tr:nth-child(n + 4)")) row.remove();
      for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) open(shadowRoot);
    };
    open(document);
  });
  await page.addScriptTag({
    content: await readFile(require.resolve("axe-core/axe.min.js"), "utf8"),
  });
  const all = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = [];
  for (const [colorScheme, runOnly] of /** @type {["light" | "dark", string[]][]} */ ([
    ["light", all],
    ["dark", ["color-contrast"]],
  ])) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate(
      (runOnly) => globalThis.axe.run({ runOnly }),
      runOnly,
    );
    for (const { id, help, nodes } of violations)
      for (const { target, failureSummary } of nodes)
        found.push(`${colorScheme}: ${id}: ${help}: ${target.join(" ")}: ${failureSummary}`);
  }
  return found;
}
