// The plot's own words; a page in another language passes its own by key.
import STRINGS from "../../locales/en.plot.json" with { type: "json" };

export { STRINGS };

/** @typedef {typeof STRINGS} Strings */
