// Figures of a result as elements; see figure.js. The style sheet belongs into the same root.
export { renderFigure } from "./figure.js";
export { css } from "./css.js";
