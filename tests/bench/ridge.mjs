// Times kernel `lottery_ridge` in the page's WebAssembly on one thread of Node, as a worker of the page runs it, for
// ridge.py. It needs the build of the page in $TARGET/page/cpu, and the files that `cargo bench --bench ridge` wrote.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , folder, ...cases] = process.argv;
const page = `${process.env.TARGET}/page/cpu`;
const lab = await import(pathToFileURL(`${page}/lab.js`).href);
lab.initSync({ module: readFileSync(`${page}/lab.wasm`) });

const TRIES = 200;
const COUNT = 8; // few members, so that some tries are not interrupted
const GROUP = 2048; // bytes of four rows of 128 numbers
for (const [place, size] of cases.entries()) {
  const read = (/** @type {string} */ name) =>
    new Uint8Array(readFileSync(`${folder}/${size}.${name}`));
  const end = read("end").subarray(0, COUNT * GROUP);
  let best = Infinity;
  for (let i = 0; i < TRIES; i += 1) {
    const reply = lab.serve_chunk({
      owner: 1,
      id: i,
      name: "lottery_ridge",
      inputs_id: place,
      inputs: i ? undefined : [read("inputs0"), read("inputs1")],
      uniforms: read("uniforms"),
      first: 0,
      count: COUNT,
      data: new Uint8Array(end.length),
    });
    if (reply.error) throw new Error(reply.error);
    if (!Buffer.from(reply.data).equals(end)) throw new Error(`${size}: other bits than natively`);
    best = Math.min(best, reply.ms);
  }
  console.log(best / 1000 / COUNT);
}
