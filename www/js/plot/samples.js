// Figures that tests draw: each kind of mark, axis and map, and texts that careless code would take for markup.

/** @typedef {import("./figure.js").Figure} Figure @typedef {import("./figure.js").Series} Series */

/** A text that HTML and XML must not read as markup. */
export const HOSTILE = `<b title="x">&amp; 'y'</b>`;

/** @type {Series} */
const line = {
  id: "law",
  label: "Law",
  kind: "line",
  role: "theory",
  x: [1, 10, 100, 1000],
  y: [3, 0.9, 0.3, 0.1],
  lo: [2, 0.8, 0.2, 0.05],
  hi: [4, 1, 0.4, 0.2],
};
/** Points: the first has no upper bound, the second no lower bound, the last was never seen. @type {Series} */
const points = {
  id: "runs",
  label: HOSTILE,
  kind: "points",
  role: "measured",
  x: [1, 10, 100, 1000],
  y: [2.5, 1.1, 0.25, 0],
  lo: [2, null, 0.2, null],
  hi: [null, 1.3, 0.3, 0.2],
  floor: true,
};
/** @type {Series} */
const band = {
  id: "band",
  label: "Band",
  kind: "band",
  role: "measured",
  x: [1, 10, null, 1000],
  y: [],
  lo: [1, 0.5, 0.2, 0.08],
  hi: [5, 2, 0.7, 0.3],
};
/** @type {Series} */
const printed = {
  id: "printed",
  label: "Printed",
  kind: "line",
  role: "published",
  x: [2, 20, 200],
  y: [2, 0.7, 0.2],
};

/** A figure with logarithmic axes and marks of each kind. @type {Figure} */
export const logs = {
  id: "logs",
  title: `Loss ${HOSTILE}`,
  x: { label: `Samples ${HOSTILE}`, unit: "", scale: "log" },
  y: { label: "Loss", unit: "nats", scale: "log" },
  series: [line, band, points],
  marks: [
    { label: "best", x: 100 },
    { label: "floor", y: 0.2 },
    { label: HOSTILE, x: 10, y: 1 },
  ],
};

/** `logs` after a change: a series is removed, one is added between the others, and two have changed places. @type {Figure} */
export const changed = {
  ...logs,
  series: [points, printed, line],
  marks: [{ label: "new", x: 30 }],
};

/** A figure without a value that a logarithmic axis can show. @type {Figure} */
export const nowhere = {
  ...logs,
  series: [{ ...line, y: [-1, -1, -1, -1], lo: undefined, hi: undefined }],
  marks: [],
};

/** @param {"plane" | "simplex"} frame @returns {Figure} */
const map = (frame) => ({
  id: frame,
  title: frame,
  x: { label: "First", unit: "%", scale: "linear" },
  y: { label: "Second", unit: "%", scale: "linear" },
  field: {
    x: [0, 0.25, 0.5, 0.75, 1],
    y: [0, 0.25, 0.5, 0.75, 1],
    z: [0, 1, 2, 3, 4].map((j) =>
      [0, 1, 2, 3, 4].map((i) => (i + j > 4 ? null : 1 + i * i + 2 * j)),
    ),
    label: HOSTILE,
    unit: "",
    scale: "log",
    frame,
  },
  series: [
    { ...line, x: [0.1, 0.3, 0.6], y: [0.2, 0.3, 0.3], lo: undefined, hi: undefined },
    { ...points, x: [0.2, 0.4], y: [0.2, 0.1], lo: undefined, hi: undefined, floor: false },
  ],
  marks: [{ label: "best", x: 0.25, y: 0.25 }],
});
export const plane = map("plane");
export const simplex = map("simplex");
