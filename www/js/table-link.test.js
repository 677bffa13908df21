import assert from "node:assert/strict";
import { test } from "node:test";
import {
  formatColumns,
  formatNamed,
  LINK_MAX,
  NONE,
  pack,
  parseColumns,
  parseExtras,
  parseNamed,
  unpack,
} from "./table-link.js";

const headings = ["params", "val_loss", "a,b", "c:d", "#5", "-", "Loss", "loss"];

test("columns are written by their headings, or by their places where a heading could be misread, and read back", () => {
  const places = { loss: 1, params: 0, run: NONE, tokens: 2, unique: 3, epochs: 4, flops: 5 };
  const text = "loss:val_loss,params:params,run:-,tokens:#3,unique:#4,epochs:#5,flops:#6";
  assert.equal(formatColumns(places, headings), text);
  assert.deepEqual(parseColumns(text, headings), places);
  for (let at = 0; at < headings.length; at++)
    assert.deepEqual(
      parseColumns(formatColumns({ x: at }, headings), headings),
      { x: at },
      headings[at],
    );
  assert.equal(formatColumns({}, headings), "");
});

test("a heading is found in any case, the exact case first; text that names no column is left out", () => {
  assert.deepEqual(parseColumns("loss:VAL_LOSS, params : Params", headings), {
    loss: 1,
    params: 0,
  });
  assert.deepEqual(parseColumns("a:loss,b:Loss", headings), { a: 7, b: 6 });
  assert.deepEqual(parseColumns("a:nothing,b:#0,c:#9,d:#x,e,:params,", headings), {});
  assert.deepEqual(parseColumns("", headings), {});
});

test("units and the decimal mark are written and read among the columns", () => {
  const text = "loss:val_loss,tokens.unit:B,decimal:comma";
  const extras = { units: { tokens: "B" }, decimal: "comma" };
  assert.equal(formatColumns({ loss: 1 }, headings, extras), text);
  assert.deepEqual(parseExtras(text), extras);
  assert.deepEqual(parseColumns(text, headings), { loss: 1 });
  assert.deepEqual(parseExtras("loss:val_loss, params.unit : M,.unit:k"), {
    units: { params: "M" },
    decimal: "",
  });
});

/** @param {Blob} blob */
const bytes = async (blob) => new Uint8Array(await blob.arrayBuffer());

test("a table in an address unpacks to the same bytes", async () => {
  const table = `n,loss ⟨b⟩\n${Array.from({ length: 500 }, (_, i) => `${i},${(2 + 1 / (i + 1)).toFixed(3)}`).join("\r\n")}`;
  const text = await pack(new Blob([table]));
  assert.match(text ?? "", /^[\w-]+$/, "an address needs no escapes");
  assert.equal(await (await unpack(/** @type {string} */ (text))).text(), table);
  const every = new Blob([Uint8Array.from({ length: 256 }, (_, i) => i)]);
  assert.deepEqual(
    await bytes(await unpack(/** @type {string} */ (await pack(every)))),
    await bytes(every),
  );
});

test("packing a table that does not fit an address gives null", async () => {
  // These bytes do not compress, so the limit follows from base64, which writes three bytes as four characters.
  let x = 1;
  const noise = (/** @type {number} */ size) =>
    new Blob([Uint8Array.from({ length: size }, () => (x = (x * 48271) % 2147483647) & 255)]);
  const most = (LINK_MAX * 3) / 4;
  const fits = await pack(noise(most - 10));
  assert.ok(
    fits && fits.length <= LINK_MAX && fits.length > LINK_MAX - 30,
    `${fits?.length} characters`,
  );
  for (const size of [most + 1, 2 ** 18])
    assert.equal(await pack(noise(size)), null, `${size} bytes`);
});

test("an address names a table that it cannot hold", () => {
  const named = { rows: 4000, digest: "0123456789abcdef", name: "my ~ runs&x=1.csv" };
  const text = formatNamed(named);
  assert.equal(text, "none~4000~0123456789abcdef~my ~ runs&x=1.csv");
  assert.deepEqual(parseNamed(text), named);
  const long = { ...named, name: "😀".repeat(500) };
  assert.equal(parseNamed(formatNamed(long))?.name, "😀".repeat(100));
  for (const bad of [
    "",
    "none",
    "none~4000~0123456789abcdef",
    "none~0~0123456789abcdef~a",
    "none~-1~0123456789abcdef~a",
    "none~1e9~0123456789abcdef~a",
    "none~9999999999~0123456789abcdef~a",
    "none~4~0123456789ABCDEF~a",
    "none~4~<script>~a",
    " none~4~0123456789abcdef~a",
  ])
    assert.equal(parseNamed(bad), null, bad);
});

test("a broken or overlong table in an address is an error", async () => {
  const text = /** @type {string} */ (await pack(new Blob(["a,b\n1,2\n".repeat(50)])));
  for (const bad of ["", "%", "ÿ", `_____${text}`, "A".repeat(LINK_MAX + 1)])
    await assert.rejects(unpack(bad), Error, bad.slice(0, 20));
});
