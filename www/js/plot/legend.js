// The legend of a figure: a button with a swatch for each series.
import { upper } from "./format.js";
import { html } from "./html.js";
import { looks } from "./style.js";
import { create, set } from "./svg-page.js";
import { el } from "./svg.js";
import { swatch } from "./swatch.js";

/** @typedef {import("./figure.js").Series} Series */

/** The swatch of a series, to stand beside text. @param {import("./swatch.js").Shown} s @param {import("./style.js").Look} look */
export const swatchSvg = (s, look) =>
  create(
    el(
      "svg",
      { class: "lab-svg", width: 28, height: 14, viewBox: "0 0 28 14", "aria-hidden": "true" },
      [swatch(s, look)],
    ),
  );

/** @param {string} name of the whole @param {(id: string) => boolean} shown @param {(id: string) => void} toggle */
export function createLegend(name, shown, toggle) {
  const element = html("div", "lab-legend");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", name);
  let known = "";
  /** @param {Series[]} series */
  function draw(series) {
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
    element.hidden = series.length === 0;
    if (key !== known) {
      known = key;
      const focused = element.querySelector(":focus")?.getAttribute("data-id");
      element.replaceChildren(
        ...series.map((s, k) => {
          const button = html("button");
          button.setAttribute("type", "button");
          button.setAttribute("data-id", s.id);
          button.append(swatchSvg(s, all[k]), html("span", "", upper(s.label)));
          button.addEventListener("click", () => toggle(s.id));
          if (s.id === focused) queueMicrotask(() => button.focus());
          return button;
        }),
      );
    }
    for (const button of element.children)
      set(button, "aria-pressed", String(shown(button.getAttribute("data-id") ?? "")));
  }

  return { element, draw };
}
