// What is said beside Run if a run takes long: about how long, and a button for a quicker preset.
import { h } from "./dom.js";
import { duration, t } from "./i18n.js";
import { parseQuery } from "./route.js";
import { sameText } from "./value-text.js";

/** @typedef {import("./types.d.ts").Entry} Entry
 *  @typedef {import("./types.d.ts").Values} Values
 *  @typedef {import("../elements/lab/run.js").State} State */

/** The presets of an experiment as values of all parameters, those first that share the most values with the present ones. @param {Entry} entry @param {Values} present */
function nearest({ params, presets }, present) {
  return presets
    .map(({ title, query }) => {
      const texts = parseQuery(query);
      const values = Object.fromEntries(
        params.map(({ name, default: usual }) => [name, texts[name] ?? usual]),
      );
      const changes = params.filter(
        (spec) => !sameText(spec, values[spec.name], present[spec.name]),
      );
      return { title, query, values, changes: changes.length };
    })
    .filter(({ changes }) => changes > 0)
    .sort((a, b) => a.changes - b.changes);
}

/**
 * Names the most similar preset that takes less than `most` seconds.
 * @param {Entry} entry @param {State} state @param {number} long seconds that its run takes @param {number} most
 * @param {(state: State) => Promise<number>} seconds that the run of another state takes @param {(query: string) => void} choose a preset
 * @returns {Promise<Node[]>}
 */
export async function foretell(entry, state, long, most, seconds, choose) {
  const said = h("span", {}, t("takesLong", { long: duration(long) }));
  // Presets are made for simulated runs.
  for (const { title, query, values } of state.table ? [] : nearest(entry, state.values)) {
    const quick = await seconds({ ...state, values });
    if (!(quick < most)) continue;
    const words = t("quicker", { title, quick: duration(quick) });
    return [said, h("button", { type: "button", onclick: () => choose(query) }, words)];
  }
  return [said];
}
