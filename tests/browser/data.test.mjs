// The user's own runs: a table is chosen, dropped, pasted or linked, is read in the worker, and never leaves the browser.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { deflateRaw } from "node:zlib";
import {
  ask,
  assertSame,
  axe,
  button,
  catalogue,
  complete,
  copied,
  downloaded,
  finished,
  numbers,
  ready,
  run,
  settled,
  start,
  table,
} from "./harness.mjs";

/** @typedef {import("./types.d.ts").Body} Body */
/** @typedef {import("./types.d.ts").LabLocator} LabLocator */
/** @typedef {import("./types.d.ts").Options} Options */
/** @typedef {import("./types.d.ts").Page} Page */
/** @typedef {import("./types.d.ts").Values} Values */
/** @typedef {import("playwright-core").Route} Route */

const SLUG = "fit";
const TABLE = table();

const EXPERIMENTS = await catalogue();

/** @type {import("./types.d.ts").Lab} */
let lab;
/** @type {string} */
let folder;
before(async () => {
  lab = await start("cpu");
  folder = await mkdtemp(join(tmpdir(), "runs-"));
});
after(async () => {
  await lab?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** @param {string} query @param {Body} body @param {Options} [options] */
const open = (query, body, options) => lab.open(`#/${SLUG}${query && `?${query}`}`, body, options);
const choose = (
  /** @type {LabLocator} */ element,
  /** @type {string} */ text,
  name = "my runs.csv",
) =>
  element
    .locator(".own input[type=file]")
    .setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
const panel = (/** @type {LabLocator} */ element) => element.locator(".own");
const said = (/** @type {LabLocator} */ element) => panel(element).locator(".problem");
/**
 * Waits until the result is of a table with this many rows; 0 means simulated runs.
 * @param {Page} page
 * @param {number} rows
 */
const holds = (page, rows) =>
  page.waitForFunction((n) => {
    const { result, shadowRoot } = document.querySelector("scaling-lab");
    return (
      result &&
      (result.data?.rows ?? 0) === n &&
      shadowRoot.querySelector(".own").hasAttribute("data-held") === n > 0
    );
  }, rows);
/**
 * Drops files that are made in the page. Each holds `head`, then `text` as often as `times` says.
 * @param {LabLocator} element
 * @param {{name: string, head?: string, text: string, times?: number}[]} files
 */
const drop = (element, files, on = ".own") =>
  element.evaluate(
    (e, { files, on }) => {
      const data = new DataTransfer();
      for (const { name, head = "", text, times = 1 } of files)
        data.items.add(new File([head, ...Array(times).fill(text)], name));
      const place = e.shadowRoot.querySelector(on);
      for (const type of ["dragenter", "dragover", "drop"])
        place.dispatchEvent(
          new DragEvent(type, {
            dataTransfer: data,
            bubbles: true,
            cancelable: true,
            composed: true,
          }),
        );
    },
    { files, on },
  );
const state = (/** @type {LabLocator} */ element) =>
  element.evaluate((e) => ({ query: e.query, figures: e.result.figures, tables: e.result.tables }));

/** The command line's result for a table. @param {string} text @param {Values} [values] */
async function native(text, values = {}) {
  const file = join(folder, "table.csv");
  await writeFile(file, text);
  const set = Object.entries(values).flatMap((pair) => ["--set", pair.join("=")]);
  return JSON.parse(
    await ask(
      "run",
      SLUG,
      "--data",
      file,
      ...set,
      "--device",
      "cpu",
      "--format",
      "json",
      "--quiet",
    ),
  );
}
/** The text of an element in a saved figure. @param {string} svg @param {string} name */
const inner = (svg, name) =>
  (new RegExp(`<${name}>([^<]*)</${name}>`).exec(svg)?.[1] ?? "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");

test("a chosen file is fitted as the command line fits it", () =>
  open("", async (page) => {
    const element = await ready(page);
    await holds(page, 0);
    await choose(element, TABLE);
    await holds(page, 48);
    assert.match(
      await panel(element).locator(".about").innerText(),
      /my runs\.csv 48 rows, 3 columns: params, x, val_loss/,
    );
    await complete(element);
    const ours = await downloaded(element);
    const theirs = await native(TABLE);
    assert.deepEqual(ours.data, theirs.data);
    assertSame(numbers(ours), numbers(theirs), "with a table");
    assert.match(
      await copied(element, "Copy as command"),
      new RegExp(`^scaling-lab run ${SLUG} --data 'my runs\\.csv'$`),
    );
    await button(element, "Back to the simulated runs").click();
    await holds(page, 0);
    assert.equal(new URL(page.url()).hash, `#/${SLUG}`);
  }));

test("a dropped file, a pasted text and their link give the same numbers", () =>
  open("", async (page) => {
    let element = await ready(page);
    await drop(element, [{ name: "dropped.csv", text: TABLE }]);
    await holds(page, 48);
    await page.waitForFunction(() => /[?&]data=/.test(location.hash));
    await finished(element);
    const dropped = await state(element);
    await button(element, "Back to the simulated runs").click();
    await holds(page, 0);
    await panel(element).getByText("Paste a table").click();
    await panel(element).locator("textarea").fill(TABLE);
    await button(element, "Read this text").click();
    await holds(page, 48);
    await finished(element);
    assert.deepEqual(await state(element), dropped);
    await page.waitForFunction(() => /[?&]data=/.test(location.hash));
    await page.reload();
    element = await ready(page);
    await holds(page, 48);
    await run(element);
    assert.deepEqual(await state(element), dropped);
    assert.match(await panel(element).innerText(), /table in the link/);
    await button(element, "Copy as command").click();
    await element
      .locator(".take")
      .getByText(/The command reads the file runs\.csv: save the table first/)
      .waitFor();
    const [table] = await Promise.all([
      page.waitForEvent("download"),
      button(element, "Save the table").click(),
    ]);
    assert.equal(table.suggestedFilename(), "runs.csv");
    assert.equal(await readFile(await table.path(), "utf8"), TABLE);
    assert.equal(await copied(element, "Copy link"), page.url());
    // A citation and a figure's metadata have this link. The printed link stays short: it only names the table.
    const cited = await copied(element, "Cite");
    assert.ok(cited.includes(`url = {${page.url()}}`), cited);
    assert.match(cited, /48 rows/);
    const [saved] = await Promise.all([
      page.waitForEvent("download"),
      element.locator(".figure").first().getByRole("button", { name: /SVG/ }).click(),
    ]);
    const svg = await readFile(await saved.path(), "utf8");
    assert.equal(JSON.parse(inner(svg, "metadata")).url, page.url());
    const printed = [...svg.matchAll(/<text[^>]*>([^<]*)/g)].map(([, text]) => text).join("");
    const digest = await element.evaluate((e) => e.result.data?.digest);
    assert.match(printed, new RegExp(`#/${SLUG}\\?data=none~48~${digest}~runs.csv$`));
    assert.match(printed, /data\s*runs\.csv \(48 rows/);
  }));

/**
 * Opens a cold page whose panel for the user's own table arrives only once `arrive` is called.
 * @param {(page: Page, element: LabLocator, arrive: () => void) => Promise<void>} body
 */
const withoutPanel = (body) =>
  lab.open(null, async (page) => {
    let arrive = () => {};
    const arrived = new Promise((resolve) => (arrive = () => resolve(undefined)));
    await page.context().route(/\/tables-and-pages-\w+\.js/, async (route) => {
      await arrived;
      await route.continue();
    });
    await page.goto(`${lab.url}#/${SLUG}`);
    await body(page, await ready(page), arrive);
  });

test("the panel arrives after the first figure, and nothing moves", () =>
  withoutPanel(async (page, element, arrive) => {
    const places = () =>
      element.evaluate((e) =>
        [...e.shadowRoot.querySelectorAll(".own, .own button, .own summary, .control, svg")]
          .filter((node) => node.checkVisibility())
          .map((node) => {
            const { x, y, width, height } = node.getBoundingClientRect();
            return [node.className?.toString(), x, y, width, height].join(" ");
          }),
      );
    // The focus scrolls the settings.
    await button(element, "Choose a file").focus();
    const before = await places();
    assert.ok(before.length > 5, before.join("; "));
    assert.equal(await element.locator(".own textarea").count(), 0, "the panel is not there yet");
    arrive();
    await element.locator(".own textarea").waitFor({ state: "attached" });
    assert.deepEqual(await places(), before);
    assert.equal(
      await element.evaluate((e) => e.shadowRoot.activeElement?.textContent),
      "Choose a file",
    );
  }));

for (const [how, give] of /** @type {[string, (element: LabLocator) => Promise<void>][]} */ ([
  ["dropped", (element) => drop(element, [{ name: "early.csv", text: TABLE }], ".body")],
  ["chosen", (element) => choose(element, TABLE, "early.csv")],
]))
  test(`a file that is ${how} before the panel has arrived is read once it has`, () =>
    withoutPanel(async (page, element, arrive) => {
      await give(element);
      arrive();
      await holds(page, 48);
      assert.match(await panel(element).locator(".about").innerText(), /^early\.csv 48 rows/);
    }));

for (const table of [false, true])
  test(`without the panel everything else works, ${table ? "and the address keeps its table" : "and a file asks for it again"}`, () =>
    lab.open(
      null,
      async (page) => {
        const data = (await promisify(deflateRaw)(TABLE)).toString("base64url");
        await page.context().route(/\/tables-and-pages-\w+\.js/, (route) => route.abort());
        await page.goto(`${lab.url}#/${SLUG}?bootstrap=20${table ? `&data=${data}` : ""}`);
        const element = await ready(page);
        const said = element
          .locator(".notices")
          .getByText(/^A file of the lab could not be loaded \(tables-and-pages-\w+\.js\)/);
        await said.waitFor();
        assert.equal(await said.count(), 1);
        await complete(element);
        assert.equal((await element.evaluate((e) => e.result.data)) ?? null, null);
        assert.equal((await element.evaluate((e) => e.query)).data, table ? data : undefined);
        await page.context().unroute(/\/tables-and-pages-\w+\.js/);
        await choose(element, table ? `${TABLE}1e9,1e10,3\n` : TABLE);
        await holds(page, table ? 49 : 48);
        await said.waitFor({ state: "detached" });
      },
      { mayThrow: true },
    ));

test("back and forward show what their addresses hold", () =>
  open("", async (page) => {
    const element = await ready(page);
    const data = (await promisify(deflateRaw)(TABLE)).toString("base64url");
    await page.evaluate((to) => {
      location.hash = to;
    }, `#/${SLUG}?data=${data}`);
    await holds(page, 48);
    await page.goBack();
    await holds(page, 0);
    await page.goForward();
    await holds(page, 48);
    assert.ok(await element.locator("svg").first().isVisible());
  }));

describe("a file that is not a table is refused with a reason, and the previous result stays", () => {
  /** @type {[string, string, RegExp][]} */
  const cases = [
    ["a row that is too long", `${TABLE}1,2,3,4\n`, /line 50 has 4 cells/i],
    ["no headings", "1,2\n3,4\n", /line 1 holds numbers/i],
    ["one column", "loss\n1\n2\n", /line 1 names only one column/i],
    ["twice the same heading", "a,a\n1,2\n", /line 1.*both called .a./i],
    ["an empty file", "", /empty/i],
    ["headings alone", "params,tokens,loss\n", /no rows/i],
    ["not text", "PK\0\0\0\n", /not plain text/i],
  ];
  test("each in turn", () =>
    open("", async (page) => {
      const element = await ready(page);
      await choose(element, TABLE);
      await holds(page, 48);
      await finished(element);
      const before = await state(element);
      for (const [what, text, words] of cases) {
        await choose(element, text, "wrong.csv");
        await page.waitForFunction(
          (source) =>
            new RegExp(source, "i").test(
              document.querySelector("scaling-lab").shadowRoot.querySelector(".own .problem")
                .textContent,
            ),
          words.source,
        );
        assert.match(await said(element).innerText(), /^wrong\.csv was not accepted\./, what);
        assert.deepEqual(await state(element), before, what);
      }
      await choose(element, TABLE);
      await page.waitForFunction(
        () =>
          !document.querySelector("scaling-lab").shadowRoot.querySelector(".own .problem")
            .textContent,
      );
      await drop(element, [
        { name: "a.csv", text: TABLE },
        { name: "b.csv", text: TABLE },
      ]);
      await panel(element).getByText("Drop one file, not 2.").waitFor();
      // A file dropped beside the panel counts too.
      await drop(element, [{ name: "beside.csv", text: table({ rows: 36 }) }], ".body");
      await holds(page, 36);
      assert.equal(await panel(element).getAttribute("data-over"), null);
    }));
});

test("names and headings are text, whatever they hold", () =>
  open("", async (page) => {
    const element = await ready(page);
    const evil = "<img src=x onerror=hacked=1>";
    await choose(
      element,
      table({ heads: [`"params ${evil}"`, `${evil}`, "loss $x$ </script>"] }),
      `${evil}.csv`,
    );
    await page.waitForFunction(() =>
      document
        .querySelector("scaling-lab")
        .shadowRoot.querySelector(".own")
        .hasAttribute("data-held"),
    );
    assert.match(
      await panel(element).locator(".about").innerText(),
      /<img src=x onerror=hacked=1>\.csv 48 rows, 3 columns: params <img src=x onerror=hacked=1>, <img/,
    );
    await page.waitForTimeout(300);
    assert.equal(
      await element.evaluate((e) => e.shadowRoot.querySelectorAll("img, script").length),
      0,
    );
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  }));

test("columns can be corrected, and a link keeps the correction", () =>
  open("", async (page) => {
    let element = await ready(page);
    const lists = element.locator("[data-kind=columns] select");
    assert.ok(await lists.first().isHidden(), "without a table there is nothing to choose");
    const text = table({ heads: ["params", "x", "val,loss"].map((head) => `"${head}"`) })
      .replace(/^(.*)$/m, "$1,train")
      .replace(/^(\d.*),([\d.]+)$/gm, "$1,$2,$2");
    await choose(element, text);
    await page.waitForFunction(() =>
      document
        .querySelector("scaling-lab")
        .shadowRoot.querySelector(".own")
        .hasAttribute("data-held"),
    );
    const loss = element.locator("[data-kind=columns]").getByLabel(/loss/i).first();
    await loss.selectOption({ label: "val,loss" });
    await page.waitForFunction(() => /loss%3A(%23|#)3|loss:(%23|#)3/.test(location.hash));
    const name = (await element.locator("[data-kind=columns]").getAttribute("data-param")) ?? "";
    await settled(page, name, "loss:#3");
    await complete(element);
    const before = await state(element);
    assert.equal(before.query[name], "loss:#3");
    await page.reload();
    element = await ready(page);
    await settled(page, name, "loss:#3");
    await holds(page, 48);
    await complete(element);
    assert.deepEqual(await state(element), before);
  }));

test("the page asks about an ambiguous decimal mark, and the link keeps the answer", () =>
  open("law=power", async (page) => {
    let element = await ready(page);
    const rows = Array.from(
      { length: 24 },
      (_, i) => `${i + 1}\t${(2 + 3 / Math.sqrt(i + 1)).toFixed(3)}`,
    );
    await choose(element, ["step\tL", ...rows, ""].join("\n"), "steps.tsv");
    const doubt = element.locator(".doubt");
    await doubt
      .getByText(/Line 2: does the mark in 5\.000 \(L\) separate thousands or decimals/)
      .waitFor();
    await element
      .getByText(/nothing in the columns of the fit says whether the mark/i)
      .first()
      .waitFor();
    const inView = () =>
      doubt.evaluate(
        (question) =>
          question.getBoundingClientRect().top < innerHeight &&
          question.getBoundingClientRect().bottom > 0,
      );
    assert.ok(await inView(), "the question is in view");
    await button(element, "Decimal point").click();
    await holds(page, 24);
    assert.equal((await element.evaluate((e) => e.query)).columns, "decimal:point");
    assert.equal(await button(element, "Decimal point").getAttribute("aria-pressed"), "true");
    await page.reload();
    element = await ready(page);
    await holds(page, 24);
    assert.equal((await element.evaluate((e) => e.query)).columns, "decimal:point");
  }));

test("a column has a unit, and a button leaves out rows without numbers", () =>
  open("law=chinchilla", async (page) => {
    const element = await ready(page);
    const text = TABLE.trimEnd()
      .split("\n")
      .map((line, i) => {
        const [n, d, loss] = line.split(",");
        return i
          ? [Number(n) / 1e6, Number(d) / 1e9, i === 5 ? "#N/A" : loss].join(",")
          : "params (M),tokens,val_loss";
      })
      .join("\n");
    await choose(element, text);
    const panelOf = element.locator("[data-kind=columns]");
    await panelOf.getByText("Column val_loss has no number in some rows.").waitFor();
    await button(element, "Leave out rows without numbers").click();
    await panelOf.getByLabel(/Unit: tokens seen/).selectOption("B");
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").query.columns === "tokens.unit:B",
    );
    assert.equal((await element.evaluate((e) => e.query)).exclude, "missing");
    await element
      .locator(".tables td", { hasText: "params (M) × 1,000,000, D = tokens × 10⁹" })
      .waitFor();
  }));

test("settings for a table that is not in the link wait for the table", () =>
  open("columns=loss:%233&exclude=x%3C2e9", async (page) => {
    const element = await ready(page);
    await holds(page, 0);
    await panel(element)
      .getByText(/load that table to use them/)
      .waitFor();
    await choose(element, TABLE);
    await holds(page, 48);
    const { columns, exclude } = await element.evaluate((e) => e.result.params);
    assert.deepEqual([columns, exclude], ["loss:#3", "x<2e9"]);
  }));

test("a table too large for a link is named instead", () =>
  open("", async (page) => {
    const element = await ready(page);
    await choose(element, table({ rows: 3000 }));
    await holds(page, 3000);
    await panel(element)
      .getByText(/too large for the link.*my runs\.csv/)
      .waitFor();
    await button(element, "Copy link").click();
    await element
      .locator(".take")
      .getByText(/anyone who opens the link also needs the file my runs\.csv/)
      .waitFor();
  }));

test("a link without its large table says which table is missing", () =>
  open("", async (page) => {
    let element = await ready(page);
    const large = table({ rows: 3025 });
    await choose(element, large);
    await holds(page, 3025);
    const digest = await element.evaluate((e) => e.result.data?.digest);
    const named = `#/${SLUG}?data=none~3025~${digest}~my+runs.csv`;
    await page.waitForFunction((hash) => location.hash === hash, named);
    assert.equal(await copied(element, "Copy link"), page.url());
    assert.ok((await copied(element, "Cite")).includes(`url = {${page.url()}}`));
    await page.reload();
    element = await ready(page);
    await holds(page, 0);
    const note = panel(element).locator(".wanted");
    const wanted = `This link was made with the table “my runs.csv” (3,025 rows, digest ${digest}), which is too large for a link. Load it here; until then, the runs shown are simulated.`;
    assert.equal(await note.innerText(), wanted);
    assert.equal(await panel(element).locator(".problem").innerText(), "");
    // The link still names the table after a setting has changed.
    await element.evaluate((e) => e.setAttribute("huber-delta", "0.01"));
    await settled(page, "huber-delta", 0.01);
    assert.equal(await note.innerText(), wanted);
    assert.match(await copied(element, "Copy link"), /data=none~3025~/);
    // A different table is reported as different, and has its own link.
    await choose(element, TABLE, "other.csv");
    await holds(page, 48);
    await note
      .getByText(
        /^This table \(48 rows, digest [0-9a-f]{16}\) is not the one that the link was made with: “my runs\.csv”, 3,025 rows, digest [0-9a-f]{16}\.$/,
      )
      .waitFor();
    assert.doesNotMatch(await copied(element, "Copy link"), /none~/);
    await choose(element, large, "renamed.csv");
    await holds(page, 3025);
    await page.waitForFunction(
      () =>
        !document.querySelector("scaling-lab").shadowRoot.querySelector(".own .wanted").textContent,
    );
    // The address of the table in use does not replace it.
    await page.evaluate((to) => {
      location.hash = to;
    }, named);
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").result.params["huber-delta"] !== 0.01,
    );
    await holds(page, 3025);
    assert.ok(await note.isHidden());
    await button(element, "Back to the simulated runs").click();
    await holds(page, 0);
    assert.equal(new URL(page.url()).hash, `#/${SLUG}`);
  }));

test("the name of a missing table is shown as text, whatever the link holds", async () => {
  const evil = "<img src=x onerror=hacked=1>\u202e";
  await open(`data=none~1~0123456789abcdef~${encodeURIComponent(evil)}`, async (page) => {
    const element = await ready(page);
    assert.match(
      await panel(element).locator(".wanted").innerText(),
      /the table “<img src=x onerror=hacked=1>⟨U\+202E⟩” \(1 row, digest/,
    );
    assert.equal(await element.evaluate((e) => e.shadowRoot.querySelectorAll("img").length), 0);
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  });
  await open("data=none~x~y~z", async (page) => {
    const element = await ready(page);
    await panel(element)
      .getByText(/table in the link cannot be read/)
      .waitFor();
    assert.ok(await panel(element).locator(".wanted").isHidden());
  });
});

test("a refused table and a table of one row are announced correctly", () =>
  open("", async (page) => {
    const element = await ready(page);
    const status = panel(element).locator("[role=status].unseen");
    await choose(element, "wrong", "x.csv");
    await said(element)
      .getByText(/^x\.csv was not accepted\./)
      .waitFor();
    assert.equal(await status.textContent(), "x.csv was not accepted.");
    await panel(element).getByText("Paste a table").click();
    await panel(element).locator("textarea").fill("wrong");
    await button(element, "Read this text").click();
    await said(element)
      .getByText(/^Pasted table was not accepted\./)
      .waitFor();
    assert.equal(await status.textContent(), "Pasted table was not accepted.");
    await choose(element, "params,tokens,loss\n1e7,1e9,3\n", "one.csv");
    await panel(element)
      .getByText(/^one\.csv 1 row, 3 columns:/)
      .waitFor();
    assert.equal(await status.textContent(), "one.csv has been read: 1 row.");
  }));

test("no preset is selected while the user's own table is in use", () =>
  lab.open("#/chinchilla?bootstrap=20", async (page) => {
    const element = await ready(page);
    const chosen = () =>
      element
        .getByLabel("Try")
        .evaluate((/** @type {HTMLSelectElement} */ s) => s.selectedOptions[0].textContent);
    await element.getByLabel("Try").selectOption({ index: 1 });
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").query.bootstrap !== "20",
    );
    assert.match((await chosen()) ?? "", /^Simulated runs/);
    await choose(element, table({ heads: ["params", "tokens", "val_loss"] }));
    await holds(page, 48);
    assert.equal(await chosen(), "your own runs");
  }));

test("a new table is fitted at once; one with a hole, as soon as a button has left out its rows", () =>
  lab.open("#/chinchilla?bootstrap=20&profiles=no", async (page) => {
    const element = await ready(page);
    const rows = table({ heads: ["params", "tokens", "val_loss"] });
    await choose(element, rows);
    await holds(page, 48);
    await finished(element);
    await choose(element, `${rows}1e9,,2.5\n`, "holes.csv");
    await element
      .locator(".alert")
      .getByText(/the cell of column .tokens. is empty/)
      .waitFor();
    await element
      .locator(".older")
      .getByText(/These figures show the previous table/)
      .waitFor();
    assert.equal(await element.getAttribute("data-busy"), null);
    await element.locator(".alert").getByRole("button", { name: "Leave out these rows" }).click();
    await page.waitForFunction(
      () => document.querySelector("scaling-lab").query.exclude === "missing",
    );
    await holds(page, 49);
    await finished(element);
    assert.equal(await element.locator(".alert").count(), 0);
    await panel(element).getByText("1 of 49 rows is left out.").waitFor();
  }));

test("the next table leaves out no rows until its own button is pressed, and the panel counts those left out", () =>
  lab.open("#/chinchilla?bootstrap=20&profiles=no", async (page) => {
    const element = await ready(page);
    const holes = (/** @type {number} */ every) =>
      table({ heads: ["params", "tokens", "val_loss"], rows: 100 })
        .trimEnd()
        .split("\n")
        .map((line, i) => (i && i % every === 0 ? line.replace(/[^,]*$/, "NaN") : line))
        .join("\n");
    const omitted = panel(element).locator(".omitted");
    const leave = element.getByRole("button", { name: "Leave out these rows" });
    await choose(element, holes(50), "two.csv");
    await leave.click();
    await omitted.getByText("2 of 100 rows are left out.").waitFor();
    await finished(element);
    await choose(element, holes(2), "half.csv");
    await leave.waitFor();
    assert.equal((await element.evaluate((e) => e.query)).exclude, undefined);
    assert.equal(await omitted.innerText(), "");
    await leave.click();
    await omitted.getByText("50 of 100 rows are left out.").waitFor();
    await button(element, "Back to the simulated runs").click();
    await holds(page, 0);
    assert.equal((await element.evaluate((e) => e.query)).exclude, undefined);
    assert.equal(await omitted.innerText(), "");
  }));

test("only a refusal for missing numbers offers to leave out rows", () =>
  lab.open("#/chinchilla", async (page) => {
    const element = await ready(page);
    await choose(element, "tokens,loss\n1e9,3\n2e9,\n4e9,2.5\n", "no sizes.csv");
    await element
      .locator(".alert")
      .getByText(/no column.* parameters/i)
      .waitFor();
    // The page may first ask the engine whether the button would help.
    await page.waitForTimeout(500);
    assert.equal(await element.getByRole("button", { name: "Leave out these rows" }).count(), 0);
  }));

test("a file of the lab's own results is no table of runs", () =>
  open("", async (page) => {
    const element = await ready(page);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      button(element, "Download CSV").click(),
    ]);
    const results = await readFile(await download.path(), "utf8");
    const said = panel(element).getByText("This is a file of results, not a table of runs.");
    await choose(element, results, "results.csv");
    await said.waitFor();
    await choose(element, TABLE);
    await holds(page, 48);
    assert.equal(await said.count(), 0);
    await choose(element, `\ufeff${results.replaceAll("\n", "\r\n")}`, "from a spreadsheet.csv");
    await said.waitFor();
    assert.equal(await element.evaluate((e) => e.result.data?.rows), 48);
  }));

test("the example table is one that the experiment reads", () =>
  open("", async (page) => {
    const element = await ready(page);
    const link = panel(element).getByRole("link", { name: "an example" });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    assert.match(download.suggestedFilename(), /^fit-example\.csv$/);
    const text = await readFile(await download.path(), "utf8");
    await choose(element, text, "example.csv");
    await holds(page, 160);
    await finished(element);
  }));

for (const width of [320, 390, 1280, 1920]) {
  test(`guessed columns are shown in full at ${width} px`, () =>
    open(
      "law=chinchilla",
      async (page) => {
        const element = await ready(page);
        const heads = ["params", "tokens_seen_in_all_of_the_training_so_far", "validation_loss"];
        await choose(element, table({ heads }));
        await holds(page, 48);
        const seen = await element.evaluate((e) => {
          for (const fold of e.shadowRoot.querySelectorAll("details.more")) fold.open = true;
          const pen = /** @type {CanvasRenderingContext2D} */ (
            document.createElement("canvas").getContext("2d")
          );
          return [...e.shadowRoot.querySelectorAll("[data-kind=columns] .pair")].map((pair) => {
            const list = /** @type {any} */ (pair.querySelector("select"));
            const text = list.selectedOptions[0].text;
            pen.font = getComputedStyle(list).font;
            return {
              text,
              // 40 px are for the padding and the arrow.
              fits: pen.measureText(text).width + 40 <= list.clientWidth,
              below: pair.querySelector(".help")?.innerText ?? "",
            };
          });
        });
        assert.ok(
          seen.some(({ text }) => text === `guessed: ${heads[1]}`),
          JSON.stringify(seen),
        );
        for (const { text, fits, below } of seen)
          assert.ok(fits || below === text, `${text} is cut`);
      },
      { context: { viewport: { width, height: 844 } } },
    ));
}

describe("a link that names a table", () => {
  /** @typedef {(route: Route) => Promise<void>} Answer */
  const serve = (/** @type {Page} */ page, /** @type {Answer} */ answer) =>
    page.context().route("**/tables/**", answer);
  /** @param {Body} body @param {Answer} [answer] */
  const start = async (body, answer = (route) => route.abort()) =>
    open(
      "",
      async (page) => {
        await ready(page);
        await serve(page, answer);
        await body(page);
      },
      { mayThrow: true },
    );

  test("of this site is read from there", () =>
    start(
      async (page) => {
        await page.evaluate((to) => {
          location.hash = to;
        }, `#/${SLUG}?src=tables/some%20runs.csv`);
        await holds(page, 48);
        const element = await ready(page);
        assert.match(await panel(element).innerText(), /some runs\.csv/);
        assert.deepEqual(await element.evaluate((e) => e.query), { src: "tables/some runs.csv" });
        await complete(element);
        assertSame(
          numbers(await downloaded(element)),
          numbers(await native(TABLE)),
          "read from an address",
        );
      },
      (route) => route.fulfill({ body: TABLE, contentType: "text/csv" }),
    ));

  test("that is not there", () =>
    start(
      async (page) => {
        await page.evaluate((to) => {
          location.hash = to;
        }, `#/${SLUG}?src=tables/none.csv`);
        await page.getByText(/none\.csv could not be fetched from .*\(404\)/).waitFor();
        await holds(page, 0);
      },
      (route) => route.fulfill({ status: 404, body: "no" }),
    ));

  test("of another site is not even asked for", () =>
    start(async (page) => {
      for (const src of ["https://example.org/runs.csv", "//example.org/runs.csv", "http://"]) {
        await page.evaluate(
          (to) => {
            location.hash = to;
          },
          `#/${SLUG}?src=${encodeURIComponent(src)}`,
        );
        await page.waitForFunction(
          (s) =>
            document
              .querySelector("scaling-lab")
              .shadowRoot.querySelector(".own .problem")
              .textContent.includes(s),
          src,
        );
        await page.getByText(/only tables of this site are read/).waitFor();
      }
      await holds(page, 0);
    }));

  test("that leads to another site is refused", () =>
    start(
      async (page) => {
        await page.evaluate((to) => {
          location.hash = to;
        }, `#/${SLUG}?src=tables/away.csv`);
        await page.getByText(/away\.csv could not be fetched/).waitFor();
        await holds(page, 0);
      },
      (route) =>
        route.fulfill({ status: 302, headers: { location: "https://example.org/runs.csv" } }),
    ));

  for (const data of ["AAAA", "%25%25", Buffer.from("broken").toString("base64url")]) {
    test(`that is broken (${data})`, () =>
      open(`data=${data}`, async (page) => {
        const element = await ready(page);
        await panel(element)
          .getByText(/table in the link cannot be read/)
          .waitFor();
        await holds(page, 0);
        assert.ok(await element.locator("svg").first().isVisible(), "simulated runs are shown");
      }));
  }

  test("that is cut off", async () => {
    const data = (await promisify(deflateRaw)(TABLE)).toString("base64url").slice(0, -20);
    await open(`data=${data}`, async (page) => {
      await panel(await ready(page))
        .getByText(/table in the link cannot be read/)
        .waitFor();
      await holds(page, 0);
    });
  });
});

/**
 * @typedef {{name: string, pid: number, tid: number, args?: {name?: string}, tdur?: number}} TraceEvent
 */

/**
 * Starts to trace the main thread. The returned function gives the milliseconds of processor time of each task, which do
 * not depend on other work of the machine.
 * @param {Page} page
 */
async function traced(page) {
  const cdp = await page.context().newCDPSession(page);
  /** @type {TraceEvent[]} */
  const events = [];
  cdp.on("Tracing.dataCollected", ({ value }) =>
    events.push(.../** @type {TraceEvent[]} */ (/** @type {unknown[]} */ (value))),
  );
  await cdp.send("Tracing.start", { categories: "toplevel", transferMode: "ReportEvents" });
  return async () => {
    const complete = new Promise((resolve) => cdp.once("Tracing.tracingComplete", resolve));
    await cdp.send("Tracing.end");
    await complete;
    const place = (/** @type {TraceEvent} */ { pid, tid }) => `${pid} ${tid}`;
    const mains = new Set(
      events
        .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
        .map(place),
    );
    return events.flatMap((event) =>
      /RunTask$/.test(event.name) && event.tdur !== undefined && mains.has(place(event))
        ? [event.tdur / 1000]
        : [],
    );
  };
}

/** A file with a table of a million rows, to be made in the page. */
const MILLION = {
  name: "million.csv",
  head: "params,x,loss\n",
  text: table({ rows: 1000 }).split("\n").slice(1).join("\n"),
  times: 1000,
};

test("a million rows are read with progress while the page stays free", () =>
  open("", async (page) => {
    const element = await ready(page);
    // A busy machine shows few frames, so every value that the bar has while it is visible counts.
    await element.evaluate((e) => {
      globalThis.seen = [];
      const bar = e.shadowRoot.querySelector(".own progress");
      new MutationObserver(() => {
        if (bar.checkVisibility() && bar.position > 0 && globalThis.seen.at(-1) !== bar.value)
          globalThis.seen.push(bar.value);
      }).observe(bar, { attributes: true });
    });
    // The test makes the file on the main thread, before tasks are traced.
    await element.evaluate((e, { name, head, text, times }) => {
      const million = new DataTransfer();
      globalThis.million = million;
      million.items.add(new File([head, ...Array(times).fill(text)], name));
    }, MILLION);
    const tasks = await traced(page);
    await element.evaluate((e) =>
      e.shadowRoot.querySelector(".own").dispatchEvent(
        new DragEvent("drop", {
          dataTransfer: globalThis.million,
          bubbles: true,
          cancelable: true,
          composed: true,
        }),
      ),
    );
    await page.waitForFunction(
      () => {
        const own = document.querySelector("scaling-lab").shadowRoot.querySelector(".own");
        return own.hasAttribute("data-held") || own.querySelector(".problem").textContent;
      },
      null,
      { timeout: 120_000 },
    );
    assert.equal(await said(element).textContent(), "");
    const seen = await page.evaluate(() => globalThis.seen);
    assert.ok(seen.length > 3, `progress was seen ${seen.length} times`);
    assert.ok(
      seen.every((value, i) => i === 0 || value > seen[i - 1]),
      "progress grows",
    );
    await holds(page, 1_000_000);
    const busy = await tasks();
    assert.ok(busy.length > 100, `${busy.length} tasks were seen`);
    assert.deepEqual(
      busy.filter((ms) => ms > 50),
      [],
      "tasks of the main thread above 50 ms",
    );
  }));

test("a read that is cancelled changes nothing", () =>
  open("", async (page) => {
    const element = await ready(page);
    await choose(element, TABLE);
    await holds(page, 48);
    await finished(element);
    const before = await state(element);
    await drop(element, [{ ...MILLION, times: 990 }]);
    await button(element, "Cancel reading").click();
    await panel(element)
      .getByText(/Reading million\.csv was cancelled/)
      .waitFor({ state: "attached" });
    assert.ok(await panel(element).locator(".reading").isHidden());
    assert.deepEqual(await state(element), before);
    assert.match(await panel(element).locator(".about").innerText(), /my runs\.csv/);
    // Another table can be read at once.
    await choose(element, table({ rows: 36 }), "smaller.csv");
    await holds(page, 36);
  }));

test("a file or text above the limit is refused before it is read", () =>
  open("", async (page) => {
    const element = await ready(page);
    await drop(element, [{ ...MILLION, times: 15_000 }]);
    await panel(element)
      .getByText(/million\.csv has .* MB; the limit is 128 MB/)
      .waitFor();
    await panel(element).getByText("Paste a table").click();
    await element.evaluate((e, { head, text }) => {
      const data = new DataTransfer();
      data.setData("text/plain", head + text.repeat(400));
      e.shadowRoot.querySelector(".own textarea").dispatchEvent(
        new ClipboardEvent("paste", {
          clipboardData: data,
          bubbles: true,
          cancelable: true,
          composed: true,
        }),
      );
    }, MILLION);
    await panel(element)
      .getByText(/the limit for pasted text is 5 MB/)
      .waitFor();
    assert.equal(await panel(element).locator("textarea").inputValue(), "");
  }));

test("the keyboard alone loads a table and removes it", () =>
  open("", async (page) => {
    // Register a listener early, so that the browser intercepts even the first file chooser.
    page.on("filechooser", () => {});
    const element = await ready(page);
    await holds(page, 0);
    const focused = () =>
      element.evaluate(
        (e) => e.shadowRoot.activeElement?.textContent || e.shadowRoot.activeElement?.tagName,
      );
    await button(element, "Choose a file").focus();
    const [chooser] = await Promise.all([
      page.waitForEvent("filechooser"),
      page.keyboard.press("Enter"),
    ]);
    assert.ok(!chooser.isMultiple());
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Paste a table");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "TEXTAREA");
    await page.keyboard.insertText(TABLE);
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Read this text");
    await page.keyboard.press("Enter");
    await holds(page, 48);
    await button(element, "Back to the simulated runs").focus();
    await page.keyboard.press("Enter");
    await holds(page, 0);
    assert.equal(
      await focused(),
      "Choose a file",
      "the keyboard focus moves to a button that exists",
    );
  }));

test("without the piece that reads tables, the panel says so and the engine goes on", () =>
  open(
    "",
    async (page) => {
      const element = await ready(page);
      await page.context().route(/\/rest-\w+\.wasm/, (route) => route.abort());
      await choose(element, TABLE);
      await panel(element)
        .getByText(/rest-\w+\.wasm/)
        .first()
        .waitFor();
      assert.equal(await element.locator(".alerts .alert").count(), 0);
      await page.context().unroute(/\/rest-\w+\.wasm/);
      await choose(element, TABLE);
      await holds(page, 48);
    },
    { mayThrow: true },
  ));

test("after the engine has stopped, a restart reads the table again", () =>
  open(
    "",
    async (page) => {
      const element = await ready(page);
      await choose(element, TABLE);
      await holds(page, 48);
      await finished(element);
      const before = await state(element);
      for (const worker of page.workers())
        await worker
          .evaluate(() => {
            setTimeout(() => {
              throw new Error("a mistake");
            });
          })
          .catch(() => {});
      await element.getByText(/The engine stopped .*a mistake/).waitFor();
      await button(element, "Restart the engine").click();
      await element.locator(".alerts .alert").waitFor({ state: "detached" });
      await holds(page, 48);
      assert.deepEqual(await state(element), before);
    },
    { mayThrow: true },
  ));

describe("once all pieces are there, nothing more is fetched", () => {
  /** Opens an experiment, runs it and waits until its worker has all pieces. @param {string} hash @param {(page: Page, element: LabLocator) => Promise<void>} body */
  const complete = (hash, body) =>
    lab.open(hash, async (page) => {
      const element = await ready(page);
      await run(element);
      await page.evaluate(() => {
        const all = Object.getOwnPropertySymbols(window);
        const engine = all.find(({ description }) => description?.startsWith("scaling-lab.engine"));
        return /** @type {any} */ (window)[/** @type {symbol} */ (engine)].rest();
      });
      await page.waitForLoadState("networkidle");
      const there = lab.heard.length;
      await body(page, element);
      const more = lab.heard.slice(there).map(({ file }) => file);
      assert.deepEqual(more, [], "files that were fetched later");
    });
  for (const slug of ["fit", "chinchilla"])
    test(`${slug} reads a table and fits it`, () =>
      complete(`#/${slug}?bootstrap=100&rows=60`, async (page, element) => {
        await panel(element).getByText("Paste a table").click();
        await panel(element)
          .locator("textarea")
          .fill(table({ heads: slug === "fit" ? undefined : ["params", "tokens", "loss"] }));
        await button(panel(element), "Read this text").click();
        await holds(page, 48);
        await finished(element);
      }));
  for (const { slug, quick, params } of EXPERIMENTS)
    test(`${slug} refuses a value`, () =>
      complete(`#/${slug}?${quick}`, async (page, element) => {
        await page.evaluate(
          ([hash]) => void (location.hash = hash),
          [`#/${slug}?${params[0].name}=nonsense&unknown=1`],
        );
        await element.getByText(/nonsense/).waitFor();
      }));
});

test("fits run on the CPU, and the page says so", () =>
  open("device=gpu", async (page) => {
    const element = await ready(page);
    assert.equal(await element.getByLabel("Device", { exact: true }).count(), 0);
    assert.match(
      await element.locator(".device").innerText(),
      /CPU.*This experiment is computed on the CPU\./s,
    );
  }));

test("an embedded element takes its table from its attributes", () =>
  lab.open("", async (page) => {
    const data = (await promisify(deflateRaw)(TABLE)).toString("base64url");
    await page
      .context()
      .route("**/tables/**", (route) =>
        route.fulfill({ body: table({ rows: 36 }), contentType: "text/csv" }),
      );
    await page.locator(".cards").first().waitFor();
    await page.evaluate(
      ([slug, packed]) => {
        const element = document.createElement("scaling-lab");
        for (const [name, value] of Object.entries({
          experiment: slug,
          data: packed,
          law: "chinchilla",
          columns: "tokens:x",
        }))
          element.setAttribute(name, value);
        document.getElementById("main").replaceChildren(element);
      },
      [SLUG, data],
    );
    const element = await ready(page);
    await holds(page, 48);
    assert.equal(
      await panel(element).locator("h3").innerText(),
      "Your runs",
      "below the title of an embedded element",
    );
    // A table that is too large for an attribute stays while another attribute changes.
    await choose(element, table({ rows: 3000 }));
    await holds(page, 3000);
    assert.match((await element.getAttribute("data")) ?? "", /^none~3000~/);
    await element.evaluate((e) => e.setAttribute("huber-delta", "0.01"));
    await settled(page, "huber-delta", 0.01);
    await holds(page, 3000);
    await element.evaluate((e) => e.setAttribute("src", "tables/runs.csv"));
    await holds(page, 36);
    await element.evaluate((e) => e.removeAttribute("src"));
    await holds(page, 0);
  }));

test("a table stays with its element when it is moved, and is removed with it", () =>
  open("", async (page) => {
    let element = await ready(page);
    await choose(element, table({ rows: 3000 }));
    await holds(page, 3000);
    // An element that is moved keeps its table; a new element does not get the table of one that was removed.
    await page.evaluate(() =>
      document.getElementById("main").append(document.querySelector("scaling-lab")),
    );
    await page.waitForTimeout(300);
    await holds(page, 3000);
    await page.evaluate(() => {
      location.hash = "#/about";
    });
    await page.locator("dl").waitFor();
    await page.evaluate((to) => {
      location.hash = to;
    }, `#/${SLUG}`);
    element = await ready(page);
    await holds(page, 0);
  }));

describe("published numbers that need a file that the lab may not distribute", () => {
  const files = async () => {
    const claims = (await catalogue())
      .flatMap((entry) => entry.claims)
      .flatMap(({ data }) => data ?? []);
    return [...new Set(claims.map(({ file }) => file))];
  };
  const rows = (/** @type {Page} */ page, /** @type {string} */ file) =>
    page.locator("tr[data-claim]").filter({ hasText: `needs ${file}` });
  /**
   * @param {import("playwright-core").Locator} place
   * @param {string} name
   * @param {Buffer} buffer
   */
  const give = (place, name, buffer) =>
    place.locator("input[type=file]").setInputFiles({ name, mimeType: "text/csv", buffer });

  test("wait for it", () =>
    lab.open("#/published", async (page) => {
      await page.locator("tr[data-claim]").first().waitFor();
      for (const file of await files()) {
        const place = page.getByRole("region", { name: file });
        assert.ok((await rows(page, file).count()) > 0, `rows wait for ${file}`);
        assert.equal(
          await rows(page, file).getByRole("button").count(),
          0,
          "waiting rows cannot be run",
        );
        await give(place, "wrong.csv", Buffer.from("1,2\n3,4\n"));
        await place.getByText(/wrong\.csv was not accepted\. Line 1 holds numbers/).waitFor();
        assert.ok((await rows(page, file).count()) > 0, "the rows still wait after a wrong file");
      }
    }));

  test(
    "agree with it as expected",
    { skip: process.env.LAB_DATA ? false : "needs LAB_DATA, the folder of the files" },
    () =>
      lab.open("#/published", async (page) => {
        await page.locator("tr[data-claim]").first().waitFor();
        for (const file of await files()) {
          const waiting = await rows(page, file).evaluateAll((all) =>
            all.map((row) => row.getAttribute("data-claim") ?? ""),
          );
          await give(
            page.getByRole("region", { name: file }),
            file,
            await readFile(join(process.env.LAB_DATA ?? "", file)),
          );
          for (const claim of waiting) {
            const row = page.locator(`tr[data-claim="${claim}"]`);
            await row.getByRole("button").click();
            await row.locator(".answer").waitFor({ timeout: 120_000 });
            assert.match(
              (await row.locator(".answers").textContent()) ?? "",
              /^Run(Agrees|Differsfor the reason given)$/,
              claim,
            );
          }
        }
      }),
  );
});

test("axe-core finds nothing with a table, light and dark", () =>
  open(
    "",
    async (page) => {
      const element = await ready(page);
      await choose(element, TABLE);
      await holds(page, 48);
      await choose(element, "wrong", "wrong.csv");
      await said(element).filter({ hasText: "wrong.csv" }).waitFor();
      assert.deepEqual(await axe(page), []);
    },
    { context: { reducedMotion: "reduce" } },
  ));
