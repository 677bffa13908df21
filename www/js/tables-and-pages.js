// The panel that reads the user's own table, what is said about long runs, and the other pages of the lab. An experiment that takes
// no table does not need this file for its run.
export { about, published } from "./pages.js";
export { longRun, quicker } from "./long-run.js";
export { kinds, ownRuns, ownSheet } from "./table-panel.js";
// See after-first-figure.js.
import "../elements/scaling-lab.js";
