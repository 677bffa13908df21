// The place of the user's own table on the page: a button that chooses a file, and an area that accepts a dropped one. It
// is there before the panel that reads files (table-panel.js), which fills it.
import { h, uid } from "./dom.js";
import { t } from "./i18n.js";
import { prose } from "./prose.js";

/** @typedef {ReturnType<typeof tablePlace>} Place */

/**
 * Accepts files that are chosen with its button or dropped where it listens.
 * @param {HTMLElement} place highlighted while a file is dragged @param {(files: File[]) => void} take
 */
export function intake(place, take) {
  const input = h("input", {
    type: "file",
    onchange: () => {
      const chosen = [...(input.files ?? [])];
      // Clear the input, so that choosing the same file again is a change.
      input.value = "";
      if (chosen.length) take(chosen);
    },
  });
  input.hidden = true;
  const choose = h("button", { type: "button", onclick: () => input.click() }, t("own.choose"));
  /** @param {HTMLElement} area @param {AbortSignal} [signal] removes the listeners */
  function listen(area, signal) {
    // A file that is not accepted would make the browser leave the page to show it.
    for (const type of /** @type {const} */ (["dragenter", "dragover", "dragleave", "drop"]))
      area.addEventListener(
        type,
        (event) => {
          const { types = [], files = [] } = event.dataTransfer ?? {};
          if (!types.includes("Files")) return;
          const leaves = type === "dragleave";
          if (!leaves) event.preventDefault();
          if (leaves && area.contains(/** @type {Node | null} */ (event.relatedTarget))) return;
          place.toggleAttribute("data-over", !leaves && type !== "drop");
          if (type === "drop") take([...files]);
        },
        { signal },
      );
  }
  return { input, choose, listen };
}

/**
 * The place of an experiment that takes a table. It is as high as the panel, so that nothing moves when the panel fills it.
 * @param {string} purpose what the table must contain @param {string} example the address of an example @param {HTMLElement} heading @param {(files: File[]) => void} take
 */
export function tablePlace(purpose, example, heading, take) {
  heading.id = uid("own");
  const element = h("section", { class: "own", "aria-labelledby": heading.id });
  const about = h("p", { class: "about" }, t("own.simulated"));
  const pasting = h("details", { class: "pasting" }, h("summary", {}, t("own.paste")));
  const { input, choose, listen } = intake(element, take);
  const sample = h(
    "a",
    { href: example, download: example.replace(/.*\/|-\w+(?=\.)/g, "") },
    t("own.example"),
  );
  const buttons = h(
    "div",
    { class: "buttons" },
    choose,
    h("span", { class: "drop" }, t("own.drop")),
  );
  element.append(
    heading,
    h("p", { class: "help" }, ...prose(purpose), " ", t("own.private"), " ", sample),
    about,
    buttons,
    input,
    pasting,
  );
  return { element, about, buttons, choose, pasting, listen };
}
