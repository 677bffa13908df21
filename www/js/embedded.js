// The element in a page of another site. It starts when it comes near the viewport; until then the page's own content of the tag stays.
import { ScalingLab } from "../elements/scaling-lab.js";
import words from "../locales/en.embed.json" with { type: "json" };
import { base } from "./assets.js";
import { entry as entryOf, index } from "./catalogue.js";
import { engine } from "./engine/engine.js";
import { addWords } from "./i18n.js";
import { reached } from "./reached.js";
import { DEFAULT_SEED } from "./route.js";
import { trust, watch } from "./trust.js";
import { sameText } from "./value-text.js";

/** How far outside the viewport an element may be when it starts. */
const MARGIN = "1000px";

const near = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen)
      if (isIntersecting) /** @type {Embedded} */ (target).start();
  },
  { rootMargin: MARGIN },
);

/** What every experiment can be told besides its parameters, with the defaults. */
const COMMON = { seed: String(DEFAULT_SEED), device: "auto", pace: "" };

export class Embedded extends ScalingLab {
  #started = false;

  connectedCallback() {
    if (this.#started) super.connectedCallback();
    else near.observe(this);
  }

  disconnectedCallback() {
    near.unobserve(this);
    if (this.#started) super.disconnectedCallback();
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

  /** Starts the element, if it has not started, even far from the viewport. */
  start() {
    if (this.#started) return;
    near.unobserve(this);
    this.#started = true;
    this.querySelector(".scaling-lab-note")?.remove();
    super.connectedCallback();
    // A reader who turns to it may run it.
    reached(this)
      .then(() => engine.complete(this.getAttribute("experiment") ?? ""))
      .catch(() => {});
  }
}

/** Makes the browser check all files, and defines the element. @param {import("./trust.js").Files} files */
export function define(files) {
  trust(files);
  watch(new URL(base).origin);
  addWords(words);
  if (!customElements.get("scaling-lab")) customElements.define("scaling-lab", Embedded);
}
