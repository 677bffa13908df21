// The view of an experiment: controls, buttons, figures, verdicts, tables. It is told what to show, reports what users do,
// and knows no engine.
import { makeControl } from "../../js/controls.js";
import { h, link, uid } from "../../js/dom.js";
import { duration, lang, num, t } from "../../js/i18n.js";
import { renderFigure } from "../../js/plot/index.js";
import { formula, prose, sentence, spoken } from "../../js/prose.js";
import { factsView, tableView, verdictView, verdictWords } from "../../js/result-view.js";
import { fill, worded } from "../../js/text.js";
import { visible } from "../../js/visible.js";

/** @typedef {import("../../js/types.d.ts").Entry} Entry
 *  @typedef {import("../../js/types.d.ts").Result} Result
 *  @typedef {import("../../js/types.d.ts").Values} Values
 *  @typedef {import("../../js/types.d.ts").Figure} Figure
 *  @typedef {typeof import("../../js/saving.js")} Saving
 *  @typedef {ReturnType<typeof renderFigure>} FigureView */

/** The state of a run. @typedef {Pick<import("./run.js").Run<any>, "mode" | "result" | "elapsed">} Standing */

/**
 * The user's actions that the view reports, and the values that it asks for.
 * @typedef {object} Acts
 * @property {() => void} play run or pause
 * @property {() => void} step
 * @property {() => void} reset
 * @property {() => void} cancel
 * @property {() => void} warm the pointer or the focus reaches the buttons
 * @property {(name: string, text: string, settled: boolean) => void} change a parameter has a new text
 * @property {(text: string) => void} seed
 * @property {(device: string) => void} device
 * @property {(full: boolean) => void} pace
 * @property {(query: string) => void} preset
 * @property {(name: string) => string} value the text of a parameter
 * @property {() => import("../../js/types.d.ts").Runs | null} runs the table in use
 * @property {(result: Result) => void} drawn a result has been drawn
 * @property {() => string} address the address of the present setting in the lab
 * @property {() => void} link copy the link
 * @property {(what: keyof Saving["take"]) => void} take
 * @property {(figure: string, format: string) => void} save
 */

const DEVICES = ["auto", "gpu", "cpu"];
const FRAME_MS = 14;
/** The height of title, answer and headline figure in a page of somebody else: in a wide element, and in a narrow one, where they stand below each other. */
const EMBED_PX = { wide: 466, narrow: 600, from: 640 };
/** The number of figures that are open: the headline figure and those beside or below it. */
const OPEN = 3;

/** An error message, with a button where another try can help. @param {string} text @param {string} kind of the error @param {(() => void) | null} again */
export const alertOf = (text, kind, again) =>
  h(
    "div",
    { class: "alert" },
    h("p", {}, text),
    again && kind !== "experiment" && kind !== "newer"
      ? h(
          "button",
          { type: "button", onclick: again },
          t(kind === "fetch" ? "tryAgain" : "restart"),
        )
      : "",
  );

/** A heading one level below the title. @param {1 | 2} level @param {string} text */
export const headingOf = (level, text) => h(/** @type {"h2"} */ (`h${level + 1}`), {}, text);

/** @param {string} key @param {() => void} act @param {object} [props] */
const button = (key, act, props) => h("button", { type: "button", onclick: act, ...props }, t(key));

/** @param {string} key @param {Node[]} body */
const fold = (key, body) => h("details", { class: "fold" }, h("summary", {}, t(key)), ...body);

/** @param {string} key @param {HTMLElement} field @param {...any} after */
const row = (key, field, ...after) =>
  h(
    "div",
    { class: "control" },
    h("label", { for: field.id }, t(key)),
    h("div", { class: "pair" }, field, ...after),
  );

export class View {
  #level;
  #titled;
  #acts;
  /** @type {import("../../js/plot/figure.js").Steer | undefined} */ #steer;
  /** @type {Map<string, import("../../js/controls.js").Control>} */ #controls = new Map();
  /** @type {Record<string, any>} */ #ui = {};
  /** @type {Map<string, FigureView>} */ #figures = new Map();
  /** @type {Result | null} */ #result = null;
  #tables = "";
  #frame = 0;
  #fitting = 0;
  #drawn = 0;
  /** @type {number | undefined} */ #speaking;
  /** @type {Record<string, string[]>} */ #said = {};
  /** Adds an earlier run to the headline figure. @type {import("./ghost.js").Haunt | null} */ #haunt =
    null;
  /** Does a field hold a value that cannot be used? */
  invalid = false;
  /** Makes the controls whose code is loaded later. @type {(kinds: Record<string, import("../../js/controls.js").Make>) => void} */
  add = () => {};

  /**
   * @param {ShadowRoot} root @param {Entry} entry @param {1 | 2} level of its title
   * @param {HTMLElement | undefined} panel for the user's own table @param {Record<string, import("../../js/controls.js").Make>} kinds of controls that only few experiments need
   * @param {Acts} acts
   */
  constructor(root, entry, level, panel, kinds, acts) {
    this.#level = level;
    this.#titled = entry.title;
    this.#acts = acts;
    const ui = this.#ui;
    this.#parameters(entry, kinds);
    const [main, others] = this.#placed(entry.main);
    ui.more = h("details", { class: "more" }, h("summary", {}, t("moreSettings")), ...others);
    const presets = this.#presets(entry);
    const runs = this.#runs();
    const running = this.#running(entry);
    this.#results();
    const take = this.#take();

    ui.title = h(/** @type {"h2"} */ (`h${level}`), { tabindex: -1, class: "title" }, entry.title);
    ui.alerts = h("div", { class: "alerts", role: "alert" });
    ui.notices = h("div", { class: "notices", role: "status" });
    ui.live = h("p", { class: "unseen", role: "status" });
    // The explanations are added once the figures are drawn.
    ui.notes = h("section", { class: "notes" });
    this.picture = h("div", { class: "picture", hidden: !entry.pictured });
    ui.folds = h("div", { class: "folds" });
    ui.open = h("a", { target: "_blank" }, t("openInLab"));
    /** @param {string} label @param {...any} body */
    const form = (label, ...body) =>
      h(
        "form",
        {
          class: "controls",
          "aria-label": this.#region(label),
          onsubmit: (/** @type {Event} */ e) => e.preventDefault(),
        },
        ...body,
      );
    this.article = h(
      "article",
      { class: "lab" },
      h("header", {}, ui.title),
      ui.alerts,
      ui.notices,
      h(
        "div",
        { class: "body" },
        h("p", { class: "question" }, ...prose(entry.question)),
        h("div", { class: "said" }, ui.answer, ui.facts, ui.older),
        h(
          "div",
          { class: "side" },
          h("div", { class: "main" }, runs, form("mainControls", ...main)),
          h(
            "div",
            { class: "others" },
            form("controls", presets, others.length ? ui.more : "", running),
            panel ?? "",
          ),
          this.picture,
          ui.device,
        ),
        ui.first,
        h(
          "div",
          { class: "rest" },
          ui.printed,
          h("section", {}, this.#heading(t("verdicts")), ui.verdicts),
          ui.figures,
          ui.folded,
          ui.notes,
          h("div", { class: "rows" }, ui.folds, ui.tablesFold),
          take,
        ),
      ),
      h("p", { class: "lab-link" }, ui.open),
      ui.live,
    );
    root.replaceChildren(this.article);
    // The headline figure moves when words or the legend before it need more lines.
    new ResizeObserver(() => this.fit()).observe(ui.first);
    new ResizeObserver(() => this.fit()).observe(this.article);
    ui.verdicts.parentElement.hidden = true;
  }

  /** The name of a region. On a page with several elements it says whose region it is. @param {string} key */
  #region(key) {
    return this.#level === 1 ? t(key) : `${t(key)}, ${this.#titled}`;
  }

  /** @param {string} text */
  #heading(text) {
    return headingOf(this.#level, text);
  }

  // ---- building it --------------------------------------------------------------------------------------

  /** Makes a control for each parameter. @param {Entry} entry @param {Record<string, import("../../js/controls.js").Make>} kinds */
  #parameters(entry, kinds) {
    const acts = this.#acts;
    const context = {
      kinds,
      params: entry.params,
      controls: this.#controls,
      runs: acts.runs,
      value: acts.value,
      ask: (/** @type {string} */ name, /** @type {string} */ text, settled = true) => {
        this.#controls.get(name)?.set(text);
        acts.change(name, text, settled);
      },
      size: () => {
        const simplex = entry.params.find((spec) => spec.kind === "simplex");
        return simplex ? acts.value(simplex.name).split(",").length : 2;
      },
    };
    this.#steer = context;
    /** @param {import("../../js/types.d.ts").Spec} spec */
    const make = (spec) => {
      const control = makeControl(
        spec,
        (text, settled) => {
          const same = acts.value(spec.name) === text;
          acts.change(spec.name, text, settled);
          if (!same && spec.kind === "columns") control.set(text);
        },
        context,
      );
      this.#controls.set(spec.name, control);
      return control;
    };
    this.add = (more) => {
      Object.assign(context.kinds, more);
      for (const spec of entry.params.filter(({ kind }) => kind in more)) {
        const place = this.#controls.get(spec.name)?.element;
        const control = make(spec);
        place?.replaceWith(control.element);
        control.set(acts.value(spec.name));
      }
    };
    entry.params.forEach(make);
  }

  /** The controls of the first screen, in the order of `main`, and all others. @param {string[]} main names of parameters */
  #placed(main) {
    const elements = new Map([...this.#controls].map(([name, { element }]) => [name, element]));
    const first = main.flatMap((name) => elements.get(name) ?? []);
    return [first, [...elements.values()].filter((element) => !first.includes(element))];
  }

  /** @param {Entry} entry */
  #presets({ presets }) {
    const preset = (this.#ui.preset = h(
      "select",
      {
        id: uid("preset"),
        onchange: () => {
          const chosen = presets[preset.selectedIndex - 1];
          if (chosen) this.#acts.preset(chosen.query);
        },
      },
      h("option", { value: "" }, t("preset")),
      presets.map(({ title }) => h("option", {}, title)),
    ));
    return presets.length
      ? h("div", { class: "control presets" }, h("label", { for: preset.id }, t("presets")), preset)
      : "";
  }

  /** Makes the buttons, the progress and the name of the device. */
  #runs() {
    const ui = this.#ui;
    const { play, step, reset, cancel, warm } = this.#acts;
    // One button runs and pauses, so that the keyboard focus stays on it.
    ui.run = button("run", play, { class: "primary" });
    ui.step = button("step", step, { title: t("stepHelp") });
    ui.reset = button("reset", reset, { title: t("resetHelp") });
    ui.cancel = button("cancel", cancel);
    ui.bar = h("progress", { max: 1, value: 0, "aria-label": t("progress") });
    ui.left = h("span", { class: "left" });
    ui.foretold = h("p", { class: "foretold", role: "status" });
    ui.badge = h("span", { class: "badge" });
    ui.why = h("span", { class: "why" });
    ui.seedShown = h("span", {});
    ui.device = h("p", { class: "device" }, ui.badge, " ", ui.why, " ", ui.seedShown);
    // The GPU build is large, so it is fetched only when the pointer or the focus reaches the buttons.
    return h(
      "section",
      {
        class: "runs",
        "aria-label": this.#region("runControls"),
        onpointerenter: warm,
        onfocusin: warm,
      },
      h("div", { class: "buttons" }, ui.run, ui.step, ui.reset, ui.cancel),
      h("div", { class: "progress" }, ui.left, ui.bar),
      ui.foretold,
    );
  }

  /** Makes the settings of a run: seed, pace, device. @param {Entry} entry */
  #running(entry) {
    const ui = this.#ui;
    const acts = this.#acts;
    ui.seed = h("input", {
      id: uid("seed"),
      type: "text",
      inputmode: "numeric",
      class: "short",
      autocomplete: "off",
      onchange: () => acts.seed(ui.seed.value.trim()),
    });
    ui.seedProblem = h("p", { class: "problem", role: "alert" });
    ui.pace = h("input", {
      id: uid("pace"),
      type: "checkbox",
      onchange: () => acts.pace(ui.pace.checked),
    });
    ui.chosen = h(
      "select",
      { id: uid("device"), onchange: () => acts.device(ui.chosen.value) },
      DEVICES.map((value) => h("option", { value }, t(`device.${value}`))),
    );
    return h(
      "details",
      { class: "more" },
      h("summary", {}, t("runSettings")),
      row(
        "seed",
        ui.seed,
        button("newSeed", () => acts.seed(String(crypto.getRandomValues(new Uint32Array(1))[0]))),
      ),
      ui.seedProblem,
      h("div", { class: "control" }, h("label", {}, ui.pace, " ", t("pace"))),
      entry.kernel ? row("device", ui.chosen) : "",
    );
  }

  #results() {
    const ui = this.#ui;
    ui.answer = h("p", { class: "answer" });
    ui.facts = h("dl", { class: "facts" });
    ui.older = h("p", { class: "older", role: "status" });
    ui.older.hidden = true;
    // Shown only on paper, in place of the controls.
    ui.printed = h("p", { class: "printed", translate: "no" });
    ui.first = h("div", { class: "first" });
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
    ui.verdicts = h("ul", { class: "verdicts" });
    ui.tables = h("div", { class: "tables" });
    ui.tablesFold = h(
      "details",
      { class: "fold", "data-fold": "tables" },
      h("summary", {}, t("tables")),
      ui.tables,
    );
  }

  /** Makes the section with links, citation and downloads. */
  #take() {
    const ui = this.#ui;
    ui.copied = h("textarea", { readonly: true, rows: 3, "aria-label": t("copiedText") });
    ui.copied.hidden = true;
    ui.copiedNote = h("p", { role: "status", class: "help" });
    /** @type {(keyof Saving["take"])[]} */
    const keys = ["copyCommand", "cite", "downloadJson", "downloadCsv"];
    ui.embed = h("a", { target: EMBEDDED && "_blank" }, t("embed"));
    return h(
      "section",
      { class: "take" },
      this.#heading(t("take")),
      h(
        "div",
        { class: "buttons" },
        button("copyLink", this.#acts.link),
        keys.map((key) => button(key, () => this.#acts.take(key))),
        ui.embed,
      ),
      ui.copiedNote,
      ui.copied,
    );
  }

  /** Shows the explanations below the figures. @param {import("../../js/types.d.ts").Explanation} words */
  explain({ notice, model, formulas, sources }) {
    this.#ui.notes.replaceChildren(
      this.#heading(t("notice")),
      ...notice.map((text) => h("p", {}, ...prose(text))),
    );
    this.#ui.folds.replaceChildren(
      fold(
        "model",
        model.map((text) => h("p", { class: "wide" }, ...prose(text))),
      ),
      fold("formulas", formulas.map(formula)),
      fold("sources", [
        h("ul", {}, ...sources.map(({ text, url }) => h("li", {}, link(url, text)))),
      ]),
    );
    // Formulas of shared sentences have come with these words.
    this.#tables = "";
    if (this.#result) this.#draw();
  }

  // ---- settings -----------------------------------------------------------------------------------------

  /** Moves the keyboard focus to the title. */
  focusTitle() {
    this.#ui.title.focus();
  }

  /** Moves the keyboard focus to the field whose value cannot be used. */
  focusProblem() {
    this.article.querySelector(/** @type {"input"} */ ("[aria-invalid=true]"))?.focus();
  }

  /** Disables the controls while `inert`. @param {boolean} inert */
  lock(inert) {
    this.#controls.forEach(({ element }) => (element.inert = inert));
  }

  /** Shows a state. @param {Values} values @param {number} seed @param {string} device @param {boolean} full are runs as fast as possible? */
  set(values, seed, device, full) {
    this.seed(String(seed));
    this.#ui.pace.checked = full;
    this.#ui.chosen.value = device;
    for (const [name, control] of this.#controls) control.set(values[name]);
  }

  /** @param {import("../../js/controls.js").Control} control */
  #unfold({ element }) {
    if (this.#ui.more.contains(element)) this.#ui.more.open = true;
  }

  /** Shows a seed, or why the typed one cannot be used. @param {string} text @param {string} [problem] */
  seed(text, problem = "") {
    const { seed, seedProblem } = this.#ui;
    seedProblem.textContent = problem;
    seed.setAttribute("aria-invalid", String(!!problem));
    if (!problem) seed.value = text;
  }

  /** Shows the seed and the preset, and links to this state in the lab. @param {number} seed @param {number} preset its place in the list, or -1 for none @param {boolean} own is the user's own table in use? */
  state(seed, preset, own) {
    this.#ui.seedShown.textContent = t("seedShown", { seed });
    this.#ui.preset.options[0].text = t(own ? "presetOwn" : "preset");
    this.#ui.preset.selectedIndex = 1 + preset;
    const address = this.#acts.address();
    this.#ui.open.href = address;
    const [page, setting] = address.split("#/");
    this.#ui.embed.href = `${page}#/embed?experiment=${setting.replace("?", "&")}`;
  }

  // ---- the run ------------------------------------------------------------------------------------------

  /** @param {Standing} run */
  mode({ mode, result, ...more }) {
    const { run, step, reset, cancel } = this.#ui;
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
    // A disabled button would lose the keyboard focus, so aria-disabled is set instead.
    for (const [node, off] of /** @type {[HTMLElement, boolean][]} */ ([
      [run, mode === "dead"],
      [step, playing || mode === "dead"],
      [reset, mode === "idle" || mode === "dead"],
      [cancel, !playing && mode !== "paused"],
    ])) {
      node.setAttribute("aria-disabled", String(off));
      // On a phone, a button that does nothing is hidden; the keyboard focus then moves to Run.
      if (off && node.matches(":focus") && !node.checkVisibility()) run.focus();
    }
    if (result) this.progress(result.progress, { mode, result, ...more });
  }

  /** @param {import("../../js/types.d.ts").Progress} progress @param {Standing} run */
  progress({ done, total, share = 0 }, { mode, elapsed }) {
    const { bar, left, run } = this.#ui;
    run.parentElement.hidden = bar.hidden = !total;
    if (!total) return void (left.textContent = t("closedForm"));
    bar.value = share;
    const remaining = elapsed > 0.7 && share > 0 ? (elapsed * (1 - share)) / share : 0;
    left.textContent =
      mode === "playing" && remaining > 0 && done < total
        ? t("marksLeft", { done, total, left: duration(remaining) })
        : mode === "cancelled"
          ? t("marksCancelled", { done, total })
          : done >= total
            ? t("marksDone", { seconds: num(elapsed, 2) })
            : t("marks", { done, total });
  }

  /** Shows how long a run takes, beside its buttons. @param {Node[]} said */
  foretell(said) {
    this.#ui.foretold.replaceChildren(...said);
  }

  /** Shows the device that computes, and why. @param {string} kind @param {string} badge @param {string} why */
  badge(kind, badge, why) {
    this.#ui.badge.textContent = badge;
    this.#ui.badge.dataset.kind = kind;
    this.#ui.why.textContent = why;
  }

  /** Shows a result: at once, but at most once a frame. @param {Result} result @param {Standing} run */
  show(result, run) {
    this.#result = result;
    this.progress(result.progress, run);
    if (performance.now() - this.#drawn > FRAME_MS) this.#draw();
    else this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  /** Shows an earlier run behind the headline figure, or none. @param {import("./ghost.js").Haunt | null} haunt */
  haunt(haunt) {
    if (this.#haunt !== haunt) this.#frame ||= requestAnimationFrame(() => this.#draw());
    this.#haunt = haunt;
  }

  /**
   * Gives the headline figure the height that is left, so that the answer, the main controls and the whole figure are seen
   * together: on the screen or, in a page of somebody else, within a usual height.
   */
  fit() {
    cancelAnimationFrame(this.#fitting);
    this.#fitting = requestAnimationFrame(() => this.#fit());
  }

  #fit() {
    const plot = this.#ui.first.querySelector(".lab-plot");
    if (!plot || !this.article.isConnected) return;
    const { top } = plot.getBoundingClientRect();
    const room = Math.floor(
      this.#level === 1
        ? window.innerHeight - (top + window.scrollY) - 16
        : EMBED_PX[this.article.clientWidth < EMBED_PX.from ? "narrow" : "wide"] -
            (top - this.article.getBoundingClientRect().top),
    );
    this.article.style.setProperty("--room", `${room}px`);
  }

  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#drawn = performance.now();
    const result = /** @type {Result} */ (this.#result);
    const ui = this.#ui;
    const views = this.#figures;
    const ids = new Set(result.figures.map((figure) => figure.id));
    for (const [id, view] of views) if (!ids.has(id)) (view.destroy(), views.delete(id));
    /** @type {[Element, Element[]][]} first figure, the others, those that start folded */
    const places = [
      [ui.first, []],
      [ui.figures, []],
      [ui.foldedFigures, []],
    ];
    ui.folded.hidden = true;
    let open = 0;
    const [headline, ...others] = result.figures.map(worded);
    const first = this.#haunt?.(headline) ?? headline;
    for (const figure of headline ? [first, ...others] : []) {
      const folded = figure.folded || open >= OPEN;
      if (!folded) open++;
      if (folded) ui.folded.hidden = false;
      if (folded && !ui.folded.open) continue;
      let view = views.get(figure.id);
      if (view) view.update(figure);
      else views.set(figure.id, (view = this.#figure(figure)));
      places[folded ? 2 : places[0][1].length ? 1 : 0][1].push(view.element);
    }
    for (const [place, elements] of places) {
      // Elements move only if the list of figures changes, so that a figure in use keeps the keyboard focus.
      if (
        elements.length !== place.children.length ||
        elements.some((element, i) => element !== place.children[i])
      )
        place.replaceChildren(...elements);
    }
    ui.figures.hidden = !ui.figures.childElementCount;
    ui.answer.replaceChildren(...(result.answer ? prose(result.answer.text) : []));
    ui.facts.replaceChildren(...(result.answer ? factsView(result.answer) : []));
    ui.facts.hidden = !ui.facts.childElementCount;
    ui.verdicts.replaceChildren(
      ...result.verdicts.map((verdict) => verdictView(verdict, result.progress)),
    );
    ui.verdicts.parentElement.hidden = !result.verdicts.length;
    const tables = JSON.stringify(result.tables);
    if (this.#tables !== tables) ui.tables.replaceChildren(...result.tables.map(tableView));
    this.#tables = tables;
    ui.tablesFold.hidden = !result.tables.length;
    this.fit();
    this.#acts.drawn(result);
  }

  /** @param {import("../../js/plot/figure.js").Figure} figure @returns {FigureView} */
  #figure(figure) {
    const view = renderFigure(figure, { locale: lang, steer: this.#steer });
    const { id, title } = figure;
    /** @param {string} format */
    const save = (format) =>
      h(
        "button",
        {
          type: "button",
          onclick: () => this.#acts.save(id, format),
          "aria-label": t("saveFigure", { format, title }),
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

  /** The text of a figure's SVG file. @param {string} id @param {Parameters<FigureView["svg"]>} how */
  svg(id, ...how) {
    return /** @type {FigureView} */ (this.#figures.get(id)).svg(...how);
  }

  // ---- words --------------------------------------------------------------------------------------------

  /** Sets the text that a print shows in place of the controls. @param {string} text */
  printed(text) {
    this.#ui.printed.textContent = visible(text);
  }

  /** Shows that the figures belong to an earlier state; an empty text hides this. @param {string} text */
  older(text) {
    this.#ui.older.textContent = text;
    this.#ui.older.hidden = !text;
  }

  /** Copies a text and shows it, in case it must be copied by hand. @param {string} text @param {string} [more] a sentence to add */
  async copy(text, more = "") {
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

  /** Replaces the error message; without an argument, removes it. @param {HTMLElement[]} alert */
  alert(...alert) {
    this.#ui.alerts.replaceChildren(...alert);
  }

  /** Shows at a control why its value cannot be used. @param {string} name @param {string} text @returns {boolean} is the message surely seen there? */
  problem(name, text) {
    const control = this.#controls.get(name);
    if (!control) return false;
    this.invalid = true;
    this.#unfold(control);
    control.problem(text);
    // A table may have been loaded far from this control, so the message is needed at the top too.
    return !control.element.matches("[data-kind=columns]");
  }

  /** Removes all error messages. */
  clear() {
    this.invalid = false;
    this.alert();
    for (const control of this.#controls.values()) control.problem("");
  }

  /** Replaces the notices of one source. @param {string[]} messages */
  notices(messages, from = "url") {
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

  /** Announces a summary to screen readers once nothing has changed for a moment. @param {string} what */
  speak(what) {
    clearTimeout(this.#speaking);
    this.#speaking = window.setTimeout(() => {
      const result = this.#result;
      const words = [
        result?.answer ? spoken(fill(result.answer.text)) : "",
        ...(result ? [result] : []).flatMap(({ verdicts, progress }) =>
          verdicts.slice(0, 1).map((verdict) => verdictWords(verdict, progress)),
        ),
      ];
      this.#ui.live.textContent = [t(`live.${what}`), ...words].join(" ");
    }, 600);
  }
}
