// One engine per document, shared by every element: one compiled module per build, one CPU engine worker,
// one lazily started GPU engine worker, one pool of plain workers. The main thread only draws.
import { failure, version } from "../assets.js";
import { t } from "../i18n.js";
import { cut, fill } from "../text.js";
import { cpu } from "lab:assets";
import { within } from "./clock.js";
import { Host, Session } from "./host.js";
import { Pool } from "./pool.js";
import { compile, fetchPieces } from "./wasm.js";

/** @typedef {import("../types.d.ts").Kind} Kind
 *  @typedef {import("../types.d.ts").Values} Values */

const ADAPTER_S = 3;
/** The number of GPU failures after which runs no longer ask for the GPU. */
const GPU_TRIES = 2;

/** The message of a browser's exception, without the words of a panic that wraps it. @param {any} error */
const reason = (error) => {
  const text = String(error?.message ?? error);
  return (
    /JsValue\((.*?)(?:\n|\)?$)/s.exec(text)?.[1] ??
    text.replace(/^Uncaught |^panicked at .*\n/, "").split("\n")[0]
  ).slice(0, 200);
};

/** The GPU that the browser offers, or why it offers none. @typedef {{state: "hardware" | "software" | "none", adapter: string, why: string}} Probe */

export class Engine extends EventTarget {
  /** @type {Map<Kind, Host>} */
  #hosts = new Map();
  #runs = 0;
  #tables = 0;
  /** @type {Promise<Probe> | null} */
  #probe = null;
  /** Is a request for an adapter pending? The browser may never answer it. */
  #asking = false;
  /** Why an available GPU is not used; empty if it may be used. */
  gpuFailed = "";
  #failures = 0;
  /** Is the adapter that the browser offers emulated in software? */
  #software = false;
  #pool = new Pool((error) => {
    for (const host of this.#hosts.values()) host.kill(error);
  });

  /** @param {Kind} kind */
  #host(kind) {
    let host = this.#hosts.get(kind);
    if (!host) {
      const made = (host = new Host(kind, this.#software, this.#pool, (dead, error) => {
        if (this.#hosts.get(kind) !== dead) return;
        // Pool workers may hold chunks of the dead engine, so they end too.
        if (kind === "cpu") return this.#pool.stop();
        // The CPU continues the runs of the dead GPU engine. The next run asks for the GPU again, at most GPU_TRIES times.
        this.#hosts.delete(kind);
        this.#failures++;
        this.gpuFailed = t("why.failed", { message: reason(error) });
      }));
      this.#hosts.set(kind, host);
      // An engine that could not start is started again at its next use.
      host.ready.catch((error) => {
        made.kill(error);
        if (this.#hosts.get(kind) === made) this.#hosts.delete(kind);
      });
    }
    return host;
  }

  /** Resolves to the stamp and the CPU device once an experiment, if one is named, can be opened. If the engine has ended, a new one starts. @param {string} [slug] */
  async ready(slug = "") {
    if (this.#hosts.get("cpu")?.dead) this.restart();
    const host = this.#host("cpu");
    await this.#load(cpu.loads[slug]?.opening ?? []);
    return host.ready;
  }

  /** Fetches what runs of an experiment need besides what opened it. @param {string} slug */
  complete(slug) {
    return this.#load(cpu.loads[slug]?.running ?? []);
  }

  /** Fetches what is left of the CPU's build: after it, no experiment that is open needs a connection any more. */
  rest() {
    return this.#load([...cpu.pieces[cpu.rest].needs, cpu.rest]);
  }

  /** Fetches pieces of the CPU's build and gives them to the workers. Workers that start later get them at their start. @param {number[]} numbers */
  async #load(numbers) {
    const fetched = await fetchPieces(numbers);
    for (const host of this.#hosts.values()) host.give(fetched);
  }

  /** Ends every worker; the next use starts new ones. */
  restart() {
    const hosts = [...this.#hosts.values()];
    this.#hosts.clear();
    this.#pool.stop();
    this.gpuFailed = "";
    this.#failures = 0;
    // Elements leave the old workers first, so that they do not report the end of those runs.
    this.dispatchEvent(new CustomEvent("restart"));
    for (const host of hosts) host.kill(failure("panic", t("restarting")));
  }

  /** The GPU that the browser offers. @param {boolean} [again] ask once more if it offered none */
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
   * @param {import("../types.d.ts").Choice} choice @param {boolean} [again] a run is about to start: ask again for a GPU that failed before
   * @returns {Promise<{kind: Kind, why: string, adapter: string}>}
   */
  async place(choice, again = false) {
    if (choice === "cpu") return { kind: "cpu", why: t("why.asked"), adapter: "" };
    if (again && this.#hosts.get("gpu")?.spent) {
      // The device of this worker is lost; a new worker asks for a new one.
      this.#hosts.delete("gpu");
      this.#failures++;
      this.gpuFailed = t("why.failed", { message: t("gpuLost") });
    }
    if (again && this.#failures < GPU_TRIES) this.gpuFailed = "";
    const { state, adapter, why } = await this.probe(again);
    this.#software = state === "software";
    if (this.gpuFailed) return { kind: "cpu", why: this.gpuFailed, adapter };
    if (state === "none") return { kind: "cpu", why, adapter };
    if (state === "software" && choice === "auto")
      return { kind: "cpu", why: t("why.software"), adapter };
    return { kind: "gpu", why: t(choice === "gpu" ? "why.asked" : "why.found"), adapter };
  }

  /**
   * Opens a session on the engine of this kind.
   * @param {Kind} kind @param {(message: import("./messages.d.ts").ToOwner) => void} receive
   */
  async session(kind, receive) {
    const host = this.#host(kind);
    await host.ready;
    if (host.dead) throw host.dead;
    const session = new Session(host, ++this.#runs, receive);
    host.sessions.set(session.run, session);
    return session;
  }

  /** Compiles the module that the page preloads, even if nothing is computed yet. */
  load() {
    compile(cpu.wasm).catch(() => {});
  }

  /** Starts an engine before its first use; a failure is reported at that use. @param {Kind} kind */
  warm(kind) {
    this.#host(kind);
  }

  get cores() {
    return this.#pool.workers.length;
  }

  /** Reads settings leniently; what is wrong with them is said in words. @param {string} slug @param {Values} values @param {number} [table] */
  async check(slug, values, table) {
    await this.#load(cpu.loads[slug]?.opening ?? []);
    const checked = await this.#host("cpu").call("check", { slug, values, table });
    const problems = checked.problems.map(({ message, parameter, instead }) => ({
      message: fill(message),
      parameter,
      // A list may be too long for a sentence.
      instead: instead && fill(instead).replace(/\S{61,}/g, (value) => cut(value)),
    }));
    return { values: checked.values, problems };
  }

  /**
   * Reads a table in the worker. Answers with what the table holds and its number, by which runs refer to it until it is freed.
   * @param {Blob | string} source a file, or an address of this origin @param {number} limit bytes
   * @param {import("./host.js").Watch} progress bytes; a total of 0 is unknown @param {AbortSignal} signal
   * @returns {Promise<import("../types.d.ts").Runs>}
   */
  async read(source, limit, progress, signal) {
    await this.rest();
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
/** Two copies of one version of the script on one page share this engine. @type {Engine} */
export const engine = (shared[key] ??= new Engine());
