// The life of a run, without a page: a state is opened on an engine, played, paused, cancelled, and opened again when it changes.
import { unhandled } from "../../js/engine/unhandled.js";

/** @typedef {import("../../js/types.d.ts").Kind} Kind
 *  @typedef {import("../../js/types.d.ts").Result} Result
 *  @typedef {import("../../js/types.d.ts").Progress} Progress
 *  @typedef {import("../../js/types.d.ts").LabError} LabError
 *  @typedef {import("../../js/engine/messages.d.ts").ToOwner} Message
 *  @typedef {Pick<import("../../js/types.d.ts").Problem, "message" | "parameter">} Refusal
 *  @typedef {Pick<import("../../js/engine/engine.js").Engine, "session" | "check" | "restart" | "gpuFailed">} Engine
 *  @typedef {import("../../js/engine/host.js").Session} Session
 *  @typedef {"starting" | "idle" | "playing" | "paused" | "done" | "cancelled" | "dead"} Mode */

/** What is opened. @typedef {{slug: string, values: import("../../js/types.d.ts").Values, seed: number, table?: number}} State */

/**
 * Whose run it is: it is asked for what to run, and told what happens.
 * @template {State} S
 * @typedef {object} Owner
 * @property {() => S} present the newest state
 * @property {() => Promise<unknown> | null} settling what is being set just now
 * @property {() => boolean} blocked must something be corrected first?
 * @property {() => Promise<{kind: Kind}>} place where a run goes
 * @property {(result: Result) => void} opened `of` was opened
 * @property {() => void} accepted the newest state was opened: nothing is wrong with it
 * @property {(problems: Refusal[]) => void} refused what is wrong with the newest state
 * @property {(older: boolean) => void} older is the result of an earlier state?
 * @property {() => void} moved another mode
 * @property {() => void} placed what computes has changed
 * @property {(result: Result) => void} show
 * @property {(progress: Progress) => void} progressed
 * @property {(type: "paused" | "done" | "cancelled", result: Result) => void} rested
 * @property {(stuck: boolean) => void} stuck could it not be cancelled?
 * @property {() => void} answered an engine that was silent has answered
 * @property {(error: any) => void} failed
 */

/** Why an opening ended: another came, or the owner went. */
const SUPERSEDED = { kind: "superseded", message: "" };

/** @template {State} S */
export class Run {
  #engine;
  #owner;
  /** @type {Mode} */ mode = "starting";
  /** @type {Result | null} */ result = null;
  /** The state that the result is of. @type {S | null} */ of = null;
  /** Seconds of computing. */
  elapsed = 0;
  /** Why it left the GPU. */
  fell = "";
  /** Marks in a second, at most. @type {number | null} */ #pace = null;
  /** @type {Map<Kind, Session>} */ #sessions = new Map();
  /** @type {Kind} */ #active = "cpu";
  /** @type {{resolve: (result: Result) => void, reject: (error: LabError) => void} | null} */ #opening =
    null;
  /** @type {Promise<void> | null} */ #refreshing = null;
  /** A newer state waits to be opened. */
  #stale = false;
  /** The result is of an earlier state: the newest was refused. */
  #older = false;
  #generation = 0;
  /** Openings so far: only the newest goes on. */
  #opens = 0;
  /** It is about to begin. */
  #preparing = false;
  /** The engine was said to be silent. */
  #silent = false;
  /** Nobody wants it any more. */
  #left = false;

  /** @param {Engine} engine @param {Owner<S>} owner */
  constructor(engine, owner) {
    this.#engine = engine;
    this.#owner = owner;
  }

  get pace() {
    return this.#pace;
  }
  set pace(pace) {
    this.#pace = pace;
    this.#session?.pace(pace);
  }

  get #session() {
    return this.#sessions.get(this.#active);
  }

  // ---- what people do -----------------------------------------------------------------------------------

  /** Plays from where it is; a finished or cancelled run begins again with the same seed. */
  async run() {
    if (this.mode === "playing" || this.mode === "dead") return;
    if (this.mode === "paused") {
      this.#move("playing");
      return this.#session?.play();
    }
    if (await this.#prepare()) {
      this.#move("playing");
      this.#session?.play();
    }
  }
  /** Pauses at the next mark. */
  pause() {
    if (this.mode === "playing") this.#session?.pause();
  }
  /** Computes up to the next mark. */
  async step() {
    if (this.mode === "dead") return;
    if (this.mode !== "playing" && this.mode !== "paused" && !(await this.#prepare())) return;
    this.#move("playing");
    this.#session?.step();
  }
  /** Stops for good, also in the middle of a mark. */
  cancel() {
    if (this.mode !== "playing" && this.mode !== "paused") return;
    if (!this.#preparing) return this.#session?.cancel();
    // Nothing runs yet.
    this.#generation++;
    this.#move("cancelled");
  }

  /** Opens the newest state; while one is being opened, only the newest of the others waits. */
  refresh() {
    this.#stale = true;
    this.#generation++;
    this.#refreshing ??= (async () => {
      while (this.#stale) {
        this.#stale = false;
        try {
          const result = await this.#open("cpu");
          this.#owner.accepted();
          this.#move("idle");
          this.#show(result);
        } catch (error) {
          if (error !== SUPERSEDED) await this.#refused(error);
        }
      }
      // In the same breath as the last look: whoever asks from now on starts another.
      this.#refreshing = null;
    })();
    return this.#refreshing;
  }

  // ---- its place ----------------------------------------------------------------------------------------

  /** Gives up what was opened, for a new start. */
  clear() {
    this.#left = false;
    this.#close();
  }
  /** There is an experiment to run. */
  begin() {
    this.#move("idle");
  }
  /** There is none, and there will be none. @param {any} error */
  end(error) {
    this.#move("dead");
    this.#owner.failed(error);
  }
  /** Its owner has gone. */
  leave() {
    this.#left = true;
    this.#close();
  }

  #close() {
    this.#supersede();
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  /** Whatever is being opened is no longer waited for. */
  #supersede() {
    this.#opens++;
    this.#opening?.reject(SUPERSEDED);
    this.#opening = null;
  }

  // ---- how it goes --------------------------------------------------------------------------------------

  /** @param {Mode} mode */
  #move(mode) {
    this.mode = mode;
    this.#owner.moved();
  }

  /** @param {Result} result */
  #show(result) {
    this.result = result;
    this.#owner.show(result);
  }

  /** A fresh run on the device asked for; false if there is nothing to run. */
  async #prepare() {
    // A run asked for while the engine starts is of the state it starts with.
    await this.#owner.settling()?.catch(() => {});
    await this.#refreshing;
    const blocked = this.#owner.blocked();
    if (this.#preparing || this.mode === "dead" || !this.result?.progress.total || blocked)
      return false;
    const generation = this.#generation;
    const idle = this.mode === "idle" && !this.#older;
    const current = () => generation === this.#generation && this.mode === "playing";
    this.#preparing = true;
    this.#move("playing");
    this.fell = "";
    this.#owner.stuck(false);
    try {
      const { kind } = await this.#owner.place();
      if (!current()) return false;
      if (!idle || this.#active !== kind) {
        const result = await this.#open(kind).catch((error) => {
          if (kind === "cpu" || !current()) throw error;
          this.fell = this.#engine.gpuFailed;
          return this.#open("cpu");
        });
        if (!current()) return false;
        this.#show(result);
      }
      this.#session?.pace(this.#pace);
      this.#owner.placed();
      return true;
    } catch (error) {
      if (error === SUPERSEDED) return false;
      if (current()) await this.#refused(error);
      else this.#owner.failed(error);
      return false;
    } finally {
      this.#preparing = false;
    }
  }

  /** The GPU's worker is gone: the CPU computes the run again, up to where it was. */
  async #replay() {
    const generation = this.#generation;
    const until = this.mode === "playing" ? undefined : this.result?.progress.done;
    try {
      await this.#open("cpu");
      if (generation !== this.#generation) return;
      this.#session?.pace(this.#pace);
      this.#session?.play(until);
    } catch (error) {
      if (error !== SUPERSEDED) this.#owner.failed(error);
    }
  }

  /** Opens the present state on an engine. @param {Kind} kind @returns {Promise<Result>} */
  async #open(kind) {
    this.#supersede();
    const turn = this.#opens;
    let session = this.#sessions.get(kind);
    if (!session || session.host.dead || session.host.spent) {
      session?.close();
      this.#sessions.delete(kind);
      session = await this.#engine.session(kind, (message) => this.#receive(kind, message));
      if (turn !== this.#opens || this.#left) throw (session.close(), SUPERSEDED);
      this.#sessions.set(kind, session);
    }
    if (this.#active !== kind) (this.#session?.close(), this.#sessions.delete(this.#active));
    this.#active = kind;
    this.elapsed = 0;
    const present = this.#owner.present();
    /** @type {Result} */
    const result = await new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      session.open(present.slug, present.values, present.seed, present.table);
    });
    this.of = present;
    this.#owner.opened(result);
    this.#owner.older((this.#older = false));
    return result;
  }

  /** The newest state cannot be opened: the result that stays is older. @param {any} error */
  async #refused(error) {
    // The run that was going on went with the state it was of.
    if (this.mode === "playing" || this.mode === "paused") this.#move("cancelled");
    if (this.of) this.#owner.older((this.#older = true));
    if (error?.kind !== "parameter") return this.#owner.failed(error);
    const { slug, values, table } = this.#owner.present();
    /** @type {{problems: Refusal[]}} */
    const { problems } = await this.#engine
      .check(slug, values, table)
      .catch(() => ({ problems: [] }));
    if (this.#stale) return;
    this.#owner.refused(problems.length ? problems : [error]);
  }

  /** @param {Kind} kind @param {Message} message */
  #receive(kind, message) {
    if (kind !== this.#active) return;
    const opening = this.#opening;
    if (this.#silent) {
      this.#silent = false;
      this.#owner.answered();
    }
    switch (message.type) {
      case "opened":
        this.#opening = null;
        opening?.resolve(message.result);
        return;
      case "progress":
        if (opening) return;
        this.elapsed = message.elapsed;
        if (message.result) this.#show(message.result);
        this.#owner.progressed(message.progress);
        return;
      case "paused":
      case "done":
      case "cancelled":
        if (opening) return;
        this.elapsed = message.elapsed;
        this.#move(message.type);
        this.#show(message.result);
        this.#owner.rested(message.type, message.result);
        return;
      case "silent":
        this.#silent = true;
        return this.#owner.failed({ kind: "silent", message: message.message });
      case "stuck":
        this.#move("cancelled");
        this.#engine.restart();
        return this.#owner.stuck(true);
      case "error":
        this.#opening = null;
        if (opening) return opening.reject(message.error);
        this.#move("cancelled");
        return this.#owner.failed(message.error);
      case "panic":
        this.#opening = null;
        if (kind === "gpu") {
          this.#sessions.delete("gpu");
          this.#active = "cpu";
          if (opening) return opening.reject(message.error);
          this.fell = this.#engine.gpuFailed;
          this.#owner.placed();
          if (this.mode === "playing" || this.mode === "paused") this.#replay();
          return;
        }
        this.#move("dead");
        if (opening) opening.reject(message.error);
        else this.#owner.failed(message.error);
        return;
      default:
        throw unhandled(message);
    }
  }
}
