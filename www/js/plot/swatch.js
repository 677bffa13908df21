// What a legend shows: its entries, and a small picture of the look of each.
import { dashes, hasDots, looks, outline } from "./style.js";
import { el } from "./svg.js";

/** @typedef {import("./figure.js").Series} Series
 *  @typedef {import("./style.js").Look} Look
 *  @typedef {{series: Series, look: Look}} Shown
 *  @typedef {{key: string, label: string, more: boolean, members: Shown[]}} Entry `more`: an entry that few readers need */

/** The entry of a series: its own if it starts hidden or if its group has no name, else that of its group. @param {Series} s @param {import("./figure.js").Group[]} [groups] */
export function entryOf(s, groups = []) {
  if (s.ghost) return { key: "ghost", label: s.label };
  const group = s.hidden ? null : groups.find(({ id }) => id === (s.group ?? s.id));
  return group ? { key: `group ${group.id}`, label: group.label } : { key: s.id, label: s.label };
}

/** The entries of a legend. @param {import("./figure.js").Figure} figure @returns {Entry[]} */
export function entries({ series, groups }) {
  const all = looks(series, groups);
  /** @type {Map<string, Entry>} */
  const found = new Map();
  series.forEach((s, k) => {
    const entry = entryOf(s, groups);
    if (!found.has(entry.key))
      found.set(entry.key, { ...entry, more: Boolean(s.hidden), members: [] });
    found.get(entry.key)?.members.push({ series: s, look: all[k] });
  });
  return [...found.values()];
}

/** How the values of the entries were found: for each word a mark without the colour of a group. @param {Entry[]} list */
export function hows(list) {
  /** @type {Map<string, Shown>} */
  const found = new Map();
  for (const { series, look } of list.flatMap(({ more, members }) => (more ? [] : members)))
    if (series.how && !found.has(series.how))
      found.set(series.how, { series, look: { ...look, colour: "key" } });
  return [...found].map(([label, shown]) => ({ label, members: [shown] }));
}

/** A small picture of series that share an entry: of each kind the first one that is not theory, or else the first. @param {Shown[]} members @param {number} [size] */
export const swatch = (members, size = 14) =>
  el(
    "g",
    {},
    [...new Set(members.map(({ series }) => series.kind))].map((kind) => {
      const alike = members.filter(({ series }) => series.kind === kind);
      return picture(alike.find(({ series }) => series.role !== "theory") ?? alike[0], size);
    }),
  );

/** @param {Shown} shown @param {number} size */
function picture({ series: s, look }, size) {
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
  if (hasDots(s)) {
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
