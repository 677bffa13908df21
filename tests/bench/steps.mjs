// Times training steps of a kernel of networks in the page's WebAssembly on one thread of Node, as a worker of the page runs
// them. It needs the build of the page in $TARGET/page/cpu, and the files that the kernel's native bench wrote to a folder.
// The arguments are this folder, the kernel, the names of its inputs, and the names of the cases.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [, , folder, kernel, inputs, ...cases] = process.argv;
const page = `${process.env.TARGET}/page/cpu`;
const lab = await import(pathToFileURL(`${page}/lab.js`).href);
lab.initSync({ module: readFileSync(`${page}/lab.wasm`) });

// The best of some tries counts, because other work on the machine can only slow a try down.
const TRIES = 40;
for (const [place, name] of cases.entries()) {
  const read = (/** @type {string} */ kind) =>
    new Uint8Array(readFileSync(`${folder}/${name}.${kind}`));
  const [start, end] = [read("start"), read("end")];
  let best = Infinity;
  for (let i = 0; i < TRIES; i += 1) {
    const reply = lab.serve_chunk({
      owner: 1,
      id: i,
      name: kernel,
      inputs_id: place,
      inputs: i ? undefined : inputs.split(",").map(read),
      uniforms: read("uniforms"),
      first: 0,
      count: 1,
      data: start.slice(),
    });
    if (reply.error) throw new Error(reply.error);
    if (!Buffer.from(reply.data).equals(end)) throw new Error(`${name}: other bits than natively`);
    best = Math.min(best, reply.ms);
  }
  console.log(best / 1000);
}
