// The plot's styles, as text for a constructable style sheet (shadow root or document).
//
// Variables that a page may set on the element or above it (each falls back to the lab's sheet, then to this one):
//   --lab-bg --lab-ink --lab-muted --lab-grid   background, text, secondary text and axes, grid lines
//   --lab-c0 ... --lab-c7                       series colours, at least 3:1 against --lab-bg
//   --lab-focus                                 focus ring
//   --lab-font                                  font family of the plot
//   --lab-plot-scale                            font size factor of the plot, 1 unless set (lecture: 1.3)
//   --lab-q0 ... --lab-q15                      steps of a scale, for figures with more series than colours; 3:1 too
// The theme follows the system; `theme="light"` or `theme="dark"` on the host overrides it.

import { COLOURS, STEPS } from "./style.js";

/** The ends of the scale. Its steps lie between them, each lighter than the one before. */
const SCALES = {
  light: [
    [42, 10, 74],
    [31, 111, 139],
    [90, 154, 26],
  ],
  dark: [
    [124, 108, 240],
    [47, 184, 168],
    [242, 231, 90],
  ],
};

/** @param {"light" | "dark"} theme */
const scale = (theme) =>
  Object.fromEntries(
    Array.from({ length: STEPS }, (_, i) => {
      const at = (2 * i) / (STEPS - 1);
      const [a, b] = SCALES[theme].slice(at > 1 ? 1 : 0);
      const mixed = a.map((v, k) => Math.round(v + (b[k] - v) * (at > 1 ? at - 1 : at)));
      return [`q${i}`, `rgb(${mixed})`];
    }),
  );

/** @type {Record<"light" | "dark", Record<string, string>>} */
export const palettes = {
  light: {
    bg: "#ffffff",
    ink: "#1a1d21",
    muted: "#565d66",
    grid: "#e2e5e9",
    focus: "#0b57d0",
    c0: "#0069a8",
    c1: "#c74a00",
    c2: "#00805a",
    c3: "#a63c86",
    c4: "#8a6200",
    c5: "#5b4bc4",
    c6: "#3c4148",
    c7: "#00809c",
    ...scale("light"),
  },
  dark: {
    bg: "#15181c",
    ink: "#eceff2",
    muted: "#a9b1ba",
    grid: "#31373e",
    focus: "#8ab4f8",
    c0: "#5cb8f0",
    c1: "#ff8f45",
    c2: "#35c796",
    c3: "#eb92c6",
    c4: "#e3c04a",
    c5: "#aea5ff",
    c6: "#d5d9de",
    c7: "#4dd0e6",
    ...scale("dark"),
  },
};

/** The names of the same variables in the lab's own sheet (elements/scaling-lab.css). @type {Record<string, string>} */
const OURS = { bg: "card", ink: "ink", muted: "soft", grid: "line", focus: "focus" };

/** @param {"light" | "dark"} theme */
const variables = (theme) =>
  Object.entries(palettes[theme])
    .map(
      ([name, value]) => `--lab-${name}:${name in OURS ? `var(--${OURS[name]},${value})` : value}`,
    )
    .join(";");

/** The styles inside the SVG; exported files hold them with the colours written out. */
export const svgRules = [
  "text{font-family:var(--lab-font);fill:var(--lab-ink)}",
  ".small{fill:var(--lab-muted)}",
  ".mask{fill:var(--lab-bg)}",
  ".grid{stroke:var(--lab-grid);fill:none}",
  ".axis{stroke:var(--lab-muted);fill:none}",
  ".halo{paint-order:stroke;stroke:var(--lab-bg);stroke-linejoin:round}",
  ".band{fill:var(--lab-muted);opacity:.12}",
  ".rule{stroke:var(--lab-ink);fill:none;opacity:.7}",
  ".place{stroke:var(--lab-ink);fill:var(--lab-bg)}",
  ".line{fill:none;stroke:currentColor;stroke-linejoin:round}",
  ".casing{fill:none;stroke:var(--lab-bg);stroke-linejoin:round;stroke-linecap:round;opacity:.8}",
  ".area{fill:currentColor;stroke:none;opacity:.18}",
  ".bars{fill:none;stroke:currentColor}",
  ".dots{fill:currentColor;stroke:var(--lab-bg)}",
  ".open{fill:var(--lab-bg);stroke:currentColor}",
  ...[...Array(COLOURS).keys()].map((i) => `.c${i}{color:var(--lab-c${i})}`),
  ".key{color:var(--lab-muted)}",
  ".ghost{color:var(--lab-muted);opacity:.45}",
  ...[...Array(STEPS).keys()].map((i) => `.q${i}{color:var(--lab-q${i})}`),
];

export const css = `
:root,:host{${variables("light")};--lab-font:system-ui,sans-serif}
@media screen and (prefers-color-scheme:dark){:root,:host(:not([theme=light])){${variables("dark")}}}
@media screen{:host([theme=dark]){${variables("dark")}}}
.lab-figure{--lab-size:1em;margin:0;color:var(--lab-ink);min-width:0}
.lab-figure figcaption{font-weight:600;margin-block-end:.4em;font-size:max(1em,var(--lab-size))}
.lab-figure :is(.lab-read,.lab-legend,.lab-note,details){font-size:max(.9em,calc(var(--lab-size)*.88))}
.lab-figure [hidden]{display:none}
.lab-plot{touch-action:pan-y;outline-offset:3px;border-radius:2px;-webkit-user-select:none;user-select:none}
.lab-plot:focus-visible{outline:2px solid var(--lab-focus)}
.lab-plot>svg{display:block;width:100%;height:auto;background:var(--lab-bg);overflow:hidden}
${svgRules.map((rule) => `.lab-svg ${rule}`).join("\n")}
.lab-read{min-block-size:2.8em;scroll-margin-block:.5em;line-height:1.4;margin:.5em 0 .3em;color:var(--lab-ink);font-variant-numeric:tabular-nums;display:flex;flex-wrap:wrap;align-content:start;gap:0 1.1em}
.lab-read .hint{color:var(--lab-muted);display:none}
.lab-plot:is(:hover,:focus-visible)~.lab-read .hint{display:inline}
.lab-read b{font-weight:600}
.lab-read span{overflow-wrap:anywhere}
.lab-legend{display:flex;flex-wrap:wrap;gap:.3em .5em}
.lab-legend button{font:inherit;line-height:1.25;color:var(--lab-ink);background:none;border:1px solid transparent;border-radius:.4em;padding:.25em .5em;min-block-size:2em;display:inline-flex;align-items:center;gap:.5em;text-align:start;cursor:pointer}
.lab-legend button:hover{border-color:var(--lab-muted)}
.lab-legend button:focus-visible,.lab-figure summary:focus-visible,.lab-scroll:focus-visible{outline:2px solid var(--lab-focus);outline-offset:1px}
.lab-legend button[aria-pressed=false]{color:var(--lab-muted);text-decoration:line-through}
.lab-legend button[aria-pressed=false] svg{opacity:.3}
.lab-legend .key{color:var(--lab-muted);display:inline-flex;align-items:center;gap:.5em;padding:.1em .5em}
.lab-legend svg,.lab-read svg{flex:none;overflow:visible;inline-size:2em;block-size:1em;vertical-align:-.1em}
.lab-note{color:var(--lab-muted);margin:.3em 0}
.lab-figure details{margin-block-start:.3em}
.lab-figure details:not([open],[hidden]){display:inline-block;margin-inline-end:1.2em}
.lab-figure summary{cursor:pointer;padding:.4em 0;inline-size:fit-content}
.lab-scroll{overflow:auto;max-block-size:20em;max-inline-size:100%}
.lab-scroll table{border-collapse:collapse;font-variant-numeric:tabular-nums}
.lab-scroll th,.lab-scroll td{padding:.2em .7em;text-align:end;border-block-end:1px solid var(--lab-grid);white-space:nowrap}
.lab-scroll thead th{position:sticky;inset-block-start:0;background:var(--lab-bg)}
.lab-sr{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (pointer:coarse){.lab-legend{gap:0 .3em;padding-block:7px}.lab-legend button,.lab-figure summary{min-block-size:44px;min-inline-size:44px}.lab-legend button{margin-block:-7px;padding:.1em .35em}}
@media (forced-colors:active){.lab-svg{forced-color-adjust:none}}
`;
