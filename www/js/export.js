// What a user can save or copy: SVG, PNG, CSV, JSON, a citation and a command, with all that is needed to reproduce the result.

import { fill } from "./text.js";
import { typed } from "./value-text.js";
import { visible } from "./visible.js";

/** @typedef {import("./types.d.ts").Result} Result */

/** @param {{rows: number}} data */
const rowsOf = ({ rows }) => (rows === 1 ? "1 row" : `${rows} rows`);

/**
 * The stamp of a figure: a footer for people, and the full provenance for programs.
 * @param {Result} result @param {string} [url] opens the result @param {string} [file] the table that it was computed from
 * @param {string} [printed] the URL in the footer
 */
export function stampOf(result, url, file, printed = url) {
  const { lab, version, commit, experiment, params, seed, device, elapsed_s, progress, data } =
    result;
  const values = Object.entries(params)
    .map(([name, value]) => `${name}=${typed(value)}`)
    .join(" ");
  const devices = device
    .map((d) => (d.adapter ? `${d.kind} (${fill(d.adapter)})` : d.kind))
    .join(", ");
  const parts = [
    `${lab} ${version} (${commit})`,
    experiment,
    values,
    `seed ${seed}`,
    data && `data ${file} (${rowsOf(data)}, ${data.digest})`,
    devices,
  ].filter(Boolean);
  if (progress && progress.done < progress.total)
    parts.push(`stopped at ${progress.done} of ${progress.total}`);
  return {
    text: visible(parts.join(" · ")) + (printed ? `\n${printed}` : ""),
    metadata: {
      lab,
      version,
      commit,
      experiment,
      params,
      seed,
      ...(data ? { data: { ...data, file } } : {}),
      device,
      elapsed_s,
      progress,
      ...(url ? { url } : {}),
    },
  };
}

/** A number without an exponent, as the command line writes it. @param {number} v */
function digits(v) {
  const [, sign, whole, part = "", exponent] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(v)) ?? [];
  if (!exponent) return String(v);
  const e = Number(exponent);
  return (
    sign +
    (e < 0
      ? `0.${"0".repeat(-e - 1)}${whole}${part}`
      : `${whole}${part}${"0".repeat(e - part.length)}`)
  );
}

/** @param {string | number | null | undefined} value */
function csvCell(value) {
  if (typeof value === "number") return Number.isFinite(value) ? digits(value) : "";
  const text = value ?? "";
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** The value of a parameter as one line of text, as a user would type it. @param {any} value @returns {string} */
const oneLine = (value) =>
  Array.isArray(value)
    ? value.map(oneLine).join(Array.isArray(value[0]) ? ";" : ",")
    : typeof value === "number"
      ? digits(value)
      : value.replace(/\p{Cc}/gu, " ");

/** What produced a result, as the comments of the command line, which readers of CSV skip. @param {Result} result */
const provenance = ({ lab, version, commit, experiment, params, data, seed, device, progress }) =>
  [
    `${lab} ${version} (${commit})`,
    `experiment: ${experiment}`,
    ...Object.entries(params).map(([name, value]) => `${name}: ${oneLine(value)}`),
    ...(data ? [`data: ${data.rows} rows, ${data.digest}`] : []),
    `seed: ${seed}`,
    `checkpoints: ${progress.done} of ${progress.total}`,
    `device: ${device.map(({ kind }) => kind).join(", ")}`,
  ]
    .map((line) => `# ${line}\n`)
    .join("");

/** A result in long form, with the lines and columns of the command line. For a heat map, `y` holds the value and `lo` the second coordinate. @param {Result} result */
export function toCsv(result) {
  const { experiment, seed, figures } = result;
  /** @type {(string | number | null | undefined)[][]} */
  const rows = [["slug", "seed", "figure", "series", "x", "y", "lo", "hi"]];
  for (const { id, series, field } of figures) {
    for (const s of series)
      s.x.forEach((x, i) =>
        rows.push([experiment, seed, id, s.id, x, s.y[i], s.lo?.[i], s.hi?.[i]]),
      );
    field?.z.forEach((row, j) =>
      row.forEach((z, i) => {
        if (z !== null && z !== undefined && Number.isFinite(z))
          rows.push([experiment, seed, id, "field", field.x[i], z, field.y[j], ""]);
      }),
    );
  }
  return provenance(result) + rows.map((row) => row.map(csvCell).join(",")).join("\n") + "\n";
}

/** A text with arguments carries what it says, as in the command line's document. @param {string} _ @param {any} value */
const said = (_, value) => (value?.template ? { ...value, text: fill(value) } : value);

/** @param {Result} result */
export const toJson = (result) => JSON.stringify(result, said, 2) + "\n";

/** Turns a standalone SVG into a PNG of `factor` times its size. @param {string} svg @param {number} [factor] @returns {Promise<Blob>} */
export async function toPng(svg, factor = 2) {
  const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth * factor, image.naturalHeight * factor];
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("the browser could not make the PNG"))),
        "image/png",
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Saves a file through the browser. @param {string} name @param {Blob | string} content @param {string} [type] */
export function download(name, content, type = "text/plain") {
  const blob =
    typeof content === "string" ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const a = document.createElement("a");
  a.href = URL.createObjectURL(blob);
  a.download = name;
  a.click();
  // The browser reads the blob only after the click, so the URL must stay valid for a while.
  setTimeout(() => URL.revokeObjectURL(a.href), 60_000);
}

/** A citation of exactly this result. @param {import("./types.d.ts").Entry} entry @param {import("./types.d.ts").Result} result @param {string} url @param {string} [file] the user's own table */
export function bibtex(entry, { params: values, version, commit, seed, data }, url, file) {
  const params = Object.entries(values)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join("; ");
  const fields = {
    title: `{Scaling Lab}: ${entry.title}`,
    author: "{The Scaling Lab authors}",
    year: String(new Date().getFullYear()),
    version,
    note: `Commit ${commit}; seed ${seed}; ${params}${data ? `; data = ${file}, ${rowsOf(data)}, ${data.digest}` : ""}`
      .replace(/[{}]/g, "")
      .replace(/^.*$/s, visible),
    url,
  };
  return `@software{scalinglab-${entry.slug}-${seed},\n${Object.entries(fields)
    .map(([name, value]) => `  ${name} = {${value}},\n`)
    .join("")}}`;
}

/** @param {string} text */
const quote = (text) => (/^[\w.,:=+-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`);

/** The command that repeats a run in a terminal; `file` is the user's own table. @param {string} slug @param {import("./types.d.ts").Values} query @param {string} [file] */
export const formatCommand = (slug, { seed, device, ...values }, file) =>
  [
    "scaling-lab run",
    slug,
    ...(file ? [`--data ${quote(file.replace(/^-/, "./-"))}`] : []),
    ...Object.entries(values).map(([name, value]) => `--set ${quote(`${name}=${value}`)}`),
    ...(seed ? [`--seed ${seed}`] : []),
    ...(device ? [`--device ${device}`] : []),
  ].join(" ");
