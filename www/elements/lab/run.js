// The life of a run, without a page: a state is opened on an engine, played, paused or cancelled, and a changed state is opened anew.
import { unhandled } from "../../js/engine/unhandled.js";

/** @typedef {import("../../js/types.d.ts").Kind} Kind
 *  @typedef {import("../../js/types.d.ts").Result} Result
 *  @typedef {import("../../js/types.d.ts").Progress} Progress
 *  @typedef {import("../../js/types.d.ts").LabError} LabError
 *  @typedef {import("../../js/engine/messages.d.ts").ToOwner} Message
 *  @typedef {Pick<import("../../js/types.d.ts").Problem, "message" | "parameter">} Refusal
 *  @typedef {Pick<import("../../js/engine/engine.js").Engine, "session" | "complete" | "check" | "restart" | "gpuFailed">} Engine
 *  @typedef {import("../../js/engine/host.js").Session} Session
 *  @typedef {"starting" | "idle" | "playing" | "paused" | "done" | "cancelled" | "dead"} Mode */

/** The state that a run opens. @typedef {{slug: string, values: import("../../js/types.d.ts").Values, seed: number, table?: number}} State */

/**
 * The owner of a run: it says what to run, and is told what happens.
 * @template {State} S
 * @typedef {object} Owner
 * @property {() => S} present the newest state
 * @property {() => Promise<unknown> | null} settling settings that are being applied
 * @property {() => boolean} blocked does a field hold a value that must be corrected first?
 * @property {() => Promise<unknown> | null} needed what the engine needs besides, to open the newest state or refuse it
 * @property {() => Promise<{kind: Kind}>} place the device that a run is to use
 * @property {(result: Result) => void} opened a state was opened: `of` is set
 * @property {(opened: Result) => Result | null} recall the result of an earlier run of the state that was opened, if it is known
 * @property {() => void} accepted the newest state is valid and was opened
 * @property {(problems: Refusal[]) => void} refused the newest state is invalid, for these reasons
 * @property {(older: boolean) => void} older is the result of an earlier state?
 * @property {() => void} moved the mode has changed
 * @property {() => void} placed the device has changed
 * @property {(result: Result) => void} show there is a new result
 * @property {(progress: Progress) => void} progressed there is new progress
 * @property {(type: "paused" | "done" | "cancelled", result: Result) => void} rested the run has stopped
 * @property {(stuck: boolean) => void} stuck did the run fail to stop when it was cancelled?
 * @property {() => void} answered a silent engine has answered
 * @property {(error: any) => void} failed there was an error that no setting explains
 */

/** A run whose computing takes less than these seconds is slowed down to them, so that there is something to watch. */
const COURSE_S = 3;

/** The reason why an opening was given up: a newer one replaced it, or the owner left. */
const SUPERSEDED = { kind: "superseded", message: "" };

/** @template {State} S */
export class Run {
  #engine;
  #owner;
  /** @type {Mode} */ mode = "starting";
  /** @type {Result | null} */ result = null;
  /** The state that the result belongs to. @type {S | null} */ of = null;
  /** Seconds spent on computing. */
  elapsed = 0;
  /** Why the run moved from the GPU to the CPU. */
  fell = "";
  /** Does the user want every run to be as fast as possible? */
  #full = false;
  /** Is the present run as fast as possible, whatever the user wants of others? */
  #hurried = false;
  /** @type {Map<Kind, Session>} */ #sessions = new Map();
  /** @type {Kind} */ #active = "cpu";
  /** @type {{resolve: (result: Result) => void, reject: (error: LabError) => void} | null} */ #opening =
    null;
  /** @type {Promise<void> | null} */ #refreshing = null;
  /** Does a newer state wait to be opened? */
  #stale = false;
  /** Is that state to be opened at its start, even if its result is known? */
  #afresh = false;
  /** Does the result belong to an earlier state, because the newest was refused? */
  #older = false;
  #generation = 0;
  /** Gives up the opening that waits for what it needs. @type {(reason: typeof SUPERSEDED) => void} */
  #giveUp = () => {};
  /** Counts openings: only the newest continues. */
  #opens = 0;
  /** The run that is about to begin, unless it was given up. @type {object | null} */
  #preparing = null;
  /** Has the engine been reported as silent? */
  #silent = false;
  /** Has the owner left the run? */
  #left = false;

  /** @param {Engine} engine @param {Owner<S>} owner */
  constructor(engine, owner) {
    this.#engine = engine;
    this.#owner = owner;
  }

  get full() {
    return this.#full;
  }
  set full(full) {
    this.#full = full;
    this.#pace();
  }
  #pace(hurried = this.#hurried) {
    this.#hurried = hurried;
    this.#session?.pace(this.#full || hurried ? 0 : COURSE_S);
  }

  get #session() {
    return this.#sessions.get(this.#active);
  }

  // ---- what users do ------------------------------------------------------------------------------------

  /** Continues a paused run; starts any other from the beginning, with the same seed. @param {boolean} [hurried] as fast as possible */
  async run(hurried = false) {
    if (this.mode === "playing" || this.mode === "dead") return;
    if (this.mode !== "paused" && !(await this.#prepare())) return;
    this.#move("playing");
    this.#pace(hurried);
    this.#session?.play();
  }
  /** Pauses at the next checkpoint. */
  pause() {
    if (this.mode === "playing") this.#session?.pause();
  }
  /** Computes up to the next checkpoint. */
  async step() {
    if (this.mode === "dead") return;
    if (this.mode !== "playing" && this.mode !== "paused" && !(await this.#prepare())) return;
    this.#move("playing");
    this.#session?.step();
  }
  /** Stops the run for good, even between two checkpoints. */
  cancel() {
    if (this.mode !== "playing" && this.mode !== "paused") return;
    if (!this.#preparing) return this.#session?.cancel();
    // The run has not started yet, so no engine needs to stop.
    this.#preparing = null;
    this.#move("cancelled");
  }

  /** Opens the newest state; if its result is known, shows that. While one state is being opened, only the newest of the later ones waits. @param {boolean} [afresh] start even if the result is known */
  refresh(afresh = false) {
    this.#stale = true;
    this.#afresh = afresh;
    this.#generation++;
    this.#preparing = null;
    this.#giveUp(SUPERSEDED);
    this.#refreshing ??= (async () => {
      while (this.#stale) {
        this.#stale = false;
        try {
          const result = await this.#open("cpu");
          this.#owner.accepted();
          const known = this.#afresh ? null : this.#owner.recall(result);
          this.elapsed = known?.elapsed_s ?? 0;
          this.#move(known ? "done" : "idle");
          this.#show(known ?? result);
        } catch (error) {
          if (error !== SUPERSEDED) await this.#refused(error);
        }
      }
      // There is no `await` since `#stale` was checked last, so a later call of `refresh` starts a new loop.
      this.#refreshing = null;
    })();
    return this.#refreshing;
  }

  /** Starts the newest state by itself once it is open, unless its result is known. */
  async rerun() {
    await this.#refreshing;
    if (this.mode === "idle" && !this.#older) await this.run(true);
  }

  /** Adds the picture to the present result, which had none when it was opened: the code of pictures is among what runs need. */
  async depict() {
    const { result } = this;
    if (!result || result.picture) return;
    await this.#engine.complete(result.experiment);
    // A run in progress refuses to answer, but its next result has the picture.
    const picture = await this.#session?.picture();
    if (picture && result === this.result) result.picture = picture;
  }

  // ---- its owner ----------------------------------------------------------------------------------------

  /** Closes all sessions, for a new start. */
  clear() {
    this.#left = false;
    this.#close();
  }
  /** Keeps the result of a run that has stopped, because its engine is replaced. @returns {boolean} false if there is none, or if a newer state is being opened */
  keep() {
    const stopped = ["paused", "done", "cancelled"].includes(this.mode);
    if (!stopped || !this.result || this.#refreshing) return false;
    if (this.mode === "paused") this.#move("cancelled");
    return true;
  }
  /** Makes the run ready once its experiment is loaded. */
  begin() {
    this.#move("idle");
  }
  /** Ends the run, because its experiment cannot be loaded. @param {any} error */
  end(error) {
    this.#move("dead");
    this.#owner.failed(error);
  }
  /** Closes all sessions, because the owner has left the page. */
  leave() {
    this.#left = true;
    this.#close();
  }

  /** Closes all sessions, because the engine has others to serve. The result stays, and the next run opens its state anew. @returns {boolean} false while the run plays or a state is being opened */
  release() {
    if (this.mode === "starting" || this.mode === "playing" || this.#refreshing) return false;
    if (this.mode === "paused") this.#move("cancelled");
    this.#close();
    return true;
  }

  #close() {
    this.#supersede();
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  /** Gives up the opening in progress. */
  #supersede() {
    this.#opens++;
    this.#opening?.reject(SUPERSEDED);
    this.#opening = null;
  }

  // ---- its course ---------------------------------------------------------------------------------------

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

  /** Prepares a fresh run on the chosen device; false if nothing can be run. */
  async #prepare() {
    // While the engine starts, wait for the state that it starts with.
    await this.#owner.settling()?.catch(() => {});
    await this.#refreshing;
    const blocked = this.#owner.blocked();
    if (this.mode === "playing" || this.mode === "dead" || !this.result?.progress.total || blocked)
      return false;
    const idle = this.mode === "idle" && !this.#older;
    const preparing = (this.#preparing = {});
    const wanted = () => this.#preparing === preparing;
    const current = () => wanted() && this.mode === "playing";
    this.#move("playing");
    this.fell = "";
    this.#owner.stuck(false);
    try {
      const [{ kind }] = await Promise.all([
        this.#owner.place(),
        this.#engine.complete(this.#owner.present().slug),
      ]);
      if (!current()) return false;
      if (!idle || this.#active !== kind || !this.#session) {
        const result = await this.#open(kind).catch((error) => {
          if (kind === "cpu" || !current()) throw error;
          this.fell = this.#engine.gpuFailed;
          return this.#open("cpu");
        });
        if (!current()) return false;
        this.#show(result);
      }
      this.#owner.placed();
      return true;
    } catch (error) {
      if (error === SUPERSEDED || !wanted()) return false;
      if (current()) await this.#refused(error);
      else this.#owner.failed(error);
      return false;
    } finally {
      if (wanted()) this.#preparing = null;
    }
  }

  /** Computes the run again on the CPU, up to the checkpoint that it had reached, because the GPU's worker has ended. */
  async #replay() {
    const generation = this.#generation;
    const until = this.mode === "playing" ? undefined : this.result?.progress.done;
    try {
      await this.#open("cpu");
      if (generation !== this.#generation) return;
      this.#pace(this.#hurried || until !== undefined);
      this.#session?.play(until);
    } catch (error) {
      if (error !== SUPERSEDED) this.#owner.failed(error);
    }
  }

  /** Opens the present state on an engine. @param {Kind} kind @returns {Promise<Result>} */
  async #open(kind) {
    this.#supersede();
    const turn = this.#opens;
    const needed = this.#owner.needed();
    if (needed) {
      await Promise.race([needed, new Promise((_, reject) => (this.#giveUp = reject))]);
      if (turn !== this.#opens || this.#left) throw SUPERSEDED;
    }
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

  /** Reports that the newest state cannot be opened; the result of an earlier state stays. @param {any} error */
  async #refused(error) {
    // The opening has closed the state whose run was playing or paused.
    if (this.mode === "playing" || this.mode === "paused") this.#move("cancelled");
    // The next run opens the newest state again, whatever kept this opening from it.
    this.#older = !!this.of;
    if (error?.kind !== "parameter") return this.#owner.failed(error);
    if (this.of) this.#owner.older(true);
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
        this.#owner.stuck(true);
        if (this.result) this.#owner.rested("cancelled", this.result);
        return;
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
