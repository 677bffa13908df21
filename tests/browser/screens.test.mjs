// Every view at three widths, light and dark: nothing is wider than the screen, and the pictures
// in target/screens are for a person to look at.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { catalogue, ready, run, start, target } from "./harness.mjs";

/** Every page; experiments at their quick settings. @type {Record<string, string>} */
const VIEWS = {
  home: "",
  ...Object.fromEntries((await catalogue()).map(({ slug, quick }) => [slug, `#/${slug}?${quick}`])),
  published: "#/published",
  about: "#/about",
};
const WIDTHS = [360, 1280, 1920];

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
  mkdirSync(join(target, "screens"), { recursive: true });
});
after(() => lab?.stop());

for (const [view, hash] of Object.entries(VIEWS)) {
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    test(`${view}, ${colorScheme}`, () =>
      lab.open(
        hash,
        async (page) => {
          if (hash.includes("?")) await run(await ready(page));
          else await page.locator("main h1").waitFor();
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: width === 360 ? 740 : 1000 });
            await page.waitForTimeout(150);
            await page.screenshot({
              path: join(target, "screens", `${view}-${width}-${colorScheme}.png`),
              fullPage: true,
            });
            const wide = await page.evaluate(
              () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            );
            assert.ok(wide <= 0, `at ${width} px the page is ${wide} px too wide`);
          }
        },
        { context: { colorScheme, reducedMotion: "reduce" } },
      ));
  }
}
