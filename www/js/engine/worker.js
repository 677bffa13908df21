// One script for the engine worker and the pool workers; its first message says which it is. It drives runs from
// checkpoint to checkpoint and posts what the page should show; it knows no experiment and no DOM.
import * as lab from "lab:glue";
import { sha384 } from "../sha384.js";
import { unhandled } from "./unhandled.js";

/** @typedef {import("./messages.d.ts").ToWorker} ToWorker
 *  @typedef {import("./messages.d.ts").FromWorker} FromWorker */
/** @template {ToWorker["type"]} T @typedef {Extract<ToWorker, {type: T}>} Of */
/** @typedef {{
 *   id: number, run: any, playing: boolean, busy: boolean, closed: boolean, cancelled: boolean, finished: boolean, pictured: boolean,
 *   steps: number, until: number, turn: number, pace: number, share: number, elapsed: number, waited: number, wake: () => void }} State */

const PROGRESS_MS = 16; // at most once a frame
const RESULT_MS = 66; // a result is larger than a report of progress: at most about 15 per second
const RESULT_SHARE = 5; // results take at most about a fifth of the time
const PIECE = 2 ** 18; // bytes read between two looks at the clock
const READING_MS = 1000; // how often a table that arrives slowly is reported as still arriving

/** @type {any} */
let engine = null;
/** @type {Map<number, State>} */
const runs = new Map();
/** Tables that have been read, by number. @type {Map<number, any>} */
const tables = new Map();
/** Stops the reading of a table, by the table's number. @type {Map<number, AbortController>} */
const readings = new Map();

/** @param {FromWorker} message */
const post = (message) => self.postMessage(message);

/** @param {any} error @returns {import("../types.d.ts").LabError} */
const plain = (error) =>
  error?.message !== undefined && error?.kind !== undefined
    ? // The page fills its words.
      { kind: String(error.kind), message: error.message, parameter: error.parameter }
    : { kind: "internal", message: String(error?.message ?? error) };

/** The pieces of the CPU's build by number (www/pieces.mjs), with the exports of those that are instantiated; 0 is the core. @type {(import("./messages.d.ts").Piece & {exports?: any})[]} */
let pieces = [];
/** Ports to the workers of the pool. @type {MessagePort[]} */
let ports = [];

/** A part of the lab could not be fetched. The call that needed it was aborted, so the module cannot be used any more. */
class Unreached extends Error {}

/** Fetches a module synchronously, because the stub that needs it cannot wait for a promise. @param {string} url @returns {WebAssembly.Module} */
function fetchNow(url) {
  for (const query of ["", `?retry=${Date.now()}`]) {
    try {
      const request = new XMLHttpRequest();
      request.open("GET", url + query, false);
      request.responseType = "arraybuffer";
      request.send();
      if (EMBEDDED) {
        const known = pieces.find((piece) => piece.url === url);
        if (sha384(new Uint8Array(request.response)) !== known?.sum) continue;
      }
      if (request.status === 200) return new WebAssembly.Module(request.response);
    } catch {
      // The file is missing or incomplete.
    }
  }
  throw new Unreached(url);
}

/** Instantiates a piece and those that it needs. What the page has not fetched, a stub has asked for, and cannot wait. @param {number} number */
function put(number) {
  const piece = pieces[number];
  if (piece.exports) return;
  piece.needs.forEach(put);
  piece.module ??= fetchNow(piece.url);
  const imports = piece.needs.map((one) => [`piece${one}`, pieces[one].exports]);
  piece.exports = new WebAssembly.Instance(piece.module, Object.fromEntries(imports)).exports;
}

/** Takes pieces that the page has fetched. The pool's workers get them through the ports, so that they have a piece before the first chunk of work that needs it. @param {import("./messages.d.ts").Given[]} given */
function take(given) {
  for (const [number, module] of given) pieces[number].module ??= module;
  const fetched = (/** @type {number} */ number) =>
    number === 0 || (!!pieces[number].module && pieces[number].needs.every(fetched));
  for (const [number] of given) if (fetched(number)) put(number);
  for (const port of ports) port.postMessage({ given });
}

/** @param {Of<"init">} message */
function begin(message) {
  ({ pieces } = message);
  pieces[0].exports = lab.initSync({ module: message.module });
  ports = message.engine?.ports ?? [];
  // src/web.rs imports the function under this name.
  /** @type {any} */ (self).loadPiece = put;
  take(pieces.flatMap(({ module }, number) => (module ? [[number, module]] : [])));
}

/** @param {any} error */
const fatal = (error) => error instanceof WebAssembly.RuntimeError || error instanceof Unreached;

/** Reports the error that ended a run. After a panic the module cannot be used any more, so the first error ends the worker. @param {any} error @param {number} run @param {number} turn */
function fail(error, run, turn) {
  if (fatal(error)) die(error);
  else post({ type: "error", run, turn, error: plain(error) });
}

/** Reports an error that ends this worker or keeps it from starting. @param {any} error */
function end(error) {
  if (fatal(error)) die(error);
  else post({ type: "panic", error: plain(error) });
}

/** Tells the page that this worker has ended, and why. @param {any} error */
function die(error) {
  const kind = error instanceof Unreached ? "fetch" : "panic";
  post({
    type: "panic",
    error: {
      kind,
      message: kind === "fetch" ? error.message : panicked() || (error?.message ?? String(error)),
    },
  });
}
const panicked = () => lab.panic_message?.() || self.gpu?.panicked();

// No caller waits for an exception or a panic inside a browser's callback, so it is reported here.
self.addEventListener("error", (event) => {
  event.preventDefault();
  die(event.error ?? event.message);
});
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  die(event.reason);
});

// Waits for a macrotask, so that messages are read between two checkpoints; setTimeout(0) would take 4 ms each time.
const channel = new MessageChannel();
/** @type {(() => void)[]} */
const ticks = [];
channel.port1.onmessage = () => ticks.shift()?.();
const tick = () =>
  new Promise((resolve) => {
    ticks.push(() => resolve(undefined));
    channel.port2.postMessage(0);
  });

/** Waits `ms`, or until something changes for the run. @param {State} state @param {number} ms */
const sleep = (state, ms) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    state.wake = () => {
      clearTimeout(timer);
      resolve(undefined);
    };
  });

/** The milliseconds to wait before the next checkpoint, so that a share of the run takes at least that share of the pace. The first checkpoint is never delayed, and no delay changes a number. @param {State} state */
const delay = ({ pace, share, elapsed, waited, playing }) =>
  playing ? Math.max(0, 1000 * (pace * share - elapsed - waited)) : 0;

/** Lets the pace count from here, so that checkpoints that were passed without it cause no delay. @param {State} state */
const catchUp = (state) => {
  state.waited = Math.max(state.waited, state.pace * state.share - state.elapsed);
};

/** A new handle of a table, for a call that consumes it. @param {number | undefined} table */
const handle = (table) => (table === undefined ? undefined : tables.get(table).share());

/** @param {Of<"open">} message */
function open({ run: id, turn, slug, values, seed, table }) {
  close(id);
  try {
    const run = new lab.Run(engine, slug, Object.entries(values).flat(), seed, handle(table));
    const result = run.result();
    runs.set(id, {
      id,
      run,
      playing: false,
      busy: false,
      closed: false,
      cancelled: false,
      finished: false,
      pictured: false,
      steps: 0,
      until: Infinity,
      turn,
      pace: 0,
      share: 0,
      elapsed: 0,
      waited: 0,
      wake: () => {},
    });
    post({ type: "opened", run: id, turn, result });
  } catch (error) {
    fail(error, id, turn);
  }
}

/** @param {number} id */
function close(id) {
  const state = runs.get(id);
  if (!state) return;
  runs.delete(id);
  state.closed = true;
  state.playing = false;
  state.run.cancel();
  state.wake();
  // A checkpoint that is being computed still borrows the run; the loop in `play` frees the run.
  if (!state.busy) state.run.free();
}

/** The result so far, with its picture once the page has asked for that. @param {State} state */
const resultOf = ({ run, pictured }) =>
  pictured ? { ...run.result(), picture: run.picture() } : run.result();

/** @param {State} state @param {"paused" | "done" | "cancelled"} type */
const rest = (state, type) =>
  post({
    type,
    run: state.id,
    turn: state.turn,
    result: resultOf(state),
    elapsed: state.elapsed,
    device: engine.device(),
  });

/** Plays until done, paused, cancelled or closed. @param {State} state */
async function play(state) {
  if (state.busy) return;
  state.busy = true;
  let shown = 0;
  let resulted = 0;
  try {
    while (!state.closed && !state.cancelled && (state.playing || state.steps > 0)) {
      const begun = performance.now();
      const progress = await state.run.advance();
      const now = performance.now();
      state.elapsed += (now - begun) / 1000;
      if (state.closed || state.cancelled) break;
      if (state.steps > 0) state.steps -= 1;
      if (progress.done >= progress.total) {
        state.finished = true;
        state.playing = false;
        state.steps = 0;
        rest(state, "done");
        return;
      }
      if (progress.done >= state.until) state.playing = false;
      state.share = progress.share;
      const wait = delay(state);
      if (now - shown >= PROGRESS_MS) {
        shown = now;
        let result;
        if (now >= resulted || wait > RESULT_MS) {
          result = resultOf(state);
          const cost = performance.now() - now;
          resulted = now + Math.max(RESULT_MS, cost * RESULT_SHARE);
        }
        const { id: run, turn, elapsed } = state;
        post({ type: "progress", run, turn, progress, elapsed, result });
      }
      if (wait > 0) {
        await sleep(state, now + wait - performance.now());
        state.waited += (performance.now() - now) / 1000;
      }
      await tick();
    }
    if (state.cancelled) rest(state, "cancelled");
    else if (!state.closed) rest(state, "paused");
  } catch (error) {
    if (state.closed) return;
    state.playing = false;
    if (state.cancelled && plain(error).kind === "cancelled") rest(state, "cancelled");
    else fail(error, state.id, state.turn);
  } finally {
    state.busy = false;
    if (state.closed) state.run.free();
    else if (state.playing && !state.finished) play(state);
  }
}

/** The bytes of a file or of an address of this origin, and their number in all, 0 if it is unknown. @param {Blob | string} source @param {AbortSignal} signal */
async function streamOf(source, signal) {
  if (source instanceof Blob) return { stream: source.stream(), total: source.size };
  // A redirect could lead to another origin, so none is followed.
  const response = await fetch(source, { mode: "same-origin", redirect: "error", signal }).catch(
    () => null,
  );
  if (!response?.ok || !response.body)
    throw { kind: "address", message: String(response?.status ?? "") };
  // The header gives the number of compressed bytes, but the reader counts uncompressed ones.
  const total = response.headers.has("content-encoding")
    ? 0
    : Number(response.headers.get("content-length"));
  return { stream: response.body, total };
}

/** Reads a table piece by piece, and reports progress at most once a frame. @param {Of<"read">} message */
async function read({ id, table, source, limit }) {
  const stop = new AbortController();
  const coming = setInterval(() => post({ type: "reading", id }), READING_MS);
  readings.set(table, stop);
  const goOn = () => {
    if (stop.signal.aborted) throw { kind: "cancelled", message: "" };
  };
  /** @type {ReadableStreamDefaultReader<Uint8Array> | undefined} */
  let from;
  let reader;
  try {
    const { stream, total } = await streamOf(source, stop.signal);
    from = stream.getReader();
    if (total > limit) throw { kind: "size", message: String(total) };
    reader = new lab.TableReader();
    let bytes = 0;
    let shown = 0;
    for (;;) {
      const { done, value } = await from.read();
      goOn();
      if (done) break;
      for (let at = 0; at < value.length; at += PIECE) {
        const piece = value.subarray(at, at + PIECE);
        reader.push(piece);
        bytes += piece.length;
        if (performance.now() - shown < PROGRESS_MS) continue;
        post({ type: "reading", id, progress: { done: bytes, total } });
        await tick();
        goOn();
        shown = performance.now();
      }
    }
    post({ type: "reading", id, whole: true });
    const last = reader;
    reader = undefined;
    tables.set(table, last.finish());
    return tables.get(table).summary();
  } catch (error) {
    from?.cancel().catch(() => {});
    if (fatal(error)) throw error;
    reader?.free();
    goOn();
    throw error;
  } finally {
    clearInterval(coming);
    readings.delete(table);
  }
}

/** Answers a call with the result of `work`, or with its error. @param {number} id @param {() => any} work */
async function reply(id, work) {
  try {
    post({ type: "reply", id, value: await work() });
  } catch (error) {
    if (fatal(error)) die(error);
    else post({ type: "refusal", id, error: plain(error) });
  }
}

/** @param {ToWorker} message */
async function receive(message) {
  const state = "run" in message ? runs.get(message.run) : undefined;
  switch (message.type) {
    case "init": {
      begin(message);
      if (!message.engine) return;
      const { gpu, ports } = message.engine;
      engine = new lab.Engine(ports);
      if (gpu) {
        self.gpu?.begin(gpu);
        await engine.open_gpu(gpu.software);
      }
      return post({ type: "ready", stamp: lab.stamp(), device: engine.device() });
    }
    case "hidden":
      if (self.gpu) self.gpu.hidden = message.hidden;
      return;
    case "pieces":
      return take(message.given);
    case "port":
      message.port.onmessage = (/** @type {MessageEvent} */ event) => {
        try {
          if (event.data.given) take(event.data.given);
          else message.port.postMessage(lab.serve_chunk(event.data));
        } catch (error) {
          end(error);
        }
      };
      return;
    case "open":
      return open(message);
    case "play":
      if (!state || state.finished || state.cancelled) return;
      state.playing = true;
      state.until = message.until ?? Infinity;
      catchUp(state);
      play(state);
      return;
    case "pause":
      if (state) {
        state.playing = false;
        state.wake();
      }
      return;
    case "step":
      if (!state || state.finished || state.cancelled) return;
      state.playing = false;
      state.steps = 1;
      state.wake();
      play(state);
      return;
    case "pace":
      if (state) {
        state.pace = message.seconds;
        catchUp(state);
        state.wake();
      }
      return;
    case "cancel":
      if (!state || state.finished || state.cancelled) return;
      state.cancelled = true;
      state.playing = false;
      state.run.cancel();
      state.wake();
      if (!state.busy) rest(state, "cancelled");
      return;
    case "close":
      return close(message.run);
    case "check":
      return reply(message.id, () =>
        lab.check(message.slug, Object.entries(message.values).flat(), handle(message.table)),
      );
    case "read":
      return reply(message.id, () => read(message));
    case "stop":
      return readings.get(message.table)?.abort();
    case "free":
      tables.get(message.table)?.free();
      tables.delete(message.table);
      return;
    case "judge":
      return reply(message.id, () => state?.run.judge(...message.number));
    case "picture":
      if (state) state.pictured = true;
      return reply(message.id, () => state?.run.picture());
    default:
      throw unhandled(message);
  }
}

self.onmessage = (event) => void receive(event.data).catch(end);
