// Heat maps. Cells are drawn as a few dozen paths, one per colour, so that a map of ten thousand cells stays
// small and exports as vectors. On the simplex a cell is the hexagon around its point.
import { axisFormat, axisTitle } from "./format.js";
import { fitText, stride, textWidth } from "./layout.js";
import { extentOf, makeScale, makeTicks, sound } from "./scale.js";
import { px as r1 } from "./style.js";
import { el } from "./svg.js";

/** @typedef {import("./scale.js").Scale} Scale @typedef {import("./draw.js").Box} Box */
/** The grid points that have a value, by index and in pixels. @typedef {{i: number, j: number, x: number, y: number}[]} Cells */

const LEVELS = 40;
/** viridis at nine even steps. */
const VIRIDIS = [
  "440154",
  "472d7b",
  "3b528b",
  "2c728e",
  "21918c",
  "28ae80",
  "5ec962",
  "addc30",
  "fde725",
].map((c) => [0, 2, 4].map((i) => parseInt(c.slice(i, i + 2), 16)));

/** @param {number} t in [0, 1]; dark is small */
export function viridis(t) {
  const u = Math.max(0, Math.min(1, t)) * (VIRIDIS.length - 1);
  const i = Math.min(VIRIDIS.length - 2, Math.floor(u));
  return `#${[0, 1, 2]
    .map((c) =>
      Math.round(VIRIDIS[i][c] + (u - i) * (VIRIDIS[i + 1][c] - VIRIDIS[i][c]))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

/** The edges of the cells around positions. @param {number[]} at @param {Scale} scale */
function edges(at, scale) {
  const px = at.map(scale);
  const out = px.slice(1).map((p, i) => (p + px[i]) / 2);
  return [scale.range[0], ...out, scale.range[1]];
}

/** The distance between neighbours on an even grid. @param {number[]} at */
const step = (at) => (at.length > 1 ? (at[at.length - 1] - at[0]) / (at.length - 1) : 0.1);

/**
 * Draws a heat map with its colour bar, and returns the positions of its cells too.
 * @param {import("./figure.js").Figure} figure @param {import("./draw.js").View} view @param {number} size @param {Box} box
 * @param {Scale | ((a: number, b: number) => number[])} sx the x scale, or the projection of a simplex
 * @param {Scale | null} sy @param {number} height
 * @returns {{nodes: import("./svg.js").Node[], cells: Cells | null}}
 */
export function drawField(figure, view, size, box, sx, sy, height) {
  const { field } = figure;
  const extent = field ? extentOf(field.scale, field.z.flat()) : null;
  if (!field || !extent) return { nodes: [], cells: null };
  const range = sound(field.scale, extent);
  const colour = makeScale(field.scale, range, [0, 1]);
  const paths = new Array(LEVELS).fill("");
  /** @param {number} t */
  const level = (t) => Math.max(0, Math.min(LEVELS - 1, Math.floor(t * LEVELS)));
  /** @param {number | null | undefined} z */
  const tone = (z) => (z === null || z === undefined ? NaN : colour(z));
  /** @type {Cells} */
  const cells = [];

  if (sy) {
    const scale = /** @type {Scale} */ (sx);
    const ex = edges(field.x, scale);
    const ey = edges(field.y, sy);
    field.z.forEach((row, j) => {
      for (let i = 0; i < row.length;) {
        const t = tone(row[i]);
        if (Number.isNaN(t)) {
          i++;
          continue;
        }
        const l = level(t);
        let k = i;
        // Neighbours of equal colour are drawn as one rectangle.
        while (k < row.length && level(tone(row[k])) === l) {
          cells.push({ i: k, j, x: scale(field.x[k]), y: sy(field.y[j]) });
          k++;
        }
        paths[l] +=
          `M${ex[i].toFixed(1)} ${ey[j].toFixed(1)}H${ex[k].toFixed(1)}V${ey[j + 1].toFixed(1)}H${ex[i].toFixed(1)}Z`;
        i = k;
      }
    });
  } else {
    const project = /** @type {(a: number, b: number) => number[]} */ (sx);
    const [dx, dy] = [step(field.x), step(field.y)];
    // The corners of a hexagon relative to its centre, in pixels; all hexagons have the same.
    const [ox, oy] = project(0, 0);
    const corners = [
      [1, 1],
      [-1, 2],
      [-2, 1],
      [-1, -1],
      [1, -2],
      [2, -1],
    ].map(([a, b]) => project((a * dx) / 3, (b * dy) / 3).map((v, k) => v - [ox, oy][k]));
    field.z.forEach((row, j) =>
      row.forEach((z, i) => {
        const t = tone(z);
        if (Number.isNaN(t)) return;
        const [x, y] = project(field.x[i], field.y[j]);
        cells.push({ i, j, x, y });
        paths[level(t)] += `M${corners.map((c) => `${r1(x + c[0])} ${r1(y + c[1])}`).join("L")}Z`;
      }),
    );
  }

  // The colour bar lies under the plot.
  const width = Math.min(box.x1 - box.x0, 26 * size);
  const [bx, by, bh] = [box.x0 + (box.x1 - box.x0 - width) / 2, height - size * 2.4, size * 0.8];
  const bar = makeScale(field.scale, range, [bx, bx + width]);
  const ticks = makeTicks(field.scale, range, Math.max(3, width / (size * 5))).major;
  const format = axisFormat(view.locale, field.unit, field.scale, ticks);
  const labels = ticks.map(format);
  const every = stride(
    ticks.map(bar),
    labels.map((t) => textWidth(t, size)),
    size * 0.6,
  );
  const nodes = [
    // A thin stroke closes the seams between cells.
    ...paths.flatMap((d, l) =>
      d
        ? [
            el("path", {
              d,
              fill: viridis((l + 0.5) / LEVELS),
              stroke: viridis((l + 0.5) / LEVELS),
              "stroke-width": 0.6,
            }),
          ]
        : [],
    ),
    // Cells on the border extend beyond it; the part outside is painted over.
    ...(sy
      ? []
      : [
          el("path", {
            class: "mask",
            "fill-rule": "evenodd",
            d: `M0 0H${view.width}V${height}H0ZM${[
              [0, 0],
              [1, 0],
              [0, 1],
            ]
              .map(([a, b]) =>
                /** @type {(a: number, b: number) => number[]} */ (sx)(a, b).map(r1).join(" "),
              )
              .join("L")}Z`,
          }),
        ]),
    ...paths.map((_, l) =>
      el("rect", {
        x: bx + (l * width) / LEVELS,
        y: by,
        width: width / LEVELS + 0.5,
        height: bh,
        fill: viridis((l + 0.5) / LEVELS),
      }),
    ),
    el("path", {
      class: "axis",
      d: ticks.map((t) => `M${bar(t).toFixed(1)} ${by + bh}v${size * 0.25}`).join(""),
    }),
    ...ticks.flatMap((t, i) => {
      if (i % every !== 0) return [];
      const half = textWidth(labels[i], size) / 2;
      return [
        el(
          "text",
          {
            class: "small",
            x: Math.max(half, Math.min(view.width - half, bar(t))),
            y: by + bh + size * 1.2,
            "text-anchor": "middle",
          },
          labels[i],
        ),
      ];
    }),
    el("text", { x: bx, y: by - size * 0.4 }, fitText(axisTitle(field), size, view.width - bx)),
  ];
  return { nodes, cells };
}
