// @ts-check
// What nobody needs before the first figure is drawn, as one file: other pages, and what a reader takes home.
export { about, published } from "./pages.js";
export { download, stampOf, toCsv, toJson, toPng } from "./export.js";
export { standalone } from "./plot/standalone.js";
