// The panel that reads the user's own table, and the other pages of the lab, which read tables too. An experiment that takes
// no table does not fetch this file.
export { about, published } from "./pages.js";
export { kinds, ownRuns, ownSheet } from "./table-panel.js";
// See after-first-figure.js.
import "../elements/scaling-lab.js";
