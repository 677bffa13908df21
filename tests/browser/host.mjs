// Pages of another site that show elements of the lab, under a strict policy.
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "../../www/serve.mjs";
import { root, start } from "./harness.mjs";

/** @typedef {import("./types.d.ts").Page} Page */

/** The headers of a lab whose files pages of other origins may read. */
export const FREE = { "access-control-allow-origin": "*" };
export const dist = join(root, "dist");
/** The scripts that pages of other sites name, with their sums. @type {Record<string, {integrity: string}>} */
const tags = JSON.parse(readFileSync(join(dist, "embed.json"), "utf8"));
export const [STABLE, PINNED] = Object.keys(tags).sort();

/** A policy that allows the files of the lab at this address, and no more. @param {string} url @returns {Record<string, string>} */
export const strict = (url) => {
  const { origin } = new URL(url);
  return {
    "default-src": "'self'",
    "script-src": `'self' 'wasm-unsafe-eval' ${origin}`,
    "connect-src": `'self' ${origin}`,
    "worker-src": "blob:",
    "style-src": "'self'",
  };
};

/** The strict policy for pages with styles and scripts of their own. @param {string} url @returns {Record<string, string>} */
export const styled = (url) => ({
  ...strict(url),
  "style-src": "'self' 'unsafe-inline'",
  "script-src": `${strict(url)["script-src"]} 'unsafe-inline'`,
});

/** The tag of the lab's script. @param {string} url of the lab @param {string} name */
export const script = (url, name = STABLE) =>
  `<script type="module" src="${url}${name}" crossorigin integrity="${tags[name].integrity}"></script>`;

/** An element with attributes. @param {string} slug @param {Record<string, string>} [given] @param {string} [inside] */
export const element = (slug, given = {}, inside = "") =>
  `<scaling-lab experiment="${slug}" ${Object.entries(given)
    .map(([name, value]) => `${name}="${value}"`)
    .join(" ")}>${inside}</scaling-lab>`;

/** Waits until every element shows a result. @param {import("playwright-core").Page} page */
export const allShown = (page) =>
  page.waitForFunction(() =>
    [...document.querySelectorAll("scaling-lab")].every((one) => one.result),
  );

/** A lab, and a server for pages of another origin. */
export async function hosts() {
  const lab = await start("cpu", dist, FREE);
  const folder = await mkdtemp(join(tmpdir(), "host-"));
  return {
    lab,
    stop: async () => {
      await lab.stop();
      await rm(folder, { recursive: true, force: true });
    },
    /**
     * Opens a page of another site.
     * @param {string} body @param {(page: Page, told: string[]) => Promise<unknown>} check is told the errors of the console
     * @param {Record<string, string>} [policy]
     */
    async host(body, check, policy = strict(lab.url)) {
      await writeFile(join(folder, "index.html"), `<!doctype html><title>Host</title>${body}`);
      const header = Object.entries(policy).map(([name, value]) => `${name} ${value}`);
      const server = await serve(folder, {
        headers: { "content-security-policy": header.join("; ") },
      });
      const scope = await lab.browser.newContext({ viewport: { width: 1280, height: 900 } });
      try {
        /** @type {string[]} */
        const told = [];
        /** @type {string[]} */
        const requests = [];
        scope.on("request", (request) => requests.push(request.url()));
        scope.on("weberror", (event) => told.push(String(event.error())));
        const page = Object.assign(await scope.newPage(), { requests });
        page.on("console", (message) => message.type() === "error" && told.push(message.text()));
        await page.goto(server.url);
        await check(page, told);
      } finally {
        await scope.close();
        await server.close();
      }
    },
  };
}
