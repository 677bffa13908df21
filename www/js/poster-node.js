// Writes what stands inside the tag of an experiment, for the command line: `scaling-lab poster` runs this script with Node.js, which reads
// a result from its standard input. The build bundles it as poster.mjs.
import process from "node:process";
import { text } from "node:stream/consumers";
import { posterBlock } from "./plot/poster.js";
import { STRINGS } from "./plot/strings.js";
import { formatHash } from "./route.js";
import { fill, worded } from "./text.js";

/** The result, the address of the lab or null, and the settings of its link. @type {{result: import("./types.d.ts").Result, lab: string | null, query: import("./types.d.ts").Values}} */
const { result, lab, query } = JSON.parse(await text(process.stdin));
const { experiment, answer, figures } = result;
try {
  process.stdout.write(
    posterBlock(
      worded(figures[0]),
      answer ? fill(answer.text) : "",
      lab && lab.replace(/\/?$/, `/${formatHash(experiment, query)}`),
      { locale: "en", strings: STRINGS },
    ),
  );
} catch (error) {
  process.stderr.write(/** @type {Error} */ (error).message);
  process.exitCode = 1;
}
