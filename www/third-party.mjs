// Writes THIRD-PARTY.txt: the packages that the page distributes, with the notices that their licences require. Cargo names
// the crates linked into the modules, and the build knows the packages bundled into the scripts.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Licences under which we may distribute a build with no other duty than to include a notice. */
const ALLOWED = new Set([
  "0BSD",
  "Apache-2.0",
  "Apache-2.0 WITH LLVM-exception",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BSL-1.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Unicode-3.0",
  "Unlicense",
  "Zlib",
]);
const NOTICE = /^(licen[cs]e|copying|notice|copyright|unlicense)/i;

/** Does an SPDX expression offer a licence that we may use? `/` is an old notation for OR. @param {string} expression */
export function allowed(expression) {
  const tokens = expression.replace(/\//g, " OR ").match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  /** @returns {boolean} */
  const one = () => {
    if (tokens[at] === "(") {
      at++;
      const inner = either();
      at++;
      return inner;
    }
    let name = tokens[at++];
    if (tokens[at] === "WITH") name += ` WITH ${tokens[(at += 2) - 1]}`;
    return ALLOWED.has(name);
  };
  /** @returns {boolean} */
  const both = () => {
    let all = one();
    while (tokens[at] === "AND") {
      at++;
      all = one() && all;
    }
    return all;
  };
  /** @returns {boolean} */
  const either = () => {
    let any = both();
    while (tokens[at] === "OR") {
      at++;
      any = both() || any;
    }
    return any;
  };
  return tokens.length > 0 && either() && at === tokens.length;
}

/**
 * @typedef {{name: string, version: string, license: string | null, from: string, texts: string[]}} Package a package in the page
 * @typedef {{kind: string | null}} Kind the kind of a dependency; null unless it is only a tool
 * @typedef {{
 *   id: string, name: string, version: string, license: string | null, repository: string | null,
 *   manifest_path: string, targets: {kind: string[]}[],
 * }} Crate a crate as Cargo describes it
 * @typedef {{id: string, deps: {pkg: string, dep_kinds: Kind[]}[]}} Node a node of the graph of crates
 */

/** The texts of licences and notices in a package. @param {string} folder */
const notices = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && NOTICE.test(entry.name))
    .map(({ name }) => readFileSync(join(folder, name), "utf8").trim().replace(/\r\n/g, "\n"));

/**
 * The crates linked into the two modules of the page.
 * @param {string} root the lab's sources
 * @returns {Package[]}
 */
export function crates(root) {
  /** @type {{packages: Crate[], resolve: {root: string, nodes: Node[]}}} */
  const { packages, resolve } = JSON.parse(
    execFileSync(
      "cargo",
      [
        "metadata",
        "--format-version",
        "1",
        "--locked",
        "--features",
        "device",
        "--filter-platform",
        "wasm32-unknown-unknown",
      ],
      { cwd: root, maxBuffer: 1 << 28, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
    ),
  );
  const byId = new Map(packages.map((one) => [one.id, one]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const crate = (/** @type {string} */ id) => /** @type {Crate} */ (byId.get(id));
  /** Is a crate linked into the lab? Macros run when it is compiled, so they and their dependencies are not. */
  const linked = (/** @type {string} */ id) =>
    !crate(id).targets.some(({ kind }) => kind.includes("proc-macro"));
  /** @type {Set<string>} */
  const found = new Set();
  const waiting = [resolve.root];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    for (const { pkg, dep_kinds } of /** @type {Node} */ (nodes.get(id)).deps) {
      if (found.has(pkg) || !linked(pkg) || dep_kinds.every(({ kind }) => kind !== null)) continue;
      found.add(pkg);
      waiting.push(pkg);
    }
  }
  return [...found].map(crate).map(({ name, version, license, repository, manifest_path }) => ({
    name,
    version,
    license,
    from: repository ?? "",
    texts: notices(dirname(manifest_path)),
  }));
}

/**
 * The npm packages whose files are in a bundle.
 * @param {Iterable<string>} inputs paths of bundled files
 * @param {string} www
 * @returns {Package[]}
 */
export function npm(inputs, www) {
  const names = new Set(
    [...inputs].flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  return [...names].map((name) => {
    const folder = join(www, "node_modules", name);
    const { version, license, homepage } = JSON.parse(
      readFileSync(join(folder, "package.json"), "utf8"),
    );
    return {
      name,
      version,
      license,
      from: homepage ?? "",
      texts: existsSync(folder) ? notices(folder) : [],
    };
  });
}

/**
 * The text of the file: the packages, then each licence text once, with the packages that it belongs to. Throws if a package
 * offers no licence that we may use.
 * @param {Package[]} all
 */
export function thirdParty(all) {
  const sorted = all.toSorted((a, b) =>
    a.name < b.name ? -1 : a.name > b.name ? 1 : a.version < b.version ? -1 : 1,
  );
  const who = (/** @type {Package} */ { name, version }) => `${name} ${version}`;
  for (const one of sorted) {
    if (!allowed(one.license ?? ""))
      throw new Error(
        `${who(one)} has the licence "${one.license}", which www/third-party.mjs does not allow`,
      );
  }
  /** @type {Map<string, string[]>} */
  const texts = new Map();
  for (const one of sorted)
    for (const text of one.texts) texts.set(text, [...(texts.get(text) ?? []), who(one)]);
  const rule = "=".repeat(80);
  return [
    "Scaling Lab is built with the following packages, and with Rust's standard library (MIT OR Apache-2.0).",
    "",
    ...sorted.map(
      (one) =>
        `${who(one)}: ${one.license}${one.from && `, ${one.from}`}${one.texts.length ? "" : " (its package holds no text of the licence)"}`,
    ),
    ...[...texts].flatMap(([text, names]) => ["", rule, names.join(", "), rule, "", text]),
    "",
  ].join("\n");
}
