// SVG nodes. Text is always a text node: nothing here reads markup.
import { visible } from "../visible.js";

const NS = "http://www.w3.org/2000/svg";

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag @param {Record<string, string | number | null>} [attributes] @param {string} [text]
 * @returns {SVGElementTagNameMap[T]}
 */
export function el(tag, attributes = {}, text) {
  const node = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) set(node, name, value);
  if (text !== undefined) say(node, text);
  return node;
}

/** Writes an attribute only if it differs. @param {Element} node @param {string} name @param {string | number | null} value */
export function set(node, name, value) {
  const text =
    value === null ? null : typeof value === "number" ? String(+value.toFixed(2)) : value;
  if (node.getAttribute(name) === text) return;
  if (text === null) node.removeAttribute(name);
  else node.setAttribute(name, text);
}

/** Writes a text only if it differs. @param {Element} node @param {string} text */
export function say(node, text) {
  const shown = visible(text);
  if (node.textContent !== shown) node.textContent = shown;
}
