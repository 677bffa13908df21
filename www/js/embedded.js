// The element in a page of another site. It starts when it comes near the viewport; until then the page's own content of the tag stays.
import { ScalingLab } from "../elements/scaling-lab.js";
import words from "../locales/en.embed.json" with { type: "json" };
import { base } from "./assets.js";
import { engine } from "./engine/engine.js";
import { addWords } from "./i18n.js";
import { join, share } from "./link.js";
import { Live } from "./live.js";
import { reached } from "./reached.js";
import { trust, watch } from "./trust.js";

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

const seen = new IntersectionObserver((all) => {
  for (const { isIntersecting, target } of all)
    /** @type {Embedded} */ (target).seen(isIntersecting);
});

/** @type {Live<Embedded>} */
const live = new Live(
  (one) => one.visible,
  (one) => one.release(),
);

class Embedded extends ScalingLab {
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
    if (this.#started) {
      super.connectedCallback();
      seen.observe(this);
    } else near.observe(this);
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

  /** An element of another site's page is small unless the page asks for more. */
  #small() {
    if (!CONTROLS.includes(this.getAttribute("controls") ?? ""))
      this.setAttribute("controls", CONTROLS[0]);
  }

  start() {
    near.unobserve(this);
    this.#small();
    this.#started = true;
    this.querySelector(".scaling-lab-note")?.remove();
    const use = () => live.use(this);
    const over = () => void (this.#scripted = this.#away = false);
    this.addEventListener("ready", () => {
      this.#ready = true;
      use();
      join(this, this.getAttribute("link"));
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

/** Makes the browser check all files, and defines the element. @param {import("./trust.js").Files} files */
export function define(files) {
  trust(files);
  watch(new URL(base).origin);
  addWords(words);
  if (!customElements.get("scaling-lab")) customElements.define("scaling-lab", Embedded);
}
