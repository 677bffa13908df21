// Nodes as the text of an SVG, letter for letter as a browser's XMLSerializer writes them; it needs no browser.
import { visible } from "../visible.js";
import { written } from "./svg.js";

/** @type {Record<string, string>} */
const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
/** @param {string} text @param {RegExp} special */
const escaped = (text, special) => text.replace(special, (c) => ENTITIES[c]);

/** @param {import("./svg.js").Node} node @returns {string} */
export function markup({ tag, attributes, children }) {
  let start = tag;
  for (const [name, value] of Object.entries(attributes)) {
    // What no XML file may hold is made visible here; in a text, the node has seen to it.
    if (value !== null) start += ` ${name}="${escaped(visible(written(value)), /[&<>"]/g)}"`;
  }
  const inside =
    typeof children === "string" ? escaped(children, /[&<>]/g) : children.map(markup).join("");
  return inside ? `<${start}>${inside}</${tag}>` : `<${start}/>`;
}
