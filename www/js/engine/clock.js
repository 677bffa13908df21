// Deadlines in running time.
const TICK_MS = 250;

/** Deadlines by key, with the ticks that are left. @type {Map<any, {ticks: number, missed: () => void}>} */
const due = new Map();
let clock = 0;

/** Running time counts the ticks of a visible page: while a page is hidden or frozen, its workers may be stopped too. */
function tick() {
  if (document.hidden) return;
  for (const [key, wait] of due) {
    if (--wait.ticks > 0) continue;
    met(key);
    wait.missed();
  }
}

/** Calls `missed` unless `met` is called with this key in time. @param {any} key @param {number} seconds @param {() => void} missed */
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

/** Settles as the promise does, or resolves to `late` if the promise does not settle in time. @template T, L @param {Promise<T>} promise @param {number} seconds @param {L} late @returns {Promise<T | L>} */
export const within = (promise, seconds, late) =>
  new Promise((resolve, reject) => {
    const key = {};
    expect(key, seconds, () => resolve(late));
    promise.then(resolve, reject).finally(() => met(key));
  });
