// A static server for one folder, on 127.0.0.1 only: `node serve.mjs FOLDER [PORT]`.
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".wgsl": "text/wgsl; charset=utf-8",
};

/** Compressed files by path, with the time of their last change. Static hosts compress what has a type of this list too. @type {Map<string, {changed: number, bytes: Buffer}>} */
const compressed = new Map();

/** A file as it is sent. @param {string} file @param {number} changed @param {boolean} zipped */
async function content(file, changed, zipped) {
  if (!zipped) return readFile(file);
  let known = compressed.get(file);
  if (known?.changed !== changed) {
    known = { changed, bytes: gzipSync(await readFile(file), { level: 9 }) };
    compressed.set(file, known);
  }
  return known.bytes;
}

/**
 * Serves `folder` under the path `base`, with `headers` in every answer. With port 0, the system chooses a free port.
 * @param {string} folder
 * @param {{port?: number, base?: string, headers?: Record<string, string>, heard?: (path: string) => void}} [options] `heard` is told the path of every request
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function serve(folder, { port = 0, base = "/", headers = {}, heard } = {}) {
  const root = resolve(folder);
  const server = createServer(async (request, response) => {
    const refuse = (/** @type {number} */ status, /** @type {string} */ text) =>
      response.writeHead(status, { "content-type": TYPES[".txt"] }).end(text);
    if (request.method !== "GET" && request.method !== "HEAD")
      return refuse(405, "GET or HEAD only\n");
    let path;
    try {
      path = decodeURIComponent(new URL(request.url ?? "", "http://localhost").pathname);
    } catch {
      return refuse(400, "the address cannot be read\n");
    }
    heard?.(path);
    if (!path.startsWith(base)) return refuse(404, "not found\n");
    if (path.endsWith("/")) path += "index.html";
    const file = join(root, normalize("/" + path.slice(base.length)));
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) return refuse(404, "not found\n");
    const type = TYPES[extname(file)];
    const zipped = !!type && /\bgzip\b/.test(request.headers["accept-encoding"]?.toString() ?? "");
    const bytes = await content(file, found.mtimeMs, zipped).catch(() => null);
    if (!bytes) return refuse(404, "not found\n");
    response.writeHead(200, {
      "content-type": type ?? "application/octet-stream",
      ...(zipped ? { "content-encoding": "gzip", vary: "accept-encoding" } : {}),
      "content-length": bytes.length,
      "cache-control": "no-cache",
      ...headers,
    });
    response.end(request.method === "HEAD" ? undefined : bytes);
  });
  await new Promise((done, fail) =>
    server.once("error", fail).listen(port, "127.0.0.1", () => done(null)),
  );
  const { port: bound } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${bound}${base}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = "dist", port = "8080"] = process.argv.slice(2);
  try {
    // Pages of other origins may hold the element, as on the usual static hosts.
    const headers = { "access-control-allow-origin": "*" };
    const { url } = await serve(folder, { port: Number(port), headers });
    console.log(`serving ${folder} at ${url} (Ctrl-C stops)`);
  } catch (caught) {
    const error = /** @type {NodeJS.ErrnoException} */ (caught);
    console.error(
      error.code === "EADDRINUSE"
        ? `port ${port} is taken: set PORT to another one`
        : `cannot serve: ${error.message}`,
    );
    process.exit(1);
  }
}
