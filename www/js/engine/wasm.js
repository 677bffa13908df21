// The modules of the builds, each compiled once, and the workers that are started with them.
import { base, compiled, failure, missing, policy } from "../assets.js";
import { t } from "../i18n.js";
import { cpu } from "lab:assets";
import { sumOf } from "../trust.js";

/** @typedef {import("../types.d.ts").LabError} LabError */

// (module (func (result v128) i32.const 0 i8x16.splat)): validates only where wasm has SIMD.
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15,
  11,
]);

/** A sentence that says why this browser cannot run the lab, or null if it can. */
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

/** Fetches and compiles a build, once for all callers. @param {string} name */
export function compile(name) {
  let module = modules.get(name);
  if (!module) {
    modules.set(name, (module = compiled(name)));
    module.catch(() => modules.delete(name));
  }
  return module;
}

/** The file of a piece of the CPU's build; number 0 is the core. @param {number} number */
const fileOf = (number) => (number ? cpu.piece.replace("*", cpu.pieces[number].name) : cpu.wasm);

/** The pieces of the CPU's build besides its core, which is number 0, as workers know them. @type {import("./messages.d.ts").Piece[]} */
export const pieces = cpu.pieces.map(({ needs }, number) => ({
  url: new URL(fileOf(number), base).href,
  needs,
  module: null,
}));
if (EMBEDDED)
  // The sums are known once the element is defined.
  pieces.forEach((piece, number) =>
    Object.defineProperty(piece, "sum", { enumerable: true, get: () => sumOf(fileOf(number)) }),
  );

/** Fetches pieces, each once for all callers. A piece comes after those that it needs. @param {number[]} numbers @returns {Promise<import("./messages.d.ts").Given[]>} */
export const fetchPieces = (numbers) =>
  Promise.all(
    numbers.map(async (number) => [
      number,
      (pieces[number].module = await compile(fileOf(number))),
    ]),
  );

/** @param {string} text */
export function spawn(text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    const worker = new Worker(url);
    // A worker has read the blob once it sends a message; until then the URL must stay valid.
    worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
    return worker;
  } catch (error) {
    // Some browsers throw here where others fire an error event.
    throw failure(
      "policy",
      t(/** @type {any} */ (error)?.name === "SecurityError" ? "policy.workers" : "workerDied"),
    );
  }
}

/** @param {Worker} worker @param {import("./messages.d.ts").ToWorker} message @param {Transferable[]} [transfer] */
export const send = (worker, message, transfer = []) => worker.postMessage(message, transfer);

/** The error that ended a worker. @param {ErrorEvent} event @returns {Promise<LabError>} */
export async function ended(event) {
  return event.message
    ? failure("panic", event.message)
    : ((await policy()) ?? failure("panic", t("workerDied")));
}

/** The error that a worker reports at its end. For a file that it could not fetch, a worker knows only the address. @param {LabError} error */
export const told = (error) =>
  error.kind === "fetch" ? missing(error.message.split("/").pop() ?? "") : Promise.resolve(error);
