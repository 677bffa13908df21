// The plot's words in English; a page in another language passes its own words under the same keys.
import STRINGS from "../../locales/en.plot.json" with { type: "json" };

export { STRINGS };

/** @typedef {typeof STRINGS} Strings */
