// Divides the constants of a linked module into those that given functions can reach, and the others.
//
// The linker records where every constant lies and which others it points to (`--emit-relocs`: the sections "linking" and
// "reloc.*", https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md), so nothing is guessed. Data that no
// record names stay with the reachable constants. Code may hold an address outside the constant that it refers to, such as
// the end of a list; the record then says which constant that is.

const CUSTOM = 0;
const DATA = 11;
const I32_CONST = 0x41,
  END = 0x0b;
/** The subsections of "linking" that are read. */
const SEGMENTS = 5,
  SYMBOLS = 8;
/** Kinds of symbols, and flags of symbols. */
const DATA_SYMBOL = 1,
  SECTION_SYMBOL = 3,
  UNDEFINED = 0x10,
  NAMED = 0x40;
/** Types of records of a memory address: in code, where it is LEB128, and in constants, where it has four bytes. */
const IN_CODE = [3, 4],
  IN_DATA = 5;
/** Further types of records with an addend. */
const OTHER_ADDENDS = [8, 9, 11, 14, 15, 16, 17, 21, 22, 23, 25];
/** The segments whose constants may be divided. Other data are written to, and loading a second part would overwrite them. */
const FIXED = ".rodata";
/** A separate piece costs about this many bytes. */
const WORTH = 16;

/**
 * Bytes with an unshared buffer, as the browser's types require of a module.
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 * @typedef {{id: number, start: number, body: number, end: number, name: string, content: number}} Section
 * @typedef {{at: number, bytes: Uint8Array}} Piece of memory
 * @typedef {{segment: number, offset: number, size: number}} Place of a constant
 * @typedef {{begin: number, end: number, to: number[], kept: boolean}} Constant in memory, with what it points to
 */

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

/**
 * The active segments: each lies at `at` in memory, and starts at `from` in the module's bytes.
 * @param {Uint8Array} bytes
 * @param {Section} section
 */
function segments(bytes, section) {
  const reader = new Reader(bytes, section.body);
  return Array.from({ length: reader.number() }, () => {
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

/**
 * The names of the segments, and the symbols: for a constant its segment, offset and size, for any other symbol null.
 * @param {Uint8Array} bytes
 * @param {Section} section
 */
function linking(bytes, section) {
  /** @type {string[]} */
  const names = [];
  /** @type {(Place | null)[]} */
  const symbols = [];
  const reader = new Reader(bytes, section.content);
  reader.number(); // version
  while (reader.at < section.end) {
    const id = reader.byte();
    const end = reader.number() + reader.at;
    if (id === SEGMENTS) {
      for (let count = reader.number(); count > 0; count--) {
        names.push(reader.string());
        reader.number(); // alignment
        reader.number(); // flags
      }
    } else if (id === SYMBOLS) {
      for (let count = reader.number(); count > 0; count--) {
        const kind = reader.byte();
        const flags = reader.number();
        let place = null;
        if (kind === DATA_SYMBOL) {
          reader.string();
          if (!(flags & UNDEFINED))
            place = { segment: reader.number(), offset: reader.number(), size: reader.number() };
        } else {
          reader.number();
          if (kind !== SECTION_SYMBOL && (!(flags & UNDEFINED) || flags & NAMED)) reader.string();
        }
        symbols.push(place);
      }
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
  return Array.from({ length: reader.number() }, () => {
    const type = reader.byte();
    const offset = reader.number();
    const symbol = reader.number();
    const addend =
      type === IN_DATA || IN_CODE.includes(type) || OTHER_ADDENDS.includes(type)
        ? reader.signed()
        : 0;
    return { type, offset, symbol, addend };
  });
}

/**
 * Copies `bytes` without the linker's records; `pieces`, if given, become its data section.
 * @param {Uint8Array} bytes
 * @param {Piece[]} [pieces]
 * @returns {Bytes}
 */
function rebuilt(bytes, pieces) {
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

/** A linked module without the linker's records, which other tools may reject. @param {Uint8Array} bytes */
export const plain = (bytes) => rebuilt(bytes);

/**
 * @param {Uint8Array} bytes a module
 * @param {Iterable<number>} addresses the numbers in the given functions: any of them may be an address
 * @returns {{bytes: Bytes, others: Piece[]}} the module with the constants that those functions reach, without the
 *   linker's records; and the other constants. A module without records keeps all its constants.
 */
export function divide(bytes, addresses) {
  const all = sections(bytes);
  const section = (/** @type {string} */ name) => all.find((one) => one.name === name);
  const data = all.find(({ id }) => id === DATA);
  const records = section("linking");
  if (!data || !records) return { bytes: plain(bytes), others: [] };

  const placed = segments(bytes, data);
  const { names, symbols } = linking(bytes, records);
  const bounds = (/** @type {Place} */ symbol) => {
    const { at } = placed[symbol.segment];
    return { begin: at + symbol.offset, end: at + symbol.offset + symbol.size };
  };
  /** Constants by the number of their symbol. @type {(Constant | null)[]} */
  const constants = symbols.map((symbol) =>
    symbol && symbol.size > 0 && placed[symbol.segment]
      ? { ...bounds(symbol), to: [], kept: false }
      : null,
  );
  const known = constants.filter((constant) => constant !== null);
  const holding = (/** @type {number} */ address) =>
    known.filter(({ begin, end }) => begin <= address && address < end);

  const waiting = [...addresses];
  const held = new Set(waiting);
  for (const { symbol, addend, type } of relocations(bytes, section("reloc.CODE"))) {
    const constant = constants[symbol];
    if (IN_CODE.includes(type) && constant && held.has(constant.begin + addend))
      waiting.push(constant.begin);
  }
  for (const { type, offset } of relocations(bytes, section("reloc.DATA"))) {
    if (type !== IN_DATA) continue;
    const from = data.body + offset;
    const { at, from: begin } = /** @type {typeof placed[number]} */ (
      placed.findLast((segment) => segment.from <= from)
    );
    const to = Buffer.from(bytes.subarray(from, from + 4)).readUInt32LE();
    const holders = holding(at + from - begin);
    if (holders.length === 0) waiting.push(to);
    for (const holder of holders) holder.to.push(to);
  }
  const followed = new Set();
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    if (followed.has(address)) continue;
    followed.add(address);
    for (const constant of holding(address)) {
      constant.kept = true;
      waiting.push(...constant.to);
    }
  }

  /** @type {Piece[]} */
  const pieces = [];
  /** @type {Piece[]} */
  const others = [];
  placed.forEach(({ at, from, length }, i) => {
    // One entry per byte: 1 if the byte is left out.
    const left = new Uint8Array(length);
    const paint = (/** @type {boolean} */ kept, /** @type {number} */ value) =>
      known
        .filter(
          (constant) =>
            constant.kept === kept && constant.begin >= at && constant.end <= at + length,
        )
        .forEach(({ begin, end }) => left.fill(value, begin - at, end - at));
    if (names[i].startsWith(FIXED)) {
      paint(false, 1);
      paint(true, 0);
    }
    for (let begin = 0, end = 0; begin < length; begin = end) {
      for (end = begin; end < length && left[end] === left[begin]; end++);
      const piece = { at: at + begin, bytes: bytes.subarray(from + begin, from + end) };
      const last = pieces.at(-1);
      if (left[begin] && end - begin >= WORTH) others.push(piece);
      else if (last && last.at + last.bytes.length === piece.at)
        last.bytes = Buffer.concat([last.bytes, piece.bytes]);
      else pieces.push(piece);
    }
  });
  return { bytes: rebuilt(bytes, pieces), others };
}
