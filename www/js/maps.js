// What draws heat maps, over a plane and over a simplex. Only a figure that is one fetches this file.
export { drawField } from "./plot/field.js";
export { drawSimplex } from "./plot/simplex.js";
// See after-first-figure.js.
import "../elements/scaling-lab.js";
