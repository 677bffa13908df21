// The series of a figure: lines, points, bands, interval bars.
import { FAR, real } from "./extent.js";
import { path, ribbon, symbols } from "./path.js";
import { dashes, hasDots, looks, px as r1 } from "./style.js";
import { el } from "./svg.js";

/** @typedef {import("./figure.js").Figure} Figure
 *  @typedef {import("./figure.js").Series} Series
 *  @typedef {import("./style.js").Look} Look
 *  @typedef {import("./scale.js").Scale} Scale
 *  @typedef {import("./draw.js").Box} Box
 *  @typedef {import("./draw.js").Placed} Placed */

/** @typedef {import("./svg.js").Attributes} Attributes
 *  @typedef {{series: Series, look: Look, paths: Record<string, Attributes>}} Painted the attributes of its paths, by name */

/** The names of a series' paths, by layer. @type {Record<string, string[]>} */
const PATHS = { areas: ["area", "casing"], lines: ["line"], dots: ["bars", "dots", "open"] };

/** The layers of the series. A series always has all its paths, even empty ones, so that it keeps its elements while it changes. @param {Painted[]} painted */
export const seriesLayers = (painted) =>
  Object.fromEntries(
    Object.entries(PATHS).map(([layer, names]) => [
      layer,
      painted.flatMap(({ series, look, paths }) =>
        names.map((name) =>
          el(
            "path",
            { class: `${name} ${look.colour}`, ...paths[name] },
            [],
            `${name} ${series.id}`,
          ),
        ),
      ),
    ]),
  );

/** @param {Figure} figure @param {(id: string) => boolean} shown @param {number} size @param {Box} box @param {Scale} sx @param {Scale} sy */
export function drawSeries(figure, shown, size, box, sx, sy) {
  const all = looks(figure.series, figure.groups);
  // Points at the floor often have the same x in several series, so they are drawn side by side.
  const grounded = figure.series.filter((s) => s.floor && shown(s.id));
  let dropped = 0;
  /** @type {Placed[]} */
  const placed = [];
  const painted = figure.series.map((s, k) => {
    const look = all[k];
    if (!shown(s.id)) return { series: s, look, paths: {} };
    const n = s.x.length;
    const [px, py] = [new Array(n).fill(NaN), new Array(n).fill(NaN)];
    const [top, bottom] = [new Array(n).fill(NaN), new Array(n).fill(NaN)];
    /** Points without a value that are drawn at the floor. @type {boolean[]} */
    const floor = new Array(n).fill(false);
    /** Points with an end that is open or far away. @type {boolean[]} */
    const open = new Array(n).fill(false);
    const place = (/** @type {number | null | undefined} */ v) => (real(v) ? sy(v) : NaN);
    /** The end of the interval of point i in pixels, inside the plot; an open end extends to the edge. @param {number} i @param {number | null | undefined} v @param {number | null | undefined} y @param {number} edge @param {boolean} low */
    const end = (i, v, y, edge, low) => {
      const at = Math.max(box.y0, Math.min(box.y1, place(v)));
      const far =
        sy.kind === "log" && real(y) && y > 0 && real(v) && (low ? v < y / FAR : v > y * FAR);
      open[i] ||= far || Number.isNaN(at);
      return Number.isNaN(at) ? edge : at;
    };
    for (let i = 0; i < n; i++) {
      const x = s.x[i];
      const y = s.y[i];
      px[i] = real(x) ? sx(x) : NaN;
      py[i] = place(y);
      const atFloor =
        Boolean(s.floor) &&
        sy.kind === "log" &&
        (y === null || y === undefined || y <= 0) &&
        (real(y) || real(s.hi?.[i]));
      if (atFloor) {
        [py[i], floor[i]] = [box.y1, true];
        px[i] += (grounded.indexOf(s) - (grounded.length - 1) / 2) * size * 0.6;
      }
      if ((real(x) && Number.isNaN(px[i])) || (real(y) && s.kind !== "band" && Number.isNaN(py[i])))
        dropped++;
      if (!s.lo && !s.hi) continue;
      const [lo, hi] = [s.lo?.[i], s.hi?.[i]];
      // An interval needs a value, but a band does not. If both ends are missing, there is a gap.
      if (s.kind === "band" ? !real(lo) && !real(hi) : Number.isNaN(py[i])) continue;
      if (!real(lo) && !real(hi)) continue;
      bottom[i] = end(i, lo, y, box.y1, true);
      top[i] = end(i, hi, y, box.y0, false);
    }
    const solid = look.dash === null;
    const joined = s.kind === "line";
    // A curve that falls below the axis ends on the axis; a point below the axis is not drawn.
    const below = py.map((v) => v > box.y1 + 0.5);
    below.forEach((is, i) => {
      if (!is) return;
      const edge = joined && ((i > 0 && !below[i - 1]) || (i + 1 < n && !below[i + 1]));
      py[i] = edge ? box.y1 : NaN;
      if (!joined) dropped++;
    });
    // A series of very many points gets thin lines.
    const thick =
      size * (s.role === "published" ? 0.09 : s.role === "measured" && n > 400 ? 0.07 : 0.15);
    const curve = joined ? path(px, py) : null;
    let bars = "";
    const [wing, barb, cap] = [r1(size * 0.28), r1(size * 0.4), n > 60 ? 0 : r1(size * 0.22)];
    if (s.kind === "points") {
      for (let i = 0; i < n; i++) {
        if (Number.isNaN(top[i]) || Number.isNaN(px[i])) continue;
        const x = r1(px[i]);
        const [a, b] = [r1(top[i]), r1(floor[i] ? py[i] : bottom[i])];
        bars += `M${x} ${b}V${a}`;
        // An open end gets an arrow at the edge, a finite one a cap.
        if (top[i] === box.y0) bars += `m${-wing} ${barb}L${x} ${a}l${wing} ${barb}`;
        else if (cap) bars += `m${-cap} 0h${2 * cap}`;
        if (floor[i]) continue;
        if (bottom[i] === box.y1) bars += `M${x - wing} ${b - barb}L${x} ${b}l${wing} ${-barb}`;
        else if (cap) bars += `M${x - cap} ${b}h${2 * cap}`;
      }
    }
    const dotted = hasDots(s) || (joined && n === 1);
    const r = size * (n > 400 ? 0.14 : n > 80 ? 0.2 : 0.29);
    placed.push({
      series: s,
      look,
      px,
      py: s.kind === "band" ? px.map((_, i) => (top[i] + bottom[i]) / 2) : py,
    });
    const paths = {
      area: { d: s.kind !== "points" && (s.lo || s.hi) ? ribbon(px, bottom, top, open) : null },
      // The colours of a heat map may hide a line, so it gets a light outline there.
      casing: { d: figure.field ? curve : null, "stroke-width": thick * 2.5 },
      line: {
        d: curve,
        "stroke-width": thick,
        // With a round cap, a single point between two gaps is visible as a dot.
        "stroke-linecap": solid ? "round" : null,
        "stroke-dasharray": dashes(look, size),
      },
      bars: { d: bars || null, "stroke-width": size * 0.1 },
      dots: {
        d: dotted && !look.open ? symbols(px, py, look.shape, r, (i) => !floor[i]) : null,
        "stroke-width": n > 80 ? 0 : size * 0.05,
      },
      open: {
        d: dotted ? symbols(px, py, look.shape, r * 1.1, (i) => look.open || floor[i]) : null,
        "stroke-width": size * 0.12,
      },
    };
    return { series: s, look, paths };
  });
  return { painted, placed, dropped };
}
