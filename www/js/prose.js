// Text of the lab for the page: sentences, and formulas that the build has typeset.
import { h } from "./dom.js";
import { pieces } from "./text.js";
import { visible } from "./visible.js";

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

/** A text as nodes: formulas are typeset. @param {import("./types.d.ts").Text} text @returns {Node[]} */
export const prose = (text) =>
  pieces(text).map((piece) =>
    typeof piece === "string"
      ? document.createTextNode(visible(piece))
      : "tex" in piece
        ? maths(math.inline[piece.tex], piece.tex)
        : h("code", {}, piece.code),
  );

/** Text for ears: names of TeX without its signs. @param {string} text */
export const spoken = (text) =>
  text.replace(/\$([^$]*)\$/g, (_, tex) => tex.replace(/\\(\w+) ?/g, "$1 ").replace(/[{}]/g, ""));

/** @param {{label: string, tex: string}} formula */
export const formula = ({ label, tex }) =>
  h(
    "figure",
    { class: "formula" },
    h("figcaption", {}, ...prose(label)),
    h(
      "div",
      { class: "scroll", tabindex: 0, role: "group", "aria-label": spoken(label) },
      maths(math.display[tex], tex),
    ),
  );

/** The engine's messages are lower case, without a full stop, names in backticks. @param {string} text */
export const sentence = (text) =>
  text &&
  visible(text[0].toUpperCase() + text.slice(1)).replace(/`([^`]*)`/g, "“$1”") +
    (/[.!?…]$/.test(text) ? "" : ".");
