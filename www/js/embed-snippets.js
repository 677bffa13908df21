// The texts that a page of another site, a slide or a notebook needs to show an experiment, and the policy that such a page must have.
import { formatHash } from "./route.js";

/**
 * What is to be shown.
 * @typedef {object} Embed
 * @property {string} lab the address of the lab's folder, with a slash at its end
 * @property {string} script the name of the script in that folder
 * @property {string} [integrity] the sum of the script, if the script never changes
 * @property {string} [frame] the name of the page for iframes in that folder
 * @property {string} [notebook] the name of the module for notebooks in that folder
 * @property {string} experiment
 * @property {string} title of the experiment
 * @property {import("./types.d.ts").Values} settings by names that the experiment declares
 * @property {string} controls
 * @property {string} theme
 * @property {string} [poster] HTML that stands in the tag until the experiment starts
 */

/** @type {Record<string, string>} */
const NAMED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * A text that HTML shows as it is, between tags or in an attribute. Template languages such as Liquid read a page before the browser does,
 * and Markdown ends a block at an empty line, so braces, backticks and line breaks are written as numbers too.
 * @param {string} text
 */
export const escaped = (text) =>
  text.replace(/[&<>"'`{}\u0000-\u001f]/g, (c) => NAMED[c] ?? `&#${c.charCodeAt(0)};`);

/** @param {Record<string, string>} given */
const attributes = (given) =>
  Object.entries(given)
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join("");

/** @param {Embed} embed */
const scriptTag = ({ lab, script, integrity }) =>
  `<script type="module"${attributes({ src: lab + script })} crossorigin${integrity ? attributes({ integrity }) : ""}></script>`;

/** What a reader gets where no script runs: a link to the setting. @param {Embed} embed */
const linkTo = ({ lab, experiment, title, settings }) =>
  `<a${attributes({ href: lab + formatHash(experiment, settings) })}>${escaped(title)}</a>`;

/** @param {Embed} embed */
function elementTag(embed) {
  const { experiment, settings, controls, theme, poster } = embed;
  const given = {
    experiment,
    ...settings,
    controls,
    ...(theme === "auto" ? {} : { theme }),
  };
  return `<scaling-lab${attributes(given)}>${poster || linkTo(embed)}</scaling-lab>`;
}

/** @param {Embed} embed */
const tags = (embed) => `${scriptTag(embed)}\n${elementTag(embed)}`;

/** Raw HTML in Markdown: a block that begins with `div` ends at the first empty line, and the tags contain none. @param {Embed} embed */
const markdown = (embed) => `<div>\n${tags(embed)}\n</div>`;

/** The address of the page for iframes. @param {Embed} embed */
export const frameAddress = ({ lab, frame, experiment, settings, controls, theme }) =>
  `${lab}${frame}${formatHash(experiment, { ...settings, controls, theme })}`;

/** The height of an iframe in px, for a width of about 700 px. */
const HEIGHTS = /** @type {Record<string, number>} */ ({ minimal: 560, none: 560, full: 900 });

/** @param {Embed} embed @param {"src" | "data-src"} source */
const frameTag = (embed, source) =>
  `<iframe${attributes({
    [source]: frameAddress(embed),
    width: "100%",
    height: String(HEIGHTS[embed.controls]),
    title: embed.title,
    loading: "lazy",
  })} allowfullscreen></iframe>`;

/** A text as a string of Python, which reads the escapes of JSON alike. @param {string} text */
const python = (text) => JSON.stringify(text);

/** @param {Embed} embed @param {string} imports @param {(made: string) => string} shown how the notebook shows the widget */
function notebook(embed, imports, shown) {
  const settings = Object.entries(embed.settings)
    .map(([name, value]) => `${python(name)}: ${python(value)}`)
    .join(", ");
  const made = `ScalingLab(experiment=${python(embed.experiment)}, settings={${settings}}, controls=${python(embed.controls)}, theme=${python(embed.theme)})`;
  return `import anywidget
${imports}import traitlets


class ScalingLab(anywidget.AnyWidget):
    _esm = ${python(`${embed.lab}${embed.notebook}`)}
    experiment = traitlets.Unicode().tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)
    controls = traitlets.Unicode().tag(sync=True)
    theme = traitlets.Unicode().tag(sync=True)
    runs = traitlets.Int().tag(sync=True)
    result = traitlets.Dict().tag(sync=True)


lab = ${shown(made)}
lab`;
}

/** The policy of a page that runs the lab's code. @param {string} origin */
const running = (origin) =>
  `script-src 'self' 'wasm-unsafe-eval' ${origin}; connect-src 'self' ${origin}; worker-src blob:`;

/** The policies of a page with the tag, of one with an iframe and of a notebook. */
export const POLICIES = {
  tag: running,
  frame: (/** @type {string} */ origin) => `frame-src ${origin}`,
  notebook: running,
};

/** Each host with what it shows, and the text to copy. @type {Record<string, {kind: keyof typeof POLICIES, write: (embed: Embed) => string}>} */
export const HOSTS = {
  html: { kind: "tag", write: tags },
  iframe: { kind: "frame", write: (embed) => frameTag(embed, "src") },
  quarto: { kind: "tag", write: (embed) => `\`\`\`{=html}\n${tags(embed)}\n\`\`\`` },
  mkdocs: { kind: "tag", write: markdown },
  jekyll: { kind: "tag", write: markdown },
  hugo: { kind: "tag", write: markdown },
  notion: { kind: "frame", write: frameAddress },
  moodle: { kind: "frame", write: (embed) => frameTag(embed, "src") },
  reveal: { kind: "tag", write: (embed) => `<section>\n${tags(embed)}\n</section>` },
  "reveal-iframe": {
    kind: "frame",
    write: (embed) => `<section>\n${frameTag(embed, "data-src")}\n</section>`,
  },
  jupyter: { kind: "notebook", write: (embed) => notebook(embed, "", (made) => made) },
  marimo: {
    kind: "notebook",
    write: (embed) =>
      notebook(embed, "import marimo as mo\n", (made) => `mo.ui.anywidget(${made})`),
  },
};

/** What the Content-Security-Policy of a host must allow. @param {string} host @param {string} lab */
export const policyOf = (host, lab) => POLICIES[HOSTS[host].kind](new URL(lab).origin);

/**
 * What embed.json says of a script that pages of other sites name: its sum, its bytes of gzip, and the names of the page for iframes and of
 * the module for notebooks beside it, if the build has made them.
 * @typedef {{integrity: string, bytes: number, frame?: string, notebook?: string}} Tag
 */

/** The hosts that a script can serve. @param {Tag} tag */
export const hostsOf = (tag) =>
  Object.keys(HOSTS).filter((host) => {
    const { kind } = HOSTS[host];
    return kind === "tag" || !!tag[kind];
  });

/** The scripts that pages of other sites name, by whether they are pinned to a version. @param {Record<string, Tag>} tags @param {string} folder of the language */
export function scriptsIn(tags, folder) {
  const stable = `${folder}scaling-lab.js`;
  const pinned = Object.keys(tags).find(
    (name) => name.replace(/^v[^/]+\//, "") === stable && name !== stable,
  );
  return { stable, pinned: pinned ?? stable };
}

// ---- the state of the builder in its address ------------------------------------------------------------------------------------

export const CONTROLS = ["minimal", "none", "full"];
export const THEMES = ["auto", "light", "dark"];

/**
 * The choices of the builder. No experiment may have a parameter with one of their names.
 * @typedef {{experiment: string, controls: string, theme: string, pinned: boolean, host: string, settings: import("./types.d.ts").Values}} Choices
 */

/** Reads the choices from an address; a choice that is not offered becomes the usual one. @param {import("./types.d.ts").Values} query @param {string[]} experiments @param {string[]} hosts @returns {Choices} */
export function readChoices(
  { experiment, controls, theme, version, host, ...settings },
  experiments,
  hosts,
) {
  /** @param {string[]} offered @param {string} text */
  const among = (offered, text) => (offered.includes(text) ? text : offered[0]);
  return {
    experiment: among(experiments, experiment),
    controls: among(CONTROLS, controls),
    theme: among(THEMES, theme),
    pinned: version !== "newest",
    host: among(hosts, host),
    settings,
  };
}

/** Writes the choices that are not the usual ones, and the experiment, which is always named. @param {Choices} choices @returns {import("./types.d.ts").Values} */
export const writeChoices = ({ experiment, controls, theme, pinned, host, settings }) => ({
  experiment,
  ...settings,
  ...(controls === CONTROLS[0] ? {} : { controls }),
  ...(theme === THEMES[0] ? {} : { theme }),
  ...(pinned ? {} : { version: "newest" }),
  ...(host === Object.keys(HOSTS)[0] ? {} : { host }),
});
