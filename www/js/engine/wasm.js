// What workers are made of: the modules of the builds, each compiled once, and the scripts around them.
import { base, compiled, failure, missing, policy } from "../assets.js";
import { t } from "../i18n.js";
import { cpu } from "lab:assets";

/** @typedef {import("../types.d.ts").LabError} LabError */

// (module (func (result v128) i32.const 0 i8x16.splat)): validates only where wasm has SIMD.
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15,
  11,
]);

/** A sentence if this browser cannot run the lab, else null. */
export function unsupported() {
  const able =
    typeof WebAssembly === "object" &&
    WebAssembly.validate(SIMD) &&
    "customElements" in window &&
    "adoptedStyleSheets" in Document.prototype &&
    "replaceSync" in CSSStyleSheet.prototype;
  return able ? null : t("unsupported");
}

/** @type {Map<string, Promise<WebAssembly.Module>>} */
const modules = new Map();

/** Each build is fetched and compiled once. @param {string} name */
export function compile(name) {
  let module = modules.get(name);
  if (!module) {
    modules.set(name, (module = compiled(name)));
    module.catch(() => modules.delete(name));
  }
  return module;
}

/** The part of the CPU's build that the first figure needs nothing of. A worker that needs it sooner fetches it itself. */
export const rest = {
  url: new URL(cpu.rest, base).href,
  module: /** @type {WebAssembly.Module | null} */ (null),
};

/** @param {string} text */
export function spawn(text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    const worker = new Worker(url);
    // The worker has read the blob once it answers; until then the URL must stay.
    worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
    return worker;
  } catch (error) {
    // Some browsers throw where others report.
    throw failure(
      "policy",
      t(/** @type {any} */ (error)?.name === "SecurityError" ? "policy.workers" : "workerDied"),
    );
  }
}

/** @param {Worker} worker @param {import("./messages.d.ts").ToWorker} message @param {Transferable[]} [transfer] */
export const send = (worker, message, transfer = []) => worker.postMessage(message, transfer);

/** What ended a worker. @param {ErrorEvent} event @returns {Promise<LabError>} */
export async function ended(event) {
  return event.message
    ? failure("panic", event.message)
    : ((await policy()) ?? failure("panic", t("workerDied")));
}

/** What a worker says of its end; of a file that it could not fetch, it knows only the address. @param {LabError} error */
export const told = (error) =>
  error.kind === "fetch" ? missing(error.message.split("/").pop() ?? "") : Promise.resolve(error);
