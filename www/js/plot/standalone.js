// A figure as one SVG file with title, plot, legend and stamp. Its colours are written out, so that it looks
// the same in a browser, in a paper and in an editor that does not support CSS variables.
import { palettes, svgRules } from "./css.js";
import { drawFigure } from "./draw.js";
import { drawField } from "./field.js";
import { wrapText } from "./layout.js";
import { legendRows } from "./legend-rows.js";
import { drawSimplex } from "./simplex.js";
import { summarise } from "./summary.js";
import { markup } from "./svg-text.js";
import { el } from "./svg.js";

const WIDTH = 900;
const maps = { drawField, drawSimplex };
const FONT = "Helvetica, Arial, sans-serif";

/**
 * @param {import("./figure.js").Figure} figure
 * @param {{locale: string, strings: import("./strings.js").Strings, shown: (id: string) => boolean}} view
 * @param {import("./figure.js").Stamp | null} stamp @param {"light" | "dark"} theme
 */
export function standalone(figure, view, stamp, theme) {
  const { tree, height, size } = drawFigure(figure, { ...view, width: WIDTH, scale: 1, maps });
  /** @type {Record<string, string>} */
  const palette = { ...palettes[theme], font: FONT };
  const style = svgRules
    .map((rule) => rule.replace(/var\(--lab-(\w+)\)/g, (_, name) => palette[name]))
    .join("");

  let y = size * 1.6;
  const texts = [
    el("text", { x: 4, y, "font-weight": "bold", "font-size": size * 1.1 }, figure.title),
  ];
  y += size * 0.8;
  const plot = el("g", { transform: `translate(0 ${y})` }, tree.children);
  y += height + size * 0.6;

  const legend = legendRows(figure, view.shown, size, WIDTH, y);
  y = legend.bottom;

  const small = size * 0.7;
  const footer = stamp
    ? stamp.text.split("\n").flatMap((line) => wrapText(line, small, WIDTH - 8))
    : [];
  for (const line of footer) {
    y += small * 1.3;
    texts.push(el("text", { class: "small", x: 4, y, "font-size": small }, line));
  }
  y = Math.ceil(y + small);

  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    width: WIDTH,
    height: y,
    viewBox: `0 0 ${WIDTH} ${y}`,
    "font-size": size,
    role: "img",
  };
  return markup(
    el("svg", attributes, [
      el("title", {}, figure.title),
      el("desc", {}, summarise(figure, view.shown, view.locale, view.strings)),
      ...(stamp ? [el("metadata", {}, JSON.stringify(stamp.metadata))] : []),
      el("style", {}, style),
      el("rect", { width: WIDTH, height: y, fill: palette.bg }),
      plot,
      ...legend.nodes,
      ...texts,
    ]),
  );
}
