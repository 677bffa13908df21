// A small picture of a series' look, for legends.
import { dashes, outline } from "./style.js";
import { el } from "./svg.js";

/** The fields of a series that a swatch needs. @typedef {Pick<import("./figure.js").Series, "kind" | "role" | "lo" | "hi" | "floor">} Shown */

/** @param {Shown} s @param {import("./style.js").Look} look @param {number} [size] */
export function swatch(s, look, size = 14) {
  const [w, h] = [size * 2, size];
  const parts = [];
  if (s.kind !== "points" && (s.lo || s.hi))
    parts.push(el("path", { class: "area", d: `M0 ${h * 0.15}H${w}V${h * 0.85}H0Z` }));
  if (s.kind === "line") {
    parts.push(
      el("path", {
        class: "line",
        d: `M0 ${h / 2}H${w}`,
        "stroke-width": size * 0.15,
        "stroke-dasharray": dashes(look, size),
      }),
    );
  }
  if (s.kind === "points" || (s.kind === "line" && s.role === "published")) {
    const open = look.open || s.floor;
    parts.push(
      el("path", {
        class: open ? "open" : "dots",
        d: `M${w / 2} ${h / 2}${outline(look.shape, size * 0.3)}`,
        "stroke-width": open ? size * 0.12 : 0,
      }),
    );
  }
  return el("g", { class: look.colour }, parts);
}
