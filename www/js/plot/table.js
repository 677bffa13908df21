// The numbers behind a figure as a table: one row per abscissa, one column per series.
import { axisTitle, cell, fill, upper, valueFormat } from "./format.js";
import { html } from "./html.js";

/** @typedef {import("./figure.js").Figure} Figure @typedef {import("./strings.js").Strings} Strings */

const ROWS_MAX = 200;
const COLUMNS_MAX = 24;

/** Every k-th item of a list, so that at most `most` are left, and that k. @template T @param {T[]} list @param {number} most @returns {[T[], number]} */
export function thin(list, most) {
  const step = Math.max(1, Math.ceil(list.length / most));
  return [list.filter((_, i) => i % step === 0), step];
}

/**
 * @param {Figure} figure @param {(id: string) => boolean} shown @param {string} locale @param {Strings} strings
 * @returns {{head: string[], rows: string[][], note: string}}
 */
export function tabulate(figure, shown, locale, strings) {
  const vx = valueFormat(locale, figure.x.unit, 5);
  const vy = valueFormat(locale, figure.y.unit, 5);
  /** @param {number} step @param {number} rows */
  const note = (step, rows) => (step > 1 ? fill(strings.thinned, { step, rows }) : "");
  if (figure.field) {
    const { x, y, z, unit } = figure.field;
    const vz = valueFormat(locale, unit, 4);
    const [columns] = thin(
      x.map((_, i) => i),
      COLUMNS_MAX,
    );
    const [rows, step] = thin(
      y.map((_, j) => j),
      COLUMNS_MAX,
    );
    return {
      head: [`${axisTitle(figure.y)} \\ ${axisTitle(figure.x)}`, ...columns.map((i) => vx(x[i]))],
      rows: rows.map((j) => [
        vy(y[j]),
        ...columns.map((i) => (z[j][i] == null ? "" : vz(Number(z[j][i])))),
      ]),
      note: note(step, y.length),
    };
  }
  const series = figure.series.filter((s) => shown(s.id));
  /** @type {Map<number, string[]>} */
  const byX = new Map();
  series.forEach((s, k) =>
    s.x.forEach((x, i) => {
      if (x == null) return;
      let row = byX.get(x);
      if (!row) byX.set(x, (row = new Array(series.length).fill("")));
      row[k] = cell(s.kind === "band" ? null : s.y[i], s.lo?.[i], s.hi?.[i], vy, strings);
    }),
  );
  const [rows, step] = thin(
    [...byX].sort((a, b) => a[0] - b[0]),
    ROWS_MAX,
  );
  return {
    head: [axisTitle(figure.x), ...series.map((s) => upper(s.label))],
    rows: rows.map(([x, cells]) => [vx(x), ...cells]),
    note: note(step, byX.size),
  };
}

/**
 * Shows the table in its place, which keeps what is scrolled into view.
 * @param {HTMLElement} host @param {Figure} figure @param {(id: string) => boolean} shown @param {string} locale @param {Strings} strings
 */
export function showTable(host, figure, shown, locale, strings) {
  const { head, rows, note } = tabulate(figure, shown, locale, strings);
  const cells = (/** @type {string[]} */ texts, /** @type {string} */ scope) => {
    const tr = html("tr");
    texts.forEach((text, i) => {
      const th = scope === "col" || i === 0;
      const td = html(th ? "th" : "td", "", text);
      if (th) td.setAttribute("scope", scope);
      tr.append(td);
    });
    return tr;
  };
  const [table, thead, tbody] = [html("table"), html("thead"), html("tbody")];
  thead.append(cells(head, "col"));
  tbody.append(...rows.map((row) => cells(row, "row")));
  table.append(thead, tbody);
  const { scrollTop, scrollLeft } = host;
  host.replaceChildren(...(note ? [html("p", "lab-note", note)] : []), table);
  host.scrollTo(scrollLeft, scrollTop);
}
