// A live experiment in a notebook: a module for anywidget. In Python:
//
//   import anywidget, traitlets as t
//   class Lab(anywidget.AnyWidget):
//       _esm = "https://LAB/v0.1.0/notebook.js"
//       experiment = t.Unicode().tag(sync=True)
//       settings = t.Dict().tag(sync=True)
//       controls = t.Unicode("").tag(sync=True)
//       theme = t.Unicode("").tag(sync=True)
//       runs = t.Int(0).tag(sync=True)
//       result = t.Dict().tag(sync=True)
//   lab = Lab(experiment="SLUG", settings={"seed": 7}); lab
//
// `lab.runs += 1` starts a run, and `lab.result` then is its result. anywidget cannot check the sum of this file; the file checks those of
// all others.
import "./embed-stub.js";
import { dress, show } from "./hosted.js";
import { typed } from "./value-text.js";

/** What anywidget offers of the Python object. @typedef {{get: (name: string) => any, set: (name: string, value: unknown) => void, save_changes: () => void, on: (name: string, heard: () => void) => void, off: (name: string, heard: () => void) => void}} Model */

/** @param {{model: Model, el: HTMLElement}} given */
function render({ model, el }) {
  const query = () =>
    Object.fromEntries(
      Object.entries(model.get("settings") ?? {}).map(([name, value]) => [name, typed(value)]),
    );
  const looks = () => dress(lab, { controls: model.get("controls"), theme: model.get("theme") });
  /** What the element has told Python comes back as a change, which must not open the state again. */
  let telling = false;
  /** @param {Record<string, unknown>} values */
  const tell = (values) => {
    telling = true;
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
    telling = false;
  };
  // Python gets plain data.
  const result = () => tell({ result: JSON.parse(JSON.stringify(lab.result)) });
  const changed = () => tell({ settings: lab.query });
  /** @type {import("./embedded.js").Embedded} */
  let lab;
  /** Resolves once the element shows its figures. @type {Promise<unknown>} */
  let ready;
  const open = () => {
    lab = show(el, model.get("experiment"), query());
    looks();
    ready = new Promise((resolve) => lab.addEventListener("ready", resolve, { once: true }));
    lab.addEventListener("ready", result);
    lab.addEventListener("result", result);
    lab.addEventListener("change", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.settled) changed();
    });
  };
  open();
  const settings = () => {
    if (!telling) lab.query = query();
  };
  let runs = model.get("runs") ?? 0;
  const run = async () => {
    const before = runs;
    runs = model.get("runs");
    if (runs <= before) return;
    await customElements.whenDefined("scaling-lab");
    lab.start();
    await ready;
    await lab.open(query());
    lab.run();
  };
  /** @type {[string, () => void][]} */
  const heard = [
    ["change:experiment", open],
    ["change:settings", settings],
    ["change:controls", looks],
    ["change:theme", looks],
    ["change:runs", run],
  ];
  for (const [name, hear] of heard) model.on(name, hear);
  return () => {
    for (const [name, hear] of heard) model.off(name, hear);
    lab.remove();
  };
}

export default { render };
