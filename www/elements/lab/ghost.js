// The measured series of an earlier run behind a figure, so that two settings can be compared.

/** @typedef {import("../../js/plot/figure.js").Figure} Figure
 *  @typedef {import("../../js/plot/figure.js").Series} Series */

/** The series of one kind as one series, with a gap between two of them. @param {Series[]} series @returns {Pick<Series, "x" | "y" | "lo" | "hi">} */
function joined(series) {
  const bounded = series.some(({ lo, hi }) => lo || hi);
  /** @param {(one: Series) => (number | null)[] | undefined} values */
  const join = (values) =>
    series.flatMap((one, i) => [
      ...(i > 0 ? [null] : []),
      ...(values(one) ?? one.x.map(() => null)),
    ]);
  return {
    x: join(({ x }) => x),
    y: join(({ y }) => y),
    ...(bounded && { lo: join(({ lo }) => lo), hi: join(({ hi }) => hi) }),
  };
}

/**
 * A figure with the measured points and lines of an earlier figure behind its own series. The figure stays as it is if the
 * axes differ, or if nothing was measured before.
 * @param {Figure} figure @param {Figure | null | undefined} before @param {string} label the name of the earlier setting
 * @returns {Figure}
 */
export function ghost(figure, before, label) {
  const axes = (/** @type {Figure} */ { id, x, y, field }) =>
    JSON.stringify([id, [x, y].map(({ label, unit, scale }) => [label, unit, scale]), !field]);
  if (!before || axes(figure) !== axes(before)) return figure;
  const measured = before.series.filter(
    ({ role, hidden, y }) => role === "measured" && !hidden && y.some((v) => v !== null),
  );
  const ghosts = /** @type {const} */ (["line", "points"]).flatMap((kind) => {
    const series = measured.filter((one) => one.kind === kind);
    if (!series.length) return [];
    /** @type {Series} */
    const one = { id: `ghost-${kind}`, label, kind, role: "measured", ...joined(series) };
    return [{ ...one, ghost: true }];
  });
  return ghosts.length ? { ...figure, series: [...ghosts, ...figure.series] } : figure;
}
