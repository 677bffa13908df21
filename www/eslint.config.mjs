// What eslint looks for in all JavaScript of the repository. How it is laid out is prettier's concern, types are tsc's.
// Run from the top of the repository: `eslint --config www/eslint.config.mjs www tests`.
import js from "@eslint/js";
import globals from "globals";

const unused = { argsIgnorePattern: "^_", ignoreRestSiblings: true };

const imports = (/** @type {string[]} */ group) => ["error", { patterns: [{ group }] }];

export default [
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2023, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: ["error", "always", { null: "ignore" }],
      // Control characters are what js/visible.js is about.
      "no-control-regex": "off",
      "no-unused-vars": ["error", unused],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": ["error", { destructuring: "all" }],
    },
  },
  { files: ["www/js/**", "www/elements/**"], languageOptions: { globals: globals.browser } },
  { files: ["**/*.mjs", "**/*.test.js"], languageOptions: { globals: globals.node } },
  // The life of a run knows no page ...
  {
    files: ["www/elements/lab/run.js"],
    rules: {
      "no-restricted-globals": ["error", ...Object.keys(globals.browser)],
      "no-restricted-imports": imports(["**/dom.js", "**/view.js", "**/plot/**", "**/controls.js"]),
    },
  },
  // ... and what shows it knows no engine.
  {
    files: ["www/elements/lab/view.js"],
    rules: { "no-restricted-imports": imports(["**/engine/**", "**/run.js", "**/assets.js"]) },
  },
  // ... and what draws a figure knows no page: it runs in Node too.
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
  // Functions that these hand to the page run there.
  { files: ["tests/**"], languageOptions: { globals: { ...globals.browser, ...globals.node } } },
];
