// @ts-check
// The plot's own words; a page in another language passes its own by key.
export const STRINGS = {
  chart: "chart",
  keys: "Arrow keys move along a series and between series; Home and End go to its ends.",
  keysField: "Arrow keys move over the map.",
  point: "Point at the plot, or focus it and use the arrow keys, to read values.",
  legend: "Series shown",
  table: "Data table",
  empty: "There is nothing to draw yet.",
  dropped: "{count} values cannot be shown on a logarithmic axis and are left out.",
  dropped1: "1 value cannot be shown on a logarithmic axis and is left out.",
  thinned: "Every {step}th row of {rows}; the exported file has them all.",
  floor: "none seen",
  atMost: "≤ {value}",
  atLeast: "≥ {value}",
  between: "{lo} to {hi}",
  third: "Remaining share",
  flat: "{label} stays near {from}.",
  falls: "{label} falls from {from} to {to}.",
  rises: "{label} rises from {from} to {to}.",
  dips: "{label} falls from {from} to {turn} at {at}, then rises to {to}.",
  peaks: "{label} rises from {from} to {turn} at {at}, then falls to {to}.",
  one: "{label}: {to} at {at}.",
  axes: "{y} against {x}, from {from} to {to}.",
  map: "{label} over {x} and {y}: smallest {lo} at {at}, largest {hi}.",
  marked: "Marked: {list}.",
  more: "{count} more series.",
};

/** @typedef {typeof STRINGS} Strings */
