// Small helpers for building elements. Text is always a text node: nothing here reads markup.
import { visible } from "./visible.js";

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, any>} [props] attributes; names with `on...` are listeners; false and null are left out
 * @param {...any} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined)
      node.setAttribute(name, String(value));
  }
  node.append(
    ...children
      .flat()
      .filter((child) => child !== null && child !== undefined && child !== false)
      .map((child) => (typeof child === "string" ? visible(child) : child)),
  );
  return node;
}

let last = 0;
/** An id that no other element of this script has. @param {string} stem */
export const uid = (stem) => `${stem}-${++last}`;

/** A link to another site; plain text unless the address is http or https. @param {string} url @param {string | Node} text */
export const link = (url, text) =>
  /^https?:\/\//.test(url) ? h("a", { href: url, rel: "noopener" }, text) : h("span", {}, text);
