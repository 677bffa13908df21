// The server of the built page serves its folder and nothing else.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "./serve.mjs";

/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "serve-"));
  await mkdir(join(folder, "page/sub"), { recursive: true });
  await writeFile(join(folder, "secret.txt"), "secret");
  await writeFile(join(folder, "page/index.html"), "front");
  await writeFile(join(folder, "page/sub/x.txt"), "x");
  server = await serve(join(folder, "page"), { base: "/lab/" });
});
after(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The answer to a path, which is sent as it stands. @param {string} path @returns {Promise<[number | undefined, string]>} */
const answer = (path) =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    get({ hostname, port, path }, (response) => {
      let text = "";
      response.on("data", (part) => (text += part));
      response.on("end", () => resolve([response.statusCode, text]));
    }).on("error", reject);
  });

test("files of the folder are served under the base", async () => {
  assert.deepEqual(await answer("/lab/"), [200, "front"]);
  assert.deepEqual(await answer("/lab/sub/x.txt?query"), [200, "x"]);
  assert.deepEqual(await answer("/lab/sub/..%2fsub/x.txt"), [200, "x"]);
});

test("nothing outside of the folder is served", async () => {
  for (const path of [
    "/lab/..%2fsecret.txt",
    "/lab/../secret.txt",
    "/lab/sub/..%2f..%2fsecret.txt",
    "/lab/sub/%2e%2e/%2e%2e/secret.txt",
    "/lab/%2f..%2fsecret.txt",
    "/secret.txt",
    "/lab/..%2fpage/none",
  ])
    assert.equal((await answer(path))[0], 404, path);
});

test("an address that cannot be read is refused", async () => {
  assert.equal((await answer("/lab/%"))[0], 400);
});
