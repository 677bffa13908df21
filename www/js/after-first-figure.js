// What nobody needs before the first figure is drawn, as one file: other pages, what a reader brings and takes home.
export { about, published } from "./pages.js";
export { kinds } from "./rare-controls.js";
export { ownRuns, ownSheet } from "./table-panel.js";
export { download } from "./export.js";
export { save, take } from "../elements/lab/take.js";
export { drawField } from "./plot/field.js";
export { tabulate } from "./plot/table.js";
export { summarise } from "./plot/summary.js";
// In the first download already: named here, it lies in one file with what both need, and is smaller so.
export { renderFigure } from "./plot/figure.js";
