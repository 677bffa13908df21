// How a series looks: colour, dash and shape, each enough to tell two of them apart.

export const COLOURS = 8;
const DASHES = ["8 4", "2 3.5", "11 3 2 3", "5 2.5"];
export const SHAPES = 5;

/** Words in an id that say how a number was got, not what it is. */
const HOW =
  /^(theory|exact|measured|simulated|sampled|published|printed|asymptote|asymptotic|limit|mean|band|bound|interval|quantiles?|runs?|curve|power|law|unseen|zero|none)$/;

/** @typedef {{colour: number, dash: string | null, shape: number, open: boolean}} Look */

/**
 * Series whose ids differ only in how the number was got (`matched-exact`, `matched-measured`) share a
 * colour and a shape; several theory lines of one colour get different dashes.
 * @param {{id: string, role: string, kind: string}[]} series @returns {Look[]}
 */
export function looks(series) {
  let keys = series.map(
    (s) =>
      s.id
        .split(/[-_./]/)
        .filter((word) => !HOW.test(word))
        .join("-") || s.id,
  );
  if (new Set(keys).size === 1) keys = series.map((s) => s.id);
  const names = [...new Set(keys)];
  const theory = series.map((s) => s.role === "theory" && s.kind === "line");
  return series.map((s, i) => {
    const group = names.indexOf(keys[i]);
    const mates = theory.flatMap((is, j) => (is && keys[j] === keys[i] ? [j] : []));
    // A theory line alone in its colour still differs from the others in dash, for eyes that see no colour.
    const dash = theory[i]
      ? DASHES[(mates.length > 1 ? mates.indexOf(i) : group) % DASHES.length]
      : null;
    return { colour: group % COLOURS, dash, shape: group % SHAPES, open: s.role === "published" };
  });
}

/** Coordinates in an SVG path: a tenth of a pixel is enough. @param {number} v */
export const px = (v) => Math.round(v * 10) / 10;

/**
 * An outline around the origin, relative to `M x y`, of equal visual weight for every shape.
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
