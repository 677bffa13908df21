// What the linker recorded is read as it stands in the bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import binaryen from "binaryen";
import { graph, memory, rebuilt } from "./linked.mjs";

const text = (/** @type {string} */ name) => [name.length, ...Buffer.from(name)];
/** Writes a number as two bytes of LEB128. */
const two = (/** @type {number} */ value) => [(value & 127) | 128, value >> 7];
const custom = (/** @type {string} */ name, /** @type {number[]} */ body) => [
  0,
  ...two(body.length + name.length + 1),
  ...text(name),
  ...body,
];
const subsection = (/** @type {number} */ id, /** @type {number[]} */ body) => [
  id,
  ...two(body.length),
  ...body,
];

/** Sections by id: where their content starts. @param {Uint8Array} bytes */
function starts(bytes) {
  const found = new Map();
  for (let at = 8; at < bytes.length;) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    found.set(id, at);
    at += size;
  }
  return found;
}

/**
 * `open` calls `close` and reads `word`; `close` reads `tail`; `word` points to `close` and to `tail`, which is the end of `word`, and its beginning is `head`. `state` can be
 * written to and points to `word`. An import comes before the functions.
 */
function module() {
  const wat = binaryen.parseText(`(module (import "page" "load" (func $load)) (memory 1)
    (data (i32.const 64) "abcdefghijkl") (data (i32.const 256) "stat")
    (func (export "open") (drop (i32.load (i32.const 64))))
    (func (export "close") (call $load)))`);
  const linked = Buffer.from(wat.emitBinary());
  const found = starts(linked);
  const data = (/** @type {string} */ inside) => linked.indexOf(inside) - found.get(11);
  // The section of code starts with a count; then comes the size of the first body, and the body.
  const first = 2;
  const second = first + linked[found.get(10) + 1] + 1;
  const symbols = [
    [0, 0x10, 0], // the import, undefined
    [0, 0, 1, ...text("open")],
    [0, 0, 2, ...text("close")],
    [1, 0, ...text("word"), 0, 0, 12],
    [1, 0, ...text("tail"), 0, 8, 4],
    [1, 0, ...text("state"), 1, 0, 4],
    [1, 0, ...text("head"), 0, 0, 8],
    [1, 0x10, ...text("elsewhere")],
  ];
  const segments = [2, ...text(".rodata.x"), 2, 0, ...text(".data"), 2, 0];
  return Buffer.concat([
    linked,
    Buffer.from(
      custom("linking", [
        2,
        ...subsection(5, segments),
        ...subsection(8, [symbols.length, ...symbols.flat()]),
      ]),
    ),
    // A type index, which is no symbol; a call; an address with an addend; another from the second function.
    Buffer.from(
      custom("reloc.CODE", [0, 4, 6, first, 0, 0, first, 2, 3, first + 1, 3, 0, 3, second, 4, 0]),
    ),
    // In `word`: a function's place in the table, then, inside `tail` too, the address of `tail`. In `state`: `word`.
    Buffer.from(
      custom("reloc.DATA", [
        1,
        3,
        2,
        ...two(data("abcd")),
        2,
        5,
        ...two(data("ijkl")),
        4,
        0,
        5,
        ...two(data("stat")),
        3,
        0,
      ]),
    ),
  ]);
}

test("functions and constants know what they refer to", () => {
  const { functions, constants } = graph(module());
  assert.deepEqual([...functions.keys()], ["open", "close"]);
  const to = (/** @type {import("./linked.mjs").Node | undefined} */ node) =>
    [...(node?.to ?? [])].map(({ name }) => name).sort();
  assert.deepEqual(to(functions.get("open")), ["close", "word"]);
  assert.deepEqual(to(functions.get("close")), ["tail"]);
  const of = (/** @type {string} */ name) => constants.find((one) => one.name === name);
  assert.deepEqual(to(of("word")), ["close", "tail"]);
  assert.deepEqual(to(of("head")), ["close"], "a constant ends where the next begins");
  assert.deepEqual(to(of("tail")), ["tail"], "constants overlap where one is the end of another");
  assert.deepEqual(to(of("state")), ["word"]);
  assert.deepEqual(
    constants.map(({ name, at, size, fixed }) => [name, at, size, fixed]),
    [
      ["word", 64, 12, true],
      ["head", 64, 8, true],
      ["tail", 72, 4, true],
      ["state", 256, 4, false],
    ],
  );
});

test("a module without the linker's records is refused", () => {
  assert.throws(() => graph(rebuilt(module())), /link with --emit-relocs/);
});

test("a module is copied without records, with other data", () => {
  const copy = rebuilt(module(), [{ at: 128, bytes: Buffer.from("new") }]);
  assert.ok(WebAssembly.validate(copy));
  assert.ok(!Buffer.from(copy).includes("linking"));
  assert.deepEqual(
    memory(copy).map(({ at, bytes }) => [at, Buffer.from(bytes).toString()]),
    [[128, "new"]],
  );
});

test("an address whose highest bit of seven is set stays what it is", () => {
  for (const at of [63, 64, 127, 128, 8191, 8192, 2 ** 20])
    assert.deepEqual(
      memory(rebuilt(module(), [{ at, bytes: Buffer.from("x") }])).map((one) => one.at),
      [at],
    );
});
