// Times kernel `membership` in the page's WebAssembly on one thread of Node, as a worker of the page runs it, for
// membership.py. It needs the build of the page in $TARGET/page/cpu, and the files that `cargo bench --bench membership` wrote.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , folder, ...cases] = process.argv;
const page = `${process.env.TARGET}/page/cpu`;
const lab = await import(pathToFileURL(`${page}/lab.js`).href);
lab.initSync({ module: readFileSync(`${page}/lab.wasm`) });

const TRIES = 10;
for (const [place, items] of cases.entries()) {
  const read = (/** @type {string} */ name) =>
    new Uint8Array(readFileSync(`${folder}/${items}.${name}`));
  const [end, table] = [read("end"), read("table")];
  let best = Infinity;
  for (let i = 0; i < TRIES; i += 1) {
    const reply = lab.serve_chunk({
      owner: 1,
      id: i,
      name: "membership",
      inputs_id: place,
      inputs: i ? undefined : [table],
      uniforms: read("uniforms"),
      first: 0,
      count: 1,
      data: new Uint8Array(end.length),
    });
    if (reply.error) throw new Error(reply.error);
    if (!Buffer.from(reply.data).equals(end)) throw new Error(`${items}: other bits than natively`);
    best = Math.min(best, reply.ms);
  }
  console.log(best / 1000);
}
