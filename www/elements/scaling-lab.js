// <scaling-lab experiment="SLUG" name="value" ... seed="N" device="auto|cpu|gpu" pace="full"> shows one whole experiment.
// Its attributes mirror the URL. If the experiment takes a table, data="..." holds a small table or names a large one, and
// src="..." is the address of one. Methods: run(), which is never slowed down, pause() step() reset() cancel(). Property: result. Events: ready progress
// result error, and change when the state, and so the URL, has changed. All elements share one engine.
import {
  base,
  later as loadLater,
  saving,
  pictures,
  tablesAndPages,
  waiting,
  waits,
} from "../js/assets.js";
import { entry as entryOf, explanation, index } from "../js/catalogue.js";
import { h } from "../js/dom.js";
import { engine } from "../js/engine/engine.js";
import { unsupported } from "../js/engine/wasm.js";
import { t } from "../js/i18n.js";
import { css as plotCss } from "../js/plot/index.js";
import { sentence } from "../js/prose.js";
import { reached } from "../js/reached.js";
import { cut, fill } from "../js/text.js";
import { DEFAULT_SEED, difference, formatHash, parseQuery } from "../js/route.js";
import { isSure, sameText, typed } from "../js/value-text.js";
import { recall, remember } from "./lab/finished.js";
import { Run } from "./lab/run.js";
import { alertOf, headingOf, View } from "./lab/view.js";
import css from "./scaling-lab.css";

/** @typedef {import("../js/types.d.ts").Entry} Entry
 *  @typedef {import("../js/types.d.ts").Choice} Choice
 *  @typedef {import("../js/types.d.ts").Result} Result
 *  @typedef {import("../js/types.d.ts").Values} Values
 *  @typedef {import("../js/types.d.ts").LabError} LabError
 *  @typedef {typeof import("../js/saving.js")} Saving */

/** The state that was opened for a result. Links, commands and files name this state, even if the controls have changed since.
 *  @typedef {import("./lab/run.js").State & {link: Values, brief: Values, settings: Values, file?: string, missing: {link?: string, command?: string}}} Of */

const DEVICES = ["auto", "gpu", "cpu"];
/** The most characters of an address that is printed in full. */
const PRINTED_MAX = 300;
const SEED_MAX = 2 ** 32 - 1;
const RESERVED = new Set([
  "heading",
  "controls",
  "link",
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

/** Attributes that say which table is read. They are no parameters of an experiment that takes a table. */
const TABLE = ["data", "src"];

/** Is this the name of a parameter, rather than an attribute of every element or a switch of this one? @param {string} name */
const isParameter = (name) => !RESERVED.has(name) && !/^(data|aria)-/.test(name);

/** What is left of the engine is fetched after the first run, or after this time, and then the other pages too. */
const REST_MS = 20_000;

/** Runs that take less than these seconds of computing start by themselves when a control has changed. */
const QUICK_S = 1;

/** A state that has not changed for this time is worth an estimate of its run. */
const FORETELL_MS = 600;

/** @param {string} text */
const isSeed = (text) => /^\d+$/.test(text) && Number(text) <= SEED_MAX;

/** @type {CSSStyleSheet | undefined} */
let sheet;
let styles = plotCss + css;
/** Changes the styles of all elements. @param {(styles: string) => string} change */
export function restyle(change) {
  styles = change(styles);
  sheet?.replaceSync(styles);
}

export class ScalingLab extends HTMLElement {
  /** @type {Entry | null} */ #entry = null;
  /** @type {Values} */ #values = {};
  #seed = DEFAULT_SEED;
  /** @type {Choice} */ #device = "auto";
  /** @type {View | null} */ #view = null;
  /** @type {Promise<any> | null} */ #applying = null;
  /** Counts starts: only the newest continues. */
  #starts = 0;
  /** The timer that runs while the element is out of the document: it has left for good unless it is inserted again at once. */
  #leaving = 0;
  /** Removes the listeners outside the element when it leaves. */
  #listening = new AbortController();
  #observer = new MutationObserver((records) => {
    const names = records.map(({ attributeName }) => attributeName ?? "");
    if (names.some(isParameter)) this.#readAttributes(!names.some((name) => TABLE.includes(name)));
  });
  #onRestart = () => this.#start(this.#run.mode === "playing", this.#run.keep());
  /** Where the user's own table is chosen or dropped, if the experiment takes one. @type {import("../js/table-place.js").Place | null} */ #tablePlace =
    null;
  /** The panel that reads the table, once its code is loaded. @type {ReturnType<typeof import("../js/table-panel.js").ownRuns> | null} */ #own =
    null;
  /** The table that an address names, until the panel reads it. @type {Values} */ #unread = {};
  /** Does the keyboard focus wait for the title? */
  #focusing = false;
  /** Counts settings that were applied: only the newest continue. */
  #turn = 0;
  /** Was the event `ready` sent? What is not needed before it is fetched after it. */
  #readied = false;
  /** The last finished run. @type {{result: Result, of: Of} | null} */ #last = null;
  /** Seconds of computing that the last finished run of this experiment and table took. */
  #took = Infinity;
  /** Has the user brought a table that no run has used yet? Then a run starts as soon as the table and the settings allow it. */
  #fresh = false;
  /** Ends the estimate of how long a run takes. */
  #foretelling = new AbortController();

  /** @type {Run<Of>} */
  #run = new Run(engine, {
    present: () => {
      const own = this.#own;
      return {
        slug: this.#entry?.slug ?? "",
        values: { ...this.#values },
        seed: this.#seed,
        link: this.#tableLink,
        brief: own?.brief ?? {},
        table: own?.held?.table,
        file: own?.held?.file,
        settings: this.#settings,
        missing: { link: own?.missing("link"), command: own?.missing("command") },
      };
    },
    settling: () => this.#applying,
    blocked: () => {
      if (this.#view?.invalid) this.#view.focusProblem();
      return !!this.#view?.invalid;
    },
    needed: () => (this.#doubtful(this.#values).length ? engine.rest() : null),
    place: () => this.#place(true),
    opened: (result) => {
      if (this.#own?.identify(this.#run.of?.table, result)) this.#reflect();
      this.#haunt();
    },
    recall: (opened) => {
      const known = recall(opened, this.#device);
      if (known) this.#finished(known, known.elapsed_s);
      return known;
    },
    accepted: () => this.#view?.clear(),
    refused: (problems) => {
      this.#view?.clear();
      this.#foretell(null);
      for (const { message, parameter } of problems)
        this.#fail({ kind: "parameter", message, parameter });
    },
    older: (older) => {
      const of = this.#run.of;
      this.toggleAttribute("data-older", older);
      this.#view?.older(
        !older
          ? ""
          : of?.table === this.#own?.held?.table
            ? t("older.setting")
            : of?.file
              ? t("older.table", { file: of.file })
              : t("older.simulated"),
      );
    },
    moved: () => {
      this.toggleAttribute("data-busy", this.#run.mode === "playing");
      this.#view?.mode(this.#run);
      this.#foretell();
    },
    placed: () => {
      this.#badge();
      // What kept an earlier run from starting is over.
      this.#view?.alert();
    },
    show: (result) => {
      this.#view?.show(result, this.#run);
      this.#depict().catch(() => {});
    },
    progressed: (progress) => {
      this.#view?.progress(progress, this.#run);
      this.#emit("progress", progress);
    },
    rested: (type, result) => {
      this.#fresh = false;
      if (type === "done") {
        remember(result, this.#device);
        this.#finished(result, this.#run.elapsed);
        this.#emit("result", result);
      }
      this.#view?.speak(type);
      if (!EMBEDDED) engine.rest().catch(() => {});
    },
    stuck: (stuck) => this.#view?.notices(stuck ? [t("stuck")] : [], "stuck"),
    answered: () => this.#view?.alert(),
    failed: (error) => this.#fail(error),
  });

  /** The latest result document, or null. */
  get result() {
    return this.#run.result;
  }
  /** The settings that differ from the defaults, and the table, as the URL holds them. @returns {Values} */
  get query() {
    return { ...this.#settings, ...this.#tableLink, ...this.#paced };
  }
  /** The table, as the URL holds it. @returns {Values} */
  get #tableLink() {
    return this.#own?.link ?? this.#unread;
  }
  /** The part of `query` that says how fast runs are. @returns {Values} */
  get #paced() {
    return this.#run.full ? { pace: "full" } : {};
  }
  /** The part of `query` without the table and the pace: what determines a result. @returns {Values} */
  get #settings() {
    return this.#entry ? difference(this.#entry, this.#values, this.#seed, this.#device) : {};
  }
  /** Opens a state; unknown names and values out of range are reported on the page. */
  set query(query) {
    this.#given = query;
    if (this.#entry) this.#apply(query);
  }
  /** Opens a state once the figures are there; answers in sentences why values are not used. @param {Values} query @returns {Promise<string[]>} */
  async open(query) {
    await this.#applying?.catch(() => {});
    return (this.#applying = this.#apply(query));
  }
  /** @type {Values | null} */ #given = null;
  /** The address of this state. */
  get address() {
    return this.#addressOf(this.query);
  }
  /** The address of the result on display. A printed one only names its table if it would be too long otherwise. @param {boolean} [printed] @param {Values} [more] */
  #link(printed = false, more = {}) {
    const { settings = {}, link, brief } = this.#run.of ?? {};
    const whole = this.#addressOf({ ...settings, ...link, ...more });
    return printed && whole.length > PRINTED_MAX
      ? this.#addressOf({ ...settings, ...brief })
      : whole;
  }
  /** @param {Values} query */
  #addressOf(query) {
    return new URL(
      formatHash(this.#entry?.slug ?? "", query),
      this.isConnected && this.hasAttribute("heading")
        ? location.href.split("#")[0]
        : EMBEDDED
          ? new URL(HOME, base)
          : base,
    ).href;
  }

  connectedCallback() {
    if (this.#leaving) {
      // The element was only moved, so its run continues.
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
        sheet.replaceSync(styles);
      }
      root.adoptedStyleSheets = [sheet];
      root.append(h("p", { class: "starting", role: "status" }, t("starting")));
      // What the page has put into the element stays until the figures are there.
      if (EMBEDDED) root.append(h("slot"));
    }
    engine.addEventListener("restart", this.#onRestart);
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    window.addEventListener("resize", () => this.#view?.fit(), { signal });
    waits.addEventListener("change", () => this.#wait(), { signal });
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
      this.#run.leave();
      this.#foretelling.abort();
      this.#own?.rest();
    });
  }

  /** Moves the keyboard focus to the title, after a change of page. If there is no title yet, it is moved later, unless the user has moved it in the meantime. */
  focusTitle() {
    this.#focusing = !this.#view;
    this.#view?.focusTitle();
  }

  /** Continues a paused run; starts any other from the beginning, with the same seed. */
  run() {
    return this.#run.run(true);
  }
  /** Pauses at the next checkpoint. */
  pause() {
    this.#run.pause();
  }
  /** Computes up to the next checkpoint. */
  step() {
    return this.#run.step();
  }
  /** Returns to the start, with the same seed. */
  reset() {
    return this.#run.refresh(true);
  }
  /** Stops the run for good, even between two checkpoints. */
  cancel() {
    this.#run.cancel();
  }
  /** Frees what the engine holds for the element. All figures stay, and a paused run is cancelled; the next change or run opens the setting again. @returns {boolean} false while it runs or opens a setting */
  release() {
    return this.#run.release();
  }

  // ---- state ------------------------------------------------------------------------------------------

  /** @param {boolean} [again] a run was in progress: start it again @param {boolean} [keep] the result of a run that has stopped stays */
  async #start(again = false, keep = false) {
    const start = ++this.#starts;
    this.#readied = false;
    this.#run.clear();
    try {
      const slug = this.getAttribute("experiment") ?? "";
      const [entry] = await Promise.all([entryOf(slug), engine.ready(slug)]);
      if (start !== this.#starts || !this.isConnected) return;
      if (!entry)
        throw {
          kind: "experiment",
          message: t("unknownExperiment", {
            slug: cut(slug),
            known: index.map((one) => one.slug).join(", "),
          }),
        };
      if (this.#entry !== entry) {
        this.#entry = entry;
        this.#build(entry);
      }
      if (!keep) this.#run.begin();
      this.#view?.clear();
      const apply = async () => {
        const held = !!this.#own?.held;
        const same = !this.#given && !!(await this.#own?.again());
        const kept = keep && !this.#given && same === held;
        await this.#apply(this.#given ?? this.#attributes(), same, kept);
      };
      await (this.#applying = apply());
      if (start !== this.#starts) return;
      this.#emit("ready");
      this.#readied = true;
      this.#depict().catch(() => {});
      if (again) this.#run.run();
      if (EMBEDDED) reached(this).then(() => this.#withPanel());
      else if (!Object.keys(this.#unread).length) this.#withPanel();
      // A failure is reported by the run that needs what is missing. The readers of another site's page may never run anything.
      if (!EMBEDDED) engine.complete(slug).catch(() => {});
      // Later the page works without a connection.
      if (!EMBEDDED)
        setTimeout(
          () => Promise.all([engine.rest(), tablesAndPages(), saving()]).catch(() => {}),
          REST_MS,
        );
      (window.requestIdleCallback ?? setTimeout)(
        () =>
          void loadLater()
            .then(({ near }) => near(this.shadowRoot))
            .catch(() => {}),
      );
      explanation(slug).then(
        (words) => this.#entry === entry && this.#view?.explain(words),
        () => this.#view?.notices([t("noExplanation")], "words"),
      );
    } catch (error) {
      if (start === this.#starts) this.#run.end(error);
    }
  }

  /** Shows the small picture of the present result, if the experiment has one. */
  async #depict() {
    if (!this.#entry?.pictured || !this.#readied) return;
    // The code of pictures comes with that of runs, and the readers of another site's page may never run anything.
    if (EMBEDDED && !this.#run.result?.progress.done) return;
    await this.#run.depict();
    const { depict } = await pictures();
    const { picture } = this.#run.result ?? {};
    if (this.#view && picture) depict(this.#view.picture, picture);
  }

  /** Says which files the page waits for. */
  #wait() {
    const said = waiting();
    if (this.#view) return this.#view.notices(said ? [said] : [], "waiting");
    const place = this.shadowRoot?.querySelector(".starting");
    if (place) place.textContent = sentence(said || t("starting"));
  }

  #attributes() {
    /** @type {Values} */
    const out = {};
    for (const { name, value } of this.attributes)
      if (name !== "experiment" && isParameter(name)) out[name] = value;
    return out;
  }

  /** @param {boolean} same the table stays the same */
  #readAttributes(same) {
    if (!this.#entry || this.getAttribute("experiment") !== this.#entry.slug)
      return void this.#start();
    this.#apply(this.#attributes(), same);
  }

  /** Applies a query of the URL or of the host page; answers in sentences why values are not used. @param {Values} query @param {boolean} [same] the table stays the same @param {boolean} [kept] the result stays */
  async #apply(query, same = false, kept = false) {
    const entry = /** @type {Entry} */ (this.#entry);
    const view = /** @type {View} */ (this.#view);
    const turn = ++this.#turn;
    const { seed = String(DEFAULT_SEED), device = "auto", pace = "", ...texts } = query;
    if (entry.data) {
      for (const name of TABLE) delete texts[name];
      // Lock the controls: a setting made while the table is read would be lost.
      view.lock(!same);
      const named = TABLE.filter((name) => name in query);
      if (!same) this.#unread = Object.fromEntries(named.map((name) => [name, query[name]]));
      if (!this.#own && (named.length || this.#namesColumns(texts))) await this.#withPanel();
      if (!same) await this.#own?.settle(query);
      if (turn !== this.#turn) return [];
      view.lock(false);
    }
    /** @type {string[]} */
    const problems = [];
    this.#seed = DEFAULT_SEED;
    if (isSeed(seed)) this.#seed = Number(seed);
    else problems.push(t("badSeed", { seed: cut(seed), used: DEFAULT_SEED }));
    this.#device = "auto";
    if (!DEVICES.includes(device)) problems.push(t("badDevice", { device: cut(device) }));
    // An experiment without a kernel always runs on the CPU.
    else if (entry.kernel) this.#device = /** @type {Choice} */ (device);
    this.#run.full = pace === "full";
    if (pace && pace !== "full") problems.push(t("badPace", { pace: cut(pace) }));
    const defaults = Object.fromEntries(entry.params.map((spec) => [spec.name, spec.default]));
    const doubtful = this.#doubtful(texts);
    if (doubtful.length) {
      await engine.rest().catch(({ message }) => {
        // The engine cannot refuse a value without the missing file, so none that it may refuse is used.
        for (const name of doubtful) delete texts[name];
        problems.push(message);
      });
      if (turn !== this.#turn) return [];
    }
    let values = defaults;
    if (Object.keys(texts).length) {
      const checked = await engine
        .check(entry.slug, texts, this.#own?.held?.table)
        .catch((error) => (this.#fail(error), null));
      if (!checked || turn !== this.#turn) return [];
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
    const said = problems.map(sentence);
    view.notices(said);
    view.set(this.#values, this.#seed, this.#device, this.#run.full);
    this.#reflect();
    this.#badge();
    if (!kept) await this.#run.refresh();
    return said;
  }

  /** The names of texts that are perhaps no values. @param {Values} texts */
  #doubtful(texts) {
    const { params } = /** @type {Entry} */ (this.#entry);
    const shares = params.find(({ kind }) => kind === "simplex");
    const size = shares && (texts[shares.name] ?? shares.default).split(",").length;
    return Object.keys(texts).filter((name) => {
      const spec = params.find((one) => one.name === name);
      return !spec || !isSure(spec, texts[name], size);
    });
  }

  /** Do settings name columns of a table? @param {Values} texts */
  #namesColumns(texts) {
    return this.#entry?.params.some(
      ({ kind, name, was = [] }) =>
        kind === "columns" && [name, ...was].some((one) => one in texts),
    );
  }

  /** @param {Values} query one that keeps the table */
  async #set(query) {
    await this.#apply(this.#withColumns(query), true);
    this.#emit("change", { settled: true });
    if (this.#fresh) this.#run.rerun();
  }

  /** @param {string} query of the preset */
  #preset(query) {
    return this.#set({ ...parseQuery(query), ...this.#paced });
  }

  /** @param {Partial<Values>} changes @param {boolean} settled */
  #change(changes, settled) {
    Object.assign(this.#values, changes);
    this.#view?.notices([]);
    this.#reflect();
    this.#emit("change", { settled });
    this.#run.refresh().then(() => this.#view?.speak("changed"));
  }

  /** Writes the state into the attributes; sets only names that the experiment declares. */
  #reflect() {
    const query = this.query;
    for (const name of [
      ...(this.#entry?.params ?? []).flatMap(({ name, was = [] }) => [name, ...was]),
      "seed",
      "device",
      "pace",
      ...(this.#entry?.data ? TABLE : []),
    ]) {
      if (name in query)
        this.getAttribute(name) !== query[name] && this.setAttribute(name, query[name]);
      else this.removeAttribute(name);
    }
    this.#observer.takeRecords();
    // Presets are made for simulated runs, so none matches while a table is in use.
    const own = !!this.#own?.held;
    const presets = own ? [] : (this.#entry?.presets ?? []);
    const preset = presets.findIndex(({ query }) => this.#isAt(parseQuery(query)));
    this.#view?.state(this.#seed, preset, own);
  }

  /** Is the present setting that of a preset? Columns are ignored, because they belong to a table. @param {Values} preset */
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

  /** A query with the column settings of the present table, or without any for simulated runs. @param {Values} query @returns {Values} */
  #withColumns(query) {
    const spec = this.#entry?.params.find(({ kind }) => kind === "columns");
    if (!spec) return query;
    const { [spec.name]: _, ...rest } = query;
    const kept = this.#own?.held ? this.#values[spec.name] : spec.default;
    return kept === spec.default ? rest : { ...rest, [spec.name]: kept };
  }

  /** @param {string} type @param {any} [detail] */
  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }

  // ---- view -------------------------------------------------------------------------------------------

  /** @param {Entry} entry */
  #build(entry) {
    const level = this.getAttribute("heading") === "1" ? 1 : 2;
    this.#own?.rest();
    [this.#own, this.#unread] = [null, {}];
    const { table } = entry;
    this.#tablePlace =
      table?.tablePlace(
        entry.data,
        new URL(table.example, base).href,
        headingOf(level, t("own.title")),
        async (files) => {
          // Settings that are being applied would be lost.
          await this.#applying?.catch(() => {});
          (await this.#withPanel())?.take(files);
        },
      ) ?? null;
    const root = /** @type {ShadowRoot} */ (this.shadowRoot);
    root.adoptedStyleSheets = [/** @type {CSSStyleSheet} */ (sheet)];
    if (entry.table) {
      const own = new CSSStyleSheet();
      own.replaceSync(entry.table.css);
      root.adoptedStyleSheets.push(own);
    }
    this.#values = Object.fromEntries(entry.params.map((spec) => [spec.name, spec.default]));
    this.#took = Infinity;
    const run = this.#run;
    this.#view = new View(
      root,
      entry,
      level,
      this.#tablePlace?.element,
      { ...entry.kinds },
      {
        play: () => (run.mode === "playing" ? run.pause() : run.run()),
        step: () => this.step(),
        reset: () => this.reset(),
        cancel: () => this.cancel(),
        warm: () => this.#place().then(({ kind }) => kind === "gpu" && engine.warm("gpu")),
        change: (name, text, settled) => {
          if (this.#values[name] !== text) this.#change({ [name]: text }, settled);
          else if (settled) this.#emit("change", { settled });
          // Settings that are fine alone may contradict each other, and what refuses them should be there by then.
          if (settled) engine.rest().catch(() => {});
          if (settled && (this.#fresh || this.#took < QUICK_S)) run.rerun();
        },
        seed: (text) => this.#setSeed(text),
        device: (device) => {
          this.#device = /** @type {Choice} */ (device);
          this.#badge();
          this.#change({}, true);
        },
        pace: (full) => {
          run.full = full;
          this.#reflect();
          this.#emit("change", { settled: true });
        },
        preset: (query) => this.#preset(query),
        value: (name) => this.#values[name] ?? "",
        runs: () => this.#own?.held ?? null,
        drawn: (result) => this.#drawn(result),
        address: () => this.address,
        link: () => {
          const of = run.of;
          if (of) this.#view?.copy(this.#link(false, this.#paced), of.missing.link);
        },
        take: (what) => this.#take(({ take }, taken) => take[what](taken)),
        save: (figure, format) => this.#take(({ save }, taken) => save(taken, figure, format)),
      },
    );
    this.#listen();
    if (this.#focusing && document.activeElement === document.body) this.focusTitle();
    this.#wait();
  }

  /** Loads the panel for the user's own table. If that fails, a notice says so, and the next call tries again. */
  async #withPanel() {
    const [view, place] = [this.#view, this.#tablePlace];
    if (!view || !place) return null;
    try {
      const { ownRuns, ownSheet, kinds } = await tablesAndPages();
      if (view !== this.#view) return null;
      if (!this.#own) {
        this.#own = ownRuns(place, {
          changed: (more) => {
            this.#took = Infinity;
            this.#fresh = !!this.#own?.held;
            this.#set({ ...this.#settings, ...this.#paced, ...more });
          },
          download: (name, blob) =>
            saving().then(
              ({ download }) => download(name, blob),
              (error) => this.#fail(error),
            ),
        });
        this.shadowRoot?.adoptedStyleSheets.push(ownSheet);
        view.add(kinds);
      }
      view.notices([], "table");
    } catch (error) {
      view.notices([/** @type {LabError} */ (error).message], "table");
    }
    return this.#own;
  }

  /** A run has finished, or the result of an earlier one is shown again. @param {Result} result @param {number} seconds of computing */
  #finished(result, seconds) {
    this.#last = this.#run.of && { result, of: this.#run.of };
    this.#took = seconds;
    this.#view?.haunt(null);
  }

  /** Shows the last finished run behind the headline figure, if the present state has another setting of the same table. */
  #haunt() {
    const [last, of, entry] = [this.#last, this.#run.of, this.#entry];
    this.#view?.haunt(null);
    if (!last || !of || !entry || last.of.slug !== of.slug || last.of.table !== of.table) return;
    loadLater().then(
      ({ before }) => {
        if (of === this.#run.of && last === this.#last && last.of !== of)
          this.#view?.haunt(before(entry, last, of));
      },
      () => {},
    );
  }

  /** Says how long a run of the present state takes if that is long, once the state has not changed for a moment. */
  #foretell(of = this.#run.of) {
    this.#foretelling.abort();
    const [entry, view] = [this.#entry, this.#view];
    view?.foretell([]);
    if (this.#run.mode !== "idle" || !entry || !view || !of) return;
    const { signal } = (this.#foretelling = new AbortController());
    const tell = async () => {
      if (EMBEDDED) await reached(this);
      const { kind } = await this.#place();
      if (signal.aborted || kind !== "cpu") return;
      const { foretell } = await loadLater();
      const show = (/** @type {Node[]} */ said) => view.foretell(said);
      const choose = (/** @type {string} */ query) => this.#preset(query);
      await foretell(entry, of, signal, show, choose);
    };
    // Without the estimate, the page only says less.
    setTimeout(() => signal.aborted || tell().catch(() => {}), FORETELL_MS);
  }

  /** Accepts files that are dropped on the element, or anywhere on the lab's own page. */
  #listen() {
    if (this.#view)
      this.#tablePlace?.listen(
        this.getAttribute("heading") === "1" ? document.documentElement : this.#view.article,
        this.#listening.signal,
      );
  }

  /** @param {string} text */
  #setSeed(text) {
    if (!isSeed(text))
      return this.#view?.seed("", t("badSeed", { seed: cut(text), used: this.#seed }));
    this.#seed = Number(text);
    this.#view?.seed(String(this.#seed));
    this.#change({}, true);
  }

  /** @param {boolean} [again] a run is about to start @returns {ReturnType<typeof engine.place>} */
  async #place(again) {
    return this.#entry?.kernel
      ? engine.place(this.#device, again)
      : { kind: "cpu", why: t("why.cpuOnly"), adapter: "" };
  }

  /** Shows the device that computes, and why. */
  async #badge() {
    const place = await this.#place();
    const { result, fell } = this.#run;
    const used = result && result.progress.done > 0 ? result.device.at(-1) : null;
    const kind = used?.kind ?? place.kind;
    // A failure of the GPU is reported as a notice, and so not beside the badge.
    const failed =
      fell || (place.kind === "cpu" && place.why === engine.gpuFailed ? place.why : "");
    const said =
      failed ||
      (this.#device === "gpu" && this.#entry?.kernel && place.kind === "cpu"
        ? t("gpuMissing", { why: place.why })
        : "");
    this.#view?.notices(said ? [said] : [], "device");
    this.#view?.badge(
      kind,
      kind === "gpu"
        ? t("badge.gpu", { name: place.adapter || "WebGPU" })
        : t(engine.cores === 1 ? "badge.cpu.one" : "badge.cpu", { count: engine.cores }),
      said || kind !== place.kind ? "" : sentence(place.why),
    );
  }

  /** Shows what accompanies a result: the printed settings, the notices, the device. @param {Result} result */
  #drawn({ params, seed, version, commit, data, notices }) {
    const settings = Object.entries(params).map(([name, value]) => `${name} = ${typed(value)}`);
    const table = data ? `; ${this.#run.of?.file}, ${data.rows}, ${data.digest}` : "";
    this.#view?.printed(
      `${settings.join(", ")}; seed = ${seed}${table}. Scaling Lab ${version} (${commit}), ${this.#link(true)}`,
    );
    this.#view?.notices((notices ?? []).map(fill), "run");
    this.#badge();
  }

  /** Reports an error. The settings and the last valid figures stay. @param {any} error */
  #fail(error) {
    /** @type {LabError} */
    const { kind = "internal", message = String(error), parameter } = error ?? {};
    this.#emit("error", { kind, message });
    if (kind === "parameter" && this.#view?.problem(parameter ?? "", sentence(message))) return;
    const dead = kind === "panic" || kind === "silent" || this.#run.mode === "dead";
    const alert = alertOf(
      kind === "panic" ? t("panic", { message }) : sentence(message),
      kind,
      dead ? () => engine.restart() : null,
    );
    if (kind === "parameter")
      this.#own?.cure(alert, message, this.#entry?.slug ?? "", this.#values, (exclude) =>
        this.#set({ ...this.#settings, exclude, ...this.#paced }),
      );
    if (this.#view) return this.#view.alert(alert);
    alert.setAttribute("role", "alert");
    // What the page has put into the element stays too.
    this.shadowRoot?.replaceChildren(...(EMBEDDED ? [h("slot")] : []), alert);
  }

  // ---- saving and copying -------------------------------------------------------------------------------

  /** Saves or copies something of the present result. @param {(saving: Saving, taken: import("./lab/take.js").Taken) => unknown} how */
  async #take(how) {
    const { result, of } = this.#run;
    const [entry, view] = [this.#entry, this.#view];
    if (!result || !of || !entry || !view) return;
    try {
      const loaded = await saving();
      const [link, printed] = [this.#link(), this.#link(true)];
      await how(loaded, { entry, result, of, link, printed, view });
    } catch (error) {
      this.#fail(error);
    }
  }
}

if (!EMBEDDED && "customElements" in window && !customElements.get("scaling-lab"))
  customElements.define("scaling-lab", ScalingLab);
