// Every view at three widths, light and dark: nothing may be wider than the screen. With LAB_SCREENS
// set, it saves screenshots in target/screens for people to look at.
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
  embed: "#/embed",
  about: "#/about",
};
const pictures = Boolean(process.env.LAB_SCREENS);
const WIDTHS = [360, 1280, 1920];

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
  if (pictures) mkdirSync(join(target, "screens"), { recursive: true });
});
after(() => lab?.stop());

for (const [view, hash] of Object.entries(VIEWS)) {
  test(view, () =>
    lab.open(
      hash,
      async (page) => {
        if (hash.includes("?")) await run(await ready(page));
        else await page.locator("main h1").waitFor();
        for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
          await page.emulateMedia({ colorScheme });
          for (const width of WIDTHS) {
            await page.setViewportSize({ width, height: width === 360 ? 740 : 1000 });
            // The page updates its layout in the next frame.
            await page.evaluate(
              () => new Promise((next) => requestAnimationFrame(() => requestAnimationFrame(next))),
            );
            if (pictures)
              await page.screenshot({
                path: join(target, "screens", `${view}-${width}-${colorScheme}.png`),
                fullPage: true,
              });
            const wide = await page.evaluate(
              () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            );
            assert.ok(wide <= 0, `${colorScheme}, at ${width} px the page is ${wide} px too wide`);
          }
        }
      },
      { context: { reducedMotion: "reduce" } },
    ),
  );
}
