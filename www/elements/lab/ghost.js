// The measured series of an earlier run behind a figure, so that two settings can be compared. This file is loaded after the
// first figure.
import { t } from "../../js/i18n.js";
import { worded } from "../../js/text.js";

/** @typedef {import("../../js/plot/figure.js").Figure} Figure
 *  @typedef {import("../../js/plot/figure.js").Series} Series
 *  @typedef {import("../../js/types.d.ts").Entry} Entry
 *  @typedef {import("../../js/types.d.ts").Result} Result
 *  @typedef {import("./run.js").State} State */

/** Adds an earlier run to a figure. @typedef {(figure: Figure) => Figure} Haunt */

/** The most settings that the name of an earlier run lists, and the most characters of each. */
const NAMED = { settings: 2, characters: 24 };

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

/**
 * What adds the headline figure of an earlier run to a figure, named after the settings that have changed since; null if none has.
 * @param {Entry} entry @param {{result: Result, of: State}} last @param {State} present @returns {Haunt | null}
 */
export function before({ params }, { result, of }, present) {
  /** @param {State} state */
  const settings = ({ values, seed }) => [
    ...params.map(({ name, label = name }) => [label, values[name]]),
    [t("seed"), String(seed)],
  ];
  const now = settings(present);
  const changed = settings(of).filter(([, value], i) => value !== now[i][1]);
  if (!changed.length) return null;
  const { settings: most, characters } = NAMED;
  const list = changed.slice(0, most).map(([name, text]) => {
    const value = text.length > characters ? `${text.slice(0, characters)} …` : text;
    return t("setting", { name, value });
  });
  if (changed.length > most) list.push("…");
  const label = t("before", { settings: list.join(t("listGap")) });
  const earlier = worded(result.figures[0]);
  return (figure) => ghost(figure, earlier, label);
}
