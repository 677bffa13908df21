// The other pages: published numbers, recomputed, and what the lab is. This file is loaded after the first figure.
import { claims as loadClaims, index } from "./catalogue.js";
import { h, link, uid } from "./dom.js";
import { base, json } from "./assets.js";
import { engine } from "./engine/engine.js";
import { addWords, kilobytes, num, t } from "./i18n.js";
import { files } from "./table-panel.js";
import { intake } from "./table-place.js";
import { DEFAULT_SEED, formatHash, parseQuery } from "./route.js";
import { prose, sentence } from "./prose.js";
import words from "../locales/en.pages.json" with { type: "json" };

/** @typedef {import("./types.d.ts").Claim} Claim */
/** @typedef {import("./engine/messages.d.ts").Answers["judge"]} Found */

addWords(words);

/**
 * Plays the run of some claims to its end on the CPU and compares their numbers. The run ends early if `signal` is aborted.
 * @param {Claim[]} claims they have one run in common @param {number | undefined} table the number of the table that it is computed from
 * @param {(message: string) => void} slow called if the engine has been silent for long; it may still be working
 * @param {AbortSignal} signal
 */
async function reproduce(claims, table, slow, signal) {
  const [{ slug, query, seed }] = claims;
  const { seed: _, device: __, ...texts } = parseQuery(query);
  /** @type {(message: import("./engine/messages.d.ts").ToOwner) => void} */
  let receive = () => {};
  await Promise.all([engine.ready(slug), engine.complete(slug), engine.rest()]);
  const session = await engine.session("cpu", (message) => receive(message));
  try {
    await new Promise((resolve, reject) => {
      signal.throwIfAborted();
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      receive = (message) => {
        if (message.type === "error" || message.type === "panic") reject(message.error);
        else if (message.type === "silent") slow(message.message);
        else if (message.type === "opened" && message.result.progress.total) session.play();
        else if (message.type === "opened" || message.type === "done") resolve(undefined);
      };
      session.open(slug, texts, seed, table);
    });
    return await Promise.all(claims.map((claim) => session.judge(claim)));
  } finally {
    session.close();
  }
}

/** A name that is data: no language says it otherwise. @param {string} text */
const data = (text) => h("span", { translate: "no" }, text);

/** The columns of the table of published numbers. */
const COLUMNS = ["what", "number", "ours", "agrees"];

/** A source; the number of a preprint in it is a link. @param {string} source */
const sourceOf = (source) =>
  source
    .split(/(arXiv \d{4}\.\d{5})/)
    .map((part, i) => (i % 2 ? link(`https://arxiv.org/abs/${part.slice(6)}`, data(part)) : part));

/** The text of a cell: a formatted number, or words. @param {any} value */
const cell = (value) => (typeof value === "number" ? num(value, 5) : String(value ?? "–"));

/**
 * Asks for a file that the lab may not distribute.
 * @param {{file: string, from: string}} data @param {number} count rows that need it @param {(table: number) => void} take
 */
function request({ file, from }, count, take) {
  const name = uid("file");
  const about = h(
    "p",
    { role: "status" },
    t("claimFile", { count }),
    " ",
    ...from
      .split(/(https?:\/\/[^\s)]*[^\s).,;:])/)
      .map((part, i) => (i % 2 ? link(part, data(part)) : part)),
  );
  const place = h("section", { class: "file", "aria-labelledby": name });
  const use = async (/** @type {File[]} */ chosen) => {
    const given = reader.only(chosen);
    const runs = given && (await reader.read(given, given.name));
    if (!runs) return;
    about.textContent = t("claimFileRead", { file, name: given.name, count });
    take(runs.table);
  };
  const { input, choose, listen } = intake(place, use);
  const reader = files(choose);
  listen(place);
  place.append(h("h2", { id: name }, data(file)), about, choose, input, reader.state);
  return place;
}

/** @param {HTMLElement} body */
export async function published(body) {
  const claims = await loadClaims();
  const status = h("p", { role: "status" });
  /** For each file that rows need: its table once it is loaded, and the rows that wait for it. @type {Map<string, {table?: number, rows: (() => void)[], data: {file: string, from: string}}>} */
  const needed = new Map();
  /** What "Run all" runs. @type {((signal: AbortSignal) => Promise<void>)[]} */
  const all = [];
  /** The rows that each run answers. @type {Map<string, {claim: Claim, act: HTMLButtonElement, show: (found: Found) => void}[]>} */
  const byRun = new Map();
  /** How many rows ended how. */
  const totals = h("p", { class: "totals", role: "status" });
  const count = () => {
    const answers = [...body.querySelectorAll("tr[data-claim]")].map(
      (row) => /** @type {HTMLElement} */ (row).dataset.found ?? "open",
    );
    const of = (/** @type {string} */ found) => answers.filter((answer) => answer === found).length;
    const waiting = [...needed.values()].filter(({ table }) => table === undefined);
    const parts = ["agrees", "expected", "unexpected", "unknown"].map((found) => [
      found,
      of(found),
    ]);
    parts.push(["waits", waiting.reduce((sum, { rows }) => sum + rows.length, 0)]);
    totals.textContent = parts
      .filter(([found, n]) => n || found === "agrees")
      .map(([found, n]) => t(`total.${found}`, { count: n }))
      .join(" · ");
  };
  const rows = claims.map((claim) => {
    const ours = h("td", { class: "number" }, "–");
    const answer = h(
      "span",
      {},
      h(
        "span",
        { class: "soft" },
        t(claim.data ? "claimNeeds" : "notRun", { file: claim.data?.file ?? "" }),
      ),
    );
    const act = h(
      "button",
      {
        type: "button",
        onclick: () => run(new AbortController().signal),
        "aria-label": t("runClaim", { what: claim.what }),
      },
      t("run"),
    );
    const source = claim.data && (needed.get(claim.data.file) ?? { rows: [], data: claim.data });
    if (source) {
      needed.set(source.data.file, source);
      act.hidden = true;
      source.rows.push(() => {
        act.hidden = false;
        answer.textContent = t("notRun");
        count();
      });
    }
    /** @param {Found} checked what the run says of this row's number */
    const show = (checked) => {
      const agrees = String(checked?.agrees ?? null);
      ours.replaceChildren(
        cell(checked?.ours),
        checked?.interval
          ? h(
              "span",
              { class: "small soft" },
              t("within", { lo: cell(checked.interval[0]), hi: cell(checked.interval[1]) }),
            )
          : "",
      );
      row.dataset.found = !checked
        ? "unknown"
        : !checked.as_expected
          ? "unexpected"
          : checked.agrees
            ? "agrees"
            : "expected";
      answer.replaceChildren(
        h("span", { class: "answer" }, t(`claim.${agrees}`)),
        checked && (!checked.as_expected || !checked.agrees)
          ? h("span", { class: "small soft" }, t(checked.as_expected ? "expected" : "unexpected"))
          : "",
      );
      status.replaceChildren(...prose(claim.what), `: ${t(`claim.${agrees}`)}`);
    };
    const key = JSON.stringify([claim.slug, claim.query, claim.seed, claim.data?.file]);
    const together = byRun.get(key) ?? [];
    byRun.set(key, together);
    const mine = { claim, act, show };
    together.push(mine);
    /** @param {AbortSignal} signal */
    const run = async (signal) => {
      if (act.disabled || act.hidden) return;
      // The status tells of the row that was asked for, so that row is the last.
      const rows = [...together.filter((other) => other !== mine), mine];
      for (const { act } of rows) act.disabled = true;
      status.replaceChildren(...prose(t("claimRunning", { what: claim.what })));
      try {
        const found = await reproduce(
          rows.map(({ claim }) => claim),
          source?.table,
          (message) => void (answer.textContent = sentence(message)),
          signal,
        );
        for (const [i, { show }] of rows.entries()) show(found[i]);
      } catch (error) {
        answer.textContent = signal.aborted
          ? t("notRun")
          : sentence(/** @type {any} */ (error)?.message ?? String(error));
      }
      for (const { act } of rows) act.disabled = false;
      count();
    };
    if (together.length === 1) all.push(run);
    const query = parseQuery(claim.query);
    const entry = index.find(({ slug }) => slug === claim.slug);
    const row = h(
      "tr",
      { "data-claim": claim.id },
      h(
        "td",
        { class: "text" },
        h("span", { class: "quantity" }, ...prose(claim.what)),
        claim.place ? h("span", { class: "small soft" }, ...prose(claim.place)) : "",
        claim.note ? h("span", { class: "small" }, ...prose(sentence(claim.note))) : "",
        claim.ours === null
          ? ""
          : h("span", { class: "small" }, t("claim.instead", { ours: cell(claim.ours) })),
        h(
          "span",
          { class: "small soft" },
          ...prose(
            t("tolerance", { tolerance: cell(claim.tolerance), reason: sentence(claim.reason) }),
          ),
        ),
        h(
          "a",
          {
            class: "small",
            href: formatHash(
              claim.slug,
              claim.seed === DEFAULT_SEED ? query : { ...query, seed: String(claim.seed) },
            ),
          },
          t("openState", { title: entry?.title ?? claim.slug }),
        ),
      ),
      h(
        "td",
        { class: "number" },
        cell(claim.printed),
        h("span", { class: "small soft" }, t(`claim.${claim.origin}`)),
      ),
      ours,
      h("td", { class: "answers" }, act, answer),
    );
    // On a narrow screen a row is a block, so each cell has a label, and its role says that it is still a cell.
    row.setAttribute("role", "row");
    [...row.children].forEach((cell, i) => {
      cell.setAttribute("role", "cell");
      cell.setAttribute("data-label", t(`claim.${COLUMNS[i]}`));
    });
    return row;
  });
  const bar = h("progress", { max: 1, value: 0, "aria-label": t("progress") });
  bar.hidden = true;
  /** The way to stop "Run all", while it runs. @type {AbortController | null} */
  let running = null;
  const every = h(
    "button",
    {
      type: "button",
      onclick: async () => {
        if (running) return running.abort();
        const { signal } = (running = new AbortController());
        window.addEventListener("hashchange", () => running?.abort(), { once: true, signal });
        every.textContent = t("cancel");
        bar.hidden = false;
        bar.max = all.length;
        for (const [i, run] of all.entries()) {
          bar.value = i;
          if (!signal.aborted) await run(signal);
        }
        running = null;
        bar.hidden = true;
        every.textContent = t("runAll");
        const waiting = [...needed.values()].filter(({ table }) => table === undefined);
        status.textContent = signal.aborted
          ? t("claimsCancelled")
          : waiting.length
            ? waiting
                .map(({ data, rows }) => t("claimsWait", { count: rows.length, file: data.file }))
                .join(" ")
            : t("claimsDone");
      },
    },
    t("runAll"),
  );
  const requests = [...needed.values()].map((source) =>
    request(source.data, source.rows.length, (table) => {
      if (source.table !== undefined) engine.free(source.table);
      source.table = table;
      source.rows.forEach((ready) => ready());
    }),
  );
  window.addEventListener(
    "hashchange",
    () => {
      for (const { table } of needed.values()) if (table !== undefined) engine.free(table);
    },
    { once: true },
  );
  const papers = [...new Set(claims.map(({ source }) => source))];
  /** The numbers of one paper. @param {string} paper */
  const group = (paper) => {
    const name = uid("paper");
    return h(
      "section",
      { "aria-labelledby": name },
      h("h2", { id: name }, ...sourceOf(paper)),
      h(
        "table",
        { class: "published", role: "table", "aria-labelledby": name },
        h(
          "thead",
          { role: "rowgroup" },
          h(
            "tr",
            { role: "row" },
            COLUMNS.map((key) =>
              h("th", { scope: "col", role: "columnheader" }, t(`claim.${key}`)),
            ),
          ),
        ),
        h(
          "tbody",
          { role: "rowgroup" },
          rows.filter((_, i) => claims[i].source === paper),
        ),
      ),
    );
  };
  body.replaceChildren(
    h("p", { class: "lead" }, t("published.lead")),
    h("div", { class: "all" }, every, bar, totals),
    status,
    ...papers.map(group),
    ...requests,
  );
  count();
}

/** A table under a heading; `last` is a row of totals. @param {string} kind a class @param {string} heading @param {string[]} columns @param {(string | Node)[][]} cells @param {[string, ...string[]]} [last] */
const rows = (kind, heading, columns, cells, last) => [
  h("h2", {}, t(heading)),
  h(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": t(heading) },
    h(
      "table",
      { class: kind },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          ...columns.map((key, i) =>
            h("th", { scope: "col", class: i > 0 ? "number" : "" }, t(key)),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        ...cells.map(([name, ...numbers]) =>
          h("tr", {}, h("td", {}, name), ...numbers.map((n) => h("td", { class: "number" }, n))),
        ),
        ...(last
          ? [
              h(
                "tr",
                {},
                h("th", { scope: "row" }, t(last[0])),
                ...last.slice(1).map((n) => h("td", { class: "number" }, n)),
              ),
            ]
          : []),
      ),
    ),
  ),
];

/** @param {HTMLElement} body */
export async function about(body) {
  const { stamp } = await engine.ready();
  /** What a first visit to each experiment fetches, as the build counted it. @type {[any, Record<string, {ready: number, run: number, rest: number}> | null]} */
  const [gpu, costs] = await Promise.all([engine.probe(), json("costs.json")]);
  const entries = /** @type {PerformanceResourceTiming[]} */ ([
    ...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource"),
  ]).filter(({ name }) => name.startsWith(base) && !name.startsWith("blob:"));
  const total = entries.reduce((sum, entry) => sum + entry.encodedBodySize, 0);
  /** @param {string} name @param {any} value */
  const fact = (name, value) => [h("dt", {}, t(name)), h("dd", {}, value)];
  body.replaceChildren(
    h("p", { class: "lead" }, t("about.lead")),
    h(
      "dl",
      {},
      fact("about.version", data(`${stamp.version}, ${stamp.commit}`)),
      fact("about.browser", data(navigator.userAgent)),
      fact("about.cores", String(navigator.hardwareConcurrency ?? "–")),
      fact(
        "about.gpu",
        gpu.state === "none"
          ? t("why.none")
          : `${gpu.adapter || "WebGPU"} (${t(`adapter.${gpu.state}`)})`,
      ),
    ),
    ...rows(
      "files",
      "about.files",
      ["about.file", "about.sent", "about.unpacked"],
      entries.map(({ name, encodedBodySize, decodedBodySize }) => [
        data(name.slice(base.length).replace(/[?#].*/, "") || "index.html"),
        kilobytes(encodedBodySize),
        kilobytes(decodedBodySize),
      ]),
      ["about.total", kilobytes(total), ""],
    ),
    h("p", {}, t("about.filesNote")),
    ...(costs
      ? [
          ...rows(
            "costs",
            "about.costs",
            ["about.experiment", "about.ready", "about.run"],
            index.map(({ slug, title }) => [
              title,
              kilobytes(costs[slug].ready),
              kilobytes(costs[slug].run),
            ]),
          ),
          h("p", {}, t("about.costsNote", { rest: kilobytes(costs[index[0].slug].rest) })),
        ]
      : []),
    h("h2", {}, t("about.embedTitle")),
    h("p", {}, t("about.embed"), " ", h("a", { href: "#/embed" }, t("embed.title"))),
    h("h2", {}, t("about.privacyTitle")),
    h("p", {}, t("about.privacy")),
    h("h2", {}, t("about.sameTitle")),
    h("p", {}, t("about.same")),
  );
}
