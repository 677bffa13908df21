// Fetches files of the lab. A file that does not arrive whole is fetched once more at a new address; after that, an error says
// so. While a file takes long, a sentence says that the page waits for it.
import { expect, met } from "./engine/clock.js";
import { again, replaced } from "./engine/newer.js";
import { t } from "./i18n.js";
import { checked, lackingLine, sumOf, tampered } from "./trust.js";

/** @typedef {import("./types.d.ts").LabError} LabError */

/** The address of the page's files, even if another site embeds the script. */
export const base = new URL(".", import.meta.url).href;

/** The name of this file. It holds a hash of the page's code, so it identifies the version. */
export const version = new URL(import.meta.url).pathname.split("/").pop() ?? "";

/** @param {string} kind @param {string} message @returns {LabError} */
export const failure = (kind, message) => ({ kind, message });

/** A sentence that says what the Content-Security-Policy must allow, once the browser has reported a violation. */
let forbidden = "";
document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
  if (
    blockedURI.startsWith("blob") &&
    /^(worker|child|script|default)-src/.test(effectiveDirective)
  )
    forbidden = t("policy.workers");
  if (blockedURI === "wasm-eval") forbidden = t("policy.wasm");
});

/** The error of a violated Content-Security-Policy, or null. The browser may report it a moment after the failure, so this waits. @returns {Promise<LabError | null>} */
export async function policy() {
  if (EMBEDDED) {
    const line = await lackingLine();
    if (line) return failure("policy", t("policyLine", { line }));
  }
  await new Promise((resolve) => setTimeout(resolve));
  return forbidden ? failure("policy", forbidden) : null;
}

/** Seconds after which a file takes long. */
const LATE_S = 10;
/** The files that take long, by what waits for them. @type {Map<Promise<any>, string>} */
const late = new Map();
/** Fires `change` when other files take long. */
export const waits = new EventTarget();
/** A sentence about the files that take long; empty if none does. */
export const waiting = () =>
  late.size ? t("waiting", { files: [...new Set(late.values())].join(t("listGap")) }) : "";

/** Settles as the promise does, and notes if that takes long. @template T @param {string} file @param {Promise<T>} promise @returns {Promise<T>} */
async function awaited(file, promise) {
  const tell = () => waits.dispatchEvent(new Event("change"));
  expect(promise, LATE_S, () => (late.set(promise, file), tell()));
  try {
    return await promise;
  } finally {
    met(promise);
    if (late.delete(promise)) tell();
  }
}

/** The error of a missing file: a newer version of the lab has replaced it, or the connection failed. The files of an embedded element are of one version for ever, but their bytes may be wrong. @param {string} file */
export const missing = async (file) =>
  EMBEDDED
    ? failure(
        "fetch",
        t((await tampered(new URL(file, base).href)) ? "tampered" : "fetchFailed", { file }),
      )
    : (await awaited("index.html", replaced(base, version)))
      ? failure("newer", t("newer"))
      : failure("fetch", t("fetchFailed", { file }));

/**
 * Fetches a file until `whole` makes something of it. @template T
 * @param {string} name @param {(response: Response) => Promise<T>} whole fails, or resolves to a falsy value, if the file is incomplete
 */
async function fetched(name, whole) {
  const made = async (/** @type {string} */ query) => {
    const response = await (
      EMBEDDED
        ? fetch(new URL(name + query, base), { integrity: sumOf(name) })
        : fetch(new URL(name + query, base))
    ).catch(() => null);
    return response?.ok && (await whole(response).catch(() => null));
  };
  const file = (await awaited(name, made(""))) || (await awaited(name, made(again())));
  if (file) return file;
  throw (await policy()) ?? (await missing(name));
}

/** A module of the engine. @param {string} name */
export const compiled = (name) =>
  fetched(name, async (response) => {
    const copy = response.clone();
    try {
      return await WebAssembly.compileStreaming(response);
    } catch {
      // The host may serve the wrong media type: compile the bytes instead, which is slower.
      const bytes = await copy.arrayBuffer();
      return new TextDecoder().decode(bytes.slice(0, 4)) === "\0asm"
        ? WebAssembly.compile(bytes)
        : null;
    }
  });

/** The text of a script. The build makes it one call, so its end shows whether it is whole. @param {string} name */
export const script = (name) =>
  fetched(name, async (response) => {
    const text = await response.text();
    return text.trimEnd().endsWith("();") ? text : null;
  });

/** Loads a part of the page. The build makes the loader accept a query. @template {object} T @param {(query?: string) => Promise<T>} load @returns {Promise<T>} */
export async function part(load) {
  const file = /([\w-]+\.js)/.exec(String(load))?.[1] ?? "";
  for (const query of ["", again()]) {
    const module = await awaited(
      file,
      (EMBEDDED ? checked(base, file, query).then(() => load(query)) : load(query)).catch(
        () => null,
      ),
    );
    // An empty response is a module without exports.
    if (module && Object.keys(module).length) return module;
  }
  throw (EMBEDDED && (await policy())) || (await missing(file));
}

/** The value of a JSON file, or null if it is missing. @param {string} name @returns {Promise<any>} */
export const json = (name) => fetched(name, (response) => response.json()).catch(() => null);

/** Loads the part that is not needed before the first figure is drawn. @returns {Promise<typeof import("./after-first-figure.js")>} */
export const later = () => part(() => import("./after-first-figure.js"));

/** Loads the part that saves and copies results. @returns {Promise<typeof import("./saving.js")>} */
export const saving = () => part(() => import("./saving.js"));

/** Loads the part that draws heat maps. @returns {Promise<typeof import("./maps.js")>} */
export const heatMaps = () => part(() => import("./maps.js"));

/** Loads the part that lets a reader drag something on a figure. @returns {Promise<typeof import("./grips.js")>} */
export const grips = () => part(() => import("./grips.js"));

/** Loads the part that draws small pictures. @returns {Promise<typeof import("./picture.js")>} */
export const pictures = () => part(() => import("./picture.js"));

/** Loads the part that reads tables and shows the other pages. @returns {Promise<typeof import("./tables-and-pages.js")>} */
export const tablesAndPages = () => part(() => import("./tables-and-pages.js"));
