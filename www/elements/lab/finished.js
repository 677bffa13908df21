// The results of the runs that have finished on this page, so that a setting that is chosen again shows its run at once. They
// are kept in memory only.

/** @typedef {import("../../js/types.d.ts").Result} Result */

/** The most results that are kept. */
const MOST = 16;
/** Results by what determines them, the latest last. @type {Map<string, Result>} */
const finished = new Map();

/** What determines a result: experiment, settings, seed, table, and the device that was asked for. @param {Result} result @param {string} device */
const keyOf = ({ experiment, params, seed, data }, device) =>
  JSON.stringify([experiment, params, seed, data?.digest, device]);

/** @param {Result} result of a finished run @param {string} device the device that the user asked for */
export function remember(result, device) {
  const key = keyOf(result, device);
  finished.delete(key);
  finished.set(key, result);
  if (finished.size > MOST) finished.delete([...finished.keys()][0]);
}

/** The finished result of a state, or null. @param {Result} opened a result of this state that has just been opened @param {string} device */
export const recall = (opened, device) => finished.get(keyOf(opened, device)) ?? null;
