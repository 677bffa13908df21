// A module in two parts behaves like the whole module.
import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { FIRST, observe, split } from "./split.mjs";

const WAT = `(module
  (import "page" "load" (func $load))
  (memory (export "memory") 1)
  (data (i32.const 8) "\\2a")
  (table $functions 2 2 funcref)
  (table $values (export "values__") 1 externref)
  (global $calls (mut i32) (i32.const 0))
  (elem $elements (table $functions) (i32.const 0) func $near $far)
  (func $load_rest (export "load_rest") (call $load))
  (func $near (param i32 f64) (result f64) (f64.add (f64.convert_i32_s (local.get 0)) (local.get 1)))
  (func $far (param i32 f64) (result f64)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (f64.mul (call $near (i32.load8_u (local.get 0)) (local.get 1)) (f64.convert_i64_s (call $deep (i64.const 5)))))
  (func $deep (param i64) (result i64) (i64.mul (local.get 0) (i64.const 3)))
  (func (export "value") (result externref) (table.get $values (i32.const 0)))
  (func (export "count") (result i32) (global.get $calls))
  (func (export "through") (param i32 i32 f64) (result f64)
    (call_indirect $functions (param i32 f64) (result f64) (local.get 1) (local.get 2) (local.get 0))))`;

/**
 * The exports of the module and of its first part; only the first part has `rest_loaded`.
 * @typedef {WebAssembly.Exports & {
 *   through: (a: number, b: number, c: number) => number, value: () => unknown, count: () => number,
 *   rest_loaded: WebAssembly.Global,
 * }} Exports
 */

function module() {
  const wat = binaryen.parseText(WAT);
  wat.setFeatures(binaryen.Features.All);
  return wat.emitBinary();
}

/**
 * Links both parts as the worker does; gives their exports, and how often the second part was loaded.
 * @param {Set<number>} keep
 */
function linked(keep) {
  const { first, rest, glue } = split(module(), keep);
  let loads = 0;
  const names = glue("load values__").split(" ");
  const load = () => {
    loads += 1;
    new WebAssembly.Instance(new WebAssembly.Module(rest), { [FIRST]: exports });
    exports.rest_loaded.value = 1;
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(first), {
    page: { [names[0]]: load },
  });
  const exports = /** @type {Exports} */ (instance.exports);
  return { exports, loads: () => loads };
}

test("the functions that ran are observed", () => {
  const { marked, ran } = observe(module());
  const instance = new WebAssembly.Instance(new WebAssembly.Module(marked), {
    page: { load() {} },
  });
  const exports = /** @type {Exports} */ (instance.exports);
  assert.equal(ran(exports).size, 0);
  exports.through(0, 1, 0.5);
  assert.deepEqual(
    [...ran(exports)],
    [1, 6],
    "the function `near` and the export that called it have run",
  );
});

test("both parts together compute what the module computes, and the second is loaded when it is called", () => {
  const { exports, loads } = linked(new Set([0, 1, 6]));
  assert.equal(exports.through(0, 1, 0.5), 1.5, "the result of the first part");
  assert.equal(loads(), 0, "the rest is not loaded");
  assert.equal(
    exports.through(1, 8, 0.5),
    (42 + 0.5) * 15,
    "memory, an import from the first part, a deferred callee",
  );
  assert.equal(exports.through(1, 8, 0.5), 637.5);
  assert.equal(loads(), 1, "the rest is loaded once");
  assert.equal(exports.count(), 2, "both parts share one global");
});

test("a first part with only the loader works; without the loader the split is refused", () => {
  const { exports, loads } = linked(new Set([0]));
  assert.equal(exports.through(1, 8, 0.5), 637.5);
  assert.equal(exports.value(), null, "a table of JavaScript's values is shared too");
  assert.equal(loads(), 1);
  assert.throws(() => split(module(), new Set([1])), /load_rest must be in the first part/);
});
