// One figure of a result as an element: plot, read-out, legend, table. `update` redraws it in place and
// keeps cursor, focus and legend; it is made to be called every frame while a slider moves.
import { later } from "../assets.js";
import { createDrawing, fontSize, loading } from "./draw.js";
import { hasData } from "./extent.js";
import { axisTitle, cell, fill, upper, valueFormat } from "./format.js";
import { STRINGS } from "./strings.js";
import { looks, outline } from "./style.js";
import { el, say, set } from "./svg.js";

/** @typedef {{label: string, unit: string, scale: "linear" | "log"}} Axis
 *  @typedef {{id: string, group?: string, label: string, kind: "line" | "points" | "band", role: "measured" | "theory" | "published", x: (number | null)[], y: (number | null)[],
 *    lo?: (number | null)[], hi?: (number | null)[], hidden?: boolean, floor?: boolean}} Series
 *  @typedef {{x: number[], y: number[], z: (number | null)[][], label: string, unit: string, scale: "linear" | "log", frame: "plane" | "simplex"}} Field
 *  @typedef {{label: string, x?: number | null, y?: number | null}} Mark
 *  @typedef {{id: string, title: string, x: Axis, y: Axis, field?: Field | null, series: Series[], marks?: Mark[], folded?: boolean}} Figure */
/** What a swatch needs to know. @typedef {Pick<Series, "kind" | "role" | "lo" | "hi" | "floor">} Shown */
/** @typedef {{text: string, metadata: unknown}} Stamp */
/**
 * @typedef {object} Options
 * @property {string} [locale] BCP 47 tag of the number formats; "en" unless given
 * @property {Partial<import("./strings.js").Strings>} [strings] words that replace the English ones
 * @property {number} [width] a fixed width in px; else the element follows its container
 * @property {number} [height] a fixed height of the drawing in px; else it follows the width
 * @property {boolean} [caption] whether the figure shows its own title; true unless given
 */

let last = 0;

/** @param {string} tag @param {string} [name] @param {string} [text] */
function html(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) say(node, text);
  return node;
}

/** The look of a series in small. @param {Shown} s @param {import("./style.js").Look} look @param {number} [size] */
export function swatch(s, look, size = 14) {
  const [w, h] = [size * 2, size];
  const g = el("g", { class: look.colour });
  if (s.kind !== "points" && (s.lo || s.hi))
    g.append(el("path", { class: "area", d: `M0 ${h * 0.15}H${w}V${h * 0.85}H0Z` }));
  if (s.kind === "line") {
    g.append(
      el("path", {
        class: "line",
        d: `M0 ${h / 2}H${w}`,
        "stroke-width": size * 0.15,
        "stroke-dasharray":
          look.dash
            ?.split(" ")
            .map((v) => (+v * size) / 14)
            .join(" ") ?? null,
      }),
    );
  }
  if (s.kind === "points" || (s.kind === "line" && s.role === "published")) {
    const open = look.open || s.floor;
    g.append(
      el("path", {
        class: open ? "open" : "dots",
        d: `M${w / 2} ${h / 2}${outline(look.shape, size * 0.3)}`,
        "stroke-width": open ? size * 0.12 : 0,
      }),
    );
  }
  return g;
}

/** @param {Shown} s @param {import("./style.js").Look} look */
function swatchSvg(s, look) {
  const svg = el("svg", {
    class: "lab-svg",
    width: 28,
    height: 14,
    viewBox: "0 0 28 14",
    "aria-hidden": "true",
  });
  svg.append(swatch(s, look));
  return svg;
}

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
  /** What the reader switched on or off. @type {Map<string, boolean>} */
  const switched = new Map();
  const shown = (/** @type {string} */ id) =>
    switched.get(id) ?? !current.series.find((s) => s.id === id)?.hidden;
  /** @type {import("./draw.js").Drawn | null} */
  let drawn = null;
  /** The point or cell under the cursor. @type {{id: string | null, i: number, j: number, held: boolean} | null} */
  let cursor = null;

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
  const drawing = createDrawing();
  const pointer = el("g", { "data-layer": "cursor", visibility: "hidden" });
  const hair = el("path", { class: "axis" });
  const ring = el("path", { class: "rule" });
  pointer.append(hair, ring);
  drawing.svg.append(pointer);
  plot.append(drawing.svg);
  const empty = html("p", "lab-note", strings.empty);
  const read = html("p", "lab-read");
  read.setAttribute("aria-hidden", "true");
  const hint = html("span", "lab-sr");
  hint.id = hintId;
  const live = html("div", "lab-sr");
  live.setAttribute("aria-live", "polite");
  const legend = html("div", "lab-legend");
  legend.setAttribute("role", "group");
  legend.setAttribute("aria-label", strings.legend);
  const note = html("p", "lab-note");
  const details = /** @type {HTMLDetailsElement} */ (html("details"));
  const tableHost = html("div", "lab-scroll");
  tableHost.tabIndex = 0;
  tableHost.setAttribute("role", "region");
  details.append(html("summary", "", strings.table), tableHost);
  element.append(title, plot, hint, empty, read, legend, note, details, live);

  /** Never without words, also while it has no width or a part of it is fetched. */
  function label() {
    if (!drawing.svg.hasAttribute("aria-label")) set(drawing.svg, "aria-label", current.title);
    set(plot, "aria-label", current.title);
    set(tableHost, "aria-label", `${strings.table}: ${current.title}`);
  }

  function draw() {
    label();
    if (width <= 0) return;
    const some = hasData(current);
    empty.hidden = some;
    plot.hidden = read.hidden = legend.hidden = details.hidden = !some;
    say(title, current.title);
    if (!some) {
      note.hidden = true;
      drawn = null;
      return;
    }
    const wait = loading(current);
    if (wait) return void wait.then(draw, () => {});
    drawn = drawing.draw(current, { width, height: options.height, scale, locale, strings, shown });
    // Nobody hears a summary sixty times a second.
    summary ||= window.setTimeout(describe, 200);
    say(hint, current.field ? strings.keysField : strings.keys);
    const { dropped } = drawn;
    note.hidden = dropped === 0;
    if (dropped > 0)
      say(note, dropped === 1 ? strings.dropped1 : fill(strings.dropped, { count: dropped }));
    drawLegend();
    drawCursor();
    if (details.open) drawTable();
  }

  let summary = 0;
  function describe() {
    summary = 0;
    // Fetched after the first drawing; without it the title says what this is.
    later().then(
      ({ summarise }) => set(drawing.svg, "aria-label", summarise(current, shown, locale, strings)),
      () => {},
    );
  }

  let legendKey = "";
  function drawLegend() {
    const { series } = current;
    const all = looks(series);
    const key = JSON.stringify(
      series.map((s, k) => [
        s.id,
        s.label,
        s.kind,
        s.role,
        Boolean(s.lo || s.hi),
        Boolean(s.floor),
        all[k],
      ]),
    );
    legend.hidden = series.length === 0;
    if (key !== legendKey) {
      legendKey = key;
      const focused = legend.querySelector(":focus")?.getAttribute("data-id");
      legend.replaceChildren(
        ...series.map((s, k) => {
          const button = html("button");
          button.setAttribute("type", "button");
          button.setAttribute("data-id", s.id);
          button.append(swatchSvg(s, all[k]), html("span", "", upper(s.label)));
          button.addEventListener("click", () => {
            switched.set(s.id, !shown(s.id));
            if (cursor?.id === s.id) cursor = null;
            draw();
          });
          if (s.id === focused) queueMicrotask(() => button.focus());
          return button;
        }),
      );
    }
    for (const button of legend.children)
      set(button, "aria-pressed", String(shown(button.getAttribute("data-id") ?? "")));
  }

  /** @type {typeof import("./table.js").tabulate | null} */
  let tabulate = null;
  function drawTable() {
    if (!tabulate) {
      return void later().then(
        (module) => {
          tabulate = module.tabulate;
          drawTable();
        },
        () => {},
      );
    }
    const { head, rows, note } = tabulate(current, shown, locale, strings);
    const table = html("table");
    const cells = (/** @type {string[]} */ texts, /** @type {string} */ scope) => {
      const tr = html("tr");
      texts.forEach((text, i) => {
        const th = scope === "col" || i === 0;
        const td = html(th ? "th" : "td", "", text);
        if (th) td.setAttribute("scope", scope);
        tr.append(td);
      });
      return tr;
    };
    const [thead, tbody] = [html("thead"), html("tbody")];
    thead.append(cells(head, "col"));
    tbody.append(...rows.map((row) => cells(row, "row")));
    table.append(thead, tbody);
    const { scrollTop, scrollLeft } = tableHost;
    tableHost.replaceChildren(...(note ? [html("p", "lab-note", note)] : []), table);
    tableHost.scrollTo(scrollLeft, scrollTop);
  }
  details.addEventListener("toggle", () => details.open && drawTable());

  /** Pixels of the cursor; null if its point is gone. */
  function place() {
    if (!drawn || !cursor) return null;
    const { id, i, j } = cursor;
    if (id === null) return drawn.cells?.find((c) => c.i === i && c.j === j) ?? null;
    const p = drawn.placed.find((p) => p.series.id === id);
    return p && Number.isFinite(p.px[i] + p.py[i]) ? { x: p.px[i], y: p.py[i] } : null;
  }

  /** What the read-out says: the place, then values by series. @returns {{text: string, placed?: import("./draw.js").Placed}[]} */
  function reading() {
    if (!drawn || !cursor) return [];
    const { x, y, field } = current;
    const vx = valueFormat(locale, x.unit);
    const vy = valueFormat(locale, y.unit);
    if (cursor.id === null) {
      if (!field) return [];
      const [a, b] = [field.x[cursor.i], field.y[cursor.j]];
      const out = [{ text: `${axisTitle(x)} ${vx(a)}` }, { text: `${axisTitle(y)} ${vy(b)}` }];
      if (field.frame === "simplex")
        out.push({ text: `${strings.third} ${vx(Math.max(0, +(1 - a - b).toFixed(12)))}` });
      return [
        ...out,
        {
          text: `${axisTitle(field)} ${valueFormat(locale, field.unit)(Number(field.z[cursor.j][cursor.i]))}`,
        },
      ];
    }
    const here = /** @type {import("./draw.js").Placed} */ (
      drawn.placed.find((p) => p.series.id === cursor?.id)
    );
    const at = here.px[cursor.i];
    const value = (/** @type {import("./draw.js").Placed} */ p, /** @type {number} */ i) => {
      const { series: s } = p;
      const v = s.kind === "band" ? null : s.y[i];
      const none = s.floor && (v == null || v <= 0);
      return `${upper(s.label)} ${none ? `${strings.floor} ` : ""}${cell(none ? null : v, none ? null : s.lo?.[i], s.hi?.[i], vy, strings)}`;
    };
    const out = [
      { text: `${axisTitle(x)} ${vx(Number(here.series.x[cursor.i]))}` },
      { text: value(here, cursor.i), placed: here },
    ];
    if (field?.frame === "simplex") return out;
    const { invert } = drawn;
    for (const p of drawn.placed) {
      if (p === here || out.length > (width < 500 ? 2 : 4)) continue;
      let best = -1;
      p.px.forEach((px, i) => {
        if (
          Number.isFinite(px + p.py[i]) &&
          (best < 0 || Math.abs(px - at) < Math.abs(p.px[best] - at))
        )
          best = i;
      });
      if (best < 0) continue;
      const off = at - p.px[best];
      const next =
        best + Math.sign(off) * (p.px[best + 1] >= p.px[best - 1] || best === 0 ? 1 : -1);
      if (Math.abs(off) < 1) out.push({ text: value(p, best), placed: p });
      else if (
        p.series.kind === "line" &&
        invert &&
        Math.abs(at - p.px[next]) <= Math.abs(p.px[best] - p.px[next])
      ) {
        // Between two points of a curve: read off the drawn line.
        const y = p.py[best] + (off / (p.px[next] - p.px[best])) * (p.py[next] - p.py[best]);
        if (Number.isFinite(y))
          out.push({
            text: `${upper(p.series.label)} ≈ ${valueFormat(locale, current.y.unit, 3)(invert(y))}`,
            placed: p,
          });
      }
    }
    return out;
  }

  /** @param {boolean} [aloud] tell the live region too */
  function drawCursor(aloud = false) {
    const at = place();
    set(pointer, "visibility", at ? "visible" : "hidden");
    if (!at || !drawn) {
      read.replaceChildren(html("span", "hint", strings.point));
      return;
    }
    const { box, size } = drawn;
    const simplex = current.field?.frame === "simplex";
    set(hair, "d", simplex ? null : `M${at.x.toFixed(1)} ${box.y0}V${box.y1}`);
    set(ring, "d", `M${at.x.toFixed(1)} ${at.y.toFixed(1)}${outline(0, size * 0.5)}`);
    set(ring, "stroke-width", size * 0.13);
    const lines = reading();
    read.replaceChildren(
      ...lines.map(({ text, placed }, k) => {
        const span = html("span");
        if (placed) span.append(swatchSvg(placed.series, placed.look), " ");
        span.append(
          k === (current.field && cursor?.id === null ? lines.length - 1 : 1)
            ? html("b", "", text)
            : text,
        );
        return span;
      }),
    );
    // In a narrow column the read-out wraps: what it needed once stays reserved, so that the page does not jump.
    if (width < 700)
      read.style.minBlockSize = `${Math.max(parseFloat(read.style.minBlockSize) || 0, read.offsetHeight)}px`;
    if (aloud)
      say(
        live,
        lines
          .slice(0, cursor?.id === null ? lines.length : 2)
          .map((l) => l.text)
          .join(". "),
      );
  }

  /** @param {PointerEvent} event */
  function follow(event) {
    if (!drawn) return;
    const rect = drawing.svg.getBoundingClientRect();
    if (rect.width === 0) return;
    const x = ((event.clientX - rect.left) / rect.width) * drawn.width;
    const y = ((event.clientY - rect.top) / rect.height) * drawn.height;
    let best = Infinity;
    /** @type {typeof cursor} */
    let found = null;
    const { box, size } = drawn;
    for (const { series, px, py } of drawn.placed) {
      for (let i = 0; i < px.length; i++) {
        // Sideways counts more, so that the cursor runs along a curve; points win over the line through them.
        const d =
          (px[i] - x) ** 2 +
          0.25 * (py[i] - y) ** 2 +
          (series.kind === "points" ? 0 : size * size * 0.5);
        if (d < best) [best, found] = [d, { id: series.id, i, j: 0, held: false }];
      }
    }
    const inside =
      x > box.x0 - size && x < box.x1 + size && y > box.y0 - size * 2 && y < box.y1 + size;
    if (drawn.cells && best > (size * 0.8) ** 2) {
      best = Infinity;
      for (const c of drawn.cells) {
        const d = (c.x - x) ** 2 + (c.y - y) ** 2;
        if (d < best) [best, found] = [d, { id: null, i: c.i, j: c.j, held: false }];
      }
    }
    if (event.pointerType === "mouse" && !inside) found = null;
    if (found) found.held = event.pointerType !== "mouse";
    if (found || !cursor?.held) cursor = found;
    drawCursor();
  }
  plot.addEventListener("pointermove", follow);
  plot.addEventListener("pointerdown", follow);
  // A mouse that leaves takes its read-out along; a tapped or keyed one stays until focus goes.
  const leave = () => {
    if (cursor && !cursor.held) {
      cursor = null;
      drawCursor();
    }
  };
  plot.addEventListener("pointerleave", leave);
  plot.addEventListener("blur", () => {
    cursor = null;
    drawCursor();
  });

  /** Indices of the points of a series that are drawn. @param {import("./draw.js").Placed} p */
  const stops = (p) =>
    p.px
      .map((_, i) => i)
      .filter((i) => Number.isFinite(p.px[i] + p.py[i]))
      .sort((a, b) => p.px[a] - p.px[b] || a - b);

  /** @param {string} key @returns {boolean} whether the key was for us */
  function move(key) {
    if (!drawn) return false;
    if (key === "Escape") {
      const had = cursor !== null;
      cursor = null;
      return had;
    }
    const step = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: 1,
      ArrowDown: -1,
      Home: -Infinity,
      End: Infinity,
    }[key];
    if (step === undefined) return false;
    const across = key === "ArrowUp" || key === "ArrowDown";
    if (drawn.cells) {
      const { cells } = drawn;
      const { i, j } = cursor && cursor.id === null ? cursor : cells[Math.floor(cells.length / 2)];
      let next = cells.find((c) => c.i === i && c.j === j) ?? cells[0];
      if (cursor?.id === null) {
        const line = cells.filter((c) => (across ? c.i === i : c.j === j));
        const at = line.findIndex((c) => c.i === i && c.j === j);
        next = line[Math.max(0, Math.min(line.length - 1, at + step))] ?? next;
      }
      cursor = { id: null, i: next.i, j: next.j, held: true };
      return true;
    }
    const usable = drawn.placed.filter((p) => stops(p).length > 0);
    if (usable.length === 0) return false;
    const k = usable.findIndex((p) => p.series.id === cursor?.id);
    if (!cursor || k < 0) {
      const first = stops(usable[0]);
      cursor = {
        id: usable[0].series.id,
        i: first[key === "End" ? first.length - 1 : 0],
        j: 0,
        held: true,
      };
      return true;
    }
    if (across) {
      if (usable.length === 1) return false;
      const next = usable[(k - step + usable.length) % usable.length];
      const x = usable[k].px[cursor.i];
      const i = stops(next).reduce((a, b) =>
        Math.abs(next.px[b] - x) < Math.abs(next.px[a] - x) ? b : a,
      );
      cursor = { id: next.series.id, i, j: 0, held: true };
      return true;
    }
    const list = stops(usable[k]);
    const at = list.indexOf(cursor.i);
    cursor = { ...cursor, i: list[Math.max(0, Math.min(list.length - 1, at + step))], held: true };
    return true;
  }
  plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !move(event.key)) return;
    event.preventDefault();
    // The lab's own keys (space, r, h) must not hear what moved the cursor.
    event.stopPropagation();
    drawCursor(true);
    // A plot may fill the screen: the values must be seen.
    read.scrollIntoView({ block: "nearest" });
  });

  function measure() {
    const factor = parseFloat(getComputedStyle(element).getPropertyValue("--lab-plot-scale")) || 1;
    const room = options.width ?? Math.floor(plot.clientWidth || element.clientWidth);
    if (room <= 0 || (room === width && factor === scale)) return;
    [width, scale] = [room, factor];
    element.style.setProperty("--lab-size", `${fontSize(width) * scale}px`);
    read.style.minBlockSize = "";
    draw();
  }
  // In a frame of its own: a drawing that changes its height while sizes are reported would be reported again.
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
      standalone(current, { locale, strings, shown }, stamp, theme),
  };
}
