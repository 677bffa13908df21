import assert from "node:assert/strict";
import { test } from "node:test";
import { Run } from "./run.js";

const TOTAL = 3;
const settled = () => new Promise((resolve) => setTimeout(resolve));

/** @param {object} values @param {number} done */
const resultOf = (values, done) =>
  /** @type {any} */ ({ params: { ...values }, progress: { done, total: TOTAL } });

/**
 * An engine whose runs do only what a test tells them, the owner of a run, and a log of the calls to both.
 * `refuse` gives the reason why values cannot be opened; `gpu` says whether there is a GPU.
 * @param {{refuse?: (values: any) => any, gpu?: boolean}} [options]
 */
function lab({ refuse, gpu = false } = {}) {
  /** @type {string[]} */
  const said = [];
  /** @type {any[]} */
  const sessions = [];
  /** Answers to openings that wait until a test releases them; null if openings are answered at once. @type {(() => void)[] | null} */
  let held = null;
  const engine = {
    gpuFailed: "the GPU failed",
    /** Fetches what runs need. @type {() => Promise<any>} */
    complete: async () => {},
    restart: () => said.push("restart"),
    check: async () => ({
      values: {},
      problems: [{ message: "`a` is wrong", parameter: "a", instead: "1 is used instead" }],
    }),
    /** @param {any} kind @param {any} tell */
    async session(kind, tell) {
      const session = {
        kind,
        tell,
        values: {},
        host: { dead: null, spent: false },
        /** @param {string} _slug @param {any} values */
        open(_slug, values) {
          const asked = { ...values };
          const answer = () => {
            session.values = asked;
            const error = refuse?.(asked);
            tell(error ? { type: "error", error } : { type: "opened", result: resultOf(asked, 0) });
          };
          said.push(`open ${kind} ${asked.a}`);
          if (held) held.push(answer);
          else queueMicrotask(answer);
        },
        play: (/** @type {number | undefined} */ until) => said.push(`play ${until ?? "on"}`),
        pause: () => said.push("ask pause"),
        step: () => said.push("ask step"),
        cancel: () => said.push("ask cancel"),
        pace: (/** @type {number} */ seconds) => said.push(`pace ${seconds}`),
        close: () => said.push(`close ${kind}`),
        /** @param {string} type @param {number} done */
        rest: (type, done) =>
          tell({ type, result: resultOf(session.values, done), elapsed: done, device: {} }),
      };
      sessions.push(session);
      return session;
    },
  };
  const state = { slug: "x", values: { a: "1" }, seed: 1 };
  let blocked = false;
  /** @type {any} */
  let known = null;
  /** @type {Promise<any> | null} */
  let needed = null;
  /** @param {string} what @returns {(more?: any) => void} */
  const say = (what) => (more) => void said.push(more === undefined ? what : `${what} ${more}`);
  /** @type {Run<any>} */
  const run = new Run(/** @type {any} */ (engine), {
    present: () => ({ ...state, values: { ...state.values } }),
    settling: () => null,
    blocked: () => blocked,
    needed: () => needed,
    place: async () => ({ kind: gpu ? "gpu" : "cpu" }),
    opened: () => {},
    accepted: () => (blocked = false),
    refused: (problems) => (
      (blocked = true),
      say("refused")(problems.map(({ parameter, message }) => `${parameter}: ${message}`).join())
    ),
    older: (older) => older && said.push("older"),
    moved: () => say("mode")(run.mode),
    placed: () => {},
    recall: () => known,
    show: ({ params, progress }) => say("show")(`${params.a} at ${progress.done}`),
    progressed: () => {},
    rested: (type) => say("rested")(type),
    stuck: (stuck) => stuck && said.push("stuck"),
    answered: say("answered"),
    failed: ({ kind }) => say("failed")(kind),
  });
  return {
    run,
    engine,
    said,
    state,
    sessions,
    /** The calls since this was last asked. */
    heard: () => said.splice(0),
    hold: () => (held = []),
    know: (/** @type {any} */ result) => (known = result),
    need: (/** @type {Promise<any> | null} */ files) => (needed = files),
    release() {
      const all = held ?? [];
      held = null;
      for (const answer of all) answer();
    },
  };
}

/** @param {Parameters<typeof lab>[0]} [options] */
async function opened(options) {
  const it = lab(options);
  it.run.begin();
  await it.run.refresh();
  it.heard();
  return it;
}

test("a state is opened and shown", async () => {
  const { run, heard } = lab();
  run.begin();
  await run.refresh();
  assert.deepEqual(heard(), ["mode idle", "open cpu 1", "mode idle", "show 1 at 0"]);
  assert.equal(run.of?.values.a, "1");
});

test("a run plays to its end, and again from the start", async () => {
  const { run, heard, sessions } = await opened();
  await run.run();
  assert.deepEqual(heard(), ["mode playing", "mode playing", "pace 3", "play on"]);
  sessions[0].rest("done", TOTAL);
  assert.deepEqual(heard(), ["mode done", "show 1 at 3", "rested done"]);
  await run.run();
  assert.deepEqual(heard(), [
    "mode playing",
    "open cpu 1",
    "show 1 at 0",
    "mode playing",
    "pace 3",
    "play on",
  ]);
});

test("a paused run continues, to its end or a step at a time", async () => {
  const { run, heard, sessions } = await opened();
  await run.run();
  run.pause();
  assert.equal(heard().at(-1), "ask pause");
  assert.equal(run.mode, "playing", "the run plays until the engine reports the pause");
  sessions[0].rest("paused", 1);
  assert.equal(run.mode, "paused");
  heard();
  await run.step();
  assert.deepEqual(heard(), ["mode playing", "ask step"]);
  sessions[0].rest("paused", 2);
  heard();
  await run.run();
  assert.deepEqual(heard(), ["mode playing", "pace 3", "play on"], "no state is opened again");
});

test("a run can be cancelled in its middle, and before it has begun", async () => {
  const { run, heard, sessions } = await opened();
  await run.run();
  run.cancel();
  assert.equal(heard().at(-1), "ask cancel");
  sessions[0].rest("cancelled", 1);
  assert.equal(run.mode, "cancelled");
  heard();
  const begun = run.run();
  await Promise.resolve();
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(run.mode, "playing");
  run.cancel();
  await begun;
  assert.equal(run.mode, "cancelled");
  assert.ok(!heard().includes("play on"));
});

test("a run that was given up while it waited for a file can be started again", async () => {
  const { run, engine, heard, state } = await opened();
  const giveUp = {
    cancel: async () => run.cancel(),
    "a new setting": () => ((state.values.a += "0"), run.refresh()),
  };
  for (const [how, act] of Object.entries(giveUp)) {
    let arrive = () => {};
    const file = new Promise((resolve) => (arrive = () => resolve(undefined)));
    engine.complete = () => file;
    const first = run.run();
    await settled();
    assert.equal(run.mode, "playing", how);
    await act();
    const second = run.run();
    await settled();
    assert.equal(run.mode, "playing", how);
    heard();
    arrive();
    await Promise.all([first, second]);
    assert.equal(heard().filter((what) => what === "play on").length, 1, how);
    run.cancel();
    await run.refresh();
  }
});

test("a run that cannot fetch a file does not say that the setting cannot be used", async () => {
  const { run, engine, heard } = await opened();
  engine.complete = () => Promise.reject({ kind: "fetch", message: "" });
  await run.run();
  assert.deepEqual(heard(), ["mode playing", "mode cancelled", "failed fetch"]);
  engine.complete = async () => {};
  await run.run();
  assert.deepEqual(heard().slice(1, 3), ["open cpu 1", "show 1 at 0"], "the state is opened again");
});

test("a file that only a cancelled run waited for is not reported as missing", async () => {
  const { run, engine, heard } = await opened();
  let fail = (/** @type {any} */ _error) => {};
  engine.complete = () => new Promise((_, reject) => (fail = reject));
  const begun = run.run();
  await settled();
  run.cancel();
  heard();
  fail({ kind: "fetch", message: "" });
  await begun;
  assert.deepEqual(heard(), []);
});

test("a run that cannot be cancelled ends with its engine, and its last result stays", async () => {
  const { run, heard, sessions } = await opened();
  await run.run();
  assert.equal(run.keep(), false, "a run in progress starts again");
  heard();
  sessions[0].tell({ type: "stuck" });
  assert.deepEqual(heard(), ["mode cancelled", "restart", "stuck", "rested cancelled"]);
  assert.ok(run.keep() && run.result);
  run.refresh();
  assert.equal(run.keep(), false, "a newer state is opened instead");
});

test("an error in a run is reported; the run ends if its engine dies", async () => {
  const { run, heard, sessions } = await opened();
  await run.run();
  heard();
  sessions[0].tell({ type: "error", error: { kind: "internal", message: "" } });
  assert.deepEqual(heard(), ["mode cancelled", "failed internal"]);
  sessions[0].tell({ type: "panic", error: { kind: "panic", message: "" } });
  assert.deepEqual(heard(), ["mode dead", "failed panic"]);
  await run.run();
  await run.step();
  assert.deepEqual(heard(), []);
});

test("an engine that answers after a silence is reported once", async () => {
  const { run, heard, sessions } = await opened();
  await run.run();
  heard();
  sessions[0].tell({ type: "silent", message: "" });
  sessions[0].rest("paused", 1);
  sessions[0].rest("paused", 1);
  assert.equal(heard().filter((what) => what === "answered").length, 1);
});

test("when the GPU fails, the CPU computes the run up to the same checkpoint", async () => {
  const { run, heard, sessions } = await opened({ gpu: true });
  await run.run();
  assert.deepEqual(heard(), [
    "mode playing",
    "close cpu",
    "open gpu 1",
    "show 1 at 0",
    "mode playing",
    "pace 3",
    "play on",
  ]);
  sessions[1].rest("paused", 2);
  heard();
  sessions[1].tell({ type: "panic", error: { kind: "panic", message: "" } });
  await settled();
  assert.deepEqual(heard(), ["open cpu 1", "pace 0", "play 2"]);
  assert.equal(run.fell, "the GPU failed");
  assert.equal(run.mode, "paused");
});

test("changes during a run open only the newest state", async () => {
  const { run, heard, state, sessions, hold, release } = await opened();
  await run.run();
  heard();
  hold();
  state.values.a = "2";
  const first = run.refresh();
  await settled();
  state.values.a = "3";
  run.refresh();
  state.values.a = "4";
  run.refresh();
  // Messages of the old opening belong to the previous state.
  sessions[0].rest("paused", 1);
  release();
  await first;
  assert.deepEqual(heard(), [
    "open cpu 2",
    "mode idle",
    "show 2 at 0",
    "open cpu 4",
    "mode idle",
    "show 4 at 0",
  ]);
});

test("after a refused state the older result stays, and a run needs a correction", async () => {
  const { run, heard, state } = await opened({
    refuse: ({ a }) => a === "bad" && { kind: "parameter", message: "`a` is wrong" },
  });
  await run.run();
  heard();
  state.values.a = "bad";
  await run.refresh();
  assert.deepEqual(heard(), ["open cpu bad", "mode cancelled", "older", "refused a: `a` is wrong"]);
  assert.equal(run.of?.values.a, "1");
  await run.run();
  assert.deepEqual(heard(), []);
  state.values.a = "5";
  await run.refresh();
  await run.run();
  assert.equal(heard().at(-1), "play on");
});

test("a state is opened once what it needs is there; a newer one does not wait for that", async () => {
  const { run, heard, state, need } = await opened();
  let arrive = () => {};
  need(new Promise((resolve) => (arrive = () => resolve(undefined))));
  state.values.a = "2";
  const refreshed = run.refresh();
  await settled();
  assert.deepEqual(heard(), []);
  arrive();
  await refreshed;
  assert.deepEqual(heard(), ["open cpu 2", "mode idle", "show 2 at 0"]);
  need(new Promise(() => {}));
  state.values.a = "bad";
  run.refresh();
  await settled();
  need(null);
  state.values.a = "3";
  await run.refresh();
  assert.deepEqual(heard(), ["open cpu 3", "mode idle", "show 3 at 0"]);
  need(Promise.reject({ kind: "fetch", message: "" }));
  state.values.a = "bad";
  await run.refresh();
  assert.deepEqual(heard(), ["failed fetch"], "the engine is not asked");
  need(null);
  await run.run();
  assert.equal(heard().at(-1), "play on");
});

test("an owner that has left gets no more calls, not even for a late session", async () => {
  const { run, heard, sessions } = lab();
  run.begin();
  const opening = run.refresh();
  run.leave();
  await opening;
  assert.deepEqual(heard(), ["mode idle", "close cpu"]);
  assert.equal(sessions.length, 1);
  assert.equal(run.result, null);
});

test("a released run keeps its result, and the next run opens its state anew", async () => {
  const { run, heard, sessions } = await opened();
  await run.run();
  assert.ok(!run.release(), "a run at work is not released");
  sessions[0].rest("paused", 1);
  heard();
  assert.ok(run.release());
  assert.deepEqual(heard(), ["mode cancelled", "close cpu"]);
  assert.equal(run.result?.progress.done, 1);
  await run.run();
  assert.ok(heard().includes("open cpu 1"));
  assert.equal(sessions.length, 2);
  sessions[1].rest("done", TOTAL);
  assert.ok(run.release() && run.release(), "twice is once");
  await run.refresh(true);
  assert.ok(run.release());
  await run.run();
  assert.equal(sessions.length, 4, "a state that was opened and not run is opened again");
  assert.equal(run.mode, "playing");
});

test("a run of the user lasts at least three seconds; one that nobody watches does not", async () => {
  const { run, heard, sessions } = await opened();
  const paces = () => heard().filter((what) => what.startsWith("pace"));
  await run.run();
  assert.deepEqual(paces(), ["pace 3"]);
  run.full = true;
  run.full = false;
  assert.deepEqual(paces(), ["pace 0", "pace 3"], "a change of mind counts at once");
  sessions[0].rest("done", TOTAL);
  await run.run(true);
  assert.deepEqual(paces(), ["pace 0"]);
  sessions[0].rest("paused", 1);
  await run.run();
  assert.deepEqual(paces(), ["pace 3"]);
  sessions[0].rest("done", TOTAL);
  run.full = true;
  heard();
  await run.run();
  assert.deepEqual(paces(), ["pace 0"]);
});

test("a known result is shown at once; a run and a reset start over", async () => {
  const { run, heard, know, sessions } = await opened();
  know({ ...resultOf({ a: "1" }, TOTAL), elapsed_s: 0.5 });
  await run.refresh();
  assert.deepEqual(heard(), ["open cpu 1", "mode done", "show 1 at 3"]);
  assert.equal(run.elapsed, 0.5);
  await run.rerun();
  assert.deepEqual(heard(), [], "what is known does not run by itself");
  await run.run();
  assert.deepEqual(heard().slice(0, 3), ["mode playing", "open cpu 1", "show 1 at 0"]);
  sessions[0].rest("done", TOTAL);
  heard();
  await run.refresh(true);
  assert.deepEqual(heard(), ["open cpu 1", "mode idle", "show 1 at 0"]);
  assert.equal(run.elapsed, 0);
});

test("a changed state runs by itself, at full speed, if its owner asks for it", async () => {
  const { run, heard, state } = await opened({
    refuse: ({ a }) => a === "bad" && { kind: "parameter", message: "`a` is wrong" },
  });
  state.values.a = "2";
  run.refresh();
  await run.rerun();
  assert.deepEqual(heard().slice(-4), ["mode playing", "mode playing", "pace 0", "play on"]);
  await run.rerun();
  assert.deepEqual(heard(), [], "a run that plays goes on");
  state.values.a = "bad";
  run.refresh();
  await run.rerun();
  assert.ok(!heard().includes("play on"), "a refused state does not run");
});
