// One figure of a result as an element: plot, read-out, legend, table. `update` redraws it in place and
// keeps cursor, focus and legend; it is fast enough to be called every frame while a slider moves.
import { grips as gripsPart, heatMaps, later, saving } from "../assets.js";
import { drawFigure, fontSize } from "./draw.js";
import { hasData } from "./extent.js";
import { fill } from "./format.js";
import { html } from "./html.js";
import { createLegend } from "./legend.js";
import { STRINGS } from "./strings.js";
import { entryOf } from "./swatch.js";
import { say, set, show } from "./svg-page.js";
import { el } from "./svg.js";

/** @typedef {{label: string, unit: string, scale: "linear" | "log"}} Axis
 *  @typedef {{id: string, group?: string, label: string, kind: "line" | "points" | "band", role: "measured" | "theory" | "published", x: (number | null)[], y: (number | null)[],
 *    lo?: (number | null)[], hi?: (number | null)[], how?: string, tag?: string, hidden?: boolean, floor?: boolean, ghost?: boolean}} Series
 *  @typedef {{id: string, label: string}} Group
 *  @typedef {{x: number[], y: number[], z: (number | null)[][], label: string, unit: string, scale: "linear" | "log", frame: "plane" | "simplex"}} Field
 *  @typedef {{label: string, x?: number | null, to?: number | null, y?: number | null}} Mark
 *  @typedef {{param: string, along?: string, values?: number[], part?: number, mark: number}} Handle
 *  @typedef {{id: string, title: string, x: Axis, y: Axis, field?: Field | null, groups?: Group[], series: Series[], marks?: Mark[], handles?: Handle[], equal?: boolean, folded?: boolean, nothing?: string}} Figure */
/** The parameters that a reader can set by dragging on the figure: their controls, their texts, and how to set them.
 *  @typedef {{params: import("../types.d.ts").Spec[], controls: Map<string, import("../controls.js").Control>,
 *    value: (name: string) => string, ask: (name: string, text: string, settled: boolean) => void}} Steer */
/** @typedef {{text: string, metadata: unknown}} Stamp */
/**
 * @typedef {object} Options
 * @property {string} [locale] BCP 47 tag of the number formats; "en" unless given
 * @property {Partial<import("./strings.js").Strings>} [strings] words that replace the English ones
 * @property {number} [width] a fixed width in px; else the element follows its container
 * @property {number} [height] a fixed height of the drawing in px; else it follows the width
 * @property {boolean} [caption] whether the figure shows its own title; true unless given
 * @property {Steer} [steer] the parameters that the figure's handles set; without them nothing can be dragged
 */

let last = 0;
/** Few figures are heat maps, so the code that draws them is fetched for the first one. @type {import("./draw.js").View["maps"]} */
let maps = null;

/**
 * @param {Figure} figure @param {Options} [options]
 * @returns {{element: HTMLElement, update: (figure: Figure) => void, destroy: () => void, svg: (standalone: typeof import("./standalone.js").standalone, stamp?: Stamp | null, theme?: "light" | "dark") => string}}
 */
export function renderFigure(figure, options = {}) {
  const { locale = "en", caption = true } = options;
  const strings = { ...STRINGS, ...options.strings };
  let current = figure;
  let width = 0;
  let scale = 1;
  /** The most px that the drawing may be high. @type {number | undefined} */
  let cap;
  /** The entries of the legend that the user has switched on or off. @type {Map<string, boolean>} */
  const switched = new Map();
  const shown = (/** @type {string} */ id) => {
    const series = current.series.find((s) => s.id === id);
    return !series || (switched.get(entryOf(series, current.groups).key) ?? !series.hidden);
  };
  /** @type {import("./draw.js").Drawn | null} */
  let drawn = null;
  /** @type {import("./draw.js").Kept | null} */
  let kept = null;
  /** The code of cursor and grips is fetched after the first drawing. @type {ReturnType<typeof import("./cursor.js").createCursor> | null} */
  let cursor = null;
  /** @type {ReturnType<typeof import("./handle.js").createGrips> | null} */
  let grips = null;

  const element = html("figure", "lab-figure");
  const title = html("figcaption", "", figure.title);
  title.hidden = !caption;
  const plot = html("div", "lab-plot");
  plot.tabIndex = 0;
  const hintId = `lab-hint-${++last}`;
  const attributes = {
    role: "application",
    "aria-roledescription": strings.chart,
    "aria-describedby": hintId,
  };
  for (const [name, value] of Object.entries(attributes)) plot.setAttribute(name, value);
  const drawing = show(el("svg", { class: "lab-svg", role: "img" }));
  const svg = drawing.element;
  plot.append(svg);
  const empty = html("p", "lab-note");
  const hint = html("span", "lab-sr");
  hint.id = hintId;
  const legend = createLegend(strings, shown, (key, on) => {
    switched.set(key, on);
    cursor?.forget(shown);
    draw();
  });
  const now = () => ({ figure: current, drawn, width });
  const read = html("p", "lab-read");
  read.setAttribute("aria-hidden", "true");
  const live = html("div", "lab-sr");
  live.setAttribute("aria-live", "polite");
  const note = html("p", "lab-note");
  const details = /** @type {HTMLDetailsElement} */ (html("details"));
  const tableHost = html("div", "lab-scroll");
  tableHost.tabIndex = 0;
  tableHost.setAttribute("role", "region");
  details.append(html("summary", "", strings.table), tableHost);
  element.append(title, legend.element, plot, hint, empty, read, note, legend.more, details, live);

  /** Sets the labels for screen readers, even while the figure has no width or code for it is being fetched. */
  function label() {
    if (!svg.hasAttribute("aria-label")) set(svg, "aria-label", current.title);
    set(plot, "aria-label", current.title);
    set(tableHost, "aria-label", `${strings.table}: ${current.title}`);
  }

  function draw() {
    label();
    if (width <= 0) return;
    const some = !current.nothing && hasData(current);
    empty.hidden = some;
    say(empty, current.nothing ?? strings.empty);
    plot.hidden = read.hidden = legend.element.hidden = details.hidden = !some;
    say(title, current.title);
    if (!some) {
      note.hidden = legend.more.hidden = true;
      drawn = null;
      return;
    }
    if (current.field && !maps) {
      return void heatMaps().then(
        (module) => {
          maps = module;
          draw();
        },
        () => {},
      );
    }
    const view = {
      width,
      height: options.height,
      most: cap,
      scale,
      locale,
      strings,
      shown,
      maps,
    };
    drawn = drawFigure(current, view, kept);
    kept = drawn.kept;
    drawing.update(drawn.tree);
    // A screen reader cannot use a summary sixty times a second.
    summary ||= window.setTimeout(describe, 200);
    say(hint, current.field ? strings.keysField : strings.keys);
    const { dropped } = drawn;
    note.hidden = dropped === 0;
    if (dropped > 0)
      say(note, dropped === 1 ? strings.dropped1 : fill(strings.dropped, { count: dropped }));
    legend.draw(current);
    cursor?.draw();
    grips?.draw();
    if (details.open) drawTable();
  }

  let summary = 0;
  function describe() {
    summary = 0;
    const { steer } = options;
    if (steer && current.handles)
      gripsPart().then(
        ({ createGrips }) => (grips ??= createGrips(plot, svg, now, steer)).draw(),
        () => {},
      );
    // Until the code arrives, and if that fails, the title is the label and the figure has no cursor.
    later().then(
      ({ createCursor, summarise }) => {
        set(svg, "aria-label", summarise(current, shown, locale, strings));
        if (cursor) return;
        cursor = createCursor(plot, svg, read, live, locale, strings, now);
        cursor.draw();
      },
      () => {},
    );
  }

  /** @type {typeof import("./table.js").showTable | null} */
  let showTable = null;
  function drawTable() {
    if (showTable) return showTable(tableHost, current, shown, locale, strings);
    saving().then(
      (module) => {
        showTable = module.showTable;
        drawTable();
      },
      () => {},
    );
  }
  details.addEventListener("toggle", () => details.open && drawTable());

  function measure() {
    const factor = parseFloat(getComputedStyle(element).getPropertyValue("--lab-plot-scale")) || 1;
    const room = options.width ?? Math.floor(plot.clientWidth || element.clientWidth);
    // A style sheet may limit the height of the plot.
    const most = parseFloat(getComputedStyle(plot).maxHeight) || undefined;
    if (room <= 0 || (room === width && factor === scale && most === cap)) return;
    [width, scale, cap] = [room, factor, most];
    element.style.setProperty("--lab-size", `${fontSize(width) * scale}px`);
    read.style.minBlockSize = "";
    draw();
  }
  // Draw in the next frame: a drawing that changes its height while sizes are being reported would be reported again.
  let frame = 0;
  const observer = new ResizeObserver(() => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      measure();
    });
  });
  observer.observe(element);
  label();
  measure();

  return {
    element,
    update(next) {
      current = next;
      draw();
    },
    destroy() {
      observer.disconnect();
      cancelAnimationFrame(frame);
      clearTimeout(summary);
      element.remove();
    },
    svg: (standalone, stamp = null, theme = "light") =>
      // A file shows the present result only.
      standalone(
        { ...current, series: current.series.filter((s) => !s.ghost) },
        { locale, strings, shown },
        stamp,
        theme,
      ),
  };
}
