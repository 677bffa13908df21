import { say } from "./svg-page.js";

/** Makes an element with a class and a text. @param {string} tag @param {string} [name] @param {string} [text] */
export function html(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) say(node, text);
  return node;
}
