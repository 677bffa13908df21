// Constants are divided by the linker's records, and no byte is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { divide, plain } from "./constants.mjs";
import { FIRST, split } from "./split.mjs";

/** The constants, `SIZE` bytes each; the place of its name in this list, from 1, fills each. */
const SIZE = 32;
const NAMES = ["reached", "pointed", "alone", "before", "unnamed", "last"];
const at = Object.fromEntries(NAMES.map((name, i) => [name, 64 + SIZE * i]));
const END = at.last + SIZE;

const text = (/** @type {string} */ name) => [name.length, ...Buffer.from(name)];
/** Writes a number as two bytes of LEB128. */
const two = (/** @type {number} */ value) => [(value & 127) | 128, value >> 7];
const custom = (/** @type {string} */ name, /** @type {number[]} */ body) => [
  0,
  ...two(body.length + name.length + 1),
  ...text(name),
  ...body,
];

/**
 * The exports of the module and of its first part; only the first part has `rest_loaded`.
 * @typedef {WebAssembly.Exports & {
 *   memory: WebAssembly.Memory, first: (at: number) => number, later: (at: number) => number,
 *   rest_loaded: WebAssembly.Global,
 * }} Exports
 */

/** A module whose function "first" reads `reached`, which points to `pointed`. Code refers to `before` by a lower address. No symbol names `unnamed`. */
function module() {
  const bytes = (/** @type {string} */ name) => Array(SIZE).fill(NAMES.indexOf(name) + 1);
  const fixed = NAMES.flatMap(bytes);
  fixed.splice(4, 4, at.pointed, 0, 0, 0);
  const data = (/** @type {number} */ place, /** @type {number[]} */ bytes) =>
    `(data (i32.const ${place}) "${bytes.map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("")}")`;
  const wat =
    binaryen.parseText(`(module (import "page" "load" (func $load)) (memory (export "memory") 1)
    ${data(at.reached, fixed)} ${data(END, Array(SIZE).fill(99))}
    (func $load_rest (export "load_rest") (call $load))
    (func (export "first") (param i32) (result i32) (i32.load (i32.add (i32.const ${at.reached}) (local.get 0))))
    (func (export "later") (param i32) (result i32) (i32.load8_u offset=${at.alone} (local.get 0))))`);
  const linked = Buffer.from(wat.emitBinary());
  const dataSection =
    linked.lastIndexOf(Buffer.from(fixed)) -
    (1 + 1 + 1 + two(at.reached).length + 1 + two(fixed.length).length);
  const pointer = linked.lastIndexOf(Buffer.from(fixed)) + 4 - dataSection;
  const named = NAMES.filter((name) => name !== "unnamed");
  const symbols = named.flatMap((name) => [
    1,
    0,
    ...text(name),
    0,
    ...two(at[name] - at.reached),
    SIZE,
  ]);
  const segments = [2, ...text(".rodata"), 2, 0, ...text(".data"), 2, 0];
  const subsection = (/** @type {number} */ id, /** @type {number[]} */ body) => [
    id,
    ...two(body.length),
    ...body,
  ];
  return Buffer.concat([
    linked,
    Buffer.from(
      custom("linking", [
        2,
        ...subsection(5, segments),
        ...subsection(8, [named.length, ...symbols]),
      ]),
    ),
    // The code holds one address, eight bytes before `before`; the data hold one, that of `pointed`.
    Buffer.from(custom("reloc.CODE", [0, 1, 4, 0, named.indexOf("before"), 0x78])),
    Buffer.from(custom("reloc.DATA", [1, 1, 5, ...two(pointer), named.indexOf("pointed"), 0])),
  ]);
}

test("constants that functions reach stay, with those that they point to and those without a record", () => {
  const left = (/** @type {number[]} */ addresses) =>
    divide(module(), addresses).others.map(({ at: place, bytes }) => [place, ...new Set(bytes)]);
  const piece = (/** @type {string[]} */ ...names) => [
    at[names[0]],
    ...names.map((name) => NAMES.indexOf(name) + 1),
  ];
  assert.deepEqual(left([at.reached + 3]), [piece("alone", "before"), piece("last")]);
  assert.deepEqual(
    left([at.reached + 3, at.before - 8]),
    [piece("last")],
    "a function holds an address outside `before`, which the linker recorded, and inside `alone`",
  );
  assert.deepEqual(
    divide(module(), [at.last]).others.map(({ at: place }) => place),
    [at.reached],
    "neighbouring constants are one piece",
  );
  assert.deepEqual(
    divide(module(), []).others.map(({ at: place }) => place),
    [at.reached, at.last],
  );
});

test("a module without the linker's records keeps everything", () => {
  assert.deepEqual(divide(plain(module()), []), { bytes: plain(module()), others: [] });
  assert.ok(WebAssembly.validate(plain(module())));
});

test("the second part brings the constants of its functions", () => {
  const { first, rest, glue } = split(module(), new Set([0, 1]));
  const link = (/** @type {BufferSource} */ bytes, /** @type {WebAssembly.ModuleImports} */ page) =>
    /** @type {Exports} */ (
      new WebAssembly.Instance(new WebAssembly.Module(bytes), { page }).exports
    );
  const whole = link(module(), { load() {} });
  const exports = link(first, {
    [glue("load")]: () => {
      new WebAssembly.Instance(new WebAssembly.Module(rest), { [FIRST]: exports });
      exports.rest_loaded.value = 1;
    },
  });
  const memory = (/** @type {Exports} */ { memory: { buffer } }) =>
    Buffer.from(buffer, 0, END + SIZE);
  assert.equal(exports.first(8), 0x01010101);
  assert.ok(
    !memory(exports).includes(NAMES.indexOf("alone") + 1),
    "the first part lacks this constant until the rest is loaded",
  );
  new Uint8Array(exports.memory.buffer).fill(7, END, END + SIZE);
  assert.equal(exports.later(5), NAMES.indexOf("alone") + 1);
  assert.deepEqual(
    memory(exports).subarray(0, END),
    memory(whole).subarray(0, END),
    "the parts together hold every constant",
  );
  assert.ok(
    memory(exports)
      .subarray(END)
      .every((byte) => byte === 7),
    "loading the rest keeps what was written before",
  );
});
