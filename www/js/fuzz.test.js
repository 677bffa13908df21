// Any text in a link or a field: its readers never throw, and the text that they write reads back. The texts come from a
// seeded generator, so that a failure can be repeated: FUZZ_SEED is the seed, FUZZ_MINUTES the duration.
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatCommand } from "./export.js";
import { formatHash, parseHash, parseQuery } from "./route.js";
import { formatColumns, parseColumns, parseExtras, unpack } from "./table-link.js";
import { setShare } from "./simplex-control.js";
import { formatMatrix, parseMatrix, parseShares } from "./value-text.js";

const SEED = Number(process.env.FUZZ_SEED ?? 1);
const MINUTES = Number(process.env.FUZZ_MINUTES ?? 0);
const ROUNDS = 800;

/** Mulberry32. @param {number} seed */
const generator = (seed) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let x = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
  return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
};

const PIECES = [
  "#/",
  "fit",
  "?",
  "&",
  "=",
  "%",
  "%2",
  "%2F",
  "%E0%A4%A",
  "%00",
  "+",
  ",",
  ";",
  ":",
  "#",
  "-",
  "0",
  "1",
  "0.5",
  "1e9",
  "-1e999",
  "NaN",
  "loss",
  "params",
  "tokens.unit",
  ".unit",
  "decimal",
  "comma",
  "point",
  "val,loss",
  "__proto__",
  "constructor",
  "toString",
  "\u0000",
  "\n",
  "é",
  "\ud83d\ude00",
  "\ud800",
  "<img src=x>",
  "'",
  '"',
  "\\",
  "$(x)",
  " ",
  "data",
  "src",
  "seed",
  "AAAA",
];

/** @param {() => number} random */
function text(random) {
  let out = "";
  for (let left = Math.floor(random() ** 2 * 20); left > 0; left--) {
    out +=
      random() < 0.9
        ? PIECES[Math.floor(random() * PIECES.length)]
        : String.fromCharCode(Math.floor(random() * 2 ** (random() < 0.5 ? 7 : 16)));
  }
  return out;
}

/** One round. @param {() => number} random */
async function round(random) {
  const [a, b, c] = [text(random), text(random), text(random)];
  const { name, query } = parseHash(a);
  assert.equal(typeof name, "string");
  // The first link replaces half of a surrogate pair by the replacement character; after that, a state and its link stay equal.
  const again = parseHash(formatHash("fit", query));
  assert.deepEqual(
    again.query,
    parseQuery(new URLSearchParams(query).toString()),
    "a state and its link",
  );
  assert.deepEqual(
    parseHash(formatHash("fit", again.query)),
    { name: "fit", query: again.query },
    "a link and its state",
  );
  assert.equal(typeof formatCommand("fit", { ...query, [b]: c }, b), "string");

  const headings = [a, b, c, "loss", "params"];
  const places = parseColumns(a, headings);
  for (const [role, at] of Object.entries(places))
    assert.ok(Number.isInteger(at) && at >= -1 && at < headings.length, `${role} ${at}`);
  const extras = parseExtras(a);
  const written = formatColumns(places, headings, extras);
  assert.deepEqual(
    parseColumns(written, headings),
    parseColumns(formatColumns(parseColumns(written, headings), headings), headings),
    "columns",
  );
  assert.deepEqual(
    parseExtras(formatColumns({ loss: 0 }, headings, { units: { tokens: "B" }, decimal: "comma" })),
    { units: { tokens: "B" }, decimal: "comma" },
  );
  for (let at = 0; at < headings.length; at++) {
    const first = headings.indexOf(headings[at]);
    const found = parseColumns(formatColumns({ x: at }, headings), headings).x;
    assert.ok(found === at || found === first, `heading ${JSON.stringify(headings[at])}`);
  }

  const rows = parseMatrix(a);
  assert.equal(parseMatrix(formatMatrix(rows)).length, rows.length);
  const shares = parseShares(a);
  if (shares && shares.length > 1 && shares.every(Number.isFinite)) {
    const next = setShare(
      shares,
      Math.floor(random() * shares.length),
      Math.round(random() * 100) / 100,
    );
    assert.ok(
      next.every((x) => x >= 0 && x <= 1.0001),
      `${shares} becomes ${next}`,
    );
  }
  await unpack(a).then(
    (blob) => blob.size,
    () => null,
  );
}

test(`every text is read or refused without an exception, seed ${SEED}`, async () => {
  const until = Date.now() + MINUTES * 60_000;
  for (let k = 0; k < ROUNDS || Date.now() < until; k++) {
    await round(generator(SEED * 1_000_003 + k)).catch((error) => {
      throw new Error(`round ${k} of seed ${SEED}: ${error.message}`, { cause: error });
    });
  }
});
