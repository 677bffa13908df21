// Code of an experiment that is not needed before its first figure is drawn, in one file: cursor, summaries, the last run, the estimate of a run's time.
export { near } from "./near.js";
export { foretell } from "./estimate.js";
export { before } from "../elements/lab/ghost.js";
export { createCursor } from "./plot/cursor.js";
export { summarise } from "./plot/summary.js";
// The first download holds this too. Importing all of it here makes the build put it into one file with the code that both
// share, which is smaller than several files.
import "../elements/scaling-lab.js";
export { renderFigure } from "./plot/figure.js";
