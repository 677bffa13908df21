// Posters: what the command line prints for the tag of an experiment.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { POSTER_BYTES } from "../../www/js/plot/poster.js";
import { catalogue, root, start, target, values } from "./harness.mjs";

const cli = process.env.LAB_CLI ?? join(target, "debug/scaling-lab");
/** Runs `scaling-lab poster`. @param {string} slug @param {string} query @param {string[]} more */
const poster = async (slug, query, ...more) => {
  const { seed = "1", ...rest } = values(query);
  const sets = Object.entries(rest).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const given = ["poster", slug, "--quiet", "--seed", seed, ...sets, ...more];
  const { stdout } = await promisify(execFile)(cli, given, { cwd: root });
  return stdout;
};

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
});
after(() => lab?.stop());

test("every experiment has a poster of at most 6 KB, which a browser reads as SVG and HTML", async () => {
  const entries = await catalogue();
  /** @type {Record<string, string>} */
  const posters = {};
  for (const { slug, quick } of entries)
    posters[slug] = await poster(slug, quick, "--lab", "https://lab.example/");
  await lab.open("", async (page) => {
    const read = await page.evaluate(
      (all) =>
        all.map((text) => {
          const holder = document.createElement("div");
          holder.innerHTML = text;
          const svg = /** @type {SVGSVGElement} */ (holder.querySelector("svg"));
          const parsed = new DOMParser().parseFromString(text.split("\n")[0], "image/svg+xml");
          return {
            error: parsed.querySelector("parsererror")?.textContent ?? "",
            title: svg.querySelector("title")?.textContent,
            drawn: svg.querySelectorAll("path").length,
            texts: svg.querySelectorAll("text").length,
            link: holder.querySelector("a")?.getAttribute("href"),
            answer: holder.querySelector("a")?.textContent,
          };
        }),
      Object.values(posters),
    );
    entries.forEach(({ slug }, i) => {
      const { error, title, drawn, texts, link, answer } = read[i];
      assert.ok(Buffer.byteLength(posters[slug]) <= POSTER_BYTES, slug);
      assert.equal(error, "", slug);
      assert.ok(title && answer && drawn > 3 && texts > 6, `${slug}: ${JSON.stringify(read[i])}`);
      assert.ok(link?.startsWith(`https://lab.example/#/${slug}`), link ?? "no link");
    });
  });
});

test("the command line refuses what is no setting, no address and no script, in a sentence each", async () => {
  const refused = async (/** @type {string[]} */ ...given) => {
    const error = await promisify(execFile)(cli, ["poster", ...given], { cwd: root }).then(
      () => assert.fail(`${given} was accepted`),
      (error) => error,
    );
    return error.stderr;
  };
  assert.match(await refused("exam-time", "--set", "hour=3"), /unknown parameter `hour`/);
  assert.match(await refused("exam-time", "--lab", "javascript:1"), /begins with https/);
  assert.match(await refused("exam-time", "--script", "none.mjs"), /no script none\.mjs/);
});
