// Sentences are data: the page fills every template as the command line does, and every visible word of the page can be said in
// another language.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { fill } from "../../www/js/text.js";
import { ask, catalogue, ready, root, start, target } from "./harness.mjs";

test("the page fills every template as the command line does", async () => {
  const texts = JSON.parse(await ask("texts"));
  assert.ok(texts.length > 200, `${texts.length} texts`);
  for (const text of texts)
    assert.equal(fill(text), typeof text === "string" ? text : text.text, JSON.stringify(text));
});

/** The language that the tests speak: every word of it stands between these brackets. */
const PSEUDO = "en-XA";
const [OPEN, CLOSE] = ["⟦", "⟧"];

/** A word in that language; its arguments, the forms of a plural and its formulas stay. @param {string} english */
const pseudo = (english) => OPEN + english + CLOSE;

const built = join(target, "pseudo");
/** Builds a page. @param {string[]} args @param {Record<string, string>} env */
const build = (args, env) =>
  promisify(execFile)(process.execPath, [join(root, "www/build.mjs"), ...args], {
    env: { ...process.env, TARGET: target, ...env },
    maxBuffer: 1 << 28,
  });

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  const { stdout } = await build(["words"], {});
  const folder = join(built, "locales", PSEUDO);
  await rm(built, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [file, words] of Object.entries(JSON.parse(stdout))) {
    const said = Object.entries(words)
      .filter(([key]) => key !== "lang")
      .map(([key, english]) => [key, pseudo(english)]);
    await writeFile(join(folder, `${file}.json`), JSON.stringify(Object.fromEntries(said)));
  }
  await build([], { LAB_LOCALES: join(built, "locales"), DIST: join(built, "dist") });
  lab = await start("cpu", join(built, "dist"));
});
after(() => lab?.stop());

/**
 * Words on a page that stand outside all brackets: in elements and in attributes that are read aloud.
 * @param {import("./types.d.ts").Page} page
 */
const untranslated = (page) =>
  page.evaluate(
    ({ open, close }) => {
      /** @type {string[]} */
      const found = [];
      // Names, numbers, code and the parameters of laws, which can be typed, are alike in all languages.
      const skipped = "script, style, template, math, code, textarea, input, [translate=no]";
      const alike =
        /^(Scaling Lab|SVG|PNG|CPU|GPU|JSON|CSV|KB|MB|alpha|beta|nu|delta|\b[A-Z](_[A-Z])?\b|\W|\d[KMB]\b|\d|×|e\d+)*$/i;
      /** @param {string} text */
      const outside = (text) => {
        let depth = 0;
        let out = "";
        for (const c of text) {
          if (c === open) depth += 1;
          else if (c === close) depth -= 1;
          else if (depth <= 0) out += c;
        }
        return out;
      };
      /** @param {Element | ShadowRoot} root */
      const walk = (root) => {
        for (const node of root.querySelectorAll("*")) {
          if (node.shadowRoot) walk(node.shadowRoot);
          if (node.matches(skipped) || node.closest(skipped)) continue;
          for (const name of ["aria-label", "title", "placeholder", "alt"]) {
            const text = node.getAttribute(name) ?? "";
            if (!alike.test(outside(text).trim())) found.push(`${name}: ${text}`);
          }
          // Sentences do not run over the ends of these.
          if (
            !node.matches(
              "p, li, td, th, h1, h2, h3, h4, summary, button, option, label, figcaption, text, span:not(:has(*)), a, dt, dd, legend",
            )
          )
            continue;
          if (node.querySelector("p, li, td, option, button")) continue;
          const copy = /** @type {Element} */ (node.cloneNode(true));
          for (const data of copy.querySelectorAll(skipped)) data.remove();
          const words = copy.textContent ?? "";
          if (!alike.test(outside(words).trim())) found.push(words);
        }
      };
      walk(document.documentElement);
      return [...new Set(found)];
    },
    { open: OPEN, close: CLOSE },
  );

const pages = {
  "the list of experiments": "#/",
  "the published numbers": "#/published",
  "how to embed": "#/embed",
  "what the lab is": "#/about",
  "an address of nothing": "#/nothing-here",
  ...Object.fromEntries(
    (await catalogue()).map(({ slug, quick }) => [slug, `#/${slug}?${quick}&nonsense=1`]),
  ),
};
for (const [name, hash] of Object.entries(pages)) {
  test(`every word goes through the language: ${name}`, () =>
    lab.open(
      hash,
      async (page) => {
        if (hash.includes("?")) {
          await ready(page);
          await page.evaluate(() => document.querySelector("scaling-lab").run());
          await page.waitForFunction(() => {
            const { result } = document.querySelector("scaling-lab");
            return result.progress.done >= result.progress.total;
          });
          await page.evaluate(() => {
            for (const fold of document
              .querySelector("scaling-lab")
              .shadowRoot.querySelectorAll("details"))
              fold.open = true;
          });
          await page.waitForTimeout(300);
        } else await page.locator("main h1").waitFor();
        await page.waitForTimeout(200);
        assert.deepEqual(await untranslated(page), []);
      },
      // In wide figures the title of an axis stands on one line.
      { path: `${PSEUDO}/`, context: { viewport: { width: 2400, height: 1200 } } },
    ));
}

test("an element in another page speaks the language of its script", () =>
  lab.open(null, async (page) => {
    await page.route("**/host.html", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: `<!doctype html><script type="module" src="${PSEUDO}/scaling-lab.js"></script>
<scaling-lab experiment="exam-time"></scaling-lab><p style="height: 5000px"></p><scaling-lab experiment="atoms"></scaling-lab>`,
      }),
    );
    await page.goto(`${lab.url}host.html`);
    await page.locator("scaling-lab .fold math").first().waitFor({ state: "attached" });
    const [title, link, far] = await page.evaluate(() => {
      const [near, far] = document.querySelectorAll("scaling-lab");
      const one = (/** @type {string} */ selector) => near.shadowRoot.querySelector(selector);
      return [one(".title").textContent, one(".lab-link a").getAttribute("href"), far.textContent];
    });
    assert.ok(title?.startsWith(OPEN), `its title is ${title}`);
    assert.equal(link, `${lab.url}${PSEUDO}/#/exam-time`);
    assert.ok(far?.startsWith(OPEN), `an element that waits says ${far}`);
  }));

/** Folders of words that no page can be made of, with what the build says. @type {[string, string, string, RegExp][]} */
const WRONG = [
  ["de", "shell.json", '{"nonsense": "Unsinn"}', /shell\.json: there is no word nonsense/],
  ["de", "shell.json", '{"toString": "x"}', /there is no word toString/],
  ["de", "shell.json", '{"measured": "Gemessen {valeu}"}', /measured: its arguments are not those/],
  ["de", "shell.json", '{"run": 5}', /run is no text/],
  ["de", "texts.json", '{"output.FEW_RUNS": "Unter {least} {least:a|b|c}."}', /needs 2 forms/],
  ["de", "texts.json", '{"output.NOTHING": "5$ für nichts"}', /no second dollar/],
  ["de", "shell.json", "{", /shell\.json is no JSON/],
  ["de", "en.json", "{}", /the files are shell, pages/],
  ["x_y!", "shell.json", "{}", /no language tag/],
];
for (const [lang, file, words, said] of WRONG) {
  test(`a language that cannot be shown is refused: ${lang}/${file} ${words}`, async () => {
    const folder = join(built, "wrong", lang);
    await rm(join(built, "wrong"), { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, file), words);
    const env = { LAB_LOCALES: join(built, "wrong"), DIST: join(built, "none") };
    await assert.rejects(build([], env), (/** @type {any} */ error) => said.test(error.stderr));
  });
}
