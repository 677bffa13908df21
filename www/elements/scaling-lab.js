// <scaling-lab experiment="SLUG" name="value" ... seed="N" device="auto|cpu|gpu">: one experiment, whole.
// Attributes mirror the URL; where an experiment takes a table, data="..." holds a small one or names a large one, and src="..." names one. Methods run() pause() step() reset() cancel(), property result, events ready
// progress result error, and change when the state and so the URL changed. All elements share one engine.
import { base, later as loadLater } from "../js/assets.js";
import { entry as entryOf, explanation, index } from "../js/catalogue.js";
import { makeControl } from "../js/controls.js";
import { h, link, uid } from "../js/dom.js";
import { engine } from "../js/engine/engine.js";
import { unhandled } from "../js/engine/unhandled.js";
import { unsupported } from "../js/engine/wasm.js";
import { duration, lang, num, t } from "../js/i18n.js";
import { DEFAULT_SEED, difference, formatHash, parseQuery } from "../js/route.js";
import { sameText, typed } from "../js/value-text.js";
import { visible } from "../js/visible.js";
import { formula, prose, sentence, spoken } from "../js/prose.js";
import { tableView, verdictView, verdictWords } from "../js/result-view.js";
import { css as plotCss, renderFigure } from "../js/plot/index.js";
import css from "./scaling-lab.css";

/** @typedef {import("../js/types.d.ts").Entry} Entry
 *  @typedef {import("../js/types.d.ts").Kind} Kind
 *  @typedef {import("../js/types.d.ts").Choice} Choice
 *  @typedef {import("../js/types.d.ts").Result} Result
 *  @typedef {import("../js/engine/messages.d.ts").ToOwner} Message
 *  @typedef {import("../js/types.d.ts").Values} Values
 *  @typedef {import("../js/types.d.ts").LabError} LabError
 *  @typedef {import("../js/engine/host.js").Session} Session
 *  @typedef {typeof import("../js/after-first-figure.js")} Later
 *  @typedef {{link: Values, brief: Values, settings: Values, table?: number, file?: string, missing: {link?: string, command?: string}}} Of
 *  @typedef {"starting" | "idle" | "playing" | "paused" | "done" | "cancelled" | "dead"} Mode */

const DEVICES = ["auto", "gpu", "cpu"];
const SPEEDS = [null, 1, 2, 5, 10, 30];
const FRAME_MS = 14;
/** The longest address that is printed whole. */
const PRINTED_MAX = 300;
const SEED_MAX = 2 ** 32 - 1;
const RESERVED = new Set([
  "heading",
  "theme",
  "id",
  "class",
  "style",
  "slot",
  "lang",
  "dir",
  "hidden",
  "title",
  "part",
  "tabindex",
  "role",
]);

/** Why an opening ended: another came, or the element went. */
const SUPERSEDED = { kind: "superseded", message: "" };

/** Which table is read; no parameters where an experiment takes one. */
const TABLE = ["data", "src"];

/** Everything but the attributes every element has and our own switches. @param {string} name */
const isParameter = (name) => !RESERVED.has(name) && !/^(data|aria)-/.test(name);

/** @type {CSSStyleSheet | undefined} */
let sheet;

export class ScalingLab extends HTMLElement {
  /** @type {Entry | null} */ #entry = null;
  /** @type {Values} */ #values = {};
  #seed = DEFAULT_SEED;
  /** @type {Choice} */ #device = "auto";
  /** @type {number | null} */ #pace = null;
  /** @type {Mode} */ #mode = "starting";
  /** @type {Result | null} */ #result = null;
  /** @type {Map<Kind, Session>} */ #sessions = new Map();
  /** @type {Kind} */ #active = "cpu";
  /** @type {{resolve: (result: Result) => void, reject: (error: LabError) => void} | null} */ #opening =
    null;
  /** @type {Promise<void> | null} */ #refreshing = null;
  /** @type {Promise<void> | null} */ #applying = null;
  #stale = false;
  #generation = 0;
  /** Openings and starts so far: only the newest goes on. */
  #opens = 0;
  #starts = 0;
  /** A run is about to begin. */
  #preparing = false;
  /** The engine was said to be silent. */
  #silent = false;
  /** Why this run left the GPU. */
  #fell = "";
  /** The element left its place: for good, unless it is put elsewhere at once. */
  #leaving = 0;
  #elapsed = 0;
  #frame = 0;
  #drawn = 0;
  /** @type {number | undefined} */ #speaking;
  /** @type {Map<string, import("../js/controls.js").Control>} */ #controls = new Map();
  /** @type {Record<string, any>} */ #ui = {};
  /** Ends what listens outside the element, when it goes. */
  #listening = new AbortController();
  #observer = new MutationObserver((records) => {
    const names = records.map(({ attributeName }) => attributeName ?? "");
    if (names.some(isParameter)) this.#readAttributes(!names.some((name) => TABLE.includes(name)));
  });
  #onRestart = () => this.#start(this.#mode === "playing");
  /** The panel for a table of one's own, where the experiment takes one. @type {ReturnType<Later["ownRuns"]> | null} */ #own =
    null;
  /** Settings that came later than others count. */
  #turn = 0;

  /** The latest result document, or null. */
  get result() {
    return this.#result;
  }
  /** What differs from the defaults, as the URL has it. @returns {Values} */
  get query() {
    return { ...this.#settings, ...this.#own?.link };
  }
  /** The same without the table. @returns {Values} */
  get #settings() {
    return this.#entry ? difference(this.#entry, this.#values, this.#seed, this.#device) : {};
  }
  /** Opens a state; unknown names and values out of range are reported in words. */
  set query(query) {
    this.#given = query;
    if (this.#entry) this.#apply(query);
  }
  /** @type {Values | null} */ #given = null;
  /** The address of this state. */
  get address() {
    return this.#addressOf(this.query);
  }
  /** What a result is of: the state that was opened for it. Whatever leaves the page says this, not what the controls say since. @returns {Of} */
  get #present() {
    const own = this.#own;
    return {
      link: own?.link ?? {},
      brief: own?.brief ?? {},
      table: own?.held?.table,
      file: own?.held?.file,
      settings: this.#settings,
      missing: { link: own?.missing("link"), command: own?.missing("command") },
    };
  }
  /** @type {Of | null} */ #of = null;
  /** The address of what is shown; where that is too long to be printed, only the name of its table. */
  #link(printed = false) {
    const { settings = {}, link, brief } = this.#of ?? {};
    const whole = this.#addressOf({ ...settings, ...link });
    return printed && whole.length > PRINTED_MAX
      ? this.#addressOf({ ...settings, ...brief })
      : whole;
  }
  /** @param {Values} query */
  #addressOf(query) {
    return new URL(
      formatHash(this.#entry?.slug ?? "", query),
      this.isConnected && this.hasAttribute("heading") ? location.href.split("#")[0] : base,
    ).href;
  }

  connectedCallback() {
    if (this.#leaving) {
      // Only moved: its run goes on.
      clearTimeout(this.#leaving);
      this.#leaving = 0;
      return;
    }
    if (!this.shadowRoot) {
      const root = this.attachShadow({ mode: "open" });
      const problem = unsupported();
      if (problem) return root.append(h("p", { role: "alert" }, problem));
      if (!sheet) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(plotCss + css);
      }
      root.adoptedStyleSheets = [sheet];
      root.append(h("p", { class: "starting", role: "status" }, t("starting")));
    }
    engine.addEventListener("restart", this.#onRestart);
    this.#listening = new AbortController();
    this.#listen();
    this.#observer.observe(this, { attributes: true });
    this.#start();
  }

  disconnectedCallback() {
    this.#leaving = window.setTimeout(() => {
      this.#leaving = 0;
      engine.removeEventListener("restart", this.#onRestart);
      this.#listening.abort();
      this.#observer.disconnect();
      this.#closeSessions();
      this.#own?.rest();
    });
  }

  /** Moves the keyboard to the title, for a change of page. */
  focusTitle() {
    this.#ui.title?.focus();
  }

  // ---- runs -------------------------------------------------------------------------------------------

  /** Plays from where the run is; a finished or cancelled one begins again with the same seed. */
  async run() {
    if (this.#mode === "playing" || this.#mode === "dead") return;
    if (this.#mode === "paused") {
      this.#setMode("playing");
      return this.#session?.play();
    }
    if (await this.#prepare()) {
      this.#setMode("playing");
      this.#session?.play();
    }
  }
  /** Pauses at the next mark. */
  pause() {
    if (this.#mode === "playing") this.#session?.pause();
  }
  /** Computes up to the next mark. */
  async step() {
    if (this.#mode === "dead") return;
    if (this.#mode !== "playing" && this.#mode !== "paused" && !(await this.#prepare())) return;
    this.#setMode("playing");
    this.#session?.step();
  }
  /** Back to the start, same seed. */
  reset() {
    return this.#refresh();
  }
  /** Stops for good, also in the middle of a mark. */
  cancel() {
    if (this.#mode !== "playing" && this.#mode !== "paused") return;
    if (!this.#preparing) return this.#session?.cancel();
    // Nothing runs yet.
    this.#generation++;
    this.#setMode("cancelled");
  }

  get #session() {
    return this.#sessions.get(this.#active);
  }

  /** A fresh run on the device asked for; false if there is nothing to run. */
  async #prepare() {
    // A run asked for while the engine starts is of the state it starts with.
    await this.#applying?.catch(() => {});
    await this.#refreshing;
    if (this.#ui.invalid)
      this.shadowRoot?.querySelector(/** @type {"input"} */ ("[aria-invalid=true]"))?.focus();
    if (
      this.#preparing ||
      this.#mode === "dead" ||
      !this.#result?.progress.total ||
      this.#ui.invalid
    )
      return false;
    const generation = this.#generation;
    const idle = this.#mode === "idle" && this.#ui.older.hidden;
    const current = () => generation === this.#generation && this.#mode === "playing";
    this.#preparing = true;
    this.#setMode("playing");
    this.#fell = "";
    this.#notices([], "stuck");
    try {
      const { kind } = await this.#place(true);
      if (!current()) return false;
      if (!idle || this.#active !== kind) {
        const result = await this.#open(kind).catch((error) => {
          if (kind === "cpu" || !current()) throw error;
          this.#fell = engine.gpuFailed;
          return this.#open("cpu");
        });
        if (!current()) return false;
        this.#show(result);
      }
      this.#session?.pace(this.#pace);
      this.#badge();
      return true;
    } catch (error) {
      if (error === SUPERSEDED) return false;
      if (current()) await this.#refused(error);
      else this.#fail(error);
      return false;
    } finally {
      this.#preparing = false;
    }
  }

  /** The GPU's worker is gone: the CPU computes the run again, up to where it was. */
  async #replay() {
    const generation = this.#generation;
    const until = this.#mode === "playing" ? undefined : this.#result?.progress.done;
    try {
      await this.#open("cpu");
      if (generation !== this.#generation) return;
      this.#session?.pace(this.#pace);
      this.#session?.play(until);
    } catch (error) {
      if (error !== SUPERSEDED) this.#fail(error);
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
      session = await engine.session(kind, (message) => this.#receive(kind, message));
      if (turn !== this.#opens || !this.isConnected) throw (session.close(), SUPERSEDED);
      this.#sessions.set(kind, session);
    }
    if (this.#active !== kind) (this.#session?.close(), this.#sessions.delete(this.#active));
    this.#active = kind;
    this.#elapsed = 0;
    const present = this.#present;
    /** @type {Result} */
    const result = await new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      session.open(
        /** @type {Entry} */ (this.#entry).slug,
        this.#values,
        this.#seed,
        this.#own?.held?.table,
      );
    });
    this.#of = present;
    if (this.#own?.identify(present.table, result.data)) this.#reflect();
    this.#older("");
    return result;
  }

  /** Says that the figures are of an earlier state; nothing to say when they are of this one. @param {string} text */
  #older(text) {
    this.#ui.older.textContent = text;
    this.#ui.older.hidden = !text;
    this.toggleAttribute("data-older", !!text);
  }

  /** Opens the newest state; while one is being opened, only the newest of the others waits. */
  #refresh() {
    this.#stale = true;
    this.#generation++;
    this.#refreshing ??= (async () => {
      while (this.#stale) {
        this.#stale = false;
        try {
          const result = await this.#open("cpu");
          this.#clearProblems();
          this.#setMode("idle");
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

  /** The newest state cannot be opened: each wrong field says why, and the figures that stay say that they are older. @param {any} error */
  async #refused(error) {
    // The run that was going on went with the state it was of.
    if (this.#mode === "playing" || this.#mode === "paused") this.#setMode("cancelled");
    const held = this.#own?.held;
    if (this.#of)
      this.#older(
        this.#of.table === held?.table
          ? t("older.setting")
          : this.#of.file
            ? t("older.table", { file: this.#of.file })
            : t("older.simulated"),
      );
    if (error?.kind !== "parameter") return this.#fail(error);
    /** @type {{problems: Pick<import("../js/types.d.ts").Problem, "message" | "parameter">[]}} */
    const { problems } = await engine
      .check(/** @type {Entry} */ (this.#entry).slug, this.#values, held?.table)
      .catch(() => ({ problems: [] }));
    if (this.#stale) return;
    this.#clearProblems();
    for (const { message, parameter } of problems.length ? problems : [error])
      this.#fail({ kind: "parameter", message, parameter });
  }

  /** @param {Kind} kind @param {Message} message */
  #receive(kind, message) {
    if (kind !== this.#active) return;
    const opening = this.#opening;
    if (this.#silent) {
      this.#silent = false;
      this.#ui.alerts.replaceChildren();
    }
    switch (message.type) {
      case "opened":
        this.#opening = null;
        opening?.resolve(message.result);
        return;
      case "progress":
        if (opening) return;
        this.#elapsed = message.elapsed;
        if (message.result) this.#show(message.result);
        this.#progress(message.progress);
        this.#emit("progress", message.progress);
        return;
      case "paused":
      case "done":
      case "cancelled":
        if (opening) return;
        this.#elapsed = message.elapsed;
        this.#setMode(message.type);
        this.#show(message.result);
        if (message.type === "done") this.#emit("result", message.result);
        this.#speak(message.type);
        return;
      case "silent":
        this.#silent = true;
        return this.#fail({ kind: "silent", message: message.message });
      case "stuck":
        this.#setMode("cancelled");
        engine.restart();
        return this.#notices([t("stuck")], "stuck");
      case "error": {
        this.#opening = null;
        const { error } = message;
        if (opening) return opening.reject(error);
        this.#setMode("cancelled");
        return this.#fail(error);
      }
      case "panic": {
        this.#opening = null;
        const { error } = message;
        if (kind === "gpu") {
          this.#sessions.delete("gpu");
          this.#active = "cpu";
          if (opening) return opening.reject(error);
          this.#fell = engine.gpuFailed;
          this.#badge();
          if (this.#mode === "playing" || this.#mode === "paused") this.#replay();
          return;
        }
        this.#setMode("dead");
        if (opening) opening.reject(error);
        else this.#fail(error);
        return;
      }
      default:
        throw unhandled(message);
    }
  }

  /** Whatever is being opened is no longer waited for. */
  #supersede() {
    this.#opens++;
    this.#opening?.reject(SUPERSEDED);
    this.#opening = null;
  }

  #closeSessions() {
    this.#supersede();
    for (const session of this.#sessions.values()) session.close();
    this.#sessions.clear();
  }

  // ---- state ------------------------------------------------------------------------------------------

  /** @param {boolean} [again] the run was going on: it begins again */
  async #start(again = false) {
    const start = ++this.#starts;
    this.#closeSessions();
    try {
      const slug = this.getAttribute("experiment") ?? "";
      const [[entry, later]] = await Promise.all([
        entryOf(slug).then(
          async (entry) => /** @type {const} */ ([entry, entry?.data ? await loadLater() : null]),
        ),
        engine.ready(slug),
      ]);
      if (start !== this.#starts || !this.isConnected) return;
      if (!entry)
        throw {
          kind: "experiment",
          message: t("unknownExperiment", { slug, known: index.map((one) => one.slug).join(", ") }),
        };
      if (this.#entry !== entry) {
        this.#entry = entry;
        this.#build(entry, later);
      }
      this.#setMode("idle");
      this.#clearProblems();
      const apply = async () => {
        const same = !this.#given && !!(await this.#own?.again());
        await this.#apply(this.#given ?? this.#attributes(), same);
      };
      await (this.#applying = apply());
      if (start !== this.#starts) return;
      this.#emit("ready");
      if (again) this.run();
      engine.complete();
      // What saves files is fetched while nobody waits, so that it is there when the connection is not.
      (window.requestIdleCallback ?? setTimeout)(() => void loadLater().catch(() => {}));
      explanation(slug).then(
        (words) => this.#entry === entry && this.#ui.explain(words),
        () => this.#notices([t("noExplanation")], "words"),
      );
    } catch (error) {
      if (start !== this.#starts) return;
      this.#setMode("dead");
      this.#fail(error);
    }
  }

  #attributes() {
    /** @type {Values} */
    const out = {};
    for (const { name, value } of this.attributes)
      if (name !== "experiment" && isParameter(name)) out[name] = value;
    return out;
  }

  /** @param {boolean} same the table stays */
  #readAttributes(same) {
    if (!this.#entry || this.getAttribute("experiment") !== this.#entry.slug)
      return void this.#start();
    this.#apply(this.#attributes(), same);
  }

  /** Takes a query as the URL or the host page has it. @param {Values} query @param {boolean} [same] the table stays as it is */
  async #apply(query, same = false) {
    const entry = /** @type {Entry} */ (this.#entry);
    const turn = ++this.#turn;
    const { seed = String(DEFAULT_SEED), device = "auto", ...texts } = query;
    if (this.#own) {
      for (const name of TABLE) delete texts[name];
      // What is set meanwhile would be lost.
      const lock = (/** @type {boolean} */ inert) =>
        this.#controls.forEach(({ element }) => (element.inert = inert));
      lock(!same);
      if (!same) await this.#own.settle(query);
      if (turn !== this.#turn) return;
      lock(false);
    }
    /** @type {string[]} */
    const problems = [];
    this.#seed = DEFAULT_SEED;
    if (/^\d+$/.test(seed) && Number(seed) <= SEED_MAX) this.#seed = Number(seed);
    else problems.push(t("badSeed", { seed, used: DEFAULT_SEED }));
    this.#device = "auto";
    if (!entry.kernel) {
      // Every device is the CPU.
    } else if (DEVICES.includes(device)) this.#device = /** @type {Choice} */ (device);
    else problems.push(t("badDevice", { device }));
    const defaults = Object.fromEntries(entry.params.map((spec) => [spec.name, spec.default]));
    let values = { ...defaults, ...texts };
    if (Object.keys(texts).length) {
      const checked = await engine
        .check(entry.slug, texts, this.#own?.held?.table)
        .catch((error) => (this.#fail(error), null));
      if (!checked || turn !== this.#turn) return;
      problems.unshift(
        ...checked.problems.map(({ message, instead }) =>
          instead ? `${message}; ${instead}` : message,
        ),
      );
      values = { ...defaults, ...checked.values };
    }
    this.#values = Object.fromEntries(entry.params.map(({ name }) => [name, values[name]]));
    this.#given = null;
    this.#own?.await(
      entry.params.some(
        ({ name, kind, default: usual }) => kind === "columns" && this.#values[name] !== usual,
      ),
    );
    this.#notices(problems.map(sentence));
    this.#ui.seed.value = String(this.#seed);
    this.#ui.seedProblem.textContent = "";
    this.#ui.seed.setAttribute("aria-invalid", "false");
    this.#ui.device.value = this.#device;
    for (const [name, control] of this.#controls) {
      control.set(this.#values[name]);
      if (texts[name] !== undefined && this.#ui.more.contains(control.element))
        this.#ui.more.open = true;
    }
    this.#reflect();
    this.#badge();
    await this.#refresh();
  }

  /** @param {Partial<Values>} changes @param {boolean} settled */
  #change(changes, settled) {
    Object.assign(this.#values, changes);
    this.#notices([]);
    this.#reflect();
    this.#emit("change", { settled });
    this.#refresh().then(() => this.#speak("changed"));
  }

  /** Attributes follow the state; only names the experiment declares are ever set. */
  #reflect() {
    const query = this.query;
    for (const name of [
      ...(this.#entry?.params ?? []).map((spec) => spec.name),
      "seed",
      "device",
      ...(this.#own ? TABLE : []),
    ]) {
      if (name in query)
        this.getAttribute(name) !== query[name] && this.setAttribute(name, query[name]);
      else this.removeAttribute(name);
    }
    this.#observer.takeRecords();
    this.#ui.seedShown.textContent = t("seedShown", { seed: this.#seed });
    // A preset is of simulated runs.
    this.#ui.preset.selectedIndex = this.#own?.held
      ? 0
      : 1 +
        (this.#entry?.presets ?? []).findIndex((preset) => this.#isAt(parseQuery(preset.query)));
  }

  /** Does a preset say the present setting? Which columns a table has belongs to the table. @param {Values} preset */
  #isAt({ seed = String(DEFAULT_SEED), device = "auto", ...texts }) {
    return (
      Number(seed) === this.#seed &&
      device === this.#device &&
      (this.#entry?.params ?? []).every(
        (spec) =>
          spec.kind === "columns" ||
          sameText(spec, this.#values[spec.name], texts[spec.name] ?? spec.default),
      )
    );
  }

  /** @param {string} type @param {any} [detail] */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  // ---- view -------------------------------------------------------------------------------------------

  /** @param {Entry} entry @param {Later | null} later there if the experiment takes a table */
  #build(entry, later) {
    const ui = (this.#ui = /** @type {Record<string, any>} */ ({}));
    const level = this.getAttribute("heading") === "1" ? 1 : 2;
    /** @param {string} text @param {number} [deeper] @param {object} [props] */
    const heading = (text, deeper = 1, props = {}) =>
      h(/** @type {"h2"} */ (`h${level + deeper}`), props, text);
    /** @param {string} key @param {() => void} act @param {object} [props] */
    const button = (key, act, props) =>
      h("button", { type: "button", onclick: act, ...props }, t(key));

    // One's own runs.
    this.#own?.rest();
    this.#own =
      later?.ownRuns({
        purpose: entry.data,
        heading: heading(t("own.title")),
        changed: () =>
          this.#apply(this.#withColumns(this.#settings), true).then(() =>
            this.#emit("change", { settled: true }),
          ),
        download: later.download,
      }) ?? null;
    /** @type {ShadowRoot} */ (this.shadowRoot).adoptedStyleSheets = [
      /** @type {CSSStyleSheet} */ (sheet),
      ...(later ? [later.ownSheet] : []),
    ];

    // Controls.
    this.#controls.clear();
    this.#values = Object.fromEntries(entry.params.map((spec) => [spec.name, spec.default]));
    const context = {
      kinds: later?.kinds,
      runs: () => this.#own?.held ?? null,
      value: (/** @type {string} */ name) => this.#values[name] ?? "",
      ask: (/** @type {string} */ name, /** @type {string} */ text) => {
        this.#controls.get(name)?.set(text);
        this.#change({ [name]: text }, true);
      },
      size: () => {
        const simplex = entry.params.find((spec) => spec.kind === "simplex");
        return simplex ? this.#values[simplex.name].split(",").length : 2;
      },
    };
    for (const spec of entry.params) {
      this.#controls.set(
        spec.name,
        makeControl(
          spec,
          (text, settled) => {
            if (this.#values[spec.name] !== text) {
              this.#change({ [spec.name]: text }, settled);
              if (spec.kind === "columns") this.#controls.get(spec.name)?.set(text);
            } else if (settled) this.#emit("change", { settled });
          },
          context,
        ),
      );
    }
    const elements = [...this.#controls.values()].map((control) => control.element);
    // On a phone the figure follows the first controls, so that a finger on a slider sees the curve move.
    const wide = matchMedia("(min-width: 60em)").matches;
    const primary = wide ? 6 : entry.params[0]?.kind === "simplex" ? 1 : 2;
    ui.more = h(
      "details",
      { class: "more" },
      h("summary", {}, t("moreSettings")),
      ...elements.slice(primary),
    );
    ui.preset = h(
      "select",
      {
        id: uid("preset"),
        onchange: () => {
          const preset = entry.presets[ui.preset.selectedIndex - 1];
          if (preset)
            this.#apply(this.#withColumns(parseQuery(preset.query)), true).then(() =>
              this.#emit("change", { settled: true }),
            );
        },
      },
      h("option", { value: "" }, t("preset")),
      entry.presets.map(({ title }) => h("option", {}, title)),
    );
    const presets = entry.presets.length
      ? h("div", { class: "control" }, h("label", { for: ui.preset.id }, t("presets")), ui.preset)
      : "";

    // Run.
    // One button runs and pauses, so that the keyboard never loses its place.
    ui.run = button("run", () => (this.#mode === "playing" ? this.pause() : this.run()), {
      class: "primary",
    });
    ui.step = button("step", () => this.step(), { title: t("stepHelp") });
    ui.reset = button("reset", () => this.reset(), { title: t("resetHelp") });
    ui.cancel = button("cancel", () => this.cancel());
    ui.bar = h("progress", { max: 1, value: 0, "aria-label": t("progress") });
    ui.left = h("span", { class: "left" });
    ui.seed = h("input", {
      id: uid("seed"),
      type: "text",
      inputmode: "numeric",
      class: "short",
      autocomplete: "off",
      onchange: () => this.#setSeed(ui.seed.value.trim()),
    });
    ui.seedProblem = h("p", { class: "problem", role: "alert" });
    ui.speed = h(
      "select",
      {
        id: uid("speed"),
        onchange: () => {
          this.#pace = SPEEDS[ui.speed.selectedIndex];
          this.#session?.pace(this.#pace);
        },
      },
      SPEEDS.map((pace) =>
        h("option", {}, pace === null ? t("speed.full") : t("speed.marks", { pace })),
      ),
    );
    ui.device = h(
      "select",
      { id: uid("device"), onchange: () => this.#setDevice(ui.device.value) },
      DEVICES.map((value) => h("option", { value }, t(`device.${value}`))),
    );
    ui.badge = h("span", { class: "badge" });
    ui.why = h("span", { class: "why" });
    ui.seedShown = h("span", {});
    /** @param {string} key @param {HTMLElement} field @param {...any} after */
    const row = (key, field, ...after) =>
      h(
        "div",
        { class: "control" },
        h("label", { for: field.id }, t(key)),
        h("div", { class: "pair" }, field, ...after),
      );
    // The GPU build is large: it is fetched when a hand nears the buttons, not for every reader.
    const warm = () => this.#place().then(({ kind }) => kind === "gpu" && engine.warm("gpu"));
    const runs = h(
      "section",
      { class: "runs", "aria-label": t("runControls"), onpointerenter: warm, onfocusin: warm },
      h("div", { class: "buttons" }, ui.run, ui.step, ui.reset, ui.cancel),
      h("div", { class: "progress" }, ui.left, ui.bar),
      h("p", { class: "device" }, ui.badge, " ", ui.why, " ", ui.seedShown),
    );
    const running = h(
      "details",
      { class: "more" },
      h("summary", {}, t("runSettings")),
      row(
        "seed",
        ui.seed,
        button("newSeed", () =>
          this.#setSeed(String(crypto.getRandomValues(new Uint32Array(1))[0])),
        ),
      ),
      ui.seedProblem,
      row("speed", ui.speed),
      entry.kernel ? row("device", ui.device) : "",
    );

    const settings = elements.length > primary ? [ui.more, running] : [running];

    // Results.
    ui.older = h("p", { class: "older", role: "status" });
    ui.older.hidden = true;
    // On paper, in place of the controls.
    ui.printed = h("p", { class: "printed" });
    ui.first = h("div", { class: "figures" });
    ui.figures = h("div", { class: "figures" });
    ui.foldedFigures = h("div", { class: "figures" });
    ui.folded = h(
      "details",
      { class: "fold" },
      h("summary", {}, t("moreFigures")),
      ui.foldedFigures,
    );
    ui.folded.hidden = true;
    ui.folded.addEventListener("toggle", () => ui.folded.open && this.#result && this.#draw());
    ui.figureViews = new Map();
    ui.verdicts = h("ul", { class: "verdicts" });
    ui.tables = h("div", { class: "tables" });

    // To take away.
    ui.copied = h("textarea", { readonly: true, rows: 3, "aria-label": t("copiedText") });
    ui.copied.hidden = true;
    ui.copiedNote = h("p", { role: "status", class: "help" });
    const take = h(
      "section",
      { class: "take" },
      heading(t("take")),
      h(
        "div",
        { class: "buttons" },
        button("copyLink", () => this.#of && this.#copy(this.#link(), this.#of.missing.link)),
        button("copyCommand", () =>
          this.#take(async ({ formatCommand }) => {
            if (this.#of)
              await this.#copy(
                formatCommand(entry.slug, this.#of.settings, this.#of.file),
                this.#of.missing.command,
              );
          }),
        ),
        button("cite", () =>
          this.#take(({ bibtex }, result) =>
            this.#copy(bibtex(entry, result, this.#link(), this.#of?.file)),
          ),
        ),
        button("downloadJson", () =>
          this.#take((later, result) =>
            later.download(this.#file("json"), later.toJson(result), "application/json"),
          ),
        ),
        button("downloadCsv", () =>
          this.#take((later, result) =>
            later.download(this.#file("csv"), later.toCsv(result), "text/csv"),
          ),
        ),
      ),
      ui.copiedNote,
      ui.copied,
    );

    ui.title = h(/** @type {"h2"} */ (`h${level}`), { tabindex: -1, class: "title" }, entry.title);
    ui.alerts = h("div", { class: "alerts", role: "alert" });
    ui.notices = h("div", { class: "notices", role: "status" });
    ui.live = h("p", { class: "unseen", role: "status" });
    /** @param {string} key @param {Node[]} body */
    const fold = (key, body) => h("details", { class: "fold" }, h("summary", {}, t(key)), ...body);
    // What explains the figures comes when they are drawn.
    const notes = h("section", { class: "notes" });
    const folds = h("div", { class: "folds" }, ui.folded);

    /** @type {ShadowRoot} */ (this.shadowRoot).replaceChildren(
      h(
        "article",
        { class: "lab" },
        h("header", {}, ui.title, h("p", { class: "question" }, ...prose(entry.question))),
        ui.alerts,
        ui.notices,
        h(
          "div",
          { class: "body" },
          h(
            "div",
            {},
            this.#own?.element ?? "",
            h(
              "form",
              {
                class: "controls",
                "aria-label": t("controls"),
                onsubmit: (/** @type {Event} */ e) => e.preventDefault(),
              },
              presets,
              ...elements.slice(0, primary),
              ...(wide ? settings : []),
            ),
          ),
          h(
            "div",
            { class: "stage" },
            runs,
            ui.printed,
            ui.older,
            ui.first,
            wide ? "" : h("div", {}, ...settings),
            h("section", {}, heading(t("verdicts")), ui.verdicts),
            ui.figures,
            notes,
            ui.tables,
            take,
            folds,
          ),
        ),
        ui.live,
      ),
    );
    ui.verdicts.parentElement.hidden = true;
    this.#listen();
    ui.explain = (
      /** @type {import("../js/types.d.ts").Explanation} */ { notice, model, formulas, sources },
    ) => {
      notes.replaceChildren(
        heading(t("notice")),
        ...notice.map((text) => h("p", {}, ...prose(text))),
      );
      folds.replaceChildren(
        ui.folded,
        fold(
          "model",
          model.map((text) => h("p", { class: "wide" }, ...prose(text))),
        ),
        fold("formulas", formulas.map(formula)),
        fold("sources", [
          h("ul", {}, ...sources.map(({ text, url }) => h("li", {}, link(url, text)))),
        ]),
      );
    };
  }

  /** Files are taken wherever they are dropped: on the lab's own page also beside the element. */
  #listen() {
    const article = this.#ui.title?.closest("article");
    if (article)
      this.#own?.listen(
        this.getAttribute("heading") === "1" ? document.documentElement : article,
        this.#listening.signal,
      );
  }

  /** @param {string} ext @param {string} [figure] */
  #file(ext, figure) {
    return (
      ["scaling-lab", this.#entry?.slug, figure, `seed${this.#result?.seed ?? this.#seed}`]
        .filter(Boolean)
        .join("-") + `.${ext}`
    );
  }

  /** @param {string} text */
  #setSeed(text) {
    const ok = /^\d+$/.test(text) && Number(text) <= SEED_MAX;
    this.#ui.seedProblem.textContent = ok ? "" : t("badSeed", { seed: text, used: this.#seed });
    this.#ui.seed.setAttribute("aria-invalid", String(!ok));
    if (!ok) return;
    this.#seed = Number(text);
    this.#ui.seed.value = String(this.#seed);
    this.#change({}, true);
  }

  /** @param {string} device */
  #setDevice(device) {
    this.#device = /** @type {Choice} */ (device);
    this.#badge();
    this.#change({}, true);
  }

  /** @param {boolean} [again] for a run @returns {ReturnType<typeof engine.place>} */
  async #place(again) {
    return this.#entry?.kernel
      ? engine.place(this.#device, again)
      : { kind: "cpu", why: t("why.cpuOnly"), adapter: "" };
  }

  /** A query with the columns that belong to the present table; simulated runs have none. @param {Values} query @returns {Values} */
  #withColumns(query) {
    const spec = this.#entry?.params.find(({ kind }) => kind === "columns");
    if (!spec) return query;
    const { [spec.name]: _, ...rest } = query;
    const kept = this.#own?.held ? this.#values[spec.name] : spec.default;
    return kept === spec.default ? rest : { ...rest, [spec.name]: kept };
  }

  /** What computes, and why. */
  async #badge() {
    const place = await this.#place();
    const used = this.#result && this.#result.progress.done > 0 ? this.#result.device.at(-1) : null;
    const kind = used?.kind ?? place.kind;
    const device = kind === "gpu" && place.kind === "gpu" ? await engine.device("gpu") : null;
    const name = used?.adapter || device?.adapter || place.adapter;
    this.#ui.badge.textContent =
      kind === "gpu"
        ? t("badge.gpu", { name: name || "WebGPU" })
        : t(engine.cores === 1 ? "badge.cpu.one" : "badge.cpu", { count: engine.cores });
    this.#ui.badge.dataset.kind = kind;
    // What failed is said once: as a notice, or by the run.
    const failed =
      this.#fell || (place.kind === "cpu" && place.why === engine.gpuFailed ? place.why : "");
    const said =
      failed ||
      (this.#device === "gpu" && this.#entry?.kernel && place.kind === "cpu"
        ? t("gpuMissing", { why: place.why })
        : "");
    this.#notices(said ? [said] : [], "device");
    this.#ui.why.textContent = said || kind !== place.kind ? "" : sentence(place.why);
  }

  /** @param {Mode} mode */
  #setMode(mode) {
    this.#mode = mode;
    const { run, step, reset, cancel } = this.#ui;
    if (!run) return;
    const total = this.#result?.progress.total ?? 0;
    const playing = mode === "playing";
    run.textContent = t(
      playing
        ? "pause"
        : mode === "paused"
          ? "resume"
          : mode === "done" || mode === "cancelled"
            ? "runAgain"
            : "run",
    );
    // aria-disabled, not disabled: the button that has the keyboard must be able to keep it.
    for (const [node, off] of /** @type {[HTMLElement, boolean][]} */ ([
      [run, mode === "dead"],
      [step, playing || mode === "dead"],
      [reset, mode === "idle" || mode === "dead"],
      [cancel, !playing && mode !== "paused"],
    ])) {
      node.setAttribute("aria-disabled", String(off));
    }
    this.toggleAttribute("data-busy", playing);
    if (this.#result) this.#progress(this.#result.progress);
    if (!total && this.#result) this.#ui.left.textContent = t("closedForm");
  }

  /** @param {import("../js/types.d.ts").Progress} progress */
  #progress({ done, total }) {
    const { bar, left, run } = this.#ui;
    run.parentElement.hidden = bar.hidden = !total;
    if (!total) return void (left.textContent = t("closedForm"));
    bar.max = total;
    bar.value = done;
    const remaining =
      this.#elapsed > 0.7 && done > 0 && done < total && !this.#pace
        ? (this.#elapsed * (total - done)) / done
        : this.#pace
          ? (total - done) / this.#pace
          : 0;
    left.textContent =
      this.#mode === "playing" && remaining > 0 && done < total
        ? t("marksLeft", { done, total, left: duration(remaining) })
        : this.#mode === "cancelled"
          ? t("marksCancelled", { done, total })
          : done >= total
            ? t("marksDone", { total, seconds: num(this.#elapsed, 2) })
            : t("marks", { done, total });
  }

  /** Takes a result; draws at once, but not twice in a frame. @param {Result} result */
  #show(result) {
    this.#result = result;
    this.#progress(result.progress);
    if (performance.now() - this.#drawn > FRAME_MS) this.#draw();
    else this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#drawn = performance.now();
    const result = /** @type {Result} */ (this.#result);
    const ui = this.#ui;
    /** @type {Map<string, any>} */
    const views = ui.figureViews;
    const ids = new Set(result.figures.map((figure) => figure.id));
    for (const [id, view] of views) if (!ids.has(id)) (view.destroy(), views.delete(id));
    /** @type {[Element, Element[]][]} first figure, the others, those that start folded */
    const places = [
      [ui.first, []],
      [ui.figures, []],
      [ui.foldedFigures, []],
    ];
    ui.folded.hidden = true;
    for (const figure of result.figures) {
      const folded = figure.folded;
      if (folded) ui.folded.hidden = false;
      if (folded && !ui.folded.open) continue;
      const view = views.get(figure.id);
      if (view) view.update(figure);
      else views.set(figure.id, this.#figureView(figure));
      places[folded ? 2 : places[0][1].length ? 1 : 0][1].push(views.get(figure.id).element);
    }
    for (const [place, elements] of places) {
      // Only a change of figures moves anything: a figure in use keeps the keyboard.
      if (
        elements.length !== place.children.length ||
        elements.some((element, i) => element !== place.children[i])
      )
        place.replaceChildren(...elements);
    }
    ui.figures.hidden = !ui.figures.childElementCount;
    ui.verdicts.replaceChildren(...result.verdicts.map(verdictView));
    ui.verdicts.parentElement.hidden = !result.verdicts.length;
    const tables = JSON.stringify(result.tables);
    if (ui.tableText !== tables) ui.tables.replaceChildren(...result.tables.map(tableView));
    ui.tableText = tables;
    const { params, seed, version, commit, data } = result;
    ui.printed.textContent = visible(
      `${Object.entries(params)
        .map(([name, value]) => `${name} = ${typed(value)}`)
        .join(
          ", ",
        )}; seed = ${seed}${data ? `; ${this.#of?.file}, ${data.rows}, ${data.digest}` : ""}. Scaling Lab ${version} (${commit}), ${this.#link(true)}`,
    );
    this.#notices(result.notices ?? [], "run");
    this.#badge();
  }

  /** @param {import("../js/types.d.ts").Figure} figure */
  #figureView(figure) {
    const view = renderFigure(figure, { locale: lang });
    /** @param {string} format */
    const save = (format) =>
      h(
        "button",
        {
          type: "button",
          onclick: () => this.#saveFigure(figure.id, format),
          "aria-label": t("saveFigure", { format, title: figure.title }),
        },
        format,
      );
    return {
      ...view,
      element: h(
        "div",
        { class: "figure" },
        view.element,
        h("div", { class: "buttons small" }, save("SVG"), save("PNG")),
      ),
    };
  }

  /** Makes a file of the result as it is now. @param {(later: typeof import("../js/after-first-figure.js"), result: Result) => void | Promise<void>} make */
  async #take(make) {
    const result = this.#result;
    if (!result) return;
    try {
      await make(await loadLater(), result);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @param {string} id @param {string} format */
  #saveFigure(id, format) {
    return this.#take(async ({ download, stampOf, standalone, toPng }, result) => {
      const svg = this.#ui.figureViews
        .get(id)
        .svg(standalone, stampOf(result, this.#link(), this.#of?.file, this.#link(true)));
      if (format === "SVG") download(this.#file("svg", id), svg, "image/svg+xml");
      else download(this.#file("png", id), await toPng(svg));
    });
  }

  /** @param {string} text @param {string} [more] what else to say */
  async #copy(text, more = "") {
    const { copied, copiedNote } = this.#ui;
    copied.hidden = false;
    copied.value = text;
    copied.rows = Math.min(12, text.split("\n").length + 1);
    const ok = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    if (!ok) copied.select();
    copiedNote.textContent = `${t(ok ? "copied" : "copyByHand")} ${more}`.trim();
  }

  // ---- words ------------------------------------------------------------------------------------------

  /** Nothing a person did is lost: the last good figures stay. @param {any} error */
  #fail(error) {
    /** @type {LabError} */
    const { kind = "internal", message = String(error), parameter = "" } = error ?? {};
    this.#emit("error", { kind, message });
    const control = this.#controls.get(parameter ?? "");
    if (kind === "parameter" && control) {
      this.#ui.invalid = true;
      if (this.#ui.more.contains(control.element)) this.#ui.more.open = true;
      control.problem(sentence(message));
      // A table may have been brought far from the control, so that is said at the top too.
      if (!control.element.matches("[data-kind=columns]")) return;
    }
    const dead = kind === "panic" || kind === "silent" || this.#mode === "dead";
    const restart = h("button", { type: "button", onclick: () => engine.restart() }, t("restart"));
    const alert = h(
      "div",
      { class: "alert" },
      h("p", {}, kind === "panic" ? t("panic", { message }) : sentence(message)),
      dead && kind !== "experiment" && kind !== "newer" ? restart : "",
    );
    if (this.#ui.alerts) this.#ui.alerts.replaceChildren(alert);
    else {
      alert.setAttribute("role", "alert");
      this.shadowRoot?.replaceChildren(alert);
    }
  }

  #clearProblems() {
    this.#ui.invalid = false;
    this.#ui.alerts?.replaceChildren();
    for (const control of this.#controls.values()) control.problem("");
  }

  /** @type {Record<string, string[]>} */ #said = {};

  /** What one source has to say; it replaces what that source said before. @param {string[]} messages */
  #notices(messages, from = "url") {
    if ((this.#said[from] ?? []).join("\n") === messages.join("\n")) return;
    this.#said[from] = messages;
    const all = Object.values(this.#said).flat();
    this.#ui.notices.replaceChildren(
      ...(all.length
        ? [
            h(
              "ul",
              {},
              all.map((text) => h("li", {}, sentence(text))),
            ),
          ]
        : []),
    );
  }
  /** A summary for those who listen, once things settle. @param {string} what */
  #speak(what) {
    clearTimeout(this.#speaking);
    this.#speaking = window.setTimeout(() => {
      const words = (this.#result?.verdicts ?? []).slice(0, 2).map(verdictWords);
      if (this.#ui.live)
        this.#ui.live.textContent = [t(`live.${what}`), ...words.map(spoken)].join(" ");
    }, 600);
  }
}

if ("customElements" in window && !customElements.get("scaling-lab"))
  customElements.define("scaling-lab", ScalingLab);
