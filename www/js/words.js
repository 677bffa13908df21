// Numbers into sentences, tables and citations.
import { h, uid } from "./dom.js";
import { num, percent, plain, t } from "./i18n.js";
import { visible } from "./visible.js";

/** @typedef {import("./types.d.ts").Verdict} Verdict */

/** @typedef {{display: Record<string, string>, inline: Record<string, string>}} Maths formulas typeset by the build, by their TeX */

/** @type {Maths} */
const math = { display: {}, inline: {} };

/** Takes formulas that came with the words they belong to. @param {Maths} more */
export function learn({ display, inline }) {
  Object.assign(math.display, display);
  Object.assign(math.inline, inline);
}

/** MathML made at build time; the TeX itself if there is none. @param {string | undefined} mathml @param {string} tex */
function maths(mathml, tex) {
  if (!mathml) return h("code", {}, tex);
  const template = document.createElement("template");
  template.innerHTML = mathml;
  return template.content;
}

/** A paragraph: text with $TeX$ inside. @param {string} text @returns {Node[]} */
export const prose = (text) =>
  text
    .split(/\$([^$]+)\$/)
    .map((part, i) =>
      i % 2 ? maths(math.inline[part], part) : document.createTextNode(visible(part)),
    );

/** @param {{label: string, tex: string}} formula */
export const formula = ({ label, tex }) =>
  h(
    "figure",
    { class: "formula" },
    h("figcaption", {}, ...prose(label)),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": label.replace(/\$/g, "") },
      maths(math.display[tex], tex),
    ),
  );

/** Enough digits to tell the ends of the interval apart. @param {Verdict} verdict */
function writer({ measured, interval, unit }) {
  const width =
    interval && interval[0] !== null && interval[1] !== null ? interval[1] - interval[0] : 0;
  const digits =
    width > 0 && measured
      ? Math.min(7, Math.max(3, Math.ceil(Math.log10(Math.abs(measured) / width)) + 2))
      : 4;
  return (/** @type {number | null} */ x, bare = false) =>
    x === null
      ? "–"
      : unit === "%"
        ? `${num(100 * x, digits)}%`
        : [num(x, digits), !bare && unit].filter(Boolean).join(" ");
}

/** Text for ears: TeX without its dollars. @param {string} text */
export const spoken = (text) => text.replace(/\$/g, "");

/** What was claimed, measured and expected. @param {Verdict} verdict */
function verdictText(verdict) {
  const { claim, measured, interval, theory } = verdict;
  const write = writer(verdict);
  /** @type {string[]} */
  const parts = [];
  if (measured !== null && measured !== undefined) {
    const exact =
      interval && interval.every((end) => end !== null && write(end) === write(measured));
    parts.push(
      t("measured", { value: write(measured) }) +
        (interval && !exact
          ? ` ${t("interval", { lo: interval[0] === null ? "−∞" : write(interval[0], true), hi: interval[1] === null ? "∞" : write(interval[1]) })}`
          : ""),
    );
  }
  if (theory !== null && theory !== undefined) parts.push(t("theory", { value: write(theory) }));
  return `${sentence(claim)} ${sentence(parts.join("; "))}`;
}

/** The whole verdict, for ears. @param {Verdict} verdict */
export const verdictWords = (verdict) =>
  `${verdictText(verdict)} ${t(`agrees.${verdict.agrees}`)}.`;

/** The engine's messages are lower case, without a full stop, names in backticks. @param {string} text */
export const sentence = (text) =>
  text &&
  visible(text[0].toUpperCase() + text.slice(1)).replace(/`([^`]*)`/g, "“$1”") +
    (/[.!?…]$/.test(text) ? "" : ".");

/** @param {Verdict} verdict */
export function verdictView(verdict) {
  return h(
    "li",
    { "data-agrees": String(verdict.agrees), "data-verdict": verdict.id },
    h("strong", { class: "agrees" }, t(`agrees.${verdict.agrees}`)),
    h("span", {}, ...prose(verdictText(verdict))),
    verdict.note ? h("span", { class: "note" }, ...prose(verdict.note)) : "",
  );
}

/** The most rows of a table that is shown whole, and the most characters of a text that is kept on one line. */
const WHOLE_ROWS = 16;
const SHORT_TEXT = 24;

/** The caption stands outside: it must not scroll with a wide table. @param {import("./types.d.ts").Table} table */
export function tableView({ id, title, columns, rows }) {
  const caption = uid("caption");
  const long = rows.length > WHOLE_ROWS;
  /** How the text of each column is laid out. */
  const widths = columns.map((_, i) =>
    rows.some((row) => String(row[i] ?? "").length > SHORT_TEXT) ? "text" : "word",
  );
  const box = h(
    "div",
    {
      class: long ? "scroll long" : "scroll",
      tabindex: 0,
      role: "region",
      "aria-labelledby": caption,
    },
    h(
      "table",
      { "aria-labelledby": caption },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          columns.map(({ name, unit }) =>
            h(
              "th",
              { scope: "col" },
              ...prose(plain(name)),
              unit && unit !== "%" ? ` (${unit})` : "",
            ),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((cell, i) =>
              typeof cell === "string"
                ? h("td", { class: widths[i] }, ...prose(cell))
                : h(
                    "td",
                    { class: "number" },
                    cell !== null && columns[i]?.unit === "%" ? percent(cell) : num(cell, 5),
                  ),
            ),
          ),
        ),
      ),
    ),
  );
  return h(
    "div",
    { "data-table": id },
    h(
      "p",
      { class: "caption", id: caption },
      title,
      long ? h("span", { class: "count" }, ` ${t("rows", { rows: rows.length })}`) : "",
    ),
    box,
  );
}
