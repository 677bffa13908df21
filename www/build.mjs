// Builds the page into dist/: hashed files with relative addresses, so any static host and
// any sub-path serves it as it is. Reads the two wasm builds that build.sh left in
// $TARGET/page; prints what everything weighs and fails above the budgets.
//
// The page's code imports what only the build knows from two modules made here:
//
//   import { cpu, gpu } from "lab:assets";   // in js/engine/
//     cpu  { worker: TEXT of the worker script, wasm: URL, rest: URL, first: SLUG }   in two parts; the first runs SLUG
//     gpu  { worker: URL of the worker script's text, wasm: URL }        fetched only if wanted
//   import { index, entries, explanations, list, claims } from "lab:catalogue";   // in catalogue.js; see modules.d.ts
//   import { initSync, Engine, ... } from "lab:glue";   // in js/engine/worker.js: wasm-bindgen's module
//
// Formulas are typeset here: `math` is { display: { TEX: MathML }, inline: { TEX: MathML } } of the words beside it.
// URLs are relative to the page's main script.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import temml from "temml";
import { observe, split } from "./split.mjs";
import { crates, npm, thirdParty } from "./third-party.mjs";

const KB = 1000;
const BUDGET = { firstInteraction: 100 * KB, requests: 6, embed: 5 * KB };
/** The experiment that the first interaction opens. */
const FIRST = "exam-time";

const www = dirname(fileURLToPath(import.meta.url));
const made = join(process.env.TARGET ?? join(www, "../target"), "page");
const dist = resolve(www, "../dist");
const browsers = ["es2022", "safari16.4"];

/**
 * The parts of the story, each with its experiments and all their words, as `scaling-lab list --json` prints them.
 * @typedef {import("./js/types.d.ts").Claim} Claim
 * @typedef {import("./js/types.d.ts").Entry & import("./js/types.d.ts").Explanation} Described
 * @typedef {Described & {claims: Omit<Claim, "slug">[], quick: string}} Listed
 * @type {{title: string, lead: string, entries: Listed[]}[]}
 */
const parts = JSON.parse(readFileSync(join(made, "catalogue.json"), "utf8"));
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

/** @param {string} name @param {string | Uint8Array} bytes */
function putHashed(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  return put(`${basename(name, extname(name))}-${hash}${extname(name)}`, bytes);
}

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
 * The worker as one classic script, with the glue of one of the wasm builds inside.
 * @param {string} kind
 */
async function worker(kind, fit = (/** @type {string} */ glue) => glue) {
  const out = await build({
    entryPoints: [join(www, "js/engine/worker.js")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: browsers,
    // The glue's own loader asks where it lives; we never call it.
    define: { "import.meta.url": '""' },
    logOverride: { "import-is-undefined": "error" },
    plugins: [virtual("lab:glue", fit(readFileSync(join(made, kind, "lab.js"), "utf8")))],
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

/** A module that exports each value of an object by name. @param {object} values */
const exporting = (values) =>
  Object.entries(values)
    .map(([k, v]) => `export const ${k} = ${JSON.stringify(v)};`)
    .join("\n");

/** The modules of catalogue.js: one that is always there, two for each experiment, one each for the list and the published numbers. */
function catalogue() {
  const index = all.map(({ slug, title }) => ({ slug, title }));
  const card = (/** @type {Listed} */ { slug, title, question, presets }) => ({
    slug,
    title,
    question,
    presets,
  });
  const list = parts.map(({ entries, ...part }) => ({ ...part, entries: entries.map(card) }));
  const claims = all.flatMap(({ slug, claims }) => claims.map((claim) => ({ slug, ...claim })));
  const load = (/** @type {string} */ name) => `() => import(${JSON.stringify(name)})`;
  const plugins = [
    virtual(
      "lab:catalogue",
      `${exporting({ index })}
export const entries = { ${all.map(({ slug }) => `${JSON.stringify(slug)}: ${load(`lab:entry/${slug}`)}`)} };
export const explanations = { ${all.map(({ slug }) => `${JSON.stringify(slug)}: ${load(`lab:words/${slug}`)}`)} };
export const list = ${load("lab:words/list")};
export const claims = ${load("lab:words/claims")};`,
    ),
    virtual("lab:words/list", exporting({ list, math: typeset(list) })),
    virtual("lab:words/claims", exporting({ claims, math: typeset(claims) })),
  ];
  for (const { claims, notice, model, formulas, sources, quick, ...entry } of all) {
    const explanation = { notice, model, formulas, sources };
    plugins.push(virtual(`lab:entry/${entry.slug}`, exporting({ entry, math: typeset(entry) })));
    plugins.push(
      virtual(`lab:words/${entry.slug}`, exporting({ explanation, math: typeset(explanation) })),
    );
  }
  return plugins;
}

/** Which functions the first interaction runs: FIRST opened, from a link with settings too, its first slider dragged from end to end, the rest asked for. */
async function play() {
  const { marked, ran } = observe(readFileSync(join(made, "cpu/lab.wasm")));
  Object.assign(globalThis, { loadRest: () => {} });
  const lab = await import(pathToFileURL(join(made, "cpu/lab.js")).href);
  const exports = lab.initSync({ module: new WebAssembly.Module(marked) });
  const { port1: port } = new MessageChannel();
  const engine = new lab.Engine([port]);
  engine.device();
  lab.stamp();
  lab.load_rest();
  const { params } = /** @type {typeof all[number]} */ (all.find(({ slug }) => slug === FIRST));
  for (let share = 1; share < 100; share++) {
    // As the element does, every value is named.
    const weights = `${share / 100},${(100 - share) / 100}`;
    const values = params.flatMap(({ name, default: usual }) => [
      name,
      name === "weights" ? weights : usual,
    ]);
    // A link with settings has them checked.
    lab.check(FIRST, values);
    const run = new lab.Run(engine, FIRST, values, 1);
    run.result();
    run.cancel();
    run.free();
  }
  port.close();
  return ran(exports);
}

const gzip = (/** @type {Uint8Array} */ bytes) => gzipSync(bytes, { level: 9 }).length;
const cpu = split(readFileSync(join(made, "cpu/lab.wasm")), await play());
const assets = {
  cpu: {
    worker: await worker("cpu", cpu.glue),
    wasm: putHashed("cpu.wasm", cpu.first),
    rest: putHashed("rest.wasm", cpu.rest),
    first: FIRST,
  },
  gpu: {
    worker: putHashed("gpu.js", await worker("gpu")),
    wasm: putHashed("gpu.wasm", readFileSync(join(made, "gpu/lab.wasm"))),
  },
};
const page = await build({
  entryPoints: { main: join(www, "js/main.js"), style: join(www, "style.css") },
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
  plugins: [elementSheets, virtual("lab:assets", exporting(assets)), ...catalogue()],
});
/** @type {Record<string, string>} */
const entry = {};
for (const { path, text } of page.outputFiles) {
  // What loads a part of the page takes a query, so that js/assets.js can ask for it at a new address.
  const code = text.replace(/\(\)=>import\("(\.\/[\w-]+\.js)"\)/g, '(q="")=>import("$1"+q)');
  if (/import\("[^"]+"\)/.test(code))
    throw new Error(`${basename(path)}: a part is loaded without part() of js/assets.js`);
  const name = put(basename(path), code);
  const stem = /^(main|style)-\w+\.(js|css)$/.exec(name);
  if (stem) entry[stem[1]] = name;
}
/** What is loaded with the main script, by static imports. */
const imported = new Set([entry.main]);
for (const name of imported) {
  const output = Object.entries(page.metafile.outputs).find(
    ([path]) => basename(path) === name,
  )?.[1];
  for (const { path, kind } of output?.imports ?? [])
    if (kind === "import-statement") imported.add(basename(path));
}
/** The entry of the experiment that the first interaction opens. */
const opened = Object.entries(page.metafile.outputs).find(([, { inputs }]) =>
  Object.keys(inputs).some((name) => name.endsWith(`lab:entry/${FIRST}`)),
)?.[0];
if (!opened)
  throw new Error(
    `no part of the page holds ${FIRST}, the experiment that the first interaction opens`,
  );

const html = readFileSync(join(www, "index.html"), "utf8")
  .replace(/<!--.*?-->\s*/gs, "")
  .replace('href="style.css"', `href="${entry.style}"`)
  .replace('src="js/main.js"', `src="${entry.main}"`)
  // What the main script asks for at once is asked for beside it.
  .replace(
    "<script",
    [...imported]
      .slice(1)
      .map((name) => `<link rel="modulepreload" href="${name}">\n`)
      .join("") + `<link rel="preload" as="fetch" crossorigin href="${assets.cpu.wasm}">\n<script`,
  );
for (const name of [entry.style, entry.main]) {
  if (!html.includes(`"${name}"`))
    throw new Error(
      `www/index.html must name href="style.css" and src="js/main.js"; ${name} has no place`,
    );
}
put("index.html", html);
if (existsSync(join(www, "../LICENSE"))) put("LICENSE.txt", readFileSync(join(www, "../LICENSE")));
// The workers' scripts bundle nobody's files: their glue is wasm-bindgen's, a crate.
put(
  "THIRD-PARTY.txt",
  thirdParty([...npm(Object.keys(page.metafile.inputs), www), ...crates(join(www, ".."))]),
);

const first = ["index.html", entry.style, ...imported, basename(opened), assets.cpu.wasm];
const gpu = [assets.gpu.worker, assets.gpu.wasm];
const weigh = (/** @type {string[]} */ names) =>
  names.map((name) => {
    const bytes = /** @type {Buffer} */ (files.get(name));
    return { name, raw: bytes.length, gzip: gzip(bytes) };
  });
/** @param {{raw: number, gzip: number}[]} rows @param {"raw" | "gzip"} key */
const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);
const groups = [
  { id: "first", label: "first interaction", parts: weigh(first), budget: BUDGET.firstInteraction },
  { id: "gpu", label: "GPU part, fetched when used", parts: weigh(gpu) },
  {
    id: "later",
    label: "fetched when asked for",
    parts: weigh([...files.keys()].filter((n) => !first.includes(n) && !gpu.includes(n))),
  },
].map((g) => ({
  ...g,
  requests: g.parts.length,
  raw: sum(g.parts, "raw"),
  gzip: sum(g.parts, "gzip"),
}));

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const [name, bytes] of files) writeFileSync(join(dist, name), bytes);

const over = [];
/** @param {string} label @param {number | string} raw @param {number | string} zipped */
const row = (label, raw, zipped) =>
  console.log(`${label.padEnd(40)}${String(raw).padStart(10)}${String(zipped).padStart(10)}`);
row("file (bytes)", "raw", "gzip -9");
for (const group of groups) {
  for (const part of group.parts) row(`  ${part.name}`, part.raw, part.gzip);
  row(`${group.label} (${group.requests} requests)`, group.raw, group.gzip);
  if (group.budget && group.gzip > group.budget)
    over.push(`${group.label}: ${group.gzip} bytes of gzip, the budget is ${group.budget}`);
}
if (groups[0].requests > BUDGET.requests)
  over.push(`first interaction: ${groups[0].requests} requests, the budget is ${BUDGET.requests}`);
for (const [name, bytes] of files) {
  if (/^embed\b.*\.js$/.test(name) && gzip(bytes) > BUDGET.embed)
    over.push(`${name}: above the budget of ${BUDGET.embed} bytes of gzip`);
}
if (over.length > 0) {
  console.error(over.join("\n"));
  process.exit(1);
}
