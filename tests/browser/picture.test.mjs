// The small pictures beside the main controls: drawn before, during and after a run, from the data that the command line has
// too, and readable without seeing them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fill } from "../../www/js/text.js";
import { axe, finished, native, quickStates, root, run, shown, start } from "./harness.mjs";

/** @typedef {import("./types.d.ts").LabLocator} LabLocator
 *  @typedef {import("../../www/js/types.d.ts").Picture} Picture */

/** Results of the command line at the quick settings, of the experiments that have a picture. @type {Map<string, {query: string, picture: Picture}>} */
const known = new Map();
/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
  // The page fetches the code of pictures only for the experiments that have one.
  const costs = JSON.parse(readFileSync(join(root, "dist/costs.json"), "utf8"));
  const files = (/** @type {{slug: string}} */ { slug }) => costs[slug].files.join(" ");
  const states = await quickStates((entry) => files(entry).includes("picture-"));
  for (const [slug, state] of Object.entries(states)) {
    const { picture } = await native(slug, state);
    assert.ok(picture, `${slug}: a picture`);
    known.set(slug, { query: String(new URLSearchParams(state)), picture });
  }
});
after(() => lab?.stop());

/** What people see and hear of a picture. @param {Picture} picture */
const said = ({ title, about, rows }) => ({
  title: fill(title),
  about: fill(about),
  rows: rows.map(({ label, value, drawing, values }) => ({
    label: fill(label),
    value: fill(value),
    drawing,
    values,
  })),
});

/** Waits until the picture is drawn, and returns its text alternative. @param {LabLocator} element */
async function label(element) {
  const picture = element.locator(".picture [role=img]");
  await picture.waitFor();
  return /** @type {Promise<string>} */ (picture.getAttribute("aria-label"));
}

/** The contrast of two colours, as computed styles write them. @param {string} one @param {string} other */
function contrast(one, other) {
  const [high, low] = [one, other]
    .map((colour) => {
      const parts = (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map((part) => +part / 255);
      const [r, g, b] = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    })
    .sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** The colours of what is drawn, and of its ground. @param {LabLocator} element */
const colours = (element) =>
  element.evaluate(({ shadowRoot }) => {
    const svg = shadowRoot.querySelector(".picture svg");
    const { stroke, fill } = getComputedStyle(svg.querySelector(".full, .path"));
    return [fill === "none" ? stroke : fill, getComputedStyle(svg).backgroundColor];
  });

test("experiments have pictures", () => assert.ok(known.size >= 4, [...known.keys()].join(", ")));

test("a picture moves with the run and ends as on the command line", async () => {
  for (const [slug, { query, picture }] of known) {
    await lab.open(
      `#/${slug}?${query}`,
      async (page) => {
        const element = await shown(page);
        const theory = await label(element);
        assert.match(theory, /\d/, `${slug}: numbers before the run`);
        await element.evaluate((lab) => {
          const place = lab.shadowRoot.querySelector(".picture");
          const seen = new Set();
          new MutationObserver(() => seen.add(place.innerHTML)).observe(place, { childList: true });
          Object.assign(window, { seen });
        });
        await run(element);
        await page.waitForFunction(() => document.querySelector("scaling-lab").result.picture);
        const ours = await element.evaluate(({ result }) => result.picture);
        assert.deepEqual(said(/** @type {Picture} */ (ours)), said(picture), slug);
        const measured = await label(element);
        assert.notEqual(measured, theory, `${slug}: the run changes the picture`);
        for (const { label, value } of said(picture).rows)
          assert.ok(measured.includes(`${label}: ${value}`), `${slug}: ${measured}`);
        const seen = await page.evaluate(() => /** @type {any} */ (window).seen.size);
        assert.ok(seen >= 3, `${slug}: ${seen} pictures during the run`);
      },
      { paced: true },
    );
  }
});

test("a cell stands for each value, in columns from the left, as dark as its value", async () => {
  let seen = 0;
  for (const [slug, { query }] of known)
    await lab.open(`#/${slug}?${query}`, async (page) => {
      const element = await shown(page);
      await label(element);
      await run(element);
      await page.waitForFunction(() => document.querySelector("scaling-lab").result.picture);
      const { drawn, rows } = await element.evaluate(({ shadowRoot, result }) => ({
        rows: /** @type {Picture} */ (result.picture).rows.filter(
          ({ drawing }) => drawing === "cells",
        ),
        drawn: [...shadowRoot.querySelectorAll(".picture svg.cells")].map((svg) => ({
          box: svg.getAttribute("viewBox"),
          paths: [...svg.querySelectorAll("path")].map((path) => ({
            empty: path.classList.contains("empty"),
            // Attributes have two digits.
            tone: Math.round(8 * Number(path.getAttribute("fill-opacity"))) / 8,
            cells: [...(path.getAttribute("d") ?? "").matchAll(/M[^Mz]*/g)].map(String),
          })),
        })),
      }));
      assert.equal(drawn.length, rows.length, slug);
      drawn.forEach(({ box, paths }, k) => {
        const [values] = rows[k].values;
        const lines = Math.ceil(values.length / 32);
        assert.equal(box, `0 0 ${Math.ceil(values.length / lines)} ${lines}`);
        const cell = (/** @type {number} */ i) =>
          `M${Math.floor(i / lines)} ${i % lines}h0.88v0.88h-0.88`;
        const all = values.map((_, i) => cell(i));
        assert.deepEqual(paths[0], { empty: true, tone: 0, cells: all }, slug);
        // A tone is an eighth of the whole; only 0 is empty.
        for (const { empty, tone, cells } of paths.slice(1)) {
          const here = values.flatMap((v, i) => (v > tone - 0.125 && v <= tone ? [cell(i)] : []));
          assert.deepEqual([empty, cells], [false, here], `${slug}: tone ${tone}`);
        }
        const full = values.filter((v) => v > 0).length;
        assert.equal(
          paths.slice(1).reduce((sum, { cells }) => sum + cells.length, 0),
          full,
          slug,
        );
        seen += paths.length;
      });
    });
  assert.ok(seen > 12, `${seen} paths`);
});

test("a picture says what it leaves out", () =>
  lab.open("#/k-composition?exponents=0,0.5,1,1.5,2&skills=128", async (page) => {
    const element = await shown(page);
    assert.match(await label(element), /; and 2 more; the 64 most frequent of 128 skills/);
    assert.deepEqual(await element.locator(".picture .more").allTextContents(), [
      "and 2 more",
      "the 64 most frequent of 128 skills",
    ]);
  }));

test("a slider changes the picture before a run", () =>
  lab.open("#/exam-time", async (page) => {
    const element = await shown(page);
    assert.match(await label(element), /matched: 90%; optimal: 75%/);
    await element.evaluate((lab) => lab.setAttribute("weights", "0.8,0.2"));
    await page.waitForFunction(() =>
      document
        .querySelector("scaling-lab")
        .shadowRoot.querySelector(".picture [role=img]")
        .getAttribute("aria-label")
        ?.includes("matched: 80%"),
    );
  }));

test("a picture fits on phones, after the headline figure", async () => {
  for (const [slug, { query }] of known)
    await lab.open(
      `#/${slug}?${query}`,
      async (page) => {
        const element = await shown(page);
        await label(element);
        const box = await element.evaluate(({ shadowRoot }) => {
          const { left, right, top } = shadowRoot
            .querySelector(".picture .drawn")
            .getBoundingClientRect();
          const parts = [...shadowRoot.querySelectorAll(".picture .drawn > *")].map((part) =>
            part.getBoundingClientRect(),
          );
          return {
            inside: left >= 0 && right <= innerWidth,
            below: top > shadowRoot.querySelector(".first").getBoundingClientRect().bottom,
            narrow: parts.filter((part) => part.right > right + 0.5 || !part.width).length,
            wide: document.documentElement.scrollWidth - innerWidth,
          };
        });
        assert.deepEqual(box, { inside: true, below: true, narrow: 0, wide: 0 }, slug);
      },
      { context: { viewport: { width: 390, height: 844 } } },
    );
});

test("a picture is seen in light, dark and forced colours, and without motion", async () => {
  for (const [slug, { query }] of known)
    for (const context of /** @type {const} */ ([
      { colorScheme: "light" },
      { colorScheme: "dark" },
      { colorScheme: "dark", forcedColors: "active" },
    ]))
      await lab.open(
        `#/${slug}?${query}`,
        async (page) => {
          const element = await shown(page);
          const theory = await label(element);
          await run(element);
          await page.waitForFunction(() => document.querySelector("scaling-lab").result.picture);
          assert.notEqual(await label(element), theory, `${slug}: no motion, but a new picture`);
          const [ink, ground] = await colours(element);
          assert.ok(
            contrast(ink, ground) >= 3,
            `${slug}, ${JSON.stringify(context)}: ${ink} ${ground}`,
          );
          const moving = await page.evaluate(() => document.getAnimations().length);
          assert.equal(moving, 0, `${slug}: nothing moves`);
        },
        { context: { ...context, reducedMotion: "reduce" } },
      );
});

test("axe-core finds nothing in a picture", () =>
  lab.open(
    `#/atoms?${known.get("atoms")?.query}`,
    async (page) => {
      const element = await shown(page);
      await run(element);
      await finished(element);
      await label(element);
      assert.deepEqual(await axe(page), []);
    },
    { context: { reducedMotion: "reduce" } },
  ));
