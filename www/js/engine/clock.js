// Deadlines in running time: what does not come in time is missed.
const TICK_MS = 250;

/** What is waited for, and the ticks left. @type {Map<any, {ticks: number, missed: () => void}>} */
const due = new Map();
let clock = 0;

/** Running time is counted by ticks of a visible page: hidden or frozen, nothing can answer. */
function tick() {
  if (document.hidden) return;
  for (const [key, wait] of due) {
    if (--wait.ticks > 0) continue;
    met(key);
    wait.missed();
  }
}

/** Calls `missed` unless `met` is called in time. @param {any} key @param {number} seconds @param {() => void} missed */
export function expect(key, seconds, missed) {
  due.set(key, { ticks: (seconds * 1000) / TICK_MS, missed });
  clock ||= window.setInterval(tick, TICK_MS);
}

/** @param {any} key */
export function met(key) {
  due.delete(key);
  if (due.size) return;
  clearInterval(clock);
  clock = 0;
}

/** A promise, or `late` if it does not settle in time. @template T, L @param {Promise<T>} promise @param {number} seconds @param {L} late @returns {Promise<T | L>} */
export const within = (promise, seconds, late) =>
  new Promise((resolve, reject) => {
    const key = {};
    expect(key, seconds, () => resolve(late));
    promise.then(resolve, reject).finally(() => met(key));
  });
