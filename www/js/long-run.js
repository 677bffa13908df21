// What is said beside Run if a run takes long: about how long, and a button for a quicker preset.
import { h } from "./dom.js";
import { duration, t } from "./i18n.js";
import { DEFAULT_SEED, parseQuery } from "./route.js";
import { sameText } from "./value-text.js";

/** @typedef {import("./types.d.ts").Entry} Entry
 *  @typedef {import("./types.d.ts").Values} Values
 *  @typedef {import("./estimate.js").Estimate} Estimate
 *  @typedef {import("../elements/lab/run.js").State} State */

/** The presets of an experiment as a seed and values of all parameters, those first that share the most values with the present ones. @param {Entry} entry @param {Values} present */
function nearest({ params, presets }, present) {
  return presets
    .map(({ title, query }) => {
      const { seed = DEFAULT_SEED, ...texts } = parseQuery(query);
      const values = Object.fromEntries(
        params.map(({ name, default: usual }) => [name, texts[name] ?? usual]),
      );
      const changes = params.filter(
        (spec) => !sameText(spec, values[spec.name], present[spec.name]),
      );
      return { title, query, seed: Number(seed), values, changes: changes.length };
    })
    .filter(({ changes }) => changes > 0)
    .sort((a, b) => a.changes - b.changes);
}

/** Says how long a run takes. @param {Estimate} long */
export const longRun = ({ seconds, sure }) =>
  h("span", {}, t(sure ? "takesLong" : "mayTakeLong", { long: duration(seconds) }));

/**
 * A button for the most similar preset that takes less than `most` seconds; null if there is none.
 * @param {Entry} entry @param {State} state @param {number} most
 * @param {(state: State) => Promise<Estimate>} estimate for the run of another state @param {(query: string) => void} choose a preset
 */
export async function quicker(entry, state, most, estimate, choose) {
  // Presets are made for simulated runs.
  for (const { title, query, seed, values } of state.table ? [] : nearest(entry, state.values)) {
    const { seconds, sure } = await estimate({ ...state, seed, values });
    if (!sure || !(seconds < most)) continue;
    const button = h(
      "button",
      {
        type: "button",
        onclick: () => {
          // The button leaves with the sentence, so the keyboard focus goes to Run.
          button.closest("section")?.querySelector("button")?.focus();
          choose(query);
        },
      },
      t("quicker", { title, quick: duration(seconds) }),
    );
    return button;
  }
  return null;
}
