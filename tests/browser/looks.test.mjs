// How an element looks in a page of another site: it is small unless the page asks for more, and the page's styles do not change it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe, catalogue } from "./harness.mjs";
import { allShown, element, hosts, script, styled } from "./host.mjs";

/** @typedef {import("./types.d.ts").Page} Page */

/** @type {Awaited<ReturnType<typeof hosts>>} */
let site;
before(async () => {
  site = await hosts();
});
after(() => site?.stop());

/** Opens a page with styles of its own. @param {string} body @param {(page: Page) => Promise<unknown>} check */
const host = (body, check) =>
  site.host(
    script(site.lab.url) + body,
    async (page, told) => {
      await check(page);
      assert.deepEqual(told, []);
    },
    styled(site.lab.url),
  );

/** Waits until the layout is settled. @param {Page} page */
const settled = (page) =>
  page.evaluate(
    () =>
      new Promise((done) => {
        let [height, same] = [0, 0];
        const look = () => {
          const now = document.documentElement.scrollHeight;
          same = now === height ? same + 1 : 0;
          height = now;
          if (same < 10) requestAnimationFrame(look);
          else done(null);
        };
        look();
      }),
  );

/** The greatest heights in px, by width. */
const MOST = { 704: 560, 360: 640 };

test("an element that asks for nothing is at most 560 px high, and 640 px on a phone, before and after a run", () =>
  host("<style>body { margin: 0 }</style>", async (page) => {
    for (const { slug, quick } of await catalogue())
      for (const query of ["", quick]) {
        await page.evaluate(
          async ([slug, query]) => {
            document.querySelector("scaling-lab")?.remove();
            const one = /** @type {any} */ (document.createElement("scaling-lab"));
            one.setAttribute("experiment", slug);
            for (const [name, value] of new URLSearchParams(query)) one.setAttribute(name, value);
            const heard = (/** @type {string} */ type) =>
              new Promise((done) => one.addEventListener(type, done, { once: true }));
            const ready = heard("ready");
            document.body.append(one);
            await ready;
            if (!query) return;
            const result = heard("result");
            one.run();
            await result;
          },
          [slug, query],
        );
        for (const [width, most] of Object.entries(MOST)) {
          await page.setViewportSize({ width: Number(width), height: 900 });
          await settled(page);
          const seen = await page.evaluate(() => {
            const one = /** @type {Element} */ (document.querySelector("scaling-lab"));
            const shown = (/** @type {string} */ selector) =>
              [...(one.shadowRoot?.querySelectorAll(selector) ?? [])].some((part) =>
                part.checkVisibility(),
              );
            const parts = [
              ".title",
              ".answer",
              ".first .lab-plot svg",
              ".main .control",
              ".runs .primary",
              ".lab-link a",
            ];
            return {
              height: one.getBoundingClientRect().height,
              wide: document.documentElement.scrollWidth - innerWidth,
              missing: parts.filter((part) => !shown(part)),
            };
          });
          const where = `${slug}${query && ` after ${query}`} at ${width} px`;
          assert.ok(seen.height <= most, `${where}: ${seen.height} px high`);
          assert.ok(seen.wide <= 0, `${where}: ${seen.wide} px too wide`);
          assert.deepEqual(seen.missing, [], where);
        }
        await page.setViewportSize({ width: 704, height: 900 });
      }
  }));

test("`controls` shows all or none of the controls, and may change", () =>
  host(element("exam-time", { controls: "none" }), async (page) => {
    await allShown(page);
    const lab = page.locator("scaling-lab");
    const shown = async () => ({
      run: await lab.locator(".runs .primary").isVisible(),
      question: await lab.locator(".question").isVisible(),
      figure: await lab.locator(".first .lab-plot svg").isVisible(),
    });
    const set = (/** @type {string} */ value) =>
      lab.evaluate((one, value) => one.setAttribute("controls", value), value);
    assert.deepEqual(await shown(), { run: false, question: false, figure: true });
    await set("full");
    assert.deepEqual(await shown(), { run: true, question: true, figure: true });
    await set("most");
    assert.deepEqual(await shown(), { run: true, question: false, figure: true });
    assert.equal(await lab.getAttribute("controls"), "minimal");
  }));

/** Styles that a page may have. */
const HOSTILE = `html { font-size: 62.5%; direction: rtl }
body { font-size: 16px; letter-spacing: 3px; word-spacing: 9px; white-space: pre; text-transform: uppercase; text-align: right;
  line-height: 3; font-style: italic; text-shadow: 1px 1px red; text-indent: 40px; font-family: monospace; color: red }
* { box-sizing: content-box; margin: 7px } button, input, p, svg { padding: 20px; border: 9px solid red; max-width: 50px }`;

test("no style of the page changes an element, and none of the element's changes the page", async () => {
  const looks = async (/** @type {string} */ styles) => {
    /** @type {unknown} */
    let found;
    await host(
      `<style>${styles} body, scaling-lab { margin: 0 } #at { width: 700px }</style><p id="p">Text</p><div id="at">${element("exam-time", { controls: "full" })}</div>`,
      async (page) => {
        const style = () =>
          page.evaluate(() => {
            const { color, font, margin, letterSpacing, direction, width } = getComputedStyle(
              /** @type {Element} */ (document.getElementById("p")),
            );
            return [color, font, margin, letterSpacing, direction, width].join("; ");
          });
        const before = await style();
        await allShown(page);
        await settled(page);
        assert.equal(await style(), before, "the page's own text");
        found = await page.evaluate(() => {
          const root = /** @type {ShadowRoot} */ (
            document.querySelector("scaling-lab")?.shadowRoot
          );
          const names = [
            "direction",
            "letterSpacing",
            "wordSpacing",
            "whiteSpace",
            "textTransform",
            "textAlign",
            "lineHeight",
            "fontStyle",
            "fontSize",
            "fontFamily",
            "textShadow",
            "textIndent",
            "color",
            "cursor",
            "width",
            "height",
            "padding",
            "margin",
          ];
          return [
            ".title",
            ".answer",
            ".question",
            ".runs .primary",
            ".control input",
            ".lab-legend",
            ".lab-plot svg",
            "summary",
          ].map((part) => {
            const style = /** @type {any} */ (
              getComputedStyle(/** @type {Element} */ (root.querySelector(part)))
            );
            return [part, ...names.map((name) => `${name}: ${style[name]}`)];
          });
        });
      },
    );
    return found;
  };
  assert.deepEqual(await looks(HOSTILE), await looks("body { font-size: 16px }"));
});

test("axe-core finds nothing in any size and theme", () =>
  host(
    `<main><h1>Three elements</h1>${["exam-time", "live-arithmetic", "chinchilla"].map((slug) => element(slug)).join("")}</main>`,
    async (page) => {
      await allShown(page);
      await page.evaluate(() => (document.documentElement.lang = "en"));
      for (const controls of ["minimal", "none", "full"])
        for (const theme of ["light", "dark"]) {
          await page.evaluate(
            ([controls, theme]) => {
              for (const one of document.querySelectorAll("scaling-lab")) {
                one.setAttribute("controls", controls);
                one.setAttribute("theme", theme);
              }
            },
            [controls, theme],
          );
          await settled(page);
          assert.deepEqual(await axe(page), [], `${controls}, ${theme}`);
        }
    },
  ));
