// The axes of a figure.
import { stride, textWidth } from "./layout.js";
import { el } from "./svg.js";

/** @typedef {import("./scale.js").Scale} Scale
 *  @typedef {import("./draw.js").Box} Box
 *  @typedef {Record<string, import("./svg.js").Node[]>} Layers */

/**
 * Returns the axes of the last drawing if nothing that they depend on has changed, as is usual while a slider moves.
 * @param {import("./draw.js").Kept} kept @param {unknown[]} on @param {() => Layers} make
 */
export function sameAxes(kept, on, make) {
  const key = JSON.stringify(on);
  if (kept.axes?.key !== key) kept.axes = { key, layers: make() };
  return kept.axes.layers;
}

/**
 * Draws grid, ticks, labels and titles of two axes.
 * @param {string[]} xTitle @param {string[]} yTitle lines
 * @param {number} size @param {number} height @param {Box} box @param {Scale} sx @param {Scale} sy
 * @param {{major: number[], minor: number[]}} tx @param {{major: number[], minor: number[]}} ty
 * @param {string[]} xLabels @param {string[]} yLabels @param {boolean} field
 * @returns {Layers}
 */
export function drawAxes(
  xTitle,
  yTitle,
  size,
  height,
  { x0, y0, x1, y1 },
  sx,
  sy,
  tx,
  ty,
  xLabels,
  yLabels,
  field,
) {
  const line = (/** @type {number} */ v) => Math.round(v) + 0.5;
  const grid = field
    ? ""
    : tx.major.map((v) => `M${line(sx(v))} ${y0}V${y1}`).join("") +
      ty.major.map((v) => `M${x0} ${line(sy(v))}H${x1}`).join("");
  const [long, short] = [size * 0.35, size * 0.2];
  const zero =
    sy.kind === "linear" && sy.domain[0] < 0 && sy.domain[1] > 0
      ? `M${x0} ${line(sy(0))}H${x1}`
      : "";
  const d =
    `${zero}M${x0 + 0.5} ${y0}V${y1 + 0.5}H${x1}` +
    tx.major.map((v) => `M${line(sx(v))} ${y1}v${long}`).join("") +
    tx.minor.map((v) => `M${line(sx(v))} ${y1}v${short}`).join("") +
    ty.major.map((v) => `M${x0} ${line(sy(v))}h${-long}`).join("") +
    ty.minor.map((v) => `M${x0} ${line(sy(v))}h${-short}`).join("");
  const widths = xLabels.map((t) => textWidth(t, size));
  const every = stride(tx.major.map(sx), widths, size * 0.6);
  // If labels are skipped, those that stay include the powers of ten, or zero.
  const anchor = Math.max(
    0,
    tx.major.findIndex((v) => v === 0 || (sx.kind === "log" && Number.isInteger(Math.log10(v)))),
  );
  const labels = tx.major.flatMap((v, i) => {
    if ((i - anchor) % every !== 0) return [];
    const half = widths[i] / 2;
    const x = Math.max(half + 1, Math.min(x1 + size * 1.2 - half - 1, sx(v)));
    return [
      el("text", { class: "small", x, y: y1 + size * 1.4, "text-anchor": "middle" }, xLabels[i]),
    ];
  });
  return {
    grid: [el("path", { class: "grid", d: grid })],
    axes: [
      el("path", { class: "axis", d }),
      ...labels,
      ...ty.major.map((v, i) =>
        el(
          "text",
          { class: "small", x: x0 - size * 0.55, y: sy(v) + size * 0.35, "text-anchor": "end" },
          yLabels[i],
        ),
      ),
      ...xTitle.map((line, i) => {
        const y = height - size * (0.7 + 1.35 * (xTitle.length - 1 - i));
        return el("text", { x: x1, y, "text-anchor": "end" }, line);
      }),
      ...yTitle.map((line, i) => el("text", { x: 3, y: size * (1.1 + 1.35 * i) }, line)),
    ],
  };
}
