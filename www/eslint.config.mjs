// The eslint rules for all JavaScript of the repository. Prettier checks the layout, tsc the types.
// Run from the top of the repository: `eslint --config www/eslint.config.mjs www tests`.
import js from "@eslint/js";
import globals from "globals";

const unused = { argsIgnorePattern: "^_", ignoreRestSiblings: true };

const imports = (/** @type {string[]} */ group) => ["error", { patterns: [{ group }] }];

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2025, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      // js/visible.js must match control characters.
      "no-control-regex": "off",
      "no-unused-vars": ["error", unused],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
  {
    files: ["www/js/**", "www/elements/**"],
    // The last two are constants of the build: see js/modules.d.ts.
    languageOptions: { globals: { ...globals.browser, EMBEDDED: "readonly", HOME: "readonly" } },
  },
  { files: ["**/*.mjs", "**/*.test.js"], languageOptions: { globals: globals.node } },
  // The life of a run must not depend on the page.
  {
    files: ["www/elements/lab/run.js"],
    rules: {
      "no-restricted-globals": ["error", ...Object.keys(globals.browser)],
      "no-restricted-imports": imports(["**/dom.js", "**/view.js", "**/plot/**", "**/controls.js"]),
    },
  },
  // The view of a run must not depend on the engine.
  {
    files: ["www/elements/lab/view.js"],
    rules: { "no-restricted-imports": imports(["**/engine/**", "**/run.js", "**/assets.js"]) },
  },
  // The code that draws a figure must not depend on the page, because it runs in Node too.
  {
    files: [
      "axes",
      "draw",
      "field",
      "marks",
      "series",
      "simplex",
      "standalone",
      "svg",
      "svg-text",
    ].map((name) => `www/js/plot/${name}.js`),
    rules: {
      "no-restricted-globals": ["error", ...Object.keys(globals.browser)],
      "no-restricted-imports": imports(["**/svg-page.js", "**/html.js", "**/assets.js"]),
    },
  },
  // Tests pass functions to the page, where they use the browser's globals.
  { files: ["tests/**"], languageOptions: { globals: { ...globals.browser, ...globals.node } } },
];
