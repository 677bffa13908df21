// Presses everything that a user can press, at random moments: no error, no dead element, no figure of another setting.
//
// A moment is a count of messages from the workers, so that it does not depend on the machine's speed. STRESS_SEED determines
// the sequence, STRESS_ACTIONS its length (./build.sh soak: 200). A page that stops answering is detected from outside.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertSame, catalogue, numbers, start, values } from "./harness.mjs";

/** @typedef {import("./types.d.ts").Action} Action */
/** @typedef {import("./types.d.ts").LabElement} LabElement */
/** @typedef {import("./types.d.ts").Page} Page */
/** @typedef {import("./types.d.ts").Values} Values */

const ACTIONS = Number(process.env.STRESS_ACTIONS ?? 30);
const SEED = Number(process.env.STRESS_SEED ?? 1);
/** A page that does not answer for this long is stuck. No action and no run in these tests takes a tenth of it. */
const STUCK_MS = 30_000;

/**
 * Every experiment at its quick setting, with the name of a count in it and values to change it to; `table` says
 * whether the experiment reads a table.
 * @type {Record<string, {values: Values, name: string, texts: string[], table: boolean}>}
 */
const EXPERIMENTS = Object.fromEntries(
  (await catalogue()).map(({ slug, quick, data, params }) => {
    const usual = values(quick);
    const counts = Object.entries(usual)
      .filter(([, text]) => /^\d+$/.test(text))
      .map(([name, text]) => ({ name, texts: changes(Number(text), name, params) }));
    const { name, texts } = counts.find(({ texts }) => texts.length > 1) ?? { name: "", texts: [] };
    assert.ok(name, `${slug}: its quick setting ${quick} holds a count that can change`);
    // A law of one variable needs to know which column holds that variable.
    /** @type {Values} */
    const columns = params.some((param) => param.name === "law") ? { columns: "x:tokens" } : {};
    return [slug, { values: { ...usual, ...columns }, name, texts, table: data !== "" }];
  }),
);

/**
 * The count, three quarters and half of it, without those that the parameter refuses. Some counts must be multiples of a
 * round number, so a value ends with as many zeros as the count.
 * @param {number} count
 * @param {string} name
 * @param {import("../../www/js/types.d.ts").Spec[]} params
 */
function changes(count, name, params) {
  const spec = params.find((param) => param.name === name);
  assert.ok(spec, name);
  const round = 10 ** (/0*$/.exec(String(count))?.[0].length ?? 0);
  const allowed = [1, 0.75, 0.5]
    .map((share) => Math.round(count * share))
    .filter((value) => value >= spec.min && value <= spec.max && value % round === 0);
  return [...new Set(allowed)].map(String);
}

/** A table of runs of two recipes that follow a law with repeated data. @param {number} rows */
function table(rows) {
  const lines = Array.from({ length: rows }, (_, i) => {
    const [n, unique] = [1e7 * 2 ** (i % 6), 1e9 * 2 ** (i % 5)];
    const tokens = unique * (1 + (i % 3));
    return [
      n,
      tokens,
      unique,
      (1.7 + 400 / n ** 0.34 + 410 / tokens ** 0.28 + 0.004 * Math.sin(12.9898 * (i + 1))).toFixed(
        5,
      ),
      i % 2 ? "new" : "old",
    ].join(",");
  });
  return ["params,tokens,unique_tokens,loss,recipe", ...lines, ""].join("\n");
}

/** A generator of numbers below n, determined by the seed. @param {number} seed */
function dice(seed) {
  let state = seed >>> 0;
  return (/** @type {number} */ n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % n;
  };
}

/** Runs in the page: it counts the workers' messages, and does one action at a time. */
function instrument() {
  let heard = 0;
  let wake = () => {};
  const Plain = Worker;
  globalThis.Worker = class extends Plain {
    /** @param {ConstructorParameters<typeof Worker>} args */
    constructor(...args) {
      super(...args);
      this.addEventListener("message", () => {
        heard++;
        wake();
      });
    }
  };
  const pause = (/** @type {number} */ ms) => new Promise((next) => setTimeout(next, ms));
  /** Waits for this many messages, or until no more can come. */
  const moment = async (/** @type {number} */ count) => {
    const until = heard + count;
    while (heard < until) {
      const before = heard;
      await Promise.race([
        /** @type {Promise<void>} */ (new Promise((next) => (wake = next))),
        pause(80),
      ]);
      if (heard === before && !document.querySelector("scaling-lab[data-busy]")) return;
    }
  };
  /** @type {string[]} */
  const errors = [];
  // Collect the elements' error events; the harness collects exceptions.
  addEventListener("error", (event) => {
    if (event instanceof CustomEvent) errors.push(event.detail.message);
  });
  /** @type {LabElement} */
  let current;
  /** @type {LabElement} */
  let other;
  const drop = (/** @type {LabElement} */ element, /** @type {string} */ text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "runs.csv"));
    element.shadowRoot
      .querySelector(".own")
      .dispatchEvent(
        new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }),
      );
  };
  const make = (/** @type {string} */ slug, /** @type {Values} */ values) => {
    const element = document.createElement("scaling-lab");
    for (const [name, value] of Object.entries({ experiment: slug, ...values }))
      element.setAttribute(name, value);
    return element;
  };
  const shown = async (/** @type {() => LabElement} */ element) => {
    while (!element()?.result) await pause(20);
    return element();
  };
  /** @type {Record<string, (more: Action) => void | Promise<void>>} */
  const actions = {
    run: () => void current.run(),
    pause: () => current.pause(),
    step: () => void current.step(),
    cancel: () => current.cancel(),
    reset: () => void current.reset(),
    set: ({ name, text }) => {
      const field = current.shadowRoot.querySelector(`[data-param="${name}"] input[type=text]`);
      field.value = text;
      field.dispatchEvent(new Event("change"));
    },
    attribute: ({ name, text }) => current.setAttribute(name, text),
    seed: ({ seed }) => {
      current.query = { ...current.query, seed: String(seed) };
    },
    table: ({ text }) => drop(current, text),
    simulated: ({ values }) => {
      current.query = values;
    },
    page: async ({ slug, values, elsewhere, wait }) => {
      location.hash = elsewhere;
      await moment(wait);
      location.hash = `#/${slug}?${new URLSearchParams(values)}`;
      current = await shown(() =>
        document.querySelector(
          /** @type {"scaling-lab"} */ (`main scaling-lab[experiment="${slug}"]`),
        ),
      );
    },
    replace: async ({ slug, values }) => {
      const next = make(slug, values);
      current.replaceWith(next);
      current = await shown(() => next);
    },
    move: () => document.querySelector("main").append(current),
    other: ({ what }) => void other[what](),
  };
  globalThis.stress = {
    async begin(slug, values, second) {
      other = make(second.slug, second.values);
      document.body.append(other);
      current = await shown(() =>
        document.querySelector(/** @type {"scaling-lab"} */ ("main scaling-lab")),
      );
      await shown(() => other);
      void other.run();
      return true;
    },
    async act(what, wait, more) {
      await moment(wait);
      if (!other.hasAttribute("data-busy")) void other.run();
      await actions[what](more);
      const said = [current, other].flatMap((element) =>
        [...(element.shadowRoot?.querySelectorAll(".alert") ?? [])].map(
          (alert) => alert.textContent,
        ),
      );
      return [...errors, ...said];
    },
    /** Without further actions, both elements must finish with the settings that they show. */
    async end() {
      const results = [];
      for (const element of [current, other]) {
        while (element.shadowRoot.querySelector(".reading:not([hidden])")) await pause(20);
        let { result } = element;
        for (
          let quiet = 0;
          quiet < 5 || element.hasAttribute("data-busy");
          quiet = element.result === result ? quiet + 1 : 0
        ) {
          ({ result } = element);
          await pause(50);
        }
        if (!(result.progress.done === result.progress.total)) {
          await new Promise((done) => {
            element.addEventListener("result", done, { once: true });
            void element.run();
          });
        }
        // A fresh element with the same setting gives the result to compare with.
        const fresh = make(result.experiment, {});
        fresh.query = element.query;
        document.body.append(fresh);
        await new Promise((done) => {
          fresh.addEventListener("result", done, { once: true });
          fresh.addEventListener("ready", () => void fresh.run());
        });
        results.push({ query: element.query, ours: element.result, fresh: fresh.result });
        fresh.remove();
      }
      return { errors, results };
    },
  };
}

/**
 * Resolves as `answer` does, or to undefined if it takes too long.
 * @template T
 * @param {number} ms
 * @param {Promise<T>} answer
 * @returns {Promise<T | undefined>}
 */
async function within(ms, answer) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  /** @type {Promise<undefined>} */
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The page's answer to a question. If none comes, the error says what was asked, and whether the page is frozen or waits.
 * @template T
 * @param {string} words
 * @param {Page} page
 * @param {Promise<T>} asked
 */
async function watched(words, page, asked) {
  const answer = await within(STUCK_MS, asked);
  if (answer !== undefined) return answer;
  const states = await within(
    STUCK_MS / 10,
    page.evaluate(() =>
      [...document.querySelectorAll("scaling-lab")].map(
        (element) =>
          `${element.getAttribute("experiment")}: ${element.hasAttribute("data-busy") ? "busy" : "at rest"}, ${JSON.stringify(element.result?.progress)}`,
      ),
    ),
  );
  throw new Error(
    `${states ? `the page waits (${states.join("; ")})` : "the page is frozen"}: ${words}`,
  );
}

/** @type {import("./types.d.ts").Lab} */
let lab;
before(async () => {
  lab = await start("cpu");
});
after(() => lab?.stop());

for (const [place, [slug, { values, name, texts, table: reads }]] of Object.entries(
  EXPERIMENTS,
).entries()) {
  test(`${slug}: ${ACTIONS} actions at any moment, seed ${SEED}`, () =>
    lab.open(
      `#/${slug}?${new URLSearchParams(values)}`,
      async (page) => {
        const roll = dice(SEED * 1000 + place);
        /** @template T @param {readonly T[]} all */
        const pick = (all) => all[roll(all.length)];
        const slugs = Object.keys(EXPERIMENTS);
        const second = slugs[(place + 1) % slugs.length];
        await watched(
          `${slug} at the start`,
          page,
          page.evaluate(
            (first) => globalThis.stress.begin(first.slug, first.values, first.second),
            { slug, values, second: { slug: second, values: EXPERIMENTS[second].values } },
          ),
        );
        const kinds = [
          "run",
          "run",
          "run",
          "run",
          "run",
          "pause",
          "step",
          "cancel",
          "cancel",
          "cancel",
          "reset",
          "reset",
          "set",
          "set",
          "attribute",
          "seed",
          "move",
          "page",
          "replace",
          "other",
          ...(reads ? ["table", "table", "table", "simulated"] : []),
        ];
        for (let i = 0; i < ACTIONS; i++) {
          const what = pick(kinds);
          /** @type {Action} */
          const more = {
            slug,
            values,
            name,
            text: what === "table" ? table(pick([24, 36, 48])) : pick(texts),
            seed: 1 + roll(1000),
            elsewhere: pick(["#/", "#/about", `#/${second}`]),
            wait: roll(4),
            what: pick(/** @type {const} */ (["cancel", "reset", "pause"])),
          };
          const words = `${slug}, action ${i} of seed ${SEED}: ${what}`;
          const said = await watched(
            words,
            page,
            page.evaluate(({ what, wait, more }) => globalThis.stress.act(what, wait, more), {
              what,
              wait: roll(7),
              more,
            }),
          );
          assert.deepEqual(said, [], words);
        }
        const { errors, results } = await watched(
          `${slug} at the end, seed ${SEED}`,
          page,
          page.evaluate(() => globalThis.stress.end()),
        );
        assert.deepEqual(errors, []);
        for (const { query, ours, fresh } of results) {
          assert.equal(
            ours.seed,
            Number(query.seed ?? 1),
            `${ours.experiment}: the result is of the seed that is shown`,
          );
          assert.deepEqual(
            ours.params,
            fresh.params,
            `${ours.experiment}: the result is of the settings that are shown`,
          );
          assert.deepEqual(
            ours.data,
            fresh.data,
            `${ours.experiment}: the result is of the table that is shown`,
          );
          assertSame(
            numbers(ours),
            numbers(fresh),
            `${ours.experiment} after ${ACTIONS} actions of seed ${SEED}`,
          );
        }
      },
      { script: instrument },
    ));
}
