/** Shapes that cross the worker boundary; the Rust side (src/output.rs, src/params.rs, src/web.rs) decides them. */

/** What a template is filled with; its kind decides how many digits people read. */
export interface Argument {
  kind: string;
  value: any;
  unit?: string;
}

/** A text: without arguments the English itself, else a template with its arguments. `text` is the filled English of a document. */
export type Text =
  string | { template: string; arguments: Record<string, Argument>; text?: string };

export interface Spec {
  name: string;
  label?: string;
  help: string;
  unit: string;
  scale: "linear" | "log";
  kind: "number" | "integer" | "choice" | "list" | "simplex" | "matrix" | "text" | "columns";
  default: string;
  min: number;
  max: number;
  min_len: number;
  max_len: number;
  choices: { value: string; label: string }[];
  /** Names that it had in links before. */
  was?: string[];
}

export interface Entry {
  slug: string;
  title: string;
  question: string;
  params: Spec[];
  /** The parameters whose controls share the first screen with the headline figure. */
  main: string[];
  presets: { title: string; query: string }[];
  /** What a table of one's own must hold; empty where an experiment takes none. */
  data: string;
  /** Has it a kernel, which a GPU can run? */
  kernel: boolean;
  /** Has it a small picture? */
  pictured: boolean;
  /** Makes the controls of kinds of parameters that few experiments have. */
  kinds: Record<string, import("./controls.js").Make>;
  /** The place of a table of one's own, its styles, and the address of an example, from the page's main script. */
  table?: {
    tablePlace: typeof import("./table-place.js").tablePlace;
    css: string;
    example: string;
  };
}

/** What stands below the figures. */
export interface Explanation {
  notice: string[];
  model: string[];
  formulas: { label: string; tex: string }[];
  sources: { text: string; url: string }[];
}

export type Values = Record<string, string>;
export type Kind = "cpu" | "gpu";
export type Choice = "auto" | Kind;

export interface Verdict {
  id: string;
  claim: Text;
  measured: number | null;
  interval: [number | null, number | null] | null;
  theory: number | null;
  /** What `theory` is: a prediction, the value of a rival, or a limit. */
  against: "prediction" | "rival" | "bound";
  /** Which limit `theory` is, if it is not the predicted value. */
  limit?: "upper" | "lower";
  null?: number | null;
  resolution: number | null;
  agrees: boolean | null;
  unit?: string;
  /** What else to know, sentences. */
  note?: Text[];
}

export interface Table {
  id: string;
  title: Text;
  columns: { name: string; unit: string }[];
  rows: (number | Text | null)[][];
  /** Why there is no row. */
  nothing?: string;
}

/** The first sentence that people read, and numbers that they may want to copy. */
export interface Answer {
  text: Text;
  facts?: { name: Text; value: Text }[];
}

/** A small picture that shows the idea of an experiment. */
export interface Picture {
  title: Text;
  about: Text;
  rows: { label: Text; value: Text; drawing: "bar" | "cells" | "paths"; values: number[][] }[];
  /** What the picture has no room for. */
  left_out?: Text[];
}

type Drawn = import("./plot/figure.js").Figure;
/** A figure as the engine gives it: what the plot draws, with texts that are not filled yet. */
export type Figure = Omit<Drawn, "title" | "groups" | "series" | "marks"> & {
  title: Text;
  /** The heading of the user's column along the horizontal axis, in place of the axis's label. */
  heading?: Text;
  groups?: { id: string; label: Text }[];
  series: (Omit<Drawn["series"][number], "label" | "how" | "tag"> & {
    label: Text;
    how?: Text;
    tag?: Text;
  })[];
  marks?: (Omit<NonNullable<Drawn["marks"]>[number], "label"> & { label: Text })[];
};

/** A table that was read: its number in the engine, its rows and headings, and the heading guessed for each role. */
/** A table that was read. `powers`: powers of ten of units that headings say; `doubt`: a cell that is two numbers, as its mark separates
 *  thousands or decimals; `hole`: a guessed column that lacks numbers. */
export interface Runs {
  table: number;
  rows: number;
  columns: string[];
  guesses: Record<string, string>;
  powers: Record<string, number>;
  doubt: { column: string; line: number; cell: string } | null;
  hole: string | null;
}

export interface Progress {
  done: number;
  total: number;
  /** The share of the work that is done. The progress of reading a table has none. */
  share?: number;
}

export interface Result {
  lab: string;
  version: string;
  commit: string;
  experiment: string;
  params: Record<string, any>;
  seed: number;
  data?: { rows: number; digest: string } | null;
  device: { kind: string; adapter: Text; from_mark: number }[];
  elapsed_s: number;
  progress: Progress;
  /** The answer to the experiment's question, and its numbers. */
  answer: Answer;
  figures: Figure[];
  tables: Table[];
  verdicts: Verdict[];
  /** A result that was just opened has none yet: the page asks for it once the code of pictures has arrived. */
  picture?: Picture;
  notices?: Text[];
}

export interface Claim {
  slug: string;
  id: string;
  source: string;
  origin: "printed" | "formula" | "own";
  place: string;
  printed: number;
  what: string;
  query: string;
  seed: number;
  pick: Record<string, string | (string | number)[]>;
  tolerance: number;
  reason: string;
  /** The number that we get where it is expected to differ from the printed one. */
  ours: number | null;
  note: string;
  /** The file its numbers come from, which the lab may not hold, and where to get it. */
  data: { file: string; from: string } | null;
}

export interface LabError {
  kind: string;
  message: string;
  /** The parameter that is to blame. */
  parameter?: string;
}

/** A text that cannot be used as a parameter's value, and what is used instead; empty where it is only ignored. */
export interface Problem {
  message: string;
  parameter: string | null;
  instead: string | null;
}
