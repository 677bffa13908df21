/** What the page and its workers say to each other. Both unions are closed by `type`: tsc fails when a side sends or forgets a type. */
import type { Claim, Kind, LabError, Problem, Progress, Result, Runs, Values } from "../types.d.ts";

export interface Device {
  kind: string;
  adapter: string;
}

/** What a worker starts with. The CPU's build comes in two parts: `second` is there if it was fetched, `rest` is its address. */
interface Begin {
  type: "init";
  module: WebAssembly.Module;
  rest: string;
  second: WebAssembly.Module | null;
  /** For a worker that holds an engine; a plain worker of the pool holds none. `ports` lead to the pool's workers. */
  engine: { kind: Kind; ports: MessagePort[]; hidden: boolean } | null;
}

/** What the page sends to a worker. */
export type ToWorker =
  | Begin
  /** The second part of the CPU's build has come. */
  | { type: "rest"; module: WebAssembly.Module }
  /** To a worker of the pool: where an engine asks it for chunks of work. */
  | { type: "port"; port: MessagePort }
  /** Nobody sees the page, or somebody does again. */
  | { type: "hidden"; hidden: boolean }
  /** `turn` counts the openings of `run`; `table` is the number of a table that was read. */
  | {
      type: "open";
      run: number;
      turn: number;
      slug: string;
      values: Values;
      seed: number;
      table: number | undefined;
    }
  /** `until`: a mark to pause at. */
  | { type: "play"; run: number; until: number | undefined }
  | { type: "pause"; run: number }
  | { type: "step"; run: number }
  | { type: "pace"; run: number; marksPerSecond: number | null }
  | { type: "cancel"; run: number }
  | { type: "close"; run: number }
  /** Calls: each is answered by a reply or a refusal that names its `id`. */
  | { type: "check"; id: number; slug: string; values: Values; table: number | undefined }
  /** `limit`: of bytes. */
  | { type: "read"; id: number; table: number; source: Blob | string; limit: number }
  | { type: "judge"; id: number; run: number; number: Published }
  /** No longer read this table. */
  | { type: "stop"; table: number }
  | { type: "free"; table: number };

/** A published number: the cell it is compared with, the number, its tolerance, and ours where that differs. */
type Published = [string[], Claim["printed"], Claim["tolerance"], Claim["ours"]];

/** The answers to calls, by type. */
export interface Answers {
  check: { values: Values; problems: Problem[] };
  read: Omit<Runs, "table">;
  judge: {
    ours: number;
    interval: [number | null, number | null] | null;
    agrees: boolean;
    as_expected: boolean;
  };
}

/** What a call says besides its type and its number. */
export type Ask<T extends keyof Answers> = Omit<Extract<ToWorker, { type: T }>, "type" | "id">;

/** What an engine says of a run. `turn`: which of its openings it belongs to. */
export type OfRun = { run: number; turn: number } & (
  | { type: "opened"; result: Result }
  /** A result is larger than a progress, so it comes less often. */
  | { type: "progress"; progress: Progress; elapsed: number; result: Result | undefined }
  | { type: "paused" | "done" | "cancelled"; result: Result; elapsed: number; device: Device }
  | { type: "error"; error: LabError }
);

/** What a worker sends to the page. */
export type FromWorker =
  | OfRun
  | { type: "ready"; stamp: { version: string; commit: string }; device: Device }
  /** A GPU's worker lives. */
  | { type: "alive" }
  /** This worker has ended. */
  | { type: "panic"; error: LabError }
  /** A call is still being worked on: bytes read so far, where they are known. */
  | { type: "reading"; id: number; progress: Progress | undefined }
  | { type: "reply"; id: number; value: any }
  | { type: "refusal"; id: number; error: LabError };

/** What the owner of a run hears: what the engine says of it, and what the page finds out by itself. */
export type ToOwner =
  | OfRun
  /** No answer has come for a while. */
  | { type: "silent"; message: string }
  /** It was cancelled and did not stop. */
  | { type: "stuck" }
  /** Its worker has ended. */
  | { type: "panic"; error: LabError };
