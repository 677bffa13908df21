// The control of any text: a field that reports its text when the user leaves it.
import { h } from "./dom.js";

/** @type {import("./controls.js").Make} */
export function text(spec, { field: id, notes }, report) {
  const field = h("input", {
    id,
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
    maxlength: spec.max_len,
    "aria-describedby": notes,
    onchange: () => report(field.value.trim(), true),
  });
  return { body: [field], set: (/** @type {string} */ value) => void (field.value = value) };
}
