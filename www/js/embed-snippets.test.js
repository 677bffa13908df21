import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CONTROLS,
  HOSTS,
  THEMES,
  escaped,
  hostsOf,
  policyOf,
  readChoices,
  scriptsIn,
  writeChoices,
} from "./embed-snippets.js";
import { parseHash } from "./route.js";

const LAB = "https://lab.example/site/";
const embed = {
  lab: LAB,
  script: "v1.2.3/scaling-lab.js",
  integrity: "sha384-abc+/=",
  frame: "v1.2.3/embed.html",
  notebook: "v1.2.3/notebook.js",
  experiment: "exam-time",
  title: "Exam time",
  settings: { weights: "0.9,0.1", seed: "7" },
  controls: "minimal",
  theme: "auto",
};
const SCRIPT =
  '<script type="module" src="https://lab.example/site/v1.2.3/scaling-lab.js" crossorigin integrity="sha384-abc+/="></script>';
const TAG =
  '<scaling-lab experiment="exam-time" weights="0.9,0.1" seed="7" controls="minimal"><a href="https://lab.example/site/#/exam-time?weights=0.9,0.1&amp;seed=7">Exam time</a></scaling-lab>';
const ADDRESS =
  "https://lab.example/site/v1.2.3/embed.html#/exam-time?weights=0.9,0.1&seed=7&controls=minimal";
const FRAME = (/** @type {string} */ source) =>
  `<iframe ${source}="${ADDRESS.replaceAll("&", "&amp;")}&amp;theme=auto" width="100%" height="560" title="Exam time" loading="lazy" allowfullscreen></iframe>`;
const PYTHON = `class ScalingLab(anywidget.AnyWidget):
    _esm = "https://lab.example/site/v1.2.3/notebook.js"
    experiment = traitlets.Unicode().tag(sync=True)
    settings = traitlets.Dict().tag(sync=True)
    controls = traitlets.Unicode().tag(sync=True)
    theme = traitlets.Unicode().tag(sync=True)
    runs = traitlets.Int().tag(sync=True)
    result = traitlets.Dict().tag(sync=True)


lab = `;
const MADE =
  'ScalingLab(experiment="exam-time", settings={"weights": "0.9,0.1", "seed": "7"}, controls="minimal", theme="auto")';

/** @type {Record<string, string>} */
const TEXTS = {
  html: `${SCRIPT}\n${TAG}`,
  iframe: FRAME("src"),
  quarto: `\`\`\`{=html}\n${SCRIPT}\n${TAG}\n\`\`\``,
  mkdocs: `<div>\n${SCRIPT}\n${TAG}\n</div>`,
  jekyll: `<div>\n${SCRIPT}\n${TAG}\n</div>`,
  hugo: `<div>\n${SCRIPT}\n${TAG}\n</div>`,
  notion: `${ADDRESS}&theme=auto`,
  moodle: FRAME("src"),
  reveal: `<section>\n${SCRIPT}\n${TAG}\n</section>`,
  "reveal-iframe": `<section>\n${FRAME("data-src")}\n</section>`,
  jupyter: `import anywidget\nimport traitlets\n\n\n${PYTHON}${MADE}\nlab`,
  marimo: `import anywidget\nimport marimo as mo\nimport traitlets\n\n\n${PYTHON}mo.ui.anywidget(${MADE})\nlab`,
};
for (const [host, { write }] of Object.entries(HOSTS))
  test(`the text for ${host}`, () => assert.equal(write(embed), TEXTS[host]));

test("a text in HTML is data", () => {
  assert.equal(escaped(`"><img onerror='x'>`), "&quot;&gt;&lt;img onerror=&#39;x&#39;&gt;");
  assert.equal(escaped("&quot;"), "&amp;quot;");
  assert.equal(escaped("{{x}}`\n\n"), "&#123;&#123;x&#125;&#125;&#96;&#10;&#10;");
});

test("hostile settings end no attribute, no block and no string", () => {
  const hostile = `"><img onerror=alert(1)>\n\n\`\`\`{{x}}\\`;
  const given = { ...embed, title: hostile, settings: { weights: hostile } };
  for (const [host, { write }] of Object.entries(HOSTS)) {
    const text = write(given);
    if (host === "jupyter" || host === "marimo") {
      assert.ok(text.includes(`"weights": ${JSON.stringify(hostile)}}`), text);
      continue;
    }
    assert.ok(!/"(&gt;|>)(&lt;|<)img|<img/.test(text), `${host}: ${text}`);
    assert.ok(!/\n\n|{{/.test(text), `${host}: ${text}`);
    assert.equal(text.split("```").length - 1, host === "quarto" ? 2 : 0, `${host}: ${text}`);
  }
});

test("a theme and a poster are in the tag", () => {
  const text = HOSTS.html.write({ ...embed, theme: "dark", poster: "<svg></svg>" });
  assert.ok(text.endsWith(' controls="minimal" theme="dark"><svg></svg></scaling-lab>'), text);
});

test("a script that changes has no sum", () => {
  const text = HOSTS.html.write({ ...embed, integrity: "" });
  assert.ok(text.includes('scaling-lab.js" crossorigin></script>'), text);
});

test("the policy names the lab's origin", () => {
  const { origin } = new URL(LAB);
  assert.equal(
    policyOf("html", LAB),
    `script-src 'self' 'wasm-unsafe-eval' ${origin}; connect-src 'self' ${origin}; worker-src blob:`,
  );
  assert.equal(policyOf("iframe", LAB), `frame-src ${origin}`);
  for (const host of ["moodle", "notion", "reveal-iframe"])
    assert.equal(policyOf(host, LAB), `frame-src ${origin}`);
});

test("the scripts of a language are found among all", () => {
  const names = ["scaling-lab.js", "v1.0.0/scaling-lab.js", "de/scaling-lab.js"];
  const tags = Object.fromEntries(
    [...names, "v1.0.0/de/scaling-lab.js"].map((name) => [name, { integrity: "", bytes: 1 }]),
  );
  assert.deepEqual(scriptsIn(tags, ""), {
    stable: "scaling-lab.js",
    pinned: "v1.0.0/scaling-lab.js",
  });
  assert.deepEqual(scriptsIn(tags, "de/"), {
    stable: "de/scaling-lab.js",
    pinned: "v1.0.0/de/scaling-lab.js",
  });
});

test("the choices survive their address, and unknown ones become the usual", () => {
  const known = ["exam-time", "atoms"];
  for (const host of Object.keys(HOSTS))
    for (const controls of CONTROLS)
      for (const theme of THEMES)
        for (const pinned of [true, false]) {
          const settings = { weights: '">', seed: "9" };
          const choices = { experiment: "atoms", controls, theme, pinned, host, settings };
          const { query } = parseHash(
            `#/embed?${new URLSearchParams(writeChoices(choices)).toString()}`,
          );
          assert.deepEqual(readChoices(query, known, Object.keys(HOSTS)), choices);
        }
  const usual = readChoices(
    { experiment: "<img>", controls: "x", theme: "", host: "toString" },
    known,
    ["html"],
  );
  assert.deepEqual(usual, {
    experiment: "exam-time",
    controls: "minimal",
    theme: "auto",
    pinned: true,
    host: "html",
    settings: {},
  });
});

test("a build without a page for iframes offers no iframe", () => {
  const tag = { integrity: "", bytes: 1 };
  const without = hostsOf(tag);
  assert.deepEqual(
    without.filter((host) => HOSTS[host].kind !== "tag"),
    [],
  );
  assert.ok(without.includes("html"));
  const framed = hostsOf({ ...tag, frame: "embed.html" });
  assert.ok(framed.includes("moodle") && !framed.includes("jupyter"));
  assert.deepEqual(
    hostsOf({ ...tag, frame: "embed.html", notebook: "notebook.js" }),
    Object.keys(HOSTS),
  );
});
