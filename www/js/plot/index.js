// The figures of a result as elements; see figure.js. Their root needs the style sheet.
export { renderFigure } from "./figure.js";
export { css } from "./css.js";
