// A module in pieces behaves like the whole module.
import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { memory, Node } from "./linked.mjs";
import { calls, from, observe, split } from "./split.mjs";

/** A pointer to the constant of the second piece; a constant that no piece claims; a table of a near and two far functions. */
const WAT = `(module
  (import "page" "load" (func $load (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "\\2a\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\00\\07")
  (table $functions 4 4 funcref)
  (table $values (export "values__") 1 externref)
  (global $calls (mut i32) (i32.const 0))
  (elem $elements (table $functions) (i32.const 1) func $near $far $farther)
  (func $load_piece (export "load_piece") (param i32) (call $load (local.get 0)))
  (func $near (param i32 f64) (result f64) (f64.add (f64.convert_i32_s (local.get 0)) (local.get 1)))
  (func $far (param i32 f64) (result f64)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (f64.mul (call $near (i32.load8_u (local.get 0)) (local.get 1)) (f64.convert_i64_s (call $deep (i64.const 5)))))
  (func $farther (param i32 f64) (result f64) (f64.neg (call $far (local.get 0) (local.get 1))))
  (func $deep (param i64) (result i64) (i64.mul (local.get 0) (i64.const 3)))
  (func $value (export "value") (result externref) (table.get $values (i32.const 0)))
  (func $count (export "count") (result i32) (global.get $calls))
  (func $through (export "through") (param i32 i32 f64) (result f64)
    (call_indirect $functions (param i32 f64) (result f64) (local.get 1) (local.get 2) (local.get 0))))`;

/**
 * @typedef {WebAssembly.Exports & {
 *   through: (a: number, b: number, c: number) => number, value: () => unknown, count: () => number,
 *   memory: WebAssembly.Memory }} Exports
 */

function module() {
  const wat = binaryen.parseText(WAT);
  wat.setFeatures(binaryen.Features.All);
  // The build divides by names, so the module keeps them.
  binaryen.setDebugInfo(true);
  const bytes = wat.emitBinary();
  binaryen.setDebugInfo(false);
  return bytes;
}

/** A piece. @param {string} functions @param {number[]} needs @param {string} refers @param {Node[]} constants @returns {import("./pieces.mjs").Piece} */
const piece = (functions, needs, refers = "", constants = []) => ({
  name: functions,
  functions: new Set(functions.split(" ")),
  constants: new Set(constants),
  refers: new Set(refers.split(" ").filter((name) => name)),
  needs,
});
const answer = new Node("answer", 8, 8, true);

/** Links the pieces as the worker does; gives the exports of the core, a way to add a piece, and the pieces that stubs asked for. @param {import("./pieces.mjs").Piece[]} pieces */
function linked(pieces) {
  const { modules, glue } = split(module(), pieces);
  /** @type {WebAssembly.Exports[]} */
  const exports = [];
  /** @type {number[]} */
  const asked = [];
  const put = (/** @type {number} */ number) => {
    if (exports[number]) return;
    const { needs } = pieces[number];
    needs.forEach(put);
    const imports = needs.map((one) => [from(one), exports[one]]);
    exports[number] = new WebAssembly.Instance(
      new WebAssembly.Module(modules[number]),
      Object.fromEntries(imports),
    ).exports;
  };
  const load = (/** @type {number} */ number) => {
    asked.push(number);
    put(number);
  };
  exports[0] = new WebAssembly.Instance(new WebAssembly.Module(modules[0]), {
    page: { [glue("load")]: load },
  }).exports;
  return { core: /** @type {Exports} */ (exports[0]), put, asked };
}

test("the functions that ran are observed, and the calls of a module are read", () => {
  const { marked, ran } = observe(module());
  const instance = new WebAssembly.Instance(new WebAssembly.Module(marked), {
    page: { load() {} },
  });
  const exports = /** @type {Exports} */ (instance.exports);
  assert.equal(ran(exports).size, 0);
  exports.through(1, 1, 0.5);
  assert.deepEqual(ran(exports), new Set(["near", "through"]));
  const { functions, exported } = calls(module());
  assert.deepEqual(functions.get("far"), new Set(["near", "deep"]));
  assert.equal(exported.get("count"), "count");
});

test("pieces compute what the module computes, and a stub loads the piece that it needs once", () => {
  const { core, asked } = linked([
    piece("load_piece near through", [], "far"),
    piece("far deep", [0], "", [answer]),
    piece("farther value count", [0]),
  ]);
  assert.equal(core.through(1, 1, 0.5), 1.5, "the core's own function");
  assert.deepEqual(asked, [], "nothing is loaded");
  assert.equal(new Uint8Array(core.memory.buffer)[8], 0, "the constant is elsewhere");
  assert.equal(new Uint8Array(core.memory.buffer)[24], 7, "a constant that no piece claims stays");
  assert.equal(core.through(2, 8, 0.5), (42 + 0.5) * 15, "the constant came with its function");
  assert.equal(core.through(2, 8, 0.5), 637.5);
  assert.deepEqual(asked, [1]);
  assert.equal(core.count(), 2, "an export that is elsewhere; the pieces share one global");
  assert.equal(core.value(), null, "a table of JavaScript's values is shared too");
  assert.deepEqual(asked, [1, 2], "a piece that is there is not loaded again");
});

test("a pointer that only a missing piece knows traps until the piece is there", () => {
  const { core, put, asked } = linked([
    piece("load_piece near through value count", []),
    piece("far deep farther", [0], "far farther", [answer]),
  ]);
  assert.throws(() => core.through(3, 8, 0.5), WebAssembly.RuntimeError);
  put(1);
  assert.equal(core.through(3, 8, 0.5), -637.5);
  assert.deepEqual(asked, []);
});

test("a function may be in several pieces, and a piece that needs another imports from it", () => {
  const { core, put, asked } = linked([
    piece("load_piece near through value count", []),
    piece("far deep", [0], "", [answer]),
    piece("farther deep", [0, 1], "farther"),
  ]);
  put(2);
  assert.equal(core.through(3, 8, 0.5), -637.5);
  assert.deepEqual(asked, []);
});

test("a stub asks for the last piece if that has the function, for only that serves everyone", () => {
  const { core, asked } = linked([
    piece("load_piece near through value count", [], "far"),
    piece("far deep", [0], "", [answer]),
    piece("far deep farther", [0], "", [answer]),
  ]);
  assert.equal(core.through(2, 8, 0.5), 637.5);
  assert.deepEqual(asked, [2]);
});

test("a piece brings no bytes between its constants, except for a few", () => {
  const { modules } = split(module(), [
    piece("load_piece near through value count", []),
    piece("far deep farther", [0], "", [
      new Node("answer", 1, 8, true),
      new Node("end", 1, 24, true),
    ]),
  ]);
  assert.deepEqual(
    memory(modules[1]).map(({ at, bytes }) => [at, [...bytes]]),
    [
      [8, [42]],
      [24, [7]],
    ],
  );
});

test("a division without the loader or without a function is refused", () => {
  const rest = piece("far deep farther near value count", [0]);
  assert.throws(
    () => split(module(), [piece("through", []), rest]),
    /load_piece must be in the core/,
  );
  assert.throws(
    () => split(module(), [piece("load_piece through value count", [], "far")]),
    /no piece has the function far/,
  );
});
