// The legend of a figure: a button for each series, with its look in small.
import { upper } from "./format.js";
import { html } from "./html.js";
import { looks, outline } from "./style.js";
import { el, set } from "./svg.js";

/** @typedef {import("./figure.js").Series} Series */
/** What a swatch needs to know. @typedef {Pick<Series, "kind" | "role" | "lo" | "hi" | "floor">} Shown */

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

/** A swatch beside text. @param {Shown} s @param {import("./style.js").Look} look */
export function swatchSvg(s, look) {
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
