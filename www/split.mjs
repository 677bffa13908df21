// Splits the page's wasm in two: the functions that the first interaction runs, and the rest, which is fetched after it.
//
// The functions of the first part are observed, not declared: build.mjs plays the first interaction on an instrumented
// module (`observe`) and passes the functions that ran to `split`. A stub replaces every other function: it asks the page
// to load the rest (`load_rest` in src/web.rs) and then calls the function there. So a function that the observation
// missed still works; the rest is fetched when it is called.
//
// The rest imports the first part's memory, tables, globals and functions, and brings the constants that only its own
// functions reach (constants.mjs). The two parts together make up the original module.
import binaryen from "binaryen";
import { divide, plain } from "./constants.mjs";

/** The name under which the rest imports from the first part. */
export const FIRST = "first";
/** The table through which the stubs call; the rest fills it. */
const REST = "rest";
/** The export that loads the rest, and the global that the page sets to 1 once it is loaded. */
const LOADER = "load_rest";
const LOADED = "rest_loaded";

/** @typedef {binaryen.Module} Module */
/** @typedef {import("./constants.mjs").Bytes} Bytes */

/**
 * @template {number} Ref
 * @template {object} Info
 * @param {number} count
 * @param {(i: number) => Ref} at
 * @param {(ref: Ref) => Info} info
 */
const list = (count, at, info) =>
  Array.from({ length: count }, (_, i) => ({ ref: at(i), ...info(at(i)) }));
/** @param {Module} m */
const functions = (m) =>
  list(m.getNumFunctions(), (i) => m.getFunctionByIndex(i), binaryen.getFunctionInfo);
/** @param {Module} m */
const globals = (m) =>
  list(m.getNumGlobals(), (i) => m.getGlobalByIndex(i), binaryen.getGlobalInfo);
/** @param {Module} m */
const tables = (m) => list(m.getNumTables(), (i) => m.getTableByIndex(i), binaryen.getTableInfo);
/** @param {Module} m */
const exports = (m) =>
  list(m.getNumExports(), (i) => m.getExportByIndex(i), binaryen.getExportInfo);
/** The functions with a body; imported functions, which have a module's name, are left out. @param {Module} m */
const own = (m) => functions(m).filter(({ module }) => !module);

/** The features that the split itself needs: two tables and shared globals. */
const NEEDS =
  binaryen.Features.MutableGlobals |
  binaryen.Features.ReferenceTypes |
  binaryen.Features.BulkMemory;

/** @param {Uint8Array} bytes */
function read(bytes) {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(module.getFeatures() | NEEDS);
  return module;
}

/** @param {Module} module @param {boolean} [optimize] */
function emit(module, optimize) {
  if (optimize) {
    binaryen.setOptimizeLevel(3);
    binaryen.setShrinkLevel(0);
    module.optimize();
  }
  if (!module.validate()) throw new Error("the split produced an invalid module");
  const bytes = /** @type {Bytes} */ (module.emitBinary());
  module.dispose();
  return bytes;
}

/**
 * Shortens the names of a module's imports from and exports to wasm-bindgen's glue, whose own names end in long digests.
 * @param {Module} module
 * @returns {(glue: string) => string} shortens the same names in the glue
 */
function shorten(module) {
  /** @type {Map<string, string>} */
  const short = new Map();
  const name = (/** @type {string} */ long) => {
    const given = `w${short.size}_`;
    short.set(long, given);
    return given;
  };
  for (const { name: inner, module: from, base, params, results } of functions(module)) {
    if (!from || base === null) continue;
    module.removeFunction(inner);
    module.addFunctionImport(inner, from, name(base), params, results);
  }
  for (const { kind, name: outer, value } of exports(module)) {
    if (kind !== binaryen.ExternalFunction || !outer.includes("__")) continue;
    module.removeExport(outer);
    module.addFunctionExport(value, name(outer));
  }
  return (glue) => glue.replace(/\b\w+\b/g, (word) => short.get(word) ?? word);
}

/** Every integer constant and every offset of memory in a function's body. @param {number} body */
const numbers = (body) =>
  [...binaryen.emitText(body).matchAll(/i32\.const (-?\d+)|offset=(\d+)/g)].map(
    ([, constant, offset]) => Number(constant ?? offset),
  );
/** Bytes in the notation of WebAssembly's text format. @param {Uint8Array} bytes */
const escaped = (bytes) =>
  [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");

/** Binaryen's types declare this function on the module instead. @type {binaryen.Module["Function"]} */
const { setBody } = /** @type {any} */ (binaryen).Function;

const mark = (/** @type {number} */ i) => `ran${i}`;

/**
 * Instruments a module: every function sets a global when it runs.
 * @param {Uint8Array} bytes
 * @returns {{marked: Bytes, ran: (exports: WebAssembly.Exports) => Set<number>}} `ran` reads from the instrumented module's exports which functions have run
 */
export function observe(bytes) {
  const module = read(plain(bytes));
  const all = own(module);
  all.forEach(({ ref, body, results }, i) => {
    module.addGlobal(mark(i), binaryen.i32, true, module.i32.const(0));
    module.addGlobalExport(mark(i), mark(i));
    setBody(
      ref,
      module.block(null, [module.global.set(mark(i), module.i32.const(1)), body], results),
    );
  });
  const ran = (/** @type {WebAssembly.Exports} */ exports) =>
    new Set(
      [...all.keys()].filter((i) => /** @type {WebAssembly.Global} */ (exports[mark(i)]).value),
    );
  return { marked: emit(module), ran };
}

/**
 * @param {Uint8Array} bytes a module
 * @param {Set<number>} keep the functions of the first part, by the numbers that `observe` gives
 * @returns {{first: Bytes, rest: Bytes, glue: (text: string) => string}} `glue` adapts the glue to the first part
 */
export function split(bytes, keep) {
  const whole = read(plain(bytes));
  const deferred = own(whole).filter((_, i) => !keep.has(i));
  const constants = divide(
    bytes,
    own(whole)
      .filter((_, i) => keep.has(i))
      .flatMap(({ body }) => numbers(body)),
  );
  const names = new Set(deferred.map(({ name }) => name));
  const loader = exports(whole).find(({ name }) => name === LOADER)?.value;
  if (!loader || names.has(loader))
    throw new Error(`${LOADER} must be in the first part: call it while the module is observed`);

  // Only the text format shows the element type of a table, and that a memory has no limit.
  const shared = [
    ...whole.emitText().matchAll(/^ \((memory|table) (\S+) .*?((?:func|extern)ref)?\)$/gm),
  ];
  const rest = binaryen.parseText(`(module ${shared
    .map(
      ([, what, name, type = ""]) =>
        `(import "${FIRST}" "${what === "memory" ? what : `table${name.slice(1)}`}" (${what} ${name} 0 ${type}))`,
    )
    .join(" ")} (import "${FIRST}" "${REST}" (table $${REST} 0 funcref))
    ${constants.others.map(({ at, bytes }) => `(data (i32.const ${at}) "${escaped(bytes)}")`).join(" ")})`);
  rest.setFeatures(whole.getFeatures());
  for (const { name, type, mutable } of globals(whole))
    rest.addGlobalImport(name, FIRST, name, type, mutable);
  for (const { name, params, results } of functions(whole)) {
    if (!names.has(name)) rest.addFunctionImport(name, FIRST, name, params, results);
  }
  for (const { name, params, results, vars, body } of deferred)
    rest.addFunction(name, params, results, vars, rest.copyExpression(body));
  rest.addActiveElementSegment(REST, REST, [...names], rest.i32.const(0));
  rest.runPasses(["remove-unused-module-elements"]);

  const first = read(constants.bytes);
  first.addGlobal(LOADED, binaryen.i32, true, first.i32.const(0));
  first.addTable(REST, deferred.length, deferred.length);
  deferred.forEach(({ name, params, results }, slot) => {
    const operands = binaryen.expandType(params).map((type, i) => first.local.get(i, type));
    first.removeFunction(name);
    first.addFunction(
      name,
      params,
      results,
      [],
      first.block(
        null,
        [
          first.if(
            first.i32.eqz(first.global.get(LOADED, binaryen.i32)),
            first.call(loader, [], binaryen.none),
          ),
          first.call_indirect(REST, first.i32.const(slot), operands, params, results),
        ],
        results,
      ),
    );
  });
  first.addGlobalExport(LOADED, LOADED);
  // The first part exports everything that the rest imports; stubs that nothing calls are removed.
  const known = new Set(exports(first).map(({ name }) => name));
  /**
   * @param {{name: string, module: string | null, base: string | null}[]} what
   * @param {(inner: string, outer: string) => void} add
   */
  const share = (what, add) => {
    for (const { name, module, base } of what)
      if (module === FIRST && base !== null && !known.has(base)) add(name, base);
  };
  share(functions(rest), (inner, outer) => first.addFunctionExport(inner, outer));
  share(globals(rest), (inner, outer) => first.addGlobalExport(inner, outer));
  share(tables(rest), (inner, outer) => first.addTableExport(inner, outer));
  first.runPasses(["remove-unused-module-elements"]);
  whole.dispose();
  const glue = shorten(first);
  return { first: emit(first, true), rest: emit(rest, true), glue };
}
