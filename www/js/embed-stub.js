// The script of a page of another site: <script type="module" src=".../scaling-lab.js" crossorigin integrity="...">. It fetches the
// element's code once a <scaling-lab> comes near the viewport. Until then the element shows what the page has put into it, or one sentence.
// If the code cannot be loaded, a sentence says why.
import { folder, known, scripts, words } from "lab:embed";
import { lackingLine, loadModule, tampered, watch } from "./trust.js";

/** How far outside the viewport an element may be when its code is fetched. */
const MARGIN = "1000px";
const TAG = "scaling-lab";

const base = new URL(folder, import.meta.url);
/** @param {string} name */
const address = (name) => new URL(name, base).href;

/** @param {keyof typeof words} key @param {Record<string, string>} values */
const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

/** Adds a sentence to an element, which its code removes. @param {Element} lab @param {string} text @param {string} role */
function tell(lab, text, role) {
  const place = document.createElement("span");
  place.className = "scaling-lab-note";
  place.setAttribute("role", role);
  place.textContent = text;
  lab.querySelector(".scaling-lab-note")?.remove();
  lab.append(place);
}

/** Why a file was not loaded, in one sentence. @param {string} file */
async function reason(file) {
  const line = await lackingLine();
  if (line) return say("policyLine", { line });
  return say((await tampered(address(file))) ? "tampered" : "missing", { file });
}

async function load() {
  let file = "";
  try {
    // Scripts come in the order of their imports, one after the other: an import that came before its script would not be checked.
    for (const [name, sum] of scripts) await loadModule(address((file = name)), sum);
    const response = await fetch(address((file = known[0])), { integrity: known[1] });
    const files = await response.json();
    const { define } = await import(address((file = scripts[scripts.length - 1][0])));
    define(files);
    added.disconnect();
  } catch {
    const text = await reason(file);
    for (const lab of document.querySelectorAll(TAG)) tell(lab, text, "alert");
  }
}

const near = new IntersectionObserver(
  (seen) => {
    if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
    near.disconnect();
    load();
  },
  { rootMargin: MARGIN },
);
/** Elements that have been found. @type {WeakSet<Element>} */
const found = new WeakSet();
function look() {
  for (const lab of document.getElementsByTagName(TAG)) {
    if (found.has(lab)) continue;
    found.add(lab);
    if (!lab.children.length && !lab.textContent?.trim())
      tell(
        lab,
        say("waits", { slug: (lab.getAttribute("experiment") ?? "").slice(0, 60) }),
        "note",
      );
    near.observe(lab);
  }
}
const added = new MutationObserver(look);

if (!customElements.get(TAG)) {
  watch(base.origin);
  const begin = () => {
    added.observe(document, { childList: true, subtree: true });
    look();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
}
