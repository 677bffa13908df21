// The URL of a state: `#/slug?name=value&seed=N&device=...&pace=full`, with only the values that differ from the default.
/** @typedef {import("./types.d.ts").Entry} Entry @typedef {import("./types.d.ts").Values} Values */

export const DEFAULT_SEED = 1;

/** Reads a query. A name with two values keeps both in one text, so that the engine refuses it. @param {string} query @returns {Values} */
export function parseQuery(query) {
  const values = new Map();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = values.get(name) ?? value;
    values.set(name, before === value ? value : `${before}&${name}=${value}`);
  }
  return Object.fromEntries(values);
}

/** Decodes the %XX of a text; returns the text unchanged if they are broken. @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch {
    return text;
  }
}

/** Reads a hash. Mail and chat programs may encode all of it, and `#main`, the link that skips to the content, names no page. @param {string} hash @returns {{name: string, query: Values}} */
export function parseHash(hash) {
  const text = (/^#%2f/i.test(hash) ? decoded(hash) : hash).replace(/^#(main$)?\/?/, "");
  const [path, query = ""] = text.split(/\?(.*)/s);
  return { name: decoded(path), query: parseQuery(query) };
}

/** Writes a query. Commas, semicolons and tildes stay readable. @param {Values} values */
export const formatQuery = (values) =>
  new URLSearchParams(values)
    .toString()
    .replace(/%2C/g, ",")
    .replace(/%3B/g, ";")
    .replace(/%7E/g, "~");

/**
 * The values that differ from the defaults.
 * @param {Entry} entry @param {Values} values @param {number} seed @param {string} device
 */
export function difference(entry, values, seed, device) {
  /** @type {Values} */
  const out = {};
  for (const { name, default: usual } of entry.params)
    if (values[name] !== usual) out[name] = values[name];
  if (seed !== DEFAULT_SEED) out.seed = String(seed);
  if (device !== "auto") out.device = device;
  return out;
}

/** @param {string} slug @param {Values} query */
export const formatHash = (slug, query) => {
  const text = formatQuery(query);
  return `#/${slug}${text && `?${text}`}`;
};
