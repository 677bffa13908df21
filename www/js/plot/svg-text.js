// Writes nodes as the text of an SVG, exactly as a browser's XMLSerializer does, but without a browser.
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
    // Characters that XML forbids are replaced by visible ones. For the text of a node, `el` has done so already.
    if (value !== null) start += ` ${name}="${escaped(visible(written(value)), /[&<>"]/g)}"`;
  }
  const inside =
    typeof children === "string" ? escaped(children, /[&<>]/g) : children.map(markup).join("");
  return inside ? `<${start}>${inside}</${tag}>` : `<${start}/>`;
}
