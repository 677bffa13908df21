// The files of the lab in a page of another site: the browser loads none whose bytes differ from those that the build has seen.
// The script that the page names holds the sums of the first files, and these files hold or fetch all others.

/**
 * What the build knows of the files beside a script: the sum of each as the attribute `integrity` spells it, by name, and the scripts that
 * a script imports.
 * @typedef {{sums: Record<string, string>, needs: Record<string, string[]>}} Files
 */

/** @type {Files} */
let files = { sums: {}, needs: {} };
/** @param {Files} known */
export const trust = (known) => void (files = known);

/** The sum of a file. A file without one is not fetched. @param {string} path */
export function sumOf(path) {
  const name = path.split("/").pop() ?? "";
  if (!Object.hasOwn(files.sums, name)) throw new Error(`no sum of ${name}`);
  return files.sums[name];
}

/**
 * Loads a module script whose bytes have a sum; a later import of its address gets the module that was loaded here. All browsers check the
 * sum of a script element, but not all those of a `modulepreload`, and none that of an import.
 * @param {string} url @param {string} integrity @returns {Promise<unknown>}
 */
export function loadModule(url, integrity) {
  const script = document.createElement("script");
  return new Promise((resolve, reject) => {
    Object.assign(script, { type: "module", crossOrigin: "anonymous", integrity, src: url });
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${url} was not loaded`));
    document.head.append(script);
  }).finally(() => script.remove());
}

/** Loads a script and, before it, those that it imports: an import that came before its script would not be checked. @param {string} base @param {string} name @param {string} query */
export async function checked(base, name, query) {
  for (const need of files.needs[name] ?? [])
    await loadModule(new URL(need, base).href, sumOf(need));
  await loadModule(new URL(name + query, base).href, sumOf(name));
}

/** What the page's Content-Security-Policy must allow, such as `connect-src https://lab.example`; empty until it has refused a file of the lab. */
let lacking = "";

/** Notes which files of an origin the page's policy refuses. @param {string} origin */
export const watch = (origin) =>
  document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
    if (blockedURI === origin || blockedURI.startsWith(`${origin}/`))
      lacking = `${effectiveDirective.replace(/-elem$/, "")} ${origin}`;
  });

/** The line that the policy lacks. The browser may report a violation a moment after the failure, so this waits. */
export async function lackingLine() {
  await new Promise((resolve) => setTimeout(resolve));
  return lacking;
}

/** Is a file there, although it was not loaded? Then its bytes are not those of this version. @param {string} url */
export const tampered = (url) =>
  fetch(url, { cache: "no-cache" }).then(
    ({ ok }) => ok,
    () => false,
  );
