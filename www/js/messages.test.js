import assert from "node:assert/strict";
import { test } from "node:test";
import { gate, originOf, read } from "./messages.js";

const asked = { "scaling-lab": 1, id: 7, do: "set" };

test("a request is read, and numbers become texts", () => {
  assert.deepEqual(
    read({ ...asked, experiment: "exam-time", values: { hours: 10, weights: "0.9,0.1" } }),
    {
      id: 7,
      deed: "set",
      experiment: "exam-time",
      values: { hours: "10", weights: "0.9,0.1" },
    },
  );
});

test("another version is no deed, but has an id to answer", () =>
  assert.deepEqual(read({ ...asked, "scaling-lab": 2 }), { id: 7, deed: "", values: {} }));

const hostile = {
  nothing: null,
  text: "set",
  array: [asked],
  "no marker": { id: 7, do: "set" },
  "no id": { "scaling-lab": 1, do: "set" },
  "a long id": { ...asked, id: "x".repeat(101) },
  "an unknown deed": { ...asked, do: "constructor" },
  "an own __proto__": JSON.parse(
    '{"scaling-lab": 1, "id": 7, "do": "set", "values": {"__proto__": "1"}}',
  ),
  "a deep value": { ...asked, values: { hours: { a: { b: 1 } } } },
  "a list as values": { ...asked, values: ["1"] },
  "a huge text": { ...asked, values: { hours: "1".repeat(10_001) } },
  "no number": { ...asked, values: { hours: NaN } },
  "markup as a name": { ...asked, values: { "<img src=x>": "1" } },
  "markup as an experiment": { ...asked, experiment: "<img src=x>" },
  "too many values": {
    ...asked,
    values: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`v${i}`, "1"])),
  },
  "too many fields": { ...asked, a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 },
  "another prototype": new Map(Object.entries(asked)),
};
for (const [what, data] of Object.entries(hostile))
  test(`what is no request is ignored: ${what}`, () => assert.equal(read(data), null));

test("an address may name the only origin that may talk", () => {
  assert.equal(originOf(undefined), undefined);
  assert.equal(originOf("https://blog.example/post"), "https://blog.example");
  for (const none of ["", "*", "null", "data:text/html,x", "blog.example"])
    assert.equal(originOf(none), null);
});

test("a gate lets through so many calls in each span of time", () => {
  const open = gate(2, 1000);
  assert.deepEqual([0, 1, 2, 999, 1000].map(open), [true, true, false, false, true]);
});
