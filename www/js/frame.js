// The script of embed.html#/SLUG?name=value&seed=7: one element that fills the width of an <iframe>. The page that holds the frame is told its
// height and drives it by messages; messages.js says which. `controls`, `theme` and `host` are keys of the hash that are no settings.
import { code, dress, show } from "./hosted.js";
import { answer, event, gate, originOf, read, refusal, VERSION } from "./messages.js";
import { parseHash } from "./route.js";

/** @typedef {import("./messages.js").Request} Request @typedef {import("./types.d.ts").Values} Values */

/** The most requests in a second, and the most that wait for their answers; others are ignored. */
const MOST = { second: 50, open: 50 };
const PROGRESS_MS = 100;

const place = /** @type {HTMLElement} */ (document.getElementById("lab"));
const parent = window.parent === window ? null : window.parent;

/** @type {import("./embedded.js").Embedded} */
let lab;
let slug = "";
/** The only origin that may talk; undefined if any may. @type {string | null | undefined} */
let host;
/** Looks that the address sets. @type {Record<string, string | undefined>} */
let looks = {};
/** Settles when the element shows its figures, or why it cannot. @type {Promise<unknown>} */
let ready;
/** The settings that messages asked for are applied one after the other. @type {Promise<unknown>} */
let settled = Promise.resolve();

/** @param {string} name @param {object} [detail] */
function tell(name, detail = {}) {
  if (host !== null) parent?.postMessage(event(name, detail), host ?? "*");
}

/** Shows an experiment. @param {string} name @param {Values} query */
function open(name, query) {
  slug = name;
  const one = (lab = show(place, slug, query));
  dress(lab, looks);
  const { promise, resolve, reject } = later();
  // Nobody may wait for it.
  promise.catch(() => {});
  ready = promise;
  const state = () => ({ experiment: name, values: one.query });
  const often = gate(1, PROGRESS_MS);
  one.addEventListener("ready", () => {
    if (one === lab) ready = Promise.resolve();
    resolve(null);
    tell("ready", state());
  });
  one.addEventListener("change", (event) => detailOf(event).settled && tell("change", state()));
  one.addEventListener("progress", (event) => {
    const { done, total, share } = detailOf(event);
    if (often(performance.now())) tell("progress", { done, total, share });
  });
  one.addEventListener("result", () => tell("result", { result: one.result }));
  one.addEventListener("error", (event) => {
    const { kind, message } = detailOf(event);
    // Settings that are refused leave the figures of others.
    if (kind !== "parameter") reject(new Error(message));
    tell("error", { kind, message });
  });
}

/** @param {Event} event */
const detailOf = (event) => /** @type {CustomEvent} */ (event).detail ?? {};

/** A promise with what settles it. */
function later() {
  /** @type {(value: unknown) => void} */ let resolve = () => {};
  /** @type {(error: Error) => void} */ let reject = () => {};
  const promise = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
}

/** Follows the hash of the address. */
function follow() {
  const { name, query } = parseHash(location.hash);
  const { controls, theme, host: named, ...settings } = query;
  host = originOf(named);
  looks = { controls, theme };
  if (!lab || name !== slug) return open(name, settings);
  dress(lab, looks);
  code().then(() => (lab.query = settings));
}

/** Starts the element, even if it is not near the viewport. */
async function begun() {
  await settled.catch(() => {});
  await code();
  lab.start();
  await ready;
}

/** Resolves to the result once the run has finished. */
async function run() {
  await begun();
  const one = lab;
  const { promise, resolve, reject } = later();
  const done = () => resolve(one.result);
  const failed = (/** @type {Event} */ event) => reject(new Error(detailOf(event).message));
  const stopped = () => reject(new Error("The run was stopped before its end."));
  one.addEventListener("result", done);
  one.addEventListener("error", failed);
  const watch = new MutationObserver(() => {
    if (one !== lab || !one.hasAttribute("data-busy")) stopped();
  });
  // The last event of a run comes before the observer is called.
  watch.observe(one, { attributeFilter: ["data-busy"] });
  watch.observe(place, { childList: true });
  try {
    one.run().then(() => {
      // A closed form has no run: its result is there already.
      if (one.result && !one.result.progress.total) done();
      else if (!one.hasAttribute("data-busy")) stopped();
    }, reject);
    return await promise;
  } finally {
    watch.disconnect();
    one.removeEventListener("result", done);
    one.removeEventListener("error", failed);
  }
}

/** @type {Record<string, (request: Request) => unknown>} */
const DO = {
  async list() {
    const { experiments, parametersOf } = await code();
    return { experiments, experiment: slug, parameters: await parametersOf(slug) };
  },
  set({ experiment = slug, values }) {
    return (settled = settled
      .catch(() => {})
      .then(async () => {
        const { experiments } = await code();
        if (!experiments.some((one) => one.slug === experiment))
          throw new Error(`There is no experiment “${experiment}”.`);
        if (experiment !== slug) open(experiment, {});
        lab.start();
        await ready;
        return { experiment, ...(await lab.set(values)) };
      }));
  },
  run,
  async pause() {
    await code();
    lab.pause();
    return null;
  },
  async reset() {
    await begun();
    await lab.reset();
    return null;
  },
  result: () => lab.result ?? null,
};

const allowed = gate(MOST.second, 1000);
let waiting = 0;
/** @param {MessageEvent} message */
async function receive({ source, origin, data }) {
  if (!parent || source !== parent || (host !== undefined && origin !== host)) return;
  if (waiting >= MOST.open || !allowed(performance.now())) return;
  const request = read(data);
  if (!request) return;
  const { id, deed } = request;
  const say = (/** @type {object} */ text) =>
    parent.postMessage(text, origin === "null" ? "*" : origin);
  if (!deed) return say(refusal(id, `This frame speaks version ${VERSION} of its messages.`));
  waiting++;
  try {
    say(answer(id, await DO[deed](request)));
  } catch (error) {
    say(refusal(id, /** @type {Error} */ (error)?.message || `The lab could not ${deed}.`));
  } finally {
    waiting--;
  }
}

let height = 0;
// The height is that of the content. That of the document could follow the frame's, and then both would grow without end.
new ResizeObserver(() => {
  const now = Math.ceil(place.getBoundingClientRect().height);
  if (now !== height) tell("height", { height: (height = now) });
}).observe(place);
window.addEventListener("message", receive);
window.addEventListener("hashchange", follow);
follow();
