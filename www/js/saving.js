// What saves and copies results, shows them as tables, and shows the run before the present one. The page fetches this file when
// it is asked for, or when it has long been idle.
export { before } from "../elements/lab/ghost.js";
export { showTable } from "./plot/table.js";
export { download } from "./export.js";
export { save, take } from "../elements/lab/take.js";
// See after-first-figure.js.
import "../elements/scaling-lab.js";
