// The user's own runs as text: the roles of a table's columns, and a small table inside an address.

/** The largest file and the longest pasted text, in bytes, and the longest table in an address, in characters. */
export const FILE_MAX = 128 * 2 ** 20;
export const PASTE_MAX = 5 * 2 ** 20;
export const LINK_MAX = 16 * 2 ** 10;

/** @typedef {Record<string, number>} Places the column of each role, from 0, or NONE */

export const NONE = -1;

/** The column that `text` names, by the engine's rules; undefined if there is none. @param {string} text @param {string[]} headings */
function place(text, headings) {
  if (text === "-") return NONE;
  const at = /^#\d+$/.test(text) ? Number(text.slice(1)) - 1 : headings.indexOf(text);
  const like =
    at < 0 ? headings.findIndex((heading) => heading.toLowerCase() === text.toLowerCase()) : at;
  return like >= 0 && like < headings.length ? like : undefined;
}

/** Reads `loss:val_loss,params:#3,run:-`. Names that no column of the table has are left out. @param {string} text @param {string[]} headings */
export function parseColumns(text, headings) {
  /** @type {Places} */
  const places = {};
  for (const part of text.split(",")) {
    const colon = part.indexOf(":");
    const at = colon > 0 ? place(part.slice(colon + 1).trim(), headings) : undefined;
    if (at !== undefined) places[part.slice(0, colon).trim()] = at;
  }
  return places;
}

/** Names a column by its heading, or by its place if the heading could be misread. @param {number} at @param {string[]} headings */
const column = (at, headings) =>
  at === NONE ? "-" : /[,:]|^#|^-$|^\s|\s$|^$/.test(headings[at]) ? `#${at + 1}` : headings[at];

/** Further settings of columns: units, by role, and the decimal mark. @typedef {{units: Record<string, string>, decimal: string}} Extras */

/** Reads settings such as `tokens.unit:B,decimal:comma` from a text that also names columns. @param {string} text @returns {Extras} */
export function parseExtras(text) {
  /** @type {Extras} */
  const extras = { units: {}, decimal: "" };
  for (const part of text.split(",")) {
    const [, name, value] = /^\s*([^:]*):(.*)$/s.exec(part) ?? ["", "", ""];
    const role = /^(.+)\.unit$/s.exec(name.trim())?.[1];
    if (role !== undefined) extras.units[role] = value.trim();
    else if (name.trim() === "decimal") extras.decimal = value.trim();
  }
  return extras;
}

/** @param {Places} places @param {string[]} headings @param {Extras} [extras] */
export const formatColumns = (places, headings, { units, decimal } = { units: {}, decimal: "" }) =>
  [
    ...Object.entries(places).map(([role, at]) => `${role}:${column(at, headings)}`),
    ...Object.entries(units).map(([role, unit]) => `${role}.unit:${unit}`),
    ...(decimal ? [`decimal:${decimal}`] : []),
  ].join(",");

// Pieces are small enough to be compressed in milliseconds, so that the main thread stays responsive.
const PIECE = 2 ** 16;

/** Packs a table for an address; null if it is too large. @param {Blob} table @returns {Promise<string | null>} */
export async function pack(table) {
  let at = 0;
  /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */
  const pieces = new ReadableStream({
    async pull(to) {
      if (at >= table.size) return to.close();
      to.enqueue(new Uint8Array(await table.slice(at, (at += PIECE)).arrayBuffer()));
    },
  });
  const packed = pieces.pipeThrough(new CompressionStream("deflate-raw")).getReader();
  let bytes = "";
  for (;;) {
    const { done, value } = await packed.read();
    if (done) return btoa(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
    bytes += Array.from(value, (byte) => String.fromCharCode(byte)).join("");
    if (Math.ceil((bytes.length * 4) / 3) > LINK_MAX) {
      packed.cancel();
      return null;
    }
  }
}

/** A table that an address only names: the number of its rows, the digest of its bytes, the name of its file. @typedef {{rows: number, digest: string, name: string}} Named */

/** The most characters of a file name in an address. */
const NAME_MAX = 100;
const short = (/** @type {string} */ name) => [...name].slice(0, NAME_MAX).join("");

/** The text that stands for a table in an address. It has tildes, which no packed table has. @param {Named} named */
export const formatNamed = ({ rows, digest, name }) => `none~${rows}~${digest}~${short(name)}`;

/** The table that an address names, or null if it names none. @param {string} text @returns {Named | null} */
export function parseNamed(text) {
  const [, rows, digest, name = ""] = /^none~([1-9]\d{0,8})~([0-9a-f]{16})~(.*)$/s.exec(text) ?? [];
  return digest ? { rows: Number(rows), digest, name: short(name) } : null;
}

/** Unpacks the table of an address. Throws if the text is broken or longer than any text that `pack` makes. @param {string} text @returns {Promise<Blob>} */
export async function unpack(text) {
  if (!text || text.length > LINK_MAX)
    throw new RangeError("the text of the table is empty or too long");
  const bytes = Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) =>
    c.charCodeAt(0),
  );
  return new Response(
    new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")),
  ).blob();
}
