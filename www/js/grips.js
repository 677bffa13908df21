// What a figure needs if a reader can drag something on it. Experiments without handles do not fetch this file.
export { createGrips } from "./plot/handle.js";
// See after-first-figure.js.
import "../elements/scaling-lab.js";
