// One engine per document, shared by every element: one compiled module per build, one CPU engine worker,
// one lazily started GPU engine worker, one pool of plain workers. The main thread only draws.
import { base, compiled, failure, missing, policy, script, version } from "./assets.js";
import { t } from "./i18n.js";
import { cpu, gpu } from "lab:assets";

/** @typedef {import("./types.d.ts").Message} Message
 *  @typedef {import("./types.d.ts").Kind} Kind
 *  @typedef {import("./types.d.ts").Values} Values
 *  @typedef {import("./types.d.ts").LabError} LabError
 *  @typedef {(progress: import("./types.d.ts").Progress) => void} Watch */

const TICK_MS = 250;
/** Seconds of running time in which a worker starts, answers, and stops. The GPU's worker has deadlines of its own inside: it may
 *  wait for an adapter and for a device, and once more for another, as long as it shows that it lives. */
const START_S = { cpu: 10, gpu: 30 };
const ANSWER_S = { cpu: 10, gpu: 60 };
const ALIVE_S = 10;
const CANCEL_S = 2;
const ADAPTER_S = 3;
/** Runs in which the GPU may fail before it is no longer asked. */
const GPU_TRIES = 2;

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
function expect(key, seconds, missed) {
  due.set(key, { ticks: (seconds * 1000) / TICK_MS, missed });
  clock ||= window.setInterval(tick, TICK_MS);
}

/** @param {any} key */
function met(key) {
  due.delete(key);
  if (due.size) return;
  clearInterval(clock);
  clock = 0;
}

/** A promise, or `late` if it does not settle in time. @template T, L @param {Promise<T>} promise @param {number} seconds @param {L} late @returns {Promise<T | L>} */
const within = (promise, seconds, late) =>
  new Promise((resolve, reject) => {
    const key = {};
    expect(key, seconds, () => resolve(late));
    promise.then(resolve, reject).finally(() => met(key));
  });

/** An exception of a browser in its own words: of a panic around it, only those. @param {any} error */
const reason = (error) => {
  const text = String(error?.message ?? error);
  return (
    /JsValue\((.*?)(?:\n|\)?$)/s.exec(text)?.[1] ??
    text.replace(/^Uncaught |^panicked at .*\n/, "").split("\n")[0]
  ).slice(0, 200);
};

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

/** @param {string} text */
function spawn(text) {
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

/** What ended a worker. @param {ErrorEvent} event @returns {Promise<LabError>} */
async function ended(event) {
  return event.message
    ? failure("panic", event.message)
    : ((await policy()) ?? failure("panic", t("workerDied")));
}

/** What a worker says of its end; of a file that it could not fetch, it knows only the address. @param {LabError} error */
const told = (error) =>
  error.kind === "fetch" ? missing(error.message.split("/").pop() ?? "") : Promise.resolve(error);

/** @type {Map<string, Promise<WebAssembly.Module>>} */
const modules = new Map();

/** Each build is fetched and compiled once. @param {string} name */
function compile(name) {
  let module = modules.get(name);
  if (!module) {
    modules.set(name, (module = compiled(name)));
    module.catch(() => modules.delete(name));
  }
  return module;
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
    /** Counts what was opened: answers to what came before are old. */
    this.turn = 0;
    this.playing = false;
    this.cancelling = {};
  }
  /** @param {string} type @param {object} [more] */
  #send(type, more) {
    this.host.post({ type, run: this.run, ...more });
  }
  /** Something must come; if nothing does, the owner hears of that. */
  #expect() {
    const seconds = ANSWER_S[this.host.kind];
    expect(this, seconds, () =>
      this.receive({ type: "silent", message: t("silent", { seconds }) }),
    );
  }
  /** @param {string} slug @param {Values} values @param {number} seed @param {number} [table] the number of a table that was read */
  open(slug, values, seed, table) {
    met(this.cancelling);
    this.playing = false;
    this.#send("open", { slug, values, seed, table, turn: ++this.turn });
    this.#expect();
  }
  /** @param {number} [until] a mark to pause at */
  play(until) {
    this.playing = true;
    this.#send("play", { until });
    this.#expect();
  }
  pause() {
    this.#send("pause");
  }
  step() {
    this.playing = true;
    this.#send("step");
    this.#expect();
  }
  cancel() {
    this.#send("cancel");
    expect(this.cancelling, CANCEL_S, () => this.receive({ type: "stuck" }));
  }
  /** Compares a published number with the run so far. @param {import("./types.d.ts").Claim} claim */
  judge({ pick, printed, tolerance, ours }) {
    const place = Object.entries(pick).flat(2).map(String);
    return this.host.call("judge", { run: this.run, number: [place, printed, tolerance, ours] });
  }
  /** @param {number | null} marksPerSecond */
  pace(marksPerSecond) {
    this.#send("pace", { marksPerSecond });
  }
  /** @param {Message} message */
  hear(message) {
    if (message.turn !== this.turn) return;
    met(this);
    if (["paused", "done", "cancelled", "error"].includes(message.type)) {
      this.playing = false;
      met(this.cancelling);
    }
    if (this.playing) this.#expect();
    this.receive(message);
  }
  close() {
    this.#send("close");
    met(this);
    met(this.cancelling);
    this.host.sessions.delete(this.run);
    if (this.host.spent && !this.host.sessions.size)
      this.host.kill(failure("panic", t("restarting")));
  }
}

/** An engine worker and everything that waits for it. */
class Host {
  /** @param {Kind} kind @param {Pool} pool @param {(host: Host, error: LabError) => void} died */
  constructor(kind, pool, died) {
    this.kind = kind;
    this.pool = pool;
    this.died = died;
    /** What ended it. @type {LabError | null} */
    this.dead = null;
    /** What its start is waited for by. */
    this.starting = {};
    /** Its GPU is gone: it ends with its last run. */
    this.spent = false;
    /** @type {Map<number, Session>} */
    this.sessions = new Map();
    /** @type {Map<number, {resolve: (value: any) => void, reject: (error: LabError) => void, progress?: Watch}>} */
    this.calls = new Map();
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
      onGpu ? [compile(gpu.wasm), script(gpu.worker)] : [compile(cpu.wasm), cpu.worker],
    );
    const ports = await this.pool.ports(onGpu ? null : module);
    if (this.dead) throw this.dead;
    return new Promise((resolve, reject) => {
      const worker = (this.worker = spawn(text));
      /** @param {LabError} error */
      const end = (error) => {
        reject(error);
        this.kill(error);
      };
      const seconds = START_S[this.kind];
      expect(this.starting, seconds, () => end(failure("panic", t("noAnswer", { seconds }))));
      worker.onmessage = ({ data }) => {
        if (data.type === "ready") {
          met(this.starting);
          resolve(data);
        } else if (data.type === "panic" || (data.type === "error" && data.run === undefined))
          told(data.error).then(end);
        else this.#receive(data);
      };
      worker.onerror = (event) => void ended(event).then(end);
      worker.onmessageerror = () => end(failure("panic", t("workerDied")));
      worker.postMessage(
        {
          type: "init",
          kind: this.kind,
          module,
          ports,
          rest: restUrl,
          second,
          hidden: document.hidden,
        },
        ports,
      );
      if (onGpu)
        document.addEventListener("visibilitychange", () =>
          this.post({ type: "hidden", hidden: document.hidden }),
        );
    });
  }

  /** The GPU's worker shows that it lives; its runs go on elsewhere when it does not. */
  #alive() {
    expect(this, ALIVE_S, () => this.kill(failure("panic", t("noAnswer", { seconds: ALIVE_S }))));
  }

  /** @param {Message} message */
  #receive(message) {
    if (this.dead) return;
    if (this.kind === "gpu") this.#alive();
    if (message.type === "alive") return;
    const call = this.calls.get(message.id ?? -1);
    if (message.type === "reading") {
      if (call) this.#expect(message.id ?? -1, call);
      return message.progress && call?.progress?.(message.progress);
    }
    if (message.type === "reply") {
      this.calls.delete(message.id ?? -1);
      met(call);
      return message.error ? call?.reject(message.error) : call?.resolve(message.value);
    }
    if (this.kind === "gpu" && message.device?.kind === "cpu") this.spent = true;
    this.sessions.get(message.run ?? -1)?.hear(message);
  }

  /** The worker is gone: everyone who waits is told, in words. @param {LabError} error */
  kill(error) {
    if (this.dead) return;
    this.dead = error;
    this.worker?.terminate();
    met(this);
    met(this.starting);
    for (const call of this.calls.values()) {
      met(call);
      call.reject(error);
    }
    this.died(this, error);
    for (const session of [...this.sessions.values()]) {
      met(session);
      met(session.cancelling);
      session.receive({ type: "panic", error });
    }
  }

  /** @param {any} message */
  post(message) {
    if (!this.dead) this.worker?.postMessage(message);
  }

  /** @param {number} id @param {{reject: (error: LabError) => void}} call */
  #expect(id, call) {
    const seconds = ANSWER_S.cpu;
    expect(call, seconds, () => {
      this.calls.delete(id);
      call.reject(failure("silent", t("silent", { seconds })));
    });
  }

  /** @param {string} type @param {object} more @param {Watch} [progress] @returns {Promise<any>} */
  async call(type, more, progress) {
    await this.ready;
    if (this.dead) throw this.dead;
    const id = ++this.next;
    return new Promise((resolve, reject) => {
      const call = { resolve, reject, progress };
      this.calls.set(id, call);
      this.#expect(id, call);
      this.post({ type, id, ...more });
    });
  }
}

/** Plain workers that do chunks of work for whichever engine worker holds the other end of a port. */
class Pool {
  /** @param {(error: LabError) => void} died */
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
          if (data.error) told(data.error).then((error) => this.died(error));
        };
        worker.onerror = (event) => void ended(event).then((error) => this.died(error));
        worker.postMessage({ type: "init", module, rest: restUrl, second });
        this.workers.push(worker);
      }
    }
    return this.workers.map((worker) => {
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

/** What the browser offers, and why not. @typedef {{state: "hardware" | "software" | "none", adapter: string, why: string}} Probe */

class Engine extends EventTarget {
  /** @type {Map<Kind, Host>} */
  #hosts = new Map();
  #runs = 0;
  #tables = 0;
  /** @type {Promise<Probe> | null} */
  #probe = null;
  /** A request for an adapter is under way, perhaps for ever. */
  #asking = false;
  /** Why the GPU is not used although it is there; empty when it may be. */
  gpuFailed = "";
  #failures = 0;
  #pool = new Pool((error) => {
    for (const host of this.#hosts.values()) host.kill(error);
  });

  /** @param {Kind} kind */
  #host(kind) {
    let host = this.#hosts.get(kind);
    if (!host) {
      const made = (host = new Host(kind, this.#pool, (dead, error) => {
        if (this.#hosts.get(kind) !== dead) return;
        // Pool workers may hold chunks of the dead engine: they go with it.
        if (kind === "cpu") return this.#pool.stop();
        // Its runs go on on the CPU; another one asks for the GPU again, but not for ever.
        this.#hosts.delete(kind);
        this.#failures++;
        this.gpuFailed = t("why.failed", { message: reason(error) });
      }));
      this.#hosts.set(kind, host);
      // What could not start is started again when it is used again.
      host.ready.catch((error) => {
        made.kill(error);
        if (this.#hosts.get(kind) === made) this.#hosts.delete(kind);
      });
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

  /** Ends every worker; the next use starts new ones. */
  restart() {
    const hosts = [...this.#hosts.values()];
    this.#hosts.clear();
    this.#pool.stop();
    this.gpuFailed = "";
    this.#failures = 0;
    // Elements leave the old workers first: what ends there is no news.
    this.dispatchEvent(new CustomEvent("restart"));
    for (const host of hosts) host.kill(failure("panic", t("restarting")));
  }

  /** What the browser offers. @param {boolean} [again] ask once more if it offered nothing */
  async probe(again = false) {
    if (again && !this.#asking && (await this.#probe)?.state === "none") this.#probe = null;
    return (this.#probe ??= this.#ask());
  }

  /** @returns {Promise<Probe>} */
  async #ask() {
    /** @param {string} why @returns {Probe} */
    const none = (why) => ({ state: "none", adapter: "", why });
    try {
      this.#asking = true;
      const asked = Promise.resolve(
        /** @type {any} */ (navigator).gpu?.requestAdapter({ powerPreference: "high-performance" }),
      );
      asked.catch(() => {}).finally(() => (this.#asking = false));
      const adapter = await within(asked, ADAPTER_S, undefined);
      if (!adapter)
        return none(this.#asking ? t("why.silent", { seconds: ADAPTER_S }) : t("why.none"));
      const info = adapter.info ?? {};
      const software = info.isFallbackAdapter ?? adapter.isFallbackAdapter;
      return {
        state: software ? "software" : "hardware",
        adapter: info.description || [info.vendor, info.architecture].filter(Boolean).join(" "),
        why: "",
      };
    } catch (error) {
      this.#asking = false;
      return none(t("why.threw", { message: reason(error) }));
    }
  }

  /**
   * Where a run with this device choice would go, and why.
   * @param {import("./types.d.ts").Choice} choice @param {boolean} [again] for a run: what failed before is asked again
   * @returns {Promise<{kind: Kind, why: string, adapter: string}>}
   */
  async place(choice, again = false) {
    if (choice === "cpu") return { kind: "cpu", why: t("why.asked"), adapter: "" };
    if (again && this.#hosts.get("gpu")?.spent) {
      // Another worker asks for another device.
      this.#hosts.delete("gpu");
      this.#failures++;
      this.gpuFailed = t("why.failed", { message: t("gpuLost") });
    }
    if (again && this.#failures < GPU_TRIES) this.gpuFailed = "";
    const { state, adapter, why } = await this.probe(again);
    if (this.gpuFailed) return { kind: "cpu", why: this.gpuFailed, adapter };
    if (state === "none") return { kind: "cpu", why, adapter };
    if (state === "software" && choice === "auto")
      return { kind: "cpu", why: t("why.software"), adapter };
    return { kind: "gpu", why: t(choice === "gpu" ? "why.asked" : "why.found"), adapter };
  }

  /**
   * A session on the engine of that kind.
   * @param {Kind} kind @param {(message: Message) => void} receive
   */
  async session(kind, receive) {
    const host = this.#host(kind);
    await host.ready;
    if (host.dead) throw host.dead;
    const session = new Session(host, ++this.#runs, receive);
    host.sessions.set(session.run, session);
    return session;
  }

  /** Takes the module that the page asked for beside its script, whether or not anything is computed yet. */
  load() {
    compile(cpu.wasm).catch(() => {});
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

  /** @param {string} slug @param {Values} values @param {number} [table] @returns {Promise<{values: Values, problems: import("./types.d.ts").Problem[]}>} */
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

const key = Symbol.for(`scaling-lab.engine ${version}`);
const shared = /** @type {any} */ (window);
/** Also one engine when two copies of one version of the script are on one page. @type {Engine} */
export const engine = (shared[key] ??= new Engine());
