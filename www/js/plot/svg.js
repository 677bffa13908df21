// A drawing as a tree of plain nodes. The code that draws a figure returns such a tree and needs no document; svg-page.js
// shows it on a page, svg-text.js writes it as text. Text is data: neither reads it as markup.
import { visible } from "../visible.js";

/** An attribute that is null is left out. @typedef {Record<string, string | number | null>} Attributes */
/**
 * A key is a node's name among its siblings. By its key a node keeps its element on the page while siblings are added and
 * removed. A node without a key is identified by its place.
 * @typedef {{tag: keyof SVGElementTagNameMap, attributes: Attributes, children: Node[] | string, key?: string}} Node
 */

/**
 * @param {Node["tag"]} tag @param {Attributes} [attributes] @param {Node[] | string} [children] nodes, or a text @param {string} [key]
 * @returns {Node}
 */
export const el = (tag, attributes = {}, children = [], key) => ({
  tag,
  attributes,
  children: typeof children === "string" ? visible(children) : children,
  key,
});

/** The text of a value for the page and for files, rounded to a hundredth of a pixel. @param {string | number} value */
export const written = (value) => (typeof value === "number" ? String(+value.toFixed(2)) : value);
