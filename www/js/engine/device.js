// The GPU device of an engine worker. The build puts this script behind the worker's in one worker, which then holds two
// wasm modules: the lab's asks, the device's answers.
import * as device from "lab:glue";
import { shaders, sums } from "lab:shaders";
import { again, replaced } from "./newer.js";

const TICK_MS = 250; // of the clock that counts how long a GPU has been silent
const FETCH_MS = 10_000;

/** Sources of shaders that have been fetched, by kernel. @type {Map<string, string>} */
const sources = new Map();

/** The source of a kernel's shader; null if a newer version of the lab has replaced it, undefined if it cannot be fetched for another reason. @param {string} kernel */
async function shader(kernel) {
  for (const query of ["", again()]) {
    const source = sources.get(kernel);
    if (source) return source;
    try {
      const url = new URL(shaders[kernel] + query, gpu.base);
      const response = await fetch(
        url,
        EMBEDDED
          ? { signal: AbortSignal.timeout(FETCH_MS), integrity: sums[kernel] }
          : { signal: AbortSignal.timeout(FETCH_MS) },
      );
      const text = await response.text();
      // An incomplete file would be refused by the device, with a message that helps nobody.
      if (response.ok && text.endsWith("// end\n")) sources.set(kernel, text);
    } catch {
      // The file is missing, or the connection is too slow.
    }
  }
  return sources.get(kernel) ?? ((await replaced(gpu.base, gpu.version)) ? null : undefined);
}

const gpu = {
  base: "",
  version: "",
  hidden: false,
  /** Starts the device's module, the clock of its deadlines, which stops while the page is hidden, and the worker's signs of life. @param {import("./messages.d.ts").Gpu} gpu */
  begin({ module, base, version, hidden }) {
    device.initSync({ module });
    Object.assign(gpu, { base, version, hidden });
    setInterval(() => {
      if (!gpu.hidden) device.tick();
      self.postMessage({ type: "alive" });
    }, TICK_MS);
  },
  panicked: () => device.panic_message(),
};
self.gpu = gpu;

/** Asks the device for the lab's module: src/exec/remote.rs imports this function under this name. @param {any} object @param {string} verb @param {any[]} values @returns {Promise<any>} */
self.askDevice = (object, verb, values) =>
  Promise.resolve(
    verb === "shader" ? shader(values[0]) : (object ?? device.Device)[verb](...values),
  );
