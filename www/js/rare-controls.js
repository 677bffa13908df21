// Controls that few experiments need; they are loaded only for those.
import { matrix } from "./matrix-control.js";
import { kinds as ofTables } from "./table-panel.js";

/** @type {Record<string, import("./controls.js").Make>} */
export const kinds = { ...ofTables, matrix };
