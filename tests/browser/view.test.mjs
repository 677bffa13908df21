// What a user sees and saves: axes that cannot freeze the tab, results that keep their settings, fields, texts, print.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import {
  ask,
  button,
  catalogue,
  copied,
  downloaded,
  ready,
  run,
  settled,
  shown,
  start,
  styledFormulas,
} from "./harness.mjs";

/** @typedef {import("./types.d.ts").LabLocator} LabLocator */
/** @typedef {import("./types.d.ts").Page} Page */

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
});
after(() => lab?.stop());

/**
 * Fails if a promise takes too long. The clock runs in Node, because a frozen page cannot measure time.
 * @param {Promise<unknown>} promise
 * @param {number} ms
 * @param {string} what
 */
const within = (promise, ms, what) =>
  Promise.race([
    promise,
    new Promise((_, reject) =>
      setTimeout(() => reject(new Error(`${what}: no answer in ${ms} ms`)), ms).unref(),
    ),
  ]);

describe("axes of 0.70 to 0.80 decades and of very large values", () => {
  for (const [hash, runs] of /** @type {[string, boolean][]} */ ([
    ["#/positive-shift?a=0.75", false],
    ["#/multi-epoch?samples=50&epochs=1,4&runs=4&rates=16&seed=8", true],
  ])) {
    test(hash, () =>
      within(
        lab.open(hash, async (page) => {
          const element = await ready(page);
          if (runs) await run(element);
          assert.equal(
            await element.evaluate(
              (e) =>
                new Promise((done) =>
                  requestAnimationFrame(() => done(e.result.experiment.length > 0)),
                ),
            ),
            true,
          );
          assert.ok(await element.locator("svg").first().isVisible());
        }),
        60_000,
        hash,
      ),
    );
  }
});

/** A table of runs that follow a law, as text. @param {string[]} heads */
const table = (heads, rows = 36) =>
  [
    heads.join(","),
    ...Array.from({ length: rows }, (_, i) => {
      const [n, d] = [1e7 * 2 ** (i % 6), 1e9 * 2 ** Math.floor(i / 6)];
      return [n, d, (1.7 + 400 / n ** 0.34 + 410 / d ** 0.28 + 0.004 * Math.sin(13 * i)).toFixed(5)]
        .slice(0, heads.length)
        .join(",");
    }),
    "",
  ].join("\n");
/** @param {LabLocator} element @param {string} name @param {string} text */
const choose = (element, name, text) =>
  element
    .locator(".own input[type=file]")
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
/** @param {LabLocator} element @param {import("playwright-core").Locator} locator */
const saved = async (element, locator) => {
  const [download] = await Promise.all([element.page().waitForEvent("download"), locator.click()]);
  return {
    name: download.suggestedFilename(),
    text: await readFile(await download.path(), "utf8"),
  };
};

test("figures of one table never carry the name, rows or setting of another", () =>
  lab.open("#/chinchilla?bootstrap=20&seed=3", async (page) => {
    const element = await ready(page);
    await choose(element, "good.csv", table(["params", "tokens", "loss"]));
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result?.data?.rows === 36,
    );
    const address = await copied(element, "Copy link");
    await choose(element, "bad.csv", table(["params", "tokens"], 24));
    await element
      .getByText("These figures show the previous table, good.csv", { exact: false })
      .waitFor();
    const svg = await saved(
      element,
      element.locator(".figure").first().getByRole("button", { name: /SVG/ }),
    );
    // The lines of the footer break anywhere, so tags and spaces between words count as one space.
    assert.match(svg.text.replace(/(<[^>]*>|\s)+/g, " "), /data good\.csv \(36 rows/);
    assert.doesNotMatch(svg.text, /bad\.csv/);
    const cited = await copied(element, "Cite");
    assert.match(cited, /good\.csv, 36 rows/);
    assert.doesNotMatch(cited, /bad\.csv/);
    assert.equal(await copied(element, "Copy link"), address);
    assert.match(await copied(element, "Copy as command"), /--data good\.csv .*--seed 3/);
    const json = await downloaded(element);
    assert.deepEqual([json.data?.rows, json.seed], [36, 3]);
    assert.match((await saved(element, button(element, "Download CSV"))).name, /seed3\.csv$/);
    // Run reports the error again instead of running the previous table.
    await button(element, /^Run( again)?$/).click();
    await page.waitForTimeout(300);
    assert.equal(await element.getAttribute("data-busy"), null);
    await choose(element, "good.csv", table(["params", "tokens", "loss"]));
    await element
      .getByText("These figures show the previous table", { exact: false })
      .waitFor({ state: "hidden" });
  }));

test("what a link says wrongly is told in short sentences, however long it is", () =>
  lab.open(null, async (page) => {
    const long = "9".repeat(5000);
    const query = new URLSearchParams({
      seed: long,
      device: `N${long}`,
      pace: `p${long}`,
      a: Array(300).fill("1.123456789").join(","),
    });
    // An experiment without a kernel checks the device too.
    await page.goto(`${lab.url}#/positive-shift?${query}`);
    const element = await ready(page);
    const said = await element.locator(".notices li").allTextContents();
    for (const words of [
      /^A seed is .*9…”; 1 is used\.$/,
      /^The device .* auto is used\.$/,
      /pace/,
    ])
      assert.equal(said.filter((text) => words.test(text)).length, 1, said.join(" | "));
    assert.match(said[0], /1\.123456789,[\d.,]*… is used instead\.$/);
    assert.equal(said.length, 5, said.join(" | "));
    for (const text of said) assert.ok(text.length < 300, text);
    await element.locator("input[inputmode=numeric].short").fill(`x${long}`);
    await element.locator("input[inputmode=numeric].short").blur();
    const problem = element.getByText(/^A seed is a whole number from 0 to 4294967295, not “x9+…”/);
    assert.ok((await problem.innerText()).length < 250);
    await page.goto(`${lab.url}#/x${long}`);
    assert.ok((await page.getByText("Unknown experiment").innerText()).length < 400);
  }));

test("a device that is chosen and one that is offered are told in whole sentences", () =>
  lab.open("#/exam-time?device=cpu", async (page) => {
    const element = await ready(page);
    await element.locator(".why", { hasText: "This device was chosen in the settings." }).waitFor();
  }));

test("with a setting that cannot be used, the figures keep the previous settings", () =>
  lab.open("#/exam-time?hours=50&runs=64", async (page) => {
    const element = await ready(page);
    const field = (/** @type {string} */ name) =>
      element.locator(`[data-param=${name}] input[type=text]`);
    const problem = (/** @type {string} */ name) =>
      element.locator(`[data-param=${name}] .problem`);
    const type = async (/** @type {string} */ name, /** @type {string} */ text) => {
      await field(name).fill(text);
      await field(name).blur();
    };
    await type("hours", "x");
    await problem("hours").getByText(/hours/).waitFor();
    await element.getByText("These figures show the previous settings", { exact: false }).waitFor();
    assert.match(await copied(element, "Copy link"), /hours=50/);
    // Each field has its own error.
    await type("exponent", "y");
    await problem("exponent")
      .getByText(/exponent/)
      .waitFor();
    assert.match(await problem("hours").innerText(), /hours/, "still wrong");
    await type("hours", "60");
    await problem("hours").filter({ hasText: /^$/ }).waitFor({ state: "attached" });
    assert.match(await problem("exponent").innerText(), /exponent/, "still wrong");
    assert.equal(await field("hours").getAttribute("aria-invalid"), "false");
    await type("exponent", "0.5");
    await settled(page, "hours", 60);
    assert.deepEqual((await element.locator(".problem").allInnerTexts()).filter(Boolean), []);
    assert.ok(await element.getByText("These figures show", { exact: false }).isHidden());
  }));

test("fields show their whole text at every width", () =>
  lab.open("#/atoms?atoms=100000", async (page) => {
    const element = await ready(page);
    await element.evaluate((e) => {
      for (const fold of e.shadowRoot.querySelectorAll("details.more")) fold.open = true;
    });
    for (const width of [320, 390, 704, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      const cut = await element.evaluate((e) =>
        [...e.shadowRoot.querySelectorAll("input.short")]
          .filter((i) => i.offsetParent)
          .flatMap((input) => {
            input.value = "12345678";
            input.dispatchEvent(new Event("input"));
            // Both widths are rounded: a field 219.5 px wide may report 220 and 219.
            return input.scrollWidth > input.clientWidth + 1
              ? [`${input.value}: ${input.scrollWidth} > ${input.clientWidth}`]
              : [];
          }),
      );
      assert.deepEqual(cut, [], `${width}`);
      assert.ok(
        await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        `${width}`,
      );
    }
  }));

test("one press of an arrow key on a slider is one value", () =>
  lab.open("#/multi-epoch", async (page) => {
    const element = await ready(page);
    for (const [param, from] of /** @type {const} */ ([["features", 1]])) {
      const range = element.locator(`[data-param=${param}] input[type=range]`);
      await range.evaluate((node) => node.closest("details")?.setAttribute("open", ""));
      await range.focus();
      const value = () =>
        element.locator(`[data-param=${param}] input[type=text]`).inputValue().then(Number);
      const first = await value();
      for (let i = from; i <= 3; i++) {
        await page.keyboard.press("ArrowRight");
        assert.equal(await value(), first + i);
      }
    }
  }));

test("a list with a bad item moves no slider", async () => {
  const shares = (/** @type {LabLocator} */ element) =>
    element.locator("[data-param=weights] output").allInnerTexts();
  await lab.open("#/exam-time?weights=0.5,0.5", async (page) => {
    const element = await ready(page);
    const field = element.locator("[data-param=weights] input[type=text]");
    await field.fill("");
    await field.pressSequentially("0.5,abc");
    await field.blur();
    await element
      .locator("[data-param=weights] .problem")
      .getByText(/cannot be “0\.5,abc”/)
      .waitFor();
    assert.deepEqual(await shares(element), ["50%", "50%"]);
    await page.evaluate(() => (location.hash = "#/exam-time?weights=0.7,abc"));
    await element.getByText(/the default 0\.9,0\.1 is used instead/).waitFor();
    assert.deepEqual(await shares(element), ["90%", "10%"]);
    assert.equal(await field.inputValue(), "0.9,0.1");
  });
  await lab.open("#/exam-time?weights=0.5,abc", async (page) => {
    const element = await ready(page);
    assert.deepEqual(await shares(element), ["90%", "10%"]);
  });
});

/** A phone, a laptop, a large screen. */
const SCREENS = [
  [390, 844],
  [1280, 720],
  [1920, 1080],
];

for (const [width, height] of SCREENS) {
  test(`tables of a result at ${width} x ${height}: short ones whole, captions in view`, () =>
    lab.open(
      "#/chinchilla?bootstrap=20",
      async (page) => {
        const element = await ready(page);
        await run(element);
        const tables = await element.evaluate((e) =>
          [...e.shadowRoot.querySelectorAll("[data-table]")].map((place) => {
            const box = place.querySelector(".scroll");
            box.scrollLeft = 1e4;
            const caption = place.querySelector(".caption").getBoundingClientRect();
            const cells = [...place.querySelectorAll("td")];
            return {
              id: place.getAttribute("data-table"),
              hidden: box.scrollHeight - box.clientHeight,
              caption: [caption.left, caption.right],
              narrow: cells
                .filter((td) => td.textContent.length > 24 && td.clientWidth < 180)
                .map((td) => td.textContent),
            };
          }),
        );
        assert.ok(tables.some(({ id }) => id === "parameters"));
        for (const { id, hidden, caption, narrow } of tables) {
          assert.ok(hidden <= 1, `${id} hides ${hidden} px`);
          assert.ok(caption[0] >= 0 && caption[1] <= width, `${id}: its caption is at ${caption}`);
          assert.deepEqual(narrow, [], `${id}: text in a narrow column`);
        }
      },
      { context: { viewport: { width, height } } },
    ));
}

for (const [width, height] of SCREENS) {
  test(`arrow keys on a plot at ${width} x ${height}: the values are in view, and the frame is whole`, () =>
    lab.open(
      "#/positive-shift",
      async (page) => {
        const element = await ready(page);
        for (const figure of await element.locator(".figure:visible").all()) {
          await figure.locator(".lab-plot").evaluate((plot) => {
            // Scroll the plot to the lower edge of the screen.
            plot.focus();
            window.scrollBy(0, plot.getBoundingClientRect().bottom - innerHeight);
          });
          await figure.locator("[data-layer=cursor]").waitFor({ state: "attached" });
          await page.keyboard.press("ArrowRight");
          await page.waitForTimeout(50);
          const { read, frame, buttons } = await figure.evaluate((node) => {
            const at = (/** @type {Element} */ inner) => inner.getBoundingClientRect();
            return {
              read: at(node.querySelector(".lab-read")).bottom,
              frame: at(node.querySelector(".lab-plot")).top - 5,
              buttons: [...node.querySelectorAll(".small button")]
                .map((one) => at(one))
                .filter(({ top }) => top < at(node.querySelector(".lab-plot")).bottom)
                .map(({ bottom }) => bottom),
            };
          });
          assert.ok(read <= height, `values end at ${read}`);
          for (const bottom of buttons)
            assert.ok(bottom <= frame, `a button ends at ${bottom}, the frame begins at ${frame}`);
        }
      },
      { context: { viewport: { width, height } } },
    ));
}

test("a long table of a result scrolls, and says how many rows it has", () =>
  lab.open("#/multi-epoch?runs=4", async (page) => {
    const element = await ready(page);
    await run(element);
    const place = element.locator("[data-table=reuse]");
    const { rows, hidden, shades } = await place.evaluate((node) => {
      const box = node.querySelector(".scroll");
      return {
        rows: node.querySelectorAll("tbody tr").length,
        hidden: box.scrollHeight - box.clientHeight,
        shades: getComputedStyle(box).backgroundImage.split("linear-gradient").length - 1,
      };
    });
    assert.ok(rows > 16 && hidden > 0, `${rows} rows, ${hidden} px hidden`);
    assert.equal(shades, 8);
    await place.getByText(`(${rows} rows, scroll to see them all)`).waitFor();
  }));

test("a figure that cannot be measured says why", async () => {
  await lab.open("#/k-composition?rates=2&runs=1&samples=256&skills=8", async (page) => {
    const element = await ready(page);
    const verdict = element.locator("[data-verdict=power-law-beats-uniform]");
    assert.match(await verdict.innerText(), /^Not yet measured/);
    assert.doesNotMatch(await verdict.innerText(), /Nothing measured/);
    await run(element);
    assert.match(await verdict.innerText(), /^Cannot tell/);
    const table = element.locator("[data-table=best-rates]");
    await table.getByText("At none of the learning rates did half of the runs reach").waitFor();
    assert.equal(await table.locator("table").count(), 0);
    assert.match(await verdict.innerText(), /Nothing measured\./);
  });
  await lab.open("#/positive-shift?weights=1,1e-300&draws=100", async (page) => {
    const element = await ready(page);
    await run(element);
    await element.getByText("More figures").click();
    await element.getByText("the slope of the loss is beyond 64-bit numbers").waitFor();
    assert.doesNotMatch(await element.innerText(), /NaN|∞|Infinity|nothing to draw yet/);
  });
});

test("titles of axes are not cut at 390 px", async () => {
  for (const { slug } of await catalogue()) {
    await lab.open(
      `#/${slug}${slug === "positive-shift" ? "?draws=2000" : ""}`,
      async (page) => {
        const element = await ready(page);
        // The figure with the longest title appears only after a run.
        if (slug === "positive-shift") await run(element);
        await element.evaluate((e) => {
          for (const fold of e.shadowRoot.querySelectorAll("details.fold")) fold.open = true;
        });
        await page.waitForTimeout(300);
        const cut = await element.evaluate((e) =>
          [...e.shadowRoot.querySelectorAll("[data-layer=axes] text")].flatMap((node) => {
            const [box, all] = [node, node.closest("svg") ?? node].map((one) =>
              one.getBoundingClientRect(),
            );
            return /…$/.test(node.textContent) ||
              box.left < all.left - 1 ||
              box.right > all.right + 1 ||
              box.bottom > all.bottom + 1
              ? [node.textContent]
              : [];
          }),
        );
        assert.deepEqual(cut, [], slug);
      },
      { context: { viewport: { width: 390, height: 844 } } },
    );
  }
});

test("published numbers and their buttons fit a phone", () =>
  lab.open(
    "#/published",
    async (page) => {
      const row = page.locator("tr[data-claim]").first();
      await row.waitFor();
      const out = await page.evaluate(() =>
        [...document.querySelectorAll(".published :is(td, button, a)")]
          .filter((node) => node.checkVisibility())
          .filter((node) => {
            const { left, right } = node.getBoundingClientRect();
            return left < 0 || right > innerWidth;
          })
          .map((node) => node.textContent),
      );
      assert.deepEqual(out, []);
      await row.getByRole("button", { name: /^Run/ }).click();
      await row.locator(".answer").waitFor();
      assert.match((await row.getByRole("cell").nth(2).innerText()) ?? "", /^\d/);
    },
    { context: { viewport: { width: 390, height: 844 } } },
  ));

for (const hash of ["#/about", "#/embed", "#/published", "#/", "#/exam-time"]) {
  test(`${hash} is no wider than 320 px`, () =>
    lab.open(
      hash,
      async (page) => {
        await page.locator("h1").waitFor();
        await page.waitForTimeout(1000);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
      },
      { context: { viewport: { width: 320, height: 700 } } },
    ));
}

test("what is preloaded is used on every page", async () => {
  for (const hash of ["#/", "#/published", "#/embed", "#/about", "#/exam-time"]) {
    await lab.open("", async (page) => {
      /** @type {string[]} */
      const warned = [];
      page.on("console", (message) => warned.push(message.text()));
      await page.goto("about:blank");
      await page.goto(lab.url + hash);
      await page.waitForTimeout(5000);
      assert.deepEqual(
        warned.filter((text) => /preload/.test(text)),
        [],
        hash,
      );
    });
  }
});

test("weights stay as typed", () =>
  lab.open("#/exam-time?weights=0.6,0.3,0.1", async (page) => {
    const element = await ready(page);
    const { params } = await downloaded(element);
    assert.deepEqual(params.weights, [0.6, 0.3, 0.1]);
    assert.match(await copied(element, "Cite"), /weights = \[0\.6,0\.3,0\.1\]/);
    assert.match(await copied(element, "Copy link"), /weights=0\.6,0\.3,0\.1$/);
  }));

test("a preset keeps its name", async () => {
  for (const { slug, presets } of await catalogue()) {
    await lab.open(`#/${slug}`, async (page) => {
      const element = await ready(page);
      for (const [i, preset] of presets.entries()) {
        await page.evaluate((query) => {
          document.querySelector("scaling-lab").query = Object.fromEntries(
            new URLSearchParams(query),
          );
        }, preset.query);
        await page.waitForFunction(
          (at) =>
            document.querySelector("scaling-lab").shadowRoot.querySelector(".presets select")
              .selectedIndex === at,
          i + 1,
          { timeout: 10_000 },
        );
        assert.equal(
          await element
            .getByLabel("Try")
            .evaluate((/** @type {HTMLSelectElement} */ s) => s.selectedOptions[0].textContent),
          preset.title,
        );
      }
    });
  }
});

test("control characters are shown, and files stay valid", () =>
  lab.open("#/fit?law=chinchilla&bootstrap=20", async (page) => {
    const element = await ready(page);
    const evil = "\u0001\n\u202e\u2028n";
    await choose(element, `a${evil}.csv`, table([`"params ${evil}"`, "tokens", "loss"]));
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result?.data?.rows === 36,
    );
    assert.match(
      await element.locator(".own .about").innerText(),
      /^a␁␊⟨U\+202E⟩⟨U\+2028⟩n\.csv 36 rows, 3 columns: params .*⟨U\+202E⟩⟨U\+2028⟩n/,
    );
    const { text } = await saved(
      element,
      element.locator(".figure").first().getByRole("button", { name: /SVG/ }),
    );
    const errors = await page.evaluate(
      (source) =>
        new DOMParser().parseFromString(source, "image/svg+xml").querySelectorAll("parsererror")
          .length,
      text,
    );
    assert.equal(errors, 0);
    assert.doesNotMatch(text.replace(/\n/g, ""), /[\u0000-\u001f\u202e\u2028]/);
    const png = await saved(
      element,
      element.locator(".figure").first().getByRole("button", { name: /PNG/ }),
    );
    assert.match(png.text.slice(0, 8), /PNG/);
  }));

test("a saved figure is drawn as the page draws it", () =>
  lab.open(
    "#/exam-time?runs=256&facts=16",
    async (page) => {
      const element = await ready(page);
      await run(element);
      /**
       * The paint of every element with a class. Series must have exactly their colour; the other shades may differ, because
       * the page has its own.
       * @param {ParentNode} root @returns {Record<string, string[]>}
       */
      const paints = (root) => {
        /** @type {Record<string, Set<string>>} */
        const found = {};
        for (const node of root.querySelectorAll("svg[role=img] :is(path, line)[class]")) {
          const { fill, stroke, color, strokeDasharray } = getComputedStyle(node);
          const name = node.getAttribute("class") ?? "";
          const series = /\bc\d/.test(name);
          const paint = (/** @type {string} */ value) =>
            value === "none" ? value : series && value === color ? `series ${color}` : "paint";
          const dash = strokeDasharray === "none" ? "whole" : "dashed";
          (found[name] ??= new Set()).add([paint(fill), paint(stroke), dash].join(", "));
        }
        return Object.fromEntries(
          Object.entries(found).map(([name, set]) => [name, [...set].sort()]),
        );
      };
      const figure = element.locator(".figure").first();
      const { text } = await saved(element, figure.getByRole("button", { name: /SVG/ }));
      const live = await figure.evaluate(
        (node, source) => new Function("root", `return (${source})(root)`)(node),
        paints.toString(),
      );
      const other = await page.context().newPage();
      await other.setContent(`<!doctype html>${text}`);
      const kept = await other.evaluate(
        (source) => new Function("root", `return (${source})(root)`)(document),
        paints.toString(),
      );
      assert.ok(
        Object.keys(kept).some((name) => /^line/.test(name)) && kept.grid,
        Object.keys(kept).join(", "),
      );
      for (const [name, how] of Object.entries(kept))
        if (live[name]) assert.deepEqual(how, live[name], name);
    },
    { context: { colorScheme: "light" } },
  ));

test("control characters of a link", () =>
  lab.open("#/exam-time?hours=1%0A2%E2%80%AE", async (page) => {
    const element = await ready(page);
    await element.getByText("1␊2⟨U+202E⟩", { exact: false }).first().waitFor();
  }));

describe("addresses", () => {
  test("encoded as a whole", () =>
    lab.open("#%2Fexam-time%3Fweights%3D0.7%2C0.3", async (page) => {
      const element = await ready(page);
      assert.deepEqual(await element.evaluate((e) => e.result.params.weights), [0.7, 0.3]);
    }));
  for (const hash of ["#/%E0%A4%A", "#/nothing", "#/%00", "#/__proto__"]) {
    test(`${hash} gets an error and a link to the start`, () =>
      lab.open(hash, async (page) => {
        await page
          .getByRole("alert")
          .filter({ hasText: /Unknown experiment/ })
          .waitFor();
        await page.getByRole("link", { name: "All experiments" }).click();
        await page.locator(".cards > li").first().waitFor();
      }));
  }
  test("#main opens the front page, or moves to the content of the open page", () =>
    lab.open("#main", async (page) => {
      await page.locator(".cards > li").first().waitFor();
    }));
});

test("formulas and figures need no inline style, and no size is reported twice", () =>
  lab.open(
    "",
    async (page) => {
      await page.context().route("**/lab/", async (route) => {
        const response = await route.fetch();
        await route.fulfill({
          response,
          headers: {
            ...response.headers(),
            "content-security-policy":
              "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; img-src 'self' data: blob:; style-src 'self'",
          },
        });
      });
      for (const hash of [
        "",
        "#/published",
        "#/embed",
        "#/about",
        ...(await catalogue()).map(({ slug }) => `#/${slug}`),
      ]) {
        await page.goto("about:blank");
        await page.goto(lab.url + hash);
        if (/^#\/(?!published|embed|about)/.test(hash)) {
          await ready(page);
          assert.equal(await styledFormulas(page), 0, hash);
          for (const width of [700, 1280]) {
            await page.setViewportSize({ width, height: 800 });
            await page.waitForTimeout(100);
          }
        } else await page.locator("main h1").waitFor();
        assert.deepEqual(await page.evaluate(() => window.seen), [], hash);
      }
    },
    {
      script: () => {
        window.seen = [];
        addEventListener("securitypolicyviolation", (event) =>
          window.seen.push(`${event.violatedDirective}: ${event.sourceFile}`),
        );
        addEventListener("error", (event) => window.seen.push(event.message));
      },
    },
  ));

test("the element does not inherit the page's text styles and direction", () =>
  lab.open("#/exam-time", async (page) => {
    const element = await ready(page);
    const looks = () =>
      element.evaluate((e) =>
        [".title", ".question", "button.primary", "figcaption", "svg text"].map((name) => {
          const {
            direction,
            unicodeBidi,
            textAlign,
            letterSpacing,
            wordSpacing,
            textTransform,
            textIndent,
            writingMode,
            fontStyle,
            fontVariant,
            whiteSpace,
            fontWeight,
            lineHeight,
            textShadow,
            color,
            textAnchor,
          } = getComputedStyle(e.shadowRoot.querySelector(name));
          return {
            direction,
            unicodeBidi,
            textAlign,
            letterSpacing,
            wordSpacing,
            textTransform,
            textIndent,
            writingMode,
            fontStyle,
            fontVariant,
            whiteSpace,
            fontWeight,
            lineHeight,
            textShadow,
            color,
            textAnchor,
          };
        }),
      );
    const before = await looks();
    await page.evaluate(() => {
      document.documentElement.dir = "rtl";
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(
        "body, scaling-lab { direction: rtl; unicode-bidi: bidi-override; text-align: right; letter-spacing: 5px; word-spacing: 9px; text-transform: uppercase; text-indent: 3em; font: italic small-caps 900 1rem/3 fantasy; white-space: pre; text-shadow: 1px 1px red; color: red; text-anchor: end; }",
      );
      document.adoptedStyleSheets = [sheet];
    });
    assert.deepEqual(await looks(), before);
  }));

test("a print has every tick label and the settings, and no buttons", () =>
  lab.open("#/exam-time?runs=64&seed=4&hours=50", async (page) => {
    const element = await ready(page);
    await run(element);
    await page.emulateMedia({ media: "print" });
    // The figures are drawn again in the width of the paper.
    await element.evaluate(async () => {
      for (let frame = 0; frame < 5; frame++) await new Promise(requestAnimationFrame);
    });
    const visible = (/** @type {string} */ selector) =>
      element.evaluate(
        (e, all) =>
          [...e.shadowRoot.querySelectorAll(all)]
            .filter((node) => node.checkVisibility())
            .map((node) => node.textContent || node.tagName),
        selector,
      );
    // A figure may be drawn anew for the width of the paper, so all labels are counted at one moment.
    const [labels, seen] = await element.evaluate((e) => {
      const all = [...e.shadowRoot.querySelectorAll("svg text.small")];
      return [all.length, all.filter((node) => node.checkVisibility()).length];
    });
    assert.ok(labels > 8);
    assert.equal(seen, labels);
    assert.equal((await visible(".lab-grip")).length, 0, "nothing to drag on paper");
    assert.deepEqual(
      await visible(
        "button:not(.lab-legend button), input, select, textarea, details:not([open]), .control, .help, .lab-legend [aria-pressed=false]",
      ),
      [],
    );
    const [line] = await visible(".printed");
    assert.match(line, /weights = 0\.9,0\.1, .*hours = 50.*seed = 4.*Scaling Lab \d/);
    assert.match((await visible(".device"))[0], /CPU/);
    assert.equal(await page.locator(".site nav").isVisible(), false);
  }));

describe("a file dropped anywhere", () => {
  const drop = (/** @type {Page} */ page, /** @type {string} */ selector) =>
    page.evaluate(
      ([on]) => {
        const data = new DataTransfer();
        data.items.add(
          new File(
            [
              "params,x,loss\n" +
                Array.from(
                  { length: 12 },
                  (_, i) => `${1e7 * 2 ** (i % 4)},${1e9 * 3 ** (i % 3)},${3 - i / 20}`,
                ).join("\n"),
            ],
            "dropped.csv",
          ),
        );
        const kept = ["dragenter", "dragover", "drop"].map((type) =>
          document.querySelector(on).dispatchEvent(
            new DragEvent(type, {
              dataTransfer: data,
              bubbles: true,
              cancelable: true,
              composed: true,
            }),
          ),
        );
        return kept.slice(1);
      },
      [selector],
    );
  for (const on of ["header.site", "footer.foot", "body"]) {
    test(`on ${on}: read by an experiment with a table, never opened by the browser`, () =>
      lab.open("#/fit?bootstrap=20", async (page) => {
        await ready(page);
        assert.deepEqual(await drop(page, on), [false, false], "the browser must not open it");
        await page.waitForFunction(() =>
          document.querySelector("scaling-lab").shadowRoot.querySelector(".own[data-held]"),
        );
        await page.goto(`${lab.url}#/exam-time`);
        await page.waitForFunction(
          () => document.querySelector("scaling-lab")?.result?.experiment === "exam-time",
        );
        assert.deepEqual(
          await drop(page, on),
          [false, false],
          "the browser must not open a file that the page does not accept",
        );
      }));
  }
});

test("the keyboard focus moves to the title of an experiment that is opened", () =>
  lab.open("", async (page) => {
    await page.locator('main a[href="#/atoms"]').first().press("Enter");
    await ready(page);
    const focused = await page.evaluate(
      () => document.activeElement?.shadowRoot?.activeElement?.className,
    );
    assert.equal(focused, "title");
  }));

test("Back returns to where the front page was left, and an unknown address lists all experiments", () =>
  lab.open("", async (page) => {
    const link = page.locator('main a[href="#/multi-epoch"]').first();
    await link.scrollIntoViewIfNeeded();
    await page.evaluate(() => window.scrollBy(0, 150));
    const left = await page.evaluate(() => window.scrollY);
    assert.ok(left > 150, `the page is scrolled: ${left}`);
    await link.click();
    await ready(page);
    assert.equal(await page.evaluate(() => window.scrollY), 0);
    await page.goBack();
    await link.waitFor();
    await page.waitForFunction((top) => Math.abs(window.scrollY - top) < 3, left);
    await page.evaluate(() => (location.hash = "#/no-such"));
    await page.getByRole("heading", { name: "Page not found" }).waitFor();
    const titles = await page.locator("main .cards a").allInnerTexts();
    assert.ok(titles.length > 5 && titles.includes("Exam time"), String(titles));
    await page.getByRole("link", { name: "All experiments" }).click();
    await link.waitFor();
    assert.equal(await page.evaluate(() => window.scrollY), 0);
  }));

test("a finger that scrolls the page does not move the slider that it began on", () =>
  lab.open(
    "#/exam-time",
    async (page) => {
      const element = await ready(page);
      await element
        .locator(".hint")
        .first()
        .getByText("Touch the plot")
        .waitFor({ state: "attached" });
      const slider = element.locator('[data-param="weights"] input[type=range]').first();
      const before = await slider.inputValue();
      const { x, y, width } = (await slider.boundingBox()) ?? { x: 0, y: 0, width: 0 };
      const touch = await page.context().newCDPSession(page);
      const send = (
        /** @type {"touchStart" | "touchMove" | "touchEnd"} */ type,
        up = 0,
        right = 0,
      ) =>
        touch.send("Input.dispatchTouchEvent", {
          type,
          touchPoints: type === "touchEnd" ? [] : [{ x: x + width * 0.3 + right, y: y + 22 - up }],
        });
      await send("touchStart");
      for (let up = 10; up <= 200; up += 10) await send("touchMove", up);
      await send("touchEnd");
      await page.waitForFunction(() => window.scrollY > 20);
      assert.equal(await slider.inputValue(), before);
      assert.ok(!("weights" in (await element.evaluate((e) => e.query))));
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.waitForTimeout(300);
      await send("touchStart");
      for (let right = 5; right <= 60; right += 5) await send("touchMove", 0, right);
      await send("touchEnd");
      assert.notEqual(await slider.inputValue(), before, "a sideways drag moves it");
    },
    { context: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
  ));

test("files can be saved without a connection", () =>
  lab.open("#/exam-time", async (page) => {
    const element = await ready(page);
    // The page fetches what saves files when it has been open for 20 seconds.
    await page.waitForFunction(() =>
      performance.getEntriesByType("resource").some(({ name }) => /\/saving-\w+\.js$/.test(name)),
    );
    await page.waitForTimeout(200);
    await page.context().setOffline(true);
    for (const name of ["Download JSON", "Download CSV"])
      assert.ok((await saved(element, button(element, name))).text.length > 100);
    for (const format of [/^SVG|SVG:/, /PNG/])
      await saved(
        element,
        element.locator(".figure").first().getByRole("button", { name: format }),
      );
  }));

test("a file that cannot be fetched is named", () =>
  lab.open(
    "",
    async (page) => {
      await page.context().route(/\/saving-\w+\.js/, (route) => route.abort());
      await page.goto(`${lab.url}#/exam-time`);
      const element = await ready(page);
      await button(element, "Download JSON").click();
      await element.getByText(/A file of the lab could not be loaded \(saving-\w+\.js\)/).waitFor();
    },
    { mayThrow: true },
  ));

test("third-party packages are listed with their licences", async () => {
  const text = await readFile(new URL("../../dist/THIRD-PARTY.txt", import.meta.url), "utf8");
  for (const name of ["d3-array", "internmap", "wgpu", "wasm-bindgen", "serde", "rand", "libm"]) {
    assert.match(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+[^ :]*: .*(MIT|ISC)`, "m"), name);
  }
  assert.match(
    text,
    /Permission to use, copy, modify, and\/or distribute this software/,
    "the text of the ISC licence",
  );
});

test("the page's CSV is the command line's, digit for digit", async () => {
  const { toCsv } = await import("../../www/js/export.js");
  const state = [
    "run",
    "k-composition",
    "--set",
    "skills=32",
    "--set",
    "samples=4000",
    "--seed",
    "5",
    "--device",
    "cpu",
    "--quiet",
    "--format",
  ];
  assert.equal(toCsv(JSON.parse(await ask(...state, "json"))), await ask(...state, "csv"));
});

test("an element in another page links to its present setting in the lab", () =>
  lab.open(null, async (page) => {
    await page.route("**/host.html", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<!doctype html><script type="module" src="scaling-lab.js"></script><scaling-lab experiment="exam-time" controls="minimal" hours="50"></scaling-lab>`,
      }),
    );
    await page.goto(`${lab.url}host.html`);
    const element = await ready(page);
    const link = element.getByRole("link", { name: "Open in the lab" });
    const leads = (/** @type {string} */ hash) =>
      page.waitForFunction(
        (hash) =>
          document
            .querySelector("scaling-lab")
            .shadowRoot.querySelector(`.lab-link a[href$="${hash}"]`),
        hash,
      );
    await leads("#/exam-time?hours=50");
    await element.evaluate((e) => e.setAttribute("hours", "60"));
    await leads("#/exam-time?hours=60");
    assert.ok(await link.isVisible());
  }));

test("Step keeps the keyboard focus, so that it can be pressed again", () =>
  lab.open("#/exam-time?runs=512&facts=32", async (page) => {
    const element = await ready(page);
    await button(element, "Step").focus();
    for (const done of [1, 2]) {
      await page.keyboard.press("Enter");
      await page.waitForFunction(
        (done) => document.querySelector("scaling-lab").result.progress.done === done,
        done,
      );
    }
    assert.equal(await element.evaluate((e) => e.shadowRoot.activeElement?.textContent), "Step");
  }));

test("on a phone the question follows the headline figure", () =>
  lab.open(
    "#/exam-time",
    async (page) => {
      const element = await shown(page);
      const place = async (/** @type {string} */ selector) =>
        /** @type {{y: number}} */ (await element.locator(selector).boundingBox()).y;
      assert.ok((await place(".question")) > (await place(".first")));
    },
    { context: { viewport: { width: 390, height: 844 } } },
  ));
