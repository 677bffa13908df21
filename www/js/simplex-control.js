// The control of shares that add up to 1: a slider for each.
import { button, slider, textField, title } from "./controls.js";
import { h } from "./dom.js";
import { percent, t } from "./i18n.js";
import { formatList, parseShares } from "./value-text.js";

const SLIDERS_MAX = 8;
/** The most sliders of one control that are in sight; the others are folded. */
const SLIDERS_SEEN = 3;

/**
 * Sets share `i` to `x`; the other shares keep their proportions and fill the rest.
 * @param {number[]} shares @param {number} i @param {number} x
 */
export function setShare(shares, i, x) {
  const rest = 1 - shares[i];
  const others = shares.length - 1;
  const next = shares.map((share, j) => {
    const value = j === i ? x : rest > 1e-9 ? (share * (1 - x)) / rest : (1 - x) / others;
    return Math.round(value * 1e4) / 1e4;
  });
  // The largest other share absorbs the rounding error, so that the sum stays 1.
  let big = i === 0 ? 1 : 0;
  next.forEach((share, j) => {
    if (j !== i && share > next[big]) big = j;
  });
  next[big] = Math.max(0, +(1 - next.reduce((a, b, j) => (j === big ? a : a + b), 0)).toFixed(4));
  return next;
}

/** @type {import("./controls.js").Make} */
export function simplex(spec, { field: id, notes }, report) {
  const text = textField({ id, "aria-describedby": notes }, (value, settled) => {
    show(value);
    report(value, settled);
  });
  const rows = h("div", { class: "shares" });
  const foldedRows = h("div", { class: "shares" });
  /** @type {{range: HTMLInputElement, out: HTMLOutputElement}[]} */
  let sliders = [];
  /** @type {number[]} */
  let shares = [];
  /** @param {number[]} next @param {boolean} settled */
  const change = (next, settled) => {
    text.write(formatList(next));
    show(text.field.value);
    report(text.field.value, settled);
  };
  const more = button(
    "+",
    () => {
      const k = shares.length;
      change(setShare([...shares, 0], k, +(1 / (k + 1)).toFixed(4)), true);
    },
    { "aria-label": t("addPart"), title: t("addPart") },
  );
  const fewer = button(
    "−",
    () => {
      const kept = shares.slice(0, -1);
      const sum = kept.reduce((a, b) => a + b, 0);
      change(
        kept.map((x) => (sum > 0 ? +(x / sum).toFixed(4) : 1)),
        true,
      );
    },
    { "aria-label": t("removePart"), title: t("removePart") },
  );
  /** @param {string} value */
  function show(value) {
    const read = parseShares(value);
    // While the text is not a valid list, the sliders keep the last valid one.
    if (!read || read.length < spec.min_len || read.length > spec.max_len) return;
    shares = read;
    const k = shares.length;
    const shown = k <= SLIDERS_MAX ? k : 0;
    if (sliders.length !== shown) {
      sliders = Array.from({ length: shown }, (_, i) => {
        const out = /** @type {HTMLOutputElement} */ (h("output", { class: "percent" }));
        const range = slider(
          { min: 0, max: 100, "aria-label": t("share", { name: title(spec), i: i + 1 }) },
          (at, settled) => change(setShare(shares, i, at / 100), settled),
        );
        return { range, out };
      });
      const all = sliders.map(({ range, out }, i) =>
        h(
          "div",
          { class: "pair" },
          h("span", { class: "index", "aria-hidden": "true" }, String(i + 1)),
          range,
          out,
        ),
      );
      rows.replaceChildren(...all.slice(0, SLIDERS_SEEN));
      foldedRows.replaceChildren(...all.slice(SLIDERS_SEEN));
    }
    sliders.forEach(({ range, out }, i) => {
      range.value = String(100 * shares[i]);
      out.value = percent(shares[i]);
      range.setAttribute("aria-valuetext", percent(shares[i]));
    });
    more.disabled = k >= spec.max_len;
    fewer.disabled = k <= spec.min_len;
  }
  return {
    body: [
      rows,
      h(
        "details",
        { class: "parts" },
        h("summary", {}, t("parts")),
        foldedRows,
        h(
          "div",
          { class: "pair" },
          text.field,
          ...(spec.max_len > spec.min_len ? [fewer, more] : []),
        ),
      ),
    ],
    set(value) {
      text.set(value);
      show(value);
    },
    part: (i, share) => formatList(setShare(shares, i, share)),
  };
}
