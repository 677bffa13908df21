// How long a run will take. The first moment of a copy of the run is computed and thrown away, so no result depends on it.
import { tablesAndPages } from "./assets.js";
import { engine } from "./engine/engine.js";
import { LONG_S, look } from "./look.js";

/** @typedef {import("./types.d.ts").Entry} Entry
 *  @typedef {import("../elements/lab/run.js").State} State */

/** A look ends after these seconds of waiting, whatever it has seen. */
const WAIT_S = 3;

/** Estimates of all elements follow one another, because two at once would slow each other down. @type {Promise<unknown>} */
let last = Promise.resolve();

/**
 * The seconds that a run takes on the CPU at full speed, from the share of its work that is done after a moment; NaN if they cannot
 * be told. They are not `sure` if the run has reported too little in time: then it may take longer.
 * @typedef {{seconds: number, sure: boolean}} Estimate
 */

/** @param {State} state @param {AbortSignal} signal @returns {Promise<Estimate>} */
function estimate({ slug, values, seed, table }, signal) {
  const measured = last.then(async () => {
    await engine.complete(slug);
    if (signal.aborted) return { seconds: NaN, sure: true };
    let timer = 0;
    /** @type {(seconds: number, sure?: boolean) => void} */
    let end = () => {};
    /** @type {Promise<Estimate>} */
    const ended = new Promise((resolve) => {
      end = (seconds, sure = true) => resolve({ seconds, sure });
    });
    signal.addEventListener("abort", () => end(NaN));
    const { mean, report } = look();
    const session = await engine.session("cpu", (message) => {
      if (message.type === "opened") {
        session.play();
        timer = window.setTimeout(() => end(Math.max(mean(), LONG_S), false), 1000 * WAIT_S);
      } else if (message.type !== "progress") end(message.type === "done" ? message.elapsed : NaN);
      else {
        const seconds = report(message.elapsed, message.progress.share ?? 0);
        if (seconds !== null) end(seconds);
      }
    });
    session.open(slug, values, seed, table);
    const found = await ended;
    clearTimeout(timer);
    session.close();
    return found;
  });
  last = measured.catch(() => {});
  return measured;
}

/**
 * Says how long a run takes if that is long, and then names a quicker preset if there is one.
 * @param {Entry} entry @param {State} state @param {AbortSignal} signal
 * @param {(said: Node[]) => void} show @param {(query: string) => void} choose a preset
 */
export async function foretell(entry, state, signal, show, choose) {
  const long = await estimate(state, signal);
  if (long.sure && !(long.seconds > LONG_S)) return;
  const { longRun, quicker } = await tablesAndPages();
  const said = longRun(long);
  if (!signal.aborted) show([said]);
  const others = (/** @type {State} */ other) => estimate(other, signal);
  const button = await quicker(entry, state, LONG_S, others, choose);
  if (button && !signal.aborted) show([said, button]);
}
