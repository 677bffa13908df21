// The page with WebGPU on a software adapter: the same numbers, and what happens when the
// device is lost.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  assertSame,
  button,
  downloaded,
  finished,
  native,
  numbers,
  quickStates,
  ready,
  run,
  start,
} from "./harness.mjs";

/** @typedef {import("./types.d.ts").LabLocator} LabLocator */
/** @typedef {import("./types.d.ts").Page} Page */

/** A software adapter trains networks a hundred times as slowly as the CPU: these run with fewer steps and sizes. @type {Record<string, Record<string, string>>} */
const LESS = {
  "live-tracking": { steps: "100" },
  "live-arithmetic": { steps: "100" },
  "live-hops": { steps: "100", networks: "2" },
  "multi-epoch": { samples: "50,100", epochs: "1,4" },
  "infinite-compute": { epochs: "16", draws: "4" },
};
/** The quick setting of every experiment that has a kernel. */
const STATES = Object.fromEntries(
  Object.entries(await quickStates(({ kernel }) => kernel)).map(([slug, values]) => [
    slug,
    { ...values, ...LESS[slug] },
  ]),
);
const hash = (/** @type {string} */ slug, values = {}) =>
  `#/${slug}?${new URLSearchParams(values)}`;
const onGpu = (/** @type {string} */ slug) => hash(slug, { ...STATES[slug], device: "gpu" });

/** A script for every worker made from a Blob: it keeps the GPU devices where a test can reach them. */
function keepDevices() {
  const hook = `if (self.GPUAdapter) {
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      const device = await request.apply(this, args);
      (self.devices ??= []).push(device);
      return device;
    };
  }\n`;
  const Plain = Blob;
  globalThis.Blob = class extends Plain {
    /** @param {BlobPart[]} [parts] @param {BlobPropertyBag} [options] */
    constructor(parts, options) {
      super(options?.type === "text/javascript" ? [hook, ...(parts ?? [])] : parts, options);
    }
  };
}

/** The worker that has GPU devices. @param {Page} page */
async function gpuWorker(page) {
  for (const worker of page.workers())
    if (await worker.evaluate(() => (self.devices ?? []).length)) return worker;
  throw new Error("no worker has a GPU device");
}

const kinds = (/** @type {import("../../www/js/types.d.ts").Result} */ result) =>
  result.device.map(({ kind }) => kind);
const progressed = (/** @type {Page} */ page) =>
  page.waitForFunction(() => document.querySelector("scaling-lab").result.progress.done > 0);

/** Lets the rest of a run be as fast as possible. @param {LabLocator} element */
const quickly = (element) => element.getByLabel("As fast as possible").check();

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("gpu");
});
after(() => lab?.stop());

describe("the GPU computes what the command line computes on the CPU", () => {
  /** A heat map. @type {typeof STATES} */
  const more = { "exam-time": { weights: "0.6,0.3,0.1", runs: "128", facts: "16" } };
  for (const [slug, values] of [STATES, more].flatMap(Object.entries)) {
    test(`${slug} ${Object.entries(values)
      .map((pair) => pair.join("="))
      .join(" ")}`, () =>
      lab.open(hash(slug, { ...values, device: "gpu" }), async (page) => {
        const element = await ready(page);
        const badge = element.locator(".badge");
        await badge.getByText(/GPU/).waitFor();
        const named = await badge.innerText();
        await run(element, 300_000);
        const ours = await downloaded(element);
        // Kernels ran on the GPU. Jobs, such as the curves of an experiment in closed form, always run on the CPU.
        assert.equal(kinds(ours)[0], "gpu");
        assert.equal(await element.locator(".alert").count(), 0, "no GPU was lost");
        // On software adapters, kernels declare that they agree bit for bit.
        assertSame(numbers(ours), numbers(await native(slug, values)), slug);
        if (kinds(ours).length === 1)
          assert.equal(await badge.innerText(), named, "a GPU has one name");
      }));
  }
});

test("a software adapter is used only when chosen, and nothing is fetched for it before", () =>
  lab.open(hash("exam-time", STATES["exam-time"]), async (page) => {
    const element = await ready(page);
    await run(element);
    assert.deepEqual(kinds(await downloaded(element)), ["cpu"]);
    assert.match(await element.locator(".device").innerText(), /software/);
    assert.deepEqual(
      page.requests.filter((url) => /\/(device|wgsl)-/.test(url)),
      [],
    );
  }));

test("a cancelled GPU run stops, and the next one starts over", () =>
  lab.open(
    onGpu("exam-time"),
    async (page) => {
      const element = await ready(page);
      await button(element, "Run").click();
      await progressed(page);
      await button(element, "Cancel").click();
      await button(element, "Run again").waitFor();
      await quickly(element);
      await run(element);
      assertSame(
        numbers(await downloaded(element)),
        numbers(await native("exam-time", STATES["exam-time"])),
        "after a cancel",
      );
    },
    { paced: true },
  ));

test("a destroyed device is rebuilt, and no number changes", () =>
  lab.open(
    onGpu("exam-time"),
    async (page) => {
      const element = await ready(page);
      await button(element, "Run").click();
      await progressed(page);
      const worker = await gpuWorker(page);
      const devices = await worker.evaluate(() => {
        const devices = self.devices ?? [];
        devices.at(-1)?.destroy();
        return devices.length;
      });
      await quickly(element);
      await finished(element);
      const ours = await downloaded(element);
      assert.ok(
        (await worker.evaluate(() => (self.devices ?? []).length)) > devices,
        "a new device was requested",
      );
      assert.ok(ours.progress.done === ours.progress.total, "the run finished");
      assert.deepEqual([...new Set(kinds(ours))], ["gpu"]);
      assertSame(
        numbers(ours),
        numbers(await native("exam-time", STATES["exam-time"])),
        "after a lost device",
      );
    },
    { script: keepDevices, mayThrow: true, paced: true },
  ));

test("when the GPU process crashes twice, the CPU takes the run and the page says so", () =>
  lab.open(
    onGpu("exam-time"),
    async (page) => {
      const element = await ready(page);
      const cdp = await lab.browser.newBrowserCDPSession();
      await button(element, "Run").click();
      for (let crash = 0; crash < 2; crash++) {
        const { done } = await element.evaluate((e) => e.result.progress);
        await page.waitForFunction(
          (n) => document.querySelector("scaling-lab").result.progress.done > n,
          done,
        );
        await cdp.send("Browser.crashGpuProcess").catch(() => {});
        await page.waitForTimeout(500);
      }
      await quickly(element);
      await finished(element);
      const ours = await downloaded(element);
      assert.equal(kinds(ours).at(-1), "cpu");
      assertSame(
        numbers(ours),
        numbers(await native("exam-time", STATES["exam-time"])),
        "after two crashes",
      );
      const said = (await element.locator(".notices, .alerts, .device").allTextContents()).join(
        " ",
      );
      assert.match(said, /GPU|WebGPU/i);
      assert.match(said, /CPU/);
    },
    { script: keepDevices, mayThrow: true, paced: true },
  ));
