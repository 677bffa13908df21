// A static server for one folder, on 127.0.0.1 only: `node serve.mjs FOLDER [PORT]`.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

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

/**
 * Serves `folder` under the path `base`. With port 0, the system chooses a free port.
 * @param {string} folder
 * @param {{port?: number, base?: string}} [options]
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function serve(folder, { port = 0, base = "/" } = {}) {
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
    if (!path.startsWith(base)) return refuse(404, "not found\n");
    if (path.endsWith("/")) path += "index.html";
    const file = join(root, normalize("/" + path.slice(base.length)));
    const found = await stat(file).catch(() => null);
    if (!found?.isFile()) return refuse(404, "not found\n");
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-length": found.size,
      "cache-control": "no-cache",
    });
    if (request.method === "HEAD") return response.end();
    createReadStream(file)
      .on("error", () => response.destroy())
      .pipe(response);
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
    const { url } = await serve(folder, { port: Number(port) });
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
