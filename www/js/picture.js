// The small picture of a result beside the main controls. This file is loaded after the first figure.
import css from "../elements/picture.css";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { fill } from "./text.js";
import { COLOURS } from "./plot/style.js";
import { el } from "./plot/svg.js";
import { create } from "./plot/svg-page.js";
// See after-first-figure.js.
import "../elements/scaling-lab.js";

/** @typedef {import("./types.d.ts").Picture} Picture
 *  @typedef {import("./plot/svg.js").Node} Node */

const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** The most cells that stand side by side; more of them need a second line. */
const COLUMNS = 32;
/** The number of steps from an empty cell to a full one. */
const TONES = 8;
/** The gap between two cells, as a share of a cell. */
const GAP = 0.12;

const colour = (/** @type {number} */ i) => `c${i % COLOURS}`;

/** The drawing of a row. @param {"cells" | "bar" | "paths"} kind @param {number} width @param {number} height @param {Node[]} children @param {boolean} [square] are its units as high as wide? */
const drawingOf = (kind, width, height, children, square = false) =>
  create(
    el(
      "svg",
      {
        class: `lab-svg ${kind}`,
        viewBox: `0 0 ${width} ${height}`,
        preserveAspectRatio: square ? "xMinYMid" : "none",
      },
      children,
    ),
  );

/** Cells from left to right, in columns from top to bottom. Cells of one tone are one path. @param {number[]} values @param {number} place of the row's colour */
function cells(values, place) {
  const lines = Math.ceil(values.length / COLUMNS);
  const tones = Array.from({ length: TONES + 1 }, () => "");
  values.forEach((value, i) => {
    const [x, y] = [Math.floor(i / lines), i % lines];
    const side = 1 - GAP;
    const cell = `M${x} ${y}h${side}v${side}h${-side}z`;
    tones[0] += cell;
    // Only a value of exactly 0 leaves a cell empty.
    const tone = Math.ceil(value * TONES);
    if (tone) tones[tone] += cell;
  });
  const paths = tones.flatMap((d, tone) => {
    if (!d) return [];
    if (!tone) return [el("path", { class: "empty", d })];
    return [el("path", { class: "full", d, "fill-opacity": tone / TONES })];
  });
  const columns = Math.ceil(values.length / lines);
  return drawingOf("cells", columns, lines, [el("g", { class: colour(place) }, paths)], true);
}

/** Parts of a whole, side by side. @param {number[]} parts */
function bar(parts) {
  let x = 0;
  const rects = parts.map((part, i) => {
    const width = Math.max(0, 100 * part - 0.6);
    const rect = el("rect", { class: "full", x, y: 0, width, height: 10 });
    x += 100 * part;
    return el("g", { class: colour(i) }, [rect]);
  });
  const whole = el("rect", { class: "empty", x: 0, y: 0, width: 100, height: 10 });
  return drawingOf("bar", 100, 10, [whole, ...rects]);
}

/** Things that change places, as lines from left to right. @param {number[][]} paths */
function strands(paths) {
  const lines = paths.map((places, i) => {
    const y = (/** @type {number} */ place) => 10 * place + 5;
    const steps = places.slice(1).map((place, step) => {
      const from = 20 * step + 2;
      return `C${from + 10} ${y(places[step])} ${from + 10} ${y(place)} ${from + 20} ${y(place)}`;
    });
    const d = `M2 ${y(places[0])}${steps.join("")}`;
    return el("g", { class: colour(i) }, [el("path", { class: "path", d })]);
  });
  return drawingOf("paths", 20 * (paths[0].length - 1) + 4, 10 * paths.length, lines);
}

/** @param {Picture["rows"][number]} row @param {number} place of the row's colour */
const drawn = ({ drawing, values }, place) =>
  drawing === "cells"
    ? cells(values[0], place)
    : drawing === "bar"
      ? bar(values[0])
      : strands(values);

/** Shows a picture in its place. @param {HTMLElement} place @param {Picture} picture */
export function depict(place, picture) {
  const root = /** @type {ShadowRoot} */ (place.getRootNode());
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
  const [title, about] = [fill(picture.title), fill(picture.about)];
  const rows = picture.rows.map((row) => ({
    ...row,
    label: fill(row.label),
    value: fill(row.value),
  }));
  const coloured = rows.filter(({ drawing }) => drawing !== "paths");
  const more = (picture.left_out ?? []).map((text) => fill(text));
  const said = [...rows.map(({ label, value }) => t("pictureRow", { label, value })), ...more];
  place.replaceChildren(
    h(
      "div",
      {
        role: "img",
        "aria-label": t("pictureSaid", { title, about, rows: said.join(t("pictureGap")) }),
      },
      h("p", {}, h("b", {}, title)),
      h("p", { class: "about" }, about),
      h(
        "div",
        { class: "drawn" },
        rows.flatMap((row) => [
          h("span", {}, row.label),
          drawn(row, coloured.indexOf(row)),
          h("span", { class: "value" }, row.value),
        ]),
      ),
      more.map((text) => h("p", { class: "more" }, text)),
    ),
  );
}
