// The messages between embed.html and the page that holds it in an <iframe>. This file only reads and writes them; frame.js acts.
//
// Requests, from the parent window only:   {"scaling-lab": 1, id, do: "list" | "set" | "run" | "pause" | "reset" | "result", ...}
//   list     answers {experiments: [{slug, title}], experiment, parameters: [{name, label, kind, default, range, unit, choices}]}
//   set      with experiment (a slug) or values ({name: text or number}) or both answers {experiment, accepted: {name: text}, refused: [sentence]};
//            seed, device and pace are names too. A new experiment starts from its defaults; otherwise what values do not name stays.
//   run      continues a paused run or starts one; answers the result when the run has finished
//   pause    pauses at the next checkpoint; reset returns to the start; both answer null
//   result   answers the latest result document, or null
// Answers:   {"scaling-lab": 1, id, ok: true, value}   or   {"scaling-lab": 1, id, ok: false, error: "one sentence"}
// Events:    {"scaling-lab": 1, event: "ready" | "change", experiment, values}   {..., event: "height", height: CSS pixels}
//            {..., event: "progress", done, total, share}   {..., event: "result", result}   {..., event: "error", kind, message}
//
// Any parent may talk, because it only drives a simulator that is public anyway. With host=https://blog.example in the hash of the address,
// messages from other origins are ignored, and events go to this origin only. What is not a request is ignored without a word. The sentences are
// English in all languages, because they are for the author of the other page. A frame that is not near the viewport has not loaded the lab, so its
// answers come later.

export const VERSION = 1;
const MARKER = "scaling-lab";
const DEEDS = ["list", "set", "run", "pause", "reset", "result"];
/** No message may hold more than these many fields or values, and no text more than these many characters. */
const MOST = { fields: 8, values: 100, id: 100, text: 10_000 };
/** A name of a parameter or of an experiment. `__proto__` is none. */
const NAME = /^[a-z][\w-]{0,63}$/i;

/**
 * What a parent asks for. If `deed` is empty, the message has another version.
 * @typedef {{id: string | number, deed: string, experiment?: string, values: import("./types.d.ts").Values}} Request
 */

/** The fields of a plain object; null for anything else, or if there are too many. @param {unknown} data @param {number} most */
function fields(data, most) {
  if (typeof data !== "object" || data === null) return null;
  if (Object.getPrototypeOf(data) !== Object.prototype) return null;
  const found = new Map();
  // The loop ends early, so that a large object takes no time.
  for (const name in data) {
    if (found.size === most) return null;
    found.set(name, /** @type {Record<string, unknown>} */ (data)[name]);
  }
  return found;
}

/** @param {unknown} id */
const isId = (id) => (typeof id === "string" && id.length <= MOST.id) || Number.isFinite(id);

/** Settings as texts; null if they are anything but texts and numbers by name. @param {unknown} given */
function readValues(given) {
  const found = fields(given, MOST.values);
  if (!found) return null;
  for (const [name, value] of found) {
    const text = Number.isFinite(value) ? String(value) : value;
    if (!NAME.test(name) || typeof text !== "string" || text.length > MOST.text) return null;
    found.set(name, text);
  }
  return Object.fromEntries(found);
}

/** Reads a message; null if it is no request. @param {unknown} data @returns {Request | null} */
export function read(data) {
  const found = fields(data, MOST.fields);
  const [id, deed, version] = ["id", "do", MARKER].map((name) => found?.get(name));
  if (!found || !isId(id) || !Number.isFinite(version)) return null;
  if (version !== VERSION) return typeof deed === "string" ? { id, deed: "", values: {} } : null;
  if (!DEEDS.includes(deed)) return null;
  const values = found.has("values") ? readValues(found.get("values")) : {};
  const experiment = found.get("experiment");
  if (!values) return null;
  if (experiment !== undefined && (typeof experiment !== "string" || !NAME.test(experiment)))
    return null;
  return { id, deed, experiment, values };
}

/** @param {Request["id"]} id @param {unknown} value */
export const answer = (id, value) => ({ [MARKER]: VERSION, id, ok: true, value });

/** @param {Request["id"]} id @param {string} error one sentence */
export const refusal = (id, error) => ({ [MARKER]: VERSION, id, ok: false, error });

/** @param {string} name @param {object} detail */
export const event = (name, detail) => ({ [MARKER]: VERSION, event: name, ...detail });

/** The only origin that may talk, as an address names it: undefined if any may, null if the address names none that exists. @param {string | undefined} host */
export function originOf(host) {
  if (host === undefined) return undefined;
  try {
    const { origin } = new URL(host);
    return origin === "null" ? null : origin;
  } catch {
    return null;
  }
}

/** Lets through so many calls in each span of time, and no more. @param {number} most @param {number} ms */
export function gate(most, ms) {
  let [begun, count] = [-Infinity, 0];
  return (/** @type {number} */ now) => {
    if (now - begun >= ms) [begun, count] = [now, 0];
    return ++count <= most;
  };
}
