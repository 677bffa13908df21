/** Messages between the page and its workers. Both unions are closed by `type`: tsc fails if a side sends an unknown type or forgets one. */
import type { Claim, LabError, Picture, Progress, Result, Runs, Text, Values } from "../types.d.ts";

export interface Device {
  kind: string;
  adapter: Text;
}

/** A piece of the CPU's build (www/pieces.mjs): its address, the pieces that must be there before it, and its module if that has been fetched. */
export interface Piece {
  url: string;
  /** The sum of its bytes, if a page of another site holds the element. */
  sum?: string;
  needs: number[];
  module: WebAssembly.Module | null;
}

/** A fetched piece with its number. */
export type Given = [number, WebAssembly.Module];

/** What a worker starts with. `module` is the core, `pieces` are all pieces by number. */
interface Begin {
  type: "init";
  module: WebAssembly.Module;
  pieces: Piece[];
  /** The engine of an engine worker; null for a plain worker of the pool. `ports` lead to the pool's workers. */
  engine: { ports: MessagePort[]; gpu: Gpu | null } | null;
}

/** What an engine on the GPU needs besides: the module of the device, the address of the page's files, the name of its main script, and whether the page is hidden and the adapter emulated in software. */
export interface Gpu {
  module: WebAssembly.Module;
  base: string;
  version: string;
  hidden: boolean;
  software: boolean;
}

/** Messages of the page to a worker. */
export type ToWorker =
  | Begin
  /** Pieces of the CPU's build have been fetched. */
  | { type: "pieces"; given: Given[] }
  /** For a worker of the pool: the port through which an engine asks it for chunks of work. */
  | { type: "port"; port: MessagePort }
  /** The page has been hidden or shown again. */
  | { type: "hidden"; hidden: boolean }
  /** Opens a state. `turn` counts the openings of `run`; `table` is the number of a table that has been read. */
  | {
      type: "open";
      run: number;
      turn: number;
      slug: string;
      values: Values;
      seed: number;
      table: number | undefined;
    }
  /** Plays the run, up to the checkpoint `until` if it is given. */
  | { type: "play"; run: number; until: number | undefined }
  | { type: "pause"; run: number }
  | { type: "step"; run: number }
  /** A run whose computing takes less time than `seconds` is slowed down so that it takes about as long; 0 slows nothing. */
  | { type: "pace"; run: number; seconds: number }
  | { type: "cancel"; run: number }
  | { type: "close"; run: number }
  /** The calls start here. Each is answered by a reply or a refusal with the same `id`. */
  | { type: "check"; id: number; slug: string; values: Values; table: number | undefined }
  /** Reads a table of at most `limit` bytes. */
  | { type: "read"; id: number; table: number; source: Blob | string; limit: number }
  | { type: "judge"; id: number; run: number; number: Published }
  | { type: "picture"; id: number; run: number }
  /** Stops reading this table. */
  | { type: "stop"; table: number }
  | { type: "free"; table: number };

/** A published number: the cell that it is compared with, the number, its tolerance, and the lab's own number where it differs. */
type Published = [string[], Claim["printed"], Claim["tolerance"], Claim["ours"]];

/** The answers to calls, by type. */
export interface Answers {
  /** Sentences that the page fills. */
  check: {
    values: Values;
    problems: { message: Text; parameter: string | null; instead: Text | null }[];
  };
  read: Omit<Runs, "table">;
  picture: Picture;
  judge: {
    ours: number;
    interval: [number | null, number | null] | null;
    agrees: boolean;
    as_expected: boolean;
  };
}

/** The fields of a call besides its type and its `id`. */
export type Ask<T extends keyof Answers> = Omit<Extract<ToWorker, { type: T }>, "type" | "id">;

/** Messages of an engine about a run. `turn` is the number of the opening that they belong to. */
export type OfRun = { run: number; turn: number } & (
  | { type: "opened"; result: Result }
  /** A result is larger than a report of progress, so not every message carries one. */
  | { type: "progress"; progress: Progress; elapsed: number; result: Result | undefined }
  | { type: "paused" | "done" | "cancelled"; result: Result; elapsed: number; device: Device }
  | { type: "error"; error: LabError }
);

/** Messages of a worker to the page. */
export type FromWorker =
  | OfRun
  | { type: "ready"; stamp: { version: string; commit: string }; device: Device }
  /** A sign of life of the GPU's worker. */
  | { type: "alive" }
  /** The worker has ended with an error. */
  | { type: "panic"; error: LabError }
  /** A call is still in progress; with the number of bytes read so far where it is known. Once the `whole` table is there, it is parsed. */
  | { type: "reading"; id: number; progress?: Progress; whole?: boolean }
  | { type: "reply"; id: number; value: any }
  | { type: "refusal"; id: number; error: LabError };

/** Messages to the owner of a run: those of the engine, and those that the page itself adds. */
export type ToOwner =
  | OfRun
  /** The engine has not answered in time. */
  | { type: "silent"; message: string }
  /** The run was cancelled and did not stop in time. */
  | { type: "stuck" }
  /** The run's worker has ended. */
  | { type: "panic"; error: LabError };

declare global {
  /** The GPU device, in the worker of an engine that uses one. */
  var gpu:
    | { base: string; version: string; hidden: boolean; begin(gpu: Gpu): void; panicked(): string }
    | undefined;
  var askDevice: (object: any, verb: string, values: any[]) => Promise<any>;
}
