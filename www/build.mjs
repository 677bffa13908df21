// Builds the page into dist/: hashed files with relative addresses, so any static host and
// any sub-path serves it as it is. Reads the two wasm builds, the catalogue and the shaders that build.sh left in
// $TARGET/page; prints what everything weighs and fails above the budgets.
//
// The page's code imports what only the build knows from two modules made here:
//
//   import { cpu, gpu } from "lab:assets";   // in js/engine/
//     cpu  { worker: TEXT of the worker script, wasm: URL, piece, pieces, loads, rest }   in pieces; see pieces.mjs, modules.d.ts
//     gpu  { glue: URL of js/engine/device.js as text, wasm: URL }        fetched only if wanted
//   import { shaders } from "lab:shaders";   // in js/engine/device.js: { KERNEL: URL }
//   import { entries, list, claims } from "lab:catalogue";   // in catalogue.js; see modules.d.ts
//   import { folder, scripts, known, words } from "lab:embed";   // in js/embed-stub.js; see modules.d.ts
//   import { initSync, ... } from "lab:glue";   // in js/engine/worker.js and device.js: wasm-bindgen's module
//
// Formulas are typeset here: `math` is { display: { TEX: MathML }, inline: { TEX: MathML } } of the words beside it.
// URLs are relative to the page's main script.
//
// Pages of other sites name scaling-lab.js, or v<version>/scaling-lab.js. Both need only the files in v<version>/: the element's own scripts,
// which check the sum of each file that they fetch, and a copy of each file of the engine. So a page that names a version works as long as this
// one folder is kept, whatever becomes of the files of later versions. `EMBEDDED` is true in these scripts and false in those of the lab's page.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import temml from "temml";
import { graph } from "./linked.mjs";
import { lacking, plan } from "./pieces.mjs";
import { calls, observe, split } from "./split.mjs";
import { crates, npm, thirdParty } from "./third-party.mjs";

const KB = 1000;
/** Bytes of gzip: for a GPU; in the stub of an embedded element; what one experiment more adds to the first download of another. An experiment declares the budget of its own first visit (src/kit/experiment.rs). */
const BUDGET = { gpu: 90 * KB, embed: 5 * KB, growth: 400 };
/** The most requests until an experiment is ready. */
const REQUESTS = 8;

const www = dirname(fileURLToPath(import.meta.url));
const made = join(process.env.TARGET ?? join(www, "../target"), "page");
const dist = resolve(process.env.DIST ?? join(www, "../dist"));
const browsers = ["es2022", "safari16.4"];

/**
 * The parts of the story, each with its experiments and all their words, as `scaling-lab list --json` prints them.
 * @typedef {import("./js/types.d.ts").Claim} Claim
 * @typedef {import("./js/types.d.ts").Entry & import("./js/types.d.ts").Explanation} Described
 * @typedef {Described & {claims: Omit<Claim, "slug">[], quick: string, first: string[], budget: {ready: number, run: number}, texts: Record<string, string>}} Listed
 * @type {{parts: {title: string, lead: string, texts: Record<string, string>, entries: Listed[]}[], texts: Record<string, Record<string, string>>, examples: Record<string, string>}}
 */
const {
  parts,
  texts: shared,
  examples,
} = JSON.parse(readFileSync(join(made, "catalogue.json"), "utf8"));
const all = parts.flatMap(({ entries }) => entries);

/** name -> bytes of everything in dist @type {Map<string, Buffer>} */
const files = new Map();

/** @param {string} name @param {string | Uint8Array} bytes */
function put(name, bytes) {
  // Its types know the one and the other, not both at once.
  const content = Buffer.from(/** @type {string} */ (bytes));
  files.set(name, content);
  return name;
}

/** @param {string | Uint8Array} bytes */
const hashOf = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 8);

/** The sum of a file as the attribute `integrity` spells it. @param {string | Uint8Array} bytes */
const sumOf = (bytes) => `sha384-${createHash("sha384").update(bytes).digest("base64")}`;

/** @param {string} name @param {string | Uint8Array} bytes */
const putHashed = (name, bytes) =>
  put(`${basename(name, extname(name))}-${hashOf(bytes)}${extname(name)}`, bytes);

/**
 * A plugin that answers imports of `name` with `contents`.
 * @param {string} name
 * @param {string} contents
 * @returns {import("esbuild").Plugin}
 */
const virtual = (name, contents) => ({
  name,
  setup(b) {
    b.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }));
    b.onLoad({ filter: /.*/, namespace: name }, () => ({
      contents,
      loader: "js",
      resolveDir: www,
    }));
  },
});

/**
 * A sheet under elements/ is imported as text: it becomes a constructable stylesheet.
 * @type {import("esbuild").Plugin}
 */
const elementSheets = {
  name: "element-sheets",
  setup(b) {
    b.onLoad({ filter: /elements[\\/].*\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), {
        loader: "css",
        minify: true,
        target: browsers,
      });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/**
 * A part of a worker as one classic script, with the glue of one of the wasm builds inside.
 * @param {string} kind @param {string} name its file in js/engine/ @param {boolean} embedded @param {import("esbuild").Plugin[]} plugins
 */
async function worker(
  kind,
  name,
  embedded,
  plugins = [],
  fit = (/** @type {string} */ glue) => glue,
) {
  const out = await build({
    entryPoints: [join(www, "js/engine", name)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: browsers,
    // The glue's own loader asks where it lives; we never call it.
    define: { "import.meta.url": '""', EMBEDDED: String(embedded) },
    logOverride: { "import-is-undefined": "error" },
    plugins: [
      ...plugins,
      virtual("lab:glue", fit(readFileSync(join(made, kind, "lab.js"), "utf8"))),
    ],
  });
  return out.outputFiles[0].text;
}

/**
 * What temml writes as inline styles, which a host's policy may forbid, by the classes of our sheets that say it.
 * @type {Record<string, string>}
 */
const LOOKS = {
  // What a browser does with display="block" anyway; a mistake of temml.
  "display:block math;": "",
  false: "",
  "padding-left:1em;padding-right:0em;": "pad",
  "padding-left:0em;padding-right:0em;": "tight",
  "margin-left:-0.1667em;": "near",
};
const styleless = (/** @type {string} */ mathml) =>
  mathml.replace(/ style="([^"]*)"/g, (_, style) => {
    if (!(style in LOOKS))
      throw new Error(
        `a formula has the inline style "${style}": give it a class in www/build.mjs and both sheets`,
      );
    return LOOKS[style] && ` class="${LOOKS[style]}"`;
  });

/** Every formula of `words` as MathML, with its TeX in an annotation. @param {object} words */
function typeset(words) {
  /** @type {Record<"display" | "inline", Record<string, string>>} */
  const math = { display: {}, inline: {} };
  const render = (/** @type {string} */ tex, /** @type {boolean} */ displayMode) =>
    styleless(
      temml.renderToString(tex, { displayMode, annotate: true, throwOnError: true, strict: true }),
    );
  const walk = (/** @type {unknown} */ value) => {
    if (typeof value === "string") {
      for (const [, tex] of value.matchAll(/\$([^$]+)\$/g)) math.inline[tex] ??= render(tex, false);
    } else if (value && typeof value === "object") {
      if ("tex" in value && typeof value.tex === "string")
        math.display[value.tex] ??= render(value.tex, true);
      Object.values(value).forEach(walk);
    }
  };
  walk(words);
  return math;
}

/**
 * What only few experiments need for their first figure is in no file that all load: each of these experiments has a copy
 * beside its words. These are the controls of some kinds of parameters (js/KIND-control.js) and the place of a table.
 * @param {Pick<Listed, "slug" | "params" | "data">} entry @param {string} up the way to the page's files
 */
function partsOf({ slug, params, data }, up) {
  const kinds = [...new Set(params.map(({ kind }) => kind))].filter((kind) =>
    existsSync(join(www, `js/${kind}-control.js`)),
  );
  if (!kinds.length && !data) return "const kinds = {}, table = undefined;";
  return [
    // What the copies import is thus in one file with all that others share.
    `import ${JSON.stringify(join(www, "elements/scaling-lab.js"))};`,
    ...kinds.map((kind) => `import { ${kind} } from "copy:js/${kind}-control.js?${slug}";`),
    `const kinds = { ${kinds} };`,
    data
      ? `import { tablePlace } from "copy:js/table-place.js?${slug}";
         import css from "copy:elements/table-place.css?${slug}";
         const table = { tablePlace, css, example: ${JSON.stringify(up + exampleOf(slug))} };`
      : "const table = undefined;",
  ].join("\n");
}

/**
 * A plugin that finds `copy:FILE?NAME`: one copy of the file for each name.
 * @type {import("esbuild").Plugin}
 */
const copies = {
  name: "copies",
  setup(b) {
    b.onResolve({ filter: /^copy:/ }, ({ path }) => {
      const [file, name] = path.slice("copy:".length).split("?");
      return { path: join(www, file), suffix: `?${name}` };
    });
  },
};

/** The file of a table that an experiment can read. @param {string} slug */
const exampleOf = (slug) => putHashed(`${slug}-example.csv`, examples[slug]);

/** Modules of words that only an experiment with a table says, and those that no such experiment says. */
const OF_FITS = /^(law-.*|fits?|runs|table)$/;
const OF_RACES = /^race$/;

/** A module that exports each value of an object by name. @param {object} values */
const exporting = (values) =>
  Object.entries(values)
    .map(([k, v]) => `export const ${k} = ${JSON.stringify(v)};`)
    .join("\n");

/** Words that no language changes: names in addresses, numbers, addresses. */
const SAME = new Set(
  "slug name value query default kind scale id url tex origin pick was file seed main".split(" "),
);

/**
 * `value` with every word in it said by `say`, which is told its key: `exam-time.notice.0`, `exam-time.params.hours.help`.
 * @template T @param {T} value @param {string} key @param {(english: string, key: string) => string} say @returns {T}
 */
function reworded(value, key, say) {
  /** @param {unknown} value @param {string} key @returns {any} */
  const walk = (value, key) => {
    if (typeof value === "string") return /[a-z]/i.test(value) ? say(value, key) : value;
    if (Array.isArray(value))
      return value.map((item, i) => walk(item, `${key}.${item?.id ?? item?.name ?? i}`));
    if (!value || typeof value !== "object") return value;
    const entries = Object.entries(value).map(([name, inner]) => [
      name,
      SAME.has(name) ? inner : walk(inner, `${key}.${name}`),
    ]);
    return Object.fromEntries(entries);
  };
  return walk(value, key);
}

/** A parameter's label is its name in words, so that it can be translated too. @param {Listed} entry @returns {Listed} */
const labelled = ({ params, ...entry }) => ({
  ...entry,
  params: params.map((spec) => ({ ...spec, label: spec.label || spec.name })),
});

/** @typedef {Record<string, string>} Words by key */

/** @param {string} name @returns {Words} */
const wordsIn = (name) => JSON.parse(readFileSync(join(www, "locales", name), "utf8"));

/** The English words of the page by file. */
const ENGLISH = {
  shell: wordsIn("en.json"),
  pages: wordsIn("en.pages.json"),
  plot: wordsIn("en.plot.json"),
  html: wordsIn("en.html.json"),
  embed: wordsIn("en.embed.json"),
  builder: wordsIn("en.builder.json"),
};

/** A part of the story is named by its first experiment. @param {typeof parts[number]} part */
const keyOf = ({ entries }) => `part-of-${entries[0].slug}`;

/** What stands above the experiments of a part. @param {typeof parts[number]} part */
const headOf = ({ title, lead }) => ({ title, lead });

/** Every template of a result, by key. @returns {Words} */
function templates() {
  /** @param {string} key @param {Words} texts */
  const keyed = (key, texts) =>
    Object.entries(texts).map(([name, text]) => [`${key}.${name}`, text]);
  return Object.fromEntries([
    ...Object.entries(shared).flatMap(([module, texts]) => keyed(module, texts)),
    ...parts.flatMap((part) => keyed(keyOf(part), part.texts)),
    ...all.flatMap(({ slug, texts }) => keyed(slug, texts)),
  ]);
}

/** Every word of the catalogue and of results in English, by key. */
function english() {
  /** @type {Words} */
  const found = {};
  const note = (/** @type {string} */ english, /** @type {string} */ key) => (found[key] = english);
  for (const { texts, ...entry } of all)
    reworded(labelled({ ...entry, texts: {} }), entry.slug, note);
  for (const part of parts) reworded(headOf(part), keyOf(part), note);
  return { ...found, ...templates() };
}

/** What one language says, by file and key. @typedef {typeof ENGLISH & {lang: string, texts: Words}} Language */

/** The arguments of a template outside of its formulas, each once, in order. @param {string} text */
const holes = (text) =>
  [
    ...new Set([...text.replace(/\$[^$]*\$/g, "").matchAll(/\{(\w+)/g)].map(([, name]) => name)),
  ].sort();

/** Refuses a word that could not be shown. @param {string} place @param {string} lang @param {unknown} word @param {string} english */
function checkWord(place, lang, word, english) {
  if (typeof word !== "string") throw new Error(`${place} is no text`);
  if (word.split("$").length % 2 === 0) throw new Error(`${place}: a formula has no second dollar`);
  if (String(holes(word)) !== String(holes(english)))
    throw new Error(`${place}: its arguments are not those of the English: ${english}`);
  const { length } = new Intl.PluralRules(lang).resolvedOptions().pluralCategories;
  for (const [hole, forms] of word.matchAll(/\{\w+:([^}]*)\}/g))
    if (forms.split("|").length !== length)
      throw new Error(`${place}: ${hole} needs ${length} forms, one for each plural category`);
}

/** What a folder of locales/ says. @param {string} folder @param {string} lang @returns {Language} */
function language(folder, lang) {
  try {
    Intl.getCanonicalLocales(lang);
  } catch {
    throw new Error(`locales/${lang}: its name is no language tag, such as de or pt-BR`);
  }
  const known = { ...ENGLISH, texts: english() };
  for (const name of readdirSync(join(folder, lang)))
    if (!(basename(name, ".json") in known))
      throw new Error(`locales/${lang}/${name}: the files are ${Object.keys(known).join(", ")}`);
  const words = Object.entries(known).map(([file, keys]) => {
    const path = join(folder, lang, `${file}.json`);
    const place = `locales/${lang}/${file}.json`;
    /** @type {Words} */
    let own = {};
    try {
      if (existsSync(path)) own = JSON.parse(readFileSync(path, "utf8"));
    } catch (error) {
      throw new Error(`${place} is no JSON: ${/** @type {Error} */ (error).message}`);
    }
    for (const [key, word] of Object.entries(own)) {
      if (!Object.hasOwn(keys, key)) throw new Error(`${place}: there is no word ${key}`);
      checkWord(`${place}: ${key}`, lang, word, /** @type {Words} */ (keys)[key]);
    }
    return [file, own];
  });
  return { lang, ...Object.fromEntries(words) };
}

/** The languages of the page: English, and every folder of locales/, which holds files of the words that differ. @returns {Language[]} */
function languages() {
  const folder = process.env.LAB_LOCALES ?? join(www, "locales");
  const found = readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory());
  const nothing = { shell: {}, pages: {}, plot: {}, html: {}, embed: {}, builder: {}, texts: {} };
  return [
    /** @type {Language} */ (/** @type {unknown} */ ({ lang: "en", ...nothing })),
    ...found.map(({ name }) => language(folder, name)),
  ];
}

/** Templates of a language by their English, which is what a result carries. @param {Language} language */
function byEnglish({ lang, texts }) {
  /** @type {Words} */
  const said = {};
  for (const [key, english] of Object.entries(templates())) {
    const text = texts[key];
    if (text === undefined) continue;
    if ((said[english] ??= text) !== text)
      throw new Error(
        `locales/${lang}/texts.json: ${key}: its English has another translation at another key: ${said[english]}`,
      );
  }
  return said;
}

/** The modules of catalogue.js in a language: one that is always there, two for each experiment, one each for the list and the published numbers. @param {Language} language @param {string} up the way to the page's files @param {Listed[]} known */
function catalogue(language, up, known) {
  /** @param {string} english @param {string} key */
  const say = (english, key) => language.texts[key] ?? english;
  const said = byEnglish(language);
  const inWords = (/** @type {Words} */ texts) => Object.values(texts).map((t) => said[t] ?? t);
  const entriesOf = known.map((entry) => reworded(labelled(entry), entry.slug, say));
  const card = (/** @type {Listed} */ { slug }) => {
    const entry = entriesOf.find((one) => one.slug === slug);
    return { slug, title: entry?.title, question: entry?.question, presets: entry?.presets };
  };
  const list = parts.map((part) => ({
    ...reworded(headOf(part), keyOf(part), say),
    entries: part.entries.map(card),
  }));
  const claims = entriesOf.flatMap(({ slug, claims }) =>
    claims.map((claim) => ({ slug, ...claim })),
  );
  const load = (/** @type {string} */ name) => `() => import(${JSON.stringify(name)})`;
  const plugins = [
    virtual(
      "lab:catalogue",
      `export const entries = { ${entriesOf.map(
        ({ slug, title }) =>
          `${JSON.stringify(slug)}: { title: ${JSON.stringify(title)}, load: ${load(`lab:entry/${slug}`)} }`,
      )} };
export const list = ${load("lab:words/list")};
export const claims = ${load("lab:words/claims")};`,
    ),
    virtual("lab:words/list", exporting({ list, math: typeset(list) })),
    virtual("lab:words/claims", exporting({ claims, math: typeset(claims) })),
  ];
  for (const {
    claims,
    notice,
    model,
    formulas,
    sources,
    quick,
    first,
    budget,
    texts,
    ...entry
  } of entriesOf) {
    const explanation = { notice, model, formulas, sources };
    const own = inWords(/** @type {Listed} */ (all.find(({ slug }) => slug === entry.slug)).texts);
    const math = typeset([entry, own]);
    plugins.push(
      virtual(
        `lab:entry/${entry.slug}`,
        `${partsOf(entry, up)} ${exporting({ described: entry, math })}
export const entry = { ...described, kinds, table, pictured: ${pictured.has(entry.slug)} };
export const explanation = ${load(`lab:words/${entry.slug}`)};`,
      ),
    );
    // What several experiments say is typeset with the words that come after the first figure.
    const part = parts.find(({ entries }) => entries.some(({ slug }) => slug === entry.slug));
    const others = Object.entries(shared).flatMap(([module, texts]) =>
      (entry.data ? OF_RACES : OF_FITS).test(module) ? [] : [texts],
    );
    plugins.push(
      virtual(
        `lab:words/${entry.slug}`,
        exporting({
          explanation,
          math: typeset([explanation, [part?.texts ?? {}, ...others].flatMap(inWords)]),
        }),
      ),
    );
  }
  return plugins;
}

/**
 * Files of words in a language: each import of an English file is answered with the language's words over the English ones.
 * @param {Language} language @returns {import("esbuild").Plugin}
 */
const wordsOf = (language) => ({
  name: "words",
  setup(b) {
    b.onLoad({ filter: /locales[\\/]en(\.\w+)?\.json$/ }, ({ path }) => {
      const english = JSON.parse(readFileSync(path, "utf8"));
      const own = {
        "en.json": { ...language.shell, lang: language.lang, texts: byEnglish(language) },
        "en.pages.json": language.pages,
        "en.plot.json": language.plot,
        "en.embed.json": language.embed,
        "en.builder.json": language.builder,
      }[basename(path)];
      // English says nothing twice.
      const words = language.lang === "en" ? english : { ...english, ...own };
      return { contents: JSON.stringify(words), loader: "json" };
    });
  },
});

/** The wasm of the CPU's build as wasm-bindgen made it. */
const wasm = () => readFileSync(join(made, "cpu/lab.wasm"));

/** The experiments with something that a reader can drag on a figure. @type {Set<string>} */
const dragged = new Set();

/** The experiments with a heat map that is in view before a run. @type {Set<string>} */
const mapped = new Set();

/** The experiments that have a small picture. @type {Set<string>} */
const pictured = new Set();

/** The functions that run while each experiment is opened, with its defaults and with the settings that it declares. */
async function openings() {
  const { marked, ran } = observe(wasm());
  Object.assign(globalThis, { loadPiece: () => {} });
  const module = new WebAssembly.Module(marked);
  /** @type {Map<string, Set<string>>} */
  const opened = new Map();
  for (const { slug, params, first } of all) {
    // Each import of the glue is a module of its own.
    const lab = await import(`${pathToFileURL(join(made, "cpu/lab.js")).href}?${slug}`);
    const exports = lab.initSync({ module });
    const { port1: port } = new MessageChannel();
    const engine = new lab.Engine([port]);
    engine.device();
    lab.stamp();
    lab.load_piece(0);
    for (const query of ["", ...first]) {
      const given = new URLSearchParams(query);
      for (const name of given.keys())
        if (!params.some((one) => one.name === name))
          throw new Error(`${slug} has no parameter ${name}, which its first settings name`);
      // As the element does, every value is named.
      const values = params.flatMap(({ name, default: usual }) => [name, given.get(name) ?? usual]);
      // A link with settings has them checked.
      lab.check(slug, values);
      const run = new lab.Run(engine, slug, values, 1);
      if (run.result().figures.some((/** @type {any} */ { handles }) => handles)) dragged.add(slug);
      run.cancel();
      run.free();
    }
    port.close();
    opened.set(slug, ran(exports));
    const run = new lab.Run(engine, slug, [], 1);
    if (run.picture()) pictured.add(slug);
    const { figures } = run.result();
    if (figures.some((/** @type {any} */ { field, folded }) => field && !folded)) mapped.add(slug);
    run.free();
  }
  return opened;
}

if (process.argv[2] === "words") {
  // What a translation starts from: a file of words by key for each that a folder of locales/ may hold.
  // A pipe takes the text in parts, and an exit would cut it off.
  await new Promise((done) =>
    process.stdout.write(JSON.stringify({ ...ENGLISH, texts: english() }, null, 2), done),
  );
  process.exit(0);
}

/** Read before anything is built: a wrong word is told at once. */
const spokenHere = languages();

const gzip = (/** @type {Uint8Array} */ bytes) => gzipSync(bytes, { level: 9 }).length;
/** The CPU's build in pieces. */
const parted = plan(
  graph(readFileSync(join(made, "cpu/from.wasm"))),
  calls(wasm()),
  await openings(),
  undefined,
  pictured,
);
for (const { slug } of all) {
  const [name] = lacking(parted, slug);
  if (name) throw new Error(`${slug} can reach ${name}, which is in no piece that comes with it`);
}
const { modules, glue } = split(wasm(), parted.pieces);
/**
 * The hash in the names of all pieces but the core: a change of the crate moves addresses and so changes nearly every piece, and the
 * first download of every page names all pieces. The core changes with every commit, because it holds the commit's name.
 */
const edition = hashOf(Buffer.concat(modules.slice(1)));
const pieces = parted.pieces.map(({ name: whole, needs }, i) => {
  // A piece of several experiments has the name of the first one and its own number.
  const name = whole.replace(/\+.*/, `-${i}`);
  const file = i ? put(`${name}-${edition}.wasm`, modules[i]) : putHashed("core.wasm", modules[i]);
  return { name, file, needs };
});
/** Files of shaders by kernel. The last line shows that a file is whole. */
const shaders = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(join(made, "shaders.json"), "utf8"))).map(
    ([kernel, wgsl]) => [kernel, putHashed(`wgsl-${kernel}.wgsl`, `${wgsl}// end\n`)],
  ),
);
/** The scripts of workers, in the lab's page or in one of another site. @param {boolean} embedded */
async function workers(embedded) {
  const sums = Object.entries(shaders).map(([kernel, name]) => [kernel, sumOf(bytesOf(name))]);
  const known = { shaders, sums: embedded ? Object.fromEntries(sums) : {} };
  return {
    worker: await worker("cpu", "worker.js", embedded, [], glue),
    glue: await worker("device", "device.js", embedded, [virtual("lab:shaders", exporting(known))]),
  };
}
/** @param {string} name */
const bytesOf = (name) => /** @type {Buffer} */ (files.get(name));
const ours = await workers(false);
const assets = {
  cpu: {
    worker: ours.worker,
    loads: Object.fromEntries(parted.loads),
    gpu: parted.gpu,
    rest: parted.rest,
  },
  gpu: {
    glue: putHashed("device.js", ours.glue),
    wasm: putHashed("device.wasm", readFileSync(join(made, "device/lab.wasm"))),
  },
};
/** The addresses of the engine's files, from the folder of a language. @param {string} up @param {Listed[]} known @param {Embedded} [embedded] */
const engine = (up, known, embedded) => ({
  cpu: {
    ...assets.cpu,
    worker: embedded?.worker ?? assets.cpu.worker,
    wasm: up + pieces[0].file,
    piece: `${up}*-${edition}.wasm`,
    pieces: pieces
      .filter((_, i) => known === all || !onlyOf(i, known))
      .map(({ name, needs }) => ({ name, needs })),
    loads: Object.fromEntries(known.map(({ slug }) => [slug, assets.cpu.loads[slug]])),
  },
  gpu: { glue: up + (embedded?.glue ?? assets.gpu.glue), wasm: up + assets.gpu.wasm },
});
/** Does only an experiment that is not among `known` load this piece? @param {number} piece @param {Listed[]} known */
const onlyOf = (piece, known) => {
  const users = all.filter(({ slug }) =>
    Object.values(assets.cpu.loads[slug]).flat().includes(piece),
  );
  return users.length > 0 && users.every((user) => !known.includes(user));
};
/**
 * What differs in a page of another site: the way from the element's files to the lab's page, and the workers.
 * @typedef {{home: string, worker: string, glue: string}} Embedded
 */
/** The page's scripts and sheets. @param {Language} language @param {string} [up] @param {Listed[]} [known] @param {Embedded} [embedded] @returns {Promise<import("esbuild").BuildResult<{metafile: true, write: false}>>} */
const bundled = (language, up = "", known = all, embedded) =>
  build({
    entryPoints: embedded
      ? { element: join(www, "js/embedded.js") }
      : { main: join(www, "js/main.js"), style: join(www, "style.css") },
    define: { EMBEDDED: String(!!embedded), HOME: JSON.stringify(embedded?.home ?? "") },
    bundle: true,
    minify: true,
    splitting: true,
    write: false,
    metafile: true,
    format: "esm",
    target: browsers,
    outdir: dist,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    loader: { ".css": "css" },
    plugins: [
      elementSheets,
      copies,
      wordsOf(language),
      virtual("lab:assets", exporting(engine(up, known, embedded))),
      ...catalogue(language, up, known),
    ],
  });
/** The scripts that are loaded with one script, itself first, by static imports. @param {import("esbuild").BuildResult<{metafile: true}>} page @param {RegExp} [first] its name, usually the main script's */
function scriptsOf(page, first = /^main-\w+\.js$/) {
  const outputs = Object.entries(page.metafile.outputs).map(
    ([path, output]) => /** @type {const} */ ([basename(path), output]),
  );
  const of = new Map(outputs);
  const found = new Set(outputs.flatMap(([name]) => (first.test(name) ? [name] : [])));
  for (const name of found)
    for (const { path, kind } of of.get(name)?.imports ?? [])
      if (kind === "import-statement") found.add(basename(path));
  return found;
}
/** What loads a part of the page takes a query, so that js/assets.js can ask for it at a new address. @param {string} path @param {string} text */
function askable(path, text) {
  const code = text.replace(/\(\)=>import\("(\.\/[\w-]+\.js)"\)/g, '(q="")=>import("$1"+q)');
  if (/import\("[^"]+"\)/.test(code))
    throw new Error(`${basename(path)}: a part is loaded without part() of js/assets.js`);
  return code;
}
/** The whole page in one language: English at the root, another one in a folder of its name. @param {Language} language */
async function pageIn(language) {
  const { lang } = language;
  const [folder, up] = lang === "en" ? ["", ""] : [`${lang}/`, "../"];
  const page = await bundled(language, up);
  /** @type {Record<string, string>} */
  const entry = {};
  for (const { path, text } of page.outputFiles) {
    put(folder + basename(path), askable(path, text));
    const stem = /^(main|style)-\w+\.(js|css)$/.exec(basename(path));
    if (stem) entry[stem[1]] = basename(path);
  }
  const imported = scriptsOf(page);
  /** The file that holds a module of the catalogue. @param {string} name */
  const fileOf = (name) => {
    const found = Object.entries(page.metafile.outputs).find(([, { inputs }]) =>
      Object.keys(inputs).some((input) => input.endsWith(name)),
    )?.[0];
    if (!found) throw new Error(`no part of the page holds ${name}`);
    return basename(found);
  };

  const html = document("index.html", language)
    .replace('href="style.css"', `href="${entry.style}"`)
    .replace('src="js/main.js"', `src="${entry.main}"`)
    // What the main script asks for at once is asked for beside it.
    .replace(
      "<script",
      [...imported]
        .slice(1)
        .map((name) => `<link rel="modulepreload" href="${name}">\n`)
        .join("") +
        `<link rel="preload" as="fetch" crossorigin href="${up + pieces[0].file}">\n<script`,
    );
  for (const name of [entry.style, entry.main]) {
    if (!html.includes(`"${name}"`))
      throw new Error(
        `www/index.html must name href="style.css" and src="js/main.js"; ${name} has no place`,
      );
  }
  put(`${folder}index.html`, html);
  /** The files that hold a module and what it imports. @param {string} name */
  const filesWith = (name) => [...scriptsOf(page, RegExp(`^${fileOf(name)}$`))];
  return { entry, imported, fileOf, filesWith, inputs: Object.keys(page.metafile.inputs) };
}

/** A page's HTML in a language. @param {string} name @param {Language} language @param {Record<string, string>} [more] what stands in it besides words, by key */
function document(name, { lang, html }, more = {}) {
  return readFileSync(join(www, name), "utf8")
    .replace(/<!--.*?-->\s*/gs, "")
    .replace('<html lang="en">', `<html lang="${lang}"${rightToLeft(lang) ? ' dir="rtl"' : ""}>`)
    .replace(/\{\{(\w+)\}\}/g, (_, key) => more[key] ?? escaped(html[key] ?? ENGLISH.html[key]));
}

/** Is a language written from right to left? @param {string} lang */
function rightToLeft(lang) {
  /** @type {any} */
  const locale = new Intl.Locale(lang);
  return (locale.getTextInfo?.() ?? locale.textInfo)?.direction === "rtl";
}

/** A word as HTML. @param {string} text */
const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");

const [{ entry, imported, fileOf, filesWith, inputs }] = await Promise.all(spokenHere.map(pageIn));
/** The folder of this version for pages of other sites. */
const pinned = `v${/^version = "([^"]+)"/m.exec(readFileSync(join(www, "../Cargo.toml"), "utf8"))?.[1]}/`;
/** What embed.json says of the scripts that pages of other sites name. @type {Record<string, import("./js/embed-snippets.js").Tag>} */
const tags = {};

/** One of the small scripts for pages of other sites. @param {string} source @param {object} [known] what it imports from lab:embed */
async function small(source, known = {}) {
  const out = await build({
    entryPoints: [join(www, "js", source)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: browsers,
    plugins: [virtual("lab:embed", exporting(known))],
  });
  return out.outputFiles[0].text;
}

/** What pages of other sites name in a folder: the script, and the page for an <iframe>. @param {string} folder @param {Language} language @param {object} known what the script imports from lab:embed @param {string} home the way to the lab's page */
async function hosts(folder, language, known, home) {
  const name = `${folder}scaling-lab.js`;
  const text = await small("embed-stub.js", known);
  put(name, text);
  tags[name] = { integrity: sumOf(text), bytes: gzip(Buffer.from(text)) };
  put(`${folder}notebook.js`, await small("notebook.js", known));
  const script = (await small("frame.js")).trim().replace(/<\/script/gi, "<\\/script");
  put(
    `${folder}embed.html`,
    document("embed.html", language, { integrity: tags[name].integrity, home, script }),
  );
}

/** The element for pages of other sites, in one language. @param {Language} language @param {{worker: string, glue: string}} theirs @param {string[]} copied files of the engine in the version's folder */
async function embedIn(language, theirs, copied) {
  const { lang } = language;
  const [folder, up] = lang === "en" ? ["", ""] : [`${lang}/`, "../"];
  const here = pinned + folder;
  const page = await bundled(language, up, all, { ...theirs, home: `${up}../${folder}` });
  /** @type {import("./js/trust.js").Files} */
  const known = { sums: {}, needs: {} };
  for (const { path, text } of page.outputFiles) {
    const code = askable(path, text);
    put(here + basename(path), code);
    known.sums[basename(path)] = sumOf(code);
  }
  for (const name of copied) known.sums[name] = sumOf(bytesOf(pinned + name));
  const outputs = new Map(
    Object.entries(page.metafile.outputs).map(([path, output]) => [basename(path), output]),
  );
  /** A script after all those that it imports. @param {string} name @param {Set<string>} [found] */
  function ordered(name, found = new Set()) {
    if (found.has(name)) return found;
    for (const { path, kind } of outputs.get(name)?.imports ?? [])
      if (kind === "import-statement") ordered(basename(path), found);
    return found.add(name);
  }
  const [element] = [...outputs.keys()].filter((name) => /^element-\w+\.js$/.test(name));
  const first = ordered(element);
  for (const name of outputs.keys()) {
    const needs = [...ordered(name)].filter((one) => one !== name && !first.has(one));
    if (needs.length) known.needs[name] = needs;
  }
  const text = JSON.stringify(known);
  const list = `files-${hashOf(text)}.json`;
  put(here + list, text);
  const words = { ...ENGLISH.embed, ...language.embed };
  const told = {
    scripts: [...first].map((name) => [name, known.sums[name]]),
    known: [list, sumOf(text)],
    words,
  };
  await hosts(folder, language, { ...told, folder: up + here }, "./");
  await hosts(here, language, { ...told, folder: "./" }, `${up}../${folder}`);
}
const theirs = await workers(true);
const theirGlue = `device-${hashOf(theirs.glue)}.js`;
put(pinned + theirGlue, theirs.glue);
const copied = [...files.keys()].filter((name) => /^[\w-]+\.(wasm|wgsl|csv)$/.test(name));
for (const name of copied) put(pinned + name, bytesOf(name));
await Promise.all(
  spokenHere.map((language) =>
    embedIn(language, { ...theirs, glue: theirGlue }, [...copied, theirGlue]),
  ),
);
/** The script that `scaling-lab poster` runs. */
const posters = await build({
  entryPoints: [join(www, "js/poster-node.js")],
  bundle: true,
  write: false,
  format: "esm",
  platform: "node",
  target: "node20",
  minify: true,
});
put("poster.mjs", posters.outputFiles[0].contents);
for (const [name, tag] of Object.entries(tags)) {
  const beside = (/** @type {string} */ other) => {
    const there = name.replace("scaling-lab.js", other);
    return files.has(there) ? there : undefined;
  };
  Object.assign(tag, { frame: beside("embed.html"), notebook: beside("notebook.js") });
}
put("embed.json", `${JSON.stringify(tags, null, 2)}\n`);

if (existsSync(join(www, "../LICENSE"))) put("LICENSE.txt", readFileSync(join(www, "../LICENSE")));
// The workers' scripts bundle nobody's files: their glue is wasm-bindgen's, a crate.
put("THIRD-PARTY.txt", thirdParty([...npm(inputs, www), ...crates(join(www, ".."))]));

const weight = (/** @type {string} */ name) => gzip(bytesOf(name));
const total = (/** @type {Iterable<string>} */ names) =>
  [...names].reduce((sum, name) => sum + weight(name), 0);
/** What every page of the lab loads before it shows anything. */
const shell = ["index.html", entry.style, ...imported, pieces[0].file];
/** What each experiment loads until it is ready, and until its default run has ended on the CPU. */
const costs = all.map(({ slug, data, budget }) => {
  const { opening, running } = assets.cpu.loads[slug];
  const filesOf = (/** @type {number[]} */ some) => some.map((piece) => pieces[piece].file);
  const ready = [...shell, fileOf(`lab:entry/${slug}`), ...filesOf(opening)];
  const scripts = ["after-first-figure.js", `lab:words/${slug}`];
  if (data) scripts.push("tables-and-pages.js");
  if (dragged.has(slug)) scripts.push("grips.js");
  if (mapped.has(slug)) scripts.push("js/maps.js");
  if (pictured.has(slug)) scripts.push("js/picture.js");
  const later = [...scripts.flatMap(filesWith), ...filesOf(running)];
  const whole = new Set([...ready, ...later]);
  return {
    slug,
    requests: ready.length,
    ready: total(ready),
    run: total(whole),
    rest: weight(pieces[parted.rest].file),
    files: [...whole],
    budget: { ...budget, requests: REQUESTS },
  };
});
/** Bytes of gzip that one experiment more adds to the scripts and to the core, which all pages load: the mean over all experiments. */
async function growth() {
  const [english] = spokenHere;
  const scripts = async (/** @type {Listed[]} */ known) => {
    const page = await bundled(english, "", known);
    const names = scriptsOf(page);
    return page.outputFiles
      .filter(({ path }) => names.has(basename(path)))
      .reduce((sum, { contents }) => sum + gzip(contents), 0);
  };
  const few = all.slice(0, 1);
  const more = ((await scripts(all)) - (await scripts(few))) / (all.length - few.length);
  // In the core, an experiment has its name, the name's address and length, and the address of its entry.
  const named = Math.max(...all.map(({ slug }) => slug.length)) + 12;
  return Math.ceil(more) + named;
}
/** The About page shows it, and tests compare with it what a page fetches. */
for (const { lang } of spokenHere)
  put(
    `${lang === "en" ? "" : `${lang}/`}costs.json`,
    JSON.stringify(Object.fromEntries(costs.map(({ slug, ...cost }) => [slug, cost]))),
  );
/** What a GPU needs: its device, the shader of the self-test, and that of one experiment, here the largest. */
const { probe, ...kernels } = shaders;
const [largest] = Object.values(kernels).sort((a, b) => weight(b) - weight(a));
const gpu = [assets.gpu.glue, assets.gpu.wasm, probe, largest];

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const [name, bytes] of files) {
  mkdirSync(dirname(join(dist, name)), { recursive: true });
  writeFileSync(join(dist, name), bytes);
}

const over = [];
const row = (/** @type {string} */ label, /** @type {(number | string)[]} */ ...cells) =>
  console.log(label.padEnd(48) + cells.map((cell) => String(cell).padStart(10)).join(""));
row("file (bytes)", "raw", "gzip -9");
const isPinned = (/** @type {string} */ name) => name.startsWith(pinned);
for (const [name, { length }] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
  if (!isPinned(name)) row(`  ${name}`, length, weight(name));
row(
  `  ${pinned} for other sites, ${[...files.keys()].filter(isPinned).length} files`,
  [...files].reduce((sum, [name, { length }]) => sum + (isPinned(name) ? length : 0), 0),
);
row("GPU device with two shaders, fetched when used", "", total(gpu));
if (total(gpu) > BUDGET.gpu)
  over.push(`the GPU: ${total(gpu)} bytes of gzip, the budget is ${BUDGET.gpu}`);
const adds = await growth();
row("one experiment more adds to the others", "", adds);
if (adds > BUDGET.growth)
  over.push(`one experiment more adds ${adds} bytes of gzip, the budget is ${BUDGET.growth}`);
row("gzip -9, first visit to", "requests", "ready", "run");
row("  the front page, without its cards", shell.length, total(shell), "");
for (const { slug, requests, ready, run, budget } of costs) {
  row(`  ${slug}`, requests, ready, run);
  const told = (/** @type {string} */ what, /** @type {number} */ is, /** @type {number} */ may) =>
    is > may && over.push(`${slug}: ${is} ${what}, the budget is ${may}`);
  told("bytes of gzip until it is ready", ready, budget.ready);
  told("bytes of gzip until its default run has ended", run, budget.run);
  told("requests until it is ready", requests, budget.requests);
}
for (const [name, { integrity }] of Object.entries(tags)) {
  row(`for other sites: ${name}`, "", weight(name));
  console.log(`  integrity="${integrity}"`);
  const page = name.replace("scaling-lab.js", "embed.html");
  row(`  ${page}`, "", weight(page));
  for (const one of [name, page])
    if (weight(one) > BUDGET.embed)
      over.push(`${one}: above the budget of ${BUDGET.embed} bytes of gzip`);
}
if (over.length > 0) {
  console.error(over.join("\n"));
  process.exit(1);
}
