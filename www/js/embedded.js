// The element in a page of another site. It starts when it comes near the viewport; until then the page's own content of the tag stays.
import { restyle, ScalingLab } from "../elements/scaling-lab.js";
import small from "../elements/small.css";
import words from "../locales/en.embed.json" with { type: "json" };
import { base } from "./assets.js";
import { entry as entryOf, index } from "./catalogue.js";
import { engine } from "./engine/engine.js";
import { addWords } from "./i18n.js";
import { join, share } from "./link.js";
import { Live } from "./live.js";
import { reached } from "./reached.js";
import { DEFAULT_SEED } from "./route.js";
import { trust, watch } from "./trust.js";
import { sameText } from "./value-text.js";

/** How far outside the viewport an element may be when it starts. */
const MARGIN = "1000px";

/** What an element may show; the first is usual. */
const CONTROLS = ["minimal", "full", "none"];

const near = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen)
      if (isIntersecting) /** @type {Embedded} */ (target).start();
  },
  { rootMargin: MARGIN },
);

/** What every experiment can be told besides its parameters, with the defaults. */
const COMMON = { seed: String(DEFAULT_SEED), device: "auto", pace: "" };

const seen = new IntersectionObserver((all) => {
  for (const { isIntersecting, target } of all)
    /** @type {Embedded} */ (target).seen(isIntersecting);
});

/** @type {Live<Embedded>} */
const live = new Live(
  (one) => one.visible,
  (one) => one.release(),
);

export class Embedded extends ScalingLab {
  static observedAttributes = ["link", "controls"];

  #started = false;
  #ready = false;
  /** Is the element on the screen? */
  visible = false;
  /** Has the run paused because the element has left the screen? */
  #away = false;
  /** Has a script of the page started the run? It waits for the result, so the run goes on off the screen. */
  #scripted = false;

  connectedCallback() {
    if (!this.#started) return near.observe(this);
    super.connectedCallback();
    seen.observe(this);
    // An element that was only moved sends no `ready`.
    if (this.#ready) this.#use();
  }

  /** Takes a place among the live elements, and in the group of its link. */
  #use() {
    live.use(this);
    join(this, this.getAttribute("link"));
  }

  disconnectedCallback() {
    near.unobserve(this);
    if (!this.#started) return;
    super.disconnectedCallback();
    seen.unobserve(this);
    live.forget(this);
    join(this, null);
  }

  attributeChangedCallback() {
    if (this.#started) this.#small();
    if (this.#ready) join(this, this.getAttribute("link"));
  }

  /** The name and title of every experiment. */
  static experiments = index;

  /** What a page may set; nothing if there is no such experiment. @param {string} slug */
  static async parametersOf(slug) {
    return ((await entryOf(slug))?.params ?? []).map(
      ({ name, label = name, kind, default: usual, min, max, unit, choices }) => ({
        name,
        label,
        kind,
        default: usual,
        range: [min, max],
        unit,
        choices: choices.map(({ value }) => value),
      }),
    );
  }

  /** Changes settings of the experiment on display; answers which are used now, and in sentences why others are not. @param {import("./types.d.ts").Values} values */
  async set(values) {
    /** @type {string[]} */
    const refused = [];
    const note = (/** @type {Event} */ event) =>
      refused.push(/** @type {CustomEvent} */ (event).detail.message);
    // Values that are right alone may contradict each other, which only shows when they are opened.
    this.addEventListener("error", note);
    refused.push(...(await this.open({ ...this.query, ...values })));
    this.removeEventListener("error", note);
    const { params = [] } = (await entryOf(this.getAttribute("experiment") ?? "")) ?? {};
    /** @type {import("./types.d.ts").Values} */
    const now = { ...COMMON, ...this.query };
    const used = Object.entries(values).filter(([given, text]) => {
      if (given in COMMON) return now[given] === text;
      const spec = params.find(({ name, was = [] }) => name === given || was.includes(given));
      return spec && sameText(spec, now[spec.name] ?? spec.default, text);
    });
    return { accepted: Object.fromEntries(used), refused };
  }

  /** An element of another site's page is small unless the page asks for more. */
  #small() {
    if (!CONTROLS.includes(this.getAttribute("controls") ?? ""))
      this.setAttribute("controls", CONTROLS[0]);
  }

  /** Starts the element, if it has not started, even far from the viewport. */
  start() {
    if (this.#started) return;
    near.unobserve(this);
    this.#small();
    this.#started = true;
    this.querySelector(".scaling-lab-note")?.remove();
    const use = () => live.use(this);
    const over = () => void (this.#scripted = this.#away = false);
    this.addEventListener("ready", () => {
      this.#ready = true;
      this.#use();
    });
    this.addEventListener("change", () => {
      over();
      use();
      share(this);
    });
    this.addEventListener("progress", use);
    this.addEventListener("result", over);
    this.addEventListener("error", over);
    // The page may have keys of its own, such as the arrows of slides.
    for (const type of ["keydown", "keypress", "keyup"])
      this.addEventListener(type, (event) => event.stopPropagation());
    super.connectedCallback();
    seen.observe(this);
    // A reader who turns to it may run it.
    reached(this)
      .then(() => engine.complete(this.getAttribute("experiment") ?? ""))
      .catch(() => {});
  }

  /** The element has come to the screen, or left it. @param {boolean} visible */
  seen(visible) {
    this.visible = visible;
    live.see(this);
    if (visible && this.#away) super.run();
    else if (!visible && this.hasAttribute("data-busy") && !this.#scripted) {
      super.pause();
      this.#away = true;
      return;
    }
    this.#away = false;
  }

  run() {
    this.#scripted = true;
    return super.run();
  }
  pause() {
    this.#scripted = this.#away = false;
    super.pause();
  }
  reset() {
    this.#scripted = this.#away = false;
    return super.reset();
  }
  cancel() {
    this.#scripted = this.#away = false;
    super.cancel();
  }
}

/** The styles with the text size of the element in place of that of the page's root, which a page may choose as it likes: 62.5% is common. @param {string} styles */
const ofElement = (styles) =>
  ":host{--lab-rem:1em}" +
  styles
    .replace(/(@(?:container|media)[^{]*)/g, (condition) => condition.replaceAll("rem", "em"))
    .replace(/([\d.]+)rem\b/g, "calc($1 * var(--lab-rem))");

/** Makes the browser check all files, and defines the element. @param {import("./trust.js").Files} files */
export function define(files) {
  trust(files);
  watch(new URL(base).origin);
  addWords(words);
  CSS.registerProperty({
    name: "--lab-rem",
    syntax: "<length>",
    inherits: true,
    initialValue: "16px",
  });
  restyle((styles) => ofElement(styles + small));
  if (!customElements.get("scaling-lab")) customElements.define("scaling-lab", Embedded);
}
