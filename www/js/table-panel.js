// The user's own runs: the panel that takes a table, and the controls that assign roles to its columns. Everything that
// comes from a file is shown as text, never read as markup.
import { h, uid } from "./dom.js";
import { engine } from "./engine/engine.js";
import { num, t } from "./i18n.js";
import {
  FILE_MAX,
  formatColumns,
  formatNamed,
  NONE,
  pack,
  parseColumns,
  parseExtras,
  parseNamed,
  PASTE_MAX,
  unpack,
} from "./table-link.js";
import { sentence } from "./prose.js";
import css from "../elements/table-panel.css";

/** @typedef {import("./types.d.ts").Runs} Runs
 *  @typedef {import("./types.d.ts").Spec} Spec
 *  @typedef {import("./types.d.ts").Values} Values
 *  @typedef {import("./controls.js").Report} Report
 *  @typedef {{field: string, notes: string}} Ids */

/** The styles of the panel and its controls. */
export const ownSheet = new CSSStyleSheet();
ownSheet.replaceSync(css);

const MB = 2 ** 20;
/** The longest text, in characters, that a list is certain to show in full. */
const LISTED = 30;
/** The most headings that the panel lists. */
const SHOWN = 12;
/** Roles that may be counted in thousands or billions, and the units. */
const COUNTED = ["x", "params", "tokens", "unique", "flops"];
const UNITS = ["1", "k", "M", "B", "T"];
/** Kinds of errors that say nothing about a table: a file of the lab is missing, replaced or forbidden. */
const OF_LAB = new Set(["fetch", "newer", "policy"]);
/** The start of the lab's own CSV of results (export.js). */
const RESULTS = /^(#[^\n]*\n)*slug,seed,figure,series,x,y,lo,hi\r?(\n|$)/;
/** The most bytes of a file in which that start is looked for. */
const START_BYTES = 2 ** 16;
/** The file name of a table that has no name. */
const FILE = "runs.csv";

/** @param {number} bytes */
const megabytes = (bytes) => num(bytes / MB, 3);

/** @param {number} rows */
const rowsOf = (rows) => t(rows === 1 ? "own.row" : "own.rowsMany", { rows: num(rows) });

/** The name of a table at the start of a sentence: that of a file stays as it is. @param {string} name @param {Blob | string} source */
const starting = (name, source) =>
  source instanceof File || typeof source === "string"
    ? name
    : name[0].toUpperCase() + name.slice(1);

/** Do these rules leave out rows without numbers? @param {string} rules */
const leavesMissing = (rules) => rules.split(",").some((rule) => rule.trim() === "missing");

/** The setting that leaves no row out. */
const ALL_ROWS = { exclude: "" };

/** @param {string} rules */
const withMissing = (rules) => [rules, "missing"].filter(Boolean).join(",");

/** @param {string} key @param {() => void} act @param {object} [props] */
const button = (key, act, props) => h("button", { type: "button", onclick: act, ...props }, t(key));

/**
 * Reads files: the progress, a button to cancel, and messages.
 * @param {HTMLElement} choose the button that chooses a file
 */
export function files(choose) {
  const bar = h("progress", { "aria-label": t("own.progress") });
  const count = h("span", { class: "left" });
  const cancel = button("own.cancel", () => {
    stop();
    choose.focus();
  });
  const reading = h("div", { class: "reading" }, h("div", {}, count, bar), cancel);
  const problem = h("p", { class: "problem", role: "alert" });
  const said = h("p", { class: "unseen", role: "status" });
  reading.hidden = true;
  let next = new AbortController();

  /** @param {string} text */
  const say = (text) => void (said.textContent = text);
  /** @param {string} text */
  const complain = (text) => void (problem.textContent = text);
  /** The file, if it is the only one. @param {File[]} files */
  function only(files) {
    if (files.length === 1) return files[0];
    complain(t("own.oneFile", { count: files.length }));
  }
  /** Stops the reading in progress, if any. */
  function stop() {
    next.abort();
  }

  /**
   * Reads a table. Resolves to null if it cannot be read, and shows why. A later call stops this one.
   * @param {Blob | string} source @param {string} name @returns {Promise<Runs | null>}
   */
  async function read(source, name) {
    stop();
    const mine = (next = new AbortController());
    complain("");
    bar.removeAttribute("value");
    count.textContent = t("own.reading", { name });
    say(count.textContent);
    reading.hidden = false;
    try {
      if (typeof source !== "string" && source.size > FILE_MAX)
        throw { kind: "size", message: source.size };
      if (typeof source !== "string" && RESULTS.test(await source.slice(0, START_BYTES).text()))
        throw { kind: "results" };
      const runs = await engine.read(
        source,
        FILE_MAX,
        ({ done, total }) => {
          if (total) bar.value = done / total;
          count.textContent = t(total ? "own.readingOf" : "own.readingSome", {
            name,
            done: megabytes(done),
            total: megabytes(total),
          });
        },
        mine.signal,
      );
      if (mine === next && !mine.signal.aborted) return runs;
      engine.free(runs.table);
    } catch (error) {
      const { kind = "internal", message = String(error) } = /** @type {any} */ (error) ?? {};
      if (mine === next) {
        const first = starting(name, source);
        complain(mine.signal.aborted ? "" : words(kind, message, first, source));
        say(OF_LAB.has(kind) ? "" : t("own.refused", { name: first }));
      }
    } finally {
      if (mine === next) reading.hidden = true;
    }
    if (mine === next && mine.signal.aborted) say(t("own.cancelled", { name }));
    return null;
  }

  /** @param {string} kind @param {string} message @param {string} name at the start of a sentence @param {Blob | string} source */
  function words(kind, message, name, source) {
    if (kind === "panic") return ""; // the alert above the figures reports it
    if (kind === "results") return t("own.results");
    if (kind === "size")
      return t("own.tooLarge", {
        name,
        size: megabytes(Number(message)),
        limit: megabytes(FILE_MAX),
      });
    if (kind === "address")
      return t("own.notFetched", {
        name,
        src: String(source),
        status: message || t("own.noAnswer"),
      });
    if (OF_LAB.has(kind)) return sentence(message);
    if (kind === "internal") return t("own.unreadable", { name, message });
    return t("own.wrong", { name, message: sentence(message) });
  }

  return { state: h("div", {}, reading, problem, said), only, read, stop, say, complain };
}

/** The address `src`, relative to the page; null if it is not valid. @param {string} src */
function addressOf(src) {
  try {
    return new URL(src, document.baseURI);
  } catch {
    return null;
  }
}

/** The file name in an address. @param {URL} url */
function fileOf({ pathname }) {
  const name = pathname.split("/").pop() || FILE;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** @typedef {{data?: string, src?: string}} Address */
/**
 * A table in use. `left` counts the rows that the latest setting leaves out. `whole` says whether `address` brings the table or only names it; `brief` only names it. Names are complete once the
 * engine has reported the digest.
 * @typedef {Runs & {source: Blob | string, name: string, file: string, left?: number, whole: boolean, digest?: string, address: Address, brief: Address}} Held
 */

/**
 * The panel of an experiment that takes the user's own table, in the place that the page has kept for it.
 * @param {import("./table-place.js").Place} place
 * @param {{changed: (more?: Values) => void, download: (name: string, blob: Blob) => void}} options
 */
export function ownRuns({ element, about, buttons, choose, pasting }, { changed, download }) {
  /** @type {Held | null} */
  let held = null;
  let awaited = false;
  /** The table that the link was made with, until the user loads it. @type {import("./table-link.js").Named | null} */
  let wanted = null;
  /** Counts readings: only the newest is used. */
  let turn = 0;
  const reader = files(choose);

  const note = h("p", { class: "wanted", role: "status" });
  const link = h("p", { class: "help" });
  const omitted = h("p", { class: "omitted", role: "status" });
  const back = button("own.back", () => {
    wanted = null;
    drop();
    reader.complain("");
    reader.say(t("own.simulatedAgain"));
    changed(ALL_ROWS);
    choose.focus();
  });
  const save = button(
    "own.save",
    () => held && typeof held.source !== "string" && download(held.file, held.source),
  );
  const text = h("textarea", {
    id: uid("pasted"),
    rows: 5,
    spellcheck: "false",
    autocomplete: "off",
    autocapitalize: "off",
    onpaste: (/** @type {ClipboardEvent} */ event) => {
      const pasted = event.clipboardData?.getData("text/plain") ?? "";
      // A long text in a field would freeze the page, so it is read without showing it.
      if (pasted.length < 2 ** 16) return;
      event.preventDefault();
      paste(pasted);
    },
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) paste(text.value);
    },
  });
  about.after(omitted, note);
  buttons.append(back, save);
  pasting.before(reader.state, link);
  pasting.append(
    h("label", { for: text.id, class: "help" }, t("own.pasteLabel")),
    text,
    button("own.use", () => paste(text.value)),
  );

  /** @param {string} pasted */
  function paste(pasted) {
    const blob = new Blob([pasted]);
    if (blob.size <= PASTE_MAX) return bring(blob, t("own.pasted"));
    reader.complain(
      t("own.pastedTooLarge", { size: megabytes(blob.size), limit: megabytes(PASTE_MAX) }),
    );
  }

  /** Reads a table that the user has chosen, dropped or pasted. @param {Blob} blob @param {string} name */
  async function bring(blob, name) {
    // A link may bring rules for a table that is loaded after it. Rules that were made for one table do not hold for the next.
    const ruled = !held || wanted;
    if (!(await use(blob, name))) return;
    pasting.open = false;
    changed(ruled ? {} : ALL_ROWS);
  }

  /** Reads a table and puts it to use. Resolves to false if it cannot be read, to null if a newer one has replaced it. @param {Blob | string} source @param {string} name @param {Address} [address] */
  async function use(source, name, address) {
    const mine = ++turn;
    const runs = await reader.read(source, name);
    const data =
      !runs || address || typeof source === "string" ? null : await pack(source).catch(() => null);
    address ??= data === null ? {} : { data };
    const whole = address.src !== undefined || (!!address.data && !parseNamed(address.data));
    if (mine !== turn) {
      if (runs) engine.free(runs.table);
      return null;
    }
    if (!runs) return false;
    const file = typeof source === "string" ? name : source instanceof File ? source.name : FILE;
    const brief = address.src === undefined ? {} : address;
    hold({ ...runs, source, name, file, whole, address, brief });
    reader.say(t("own.read", { name: starting(name, source), rows: rowsOf(runs.rows) }));
    return true;
  }

  /** @param {Held | null} next */
  function hold(next) {
    if (held && next?.table !== held.table) engine.free(held.table);
    held = next;
    show();
  }
  const drop = () => {
    turn++;
    reader.stop();
    hold(null);
  };

  function show() {
    element.toggleAttribute("data-held", !!held);
    back.hidden = !held;
    if (!wanted) note.textContent = "";
    else if (!held || held.digest)
      note.textContent = t(held ? "own.otherTable" : "own.wanted", {
        name: wanted.name,
        rows: rowsOf(wanted.rows),
        digest: wanted.digest,
        otherRows: rowsOf(held?.rows ?? 0),
        other: held?.digest ?? "",
      });
    save.hidden = !held || typeof held.source === "string" || held.source instanceof File;
    if (!held) {
      about.textContent = [wanted ? "" : t("own.simulated"), awaited ? t("own.awaited") : ""]
        .filter(Boolean)
        .join(" ");
      link.textContent = omitted.textContent = "";
      return;
    }
    const { name, rows, left = 0, columns, address, file, whole } = held;
    const more = columns.length - SHOWN;
    about.replaceChildren(
      h("strong", {}, name),
      ` ${t("own.rows", { rows: rowsOf(rows), count: columns.length })} `,
      h(
        "span",
        { class: "columns" },
        columns.slice(0, SHOWN).join(", ") + (more > 0 ? ` ${t("own.more", { more })}` : ""),
      ),
    );
    omitted.textContent = left
      ? t(left === 1 ? "own.leftOne" : "own.left", { left: num(left), rows: rowsOf(rows) })
      : "";
    link.textContent = t(
      !whole ? "own.notInLink" : address.src === undefined ? "own.inLink" : "own.srcInLink",
      { file },
    );
  }
  show();

  return {
    /** Reads files that were chosen or dropped. @param {File[]} files */
    take(files) {
      const file = reader.only(files);
      return file && bring(file, file.name);
    },
    /** The table in use; null for simulated runs. */
    get held() {
      return held;
    },
    /**
     * Puts the table of an address to use. If that is not possible, the panel says why and the runs are simulated.
     * @param {Values} query @returns {Promise<void>}
     */
    async settle({ data: given, src }) {
      const named = src === undefined ? parseNamed(given ?? "") : null;
      wanted = held?.digest === named?.digest ? null : named;
      if (named) {
        reader.complain("");
        return wanted ? drop() : show();
      }
      // A table that can be fetched from `src` need not be loaded by the user.
      const data = src !== undefined && parseNamed(given ?? "") ? undefined : given;
      if (data === undefined && src === undefined) return drop();
      if (held && data === held.address.data && src === held.address.src) return;
      let problem = "";
      /** @type {boolean | null} */
      let used = false;
      if (data !== undefined) {
        const blob = await unpack(data).catch(() => null);
        if (blob) used = await use(blob, t("own.linked"), { data });
        else problem = t("own.brokenLink");
      } else {
        const url = addressOf(src);
        if (url?.origin === location.origin) used = await use(url.href, fileOf(url), { src });
        else problem = t("own.foreign", { src });
      }
      if (used === false) drop();
      if (problem) reader.complain(problem);
    },
    /** The table as an address holds it; `identify` completes it. @returns {Address} */
    get link() {
      return held?.address ?? (wanted ? { data: formatNamed(wanted) } : {});
    },
    /** The table as a short address holds it, which only names it; `identify` completes it. @returns {Address} */
    get brief() {
      return held?.brief ?? this.link;
    },
    /** Takes the number of rows that a result leaves out, and completes the addresses with the digest that the engine reports with it; true if it was new. @param {number | undefined} table @param {import("./types.d.ts").Result} result */
    identify(table, { data, tables }) {
      if (!held || held.table !== table || !data) return false;
      const rules = tables.find(({ id }) => id === "excluded")?.rows ?? [];
      held.left = rules.reduce((sum, [, lines]) => sum + Number(lines), 0);
      show();
      if (held.digest) return false;
      held.digest = data.digest;
      const named = { data: formatNamed({ ...data, name: held.file }) };
      if (held.address.src === undefined) Object.assign(held.brief, named);
      if (!held.whole) Object.assign(held.address, named);
      if (wanted?.digest === held.digest) wanted = null;
      show();
      return true;
    },
    /** Do the settings name columns of a table? @param {boolean} columns */
    await(columns) {
      awaited = columns;
      show();
    },
    /** A sentence about the file that a link or a command needs besides; empty if it needs none. @param {"link" | "command"} what */
    missing: (what) =>
      !held
        ? ""
        : what === "command"
          ? save.hidden
            ? ""
            : t("own.saveFirst", { file: held.file })
          : held.whole
            ? ""
            : t("own.notInLink", { file: held.file }),
    /**
     * Adds a button to the alert of a refusal, if the engine does not refuse the state for this reason without the rows that have no numbers.
     * @param {HTMLElement} alert @param {string} message @param {string} slug @param {Values} values
     * @param {(rules: string) => void} act
     */
    async cure(alert, message, slug, values, act) {
      const rules = values.exclude;
      if (!held?.hole || leavesMissing(rules)) return;
      const exclude = withMissing(rules);
      const checked = await engine
        .check(slug, { ...values, exclude }, held.table)
        .catch(() => null);
      if (checked?.problems.every((problem) => problem.message !== message))
        alert.append(button("own.leaveThese", () => act(exclude)));
    },
    /** Reads the table once more, for a new engine; false if there is none. */
    async again() {
      if (!held) return false;
      const { source, name, address } = held;
      held = null;
      show();
      return use(source, name, address);
    },
    /** Frees the engine's copy of the table when the element leaves; `again` reads it anew. */
    rest() {
      reader.stop();
      if (held) engine.free(held.table);
    },
  };
}

/** Controls of parameters that only experiments with a table have. */
export const kinds = {
  /** The roles of the columns: a list and a unit for each role, and questions that the table leaves open. @param {Spec} spec @param {Ids} ids @param {Report} report @param {import("./controls.js").Context} context */
  columns(
    spec,
    { notes },
    report,
    { runs = () => null, ask = () => {}, value: setting = () => "" },
  ) {
    /** @type {string[]} */
    let headings = [];
    /** @type {number | undefined} */
    let shown = -1;
    let decimal = "";
    const lists = spec.choices.map(({ value: role, label }) => ({
      role,
      label,
      select: h("select", { id: uid("column"), "aria-describedby": notes, onchange: change }),
      unit: COUNTED.includes(role)
        ? h("select", {
            class: "unit",
            "aria-label": t("own.unitOf", { name: label }),
            onchange: change,
          })
        : null,
      // A list shows only one line, so a longer text is repeated below it.
      whole: h("p", { class: "help" }),
    }));
    function change() {
      /** @type {Record<string, number>} */
      const places = {};
      /** @type {Record<string, string>} */
      const units = {};
      for (const { role, select, unit } of lists) {
        if (select.value !== "") places[role] = Number(select.value);
        if (unit?.value) units[role] = unit.value;
      }
      report(formatColumns(places, headings, { units, decimal }), true);
    }
    // These buttons say whether a mark in a number is a decimal mark, if the table does not show it.
    const marks = ["comma", "point"].map((mark) => ({
      mark,
      node: button(`own.${mark}`, () => {
        decimal = mark;
        change();
      }),
    }));
    const doubt = h("p", {});
    const question = h(
      "div",
      { class: "doubt", role: "group", "aria-label": t("own.decimal") },
      doubt,
      h(
        "div",
        { class: "buttons" },
        marks.map(({ node }) => node),
      ),
    );
    const hole = h("p", {});
    const leave = h(
      "div",
      { class: "missing" },
      hole,
      button("own.leaveOut", () => {
        ask("exclude", withMissing(setting("exclude")));
        leave.hidden = true;
      }),
    );
    const body = h(
      "div",
      {},
      question,
      leave,
      lists.map(({ select, label, unit, whole }) =>
        h(
          "div",
          { class: "pair" },
          h("label", { class: "role", for: select.id }, label),
          select,
          unit ?? "",
          whole,
        ),
      ),
    );
    return {
      body: [body],
      set(/** @type {string} */ value) {
        const table = runs();
        if (shown !== table?.table) {
          shown = table?.table;
          headings = table?.columns ?? [];
          body.hidden = !table;
          for (const { role, select, unit } of lists) {
            const guess = table?.guesses[role];
            select.replaceChildren(
              h(
                "option",
                { value: "" },
                guess === undefined ? t("own.noColumn") : t("own.guessed", { name: guess }),
              ),
              ...(guess === undefined ? [] : [h("option", { value: NONE }, t("own.noColumn"))]),
              ...headings.map((heading, at) => h("option", { value: at }, heading)),
            );
            const power = table?.powers[role] ?? 0;
            unit?.replaceChildren(
              h("option", { value: "" }, power ? t("own.unitFound", { power }) : t("own.unit")),
              ...UNITS.map((name) => h("option", { value: name }, t(`own.unit.${name}`))),
            );
          }
          const open = table?.doubt;
          if (open)
            doubt.textContent = t("own.doubt", {
              line: open.line,
              cell: open.cell,
              name: open.column,
            });
          if (table?.hole) hole.textContent = t("own.hole", { name: table.hole });
          // Open the fold with the columns, so that the user sees the question.
          if (open || table?.hole) {
            queueMicrotask(() => {
              body.closest("details")?.setAttribute("open", "");
              if (open) question.scrollIntoView({ block: "center" });
            });
          }
        }
        const places = parseColumns(value, headings);
        const extras = parseExtras(value);
        decimal = extras.decimal;
        question.hidden = !table?.doubt;
        for (const { mark, node } of marks)
          node.setAttribute("aria-pressed", String(mark === decimal));
        leave.hidden = !table?.hole || leavesMissing(setting("exclude"));
        for (const { role, select, unit, whole } of lists) {
          select.value = String(places[role] ?? "");
          // If the column is what would be guessed anyway, or none, the list has no such entry: select the first.
          if (select.selectedIndex < 0) select.selectedIndex = 0;
          const used = select.selectedOptions[0].text;
          whole.textContent = used.length > LISTED ? used : "";
          if (!unit) continue;
          unit.value = extras.units[role] ?? "";
          if (unit.selectedIndex < 0) unit.selectedIndex = 0;
        }
      },
    };
  },
};
