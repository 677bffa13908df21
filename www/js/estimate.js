// How long a run will take. The first moment of a copy of the run is computed and thrown away, so no result depends on it.
import { engine } from "./engine/engine.js";

/** @typedef {import("../elements/lab/run.js").State} State */

/** Seconds of computing after which a run may be known to be quick. */
const FIRST_S = 0.05;
/** Other runs are computed for these seconds. Their first half does not count, because a browser computes slowly at first. */
const LOOK_S = 0.5;
/** A run that takes longer than these seconds is announced. */
export const LONG_S = 10;

/** Estimates of all elements follow one another, because two at once would slow each other down. @type {Promise<unknown>} */
let last = Promise.resolve();

/** The seconds that a run takes on the CPU at full speed, from the share of its work that is done after a moment; NaN if they cannot be told. @param {State} state @param {AbortSignal} signal @returns {Promise<number>} */
export function seconds({ slug, values, seed, table }, signal) {
  const measured = last.then(async () => {
    await engine.complete(slug);
    if (signal.aborted) return NaN;
    /** @type {(seconds: number) => void} */
    let end = () => {};
    const ended = new Promise((resolve) => (end = resolve));
    signal.addEventListener("abort", () => end(NaN));
    /** The first report of the second half: seconds and share of the work. @type {[number, number] | undefined} */
    let half;
    const session = await engine.session("cpu", (message) => {
      if (message.type === "opened") session.play();
      else if (message.type !== "progress") end(message.type === "done" ? message.elapsed : NaN);
      else {
        const { elapsed, progress } = message;
        const { share = 0 } = progress;
        const mean = elapsed / share;
        if (elapsed >= FIRST_S && mean <= LONG_S) return end(mean);
        if (elapsed >= LOOK_S / 2) half ??= [elapsed, share];
        if (elapsed < LOOK_S || !half) return;
        const [from, before] = half;
        end(share > before ? elapsed + ((1 - share) * (elapsed - from)) / (share - before) : mean);
      }
    });
    session.open(slug, values, seed, table);
    const found = await ended;
    session.close();
    return found;
  });
  last = measured.catch(() => {});
  return measured;
}
