// The element in a page of another site. It starts when it comes near the viewport; until then the page's own content of the tag stays.
import { ScalingLab } from "../elements/scaling-lab.js";
import words from "../locales/en.embed.json" with { type: "json" };
import { base } from "./assets.js";
import { engine } from "./engine/engine.js";
import { addWords } from "./i18n.js";
import { reached } from "./reached.js";
import { trust, watch } from "./trust.js";

/** How far outside the viewport an element may be when it starts. */
const MARGIN = "1000px";

const near = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen)
      if (isIntersecting) /** @type {Embedded} */ (target).start();
  },
  { rootMargin: MARGIN },
);

class Embedded extends ScalingLab {
  #started = false;

  connectedCallback() {
    if (this.#started) super.connectedCallback();
    else near.observe(this);
  }

  disconnectedCallback() {
    near.unobserve(this);
    if (this.#started) super.disconnectedCallback();
  }

  start() {
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
