// Posters without a page: these tests have no document, only text.
import assert from "node:assert/strict";
import { test } from "node:test";
import { palettes } from "./css.js";
import { between, needed, poster, POSTER_BYTES, posterBlock } from "./poster.js";
import { HOSTILE, logs, nowhere, plane, simplex } from "./samples.js";
import { STRINGS } from "./strings.js";

const view = { locale: "en", strings: STRINGS };
/** A figure of many points. @param {"line" | "points"} kind @param {number} length */
const long = (kind, length) => {
  const x = Array.from({ length }, (_, i) => i);
  const y = x.map((i) => Math.sin(i / 50) + 2);
  const axis = { label: "x", unit: "", scale: /** @type {const} */ ("linear") };
  const series = { id: "s", label: "series", kind, role: /** @type {const} */ ("measured"), x, y };
  return { id: "long", title: "Long", x: axis, y: axis, series: [series] };
};

test("a poster is small, and needs no style, class or name of the page", () => {
  for (const figure of [logs, nowhere, plane, simplex, long("line", 5000), long("points", 5000)]) {
    const text = poster(figure, view);
    assert.ok(Buffer.byteLength(text) <= POSTER_BYTES, figure.id);
    assert.equal(poster(figure, view), text, "a second poster has the bytes of the first");
    assert.doesNotMatch(text, /<style|\s(style|class|id|data-layer)=|var\(/, figure.id);
    assert.match(text, /^<svg xmlns="[^"]+" viewBox="0 0 640 \d+" width="100%" role="img"/);
    assert.doesNotMatch(text, /NaN|undefined|null|Infinity/, figure.id);
  }
});

test("text is data in a poster, in its line and in its address", () => {
  const block = posterBlock(
    { ...logs, title: HOSTILE },
    HOSTILE,
    `https://lab.example/"><b>`,
    view,
  );
  assert.doesNotMatch(block, /<b[ >]/);
  assert.ok(block.includes("&lt;b title="), "the text itself is there");
  assert.match(block, /<a href="https:\/\/lab\.example\/&quot;&gt;&lt;b&gt;">/);
  assert.doesNotMatch(posterBlock(logs, "answer", null, view), /href/);
});

test("a poster that cannot be small enough is refused in a sentence", () => {
  assert.throws(() => poster(logs, view, 500), /does not fit into a poster of 500 bytes/);
  assert.ok(Buffer.byteLength(posterBlock(logs, "a".repeat(900), null, view)) <= POSTER_BYTES);
});

test("a point is left out only if the line through its neighbours passes near it", () => {
  const points = Array.from({ length: 400 }, (_, i) => [
    i,
    100 * Math.sin(i / 30),
    i === 200 ? 40 : 0,
  ]);
  for (const tolerance of [0.3, 2]) {
    const kept = needed(points, tolerance);
    assert.ok(kept.length < 120 && kept.includes(200), `${kept.length} points`);
    let part = 0;
    points.forEach(([x, ...ys], i) => {
      if (i > kept[part + 1]) part++;
      const [from, to] = [points[kept[part]], points[kept[part + 1]]];
      const share = (x - from[0]) / (to[0] - from[0]);
      ys.forEach((y, k) => {
        const on = from[k + 1] + share * (to[k + 1] - from[k + 1]);
        assert.ok(Math.abs(y - on) <= tolerance + 1e-9, `point ${i} is ${y - on} away`);
      });
    });
  }
  const gap = [
    [0, 1],
    [1, 1],
    [2, NaN],
    [3, 1],
    [4, 1],
  ];
  assert.ok(needed(gap, 1).includes(2), "a gap stays");
});

/** The relative luminance of WCAG 2. @param {string} colour */
const luminance = (colour) => {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const v = parseInt(colour.slice(i, i + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
/** @param {string} a @param {string} b */
const contrast = (a, b) => {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};

test("a poster's colours have a contrast of 3 with a white and with a dark page", () => {
  for (const name of Object.keys(palettes.light).filter((key) => /^[cq]\d/.test(key)))
    for (const theme of /** @type {const} */ (["light", "dark"]))
      assert.ok(
        contrast(between(name), palettes[theme].bg) >= 3,
        `${name} ${between(name)} on ${theme}: ${contrast(between(name), palettes[theme].bg)}`,
      );
});
