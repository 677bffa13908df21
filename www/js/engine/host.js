// An engine worker as the page sees it, and the runs inside it.
import { base, failure, script, version } from "../assets.js";
import { t } from "../i18n.js";
import { fill } from "../text.js";
import { cpu, gpu } from "lab:assets";
import { expect, met } from "./clock.js";
import { unhandled } from "./unhandled.js";
import { compile, ended, fetchPieces, pieces, send, spawn, told } from "./wasm.js";

/** @typedef {import("./messages.d.ts").ToWorker} ToWorker
 *  @typedef {import("./messages.d.ts").FromWorker} FromWorker
 *  @typedef {import("./messages.d.ts").ToOwner} ToOwner
 *  @typedef {import("./messages.d.ts").OfRun} OfRun
 *  @typedef {import("./messages.d.ts").Answers} Answers
 *  @typedef {Extract<FromWorker, {type: "ready"}>} Ready
 *  @typedef {import("./pool.js").Pool} Pool
 *  @typedef {import("../types.d.ts").Kind} Kind
 *  @typedef {import("../types.d.ts").Values} Values
 *  @typedef {import("../types.d.ts").LabError} LabError
 *  @typedef {(progress: import("../types.d.ts").Progress) => void} Watch
 *  @typedef {{resolve: (value: any) => void, reject: (error: LabError) => void, progress?: Watch}} Call */

/** Seconds of running time that a worker may take to start, to answer and to stop. The GPU's worker has further deadlines inside:
 *  it may wait for an adapter and a device, and for a second device after that, as long as it sends signs of life. */
const START_S = { cpu: 10, gpu: 30 };
const ANSWER_S = { cpu: 10, gpu: 60 };
const ALIVE_S = 10;
const CANCEL_S = 2;
/** Seconds without a message that a worker may take to parse a table once it has all of it: a large one takes seconds of computing,
 *  and so a multiple of them on a slow or busy machine. */
const PARSE_S = 120;

/** A run inside an engine worker, as its owner on the page sees it. */
export class Session {
  /** @param {Host} host @param {number} run @param {(message: ToOwner) => void} receive */
  constructor(host, run, receive) {
    this.host = host;
    this.run = run;
    this.receive = receive;
    /** Counts openings, so that answers to an earlier opening can be ignored. */
    this.turn = 0;
    this.playing = false;
    this.cancelling = {};
  }
  /** Expects a message from the worker, and tells the owner if none comes in time. */
  #expect() {
    const seconds = ANSWER_S[this.host.kind];
    expect(this, seconds, () =>
      this.receive({ type: "silent", message: t("silent", { seconds }) }),
    );
  }
  /** @param {string} slug @param {Values} values @param {number} seed @param {number} [table] the number of a table */
  open(slug, values, seed, table) {
    met(this.cancelling);
    this.playing = false;
    const { run } = this;
    this.host.post({ type: "open", run, turn: ++this.turn, slug, values, seed, table });
    this.#expect();
  }
  /** @param {number} [until] a checkpoint to pause at */
  play(until) {
    this.playing = true;
    this.host.post({ type: "play", run: this.run, until });
    this.#expect();
  }
  pause() {
    this.host.post({ type: "pause", run: this.run });
  }
  step() {
    this.playing = true;
    this.host.post({ type: "step", run: this.run });
    this.#expect();
  }
  cancel() {
    this.host.post({ type: "cancel", run: this.run });
    expect(this.cancelling, CANCEL_S, () => this.receive({ type: "stuck" }));
  }
  /** Compares a published number with the run so far. @param {import("../types.d.ts").Claim} claim */
  judge({ pick, printed, tolerance, ours }) {
    const place = Object.entries(pick).flat(2).map(String);
    return this.host.call("judge", { run: this.run, number: [place, printed, tolerance, ours] });
  }
  /** The picture of the run so far. */
  picture() {
    return this.host.call("picture", { run: this.run });
  }
  /** @param {number} seconds the time that the run is to take at least; 0 for full speed */
  pace(seconds) {
    this.host.post({ type: "pace", run: this.run, seconds });
  }
  /** @param {OfRun} message */
  hear(message) {
    if (message.turn !== this.turn) return;
    met(this);
    if (message.type !== "opened" && message.type !== "progress") {
      this.playing = false;
      met(this.cancelling);
    }
    if (this.playing) this.#expect();
    this.receive(message);
  }
  close() {
    this.host.post({ type: "close", run: this.run });
    met(this);
    met(this.cancelling);
    this.host.sessions.delete(this.run);
    if (this.host.spent && !this.host.sessions.size)
      this.host.kill(failure("panic", t("restarting")));
  }
}

/** An engine worker and everything that waits for it. */
export class Host {
  /** @param {Kind} kind @param {boolean} software is its adapter emulated in software? @param {Pool} pool @param {(host: Host, error: LabError) => void} died */
  constructor(kind, software, pool, died) {
    this.kind = kind;
    this.software = software;
    this.pool = pool;
    this.died = died;
    /** The error that ended the worker. @type {LabError | null} */
    this.dead = null;
    /** The key of the deadline for the worker's start. */
    this.starting = {};
    /** Is the worker's GPU lost? Then the worker ends when its last run closes. */
    this.spent = false;
    /** @type {Map<number, Session>} */
    this.sessions = new Map();
    /** @type {Map<number, Call>} */
    this.calls = new Map();
    this.next = 0;
    /** @type {Worker | null} */
    this.worker = null;
    /** The numbers of the pieces that the worker has been given. @type {Set<number>} */
    this.given = new Set();
    /** @type {Promise<Ready>} */
    this.ready = this.#start();
    this.ready.catch(() => {});
  }

  /** @returns {Promise<Ready>} */
  async #start() {
    const onGpu = this.kind === "gpu";
    const [module, glue, device] = await Promise.all([
      compile(cpu.wasm),
      onGpu ? script(gpu.glue) : "",
      onGpu ? compile(gpu.wasm) : null,
      onGpu ? fetchPieces(cpu.gpu) : null,
    ]);
    const ports = await this.pool.ports(module);
    if (this.dead) throw this.dead;
    return new Promise((resolve, reject) => {
      const worker = (this.worker = spawn(cpu.worker + glue));
      /** @param {LabError} error */
      const end = (error) => {
        reject(error);
        this.kill(error);
      };
      const seconds = START_S[this.kind];
      expect(this.starting, seconds, () => end(failure("panic", t("noAnswer", { seconds }))));
      worker.onmessage = (/** @type {{data: FromWorker}} */ { data }) => {
        if ("error" in data) data.error.message = fill(data.error.message);
        if (data.type === "ready") {
          met(this.starting);
          resolve(data);
        } else if (data.type === "panic") told(data.error).then(end);
        else this.#receive(data);
      };
      worker.onerror = (event) => void ended(event).then(end);
      worker.onmessageerror = () => end(failure("panic", t("workerDied")));
      const engine = {
        ports,
        gpu: device && {
          module: device,
          base,
          version,
          hidden: document.hidden,
          software: this.software,
        },
      };
      pieces.forEach(({ module }, number) => module && this.given.add(number));
      send(worker, { type: "init", module, pieces, engine }, ports);
      if (onGpu)
        document.addEventListener("visibilitychange", () =>
          this.post({ type: "hidden", hidden: document.hidden }),
        );
    });
  }

  /** Notes a sign of life of the GPU's worker. If the next one does not come in time, the worker is ended and the CPU takes its runs. */
  #alive() {
    expect(this, ALIVE_S, () => this.kill(failure("panic", t("noAnswer", { seconds: ALIVE_S }))));
  }

  /** @param {Exclude<FromWorker, {type: "ready" | "panic"}>} message */
  #receive(message) {
    if (this.dead) return;
    if (this.kind === "gpu") this.#alive();
    switch (message.type) {
      case "alive":
        return;
      case "reading": {
        const call = this.calls.get(message.id);
        if (call) this.#expect(message.id, call, message.whole ? PARSE_S : undefined);
        if (message.progress) call?.progress?.(message.progress);
        return;
      }
      case "reply":
        return this.#answered(message.id)?.resolve(message.value);
      case "refusal":
        return this.#answered(message.id)?.reject(message.error);
      case "paused":
      case "done":
      case "cancelled":
        if (this.kind === "gpu" && message.device.kind === "cpu") this.spent = true;
        return this.sessions.get(message.run)?.hear(message);
      case "opened":
      case "progress":
      case "error":
        return this.sessions.get(message.run)?.hear(message);
      default:
        throw unhandled(message);
    }
  }

  /** Removes a call that has been answered, with its deadline, and returns it. @param {number} id */
  #answered(id) {
    const call = this.calls.get(id);
    this.calls.delete(id);
    met(call);
    return call;
  }

  /** Ends the worker and reports the error to every call and every run that waits for it. @param {LabError} error */
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

  /** @param {ToWorker} message */
  post(message) {
    if (!this.dead && this.worker) send(this.worker, message);
  }

  /** Gives fetched pieces to the worker, each once. A worker that starts later gets them at its start. @param {import("./messages.d.ts").Given[]} fetched */
  give(fetched) {
    if (!this.worker) return;
    const given = fetched.filter(([number]) => !this.given.has(number));
    for (const [number] of given) this.given.add(number);
    if (given.length) this.post({ type: "pieces", given });
  }

  /** @param {number} id @param {Call} call */
  #expect(id, call, seconds = ANSWER_S.cpu) {
    expect(call, seconds, () => {
      this.calls.delete(id);
      call.reject(failure("silent", t("silent", { seconds })));
    });
  }

  /**
   * Sends a request to the worker and waits for the answer.
   * @template {keyof Answers} T
   * @param {T} type @param {import("./messages.d.ts").Ask<T>} more @param {Watch} [progress] @returns {Promise<Answers[T]>}
   */
  async call(type, more, progress) {
    await this.ready;
    if (this.dead) throw this.dead;
    const id = ++this.next;
    return new Promise((resolve, reject) => {
      const call = { resolve, reject, progress };
      this.calls.set(id, call);
      this.#expect(id, call);
      this.post(/** @type {ToWorker} */ (/** @type {unknown} */ ({ type, id, ...more })));
    });
  }
}
