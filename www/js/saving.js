// What saves and copies results, and shows a figure as a table. The page fetches this file when it is asked for, or when it has
// long been idle.
export { showTable } from "./plot/table.js";
export { download } from "./export.js";
export { save, take } from "../elements/lab/take.js";
// See after-first-figure.js.
import "../elements/scaling-lab.js";
