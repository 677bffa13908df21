// Shows nodes as elements of a page. A redraw touches only the elements that differ.
import { visible } from "../visible.js";
import { el, written } from "./svg.js";

/** @typedef {import("./svg.js").Node} Node */

/** Shows a tree as an element; `update` changes the element to match the next tree. @param {Node} node */
export function show(node) {
  const element = create(node);
  return {
    element,
    /** @param {Node} next */
    update(next) {
      renew(element, node, next);
      node = next;
    },
  };
}

/** @param {Node} node */
export function create(node) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", node.tag);
  renew(element, el(node.tag), node);
  return element;
}

/** Updates an element. Attributes and children that no tree has named belong to other code and stay. @param {Element} element @param {Node} was @param {Node} node */
function renew(element, was, node) {
  for (const name in was.attributes) if (!(name in node.attributes)) element.removeAttribute(name);
  for (const name in node.attributes)
    if (was.attributes[name] !== node.attributes[name]) set(element, name, node.attributes[name]);
  if (was.children === node.children) return;
  if (typeof node.children === "string") element.textContent = node.children;
  else renewChildren(element, /** @type {Node[]} */ (was.children), node.children);
}

/** Updates the children of an element. A child keeps its element by its key. @param {Element} parent @param {Node[]} was @param {Node[]} nodes */
function renewChildren(parent, was, nodes) {
  const { children } = parent;
  const name = (/** @type {Node} */ { tag, key }, /** @type {number} */ i) => tag + (key ?? i);
  // Usually no child is added or removed.
  if (
    was.length === nodes.length &&
    nodes.every(({ tag, key }, i) => tag === was[i].tag && key === was[i].key)
  )
    return nodes.forEach((node, i) => renew(children[i], was[i], node));
  const old = new Map(was.map((node, i) => [name(node, i), { node, element: children[i] }]));
  const elements = nodes.map((node, i) => {
    const last = old.get(name(node, i));
    if (!last) return create(node);
    old.delete(name(node, i));
    renew(last.element, last.node, node);
    return last.element;
  });
  for (const { element } of old.values()) element.remove();
  elements.forEach((element, i) => {
    const there = children[i];
    if (there !== element) parent.insertBefore(element, there ?? null);
  });
}

/** Writes an attribute only if it differs. @param {Element} node @param {string} name @param {string | number | null} value */
export function set(node, name, value) {
  const text = value === null ? null : written(value);
  if (node.getAttribute(name) === text) return;
  if (text === null) node.removeAttribute(name);
  else node.setAttribute(name, text);
}

/** Writes a text only if it differs. @param {Element} node @param {string} text */
export function say(node, text) {
  const shown = visible(text);
  if (node.textContent !== shown) node.textContent = shown;
}
