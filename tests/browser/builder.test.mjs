// The page that makes the code to embed an experiment: its code works on a page of another origin, its address holds its state, and it
// can be used with the keyboard alone.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { writeChoices } from "../../www/js/embed-snippets.js";
import { formatHash } from "../../www/js/route.js";
import { serve } from "../../www/serve.mjs";
import { catalogue, root, shown, start } from "./harness.mjs";

/** @typedef {import("./types.d.ts").Page} Page */

const dist = join(root, "dist");

/** @type {import("./types.d.ts").Lab} */
let lab;
/** The folder of another site's page. @type {string} */
let folder;
before(async () => {
  lab = await start("cpu", dist, { "access-control-allow-origin": "*" });
  folder = await mkdtemp(join(tmpdir(), "host-"));
});
after(async () => {
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** @param {Record<string, string>} query */
const address = (query) => formatHash("embed", query);

const area = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.getByRole("textbox", { name, exact: true });

/** The code on the page, once there is some. @param {Page} page */
async function codeOf(page) {
  await page.waitForFunction(() => document.querySelector(".codes textarea")?.value);
  return area(page, "Code").inputValue();
}

/** Opens the builder and returns the code and the policy that it shows. @param {Record<string, string>} query @param {(page: Page) => Promise<unknown>} [act] what to do before */
async function made(query, act) {
  let [code, policy] = ["", ""];
  await lab.open(address(query), async (page) => {
    code = await codeOf(page);
    if (act) {
      await page.waitForFunction(() => document.querySelector("scaling-lab").result);
      await act(page);
      code = await codeOf(page);
    }
    policy = await area(page, "Content-Security-Policy").inputValue();
  });
  return { code, policy };
}

/**
 * Puts code into a page of another site under the policy that the builder names.
 * @param {{code: string, policy: string}} made @param {(page: import("playwright-core").Page) => Promise<unknown>} check
 */
async function host({ code, policy }, check) {
  await writeFile(join(folder, "index.html"), `<!doctype html><title>Host</title>${code}`);
  const server = await serve(folder, {
    headers: { "content-security-policy": `default-src 'self'; ${policy}` },
  });
  const scope = await lab.browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    /** @type {string[]} */
    const told = [];
    scope.on("weberror", (event) => told.push(String(event.error())));
    const page = await scope.newPage();
    page.on("console", (message) => message.type() === "error" && told.push(message.text()));
    await page.goto(server.url);
    await check(page);
    assert.deepEqual(told, []);
  } finally {
    await scope.close();
    await server.close();
  }
}

const STATE = { experiment: "exam-time", weights: "0.7,0.3", seed: "7", theme: "dark" };

for (const name of ["html", "mkdocs", "jekyll", "hugo", "reveal"])
  for (const version of ["", "newest"])
    test(`the code for ${name} works on a page of another site: ${version || "one version"}`, async () => {
      const snippet = await made({ ...STATE, host: name, ...(version && { version }) });
      // A sum of the newest script would break the page with the next version.
      assert.equal(snippet.code.includes("integrity="), !version);
      await host(snippet, async (page) => {
        await page.waitForFunction(() => document.querySelector("scaling-lab")?.result);
        const shown = await page.evaluate(() => {
          const { result, query, attributes } = document.querySelector("scaling-lab");
          const { controls, theme } = Object.fromEntries(
            [...attributes].map((a) => [a.name, a.value]),
          );
          return { seed: result.seed, weights: result.params.weights, query, controls, theme };
        });
        assert.deepEqual(shown, {
          seed: 7,
          weights: [0.7, 0.3],
          query: { weights: "0.7,0.3", seed: "7" },
          controls: "minimal",
          theme: "dark",
        });
      });
    });

test("the block for Quarto holds the code of a web page", async () => {
  const { code } = await made(STATE);
  assert.equal((await made({ ...STATE, host: "quarto" })).code, `\`\`\`{=html}\n${code}\n\`\`\``);
});

for (const name of ["iframe", "moodle"])
  test(
    `the code for ${name} works on a page of another site`,
    { skip: !existsSync(join(dist, "embed.html")) && "this build has no page for iframes" },
    async () => {
      await host(await made({ ...STATE, host: name }), async (page) => {
        const frame = page.frameLocator("iframe");
        await frame.locator("scaling-lab .answer").waitFor();
        const { seed, params } = await frame
          .locator("scaling-lab")
          .evaluate((/** @type {any} */ element) => element.result);
        assert.deepEqual([seed, params.weights], [7, [0.7, 0.3]]);
      });
    },
  );

test("an experiment opens the builder with its present setting", () =>
  lab.open("#/exam-time?weights=0.8,0.2&seed=3", async (page) => {
    const element = await shown(page);
    await element.getByRole("link", { name: "Embed", exact: true }).click();
    assert.match(await codeOf(page), / weights="0\.8,0\.2" seed="3" controls="minimal"/);
    assert.equal(await page.locator("h1").textContent(), "Embed an experiment");
  }));

test("the builder follows the preview, presets and the seed, and its address reloads to an equal state", () =>
  lab.open("#/embed", async (page) => {
    await codeOf(page);
    await page.getByLabel("Experiment").selectOption("atoms");
    await page.waitForFunction(
      () => document.querySelector("scaling-lab")?.result?.experiment === "atoms",
    );
    const [, preset] = (await catalogue()).find(({ slug }) => slug === "atoms")?.presets ?? [];
    assert.ok(preset);
    await page
      .getByLabel("Settings", { exact: true })
      .first()
      .selectOption({ label: preset.title });
    await page.getByLabel("Seed").first().fill("11");
    await page.getByLabel("Seed").first().press("Enter");
    await page.getByLabel("Controls").selectOption("full");
    await page.getByLabel("Colours").last().selectOption("light");
    await page.getByLabel("Version").selectOption("newest");
    await page.getByLabel("Where you paste it").selectOption("hugo");
    const preview = page.locator(".preview scaling-lab");
    const code = await codeOf(page);
    assert.match(code, / experiment="atoms" .*seed="11" controls="full" theme="light"/);
    for (const [name, value] of new URLSearchParams(preset.query))
      assert.ok(code.includes(` ${name}="${value}"`), code);
    assert.ok(!code.includes("/v0."), code);
    assert.deepEqual(
      await preview.evaluate((/** @type {any} */ element) => [
        element.getAttribute("controls"),
        element.getAttribute("theme"),
        element.query.seed,
      ]),
      ["full", "light", "11"],
    );
    const url = page.url();
    await page.goto("about:blank");
    await page.goto(url);
    assert.equal(await codeOf(page), code);
    await page.waitForFunction(() => document.querySelector("scaling-lab")?.result);
    assert.equal(await codeOf(page), code);
    assert.equal(page.url(), url);
  }));

test("a change in the preview changes the code", () =>
  lab.open("#/embed?experiment=exam-time", async (page) => {
    await codeOf(page);
    const field = page.locator(".preview").getByRole("textbox", { name: /Exponent/ });
    await field.fill("2");
    await field.press("Enter");
    await page.waitForFunction(() =>
      document.querySelector(".codes textarea").value.includes(' exponent="2"'),
    );
    assert.match(page.url(), /exponent=2/);
  }));

test("a poster of the present figure stands in the tag until the settings change", async () => {
  const snippet = await made(STATE, (page) =>
    page.getByLabel("With a poster: the figure as it is now").check(),
  );
  assert.ok(!snippet.code.includes("\n\n"), "an empty line would end a block of Markdown");
  await host(
    { ...snippet, code: snippet.code.replace(/<script.*<\/script>/, "") },
    async (page) => {
      assert.ok(await page.locator("scaling-lab svg path").first().isVisible());
      assert.match((await page.locator("scaling-lab").textContent()) ?? "", /Give the 70% subject/);
    },
  );
  await lab.open(address(STATE), async (page) => {
    await codeOf(page);
    await page.waitForFunction(() => document.querySelector("scaling-lab").result);
    await page.getByLabel("With a poster: the figure as it is now").check();
    assert.match(await codeOf(page), /<svg/);
    await page.getByLabel("Seed").first().fill("2");
    await page.getByLabel("Seed").first().press("Enter");
    assert.doesNotMatch(await codeOf(page), /<svg/);
  });
});

test("a seed that cannot be used is refused with a sentence, and the code stays", () =>
  lab.open("#/embed", async (page) => {
    const code = await codeOf(page);
    const seed = page.getByLabel("Seed").first();
    for (const wrong of ["-1", "1.5", "4294967296", ""]) {
      await seed.fill(wrong);
      await seed.press("Enter");
      await page.getByText("A seed is a whole number from 0 to 4294967295.").waitFor();
      assert.equal(await codeOf(page), code);
      await seed.fill("1");
      await seed.press("Enter");
    }
  }));

test("hostile settings in the address are data", () =>
  lab.open(
    address({
      ...STATE,
      weights: '"><img src=x onerror=window.hacked=1>',
      onclick: "window.hacked=1",
      '"><script>window.hacked=1</script>': "x",
    }),
    async (page) => {
      const code = await codeOf(page);
      assert.ok(!/img|onclick|hacked/.test(code), code);
      await page
        .locator(".preview")
        .getByText(/weights/)
        .first()
        .waitFor();
      assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
      assert.equal(await page.locator("main img").count(), 0);
    },
  ));

test("no parameter of an experiment has the name of a choice", async () => {
  const choices = { experiment: "x", controls: "x", theme: "x", pinned: false, host: "x" };
  const names = Object.keys(writeChoices({ ...choices, settings: {} }));
  assert.equal(names.length, 5);
  for (const { slug, params } of await catalogue())
    for (const { name } of params) assert.ok(!names.includes(name), `${slug} has ${name}`);
});

test("the buttons copy the code and the policy", () =>
  lab.open(
    "#/embed?experiment=atoms",
    async (page) => {
      const code = await codeOf(page);
      await page.getByRole("button", { name: "Copy: Code" }).click();
      await page.getByText("Copied.").waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), code);
      await page.getByRole("button", { name: "Copy: Content-Security-Policy" }).click();
      await page.waitForFunction(async () =>
        (await navigator.clipboard.readText()).startsWith("script-src"),
      );
    },
    { context: { permissions: ["clipboard-read", "clipboard-write"] } },
  ));

test("where the browser does not allow copying, the code is selected", () =>
  lab.open(
    "#/embed",
    async (page) => {
      const code = await codeOf(page);
      await page.getByRole("button", { name: "Copy: Code" }).click();
      await page.getByText("copy the selected text").waitFor();
      assert.equal(await page.evaluate(() => String(getSelection())), code);
    },
    {
      script: () => {
        navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"));
      },
    },
  ));

test("the keyboard alone chooses, copies and runs the preview", () =>
  lab.open(
    "#/embed",
    async (page) => {
      const code = await codeOf(page);
      await page.locator("main").focus();
      /** The name of what has the focus, inside the element too. */
      const focused = () =>
        page.evaluate(() => {
          let node = document.activeElement;
          while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
          const { labels } = /** @type {HTMLInputElement} */ (node);
          return (
            node?.getAttribute("aria-label") ??
            labels?.[0]?.textContent ??
            node?.textContent ??
            ""
          ).trim();
        });
      const reach = async (/** @type {string} */ name) => {
        for (let i = 0; i < 40; i++) {
          await page.keyboard.press("Tab");
          if ((await focused()) === name) return;
        }
        assert.fail(`the key Tab does not reach ${name}`);
      };
      await reach("Experiment");
      await page.keyboard.press("ArrowDown");
      await page.waitForFunction(
        (before) => ![before, ""].includes(document.querySelector(".codes textarea").value),
        code,
      );
      await reach("Run");
      await page.keyboard.press("Enter");
      await page.waitForFunction(
        () => document.querySelector("scaling-lab").result.progress.done > 0,
      );
      await reach("Copy: Code");
      await page.keyboard.press("Enter");
      await page.getByText("Copied.").waitFor();
    },
    { context: { permissions: ["clipboard-read", "clipboard-write"] } },
  ));

for (const [width, height] of [
  [390, 844],
  [1280, 800],
  [1920, 1080],
])
  test(`no code and no example is wider than a screen of ${width} px`, () =>
    lab.open(
      "#/embed",
      async (page) => {
        await codeOf(page);
        const hosts = page.getByLabel("Where you paste it");
        const offered = await hosts.locator("option").all();
        assert.ok(offered.length > 5);
        for (const [index, option] of offered.entries()) {
          await hosts.selectOption({ index });
          const host = (await option.textContent()) ?? "";
          assert.equal(
            await page.evaluate(() => document.documentElement.scrollWidth),
            width,
            host,
          );
        }
        await page.locator(".live").last().scrollIntoViewIfNeeded();
        await page.locator(".live scaling-lab .answer").last().waitFor();
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
      },
      { context: { viewport: { width, height } } },
    ));

test("the documentation says what the build has measured, and its examples run", () =>
  lab.open("#/embed", async (page) => {
    await codeOf(page);
    const costs = JSON.parse(readFileSync(join(dist, "costs.json"), "utf8"));
    const least = Math.min(...Object.values(costs).map(({ ready }) => ready));
    await page.getByText(`fetches ${(least / 1000).toFixed(1)} KB to`).waitFor();
    const [first, second] = await page.locator(".live").all();
    await first.scrollIntoViewIfNeeded();
    await first.locator("scaling-lab .answer").waitFor();
    await first.getByRole("button", { name: "Run", exact: true }).click();
    await first.getByText(/^(\d+) \/ \1$/).waitFor();
    await second.scrollIntoViewIfNeeded();
    await second.locator("scaling-lab .answer").waitFor();
    assert.equal(
      await second
        .locator("button.primary")
        .evaluate((node) => getComputedStyle(node).backgroundColor),
      "rgb(23, 104, 58)",
    );
  }));

test("the site's choice of colours leaves the theme of the preview as it was chosen", () =>
  lab.open("#/embed?theme=dark", async (page) => {
    await codeOf(page);
    await page.locator("#theme").selectOption("light");
    const theme = () =>
      page.locator(".preview scaling-lab").evaluate((element) => element.getAttribute("theme"));
    assert.equal(await theme(), "dark");
  }));
