// The legend of a figure: a button with a swatch for each entry, and the kinds of marks that the entries share.
import { upper } from "./format.js";
import { html } from "./html.js";
import { create, set } from "./svg-page.js";
import { el } from "./svg.js";
import { entries, hows, swatch } from "./swatch.js";

/** The swatch of series, to stand beside text. @param {import("./swatch.js").Shown[]} members */
export const swatchSvg = (members) =>
  create(
    el(
      "svg",
      { class: "lab-svg", width: 28, height: 14, viewBox: "0 0 28 14", "aria-hidden": "true" },
      [swatch(members)],
    ),
  );

/** @param {import("./strings.js").Strings} strings @param {(id: string) => boolean} shown @param {(key: string, on: boolean) => void} turn */
export function createLegend(strings, shown, turn) {
  const [element, rare] = [0, 1].map(() => {
    const group = html("div", "lab-legend");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", strings.legend);
    return group;
  });
  // What starts hidden is offered elsewhere, so that the legend names what is drawn.
  const more = html("details");
  more.append(html("summary", "", strings.moreCurves), rare);
  let known = "";
  /** @type {[HTMLElement, string][]} the buttons, and a series of each */
  let buttons = [];
  /** @param {import("./figure.js").Figure} figure */
  function draw(figure) {
    const list = entries(figure);
    const key = JSON.stringify(list, (name, value) =>
      /^(x|y|lo|hi)$/.test(name) ? Boolean(value) : value,
    );
    if (key !== known) {
      known = key;
      const focused = [element, rare]
        .map((group) => group.querySelector(":focus"))
        .find(Boolean)
        ?.getAttribute("data-id");
      buttons = list.map(({ key, label, members }) => {
        const button = html("button");
        button.setAttribute("type", "button");
        button.setAttribute("data-id", key);
        button.append(swatchSvg(members), html("span", "", upper(label)));
        button.addEventListener("click", () =>
          turn(key, button.getAttribute("aria-pressed") === "false"),
        );
        if (key === focused) queueMicrotask(() => button.focus());
        return [button, members[0].series.id];
      });
      const keys = hows(list).map(({ label, members }) => {
        const key = html("span", "key");
        key.append(swatchSvg(members), label);
        return key;
      });
      const of = (/** @type {boolean} */ hidden) =>
        buttons.flatMap(([button], i) => (list[i].more === hidden ? [button] : []));
      element.replaceChildren(...of(false), ...keys);
      rare.replaceChildren(...of(true));
      more.hidden = !rare.childElementCount;
    }
    for (const [button, id] of buttons) set(button, "aria-pressed", String(shown(id)));
  }

  return { element, more, draw };
}
