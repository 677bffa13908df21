// Describes a figure in sentences that are computed from its data.
import { axisTitle, fill, upper, valueFormat } from "./format.js";

/** @typedef {import("./figure.js").Figure} Figure @typedef {import("./strings.js").Strings} Strings */

const SERIES_MAX = 4;

/**
 * The course of a series: it falls, rises, dips, peaks or stays.
 * @param {(number | null)[]} x @param {(number | null)[]} y
 */
export function course(x, y) {
  const points = y.flatMap((v, i) =>
    v === null || !Number.isFinite(v) || x[i] === null
      ? []
      : [{ x: /** @type {number} */ (x[i]), y: v }],
  );
  if (points.length === 0) return null;
  points.sort((a, b) => a.x - b.x);
  const [first, last] = [points[0], points[points.length - 1]];
  const low = points.reduce((a, b) => (b.y < a.y ? b : a));
  const high = points.reduce((a, b) => (b.y > a.y ? b : a));
  const range = high.y - low.y;
  const ends = [first.y, last.y];
  /** @type {"one" | "flat" | "dips" | "peaks" | "falls" | "rises"} */
  let shape = last.y < first.y ? "falls" : "rises";
  let turn = last;
  if (points.length === 1) shape = "one";
  else if (range <= 1e-3 * Math.abs(first.y)) shape = "flat";
  else if (Math.min(...ends) - low.y > 0.05 * range) [shape, turn] = ["dips", low];
  else if (high.y - Math.max(...ends) > 0.05 * range) [shape, turn] = ["peaks", high];
  return { shape, first, last, turn };
}

/** @param {Figure} figure @param {(id: string) => boolean} shown @param {string} locale @param {Strings} strings */
export function summarise(figure, shown, locale, strings) {
  const vx = valueFormat(locale, figure.x.unit, 3);
  const vy = valueFormat(locale, figure.y.unit, 3);
  const out = [];
  const { field } = figure;
  if (field) {
    const vz = valueFormat(locale, field.unit, 3);
    let [lo, hi, at] = [Infinity, -Infinity, ""];
    field.z.forEach((row, j) =>
      row.forEach((z, i) => {
        if (z === null || z === undefined) return;
        if (z < lo) [lo, at] = [z, `(${vx(field.x[i])}, ${vy(field.y[j])})`];
        if (z > hi) hi = z;
      }),
    );
    if (lo <= hi)
      out.push(
        fill(strings.map, {
          label: axisTitle(field),
          x: axisTitle(figure.x),
          y: axisTitle(figure.y),
          lo: vz(lo),
          hi: vz(hi),
          at,
        }),
      );
  }
  const series = figure.series
    .filter((s) => shown(s.id) && s.kind !== "band")
    .flatMap((s) => {
      const c = course(s.x, s.y);
      return c ? [{ label: s.label, ...c }] : [];
    });
  if (series.length > 0 && !field) {
    const xs = series.flatMap((s) => [s.first.x, s.last.x]);
    out.push(
      fill(strings.axes, {
        y: axisTitle(figure.y),
        x: axisTitle(figure.x),
        from: vx(Math.min(...xs)),
        to: vx(Math.max(...xs)),
      }),
    );
  }
  for (const { label, shape, first, last, turn } of series.slice(0, SERIES_MAX)) {
    const most = Math.max(...[first, last, turn].map((p) => Math.abs(p.y)));
    /** Rounds to zero a value that looks like zero on a linear axis. @param {number} y */
    const say = (y) => vy(figure.y.scale === "linear" && Math.abs(y) < 1e-6 * most ? 0 : y);
    out.push(
      fill(strings[shape], {
        label: upper(label),
        from: say(first.y),
        to: say(last.y),
        turn: say(turn.y),
        at: vx(turn.x),
      }),
    );
  }
  if (series.length > SERIES_MAX)
    out.push(fill(strings.more, { count: series.length - SERIES_MAX }));
  const places = (figure.marks ?? []).filter(({ x, y }) => x != null || y != null);
  const marks = places.map(
    ({ label, x, to, y }) =>
      `${label} (${[x == null ? "" : to == null ? vx(x) : `${vx(x)}–${vx(to)}`, y == null ? "" : vy(y)].filter(Boolean).join(", ")})`,
  );
  if (marks.length > 0) out.push(fill(strings.marked, { list: marks.join(", ") }));
  return out.join(" ");
}
