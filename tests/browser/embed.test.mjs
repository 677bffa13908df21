// The element in a page of another site: one script from another origin, under a strict policy; files that the browser must refuse.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { serve } from "../../www/serve.mjs";
import { allShown, dist, element, FREE, hosts, PINNED, script, STABLE, strict } from "./host.mjs";
import { assertSame, native, numbers, quickStates, styledFormulas } from "./harness.mjs";

/** The most bytes of gzip that the first ten experiments on one page fetch until all of them show their figures. */
const TEN = 400_000;

/** @type {Awaited<ReturnType<typeof hosts>>} */
let site;
/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  site = await hosts();
  lab = site.lab;
});
after(() => site?.stop());

/** @type {Awaited<ReturnType<typeof hosts>>["host"]} */
const host = (...given) => site.host(...given);

/** The paths of the lab's files that a page has fetched. @param {string[]} requests */
const fetchedFiles = (requests) =>
  requests.flatMap((url) => (url.startsWith(lab.url) ? [url.slice(lab.url.length)] : []));

for (const name of [STABLE, PINNED])
  test(`under a strict policy the element computes the numbers of the command line: ${name}`, async () => {
    const { "exam-time": state } = await quickStates();
    await host(
      script(lab.url, name) + element("exam-time", { ...state, controls: "full" }),
      async (page, told) => {
        await allShown(page);
        const result = await page.evaluate(
          () =>
            new Promise((done) => {
              const one = document.querySelector("scaling-lab");
              one.addEventListener("result", () => done(one.result), { once: true });
              one.run();
            }),
        );
        assertSame(
          numbers(/** @type {any} */ (result)),
          numbers(await native("exam-time", state)),
          "exam-time",
        );
        assert.equal(await styledFormulas(page), 0);
        const link = await page.locator("scaling-lab .lab-link a").getAttribute("href");
        assert.ok(link?.startsWith(`${lab.url}#/exam-time?`), `the link to the lab is ${link}`);
        assert.deepEqual(told, []);
        const files = fetchedFiles(page.requests);
        const pinned = PINNED.replace(STABLE, "");
        assert.deepEqual(
          files.filter((file) => file !== name && !file.startsWith(pinned)),
          [],
          "all files are in the folder of the version",
        );
        assert.equal(new Set(files).size, files.length, `each file is fetched once: ${files}`);
      },
    );
  });

test("nothing but the script is fetched before an element comes near", () =>
  host(
    `${script(lab.url)}<p>Above</p><div id="far">${element("exam-time")}${element("atoms", {}, "<p>A poster</p>")}</div>
<style>#far { margin-top: 6000px }</style>`,
    async (page, told) => {
      await page.getByText("the experiment “exam-time” starts when it comes into view").waitFor();
      await page.getByText("A poster").waitFor();
      await page.waitForTimeout(300);
      assert.deepEqual(fetchedFiles(page.requests), [STABLE]);
      await page.evaluate(() => document.querySelector("scaling-lab").scrollIntoView());
      await allShown(page);
      assert.equal(await page.getByText("starts when it comes into view").count(), 0);
      // Elements that are added later count too, and those that are far away wait.
      await page.evaluate(() => {
        const one = document.createElement("scaling-lab");
        one.setAttribute("experiment", "multi-epoch");
        one.append(Object.assign(document.createElement("p"), { textContent: "Another poster" }));
        one.style.marginTop = "9000px";
        one.style.display = "block";
        document.body.append(one);
      });
      await page.waitForTimeout(300);
      assert.ok(await page.getByText("Another poster").isVisible());
      assert.equal(
        await page.evaluate(() => document.querySelectorAll("scaling-lab")[2].result),
        null,
      );
      await page.evaluate(() => document.querySelectorAll("scaling-lab")[2].scrollIntoView());
      await allShown(page);
      assert.equal(await page.getByText("Another poster").isVisible(), false);
      assert.deepEqual(told, []);
    },
    { ...strict(lab.url), "style-src": "'self' 'unsafe-inline'" },
  ));

test("an element that is added to a page without one fetches the code then", () =>
  host(script(lab.url), async (page, told) => {
    await page.waitForTimeout(200);
    assert.deepEqual(fetchedFiles(page.requests), [STABLE]);
    await page.evaluate(() => {
      const one = document.createElement("scaling-lab");
      one.setAttribute("experiment", "exam-time");
      document.body.append(one);
    });
    await allShown(page);
    assert.deepEqual(told, []);
  }));

for (const [what, change, said] of /** @type {[string, Record<string, string>, string][]} */ ([
  ["connect-src", { "connect-src": "'self'" }, "it needs “connect-src LAB”"],
  ["script-src", { "script-src": `'self' 'wasm-unsafe-eval' SCRIPT` }, "it needs “script-src LAB”"],
  ["worker-src", { "worker-src": "'self'" }, "it needs “worker-src blob:”"],
  ["wasm", { "script-src": "'self' LAB" }, "it needs “script-src 'wasm-unsafe-eval'”"],
]))
  test(`the line that a policy lacks is named: ${what}`, () => {
    const lines = (/** @type {string} */ text) =>
      text.replace("SCRIPT", `${lab.url}${STABLE}`).replace("LAB", new URL(lab.url).origin);
    const changed = Object.entries(change).map(([name, value]) => [name, lines(value)]);
    return host(
      script(lab.url) + element("exam-time"),
      async (page) => {
        await page.getByText(lines(said)).waitFor();
        assert.equal(await page.getByText(/connection/).count(), 0);
      },
      { ...strict(lab.url), ...Object.fromEntries(changed) },
    );
  });

/** The element's files of one kind in the folder of the version. @param {RegExp} kind */
const filesOf = (kind) =>
  Object.keys(
    JSON.parse(readFileSync(join(dist, PINNED.replace(STABLE, ""), known()), "utf8")).sums,
  ).filter((name) => kind.test(name));
/** The file that holds all sums. */
const known = () => {
  const [name] = /files-\w+\.json/.exec(readFileSync(join(dist, STABLE), "utf8")) ?? [];
  assert.ok(name);
  return name;
};

for (const [what, kind] of /** @type {[string, RegExp][]} */ ([
  ["the element", /^element-\w+\.js$/],
  ["a script that it imports", /^chunk-\w+\.js$/],
  ["the words of an experiment", /^exam-time-[A-Z0-9]{8}\.js$/],
  ["the engine", /^core-\w+\.wasm$/],
  ["the list of sums", /^files-\w+\.json$/],
]))
  test(`a file with other bytes is refused: ${what}`, async () => {
    const copy = await mkdtemp(join(tmpdir(), "lab-"));
    await cp(dist, copy, { recursive: true });
    const names = what === "the list of sums" ? [known()] : filesOf(kind);
    assert.ok(names.length);
    for (const name of names) {
      const path = join(copy, PINNED.replace(STABLE, ""), name);
      const bytes = readFileSync(path);
      // Code that would run, a module that would compile, a list that could be read.
      const more = name.endsWith(".wasm")
        ? Buffer.from([0, 2, 1, 120])
        : Buffer.from(name.endsWith(".js") ? ";globalThis.hacked=1" : "\n");
      await writeFile(path, Buffer.concat([bytes, more]));
    }
    const server = await serve(copy, { headers: FREE });
    try {
      await host(
        script(server.url) + element("exam-time", {}, "<p>A poster</p>"),
        async (page) => {
          await page.getByText(/is not the one that belongs to this version/i).waitFor();
          assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
          assert.ok(!(await page.evaluate(() => document.querySelector("scaling-lab").result)));
        },
        strict(server.url),
      );
    } finally {
      await server.close();
      await rm(copy, { recursive: true, force: true });
    }
  });

test("a piece that a worker fetches for itself is refused too if its bytes differ", async () => {
  const copy = await mkdtemp(join(tmpdir(), "lab-"));
  await cp(dist, copy, { recursive: true });
  const changed = filesOf(/^(?!core|exam-time|device).*\.wasm$/);
  /** Loads some pieces in a worker, which does not wait for the page. @param {string} url */
  const loaded = async (url) => {
    /** @type {string[]} */
    let said = [];
    await host(
      script(url) + element("exam-time"),
      async (page) => {
        await allShown(page);
        said = await page.workers()[0].evaluate(() =>
          [1, 2, 3, 4, 5, 6, 7, 8].map((number) => {
            try {
              /** @type {any} */ (self).loadPiece(number);
              return "loaded";
            } catch (error) {
              return String(error);
            }
          }),
        );
      },
      strict(url),
    );
    return said;
  };
  const server = await serve(copy, { headers: FREE });
  try {
    assert.deepEqual(
      (await loaded(server.url)).filter((said) => said !== "loaded"),
      [],
    );
    for (const name of changed) {
      const path = join(copy, PINNED.replace(STABLE, ""), name);
      await writeFile(path, Buffer.concat([readFileSync(path), Buffer.from([0, 2, 1, 120])]));
    }
    // The pieces of the experiment itself are loaded already, or are as they were.
    const refused = (await loaded(server.url)).filter((said) => said !== "loaded");
    assert.ok(refused.length > 3);
    for (const said of refused) assert.match(said, /^Error: http.*\.wasm$/);
  } finally {
    await server.close();
    await rm(copy, { recursive: true, force: true });
  }
});

test("a lab that cannot be reached leaves the page's own content and says so", async () => {
  const copy = await mkdtemp(join(tmpdir(), "lab-"));
  await cp(join(dist, STABLE), join(copy, STABLE));
  const server = await serve(copy, { headers: FREE });
  try {
    await host(
      script(server.url) + element("exam-time", {}, "<p>A poster</p>"),
      async (page) => {
        await page.getByText(/A file of the lab could not be loaded \(.*\.js\)/).waitFor();
        assert.ok(await page.getByText("A poster").isVisible());
      },
      strict(server.url),
    );
  } finally {
    await server.close();
    await rm(copy, { recursive: true, force: true });
  }
});

test("ten experiments on one page share one engine", async () => {
  const states = Object.entries(await quickStates()).slice(0, 10);
  assert.equal(states.length, 10);
  await host(
    script(lab.url) + states.map(([slug]) => element(slug)).join(""),
    async (page, told) => {
      const begun = Date.now();
      for (let i = 0; i < 10; i++) {
        await page.evaluate((i) => document.querySelectorAll("scaling-lab")[i].scrollIntoView(), i);
        await page.waitForFunction((i) => document.querySelectorAll("scaling-lab")[i].result, i, {
          timeout: 60_000,
        });
      }
      const shown = Date.now() - begun;
      // What comes after the figures counts too: explanations, cursors, grips.
      await page.waitForTimeout(2000);
      const files = fetchedFiles(page.requests);
      assert.equal(new Set(files).size, files.length, `each file is fetched once: ${files}`);
      const bytes = files.reduce(
        (sum, file) => sum + gzipSync(readFileSync(join(dist, file)), { level: 9 }).length,
        0,
      );
      console.log(`ten experiments: ${files.length} files, ${bytes} bytes of gzip, ${shown} ms`);
      assert.ok(bytes < TEN, `${bytes} bytes of gzip: ${files}`);
      // A reader who turns to an experiment gets the code of its runs.
      assert.ok(!files.some((file) => file.includes("exam-time-run-")));
      await page.locator("scaling-lab .title").first().hover();
      await page.waitForTimeout(1000);
      assert.ok(fetchedFiles(page.requests).some((file) => file.includes("exam-time-run-")));
      const cores = await page.evaluate(() => navigator.hardwareConcurrency);
      assert.equal(page.workers().length, 1 + Math.max(1, Math.min(cores - 1, 4)));
      assert.deepEqual(told, []);
    },
  );
});

test("a poster stands until the first figure is drawn, and stays if the engine cannot be loaded", () =>
  host(script(lab.url), async (page) => {
    const add = () =>
      page.evaluate(() => {
        const one = document.createElement("scaling-lab");
        one.setAttribute("experiment", "atoms");
        one.innerHTML = `<svg viewBox="0 0 640 320" width="100%"></svg><a>Answer</a>`;
        document.body.append(one);
      });
    const seen = () => page.locator("scaling-lab > svg").isVisible();
    let release = () => {};
    const held = new Promise((resolve) => (release = () => resolve(null)));
    await page.route(/core-\w+\.wasm/, (route) => held.then(() => route.continue()));
    await add();
    await page.locator("scaling-lab .starting").waitFor();
    assert.ok(await seen(), "the poster stands while the engine is on its way");
    release();
    await allShown(page);
    assert.ok(!(await seen()), "the figure stands in place of the poster");
    assert.ok(await page.locator("scaling-lab .first .lab-plot svg").isVisible());
  }));

test("a poster stays beside the sentence that says what could not be loaded", () =>
  host(script(lab.url), async (page) => {
    await page.route(/core-\w+\.wasm/, (route) => route.abort());
    await page.evaluate(() => {
      const one = document.createElement("scaling-lab");
      one.setAttribute("experiment", "atoms");
      one.innerHTML = `<svg viewBox="0 0 640 320" width="100%"></svg>`;
      document.body.append(one);
    });
    await page.locator("scaling-lab > svg ~ .scaling-lab-note, scaling-lab .alert").waitFor();
    assert.ok(await page.locator("scaling-lab > svg").isVisible());
  }));
