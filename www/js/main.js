// The page: it lists the catalogue and shows the page that the hash names. <scaling-lab> shows an experiment.
import "../elements/scaling-lab.js";
import { alertOf } from "../elements/lab/view.js";
import { part, tablesAndPages, waiting, waits } from "./assets.js";
import { index, list } from "./catalogue.js";
import { h } from "./dom.js";
import { engine } from "./engine/engine.js";
import { unsupported } from "./engine/wasm.js";
import { t } from "./i18n.js";
import { formatHash, parseHash, parseQuery } from "./route.js";
import { prose, sentence } from "./prose.js";
import { cut } from "./text.js";

const main = /** @type {HTMLElement} */ (document.getElementById("main"));

// ---- colours ------------------------------------------------------------------------------------------

const theme = /** @type {HTMLSelectElement} */ (document.getElementById("theme"));
const remembered = (() => {
  try {
    return localStorage.getItem("theme") ?? "";
  } catch {
    return "";
  }
})();

/** @param {string} choice */
function paint(choice) {
  if (choice) document.documentElement.dataset.theme = choice;
  else delete document.documentElement.dataset.theme;
  for (const lab of document.querySelectorAll("scaling-lab"))
    lab.setAttribute("theme", choice || "auto");
}

// ---- pages --------------------------------------------------------------------------------------------

/** @typedef {{focus: () => void, update?: (query: import("./types.d.ts").Values) => void}} Page */

/** @param {string} text */
const title = (text) => h("h1", { tabindex: -1 }, text);

/** An experiment on the front page. @param {Awaited<ReturnType<typeof list>>[number]["entries"][number]} entry */
function card({ slug, title, question, presets }) {
  const tries = presets.map((preset) =>
    h("li", {}, h("a", { href: formatHash(slug, parseQuery(preset.query)) }, preset.title)),
  );
  return h(
    "li",
    {},
    h("a", { href: formatHash(slug, {}) }, h("h3", {}, title), h("p", {}, ...prose(question))),
    tries.length ? h("ul", { class: "tries", "aria-label": t("presetsOf", { title }) }, tries) : "",
  );
}

/** @returns {Promise<Page>} */
async function home() {
  const head = title("Scaling Lab");
  main.replaceChildren(head, h("p", { class: "lead" }, t("home.lead")));
  const parts = await list().catch((error) => {
    // The titles are there even if the file with the questions is not.
    if (head.isConnected) main.append(titles());
    throw error;
  });
  for (const { title, lead, entries } of head.isConnected ? parts : []) {
    main.append(
      h("h2", { class: "part" }, title),
      h("p", { class: "part" }, ...prose(lead)),
      h("ul", { class: "cards" }, entries.map(card)),
    );
  }
  return { focus: () => head.focus() };
}

/** @param {string} slug @param {import("./types.d.ts").Values} query @returns {Page} */
function experiment(slug, query) {
  const lab = /** @type {import("../elements/scaling-lab.js").ScalingLab} */ (
    document.createElement("scaling-lab")
  );
  lab.setAttribute("experiment", slug);
  lab.setAttribute("heading", "1");
  lab.setAttribute("theme", theme.value || "auto");
  lab.query = query;
  // Every state has a URL. A change of state replaces it, so that a drag does not fill the history. A page that the user is
  // leaving must not overwrite the address of the next one.
  const write = () => {
    if (lab.isConnected && (location.hash === "#main" || parseHash(location.hash).name === slug))
      history.replaceState(null, "", formatHash(slug, lab.query));
  };
  // Browsers limit how often the address may change, so only the end of a drag is always written.
  let last = 0;
  lab.addEventListener("change", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (!detail?.settled && performance.now() - last < 200) return;
    last = performance.now();
    write();
  });
  main.replaceChildren(lab);
  return {
    focus: () => lab.focusTitle(),
    update: (next) => void (lab.query = next),
  };
}

/** The pages that show no experiment of their own. */
const EXTRAS = ["published", "embed", "about"];

/** @param {string} name one of them @returns {Promise<Page>} */
async function extra(name) {
  const head = title(t(`${name}.title`));
  const body = h("div", {});
  main.replaceChildren(head, body);
  /** @type {Record<string, any>} */
  const pages = await (name === "embed" ? part(() => import("./embed-page.js")) : tablesAndPages());
  await pages[name](body);
  return { focus: () => head.focus() };
}

/** A list of links to all experiments. */
const titles = () =>
  h(
    "ul",
    { class: "cards" },
    index.map(({ slug, title }) =>
      h("li", {}, h("a", { href: formatHash(slug, {}) }, h("h3", {}, title))),
    ),
  );

/** The page for an address that names no page. @param {string} name @returns {Promise<Page>} */
async function nothing(name) {
  const head = title(t("nothing.title"));
  main.replaceChildren(
    head,
    h(
      "p",
      { role: "alert" },
      sentence(
        t("unknownExperiment", { slug: cut(name), known: index.map((one) => one.slug).join(", ") }),
      ),
    ),
    h("p", {}, h("a", { href: "#/" }, t("nothing.home"))),
    titles(),
  );
  return { focus: () => head.focus() };
}

/** The title of a page other than the front page. @param {string} name */
const titleOf = (name) =>
  EXTRAS.includes(name)
    ? t(`${name}.title`)
    : (index.find((one) => one.slug === name)?.title ?? t("nothing.title"));

const late = h("p", { role: "status" });
/** Says at the top of a page which files it waits for. An experiment says it itself. */
function wait() {
  const said = main.querySelector("scaling-lab") ? "" : waiting();
  if (said) main.prepend(late);
  else late.remove();
  late.textContent = sentence(said);
}

/** @type {{name: string, page: Page | null}} */
let shown = { name: "\n", page: null };

async function route() {
  const { name, query } = parseHash(location.hash);
  // `#main` is the link that skips to the content: the page stays.
  if (location.hash === "#main" && shown.page) return;
  if (name === shown.name && shown.page?.update) return shown.page.update(query);
  const first = shown.name === "\n";
  /** @type {typeof shown} */
  const here = (shown = { name, page: null });
  try {
    const page =
      name === ""
        ? home()
        : EXTRAS.includes(name)
          ? extra(name)
          : index.some((one) => one.slug === name)
            ? experiment(name, query)
            : nothing(name);
    wait();
    for (const link of document.querySelectorAll(".site nav a")) {
      if (link.getAttribute("href") === `#/${name}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = name === "" ? t("home.title") : `${titleOf(name)} · Scaling Lab`;
    const ready = await page;
    if (shown !== here) return;
    here.page = ready;
    if (!first) {
      ready.focus();
      // The history keeps how far the front page was scrolled when a link on it was followed.
      window.scrollTo(0, history.state?.top ?? 0);
    }
  } catch (error) {
    if (shown !== here || document.querySelector("scaling-lab")) return;
    const { kind, message = String(error) } = /** @type {any} */ (error) ?? {};
    const alert = alertOf(sentence(message), kind, () => {
      engine.restart();
      shown.name = "\n";
      route();
    });
    alert.setAttribute("role", "alert");
    main.append(alert);
  }
}

// On a page of another site, the script only defines the element.
if (theme) {
  theme.value = remembered;
  theme.addEventListener("change", () => {
    paint(theme.value);
    try {
      localStorage.setItem("theme", theme.value);
    } catch {
      // The colours change even if the browser does not store the choice.
    }
  });

  // If nothing accepts a dropped file, the browser would leave the page to show it.
  for (const type of /** @type {const} */ (["dragover", "drop"])) {
    window.addEventListener(type, (event) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    });
  }

  const problem = unsupported();
  if (problem) main.replaceChildren(h("h1", {}, "Scaling Lab"), h("p", { role: "alert" }, problem));
  else {
    paint(remembered);
    engine.load();
    window.addEventListener("hashchange", route);
    waits.addEventListener("change", wait);
    main.addEventListener("click", () => {
      if (shown.name === "") history.replaceState({ top: window.scrollY }, "");
    });
    document.querySelector(".skip")?.addEventListener("click", (event) => {
      event.preventDefault();
      main.focus();
    });
    route();
  }
}
