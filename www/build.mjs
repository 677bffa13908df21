// Builds the page into dist/: hashed files with relative addresses, so any static host and
// any sub-path serves it as it is. Reads the two wasm builds that build.sh left in
// $TARGET/page; prints what everything weighs and fails above the budgets.
//
// The page's code imports what only the build knows from two modules made here:
//
//   import { cpu, gpu, math } from "lab:assets";   // in the page
//     cpu  { worker: TEXT of the worker script, wasm: URL }
//     gpu  { worker: URL of the worker script's text, wasm: URL }     fetched only if wanted
//     math { display: { TEX: MathML }, inline: { TEX: MathML } }      every formula of the catalogue
//   import { initSync, Engine, ... } from "lab:glue";   // in worker.js: wasm-bindgen's module
//
// URLs are relative to the page's main script.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import temml from "temml";

const KB = 1000;
// The first interaction should weigh `target`; it does not yet (tests/bench/RESULTS.md says why), and must not
// grow beyond `firstInteraction`. Lower that one with every saving.
const BUDGET = { target: 100 * KB, firstInteraction: 350 * KB, requests: 6, embed: 5 * KB };

const www = dirname(fileURLToPath(import.meta.url));
const made = join(process.env.TARGET ?? join(www, "../target"), "page");
const dist = resolve(www, "../dist");
const browsers = ["es2022", "safari16.4"];

/** name -> bytes of everything in dist */
const files = new Map();

function put(name, bytes) {
  const content = Buffer.from(bytes);
  files.set(name, content);
  return name;
}

function putHashed(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 8);
  return put(`${basename(name, extname(name))}-${hash}${extname(name)}`, bytes);
}

/** A plugin that answers imports of `name` with `contents`. */
const virtual = (name, contents) => ({
  name,
  setup(b) {
    b.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: name, namespace: name }));
    b.onLoad({ filter: /.*/, namespace: name }, () => ({ contents, loader: "js", resolveDir: www }));
  },
});

/** A sheet under elements/ is imported as text: it becomes a constructable stylesheet. */
const elementSheets = {
  name: "element-sheets",
  setup(b) {
    b.onLoad({ filter: /elements[\\/].*\.css$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { loader: "css", minify: true, target: browsers });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

/** The worker as one classic script, with the glue of one of the wasm builds inside. */
async function worker(kind) {
  const out = await build({
    entryPoints: [join(www, "js/worker.js")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: browsers,
    // The glue's own loader asks where it lives; we never call it.
    define: { "import.meta.url": '""' },
    logOverride: { "import-is-undefined": "error" },
    plugins: [virtual("lab:glue", `export * from ${JSON.stringify(join(made, kind, "lab.js"))};`)],
  });
  return out.outputFiles[0].text;
}

/** Every formula of the catalogue as MathML, with its TeX in an annotation. */
async function formulas() {
  const glue = await import(pathToFileURL(join(made, "cpu/lab.js")).href);
  glue.initSync({ module: readFileSync(join(made, "cpu/lab.wasm")) });
  const math = { display: {}, inline: {} };
  const render = (tex, displayMode) =>
    temml.renderToString(tex, { displayMode, annotate: true, throwOnError: true, strict: true });
  const walk = (value) => {
    if (typeof value === "string") {
      for (const [, tex] of value.matchAll(/\$([^$]+)\$/g)) math.inline[tex] ??= render(tex, false);
    } else if (value && typeof value === "object") {
      if (typeof value.tex === "string") math.display[value.tex] ??= render(value.tex, true);
      Object.values(value).forEach(walk);
    }
  };
  walk(glue.catalogue?.() ?? []);
  return math;
}

const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;
const wasm = (kind) => putHashed(`${kind}.wasm`, readFileSync(join(made, kind, "lab.wasm")));

const assets = {
  cpu: { worker: await worker("cpu"), wasm: wasm("cpu") },
  gpu: { worker: putHashed("gpu.js", await worker("gpu")), wasm: wasm("gpu") },
  math: await formulas(),
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
  plugins: [
    elementSheets,
    virtual("lab:assets", Object.entries(assets).map(([k, v]) => `export const ${k} = ${JSON.stringify(v)};`).join("\n")),
  ],
});
const entry = {};
for (const { path, contents } of page.outputFiles) {
  const name = put(basename(path), contents);
  const stem = /^(main|style)-\w+\.(js|css)$/.exec(name);
  if (stem) entry[stem[1]] = name;
}
/** What is loaded with the main script, by static imports. */
const imported = new Set([entry.main]);
for (const name of imported) {
  const output = Object.entries(page.metafile.outputs).find(([path]) => basename(path) === name)?.[1];
  for (const { path, kind } of output?.imports ?? []) if (kind === "import-statement") imported.add(basename(path));
}

const html = readFileSync(join(www, "index.html"), "utf8")
  .replace(/<!--.*?-->\s*/gs, "")
  .replace('href="style.css"', `href="${entry.style}"`)
  .replace('src="js/main.js"', `src="${entry.main}"`)
  // What the main script asks for at once is asked for beside it.
  .replace("<script", [...imported].slice(1).map((name) => `<link rel="modulepreload" href="${name}">\n`).join("")
    + `<link rel="preload" as="fetch" crossorigin href="${assets.cpu.wasm}">\n<script`);
for (const name of [entry.style, entry.main]) {
  if (!html.includes(`"${name}"`)) throw new Error(`www/index.html must name href="style.css" and src="js/main.js"; ${name} has no place`);
}
put("index.html", html);
if (existsSync(join(www, "../LICENSE"))) put("LICENSE.txt", readFileSync(join(www, "../LICENSE")));

const first = ["index.html", entry.style, ...imported, assets.cpu.wasm];
const gpu = [assets.gpu.worker, assets.gpu.wasm];
const weigh = (names) => names.map((name) => ({ name, raw: files.get(name).length, gzip: gzip(files.get(name)) }));
const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);
const groups = [
  { id: "first", label: "first interaction", parts: weigh(first), budget: BUDGET.firstInteraction },
  { id: "gpu", label: "GPU part, fetched when used", parts: weigh(gpu) },
  { id: "later", label: "fetched when asked for", parts: weigh([...files.keys()].filter((n) => !first.includes(n) && !gpu.includes(n))) },
].map((g) => ({ ...g, requests: g.parts.length, raw: sum(g.parts, "raw"), gzip: sum(g.parts, "gzip") }));

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const [name, bytes] of files) writeFileSync(join(dist, name), bytes);

const over = [];
const row = (label, raw, zipped) => console.log(`${label.padEnd(40)}${String(raw).padStart(10)}${String(zipped).padStart(10)}`);
row("file (bytes)", "raw", "gzip -9");
for (const group of groups) {
  for (const part of group.parts) row(`  ${part.name}`, part.raw, part.gzip);
  row(`${group.label} (${group.requests} requests)`, group.raw, group.gzip);
  if (group.budget && group.gzip > group.budget) over.push(`${group.label}: ${group.gzip} bytes of gzip, the budget is ${group.budget}`);
}
if (groups[0].requests > BUDGET.requests) over.push(`first interaction: ${groups[0].requests} requests, the budget is ${BUDGET.requests}`);
for (const name of files.keys()) {
  if (/^embed\b.*\.js$/.test(name) && gzip(files.get(name)) > BUDGET.embed) over.push(`${name}: above the budget of ${BUDGET.embed} bytes of gzip`);
}
if (groups[0].gzip > BUDGET.target) console.log(`first interaction: ${groups[0].gzip} bytes of gzip, above the target of ${BUDGET.target}`);
if (over.length > 0) {
  console.error(over.join("\n"));
  process.exit(1);
}
