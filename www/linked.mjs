// Reads what the linker recorded of a module: which function or constant refers to which others.
//
// With `--emit-relocs` the linker writes the sections "linking" and "reloc.*"
// (https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md), so nothing is guessed from numbers in the code.

const CUSTOM = 0,
  IMPORT = 2,
  CODE = 10,
  DATA = 11;
const I32_CONST = 0x41,
  END = 0x0b;
/** The subsections of "linking" that are read. */
const SEGMENTS = 5,
  SYMBOLS = 8;
/** Kinds of symbols, and flags of symbols. */
const FUNCTION_SYMBOL = 0,
  DATA_SYMBOL = 1,
  SECTION_SYMBOL = 3,
  UNDEFINED = 0x10,
  NAMED = 0x40;
/** Types of records that refer to a type or a global, not to a symbol of a function or constant. */
const NOT_A_SYMBOL = [6, 7, 13, 20];
/** Types of records with an addend. */
const ADDENDS = [3, 4, 5, 8, 9, 11, 14, 15, 16, 17, 21, 22, 23, 25];
/** The segments whose constants may move to another module. Other data are written to. */
const FIXED = ".rodata";

/**
 * Bytes with an unshared buffer, as the browser's types require of a module.
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 * @typedef {{id: number, start: number, body: number, end: number, name: string, content: number}} Section
 * @typedef {{at: number, bytes: Uint8Array}} Piece of memory
 */

/** A function or a constant. `to` holds what it refers to. */
export class Node {
  /** @type {Set<Node>} */
  to = new Set();
  /** @param {string} name @param {number} size @param {number} at the address of a constant; NaN for a function @param {boolean} fixed is it a constant that nothing writes to? */
  constructor(name, size, at = NaN, fixed = false) {
    this.name = name;
    this.size = size;
    this.at = at;
    this.fixed = fixed;
  }
  get isFunction() {
    return Number.isNaN(this.at);
  }
}

/** Reads the numbers and strings of a module's binary format in order. */
class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  byte() {
    return this.bytes[this.at++];
  }
  /** Reads an unsigned LEB128 number. */
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
  /** Reads a signed LEB128 number. */
  signed() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return byte & 64 ? value - scale * 128 : value;
    }
  }
  string() {
    const length = this.number();
    this.at += length;
    return Buffer.from(this.bytes.subarray(this.at - length, this.at)).toString();
  }
  /** @template T @param {() => T} item @returns {T[]} */
  list(item) {
    return Array.from({ length: this.number() }, item);
  }
}

/** @param {number} value @returns {number[]} */
function leb(value) {
  const out = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value & 127) | 128);
  return [...out, value];
}

/** Writes an address for i32.const, in signed LEB128. Addresses are below 2^31, so the sign bit is zero. @param {number} value */
function signedLeb(value) {
  const out = leb(value);
  const last = out[out.length - 1];
  return last & 64 ? [...out.slice(0, -1), last | 128, 0] : out;
}

/** @param {Uint8Array} bytes @returns {Section[]} */
function sections(bytes) {
  const found = [];
  for (const reader = new Reader(bytes, 8); reader.at < bytes.length;) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.number();
    const body = reader.at;
    found.push({
      id,
      start,
      body,
      end: body + size,
      name: id === CUSTOM ? reader.string() : "",
      content: reader.at,
    });
    reader.at = body + size;
  }
  return found;
}

/** @param {Uint8Array} bytes @param {Section | undefined} section */
function importedFunctions(bytes, section) {
  if (!section) return 0;
  const reader = new Reader(bytes, section.body);
  const limits = () => {
    const flags = reader.number();
    reader.number();
    if (flags & 1) reader.number();
  };
  const kinds = reader.list(() => {
    reader.string();
    reader.string();
    const kind = reader.byte();
    if (kind === 0) reader.number();
    else if (kind === 1) (reader.byte(), limits());
    else if (kind === 2) limits();
    else (reader.byte(), reader.byte());
    return kind;
  });
  return kinds.filter((kind) => kind === 0).length;
}

/**
 * The active segments: each lies at `at` in memory, and starts at `from` in the module's bytes.
 * @param {Uint8Array} bytes @param {Section | undefined} section
 */
function segments(bytes, section) {
  if (!section) return [];
  const reader = new Reader(bytes, section.body);
  return reader.list(() => {
    // The linker writes only segments of memory 0 at a constant address.
    if (reader.number() !== 0 || reader.byte() !== I32_CONST)
      throw new Error("a data segment is not at a constant address of memory 0");
    const at = reader.signed();
    reader.byte();
    const length = reader.number();
    const from = reader.at;
    reader.at += length;
    return { at, from, length };
  });
}

/** Names of segments, and symbols. @param {Uint8Array} bytes @param {Section} section */
function linking(bytes, section) {
  /** @type {string[]} */
  const names = [];
  /** @type {{kind: number, name: string, index: number, segment: number, offset: number, size: number}[]} */
  const symbols = [];
  const reader = new Reader(bytes, section.content);
  reader.number(); // version
  while (reader.at < section.end) {
    const id = reader.byte();
    const end = reader.number() + reader.at;
    if (id === SEGMENTS) {
      reader.list(() => {
        names.push(reader.string());
        reader.number(); // alignment
        reader.number(); // flags
      });
    } else if (id === SYMBOLS) {
      reader.list(() => {
        const symbol = {
          kind: reader.byte(),
          name: "",
          index: -1,
          segment: -1,
          offset: 0,
          size: 0,
        };
        const flags = reader.number();
        if (symbol.kind === DATA_SYMBOL) {
          symbol.name = reader.string();
          if (!(flags & UNDEFINED)) {
            symbol.segment = reader.number();
            symbol.offset = reader.number();
            symbol.size = reader.number();
          }
        } else {
          symbol.index = reader.number();
          if (symbol.kind !== SECTION_SYMBOL && (!(flags & UNDEFINED) || flags & NAMED))
            symbol.name = reader.string();
        }
        symbols.push(symbol);
      });
    }
    reader.at = end;
  }
  return { names, symbols };
}

/** The records of a "reloc.*" section. @param {Uint8Array} bytes @param {Section} [section] */
function relocations(bytes, section) {
  if (!section) return [];
  const reader = new Reader(bytes, section.content);
  reader.number(); // the section that the records refer to
  return reader
    .list(() => {
      const type = reader.byte();
      const offset = reader.number();
      const symbol = reader.number();
      if (ADDENDS.includes(type)) reader.signed();
      return { type, offset, symbol };
    })
    .filter(({ type }) => !NOT_A_SYMBOL.includes(type));
}

/**
 * The functions by name and the constants of a module that was linked with `--emit-relocs`, and what they refer to.
 * @param {Uint8Array} bytes
 */
export function graph(bytes) {
  const all = sections(bytes);
  const named = (/** @type {string} */ name) => all.find((one) => one.name === name);
  const kind = (/** @type {number} */ id) => all.find((one) => one.id === id);
  const records = named("linking");
  const code = kind(CODE);
  const data = kind(DATA);
  if (!records || !code)
    throw new Error("the linker has recorded nothing: link with --emit-relocs");
  const imported = importedFunctions(bytes, kind(IMPORT));
  const { names, symbols } = linking(bytes, records);
  const placed = segments(bytes, data);

  const reader = new Reader(bytes, code.body);
  const bodies = reader.list(() => {
    const size = reader.number();
    const from = reader.at - code.body;
    reader.at += size;
    return { from, size, node: new Node("", size) };
  });
  const nodes = symbols.map(({ kind, name, index, segment, offset, size }) => {
    if (kind === FUNCTION_SYMBOL && index >= imported) {
      const { node } = bodies[index - imported];
      node.name ||= name;
      return node;
    }
    if (kind !== DATA_SYMBOL || segment < 0 || size === 0 || !placed[segment]) return null;
    return new Node(name, size, placed[segment].at + offset, names[segment].startsWith(FIXED));
  });
  const constants = nodes.filter((node) => node !== null).filter((node) => !node.isFunction);
  constants.sort((a, b) => a.at - b.at);

  let body = 0;
  for (const { offset, symbol } of relocations(bytes, named("reloc.CODE"))) {
    while (bodies[body].from + bodies[body].size <= offset) body += 1;
    const to = nodes[symbol];
    if (to) bodies[body].node.to.add(to);
  }
  for (const { offset, symbol } of relocations(bytes, named("reloc.DATA"))) {
    const to = nodes[symbol];
    if (!to || !data) continue;
    const from = data.body + offset;
    const segment = placed.findLast((one) => one.from <= from);
    const at = segment ? segment.at + from - segment.from : NaN;
    // Constants may overlap, because the linker merges equal ends.
    for (const node of constants) {
      if (node.at > at) break;
      if (at < node.at + node.size) node.to.add(to);
    }
  }
  return { functions: new Map(bodies.map(({ node }) => [node.name, node])), constants };
}

/**
 * Copies `bytes` without the linker's records; `pieces`, if given, become its data section.
 * @param {Uint8Array} bytes
 * @param {Piece[]} [pieces]
 * @returns {Bytes}
 */
export function rebuilt(bytes, pieces) {
  const segment = (/** @type {Piece} */ { at, bytes }) => [
    [0, I32_CONST],
    signedLeb(at),
    [END],
    leb(bytes.length),
    bytes,
  ];
  /** @param {Section} section @returns {(Uint8Array | number[])[]} */
  const section = ({ id, start, end }) => {
    if (id !== DATA || !pieces) return [bytes.subarray(start, end)];
    const body = Buffer.concat(
      [leb(pieces.length), ...pieces.flatMap(segment)].map((part) => Buffer.from(part)),
    );
    return [[DATA], leb(body.length), body];
  };
  const kept = sections(bytes).filter(
    ({ name }) => name !== "linking" && !name.startsWith("reloc."),
  );
  return Buffer.concat(
    [bytes.subarray(0, 8), ...kept.flatMap(section)].map((part) => Buffer.from(part)),
  );
}

/** The bytes of a module's memory, as its data section fills it. @param {Uint8Array} bytes @returns {Piece[]} */
export const memory = (bytes) =>
  segments(
    bytes,
    sections(bytes).find(({ id }) => id === DATA),
  ).map(({ at, from, length }) => ({ at, bytes: bytes.subarray(from, from + length) }));
