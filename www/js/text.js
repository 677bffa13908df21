// Sentences as data: a template and its arguments, filled in the reader's language. The command line fills the English in
// src/text/english.rs; tests/browser/words.test.mjs holds the two together.
import { lang, num, t, words } from "./i18n.js";
import { visible } from "./visible.js";

/** @typedef {import("./types.d.ts").Text} Text
 *  @typedef {import("./types.d.ts").Argument} Argument
 *  @typedef {string | {tex: string} | {code: string}} Piece text, a formula in TeX, or code */

/** Templates of this language by their English. @type {Record<string, string>} */
const said = /** @type {any} */ (words).texts ?? {};

/** Significant digits by kind; 4 for the others. @type {Record<string, number>} */
const DIGITS = { share: 3, multiple: 3, error: 2 };
/** What is no finite number, by how it crosses from the engine. @type {Record<string, string>} */
const ENDLESS = { inf: "infinite", "-inf": "minusInfinite", null: "notANumber" };

/** A number as it can be typed: a power of ten where it would have many digits for nothing. @param {number} x */
function typed(x) {
  const [plain, short] = [String(x), x.toExponential().replace("e+", "e")];
  return plain.includes("e") || (plain.length > 12 && short.length < plain.length) ? short : plain;
}

/** An amount with a letter for the thousands: 48.3 B. @param {number} x */
function amount(x) {
  // What is rounded up to 1000 has the next letter.
  const at = ["T", "B", "M", "K"].findIndex((_, i) => Math.abs(x) >= 0.9995 * 10 ** (12 - 3 * i));
  return at < 0 || Math.abs(x) >= 0.9995e15
    ? num(x, 3)
    : `${num(x / 10 ** (12 - 3 * at), 3)} ${"TBMK"[at]}`;
}

/** @param {string} kind @param {any} x */
function number(kind, x) {
  const endless = ENDLESS[String(x)];
  if (endless) return t(endless);
  if (kind === "setting") return typed(x);
  if (kind === "amount") return amount(x + 0);
  if (kind === "share") return `${num(100 * x + 0, DIGITS[kind])}%`;
  // A tie goes away from 0; adding 0 leaves no minus before a zero.
  const whole = () => Math.sign(x) * Math.round(Math.abs(x));
  return num((kind === "count" ? whole() : x) + 0, DIGITS[kind]);
}

/** @param {Argument} argument @returns {Piece[]} */
function valueOf({ kind, value, unit }) {
  if (kind === "name") return [visible(value)];
  if (kind === "text") return pieces(value);
  if (kind === "list")
    return value.flatMap((/** @type {Text} */ item, /** @type {number} */ i) => [
      ...(i ? [t("listGap")] : []),
      ...pieces(item),
    ]);
  const shown =
    kind === "interval"
      ? t("range", {
          lo: value[0] === null ? t("noLower") : number(kind, value[0]),
          hi: value[1] === null ? t("noUpper") : number(kind, value[1]),
        })
      : number(kind, value);
  return [unit ? `${shown} ${said[unit] ?? unit}` : shown];
}

/** The form of a word that a number asks for: one for each plural category of the language, in this order. @param {any} x @param {string} forms */
function form(x, forms) {
  const rules = new Intl.PluralRules(lang);
  const { pluralCategories } = rules.resolvedOptions();
  const order = ["zero", "one", "two", "few", "many", "other"];
  const place = order.filter((c) => pluralCategories.includes(/** @type {any} */ (c)));
  const all = forms.split("|");
  return all[place.indexOf(rules.select(Number(x)))] ?? all[all.length - 1];
}

/** A text as it is written: strings, and between them formulas and code. @param {Text} text @returns {Piece[]} */
export function pieces(text) {
  const { template, arguments: given } =
    typeof text === "string" ? { template: text, arguments: {} } : text;
  /** @type {Piece[]} */
  const out = [];
  /** What stands between backticks of the template; a backtick in an argument is data. @type {string | null} */
  let code = null;
  const add = (/** @type {Piece} */ piece) => {
    if (code === null) out.push(piece);
    else code += written(piece);
  };
  const parts = (said[template] ?? template).split(/(`|\$[^$]+\$|\{\w+(?::[^}]*)?\})/);
  for (const [i, part] of parts.entries()) {
    if (i % 2 === 0) add(part);
    else if (part === "`") {
      if (code === null) code = "";
      else {
        out.push({ code });
        code = null;
      }
    } else if (part[0] === "$") add({ tex: part.slice(1, -1) });
    else {
      const [, name, forms] = /** @type {string[]} */ (/(\w+):?(.*)\}/.exec(part));
      const argument = /** @type {Record<string, Argument>} */ (given)[name];
      if (!argument) add(part);
      else if (forms) add(form(argument.value, forms));
      else valueOf(argument).forEach(add);
    }
  }
  if (code !== null) out.push(`\`${code}`);
  return out;
}

/** A piece in a plain string: formulas stay TeX between dollars, and code stands between backticks. @param {Piece} piece */
const written = (piece) =>
  typeof piece === "string" ? piece : "tex" in piece ? `$${piece.tex}$` : `\`${piece.code}\``;

/** A text as one string. @param {Text} text */
export const fill = (text) => pieces(text).map(written).join("");

/** The beginning of a long text, which must not make a long message. @param {string} text @param {number} [most] characters */
export const cut = (text, most = 60) =>
  text.length > most ? `${[...text].slice(0, most).join("")}…` : text;

/** A figure with its texts filled, which is what the plot draws. @param {import("./types.d.ts").Figure} figure */
export const worded = ({
  title,
  x,
  heading,
  y,
  field,
  groups,
  series,
  marks,
  nothing,
  ...figure
}) => {
  /** @template {{label: Text, unit?: string, how?: Text, tag?: Text}} T @param {T} one */
  const labelled = (one) => ({
    ...one,
    label: fill(one.label),
    ...(one.unit && { unit: fill(one.unit) }),
    ...(one.how && { how: fill(one.how) }),
    ...(one.tag && { tag: fill(one.tag) }),
  });
  return {
    ...figure,
    title: fill(title),
    x: labelled({ ...x, label: heading ?? x.label }),
    y: labelled(y),
    field: field && labelled(field),
    groups: groups?.map(labelled),
    series: series.map(labelled),
    marks: marks?.map(labelled),
    nothing: nothing && fill(nothing),
  };
};
