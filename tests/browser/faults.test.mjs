// Faults below the page: a GPU that does not answer, throws or computes wrong numbers; a worker that stops or hangs; a file
// that cannot be loaded; a policy that forbids something. The page reports each, and shows correct numbers or none.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  assertSame,
  button,
  finished,
  native,
  numbers,
  ready,
  root,
  run,
  start,
  table,
} from "./harness.mjs";

/** @typedef {import("./types.d.ts").Body} Body */
/** @typedef {import("./types.d.ts").LabLocator} LabLocator */
/** @typedef {import("./types.d.ts").Page} Page */
/** @typedef {import("./types.d.ts").Values} Values */
/** @typedef {import("playwright-core").Route} Route */
/** @typedef {import("playwright-core").APIResponse} APIResponse */
/**
 * @typedef {(page: Page, element: LabLocator) => Promise<void>} Open the body of a test, with the page and its element
 */

const SLUG = "exam-time";
const STATE = { runs: "256", facts: "32" };
const hash = (/** @type {Values} */ values = {}, slug = SLUG) =>
  `#/${slug}?${new URLSearchParams(values)}`;
const said = async (/** @type {LabLocator} */ element) =>
  (await element.locator(".notices li, .alert p, .why").allTextContents()).filter(Boolean);
const result = (/** @type {LabLocator} */ element) => element.evaluate((e) => e.result);

/**
 * Makes every worker run `text` before its own script. Deadlines count the ticks of timers, so all timers, those
 * of the page too, are made `speed` times faster.
 * @param {{text: string, speed: number}} script
 */
function inWorkers({ text, speed }) {
  const faster = `{ const plain = setInterval; self.setInterval = (f, ms, ...rest) => plain(f, ms / ${speed}, ...rest); }\n`;
  new Function("self", faster)(globalThis);
  const Plain = Blob;
  globalThis.Blob = class extends Plain {
    /** @param {BlobPart[]} [parts] @param {BlobPropertyBag} [options] */
    constructor(parts, options) {
      super(
        options?.type === "text/javascript" ? [`${faster}${text}\n`, ...(parts ?? [])] : parts,
        options,
      );
    }
  };
}
const NEVER = "new Promise(() => {})";

describe("a GPU that fails", () => {
  /** @type {import("./types.d.ts").Lab} */
  let lab;
  before(async () => {
    lab = await start("gpu");
  });
  after(() => lab?.stop());

  /**
   * Opens the page with a stub in the page and one in its workers.
   * @param {{page?: string, worker?: string, speed?: number, paced?: boolean}} stubs
   * @param {Open} body
   */
  const open = ({ page: inPage = "", worker = "", speed = 4, paced }, body) =>
    lab.open(
      null,
      async (page) => {
        await page.addInitScript(inWorkers, { text: worker, speed });
        if (inPage) await page.addInitScript(inPage);
        await page.goto(`${lab.url}${hash({ ...STATE, device: "gpu" })}`);
        await body(page, await ready(page));
      },
      { mayThrow: true, paced },
    );
  /** @param {string} type @param {string} name @param {string} body */
  const method = (type, name, body) =>
    `if (self.${type}) { const plain = ${type}.prototype.${name}; ${type}.prototype.${name} = function (...args) { ${body}; return plain.apply(this, args); }; }`;
  const ADAPTER = (/** @type {string} */ answer) =>
    method("GPU", "requestAdapter", `return ${answer}`);

  /** @type {[string, {page?: string, worker?: string}, RegExp][]} */
  const cases = [
    [
      "the page's request is not answered",
      { page: ADAPTER(NEVER) },
      /not answered a request for a GPU for 3 seconds/i,
    ],
    [
      "the page's request is refused",
      { page: ADAPTER("Promise.reject(new Error('no GPU today'))") },
      /asking the browser for a GPU failed \(no GPU today\)/i,
    ],
    [
      "the page's request throws",
      { page: ADAPTER("(() => { throw new Error('no GPU today'); })()") },
      /asking the browser for a GPU failed \(no GPU today\)/i,
    ],
    ["the page is offered none", { page: ADAPTER("Promise.resolve(null)") }, /offers no GPU/i],
    [
      "the worker's request is not answered",
      { worker: ADAPTER(NEVER) },
      /no GPU adapter answered within 3 seconds/i,
    ],
    [
      "the worker is offered none",
      { worker: ADAPTER("Promise.resolve(null)") },
      /no GPU adapter was found/i,
    ],
    [
      "the worker's request throws",
      { worker: ADAPTER("(() => { throw new Error('no GPU today'); })()") },
      /no GPU/i,
    ],
    [
      "the adapter is none",
      { worker: ADAPTER("Promise.resolve({})") },
      /the GPU could not be used \(/i,
    ],
    [
      "the device does not come",
      { worker: method("GPUAdapter", "requestDevice", `return ${NEVER}`) },
      /did not open within 10 seconds/i,
    ],
    [
      "the device is refused",
      {
        worker: method(
          "GPUAdapter",
          "requestDevice",
          "return Promise.reject(new TypeError('no device'))",
        ),
      },
      /cannot be opened: .*no device/i,
    ],
    [
      "the device throws",
      { worker: method("GPUAdapter", "requestDevice", "throw new TypeError('no device')") },
      /the GPU could not be used \(.*no device/i,
    ],
    [
      "the device is none",
      { worker: method("GPUAdapter", "requestDevice", "return Promise.resolve({})") },
      /the GPU could not be used \(/i,
    ],
    [
      "buffers cannot be made",
      { worker: method("GPUDevice", "createBuffer", "throw new RangeError('no memory')") },
      /the GPU could not be used \(.*no memory/i,
    ],
    [
      "results are not read back",
      { worker: method("GPUBuffer", "mapAsync", `return ${NEVER}`) },
      /has not answered for 10 seconds/i,
    ],
    [
      "results cannot be read back",
      { worker: method("GPUBuffer", "mapAsync", "return Promise.reject(new Error('no'))") },
      /could not be read back/i,
    ],
    [
      "results are zeros",
      {
        worker: method(
          "GPUBuffer",
          "getMappedRange",
          "return new ArrayBuffer(plain.apply(this, args).byteLength)",
        ),
      },
      /wrong numbers in the self-test/i,
    ],
    [
      "work is never done",
      { worker: method("GPUQueue", "onSubmittedWorkDone", `return ${NEVER}`) },
      /has not answered for 10 seconds/i,
    ],
    [
      "errors are never told",
      { worker: method("GPUDevice", "popErrorScope", `return ${NEVER}`) },
      /has not answered for 10 seconds/i,
    ],
    [
      "the device's module panics",
      { worker: method("GPUDevice", "popErrorScope", "return Promise.resolve({})") },
      /the GPU could not be used \(Unexpected error\)/i,
    ],
    [
      "the worker stops",
      {
        worker:
          "if (self.name === '' && self.GPU) { const plain = GPU.prototype.requestAdapter; GPU.prototype.requestAdapter = function () { self.close(); return plain.call(this); }; }",
      },
      /its worker has not answered for \d+ seconds/i,
    ],
  ];
  for (const [what, stubs, words] of cases) {
    test(`at the start: ${what}`, () =>
      open(stubs, async (page, element) => {
        await run(element);
        const ours = await result(element);
        assert.deepEqual(
          ours.device.map(({ kind }) => kind),
          ["cpu"],
        );
        assertSame(numbers(ours), numbers(await native(SLUG, STATE)), what);
        const all = await said(element);
        assert.equal(
          all.filter((text) => words.test(text)).length,
          1,
          `there is one such notice: ${all.join(" | ")}`,
        );
        assert.equal(all.length, 1, `there is no other notice: ${all.join(" | ")}`);
        assert.match(all[0], /CPU/, "the notice names the device that computes now");
        assert.doesNotMatch(all[0], /JsValue|panicked|unwrap/);
        assert.match(await element.locator(".badge").innerText(), /^CPU/);
      }));
  }

  /**
   * A stub that starts to fail in the middle of a run, when the page says so.
   * @param {string} type
   * @param {string} name
   * @param {string} body
   */
  const LATER = (type, name, body, times = Infinity) =>
    `let broken = 0; const bad = new BroadcastChannel("bad"); bad.onmessage = () => { broken = ${times}; };\n${method(type, name, `if (broken > 0) { broken--; ${body} }`)}`;
  /** @type {[string, string, "cpu" | "gpu", RegExp][]} */
  const middle = [
    [
      "results are not read back",
      LATER("GPUBuffer", "mapAsync", `return ${NEVER}`),
      "cpu",
      /The GPU failed \(the device has not answered for 10 seconds\)\. The rest runs on the CPU/i,
    ],
    [
      "one result is not read back",
      LATER("GPUBuffer", "mapAsync", `return ${NEVER}`, 1),
      "gpu",
      /The GPU failed \(the device has not answered for 10 seconds\)\. It was restarted and its work was repeated/i,
    ],
    [
      "work is never done",
      LATER("GPUQueue", "onSubmittedWorkDone", `return ${NEVER}`),
      "cpu",
      /The GPU failed \(the device has not answered for 10 seconds\)\. The rest runs on the CPU/i,
    ],
    [
      "results cannot be read back",
      LATER("GPUBuffer", "mapAsync", "return Promise.reject(new Error('no'))"),
      "cpu",
      /The GPU failed \(the GPU's result could not be read back\)\. The rest runs on the CPU/i,
    ],
    [
      "buffers cannot be made",
      LATER("GPUDevice", "createBuffer", "throw new RangeError('no memory')"),
      "cpu",
      /the GPU could not be used \(.*no memory\), so the CPU computes/i,
    ],
    [
      "commands throw",
      LATER("GPUDevice", "createCommandEncoder", "throw new Error('no encoder')"),
      "cpu",
      /the GPU could not be used \(.*no encoder\), so the CPU computes/i,
    ],
    [
      "the worker hangs",
      LATER("GPUDevice", "createCommandEncoder", "for (;;);"),
      "cpu",
      /the GPU could not be used \(its worker has not answered for 10 seconds\), so the CPU computes/i,
    ],
    [
      "the worker stops",
      LATER("GPUDevice", "createCommandEncoder", "self.close();"),
      "cpu",
      /the GPU could not be used \(its worker has not answered for 10 seconds\), so the CPU computes/i,
    ],
  ];
  for (const [what, worker, kind, words] of middle) {
    test(`in the middle: ${what}`, () =>
      open({ worker, paced: true }, async (page, element) => {
        await button(element, "Run").click();
        await page.waitForFunction(
          () => document.querySelector("scaling-lab").result.progress.done > 0,
        );
        await page.evaluate(() => new BroadcastChannel("bad").postMessage(0));
        await page.waitForTimeout(300);
        await element.getByLabel("As fast as possible").check();
        await finished(element);
        const ours = await result(element);
        assert.equal(ours.device.at(-1)?.kind, kind);
        assertSame(numbers(ours), numbers(await native(SLUG, STATE)), what);
        const all = await said(element);
        assert.equal(
          all.filter((text) => words.test(text)).length,
          1,
          `there is one such notice: ${all.join(" | ")}`,
        );
        // The next run asks for the GPU again, and the old notice disappears.
        await run(element);
        const next = await result(element);
        assert.equal(next.device.at(-1)?.kind, "gpu");
        assertSame(numbers(next), numbers(await native(SLUG, STATE)), `after ${what}`);
        assert.deepEqual(
          (await said(element)).filter((text) => /CPU/.test(text)),
          [],
        );
      }));
  }

  test("a paused run whose worker stops is computed again up to its checkpoint", () =>
    open(
      {
        worker: `const bad = new BroadcastChannel("bad"); bad.onmessage = () => { if (self.devices) self.close(); };\n${method("GPUAdapter", "requestDevice", "self.devices = true")}`,
      },
      async (page, element) => {
        await button(element, "Step").click();
        await button(element, "Continue").waitFor();
        const before = await result(element);
        await page.evaluate(() => new BroadcastChannel("bad").postMessage(0));
        await element.getByText("its worker has not answered for 10 seconds").waitFor();
        await page.waitForFunction(
          () =>
            document.querySelector("scaling-lab").result.device.at(-1)?.kind === "cpu" &&
            !document.querySelector("scaling-lab").hasAttribute("data-busy"),
        );
        const replayed = await result(element);
        assert.equal(replayed.progress.done, before.progress.done);
        assertSame(numbers(replayed), numbers(before), "the same checkpoints");
        await button(element, "Continue").click();
        await finished(element);
        assertSame(
          numbers(await result(element)),
          numbers(await native(SLUG, STATE)),
          "to the end",
        );
      },
    ));

  test("a browser that offered no GPU is asked again by the next run", () =>
    open(
      {
        page: `let asked = 0; ${method("GPU", "requestAdapter", "if (++asked === 1) return Promise.resolve(null)")}`,
      },
      async (page, element) => {
        await element.locator(".notices", { hasText: "offers no GPU" }).waitFor();
        await run(element);
        assert.deepEqual(
          (await result(element)).device.map(({ kind }) => kind),
          ["gpu"],
        );
        assert.deepEqual(
          (await said(element)).filter((text) => /CPU/.test(text)),
          [],
        );
      },
    ));

  test("an experiment without a kernel does not mention a GPU", () =>
    lab.open(hash({ draws: "500", device: "gpu" }, "positive-shift"), async (page) => {
      const element = await ready(page);
      await run(element);
      assert.deepEqual(await said(element), ["This experiment is computed on the CPU."]);
      assert.match(await element.locator(".badge").innerText(), /^CPU/);
      assert.deepEqual(
        page.requests.filter((url) => /\/(device|wgsl)-/.test(url)),
        [],
      );
    }));
});

describe("a worker that fails", () => {
  /** @type {import("./types.d.ts").Lab} */
  let lab;
  before(async () => {
    lab = await start("cpu");
  });
  after(() => lab?.stop());

  /**
   * Starts a run that continues until a message on the channel `bad` breaks something in a worker.
   * @param {string} worker
   * @param {Open} body
   */
  const open = (worker, body, speed = 4) =>
    lab.open(
      null,
      async (page) => {
        await page.addInitScript(inWorkers, {
          text: `const bad = new BroadcastChannel("bad");\n${worker}`,
          speed,
        });
        await page.goto(`${lab.url}${hash(STATE)}`);
        const element = await ready(page);
        await button(element, "Run").click();
        await page.waitForFunction(
          () => document.querySelector("scaling-lab").result.progress.done > 0,
        );
        await page.evaluate(() => new BroadcastChannel("bad").postMessage(0));
        await body(page, element);
      },
      { mayThrow: true, paced: true },
    );
  /** Scripts that act in engine workers, whose first message has an engine, or in pool workers, which get ports. */
  const IN_ENGINE = (/** @type {string} */ body) =>
    `self.addEventListener("message", ({ data }) => { if (data.engine) bad.onmessage = () => { ${body} }; });`;
  const IN_POOL = (/** @type {string} */ body) =>
    `self.addEventListener("message", ({ data }) => { if (data.type === "port") bad.onmessage = () => { ${body} }; });`;

  const silent = [
    ["the engine's worker stops", IN_ENGINE("self.close();")],
    ["the engine's worker hangs", IN_ENGINE("for (;;);")],
    ["the engine's worker says nothing any more", IN_ENGINE("self.postMessage = () => {};")],
    ["the pool's workers stop", IN_POOL("self.close();")],
    ["the pool's workers hang", IN_POOL("for (;;);")],
    ["the pool's workers do not answer", IN_POOL("MessagePort.prototype.postMessage = () => {};")],
  ];
  for (const [what, worker] of silent) {
    test(`${what}: the page reports it, and Restart recovers`, () =>
      open(worker, async (page, element) => {
        await element
          .getByText(
            "The engine has not answered for 10 seconds: it may still be working, or wait for a file of the lab.",
          )
          .waitFor();
        await button(element, "Restart the engine").click();
        await element.getByLabel("As fast as possible").check();
        await finished(element);
        assertSame(numbers(await result(element)), numbers(await native(SLUG, STATE)), what);
        assert.deepEqual(await element.locator(".alert").count(), 0);
      }));
  }

  for (const [what, worker] of silent.slice(0, 2)) {
    test(`${what}: Cancel ends it within seconds, and the next run is right`, () =>
      open(
        worker,
        async (page, element) => {
          const begun = Date.now();
          await button(element, "Cancel").click();
          await element
            .getByText(
              "The run did not stop within 2 seconds, so its worker was replaced by a new one.",
            )
            .waitFor();
          assert.ok(Date.now() - begun < 6000, "soon");
          await element.getByText("Run cancelled.").waitFor({ state: "attached" });
          assert.ok((await result(element)).progress.done > 0, "the last result stays");
          assert.match(await element.locator(".left").first().innerText(), /^cancelled after/);
          await element.getByLabel("As fast as possible").check();
          await run(element);
          assertSame(numbers(await result(element)), numbers(await native(SLUG, STATE)), what);
          assert.deepEqual(
            (await said(element)).filter((text) => /stop/.test(text)),
            [],
            "the message is gone",
          );
        },
        1,
      ));
  }

  test("a pool worker that ends by a mistake ends the engine, and the page says why", () =>
    open(IN_POOL("throw new Error('a mistake');"), async (page, element) => {
      await element.getByText(/The engine stopped .*a mistake/).waitFor();
      await button(element, "Restart the engine").click();
      await element.getByLabel("As fast as possible").check();
      await run(element);
      assertSame(numbers(await result(element)), numbers(await native(SLUG, STATE)));
    }));

  test("time while the page is hidden does not count as silence", () =>
    open(
      IN_ENGINE("self.close();"),
      async (page, element) => {
        await page.evaluate(() =>
          Object.defineProperty(document, "hidden", { value: true, configurable: true }),
        );
        await page.waitForTimeout(2000);
        assert.equal(
          await element.locator(".alert").count(),
          0,
          "while the page is hidden, no answer is overdue",
        );
        await page.evaluate(() => Reflect.deleteProperty(document, "hidden"));
        await element.getByText("The engine has not answered for 10 seconds").waitFor();
      },
      20,
    ));

  test("the warning disappears when a silent engine answers", () =>
    open(
      IN_ENGINE("const end = performance.now() + 4000; while (performance.now() < end);"),
      async (page, element) => {
        await element.getByText("The engine has not answered for 10 seconds").waitFor();
        await element.locator(".alert").waitFor({ state: "detached" });
        await element.getByLabel("As fast as possible").check();
        await finished(element);
        assertSame(
          numbers(await result(element)),
          numbers(await native(SLUG, STATE)),
          "after a pause",
        );
      },
    ));

  test("a policy that forbids workers is named", async () => {
    for (const [policy, words] of /** @type {[string, RegExp][]} */ ([
      [
        "worker-src 'self'",
        /This page's Content-Security-Policy forbids workers: it needs .worker-src blob:.\./,
      ],
      [
        "script-src 'self'; worker-src blob:",
        /This page's Content-Security-Policy forbids WebAssembly: it needs .script-src 'wasm-unsafe-eval'.\./,
      ],
    ])) {
      await lab.open(
        null,
        async (page) => {
          await page.route(`${lab.url}`, async (route) => {
            const response = await route.fetch();
            await route.fulfill({
              response,
              headers: { ...response.headers(), "content-security-policy": policy },
            });
          });
          await page.goto(`${lab.url}${hash()}`);
          await page.getByText(words).waitFor();
        },
        { mayThrow: true },
      );
    }
  });

  test("an element that is moved keeps its run; one that is taken out ends it", () =>
    lab.open(
      hash(STATE),
      async (page) => {
        const element = await ready(page);
        await button(element, "Run").click();
        await page.waitForFunction(
          () => document.querySelector("scaling-lab").result.progress.done > 1,
        );
        const done = await element.evaluate((e) => {
          const before = e.result.progress.done;
          const place = document.createElement("section");
          document.querySelector("main").append(place);
          place.append(e);
          return before;
        });
        await page.waitForFunction(
          (n) => document.querySelector("scaling-lab").result.progress.done > n,
          done,
        );
        assert.ok(await element.evaluate((e) => e.hasAttribute("data-busy")), "the run continues");
        await element.getByLabel("As fast as possible").check();
        await finished(element);
        assertSame(
          numbers(await result(element)),
          numbers(await native(SLUG, STATE)),
          "after a move",
        );
        await page.evaluate(async () => {
          const e = document.querySelector("scaling-lab");
          void e.run();
          await new Promise((next) => e.addEventListener("progress", next, { once: true }));
          const home = e.parentElement;
          e.remove();
          await new Promise((next) => setTimeout(next, 100));
          home?.append(e);
          await new Promise((next) => e.addEventListener("ready", next, { once: true }));
        });
        assert.ok(
          !(await element.evaluate((e) => e.hasAttribute("data-busy"))),
          "the run that was taken out has ended",
        );
        const { progress } = await result(element);
        assert.equal(progress.done, progress.total, "the earlier run of this setting is shown");
      },
      { paced: true },
    ));

  test("another version of the script on the page has its own engine", () =>
    lab.open(hash(STATE), async (page) => {
      await ready(page);
      const main = await page.evaluate(() =>
        document.querySelector("script[src*=main-]").getAttribute("src"),
      );
      const names = () =>
        page.evaluate(() =>
          Object.getOwnPropertySymbols(window)
            .map(String)
            .filter((name) => /scaling-lab/.test(name)),
        );
      const [own, ...more] = await names();
      assert.deepEqual(more, []);
      assert.match(own, /-\w{8}\.js/, "the key of the engine holds the version");
      // Serve the same files under another address, as a second site would.
      await page.route(/\/elsewhere\//, (route) =>
        route.continue({ url: route.request().url().replace("/elsewhere/", "/lab/") }),
      );
      const at = new URL(`/elsewhere/${main?.split("/").pop()}`, lab.url).href;
      await page.evaluate((url) => import(url), at);
      assert.deepEqual(await names(), [own], "both copies of one version share one engine");
    }));
});

describe("a file that cannot be loaded", () => {
  /** @type {import("./types.d.ts").Lab} */
  let lab;
  before(async () => {
    lab = await start("gpu");
  });
  after(() => lab?.stop());

  /**
   * The ways in which a file can fail; `body` is its correct content.
   * @type {Record<string, (route: Route, response: APIResponse, body: Buffer) => Promise<void>>}
   */
  const FAULTS = {
    "status 404": (route) => route.fulfill({ status: 404, body: "not found" }),
    "status 500": (route) => route.fulfill({ status: 500, body: "error" }),
    dropped: (route) => route.abort("connectionreset"),
    cut: (route, response, body) =>
      route.fulfill({
        response,
        headers: {},
        contentType: response.headers()["content-type"],
        body: body.subarray(0, body.length >> 1),
      }),
    empty: (route, response) =>
      route.fulfill({ status: 200, contentType: response.headers()["content-type"], body: "" }),
    "a sign-in page": (route) =>
      route.fulfill({
        status: 200,
        contentType: "text/html",
        body: "<!doctype html><title>Sign in</title>",
      }),
    "a wrong type": (route, response, body) =>
      route.fulfill({ status: 200, contentType: "text/plain", body }),
  };
  /**
   * Breaks every file that `match` names, until `mended` is set; if `once`, only at the first request.
   * @param {Page} page
   * @param {RegExp} match
   * @param {string} fault
   * @param {boolean} once
   */
  async function breaking(page, match, fault, once) {
    const state = { mended: false };
    await page.route(
      (url) => match.test(url.pathname),
      async (route) => {
        if (state.mended || (once && new URL(route.request().url()).search))
          return route.continue();
        try {
          const response = await route.fetch();
          await FAULTS[fault](route, response, await response.body());
        } catch {
          // The page has been closed, so no one waits for this file.
        }
      },
    );
    return state;
  }
  const ATOMS = { runs: "32", atoms: "3000" };
  const WHOLE =
    /A file of the lab could not be loaded \([\w-]+\.(js|wasm)\): check the connection, then do the same again/;
  /** The faults that matter for the files of `match`: a module of the engine is compiled whatever its media type. @param {RegExp} match */
  const faultsOf = (match) =>
    Object.keys(FAULTS).filter((fault) => fault !== "a wrong type" || !/wasm/.test(match.source));
  /**
   * Every file that a run of `atoms` needs, and what the page shows without it.
   * @type {Record<string, [RegExp, Body]>}
   */
  const FILES = {
    "main script": [
      /\/main-\w+\.js$/,
      (page) => page.getByText("The lab has not started: one of its files is missing").waitFor(),
    ],
    "shared script": [
      /\/chunk-\w+\.js$/,
      (page) => page.getByText("The lab has not started: one of its files is missing").waitFor(),
    ],
    experiment: [/\/atoms-\w+\.js$/, (page) => page.getByText(WHOLE).waitFor()],
    engine: [/\/core-\w+\.wasm$/, (page) => page.getByText(WHOLE).waitFor()],
    "piece of the experiment": [/\/atoms-\w+\.wasm$/, (page) => page.getByText(WHOLE).waitFor()],
    "piece of runs": [
      /\/run-\w+\.wasm$/,
      async (page) => {
        await button(await ready(page), "Run").click();
        await page.getByText(WHOLE).waitFor();
      },
    ],
  };
  /**
   * Opens `atoms` once for each fault of a file, all at the same time, because they wait more than they compute.
   * @param {string[]} faults
   * @param {RegExp} match
   * @param {boolean} once
   * @param {Body} body
   */
  const each = async (faults, match, once, body) =>
    void (await Promise.all(
      faults.map((fault) =>
        lab.open(
          null,
          async (page) => {
            await breaking(page, match, fault, once);
            await page.goto(`${lab.url}${hash(ATOMS, "atoms")}`);
            await body(page).catch((error) => assert.fail(`${fault}: ${error.message}`));
          },
          { mayThrow: true },
        ),
      ),
    ));
  for (const [file, [match, shown]] of Object.entries(FILES)) {
    test(`${file}: every fault is reported in one sentence`, () =>
      each(faultsOf(match), match, false, shown));
  }
  for (const [file, [match]] of Object.entries(FILES).slice(2)) {
    test(`${file}: a second request succeeds`, () =>
      each(["dropped", "cut", "a sign-in page"], match, true, async (page) => {
        const element = await ready(page);
        await run(element);
        assert.equal(await element.locator(".alert").count(), 0);
      }));
  }

  /** Every file that a GPU needs, and what the page says without it. @type {Record<string, [RegExp, RegExp]>} */
  const GPU = {
    "script of the device": [/\/device-\w+\.js$/, /A file of the lab could not be loaded/i],
    "module of the device": [/\/device-\w+\.wasm$/, /A file of the lab could not be loaded/i],
    "shader of the self-test": [
      /\/wgsl-probe-\w+\.wgsl$/,
      /the file of the kernel “probe” could not/,
    ],
    "shader of the experiment": [
      /\/wgsl-atoms-\w+\.wgsl$/,
      /the file of the kernel “atoms” could not/,
    ],
  };
  for (const [file, [match, words]] of Object.entries(GPU)) {
    /** @param {string[]} faults @param {boolean} once @param {"cpu" | "gpu"} kind */
    const computes = async (faults, once, kind) =>
      void (await Promise.all(
        faults.map((fault) =>
          lab.open(
            null,
            async (page) => {
              await breaking(page, match, fault, once);
              await page.goto(`${lab.url}${hash({ ...ATOMS, device: "gpu" }, "atoms")}`);
              const element = await ready(page);
              await run(element);
              const ours = await result(element);
              assert.equal(ours.device.at(-1)?.kind, kind, fault);
              assertSame(numbers(ours), numbers(await native("atoms", ATOMS)), fault);
              const all = await said(element);
              assert.equal(
                all.filter((text) => words.test(text)).length,
                kind === "cpu" ? 1 : 0,
                all.join(" | "),
              );
            },
            { mayThrow: true },
          ),
        ),
      ));
    test(`${file}: without it the CPU computes, and the page says why`, () =>
      computes(["status 404", "dropped", "cut", "empty", "a sign-in page"], false, "cpu"));
    test(`${file}: a second request succeeds`, () =>
      computes(["dropped", "cut", "a sign-in page"], true, "gpu"));
  }

  test("a shader that never arrives: the CPU computes, and the page says why", () =>
    lab.open(null, async (page) => {
      await page.addInitScript(inWorkers, {
        text: "const plain = AbortSignal.timeout; AbortSignal.timeout = (ms) => plain.call(AbortSignal, ms / 20);",
        speed: 1,
      });
      await page.context().route(/\/wgsl-probe-\w+\.wgsl/, () => {});
      await page.goto(`${lab.url}${hash({ ...STATE, device: "gpu" })}`);
      const element = await ready(page);
      await run(element, 15_000);
      assert.equal((await result(element)).device.at(-1)?.kind, "cpu");
      const all = await said(element);
      assert.equal(all.filter((text) => GPU["shader of the self-test"][1].test(text)).length, 1);
    }));

  test("another try recovers when the file is available again", () =>
    lab.open(
      null,
      async (page) => {
        const state = await breaking(page, /\/core-\w+\.wasm$/, "a sign-in page", false);
        await page.goto(`${lab.url}${hash(STATE)}`);
        await page.getByText(WHOLE).waitFor();
        state.mended = true;
        await page.getByRole("button", { name: "Try again" }).click();
        const element = await ready(page);
        await run(element);
        assertSame(
          numbers(await result(element)),
          numbers(await native(SLUG, STATE)),
          "after a restart",
        );
      },
      { mayThrow: true },
    ));

  test("an experiment that is opened after the engine's end has a new engine", () =>
    lab.open(
      null,
      async (page) => {
        const state = await breaking(page, /\/rest-\w+\.wasm$/, "dropped", false);
        await page.goto(`${lab.url}#/exam-time`);
        const element = await ready(page);
        // The sentence that refuses this value is in the missing piece.
        await page.evaluate(() => void (location.hash = "#/exam-time?hours=nonsense"));
        await element.getByText(WHOLE).waitFor();
        state.mended = true;
        await page.evaluate((hash) => void (location.hash = hash), hash(ATOMS, "atoms"));
        await page.locator("scaling-lab[experiment=atoms]").waitFor();
        const next = await ready(page);
        await run(next);
        assert.equal(await next.locator(".alert").count(), 0);
        assertSame(numbers(await result(next)), numbers(await native("atoms", ATOMS)), "");
      },
      { mayThrow: true },
    ));

  test("a table that cannot be read because a file of the lab is missing is not blamed", () =>
    lab.open(
      null,
      async (page) => {
        const state = await breaking(page, /\/rest-\w+\.wasm$/, "dropped", false);
        await page.goto(`${lab.url}#/fit`);
        const element = await ready(page);
        const own = element.locator(".own");
        await own.getByText("Paste a table").click();
        await own.locator("textarea").fill(table());
        await button(own, "Read this text").click();
        assert.match(await own.locator(".problem:not(:empty)").innerText(), WHOLE);
        state.mended = true;
        await button(own, "Read this text").click();
        await page.waitForFunction(
          () => document.querySelector("scaling-lab").result.data?.rows === 48,
        );
      },
      { mayThrow: true },
    ));

  test("the front page says which of its files is missing, and keeps its titles", async () => {
    for (const fault of ["dropped", "empty", "a sign-in page"]) {
      await lab.open(
        null,
        async (page) => {
          const state = await breaking(page, /\/list-\w+\.js$/, fault, false);
          await page.goto(`${lab.url}#/about`);
          await page.waitForFunction(() => /About/.test(document.title));
          await page.evaluate(() => void (location.hash = "#/"));
          await page.getByText(WHOLE).waitFor();
          assert.match(await page.title(), /^Scaling Lab/);
          await page.locator('main a[href="#/exam-time"] h3').waitFor();
          state.mended = true;
          await page.getByRole("button", { name: "Try again" }).click();
          await page.locator(".tries").first().waitFor();
          assert.equal(await page.getByText(WHOLE).count(), 0);
        },
        { mayThrow: true },
      );
    }
  });

  test("without the file that refuses values, a wrong link keeps the defaults and a wrong text is not used", () =>
    lab.open(
      null,
      async (page) => {
        const state = await breaking(page, /\/rest-\w+\.wasm$/, "status 404", false);
        await page.goto(`${lab.url}${hash({ ...STATE, hours: "many" })}`);
        const element = await ready(page);
        const missing = /^A file of the lab could not be loaded \(rest-\w+\.wasm\)/;
        await element.locator(".notices li", { hasText: missing }).waitFor();
        const { params } = await result(element);
        assert.deepEqual([params.runs, params.facts, params.hours], [256, 32, 100]);
        const field = element.locator("[data-param=hours] input[type=text]");
        await field.fill("many");
        await field.blur();
        await element.locator(".alert p", { hasText: missing }).waitFor();
        assert.equal(await element.locator(".alert button").count(), 0, "the engine goes on");
        await field.fill("50");
        await field.blur();
        await element.locator(".alert").waitFor({ state: "detached" });
        await run(element);
        assertSame(
          numbers(await result(element)),
          numbers(await native(SLUG, { ...STATE, hours: "50" })),
        );
        state.mended = true;
        // What the end of the run asked for before still fails, together with all who ask meanwhile.
        await page.waitForTimeout(1000);
        await field.fill("many");
        await field.blur();
        await element.locator("[data-param=hours] .problem", { hasText: /many/ }).waitFor();
      },
      { mayThrow: true },
    ));

  test("a changed setting fetches what could refuse the next", () =>
    lab.open(hash(STATE), async (page) => {
      const element = await ready(page);
      const fetched = () => page.requests.some((url) => /\/rest-\w+\.wasm/.test(url));
      assert.ok(!fetched(), "an experiment opens without it");
      const arrived = page.waitForResponse(/\/rest-\w+\.wasm/, { timeout: 5000 });
      await element.locator("[data-param=weights] input[type=range]").first().focus();
      await page.keyboard.press("ArrowLeft");
      await arrived;
    }));

  test("a piece that only a stub asks for is fetched twice at most", () =>
    lab.open(
      null,
      async (page) => {
        /** @type {string[]} */
        const asked = [];
        await page.context().route(/\/rest-\w+\.wasm/, (route) => {
          asked.push(new URL(route.request().url()).search);
          return asked.length === 1 ? route.fulfill({ status: 404, body: "" }) : route.continue();
        });
        await page.goto(`${lab.url}${hash(STATE)}`);
        const element = await ready(page);
        const names = await readdir(join(root, "dist"));
        const last = names.filter((name) => /^(?!device-).*\.wasm$/.test(name)).length - 1;
        // The name under which the engine's code asks for a piece by its number.
        await page
          .workers()[0]
          .evaluate((number) => /** @type {any} */ (self).loadPiece(number), last);
        assert.equal(asked.length, 2);
        assert.match(asked[1], /^\?retry=/);
        await run(element);
      },
      { mayThrow: true },
    ));

  test("an engine that starts before a piece of its runs has arrived does not wait for it", () =>
    lab.open(null, async (page) => {
      const arrive = await holding(page, /\/run-\w+\.wasm$/);
      const own = page.waitForResponse(/\/exam-time-run-\w+\.wasm/);
      await page.goto(`${lab.url}${hash(STATE)}`);
      const element = await ready(page);
      await (await own).finished();
      await page.evaluate(async () => {
        const [key] = Object.getOwnPropertySymbols(window).filter((name) =>
          /scaling-lab.engine/.test(String(name)),
        );
        const again = new Promise((next) => addEventListener("ready", next, { once: true }));
        /** @type {any} */ (window)[key].restart();
        const late = new Promise((_, fail) => setTimeout(() => fail(new Error("late")), 5000));
        await Promise.race([again, late]);
      });
      assert.equal(await element.locator(".alert").count(), 0);
      arrive();
      await run(element);
      assertSame(numbers(await result(element)), numbers(await native(SLUG, STATE)));
    }));

  test("a wrong attribute of one element does not stop the run of another", () =>
    lab.open(
      null,
      async (page) => {
        await breaking(page, /\/rest-\w+\.wasm$/, "status 404", false);
        await page.goto(`${lab.url}${hash(STATE)}`);
        const element = await ready(page);
        await page.evaluate(async () => {
          const other = document.createElement("scaling-lab");
          other.setAttribute("experiment", "positive-shift");
          other.id = "other";
          document.body.append(other);
          await new Promise((next) => other.addEventListener("ready", next, { once: true }));
          const first = document.querySelector("scaling-lab");
          void first.run();
          await new Promise((next) => first.addEventListener("progress", next, { once: true }));
          other.setAttribute("draws", "NaN");
        });
        await page.locator("#other .notices li", { hasText: /rest-\w+\.wasm/ }).waitFor();
        await finished(element.first());
        assert.equal(await page.locator("scaling-lab .alert").count(), 0);
      },
      { mayThrow: true },
    ));

  test("an engine with the wrong media type is still compiled", () =>
    each(["a wrong type"], /\.wasm$/, false, async (page) => run(await ready(page))));

  /** Keeps files on their way until the answer is called. @param {Page} page @param {RegExp} match */
  async function holding(page, match) {
    let arrive = () => {};
    const arrived = new Promise((resolve) => (arrive = () => resolve(undefined)));
    await page.route(
      (url) => match.test(url.pathname),
      async (route) => {
        await arrived;
        // A page that has been closed waits for no file.
        await route.continue().catch(() => {});
      },
    );
    return arrive;
  }

  /** What waits for a file, the file, and what shows that it has arrived. @type {[string, string, RegExp, Body, Body?][]} */
  const waiters = [
    ["the script of an experiment", hash(STATE), /\/exam-time-\w+\.js$/, ready],
    ["the engine", hash(STATE), /\/core-\w+\.wasm$/, ready],
    [
      "a run",
      hash(STATE),
      /\/run-\w+\.wasm$/,
      async (page) => finished(await ready(page)),
      async (page) => button(await ready(page), "Run").click(),
    ],
    ["the front page", "#/", /\/list-\w+\.js$/, (page) => page.locator(".cards").first().waitFor()],
    [
      "the page of published numbers",
      "#/published",
      /\/tables-and-pages-\w+\.js$/,
      (page) => page.getByRole("button", { name: "Run all" }).waitFor(),
    ],
    [
      "the page about the lab",
      "#/about",
      /\/costs\.json$/,
      (page) => page.getByText("What a first visit fetches").first().waitFor(),
    ],
    [
      "the panel of a table",
      "#/fit",
      /\/tables-and-pages-\w+\.js$/,
      (page) => page.getByText("Read this text").waitFor({ state: "attached" }),
    ],
  ];
  for (const [what, address, match, arrived, act] of waiters)
    test(`${what} waits for a file that takes long, and the page says so until it arrives`, () =>
      lab.open(null, async (page) => {
        await page.addInitScript(inWorkers, { text: "", speed: 4 });
        const arrive = await holding(page, match);
        await page.goto(lab.url + address);
        await act?.(page);
        const sentence = page.getByText(/The lab still waits for .*: if this takes long, check/);
        await sentence.waitFor();
        const [, file = ""] = /waits for ([\w.-]+):/.exec(await sentence.innerText()) ?? [];
        assert.match(`/${file}`, match);
        arrive();
        await sentence.waitFor({ state: "detached" });
        await arrived(page);
      }));

  test("a run that waits for a slow piece can be cancelled, and the next run is right", () =>
    lab.open(null, async (page) => {
      const arrive = await holding(page, /run-\w+\.wasm$/);
      await page.goto(`${lab.url}${hash(STATE)}`);
      const element = await ready(page);
      await button(element, "Run").click();
      await button(element, "Cancel").click();
      await page.waitForFunction(
        () => !document.querySelector("scaling-lab").hasAttribute("data-busy"),
      );
      await button(element, "Run again").click();
      arrive();
      await finished(element);
      assert.equal(await element.locator(".alert").count(), 0);
      assertSame(numbers(await result(element)), numbers(await native(SLUG, STATE)));
    }));

  for (const [what, pattern, act] of /** @type {const} */ ([
    [
      "a wrong setting in a link",
      /(rest|run)-\w+\.wasm/,
      (/** @type {Page} */ page) => page.goto(`${lab.url}${hash({ runs: "many" })}`),
    ],
    ["the front page", /\/list-\w+\.js/, (/** @type {Page} */ page) => page.goto(lab.url)],
    [
      "the page of published numbers",
      /\/tables-and-pages-\w+\.js/,
      (/** @type {Page} */ page) => page.goto(`${lab.url}#/published`),
    ],
    [
      "another experiment",
      /\/atoms-\w+\.wasm/,
      async (/** @type {Page} */ page) => {
        await page.goto(`${lab.url}${hash(STATE)}`);
        await ready(page);
        await page.evaluate(() => (location.hash = "#/atoms"));
      },
    ],
  ]))
    test(`a new deployment under an open page: ${what} asks to reload it`, () =>
      lab.open(
        null,
        async (page) => {
          await page.context().route(/\/index\.html/, (route) =>
            route.fulfill({
              contentType: "text/html",
              body: '<script type="module" src="main-NEWER123.js"></script>',
            }),
          );
          await page.context().route(pattern, (route) => route.fulfill({ status: 404, body: "" }));
          await act(page);
          await page.getByText("A newer version of the lab is out: reload the page.").waitFor();
          assert.equal(
            await page.getByRole("button", { name: /Restart|Try again/ }).count(),
            0,
            "only a reload helps",
          );
        },
        { mayThrow: true },
      ));

  test("a new deployment under an open page: a run on a GPU says why it goes on without its shader", () =>
    lab.open(
      null,
      async (page) => {
        await page.context().route(/\/index\.html/, (route) =>
          route.fulfill({
            contentType: "text/html",
            body: '<script type="module" src="main-NEWER123.js"></script>',
          }),
        );
        await page
          .context()
          .route(/\/wgsl-atoms-\w+\.wgsl/, (route) => route.fulfill({ status: 404, body: "" }));
        await page.goto(`${lab.url}${hash({ ...ATOMS, device: "gpu" }, "atoms")}`);
        const element = await ready(page);
        await run(element);
        const ours = await result(element);
        assert.equal(ours.device.at(-1)?.kind, "cpu");
        assertSame(numbers(ours), numbers(await native("atoms", ATOMS)));
        const all = await said(element);
        assert.equal(
          all.filter((text) => /a newer version of the lab is out: reload the page/.test(text))
            .length,
          1,
          all.join(" | "),
        );
      },
      { mayThrow: true },
    ));

  test("a page of an older deployment asks to be reloaded", () =>
    lab.open(
      null,
      async (page) => {
        // Replace the front page first, because the page fetches further files as soon as a figure is drawn.
        await page.route(/\/index\.html/, (route) =>
          route.fulfill({
            contentType: "text/html",
            body: '<script type="module" src="main-NEWER123.js"></script>',
          }),
        );
        await page.route(/\/saving-\w+\.js/, (route) => route.fulfill({ status: 404, body: "" }));
        await page.goto(`${lab.url}${hash(STATE)}`);
        const element = await ready(page);
        await button(element, "Download JSON").click();
        await element.getByText("A newer version of the lab is out: reload the page.").waitFor();
        assert.equal(
          await button(element, "Restart the engine").count(),
          0,
          "a restart would not help",
        );
      },
      { mayThrow: true },
    ));
});
