// A drawing as a tree of plain nodes. What draws a figure returns these and needs no document; svg-page.js shows them
// on a page, svg-text.js writes them as text. Text is data: neither reads it as markup.
import { visible } from "../visible.js";

/** Without null an attribute is there. @typedef {Record<string, string | number | null>} Attributes */
/**
 * A key is a node's name among its siblings: under it a node keeps its element on the page while others come and go.
 * Without one a node is known by its place.
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

/** A value as both writers write it: a hundredth of a pixel is enough. @param {string | number} value */
export const written = (value) => (typeof value === "number" ? String(+value.toFixed(2)) : value);
