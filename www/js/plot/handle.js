// The grips of a figure: points that a reader drags, with a pointer or with keys, to set parameters. A grip takes the steps of its
// parameter's slider. This file is fetched after the first drawing.
import { KEYS, title } from "../controls.js";
import { num, percent, t } from "../i18n.js";
import { sliderScale } from "../slider.js";
import { formatList, parseShares } from "../value-text.js";
import { html } from "./html.js";
import { hasDots } from "./style.js";
import { set } from "./svg-page.js";

/** @typedef {import("./figure.js").Handle} Handle
 *  @typedef {import("./figure.js").Steer} Steer
 *  @typedef {import("./draw.js").Drawn} Drawn
 *  @typedef {{x: number, y: number, value: number}} Place a point of a path, in pixels, and the value there
 *  @typedef {{x: number, y: number}} Point */

const ARROWS = "0 50%,32% 18%,32% 40%,68% 40%,68% 18%,100% 50%,68% 82%,68% 60%,32% 60%,32% 82%";
/** Arrows outside of a ring, joined by a line without width. */
const OUTER_ARROWS =
  "0 50%,14% 14%,14% 50%,86% 50%,86% 14%,100% 50%,86% 86%,86% 50%,14% 50%,14% 86%";
const ALL_ARROWS =
  "50% 0,68% 24%,57% 24%,57% 43%,76% 43%,76% 32%,100% 50%,76% 68%,76% 57%,57% 57%,57% 76%,68% 76%,50% 100%,32% 76%,43% 76%,43% 57%,24% 57%,24% 68%,0 50%,24% 32%,24% 43%,43% 43%,43% 24%,32% 24%";
const CSS = `
.lab-plot{position:relative}
.lab-grip{position:absolute;inline-size:44px;block-size:44px;margin:-22px 0 0 -22px;display:grid;place-items:center;border-radius:50%;cursor:grab;touch-action:none;outline-offset:-5px;forced-color-adjust:none}
.lab-grip:active{cursor:grabbing}
.lab-grip:focus-visible{outline:2px solid var(--lab-focus)}
.lab-grip::before,.lab-grip::after{content:"";grid-area:1/1}
.lab-grip::before{inline-size:24px;block-size:24px;border-radius:50%;background:var(--lab-focus);box-shadow:0 0 0 2px var(--lab-bg)}
.lab-grip::after{inline-size:16px;block-size:16px;background:var(--lab-bg);clip-path:polygon(${ARROWS})}
.lab-grip.all::after{clip-path:polygon(${ALL_ARROWS})}
.lab-grip.over::before{box-sizing:border-box;inline-size:20px;block-size:20px;border:3px solid var(--lab-focus);background:none}
.lab-grip.over::after{inline-size:32px;background:var(--lab-focus);clip-path:polygon(${OUTER_ARROWS})}
@media print{.lab-grip{display:none}}
`;
/** @type {CSSStyleSheet | undefined} */
let sheet;

/** How far from the middle of a grip a point is hidden by it. */
const COVERED = 14;
/** How far a pointer moves in the drawing before it drags the grip. */
const TREMOR = 3;

/** @param {number} x @param {number} lo @param {number} hi */
const clamp = (x, lo, hi) => Math.min(hi, Math.max(lo, x));

/** The steps of a share: one percent each, as in the sliders of shares. @type {ReturnType<typeof sliderScale>} */
const percents = {
  steps: 100,
  position: (value) => Math.round(100 * value),
  value: (position) => clamp(position, 0, 100) / 100,
  next: (from, way) => percents.value(Math.round(100 * from) + way),
};

/** The points along which a handle moves, from left to right. @param {Handle} handle @param {string} unit of the parameter @param {Drawn} drawn @returns {Place[]} */
function pathOf({ along, values }, unit, { placed }) {
  const curve = placed.find(({ series }) => series.id === along);
  if (!curve) return [];
  const of = values ?? curve.series.x.map((x) => (x === null ? NaN : unit === "%" ? 100 * x : x));
  return curve.px
    .map((x, i) => ({ x, y: curve.py[i], value: of[i] ?? NaN }))
    .filter(({ x, y, value }) => Number.isFinite(x + y + value))
    .sort((a, b) => a.x - b.x);
}

/**
 * The place of a path where `key` has the value `at`, or the end that is nearest to it.
 * @param {Place[]} path of at least two points @param {"x" | "value"} key @param {number} at @param {boolean} log do values have equal ratios?
 * @returns {Place}
 */
export function placeOn(path, key, at, log) {
  const points = path[0][key] <= path[path.length - 1][key] ? path : [...path].reverse();
  let i = 1;
  while (i < points.length - 1 && points[i][key] < at) i++;
  const [a, b] = [points[i - 1], points[i]];
  const f = log && key === "value" ? Math.log : Number;
  const share = clamp((f(at) - f(a[key])) / (f(b[key]) - f(a[key])), 0, 1);
  /** @param {number} from @param {number} to */
  const mix = (from, to) => from + share * (to - from);
  const value = log ? Math.exp(mix(Math.log(a.value), Math.log(b.value))) : mix(a.value, b.value);
  return { x: mix(a.x, b.x), y: mix(a.y, b.y), value };
}

/** A number as digits alone: ARIA allows no exponent in the values of a slider. @param {number} x */
export const digits = (x) =>
  x.toLocaleString("en", { useGrouping: false, maximumSignificantDigits: 15 });

/**
 * A parameter as coordinates: one number, or the first two of three shares.
 * @param {Handle} handle @param {Steer} steer
 */
function dialOf({ param, part }, { params, controls, value, ask }) {
  const spec = params.find(({ name }) => name === param);
  const control = controls.get(param);
  if (!spec || !control) return null;
  const shared = spec.kind === "simplex";
  const two = shared && part === undefined;
  const scale = shared ? percents : sliderScale(spec);
  const ends = [scale.value(0), scale.value(scale.steps)];
  /** @type {number[]} */
  let last = [];
  /** @param {number[]} at */
  const text = ([a, b]) => {
    if (!shared) return String(a);
    if (!two) return control.part?.(/** @type {number} */ (part), a) ?? "";
    const second = clamp(b, 0, 1 - a);
    return formatList([a, second, Math.max(0, +(1 - a - second).toFixed(4))]);
  };
  return {
    two,
    unit: spec.unit,
    log: !shared && spec.scale === "log",
    name: two || !shared ? title(spec) : t("share", { name: title(spec), i: Number(part) + 1 }),
    ends,
    /** Can the parameter be set at present? */
    free: () => !control.element.inert,
    /** The present coordinates. While the text is no value of the parameter, they are the last good ones. */
    read: () => {
      const now = value(param);
      const shares = shared ? (parseShares(now) ?? []) : [Number(now)];
      const at = two ? [shares[0], shares[1]] : [shares[part ?? 0]];
      const whole = spec.kind === "integer";
      if (at.every((one) => one >= ends[0] && one <= ends[1] && (!whole || Number.isInteger(one))))
        last = at;
      return last;
    },
    /** The nearest step. @param {number} at */
    snap: (at) => scale.value(scale.position(at)),
    /** The coordinates to which a key leads; null if the key is for something else. @param {number[]} at @param {string} key */
    moved: (at, key) => {
      const i = two && (key === "ArrowUp" || key === "ArrowDown") ? 1 : 0;
      /** @param {1 | -1} way */
      const page = (way) =>
        scale.value(scale.position(at[i]) + way * Math.max(1, Math.round(scale.steps / 10)));
      const next =
        key in KEYS
          ? scale.next(at[i], KEYS[key])
          : {
              PageUp: page(1),
              PageDown: page(-1),
              Home: scale.value(0),
              End: scale.value(scale.steps),
            }[key];
      if (next === undefined) return null;
      // What one share gains, the third loses, and then the other one.
      return two ? at.map((other, j) => (j === i ? next : Math.min(other, 1 - next))) : [next];
    },
    /** @param {number[]} at */
    said: (at) =>
      shared ? at.map((share) => percent(share)).join(", ") : `${num(at[0])} ${spec.unit}`.trim(),
    /** Sets the parameter while the grip moves. @param {number[]} to */
    move: (to) => {
      const next = text(to);
      if (next && next !== value(param)) ask(param, next, false);
    },
    /** Sets the parameter at the end of a move. @param {string} to */
    settle: (to) => ask(param, to, true),
    text: () => value(param),
  };
}

/**
 * @param {HTMLElement} plot the element around the drawing @param {Element} svg the drawing
 * @param {() => {figure: import("./figure.js").Figure, drawn: Drawn | null}} now @param {Steer} steer
 */
export function createGrips(plot, svg, now, steer) {
  /** @type {Map<string, {element: HTMLElement, show: (handle: Handle) => void}>} */
  const grips = new Map();

  /** @param {Handle} handle @param {NonNullable<ReturnType<typeof dialOf>>} dial */
  function make(handle, dial) {
    const element = html("div", dial.two ? "lab-grip all" : "lab-grip");
    element.tabIndex = 0;
    const attributes = {
      role: "slider",
      "aria-label": dial.name,
      "aria-valuemin": digits(dial.ends[0]),
      "aria-valuemax": digits(dial.ends[1]),
    };
    for (const [name, value] of Object.entries(attributes)) set(element, name, value);
    /** A drag: its pointer, the path, the text and the point at its start, how far that is from the middle of the grip, and whether it has moved. @type {{id: number, path: Place[], from: string, start: Point, off: Point, moved: boolean} | null} */
    let drag = null;
    /** Does a key that is held move the grip? */
    let pressed = false;

    /** The middle of the grip in the drawing; null if it has no place there. @returns {Point | null} */
    function middle() {
      const { drawn } = now();
      const at = dial.read();
      if (!drawn || !at.length) return null;
      const [a, b] = at;
      if (dial.two) {
        const { x0, x1, y0, y1 } = drawn.box;
        return { x: x0 + (a + b / 2) * (x1 - x0), y: y1 - b * (y1 - y0) };
      }
      const path = pathOf(handle, dial.unit, drawn);
      return path.length > 1 ? placeOn(path, "value", a, dial.log) : null;
    }
    function show() {
      const { drawn, figure } = now();
      const at = middle();
      element.hidden = !at;
      if (!at || !drawn) return;
      element.style.left = `${(100 * at.x) / drawn.width}%`;
      element.style.top = `${(100 * at.y) / drawn.height}%`;
      // Points that the grip would hide are seen through it.
      const hides = drawn.placed.some(
        ({ series, px, py }) =>
          hasDots(series) && px.some((x, i) => Math.hypot(x - at.x, py[i] - at.y) < COVERED),
      );
      element.classList.toggle("over", hides);
      const here = dial.read();
      set(element, "aria-valuenow", digits(here[0]));
      set(
        element,
        "aria-valuetext",
        [dial.said(here), figure.marks?.[handle.mark]?.label].filter(Boolean).join(": "),
      );
    }
    /** The position of a pointer in the drawing. @param {PointerEvent} event @returns {Point} */
    function pointOf({ clientX, clientY }) {
      const { drawn } = now();
      const { left, top, width } = svg.getBoundingClientRect();
      const scale = drawn && width ? drawn.width / width : 1;
      return { x: (clientX - left) * scale, y: (clientY - top) * scale };
    }
    /** The coordinates at a point of the drawing. @param {Point} point @param {Place[]} path */
    function valuesAt({ x, y }, path) {
      const { drawn } = now();
      if (!drawn) return dial.read();
      if (!dial.two) return [dial.snap(placeOn(path, "x", x, dial.log).value)];
      const { x0, x1, y0, y1 } = drawn.box;
      const b = clamp((y1 - y) / (y1 - y0), 0, 1);
      return [clamp((x - x0) / (x1 - x0) - b / 2, 0, 1 - b), b].map(dial.snap);
    }
    /** @param {number[]} to */
    function move(to) {
      dial.move(to);
      show();
    }
    /** Ends a drag, with the value that it has reached or with that of its start. @param {boolean} back */
    function end(back) {
      if (drag?.moved) dial.settle(back ? drag.from : dial.text());
      drag = null;
      show();
    }

    element.addEventListener("pointerdown", (event) => {
      const { drawn } = now();
      const at = middle();
      if (drag || event.button !== 0 || !drawn || !at || !dial.free()) return;
      // Text is not selected, and the cursor of the plot stays where it is.
      event.preventDefault();
      event.stopPropagation();
      element.focus({ preventScroll: true });
      element.setPointerCapture(event.pointerId);
      const start = pointOf(event);
      drag = {
        id: event.pointerId,
        path: dial.two ? [] : pathOf(handle, dial.unit, drawn),
        from: dial.text(),
        start,
        off: { x: start.x - at.x, y: start.y - at.y },
        moved: false,
      };
    });
    element.addEventListener("pointermove", (event) => {
      if (event.pointerId !== drag?.id) return;
      event.stopPropagation();
      const { x, y } = pointOf(event);
      drag.moved ||= Math.hypot(x - drag.start.x, y - drag.start.y) > TREMOR;
      if (drag.moved) move(valuesAt({ x: x - drag.off.x, y: y - drag.off.y }, drag.path));
    });
    element.addEventListener("pointerup", (event) => {
      if (event.pointerId === drag?.id) end(false);
    });
    // The system takes the pointer away, for example for a gesture of its own.
    element.addEventListener("pointercancel", (event) => {
      if (event.pointerId === drag?.id) end(true);
    });
    element.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !dial.free()) return;
      if (event.key === "Escape" && drag) end(true);
      else {
        const [to, before] = [dial.moved(dial.read(), event.key), dial.text()];
        if (!to) return;
        move(to);
        pressed ||= dial.text() !== before;
      }
      event.preventDefault();
      // The plot's own cursor uses these keys too.
      event.stopPropagation();
    });
    // A key that is held keeps moving the grip; the move ends when the key is released.
    element.addEventListener("keyup", () => {
      if (pressed) dial.settle(dial.text());
      pressed = false;
      show();
    });
    plot.append(element);
    return {
      element,
      /** @param {Handle} next */
      show(next) {
        handle = next;
        show();
      },
    };
  }

  return {
    /** Puts every grip where its parameter's value is. */
    draw() {
      const root = /** @type {Document | ShadowRoot} */ (plot.getRootNode());
      if (!sheet) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(CSS);
      }
      if (!root.adoptedStyleSheets?.includes(sheet)) root.adoptedStyleSheets?.push(sheet);
      const gone = new Set(grips.keys());
      for (const handle of now().figure.handles ?? []) {
        const id = `${handle.param} ${handle.part ?? ""}`;
        gone.delete(id);
        let grip = grips.get(id);
        const dial = grip ? null : dialOf(handle, steer);
        if (dial) grips.set(id, (grip = make(handle, dial)));
        grip?.show(handle);
      }
      for (const id of gone) {
        grips.get(id)?.element.remove();
        grips.delete(id);
      }
    },
  };
}
