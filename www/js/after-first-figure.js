// What nobody needs before the first figure is drawn, as one file: other pages, what a reader brings and takes home.
export { about, published } from "./pages.js";
export { kinds, ownRuns, ownSheet } from "./table-panel.js";
export { bibtex, download, formatCommand, stampOf, toCsv, toJson, toPng } from "./export.js";
export { standalone } from "./plot/standalone.js";
export { drawField } from "./plot/field.js";
export { tabulate } from "./plot/table.js";
export { summarise } from "./plot/summary.js";
