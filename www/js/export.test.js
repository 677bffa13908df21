import assert from "node:assert/strict";
import { test } from "node:test";
import { stampOf, toCsv, toJson } from "./export.js";

/** @type {any} */
const result = {
  lab: "scaling-lab",
  version: "0.1.0",
  commit: "abc",
  experiment: "exam-time",
  params: {
    weights: [0.9, 0.1],
    t: [
      [1, 0],
      [0, 1],
    ],
    family: "power",
  },
  seed: 7,
  device: [{ kind: "cpu", adapter: "", from_mark: 0 }],
  elapsed_s: 1,
  progress: { done: 2, total: 2 },
  tables: [],
  verdicts: [],
  figures: [
    {
      id: "f",
      series: [
        { id: "a,b", x: [1, 2], y: [0.1, null], lo: [null, 1e-9], hi: [0.2, 0.3] },
        { id: "c", x: [3], y: [4] },
      ],
    },
    {
      id: "m",
      series: [],
      field: {
        x: [0.5, 1],
        y: [1, 2],
        z: [
          [-2.515e-7, 2.5e23],
          [null, null],
        ],
      },
    },
  ],
};

test("long-form CSV", () => {
  assert.equal(
    toCsv({ ...result, data: { rows: 1, digest: "0123" } }),
    [
      "# scaling-lab 0.1.0 (abc)",
      "# experiment: exam-time",
      "# weights: 0.9,0.1",
      "# t: 1,0;0,1",
      "# family: power",
      "# data: 1 rows, 0123",
      "# seed: 7",
      "# checkpoints: 2 of 2",
      "# device: cpu",
      "slug,seed,figure,series,x,y,lo,hi",
      'exam-time,7,f,"a,b",1,0.1,,0.2',
      'exam-time,7,f,"a,b",2,,0.000000001,0.3',
      "exam-time,7,f,c,3,4,,",
      "exam-time,7,m,field,0.5,-0.0000002515,1,",
      "exam-time,7,m,field,1,250000000000000000000000,1,",
      "",
    ].join("\n"),
  );
});

// The command line must write the same text (main.rs tests these cases too): of two equally near shortest texts, the even one.
test("numbers of a CSV", () => {
  const cases = [
    [0.084674835205078125, "0.08467483520507812"],
    [0.50000762939453125, "0.5000076293945312"],
    [-0, "0"],
    [-2.5, "-2.5"],
    [1e21, "1" + "0".repeat(21)],
    [1.5e-7, "0.00000015"],
    [2 ** 70, "1180591620717411300000"],
    [5e-324, `0.${"0".repeat(323)}5`],
  ];
  const series = [
    {
      id: "s",
      label: "s",
      kind: "line",
      role: "theory",
      x: cases.map(([x]) => x),
      y: cases.map(() => 1),
    },
  ];
  const csv = toCsv({ ...result, experiment: "e", seed: 1, figures: [{ id: "f", series }] });
  assert.deepEqual(
    csv.split("\n").filter((line) => line.startsWith("e,")),
    cases.map(([, text]) => `e,1,f,s,${text},1,,`),
  );
});

test("JSON is the document", () => assert.deepEqual(JSON.parse(toJson(result)), result));

test("a stamp names what made the figure", () => {
  const { text, metadata } = stampOf(result, "https://example.org/#/exam-time");
  assert.equal(
    text,
    "scaling-lab 0.1.0 (abc) · exam-time · weights=0.9,0.1 t=1,0;0,1 family=power · seed 7 · cpu\nhttps://example.org/#/exam-time",
  );
  assert.equal(metadata.seed, 7);
  const own = stampOf({ ...result, data: { rows: 182, digest: "0123" } }, "", "my runs.csv");
  assert.ok(own.text.endsWith("seed 7 · data my runs.csv (182 rows, 0123) · cpu"));
  const one = stampOf({ ...result, data: { rows: 1, digest: "0123" } }, "long", "a", "short");
  assert.match(one.text, /data a \(1 row, 0123\).*\nshort$/s);
  assert.equal(one.metadata.url, "long");
  assert.deepEqual(own.metadata.data, { rows: 182, digest: "0123", file: "my runs.csv" });
  assert.ok(
    stampOf({ ...result, progress: { done: 1, total: 4 } }).text.endsWith("stopped at 1 of 4"),
  );
});
