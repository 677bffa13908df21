// A control for each kind of declared parameter. A control shows text, reports text, and shows a problem;
// the engine decides whether a value is allowed.
import { h, uid } from "./dom.js";
import { num, plain, t } from "./i18n.js";
import { prose } from "./prose.js";
import { sliderScale } from "./slider.js";

/** @typedef {import("./types.d.ts").Spec} Spec
 *  @typedef {(text: string, settled: boolean) => void} Report `settled` is false in the middle of a drag
 *  @typedef {(i: number, share: number) => string} Part the text after one of the shares is set
 *  @typedef {(spec: Spec, ids: {field: string, notes: string}, report: Report, context: Context) => {body: Node[], set: (text: string) => void, part?: Part}} Make
 *  @typedef {{size: () => number, runs?: () => import("./types.d.ts").Runs | null, kinds?: Record<string, Make>,
 *    value?: (name: string) => string, ask?: (name: string, text: string, settled?: boolean) => void}} Context
 *    `size`: how many parts the experiment has now; `runs`: the table that it reads; `kinds`: controls that few experiments need
 *    (KIND-control.js, table-panel.js); `value` and `ask` read and set other parameters
 *  @typedef {{element: HTMLElement, set: (text: string) => void, part?: Part, problem: (message: string) => void}} Control */

/** The direction in which a key moves the value. @type {Record<string, 1 | -1>} */
export const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

/** The name of a parameter for people. @param {Spec} spec */
export const title = (spec) => plain(spec.label ?? spec.name);

/** @param {string} label @param {() => void} act @param {Record<string, any>} [props] */
export const button = (label, act, props) =>
  h("button", { type: "button", onclick: act, ...props }, label);

/** @param {string} text */
const readable = (text) =>
  text.split(/[,;]/).every((part) => part.trim() !== "" && Number.isFinite(Number(part)));

/**
 * A text field. While a user types, it reports texts that are numbers; when the user leaves it, it reports any text.
 * @param {Record<string, any>} props @param {Report} report
 */
export function textField(props, report) {
  const field = h("input", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    ...props,
    oninput: () => {
      fit();
      if (readable(field.value)) report(field.value.trim(), false);
    },
    onchange: () => report(field.value.trim(), true),
  });
  /** Makes a field of variable width wide enough for its text. */
  const fit = () => void (field.size = Math.max(6, field.value.length + 1));
  fit();
  /** @param {string} text */
  const write = (text) => {
    field.value = text;
    fit();
  };
  return {
    field,
    write,
    /** Sets the text, unless the user is typing a valid one. @param {string} text */
    set(text) {
      const root = /** @type {Document | ShadowRoot} */ (field.getRootNode());
      if (root.activeElement !== field || !readable(field.value)) write(text);
    },
  };
}

/** @param {Record<string, any>} props @param {(position: number, settled: boolean) => void} move */
export const slider = (props, move) => {
  let before = "";
  const input = h("input", {
    type: "range",
    ...props,
    oninput: () => move(Number(input.value), false),
    onchange: () => move(Number(input.value), true),
    onpointerdown: () => void (before = input.value),
    // A finger that touched the slider has begun to scroll the page.
    onpointercancel: () => {
      if (input.value === before) return;
      input.value = before;
      move(Number(before), true);
    },
  });
  return input;
};

/** @type {Record<string, Make>} */
const kinds = {
  number(spec, { field: id, notes }, report) {
    const scale = sliderScale(spec);
    const text = textField(
      { id, "aria-describedby": notes, inputmode: "decimal", class: "short" },
      report,
    );
    let current = Number(spec.default);
    /** @param {number} value @param {boolean} settled */
    const move = (value, settled) => {
      current = value;
      text.write(String(value));
      speak(String(value));
      report(String(value), settled);
    };
    const range = slider(
      {
        min: 0,
        max: scale.steps,
        "aria-label": t("slider", { name: title(spec) }),
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          const way = KEYS[event.key];
          if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          const value = scale.next(current, way);
          if (value === current) return;
          range.value = String(scale.position(value));
          move(value, false);
        },
        // A key that is held keeps moving the value; the move ends when the key is released.
        onkeyup: (/** @type {KeyboardEvent} */ event) =>
          KEYS[event.key] && report(String(current), true),
      },
      (at, settled) => move(scale.value(at), settled),
    );
    /** @param {string} value */
    const speak = (value) =>
      range.setAttribute("aria-valuetext", `${num(Number(value))} ${spec.unit}`.trim());
    return {
      body: [h("div", { class: "pair" }, range, text.field)],
      set(value) {
        text.set(value);
        if (Number.isFinite(Number(value))) {
          current = Number(value);
          range.value = String(scale.position(current));
        }
        speak(value);
      },
    };
  },

  integer: (...rest) => kinds.number(...rest),

  choice(spec, { field: id, notes }, report) {
    const select = h(
      "select",
      { id, "aria-describedby": notes, onchange: () => report(select.value, true) },
      spec.choices.map(({ value, label }) => h("option", { value }, label)),
    );
    return { body: [select], set: (value) => void (select.value = value) };
  },

  list(_, { field: id, notes }, report) {
    const text = textField({ id, "aria-describedby": notes }, report);
    return { body: [text.field], set: text.set };
  },
};

/** The place of a control whose code is loaded later: a parameter of a kind that few experiments have. @type {Make} */
const awaited = () => {
  const body = h("div");
  body.hidden = true;
  return { body: [body], set() {} };
};

/**
 * @param {Spec} spec @param {Report} report @param {Context} context
 * @returns {Control}
 */
export function makeControl(spec, report, context) {
  const ids = { field: uid(spec.name), notes: uid("notes") };
  const problem = h("p", { class: "problem", role: "alert" });
  const make = { ...kinds, ...context.kinds }[spec.kind] ?? awaited;
  const { body, ...made } = make(spec, ids, report, context);
  const many = spec.kind === "matrix" || spec.kind === "columns";
  const label = h(
    many ? "span" : "label",
    many ? { class: "label" } : { for: ids.field },
    title(spec),
    spec.unit && !title(spec).toLowerCase().endsWith(spec.unit)
      ? h("span", { class: "unit" }, ` (${spec.unit})`)
      : "",
  );
  const element = h(
    "div",
    { class: "control", "data-param": spec.name, "data-kind": spec.kind },
    label,
    ...body,
    h("p", { class: "help", id: ids.notes }, ...prose(spec.help)),
    problem,
  );
  return {
    element,
    ...made,
    problem(message) {
      if (problem.textContent !== message) problem.textContent = message;
      for (const field of element.querySelectorAll("input[type=text], select"))
        field.setAttribute("aria-invalid", String(!!message));
    },
  };
}
