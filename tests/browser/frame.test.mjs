// The element in an <iframe> of another origin: its height, and the messages with which the page around it drives it.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "../../www/serve.mjs";
import { assertSame, native, numbers, quickStates, root, start } from "./harness.mjs";

/** @type {import("./types.d.ts").Lab} */
let lab;
/** The folder of the pages around the frame. @type {string} */
let folder;
before(async () => {
  lab = await start("cpu", join(root, "dist"), { "access-control-allow-origin": "*" });
  folder = await mkdtemp(join(tmpdir(), "host-"));
});
after(async () => {
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the page around the frame does: it keeps events, follows the height, and asks. */
const SCRIPT = `
const frame = document.querySelector("iframe");
const told = (window.told = []);
addEventListener("message", ({ source, data }) => {
  if (source !== frame.contentWindow) return;
  told.push(data);
  if (data.event === "height") frame.style.height = data.height + "px";
});
window.send = (message) => frame.contentWindow.postMessage(message, "*");
let id = 0;
window.ask = (deed, more = {}) => new Promise((resolve) => {
  const mine = ++id;
  addEventListener("message", ({ source, data }) => source === frame.contentWindow && data.id === mine && resolve(data));
  send({ "scaling-lab": 1, id: mine, do: deed, ...more });
});`;

/**
 * Opens a page with a frame. @param {string} hash @param {(page: import("playwright-core").Page, errors: string[], url: string) => Promise<unknown>} check
 * @param {string} [more] attributes of the frame
 */
async function framed(hash, check, more = "") {
  const server = await serve(folder);
  const { origin } = new URL(server.url);
  const src = `${lab.url}embed.html${hash.replace("HOST", encodeURIComponent(origin))}`.replace(
    /&/g,
    "&amp;",
  );
  await writeFile(
    join(folder, "index.html"),
    `<!doctype html><title>Host</title><iframe title="Lab" style="width: 704px; border: 0" src="${src}" ${more}></iframe><script>${SCRIPT}</script>`,
  );
  const scope = await lab.browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await scope.newPage();
    /** @type {string[]} */
    const errors = [];
    scope.on("weberror", (event) => errors.push(String(event.error())));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    await page.goto(server.url);
    await check(page, errors, server.url);
  } finally {
    await scope.close();
    await server.close();
  }
}

/** Runs code of the page around the frame. @param {import("playwright-core").Page} page @param {string} code @returns {Promise<any>} */
const inPage = (page, code) => page.evaluate(code);

for (const sandbox of ["", 'sandbox="allow-scripts"'])
  test(`numbers through messages are those of the command line ${sandbox}`, async () => {
    const { "exam-time": state } = await quickStates();
    await framed(
      "#/exam-time?controls=minimal&theme=dark",
      async (page, errors) => {
        const listed = await inPage(page, `ask("list")`);
        assert.ok(listed.value.experiments.some((/** @type {any} */ { slug }) => slug === "atoms"));
        assert.ok(
          listed.value.parameters.every((/** @type {any} */ { name }) => name !== "controls"),
        );
        const set = await inPage(page, `ask("set", { values: ${JSON.stringify(state)} })`);
        assert.deepEqual([set.value.accepted, set.value.refused], [state, []]);
        const ran = await inPage(page, `ask("run")`);
        assertSame(numbers(ran.value), numbers(await native("exam-time", state)), "exam-time");
        assertSame(numbers((await inPage(page, `ask("result")`)).value), numbers(ran.value));
        assert.equal((await inPage(page, `ask("reset")`)).ok, true);
        assert.equal((await inPage(page, `ask("result")`)).value.progress.done, 0);
        assert.deepEqual(errors, []);
      },
      sandbox,
    );
  });

test("settings that cannot be used are refused in sentences, and another version is named", () =>
  framed("#/exam-time", async (page) => {
    const { value } = await inPage(
      page,
      `ask("set", { values: { hours: "<b>x</b>", nonsense: "1", seed: 5 } })`,
    );
    assert.deepEqual(value.accepted, { seed: "5" });
    assert.equal(value.refused.length, 2, value.refused.join("\n"));
    const unknown = await inPage(page, `ask("set", { experiment: "nothing" })`);
    assert.match(unknown.error, /no experiment “nothing”/);
    const other = await inPage(page, `ask("list", { "scaling-lab": 2 })`);
    assert.match(other.error, /speaks version 1 /);
    assert.equal(
      (await inPage(page, `ask("set", { experiment: "atoms" })`)).value.experiment,
      "atoms",
    );
  }));

test("the frame tells its height once, and does not grow", () =>
  framed("#/exam-time", async (page) => {
    await inPage(page, `ask("reset")`);
    await page.waitForTimeout(1500);
    const heights = () => inPage(page, `told.filter(({ event }) => event === "height").length`);
    const before = await heights();
    assert.ok(before > 0 && before < 20, `${before} heights`);
    await page.waitForTimeout(700);
    assert.equal(await heights(), before);
  }));

test("hostile messages and floods are ignored, and so are other origins", async () => {
  await framed("#/exam-time", async (page, errors) => {
    await inPage(page, `ask("list")`);
    const answers = () => inPage(page, `told.filter(({ id }) => id !== undefined).length`);
    const before = await answers();
    await inPage(
      page,
      `[null, "x", [1], { id: 1, do: "run" }, { "scaling-lab": 1, id: 1, do: "eval" }].forEach(send)`,
    );
    // Its own window and a sibling are not its parent.
    const [, frame] = page.frames();
    await frame.evaluate(`postMessage({ "scaling-lab": 1, id: 90, do: "result" }, "*")`);
    await page.waitForTimeout(300);
    assert.equal(await answers(), before);
    await inPage(
      page,
      `for (let i = 0; i < 5000; i++) send({ "scaling-lab": 1, id: 100 + i, do: "pause" })`,
    );
    await page.waitForTimeout(1200);
    assert.ok((await answers()) - before <= 100, "the flood was answered");
    assert.equal((await inPage(page, `ask("list")`)).ok, true);
    assert.deepEqual(errors, []);
  });
  await framed("#/exam-time?host=https://blog.example", async (page) => {
    await page.frameLocator("iframe").locator("scaling-lab .title").waitFor();
    await inPage(page, `send({ "scaling-lab": 1, id: 1, do: "list" })`);
    await page.waitForTimeout(300);
    assert.deepEqual(await inPage(page, "told"), []);
  });
  await framed("#/exam-time?host=HOST", async (page) => {
    assert.equal((await inPage(page, `ask("list")`)).ok, true);
  });
});

test("an unknown experiment is a sentence", () =>
  framed("#/nothing", (page) =>
    page
      .frameLocator("iframe")
      .getByText(/nothing/)
      .first()
      .waitFor(),
  ));
