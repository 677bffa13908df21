// The page that makes the code to embed an experiment, with a preview, and explains it. Only who opens this page fetches this file.
import css from "../elements/embed-page.css";
// See after-first-figure.js.
import { restyle } from "../elements/scaling-lab.js";
import small from "../elements/small.css";
import words from "../locales/en.builder.json" with { type: "json" };
import { base, json } from "./assets.js";
import { entry as entryOf, index } from "./catalogue.js";
import { h, uid } from "./dom.js";
import {
  CONTROLS,
  HOSTS,
  POLICIES,
  THEMES,
  hostsOf,
  policyOf,
  readChoices,
  scriptsIn,
  writeChoices,
} from "./embed-snippets.js";
import { addWords, kilobytes, lang, t } from "./i18n.js";
import { posterBlock } from "./plot/poster.js";
import { STRINGS } from "./plot/strings.js";
import { prose } from "./prose.js";
import { DEFAULT_SEED, formatHash, parseHash, parseQuery } from "./route.js";
import { fill, worded } from "./text.js";

/** @typedef {import("../elements/scaling-lab.js").ScalingLab} ScalingLab */
/** @typedef {import("./embed-snippets.js").Choices} Choices */
/** @typedef {Record<string, import("./embed-snippets.js").Tag>} Tags */

addWords(words);
// The preview looks as in a page of another site.
restyle((styles) => styles + small);

/** The folder of the page's language, and the lab's own folder, where the scripts for other sites are. */
const folder = lang === "en" ? "" : `${lang}/`;
const lab = new URL(folder && "../", base).href;

/** @param {string} key @param {Record<string, string | number>} [params] */
const p = (key, params) => h("p", {}, ...prose(t(key, params)));

/** @param {string} key */
const heading = (key) => h("h2", {}, t(key));

/** A field with its label. @param {string} key @param {HTMLElement} field @param {...any} after */
const row = (key, field, ...after) => {
  field.id = uid("embed");
  return h("div", { class: "row" }, h("label", { for: field.id }, t(key)), field, ...after);
};

/** @param {[value: string, label: string][]} options @param {string} chosen @param {(value: string) => void} choose */
function select(options, chosen, choose) {
  const field = h(
    "select",
    { onchange: () => choose(field.value) },
    options.map(([value, label]) => h("option", { value }, label)),
  );
  field.value = chosen;
  return field;
}

/** A text to copy, under a name. @param {string} key of its name @param {string} [text] */
function copyable(key, text = "") {
  const area = h("textarea", { readonly: true, rows: 2, spellcheck: "false", translate: "no" });
  const note = h("span", { role: "status" });
  const copy = async () => {
    const ok = await navigator.clipboard?.writeText(area.value).then(
      () => true,
      () => false,
    );
    if (!ok) area.select();
    note.textContent = t(ok ? "copied" : "copyByHand");
  };
  const button = h(
    "button",
    { type: "button", onclick: copy, "aria-label": t("embed.copy", { what: t(key) }) },
    t("embed.copyShort"),
  );
  const set = (/** @type {string} */ shown) => {
    area.value = shown;
    area.rows = Math.min(24, shown.split("\n").length + 1);
    note.textContent = "";
  };
  set(text);
  return { element: row(key, area, h("div", { class: "copy" }, button, note)), set };
}

/** An element as other pages have it. @param {Record<string, string>} given its attributes */
function widget(given) {
  const element = /** @type {ScalingLab} */ (document.createElement("scaling-lab"));
  for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
  return element;
}

// ---- the builder ----------------------------------------------------------------------------------------------------------------

/** @param {Tags} tags */
function builder(tags) {
  const scripts = scriptsIn(tags, folder);
  const hosts = hostsOf(tags[scripts.pinned]);
  const choices = readChoices(
    parseHash(location.hash).query,
    index.map(({ slug }) => slug),
    hosts,
  );
  const preview = h("div", { class: "preview" });
  const code = copyable("embed.code");
  const policy = copyable("embed.policy");
  const note = h("p", {});
  const problem = h("p", { class: "problem", role: "alert" });
  /** The element of the preview. @type {ScalingLab} */
  let shown;
  /** The settings to try of the experiment. @type {import("./types.d.ts").Entry["presets"]} */
  let presets = [];

  /** The poster in the code, of the figure that the preview showed when it was asked for. */
  let drawing = "";
  const poster = h("input", {
    type: "checkbox",
    onchange: () => {
      const { result } = shown;
      poster.checked &&= !!result;
      drawing = "";
      if (poster.checked && result)
        drawing = posterBlock(
          worded(result.figures[0]),
          fill(result.answer.text),
          lab + formatHash(choices.experiment, choices.settings),
          { locale: lang, strings: STRINGS },
        );
      write();
    },
  });
  /** Takes other settings, of which the poster knows nothing. @param {import("./types.d.ts").Values} settings */
  function change(settings) {
    choices.settings = settings;
    drawing = "";
    poster.checked = false;
  }

  /** Shows the code and the address of the present choices. */
  function write() {
    const { host, experiment, pinned } = choices;
    const script = pinned ? scripts.pinned : scripts.stable;
    code.set(
      HOSTS[host].write({
        ...choices,
        lab,
        script,
        poster: drawing,
        ...tags[script],
        // The next version of the lab replaces the newest script, and its sum with it.
        integrity: pinned ? tags[script].integrity : "",
        title: index.find(({ slug }) => slug === experiment)?.title ?? experiment,
      }),
    );
    policy.set(policyOf(host, lab));
    note.replaceChildren(...prose(t(`embed.note.${host}`)));
    const { seed: _, ...setting } = choices.settings;
    seed.value = choices.settings.seed ?? String(DEFAULT_SEED);
    problem.textContent = "";
    const query = new URLSearchParams(setting).toString();
    const preset = presets.findIndex(
      (one) => new URLSearchParams(parseQuery(one.query)).toString() === query,
    );
    settings.selectedIndex = 1 + preset;
    // A page that the reader is leaving must not overwrite the address of the next one.
    if (preview.isConnected && parseHash(location.hash).name === "embed")
      history.replaceState(null, "", formatHash("embed", writeChoices(choices)));
  }

  /** Shows other settings in the preview. @param {import("./types.d.ts").Values} next */
  function set(next) {
    shown.query = next;
    change(next);
    write();
  }

  function show() {
    const { experiment, controls, theme } = choices;
    shown = widget({ experiment, controls, theme });
    shown.query = choices.settings;
    // The element has corrected what cannot be used, and names only parameters that the experiment has.
    const take = () => {
      change(shown.query);
      write();
    };
    const mine = shown;
    for (const type of ["ready", "change"])
      shown.addEventListener(type, () => mine === shown && take());
    preview.replaceChildren(shown);
    settings.replaceChildren(h("option", {}, t("embed.own")));
    presets = [];
    entryOf(experiment).then(
      (entry) => {
        if (mine !== shown || !entry) return;
        presets = entry.presets;
        settings.append(...presets.map(({ title }) => h("option", {}, title)));
      },
      // The preview says what is missing.
      () => {},
    );
  }

  /** @param {"controls" | "theme"} name @param {string[]} values */
  const attribute = (name, values) =>
    select(
      values.map((value) => [value, t(`embed.${name}.${value}`)]),
      choices[name],
      (value) => {
        choices[name] = value;
        shown.setAttribute(name, value);
        write();
      },
    );
  const settings = h("select", {
    onchange: () => {
      const preset = presets[settings.selectedIndex - 1];
      if (preset) set(parseQuery(preset.query));
    },
  });
  const seed = h("input", {
    type: "number",
    min: 0,
    max: 2 ** 32 - 1,
    required: true,
    onchange: () => {
      if (!seed.checkValidity()) return void (problem.textContent = t("embed.seedProblem"));
      const { seed: _, ...others } = choices.settings;
      set(Number(seed.value) === DEFAULT_SEED ? others : { ...others, seed: seed.value });
    },
  });
  const form = h(
    "form",
    { "aria-label": t("embed.choices"), onsubmit: (/** @type {Event} */ e) => e.preventDefault() },
    row(
      "embed.experiment",
      select(
        index.map(({ slug, title }) => [slug, title]),
        choices.experiment,
        (experiment) => {
          choices.experiment = experiment;
          change({});
          show();
          code.set("");
        },
      ),
    ),
    row("embed.settings", settings),
    row("seed", seed, problem),
    row("embed.controls", attribute("controls", CONTROLS)),
    row("embed.theme", attribute("theme", THEMES)),
    h("div", { class: "row" }, h("label", { class: "tick" }, poster, " ", t("embed.poster"))),
    row(
      "embed.version",
      select(
        [
          ["pinned", t("embed.pinned", { version: scripts.pinned.split("/")[0] })],
          ["newest", t("embed.newest")],
        ],
        choices.pinned ? "pinned" : "newest",
        (version) => {
          choices.pinned = version === "pinned";
          write();
        },
      ),
    ),
    row(
      "embed.host",
      select(
        hosts.map((host) => [host, t(`embed.host.${host}`)]),
        choices.host,
        (host) => {
          choices.host = host;
          write();
        },
      ),
    ),
  );
  // The choice of colours for the lab's page sets the theme of all elements on it, before this listener is called.
  const gone = new AbortController();
  const { signal } = gone;
  document
    .getElementById("theme")
    ?.addEventListener("change", () => shown.setAttribute("theme", choices.theme), { signal });
  window.addEventListener("hashchange", () => gone.abort(), { signal });
  show();
  return h(
    "section",
    { class: "builder" },
    h("div", { class: "choices" }, heading("embed.choices"), form),
    h("div", { class: "seen" }, heading("embed.preview"), p("embed.previewNote"), preview),
    h(
      "div",
      { class: "codes" },
      heading("embed.codes"),
      code.element,
      note,
      policy.element,
      p("embed.policyNote"),
    ),
  );
}

// ---- the documentation ----------------------------------------------------------------------------------------------------------

/** @param {string} text */
function sample(text) {
  const code = h("code", {});
  // The line breaks stay.
  code.textContent = text;
  return h("pre", { translate: "no" }, code);
}

/** What each name means. @param {string} kind of the names @param {string[]} names */
const meanings = (kind, names) =>
  h(
    "dl",
    {},
    names.flatMap((name) => [
      h("dt", {}, h("code", {}, name)),
      h("dd", {}, ...prose(t(`embed.${kind}.${name}`))),
    ]),
  );

/** An example, which starts when it comes near the viewport. @param {string} text of its code @param {() => Node[]} make */
function live(text, make) {
  const place = h("div", { class: "live" });
  new IntersectionObserver(
    (seen, observer) => {
      if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      place.replaceChildren(...make());
    },
    { rootMargin: "300px" },
  ).observe(place);
  return [sample(text), place];
}

/** The code that a page needs to hear an iframe. @param {string} origin of the lab */
const listener = (origin) => `const frame = document.querySelector("iframe");
addEventListener("message", ({ origin, source, data }) => {
  if (origin !== ${JSON.stringify(origin)} || source !== frame.contentWindow) return;
  if (data?.["scaling-lab"] !== 1) return;
  if (data.event === "height") frame.height = data.height;
});`;

/** @param {Tags} tags @param {Record<string, {ready: number}> | null} costs */
function manual(tags, costs) {
  const { origin } = new URL(lab);
  const { pinned } = scriptsIn(tags, folder);
  const { bytes, frame } = tags[pinned];
  // The examples show the first two experiments of the story.
  const [shown, green] = index;
  const first = Object.values(costs ?? {}).map(({ ready }) => ready);
  const events = `<scaling-lab id="one" experiment="${shown.slug}" controls="minimal"></scaling-lab>
<p id="said"></p>
<script type="module">
  const lab = document.getElementById("one");
  lab.addEventListener("result", () => {
    const { done, total } = lab.result.progress;
    document.getElementById("said").textContent = \`\${done} / \${total}\`;
  });
</script>`;
  const colours = `<style>
  #green { --accent: #17683a; --tint: #e6f4ea }
</style>
<scaling-lab id="green" experiment="${green.slug}" controls="minimal" theme="light"></scaling-lab>`;
  return h(
    "section",
    { class: "manual" },
    heading("embed.doc.tag"),
    p("embed.doc.tagText"),
    meanings("attribute", [
      "experiment",
      "weights, hours, …",
      "seed",
      "device",
      "pace",
      "controls",
      "theme",
      "link",
    ]),
    p("embed.doc.content"),
    heading("embed.doc.methods"),
    meanings("method", ["run()", "pause()", "step()", "reset()", "cancel()", "query", "result"]),
    p("embed.doc.events"),
    meanings("event", ["ready", "change", "progress", "result", "error"]),
    p("embed.doc.example"),
    ...live(events, () => {
      const said = h("p", { role: "status" });
      const lab = widget({ experiment: shown.slug, controls: "minimal" });
      lab.addEventListener("result", () => {
        const { done, total } = /** @type {import("./types.d.ts").Result} */ (lab.result).progress;
        said.textContent = `${done} / ${total}`;
      });
      return [lab, said];
    }),
    heading("embed.doc.theme"),
    p("embed.doc.themeText"),
    ...live(colours, () => {
      const lab = widget({ experiment: green.slug, controls: "minimal", theme: "light" });
      lab.classList.add("green");
      return [lab];
    }),
    ...(frame
      ? [
          heading("embed.doc.frame"),
          p("embed.doc.frameText"),
          p("embed.doc.messages"),
          meanings("request", ["list", "set", "run", "pause", "reset", "result"]),
          p("embed.doc.hostile"),
          sample(listener(origin)),
        ]
      : []),
    heading("embed.doc.policy"),
    p("embed.doc.policyText"),
    sample(POLICIES.tag(origin)),
    ...(frame ? [p("embed.doc.policyFrame"), sample(POLICIES.frame(origin))] : []),
    heading("embed.doc.versions"),
    p("embed.doc.versionsText", { folder: pinned.split("/")[0] }),
    heading("embed.doc.checked"),
    p("embed.doc.checkedText"),
    heading("embed.doc.size"),
    p("embed.doc.script", { script: kilobytes(bytes) }),
    first.length
      ? p("embed.doc.first", {
          least: kilobytes(Math.min(...first)),
          most: kilobytes(Math.max(...first)),
        })
      : "",
    heading("embed.doc.browsers"),
    p("embed.doc.browsersText"),
  );
}

/** @type {CSSStyleSheet | undefined} */
let sheet;

/** @param {HTMLElement} body */
export async function embed(body) {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets.push(sheet);
  }
  /** @type {[Tags | null, Record<string, {ready: number}> | null]} */
  const [tags, costs] = await Promise.all([
    json(`${folder && "../"}embed.json`),
    json("costs.json"),
  ]);
  if (!tags) throw { kind: "fetch", message: t("fetchFailed", { file: "embed.json" }) };
  body.className = "embed-page";
  body.replaceChildren(
    h("p", { class: "lead" }, ...prose(t("embed.lead"))),
    builder(tags),
    manual(tags, costs),
  );
}
