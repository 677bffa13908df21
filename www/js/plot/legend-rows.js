// The legend of a figure that is written as text: entries side by side, in as many rows as they need.
import { upper } from "./format.js";
import { textWidth } from "./layout.js";
import { el } from "./svg.js";
import { entries, hows, swatch } from "./swatch.js";

/**
 * @param {import("./figure.js").Figure} figure @param {(id: string) => boolean} isShown @param {number} size of the text @param {number} width @param {number} top
 * @returns {{nodes: import("./svg.js").Node[], bottom: number}}
 */
export function legendRows(figure, isShown, size, width, top) {
  const shown = entries(figure).filter(({ members }) => isShown(members[0].series.id));
  const named = shown.map((entry) => ({ ...entry, label: upper(entry.label) }));
  let [x, y] = [4, top];
  const nodes = [...named, ...hows(shown)].map(({ label, members }) => {
    const wide = size * 2.6 + textWidth(label, size);
    if (x > 4 && x + wide > width) [x, y] = [4, y + size * 1.6];
    const g = el("g", { transform: `translate(${x} ${y})` }, [
      swatch(members, size),
      el("text", { x: size * 2.5, y: size * 0.85 }, label),
    ]);
    x += wide + size;
    return g;
  });
  return { nodes, bottom: nodes.length > 0 ? y + size * 2 : top };
}
