// Makes the modules of the pieces into which pieces.mjs divides the page's wasm.
//
// Every piece uses the memory, the tables and the globals of the core. It imports functions from the pieces that must be
// there before it. For any other function it has a stub, which asks the page to load the piece with that function
// (`load_piece` in src/web.rs) and then calls it through a table. The stub is a last resort: the page fetches what an
// experiment needs beforehand. All pieces together make up the original module.
import binaryen from "binaryen";
import { memory, rebuilt } from "./linked.mjs";

/** What the names under which pieces import from others begin with; js/engine/worker.js writes the same names. */
const PIECE = "piece";
/** The name under which a piece imports from another, by its number. */
export const from = (/** @type {number} */ piece) => `${PIECE}${piece}`;
/** The table through which the stubs call; the pieces fill it. */
const STUBS = "stubs";
/** The export that loads a piece. */
const LOADER = "load_piece";
/** A gap between two constants that is smaller than this is filled rather than spared. */
const GAP = 8;

/** @typedef {binaryen.Module} Module */
/** @typedef {import("./linked.mjs").Bytes} Bytes */
/** @typedef {import("./pieces.mjs").Piece} Piece */

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
const exports = (m) =>
  list(m.getNumExports(), (i) => m.getExportByIndex(i), binaryen.getExportInfo);
/** @param {Module} m */
const elements = (m) =>
  list(
    m.getNumElementSegments(),
    (i) => m.getElementSegmentByIndex(i),
    binaryen.getElementSegmentInfo,
  );
/** The functions with a body; imported functions, which have a module's name, are left out. @param {Module} m */
const own = (m) => functions(m).filter(({ module }) => !module);

/** The exported functions by the names of their exports. @param {Module} m */
const exported = (m) =>
  new Map(
    exports(m).flatMap(({ kind, name, value }) =>
      kind === binaryen.ExternalFunction ? [[name, value]] : [],
    ),
  );
/** The functions that each function calls. @param {binaryen.FunctionInfo[]} some @returns {Map<string, Set<string>>} */
const callees = (some) =>
  new Map(
    some.map(({ name, body }) => [
      name,
      new Set(
        [...binaryen.emitText(body).matchAll(/\(call \$(?:"((?:[^"\\]|\\.)*)"|([^\s)]+))/g)].map(
          ([, quoted, plain]) => quoted?.replace(/\\(.)/g, "$1") ?? plain,
        ),
      ),
    ]),
  );

/** The features that the split itself needs: two tables and shared globals. */
const NEEDS =
  binaryen.Features.MutableGlobals |
  binaryen.Features.ReferenceTypes |
  binaryen.Features.BulkMemory;

/** @param {Uint8Array} bytes */
function read(bytes) {
  const module = binaryen.readBinary(rebuilt(bytes));
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

/** Bytes in the notation of WebAssembly's text format. @param {Uint8Array} bytes */
const escaped = (bytes) =>
  [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");

/** Binaryen's types declare this function on the module instead. @type {binaryen.Module["Function"]} */
const { setBody } = /** @type {any} */ (binaryen).Function;

/**
 * The functions of a module with those that each calls, and the exported functions by the names of their exports.
 * @param {Uint8Array} bytes
 */
export function calls(bytes) {
  const module = read(bytes);
  const found = { functions: callees(own(module)), exported: exported(module) };
  module.dispose();
  return found;
}

const mark = (/** @type {number} */ i) => `ran${i}`;

/**
 * Instruments a module: every function sets a global when it runs.
 * @param {Uint8Array} bytes
 * @returns {{marked: Bytes, ran: (exports: WebAssembly.Exports) => Set<string>}} `ran` reads from the instrumented module's exports which functions have run
 */
export function observe(bytes) {
  const module = read(bytes);
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
      all
        .filter((_, i) => /** @type {WebAssembly.Global} */ (exports[mark(i)]).value)
        .map(({ name }) => name),
    );
  return { marked: emit(module), ran };
}

/**
 * The memory of each piece: the core keeps what no constant of another piece covers, the others bring their constants.
 * @param {Uint8Array} bytes @param {Piece[]} pieces
 */
function divided(bytes, pieces) {
  const filled = memory(bytes);
  /** @param {(at: number) => boolean} wanted */
  const parts = (wanted) =>
    filled.flatMap(({ at, bytes }) => {
      /** @type {import("./linked.mjs").Piece[]} */
      const found = [];
      for (let begin = 0, end = 0; begin < bytes.length; begin = end + 1) {
        for (end = begin; end < bytes.length && wanted(at + end); end++);
        if (end === begin) continue;
        const last = found.at(-1);
        const place = last ? last.at + last.bytes.length - at : -Infinity;
        if (last && begin - place < GAP) last.bytes = bytes.subarray(last.at - at, end);
        else found.push({ at: at + begin, bytes: bytes.subarray(begin, end) });
      }
      return found;
    });
  const end = Math.max(0, ...filled.map(({ at, bytes }) => at + bytes.length));
  /** One entry per byte of memory. @param {Iterable<import("./linked.mjs").Node>} constants */
  const painted = (constants) => {
    const covered = new Uint8Array(end);
    for (const { at, size, fixed } of constants) if (fixed) covered.fill(1, at, at + size);
    return covered;
  };
  const [core, ...others] = pieces.map(({ constants }) => painted(constants));
  const moved = painted(
    others.length ? pieces.slice(1).flatMap((piece) => [...piece.constants]) : [],
  );
  return [
    parts((at) => core[at] === 1 || moved[at] === 0),
    ...others.map((covered) => parts((at) => covered[at] === 1 && core[at] === 0)),
  ];
}

/** Fills slots of a table with functions, by slot. @param {Module} m @param {string} table @param {[number, string][]} slots */
function fill(m, table, slots) {
  const sorted = slots.toSorted(([a], [b]) => a - b);
  for (let begin = 0, end = 0; begin < sorted.length; begin = end) {
    const [[at]] = sorted.slice(begin);
    for (end = begin; sorted[end]?.[0] === at + end - begin; end++);
    const names = sorted.slice(begin, end).map(([, name]) => name);
    m.addActiveElementSegment(table, `${table}${at}`, names, m.i32.const(at));
  }
}

/**
 * @param {Uint8Array} bytes a module
 * @param {Piece[]} pieces the core first, and each after the pieces that it needs
 * @returns {{modules: Bytes[], glue: (text: string) => string}} `glue` adapts the glue to the core
 */
export function split(bytes, pieces) {
  const whole = read(bytes);
  const all = new Map(functions(whole).map((one) => [one.name, one]));
  const imported = new Set(
    [...all.values()].filter(({ module }) => module).map(({ name }) => name),
  );
  const loader = exported(whole).get(LOADER);
  if (!loader || !pieces[0].functions.has(loader))
    throw new Error(`${LOADER} must be in the core: call it while the module is observed`);
  const has = (/** @type {number} */ piece, /** @type {string} */ name) =>
    pieces[piece].functions.has(name) || (piece === 0 && imported.has(name));
  /** The piece that a stub of a function asks for: the last, if it has the function, for others may have copies. */
  const home = (/** @type {string} */ name) => {
    const found = [pieces.length - 1, ...pieces.keys()].find((piece) => has(piece, name));
    if (found === undefined) throw new Error(`no piece has the function ${name}`);
    return found;
  };

  /** The function in each slot of the table that pointers to functions refer to. @type {Map<number, string>} */
  const slots = new Map();
  let pointers = "";
  for (const { table, offset, data } of elements(whole)) {
    pointers = table;
    const { value } = /** @type {{value: number}} */ (
      /** @type {unknown} */ (binaryen.getExpressionInfo(offset))
    );
    data.forEach((name, i) => slots.set(value + i, name));
  }
  const inTable = new Set(slots.values());
  const called = callees(own(whole));
  const outside = [...exported(whole).values()];
  /** The functions that each piece calls or points to, and that neither it nor a piece before it has. */
  const lacking = pieces.map(({ functions: some, refers, needs }, number) => {
    const calls = [...some].flatMap((name) => [...(called.get(name) ?? [])]);
    const points = [...refers].filter((name) => inTable.has(name));
    return new Set(
      [...calls, ...points, ...(number === 0 ? outside : [])].filter(
        (name) => ![number, ...needs].some((piece) => has(piece, name)),
      ),
    );
  });
  /** Slots of the stubs' table. */
  const stubbed = new Map(
    [...new Set(lacking.flatMap((some) => [...some]))].map((name, i) => [name, i]),
  );

  /** Gives a piece its stubs, and fills the tables with what it has. @param {Module} m @param {number} number */
  const complete = (m, number) => {
    const some = pieces[number].functions;
    for (const name of lacking[number]) {
      const { params, results } = /** @type {binaryen.FunctionInfo} */ (all.get(name));
      const slot = m.i32.const(/** @type {number} */ (stubbed.get(name)));
      const operands = binaryen.expandType(params).map((type, i) => m.local.get(i, type));
      const missing = m.ref.is_null(m.table.get(STUBS, slot, binaryen.funcref));
      const load = m.call(loader, [m.i32.const(home(name))], binaryen.none);
      const again = m.i32.const(/** @type {number} */ (stubbed.get(name)));
      const call = m.call_indirect(STUBS, again, operands, params, results);
      m.addFunction(name, params, results, [], m.block(null, [m.if(missing, load), call], results));
    }
    const here = (/** @type {string} */ name) => some.has(name) || lacking[number].has(name);
    fill(
      m,
      pointers,
      [...slots].filter(([, name]) => here(name)),
    );
    fill(
      m,
      STUBS,
      [...stubbed].flatMap(([name, slot]) => (some.has(name) ? [[slot, name]] : [])),
    );
  };

  // Only the text format shows the element type of a table, and that a memory has no limit.
  const shared = [
    ...whole.emitText().matchAll(/^ \((memory|table) \$(\S+) .*?((?:func|extern)ref)?\)$/gm),
  ].map(([, what, name, type = ""]) => ({
    what,
    name,
    type,
    outer: what === "memory" ? what : `table_${name}`,
  }));
  const short = new Map([...all.keys()].map((name, i) => [name, `f${i}`]));
  const filled = divided(bytes, pieces);
  const modules = pieces.map(({ functions: some, needs }, number) => {
    if (number === 0) {
      const core = read(rebuilt(bytes, filled[0]));
      for (const { name } of elements(core)) core.removeElementSegment(name);
      for (const { name } of own(core)) if (!some.has(name)) core.removeFunction(name);
      core.addTable(STUBS, stubbed.size, stubbed.size);
      complete(core, 0);
      return core;
    }
    const m = binaryen.parseText(`(module ${shared
      .map(
        ({ what, name, type, outer }) =>
          `(import "${from(0)}" "${outer}" (${what} $${name} 0 ${type}))`,
      )
      .join(" ")} (import "${from(0)}" "${STUBS}" (table $${STUBS} 0 funcref))
      ${filled[number].map(({ at, bytes }) => `(data (i32.const ${at}) "${escaped(bytes)}")`).join(" ")})`);
    m.setFeatures(whole.getFeatures());
    globals(whole).forEach(({ name, type, mutable }, i) =>
      m.addGlobalImport(name, from(0), `g${i}`, type, mutable),
    );
    for (const [name, { params, results, vars, body }] of all) {
      const source = needs.find((piece) => has(piece, name));
      if (some.has(name)) m.addFunction(name, params, results, vars, m.copyExpression(body));
      else if (source !== undefined)
        m.addFunctionImport(
          name,
          from(source),
          /** @type {string} */ (short.get(name)),
          params,
          results,
        );
    }
    complete(m, number);
    return m;
  });

  /** What later pieces import from each, with the names of its exports. @type {Map<string, string>[]} */
  const wanted = pieces.map(() => new Map());
  const [core] = modules;
  for (let number = pieces.length - 1; number >= 0; number--) {
    const m = modules[number];
    for (const [inner, outer] of wanted[number]) m.addFunctionExport(inner, outer);
    if (number > 0) {
      m.runPasses(["remove-unused-module-elements"]);
      for (const { name, module, base } of functions(m))
        if (module && base !== null) wanted[Number(module.slice(PIECE.length))].set(name, base);
    }
  }
  const known = new Set(exports(core).map(({ name }) => name));
  for (const { what, name, outer } of shared) {
    if (known.has(outer)) continue;
    if (what === "memory") core.addMemoryExport(name, outer);
    else core.addTableExport(name, outer);
  }
  core.addTableExport(STUBS, STUBS);
  globals(whole).forEach(({ name }, i) => core.addGlobalExport(name, `g${i}`));
  core.runPasses(["remove-unused-module-elements"]);
  whole.dispose();
  const glue = shorten(core);
  return { modules: modules.map((m) => emit(m, true)), glue };
}
