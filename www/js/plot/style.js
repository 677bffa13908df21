// The look of a series: colour, dash and shape. Each alone is enough to distinguish two series.

/** The number of distinct colours, and of steps of the scale that is used for more groups. */
export const COLOURS = 8;
export const STEPS = 16;
const DASHES = ["8 4", "2 3.5", "11 3 2 3", "5 2.5"];
export const SHAPES = 5;

/** `colour` is a class in css.js. @typedef {{colour: string, dash: string | null, shape: number, open: boolean}} Look */

/**
 * Series of one group share a colour and a shape; several theory lines of one colour get different dashes. Each group has
 * its own colour; if there are more groups than colours, each has a step of the scale, in order. The named groups come first,
 * even those without series, so that a run that adds series changes no colour. A ghost is pale, whatever its group.
 * @param {{id: string, group?: string, role: string, kind: string, ghost?: boolean}[]} series
 * @param {{id: string}[]} [groups] @returns {Look[]}
 */
export function looks(series, groups = []) {
  const keys = series.map((s) => s.group ?? s.id);
  const names = [
    ...new Set([...groups.map(({ id }) => id), ...keys.filter((_, i) => !series[i].ghost)]),
  ];
  const last = names.length - 1;
  const theory = series.map((s) => s.role === "theory" && s.kind === "line");
  return series.map((s, i) => {
    if (s.ghost) return { colour: "ghost", dash: null, shape: 0, open: false };
    const group = names.indexOf(keys[i]);
    const mates = theory.flatMap((is, j) => (is && keys[j] === keys[i] ? [j] : []));
    // Theory lines of different colours also differ in dash, for readers who do not see colours.
    const dash = theory[i]
      ? DASHES[(mates.length > 1 ? mates.indexOf(i) : group) % DASHES.length]
      : null;
    return {
      colour: last < COLOURS ? `c${group}` : `q${Math.round((group * (STEPS - 1)) / last)}`,
      dash,
      shape: group % SHAPES,
      open: s.role === "published",
    };
  });
}

/** Has a series markers? A published line has them if they do not crowd it. @param {import("./figure.js").Series} series */
export const hasDots = ({ kind, role, x }) =>
  kind === "points" || (kind === "line" && role === "published" && x.length <= 20);

/** The dashes of a line for a font of `size` px; null for a solid line. @param {Look} look @param {number} size */
export const dashes = ({ dash }, size) =>
  dash &&
  dash
    .split(" ")
    .map((v) => (+v * size) / 14)
    .join(" ");

/** Rounds a coordinate of an SVG path to a tenth of a pixel. @param {number} v */
export const px = (v) => Math.round(v * 10) / 10;

/**
 * The path of a shape around the origin, to follow `M x y`; all shapes have equal visual weight.
 * @param {number} shape @param {number} r
 */
export function outline(shape, r) {
  const [a, b, c, d, e] = [r, r * 0.9, r * 1.15, r * 1.25, r * 1.3].map(px);
  return [
    `m${-a} 0a${a} ${a} 0 1 0 ${2 * a} 0a${a} ${a} 0 1 0 ${-2 * a} 0z`,
    `m${-b} ${-b}h${2 * b}v${2 * b}h${-2 * b}z`,
    `m0 ${-d}l${c} ${px(2 * r)}h${-2 * c}z`,
    `m0 ${-e}l${e} ${e}l${-e} ${e}l${-e} ${-e}z`,
    `m0 ${d}l${c} ${-px(2 * r)}h${-2 * c}z`,
  ][shape];
}
