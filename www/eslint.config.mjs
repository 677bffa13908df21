// What eslint looks for in all JavaScript of the repository. How it is laid out is prettier's concern, types are tsc's.
// Run from the top of the repository: `eslint --config www/eslint.config.mjs www tests`.
import js from "@eslint/js";
import globals from "globals";

const unused = { argsIgnorePattern: "^_", ignoreRestSiblings: true };

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
  // Functions that these hand to the page run there.
  { files: ["tests/**"], languageOptions: { globals: { ...globals.browser, ...globals.node } } },
];
