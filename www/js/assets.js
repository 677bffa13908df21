// Files of the lab: each is fetched once more, at a new address, if it does not arrive whole; then one sentence says so.
import { t } from "./i18n.js";

/** @typedef {import("./types.d.ts").LabError} LabError */

/** Where the page's files lie, also when another site embeds the script. */
export const base = new URL(".", import.meta.url).href;

/** This file's name holds a hash of the page's code: the same name is the same version. */
export const version = new URL(import.meta.url).pathname.split("/").pop() ?? "";

/** @param {string} kind @param {string} message @returns {LabError} */
export const failure = (kind, message) => ({ kind, message });

/** A new address, so that nobody on the way answers with what came the first time. */
const again = () => `?retry=${Date.now()}`;

/** Which line of a Content-Security-Policy is missing, once the browser has said so. */
let forbidden = "";
document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
  if (
    blockedURI.startsWith("blob") &&
    /^(worker|child|script|default)-src/.test(effectiveDirective)
  )
    forbidden = t("policy.workers");
  if (blockedURI === "wasm-eval") forbidden = t("policy.wasm");
});

/** That this page's policy forbids what failed, if it does; the browser may say so a moment later. @returns {Promise<LabError | null>} */
export async function policy() {
  await new Promise((resolve) => setTimeout(resolve));
  return forbidden ? failure("policy", forbidden) : null;
}

/** Why a file is not here: a newer version of the lab has taken its place, or the connection failed. @param {string} file */
export async function missing(file) {
  const page = await fetch(new URL(`index.html${again()}`, base))
    .then((response) => (response.ok ? response.text() : ""))
    .catch(() => "");
  return /\bmain-\w+\.js/.test(page) && !page.includes(version)
    ? failure("newer", t("newer"))
    : failure("fetch", t("fetchFailed", { file }));
}

/**
 * Fetches a file until `whole` makes something of it. @template T
 * @param {string} name @param {(response: Response) => Promise<T>} whole fails, or gives nothing, when the file is not whole
 */
async function fetched(name, whole) {
  for (const query of ["", again()]) {
    const response = await fetch(new URL(name + query, base)).catch(() => null);
    const made = response?.ok && (await whole(response).catch(() => null));
    if (made) return made;
  }
  throw (await policy()) ?? (await missing(name));
}

/** A module of the engine. @param {string} name */
export const compiled = (name) =>
  fetched(name, async (response) => {
    const copy = response.clone();
    try {
      return await WebAssembly.compileStreaming(response);
    } catch {
      // A host that serves the wrong media type: slower, same module.
      const bytes = await copy.arrayBuffer();
      return new TextDecoder().decode(bytes.slice(0, 4)) === "\0asm"
        ? WebAssembly.compile(bytes)
        : null;
    }
  });

/** The text of a script that the build made as one call. @param {string} name */
export const script = (name) =>
  fetched(name, async (response) => {
    const text = await response.text();
    return text.trimEnd().endsWith("();") ? text : null;
  });

/** A part of the page. The build lets what loads it take a query. @template {object} T @param {(query?: string) => Promise<T>} load @returns {Promise<T>} */
export async function part(load) {
  for (const query of ["", again()]) {
    const module = await load(query).catch(() => null);
    // An empty answer is a module without exports.
    if (module && Object.keys(module).length) return module;
  }
  throw await missing(/([\w-]+\.js)/.exec(String(load))?.[1] ?? "");
}

/** The part that nobody needs before the first figure is drawn. @returns {Promise<typeof import("./after-first-figure.js")>} */
export const later = () => part(() => import("./after-first-figure.js"));
