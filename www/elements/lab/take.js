// What a user can save or copy of a result: a command, a citation, files.
import { bibtex, download, formatCommand, stampOf, toCsv, toJson, toPng } from "../../js/export.js";
import { standalone } from "../../js/plot/standalone.js";

/**
 * A result with the state that it belongs to. `link` opens that state; `printed` is a link that is short enough to print.
 * @typedef {object} Taken
 * @property {import("../../js/types.d.ts").Entry} entry
 * @property {import("../../js/types.d.ts").Result} result
 * @property {Pick<import("../scaling-lab.js").Of, "settings" | "file" | "missing">} of
 * @property {string} link
 * @property {string} printed
 * @property {import("./view.js").View} view
 */

/** The most characters of the settings in a file's name. */
const NAMED_MAX = 80;

/** The name of a file: what it shows, and the settings that differ from the defaults. @param {Taken} taken @param {string} ext @param {string} [figure] */
function fileOf({ entry, result, of }, ext, figure) {
  const { seed, device, ...changed } = of.settings;
  const settings = Object.entries(changed).map(([name, text]) => `${name}=${text}`);
  const named = settings.join("-").replace(/[^\w.,=-]+/g, "_");
  const short = named.length > NAMED_MAX ? `${named.slice(0, NAMED_MAX)}_` : named;
  const parts = ["scaling-lab", entry.slug, figure, short, `seed${result.seed}`];
  return `${parts.filter(Boolean).join("-")}.${ext}`;
}

/** What each button does. @satisfies {Record<string, (taken: Taken) => unknown>} */
export const take = {
  /** @param {Taken} taken */
  copyCommand: ({ entry, of, view }) =>
    view.copy(formatCommand(entry.slug, of.settings, of.file), of.missing.command),
  /** @param {Taken} taken */
  cite: ({ entry, result, link, of, view }) => view.copy(bibtex(entry, result, link, of.file)),
  /** @param {Taken} taken */
  downloadJson: (taken) =>
    download(fileOf(taken, "json"), toJson(taken.result), "application/json"),
  /** @param {Taken} taken */
  downloadCsv: (taken) => download(fileOf(taken, "csv"), toCsv(taken.result), "text/csv"),
};

/** Saves a figure. @param {Taken} taken @param {string} id @param {string} format */
export async function save(taken, id, format) {
  const { result, link, of, printed, view } = taken;
  const svg = view.svg(id, standalone, stampOf(result, link, of.file, printed));
  if (format === "SVG") download(fileOf(taken, "svg", id), svg, "image/svg+xml");
  else download(fileOf(taken, "png", id), await toPng(svg));
}
