// Verdicts and tables of a result as elements and as words.
import { h, uid } from "./dom.js";
import { num, percent, plain, t } from "./i18n.js";
import { prose, sentence, spoken } from "./prose.js";
import { fill } from "./text.js";

/** @typedef {import("./types.d.ts").Verdict} Verdict */
/** @typedef {import("./types.d.ts").Progress} Progress */

/** Enough digits to tell the ends of the interval apart. @param {Verdict} verdict */
function writer({ measured, interval, unit }) {
  const width =
    interval && interval[0] !== null && interval[1] !== null ? interval[1] - interval[0] : 0;
  const digits =
    width > 0 && measured
      ? Math.min(5, Math.max(3, Math.ceil(Math.log10(Math.abs(measured) / width)) + 2))
      : 4;
  return (/** @type {number | null} */ x, bare = false) =>
    x === null
      ? "–"
      : unit === "%"
        ? `${num(100 * x, digits)}%`
        : [num(x, digits), !bare && unit].filter(Boolean).join(" ");
}

/** Whether the run may still measure what a verdict is about. @param {Verdict} verdict @param {Progress} progress */
const awaited = ({ agrees, measured }, { done, total }) =>
  agrees === null && measured == null && done < total;

/** What was claimed, measured and expected. @param {Verdict} verdict @param {Progress} progress */
function verdictText(verdict, progress) {
  const { claim, measured, interval, theory, against, limit } = verdict;
  const write = writer(verdict);
  /** @type {string[]} */
  const parts = [];
  if (measured == null) {
    if (!awaited(verdict, progress)) parts.push(t("unmeasured"));
  } else {
    const [lo, hi] = interval ?? [measured, measured];
    const exact = [lo, hi].every((end) => end !== null && write(end) === write(measured));
    const ends = {
      lo: lo === null ? t("noLower") : write(lo, true),
      hi: hi === null ? t("noUpper") : write(hi),
    };
    parts.push(
      t("measured", { value: write(measured) }) + (exact ? "" : ` ${t("interval", ends)}`),
    );
  }
  if (theory !== null && theory !== undefined)
    parts.push(
      t(against === "rival" ? (limit ? "threshold" : "rival") : (limit ?? "theory"), {
        value: write(theory),
      }),
    );
  return [sentence(fill(claim)), ...(parts.length ? [sentence(parts.join("; "))] : [])].join(" ");
}

/** What the run found about the claim, in words. @param {Verdict} verdict @param {Progress} progress */
const found = (verdict, progress) => {
  const { agrees, against, limit } = verdict;
  return t(
    agrees === null
      ? awaited(verdict, progress)
        ? "found.awaited"
        : "found.null"
      : against === "bound"
        ? `found.${agrees === (limit === "upper") ? "below" : "above"}`
        : `found.${against}.${agrees}`,
  );
};

/** The whole verdict, for ears. @param {Verdict} verdict @param {Progress} progress */
export const verdictWords = (verdict, progress) =>
  spoken(`${verdictText(verdict, progress)} ${found(verdict, progress)}.`);

/** @param {Verdict} verdict @param {Progress} progress */
export function verdictView(verdict, progress) {
  return h(
    "li",
    {
      "data-agrees": String(verdict.agrees),
      "data-against": verdict.against,
      "data-verdict": verdict.id,
    },
    h("strong", { class: "agrees" }, found(verdict, progress)),
    h("span", {}, ...prose(verdictText(verdict, progress))),
    h(
      "span",
      { class: "note" },
      (verdict.note ?? []).flatMap((text, i) => [i ? " " : "", ...prose(text)]),
    ),
  );
}

/** The most rows of a table that is shown whole, and the most characters of a text that is kept on one line. */
const WHOLE_ROWS = 16;
const SHORT_TEXT = 24;

/** The caption stands outside: it must not scroll with a wide table. @param {import("./types.d.ts").Table} table */
export function tableView({ id, title, columns, rows, nothing }) {
  const caption = uid("caption");
  const long = rows.length > WHOLE_ROWS;
  /** How the text of each column is laid out. */
  const widths = columns.map((_, i) =>
    rows.some((row) => typeof row[i] !== "number" && fill(row[i] ?? "").length > SHORT_TEXT)
      ? "text"
      : "word",
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
              ...prose(plain(fill(name))),
              unit && unit !== "%" ? ` (${fill(unit)})` : "",
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
              cell !== null && typeof cell !== "number"
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
      ...prose(title),
      long ? h("span", { class: "count" }, ` ${t("rows", { rows: rows.length })}`) : "",
    ),
    nothing ? h("p", { class: "help" }, ...prose(nothing)) : "",
    rows.length ? box : "",
  );
}

/** The numbers of an answer, each with its name. The first interval says what it is. @param {import("./types.d.ts").Answer} answer */
export const factsView = ({ facts = [] }) => {
  const ranged = facts.findIndex(({ value }) => fill(value).includes("["));
  return facts.map(({ name, value }, i) => {
    const what = i === ranged ? ` ${t("interval95")}` : "";
    return h("div", {}, h("dt", {}, ...prose(name), what), h("dd", {}, ...prose(value)));
  });
};
