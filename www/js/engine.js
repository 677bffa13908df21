// @ts-check
// One engine per document, shared by every element: one compiled module per build, one CPU engine worker,
// one lazily started GPU engine worker, one pool of plain workers. The main thread only draws.
import { t } from "./i18n.js";
import { cpu, gpu } from "lab:assets";

/** @typedef {import("./types.d.ts").Message} Message
 *  @typedef {import("./types.d.ts").Kind} Kind
 *  @typedef {import("./types.d.ts").Values} Values
 *  @typedef {import("./types.d.ts").LabError} LabError
 *  @typedef {(progress: import("./types.d.ts").Progress) => void} Watch */

/** Where the page's files lie, also when another site embeds the script. */
export const base = new URL(".", import.meta.url).href;

const START_MS = 30_000;
const ANSWER_MS = 20_000;

// (module (func (result v128) i32.const 0 i8x16.splat)): validates only where wasm has SIMD.
const SIMD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11]);

/** A sentence if this browser cannot run the lab, else null. */
export function unsupported() {
  const able =
    typeof WebAssembly === "object" && WebAssembly.validate(SIMD) && "customElements" in window &&
    "adoptedStyleSheets" in Document.prototype && "replaceSync" in CSSStyleSheet.prototype;
  return able ? null : t("unsupported");
}

/** @param {string} kind @param {string} message @returns {LabError} */
const failure = (kind, message) => ({ kind, message });

/** @param {string} text */
function spawn(text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url);
  // The worker has read the blob once it answers; until then the URL must stay.
  worker.addEventListener("message", () => URL.revokeObjectURL(url), { once: true });
  return worker;
}

/** @param {string} name */
async function load(name) {
  const response = await fetch(new URL(name, base)).catch(() => null);
  if (!response?.ok) throw failure("internal", t("fetchFailed", { file: name, status: response?.status ?? "offline" }));
  return response;
}

/** @type {Map<string, Promise<WebAssembly.Module>>} */
const modules = new Map();

/** Each build is fetched and compiled once. @param {string} name */
function compile(name) {
  let module = modules.get(name);
  if (!module) {
    modules.set(name, (module = compileOnce(name)));
    module.catch(() => modules.delete(name));
  }
  return module;
}

/** @param {string} name */
async function compileOnce(name) {
  const response = await load(name);
  try {
    return await WebAssembly.compileStreaming(response.clone());
  } catch {
    // A host that serves the wrong media type: slower, same module.
    return WebAssembly.compile(await response.arrayBuffer());
  }
}

/** The part of the CPU's build that the first figure needs nothing of. A worker that needs it sooner fetches it itself. */
const restUrl = new URL(cpu.rest, base).href;
/** @type {WebAssembly.Module | null} */
let second = null;

/** One run inside an engine worker, as its owner sees it. */
export class Session {
  /** @param {Host} host @param {number} run @param {(message: Message) => void} receive */
  constructor(host, run, receive) {
    this.host = host;
    this.run = run;
    this.receive = receive;
  }
  /** @param {string} type @param {object} [more] */
  #send(type, more) {
    this.host.post({ type, run: this.run, ...more });
  }
  /** @param {string} slug @param {Values} values @param {number} seed @param {number} [table] the number of a table that was read */
  open(slug, values, seed, table) {
    this.host.expect(this);
    this.#send("open", { slug, values, seed, table });
  }
  play() { this.#send("play"); }
  pause() { this.#send("pause"); }
  step() { this.#send("step"); }
  cancel() { this.#send("cancel"); }
  /** Compares a published number with the run so far. @param {import("./types.d.ts").Claim} claim */
  judge({ pick, printed, tolerance, ours }) {
    const place = Object.entries(pick).flat(2).map(String);
    return this.host.call("judge", { run: this.run, number: [place, printed, tolerance, ours] });
  }
  /** @param {number | null} marksPerSecond */
  pace(marksPerSecond) { this.#send("pace", { marksPerSecond }); }
  close() {
    this.#send("close");
    this.host.sessions.delete(this.run);
    this.host.answered(this);
  }
}

/** An engine worker and everything that waits for it. */
class Host {
  /** @param {Kind} kind @param {Pool} pool @param {(host: Host, message: string) => void} died */
  constructor(kind, pool, died) {
    this.kind = kind;
    this.pool = pool;
    this.died = died;
    this.dead = "";
    /** @type {Map<number, Session>} */
    this.sessions = new Map();
    /** @type {Map<number, {resolve: (value: any) => void, reject: (error: LabError) => void, progress?: Watch}>} */
    this.calls = new Map();
    /** @type {Map<any, number>} */
    this.timers = new Map();
    this.next = 0;
    /** @type {Worker | null} */
    this.worker = null;
    /** @type {Promise<Message>} */
    this.ready = this.#start();
    this.ready.catch(() => {});
  }

  async #start() {
    const onGpu = this.kind === "gpu";
    const [module, text] = await Promise.all(
      onGpu ? [compile(gpu.wasm), load(gpu.worker).then(response => response.text())] : [compile(cpu.wasm), cpu.worker],
    );
    const ports = await this.pool.ports(onGpu ? null : module);
    return new Promise((resolve, reject) => {
      const worker = (this.worker = spawn(text));
      const timer = setTimeout(() => reject(failure("internal", t("noAnswer", { seconds: START_MS / 1000 }))), START_MS);
      worker.onmessage = ({ data }) => {
        if (data.type === "ready") {
          clearTimeout(timer);
          resolve(data);
        } else if (data.type === "error" && data.run === undefined) {
          clearTimeout(timer);
          reject(data.error);
        } else {
          if (data.type === "panic") reject(failure("internal", data.message));
          this.#receive(data);
        }
      };
      worker.onerror = event => {
        reject(failure("internal", event.message));
        this.kill(event.message || t("workerDied"));
      };
      worker.onmessageerror = () => this.kill(t("workerDied"));
      worker.postMessage({ type: "init", kind: this.kind, module, ports, rest: restUrl, second }, ports);
    });
  }

  /** @param {Message} message */
  #receive(message) {
    if (message.type === "panic") return this.kill(message.message ?? "");
    if (message.type === "reading") return message.progress && this.calls.get(message.id ?? -1)?.progress?.(message.progress);
    if (message.type === "reply") {
      const call = this.calls.get(message.id ?? -1);
      this.calls.delete(message.id ?? -1);
      this.answered(message.id);
      return message.error ? call?.reject(message.error) : call?.resolve(message.value);
    }
    const session = this.sessions.get(message.run ?? -1);
    if (!session) return;
    this.answered(session);
    session.receive(message);
  }

  /** The worker is gone: everyone who waits is told, in words. @param {string} message */
  kill(message) {
    if (this.dead) return;
    this.dead = message || t("workerDied");
    this.worker?.terminate();
    for (const timer of this.timers.values()) clearTimeout(timer);
    for (const { reject } of this.calls.values()) reject(failure("panic", this.dead));
    this.died(this, this.dead);
    for (const session of [...this.sessions.values()]) session.receive({ type: "panic", message: this.dead });
  }

  /** @param {any} message */
  post(message) {
    if (!this.dead) this.worker?.postMessage(message);
  }

  /** A reply is due. @param {any} key */
  expect(key) {
    this.answered(key);
    this.timers.set(key, window.setTimeout(() => {
      const message = t("noAnswer", { seconds: ANSWER_MS / 1000 });
      if (key instanceof Session) key.receive({ type: "slow", message });
    }, ANSWER_MS));
  }

  /** @param {any} key */
  answered(key) {
    clearTimeout(this.timers.get(key));
    this.timers.delete(key);
  }

  /** @param {string} type @param {object} more @param {Watch} [progress] @returns {Promise<any>} */
  async call(type, more, progress) {
    await this.ready;
    if (this.dead) throw failure("panic", this.dead);
    const id = ++this.next;
    return new Promise((resolve, reject) => {
      this.calls.set(id, { resolve, reject, progress });
      this.post({ type, id, ...more });
    });
  }
}

/** Plain workers that do chunks of work for whichever engine worker holds the other end of a port. */
class Pool {
  /** @param {(message: string) => void} died */
  constructor(died) {
    this.died = died;
    /** @type {Worker[]} */
    this.workers = [];
  }
  /** One port to each worker. The first call starts them. @param {WebAssembly.Module | null} module */
  async ports(module) {
    if (!this.workers.length) {
      module ??= await compile(cpu.wasm);
      const count = Math.max(1, Math.min((navigator.hardwareConcurrency || 2) - 1, 4));
      for (let i = 0; i < count; i++) {
        const worker = spawn(cpu.worker);
        worker.onmessage = ({ data }) => {
          if (data.type === "panic") this.died(data.message);
          else if (data.type === "error") this.died(data.error.message);
        };
        worker.onerror = event => this.died(event.message || t("workerDied"));
        worker.postMessage({ type: "init", module, rest: restUrl, second });
        this.workers.push(worker);
      }
    }
    return this.workers.map(worker => {
      const { port1, port2 } = new MessageChannel();
      worker.postMessage({ type: "port", port: port2 }, [port2]);
      return port1;
    });
  }
  stop() {
    for (const worker of this.workers) worker.terminate();
    this.workers = [];
  }
}

/** @typedef {{state: "hardware" | "software" | "none", adapter: string}} Probe */

class Engine extends EventTarget {
  /** @type {Map<Kind, Host>} */
  #hosts = new Map();
  #runs = 0;
  #tables = 0;
  /** @type {Promise<Probe> | null} */
  #probe = null;
  /** Why the GPU is not used although it is there; empty when it may be. */
  gpuFailed = "";
  #pool = new Pool(message => { for (const host of this.#hosts.values()) host.kill(message); });

  /** @param {Kind} kind */
  #host(kind) {
    let host = this.#hosts.get(kind);
    if (!host) {
      host = new Host(kind, this.#pool, dead => {
        // Pool workers may hold chunks of the dead engine: they go with it.
        if (dead.kind === "cpu") this.#pool.stop();
        this.dispatchEvent(new CustomEvent("died", { detail: dead.kind }));
      });
      this.#hosts.set(kind, host);
    }
    return host;
  }

  /** Stamp and CPU device. @returns {Promise<Message & {stamp: {version: string, commit: string}}>} */
  async ready(slug = cpu.first) {
    const host = this.#host("cpu");
    // Any other experiment runs what the first part lacks.
    if (slug !== cpu.first) await this.complete();
    return /** @type {any} */ (host.ready);
  }

  /** Fetches what the first figure did not need, for every worker; without it, each would fetch its own when it must. */
  async complete() {
    if (second) return; // whoever starts after it came gets it at the start
    second = await compile(cpu.rest).catch(() => null);
    if (!second) return;
    const message = { type: "rest", module: second };
    this.#hosts.get("cpu")?.post(message);
    for (const worker of this.#pool.workers) worker.postMessage(message);
  }

  /** After a panic or a dead worker: the next use starts a new one. */
  restart() {
    for (const [kind, host] of this.#hosts) {
      host.kill(t("restarting"));
      this.#hosts.delete(kind);
    }
    this.#pool.stop();
    this.gpuFailed = "";
    this.dispatchEvent(new CustomEvent("restart"));
  }

  /** Asks the browser for an adapter, once. */
  probe() {
    this.#probe ??= (async () => {
      try {
        const adapter = await /** @type {any} */ (navigator).gpu?.requestAdapter({ powerPreference: "high-performance" });
        if (!adapter) return { state: "none", adapter: "" };
        const info = adapter.info ?? {};
        const software = info.isFallbackAdapter ?? adapter.isFallbackAdapter;
        return { state: software ? "software" : "hardware", adapter: info.description || [info.vendor, info.architecture].filter(Boolean).join(" ") };
      } catch {
        return { state: "none", adapter: "" };
      }
    })();
    return this.#probe;
  }

  /**
   * Where a run with this device choice would go, and why.
   * @param {import("./types.d.ts").Choice} choice
   * @returns {Promise<{kind: Kind, why: string, adapter: string}>}
   */
  async place(choice) {
    if (choice === "cpu") return { kind: "cpu", why: t("why.asked"), adapter: "" };
    const { state, adapter } = await this.probe();
    if (this.gpuFailed) return { kind: "cpu", why: this.gpuFailed, adapter };
    if (state === "none") return { kind: "cpu", why: t("why.none"), adapter };
    if (state === "software" && choice === "auto") return { kind: "cpu", why: t("why.software"), adapter };
    return { kind: "gpu", why: t(choice === "gpu" ? "why.asked" : "why.found"), adapter };
  }

  /**
   * A session on the engine of that kind. A GPU that fails to start is remembered and thrown.
   * @param {Kind} kind @param {(message: Message) => void} receive
   */
  async session(kind, receive) {
    const host = this.#host(kind);
    try {
      await host.ready;
      if (host.dead) throw failure("panic", host.dead);
    } catch (error) {
      if (kind === "gpu") {
        const message = /** @type {any} */ (error)?.message ?? String(error);
        this.gpuFailed ||= t("why.failed", { message });
        host.kill(message);
        this.#hosts.delete("gpu");
      }
      throw error;
    }
    const session = new Session(host, ++this.#runs, receive);
    host.sessions.set(session.run, session);
    return session;
  }

  /** Starts an engine ahead of its first use; a failure shows when it is used. @param {Kind} kind */
  warm(kind) {
    this.#host(kind);
  }

  /** The device the GPU engine settled on, if it runs. */
  async device(/** @type {Kind} */ kind) {
    return (await this.#hosts.get(kind)?.ready)?.device ?? null;
  }

  get cores() {
    return this.#pool.workers.length;
  }

  /** @param {string} slug @param {Values} values @param {number} [table] @returns {Promise<{values: Values, problems: string[]}>} */
  async check(slug, values, table) {
    await this.complete();
    return this.#host("cpu").call("check", { slug, values, table });
  }

  /**
   * Reads a table in the worker: its number, by which runs name it until it is freed, and what it holds.
   * @param {Blob | string} source a file, or an address of this origin @param {number} limit bytes
   * @param {Watch} progress bytes; a total of 0 is unknown @param {AbortSignal} signal
   * @returns {Promise<import("./types.d.ts").Runs>}
   */
  async read(source, limit, progress, signal) {
    await this.complete();
    const host = this.#host("cpu");
    const table = ++this.#tables;
    await host.ready;
    signal.addEventListener("abort", () => host.post({ type: "stop", table }));
    return { table, ...(await host.call("read", { table, source, limit }, progress)) };
  }

  /** @param {number} table */
  free(table) {
    this.#hosts.get("cpu")?.post({ type: "free", table });
  }
}

const key = Symbol.for("scaling-lab.engine");
/** Also one engine when two copies of the script are on one page. @type {Engine} */
export const engine = ((/** @type {any} */ (window))[key] ??= new Engine());
