// Which functions and constants go into which piece.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Node } from "./linked.mjs";
import { lacking, plan } from "./pieces.mjs";

const LARGE = 60_000;
const TABLES = ["4fits11reads_table"];

/**
 * A lab of four experiments. Each has functions `open-X` and `run-X`, and an entry constant in one list. `c` and `d` share
 * the large `fitter`, and all the small `sum`. All run `drive`; `read` reads tables. `drop` drops what a device may hold.
 * `depict` makes the picture of `a`. Runs of `a` refuse values by `quote`, which needs `share`, as do runs of `c`.
 */
function lab() {
  let at = 1000;
  /** @type {Map<string, Node>} */
  const functions = new Map();
  /** @type {Node[]} */
  const constants = [];
  const f = (/** @type {string} */ name, size = 5000) => {
    const node = new Node(name, size);
    functions.set(name, node);
    return node;
  };
  const d = (/** @type {string} */ name, /** @type {Node[]} */ ...to) => {
    const node = new Node(name, 16, (at += 16), true);
    to.forEach((one) => node.to.add(one));
    constants.push(node);
    return node;
  };
  const refer = (/** @type {Node} */ node, /** @type {Node[]} */ ...to) =>
    to.forEach((one) => node.to.add(one));
  const [find, sum, drive, fitter] = [f("find"), f("sum", 50), f("drive"), f("fitter", LARGE)];
  f("read");
  const reads = f("_ZN4fits11reads_table17h0123E");
  refer(reads, f("columns"));
  const step = f("step");
  const share = f("share");
  const quote = f("_ZN11scaling_lab5error5Error9parameter");
  refer(quote, share);
  const entries = ["a", "b", "c", "d"].map((slug) => {
    const [open, run] = [f(`open-${slug}`), f(`run-${slug}`)];
    const words = d(`words-${slug}`);
    // An opening makes the trait object of the run, whose table points to the functions of the run.
    refer(open, d(`vtable-${slug}`, run), words);
    refer(run, sum, words, d(`table-${slug}`));
    if (slug > "b") refer(run, fitter, reads);
    if (slug === "a") refer(run, quote);
    if (slug === "c") refer(run, share);
    return d(`entry-${slug}`, open, words, d(`spec-${slug}`));
  });
  // A constant that leads to two experiments is the entry of neither.
  d("both", ...["open-a", "open-b"].flatMap((name) => functions.get(name) ?? []));
  refer(find, d("list", ...entries), d("names"));
  const [gpu, opener] = [f("_ZN11scaling_lab4exec6device3Gpu3run"), f("opener")];
  const drop = f("drop_in_place$LT$scaling_lab..exec..device..State$GT$");
  refer(drive, find, step, drop);
  refer(step, gpu);
  refer(gpu, f("dispatch"), sum);
  refer(opener, gpu);
  refer(fitter, d("nodes"));
  refer(f("depict"), f("rows"), sum);
  const calls = new Map([...functions.keys()].map((name) => [name, new Set()]));
  calls.set("drive shim", new Set(["drive"]));
  const exported = new Map([
    ["find", "find"],
    ["advance", "drive shim"],
    ["tablereader_push", "read"],
    ["engine_open_gpu", "opener"],
    ["run_picture", "depict"],
  ]);
  const opened = new Map(
    ["a", "b", "c", "d"].map((slug) => [slug, new Set(["find", `open-${slug}`])]),
  );
  return { graph: { functions, constants }, module: { functions: calls, exported }, opened };
}

/** What each piece holds, by its name. */
function planned() {
  const { graph, module, opened } = lab();
  const { pieces, loads, rest } = plan(graph, module, opened, TABLES, ["a"]);
  const named = new Map(pieces.map((piece) => [piece.name, piece]));
  const of = (/** @type {string} */ name) => {
    const piece = named.get(name);
    assert.ok(piece, `there is no piece ${name}: ${[...named.keys()].join(", ")}`);
    return {
      functions: [...piece.functions].sort(),
      constants: [...piece.constants].map((one) => one.name).sort(),
    };
  };
  const names = (/** @type {number[]} */ some) => some.map((one) => pieces[one].name);
  return { of, pieces, names, loads, rest };
}

test("the core holds what openings share, without any entry; the run piece what runs share", () => {
  const { of } = planned();
  assert.deepEqual(of("core"), { functions: ["find"], constants: ["list", "names"] });
  assert.deepEqual(of("run").functions, [
    "drive",
    "drive shim",
    "drop_in_place$LT$scaling_lab..exec..device..State$GT$",
    "step",
    "sum",
  ]);
});

test("an experiment has a piece for its opening, with its entry, and one for its runs", () => {
  const { of, names, loads } = planned();
  assert.deepEqual(of("a"), {
    functions: ["open-a"],
    constants: ["entry-a", "spec-a", "vtable-a", "words-a"],
  });
  assert.deepEqual(of("a-run"), { functions: ["run-a"], constants: ["table-a"] });
  assert.deepEqual(names(loads.get("a")?.opening ?? []), ["a"]);
  assert.deepEqual(names(loads.get("a")?.running ?? []), ["run", "pictures", "a-run"]);
});

test("what several share is a piece of its own if it is large", () => {
  const { of, names, loads } = planned();
  assert.deepEqual(of("c+d-run"), { functions: ["fitter"], constants: ["nodes"] });
  assert.ok(names(loads.get("d")?.running ?? []).includes("c+d-run"));
  assert.ok(!names(loads.get("a")?.running ?? []).includes("c+d-run"));
});

test("what makes pictures is a piece that only experiments with a picture load", () => {
  const { of, names, loads } = planned();
  assert.deepEqual(of("pictures"), { functions: ["depict", "rows"], constants: [] });
  const running = (/** @type {string} */ slug) => names(loads.get(slug)?.running ?? []);
  assert.ok(running("a").includes("pictures"), running("a").join(", "));
  assert.ok(!running("b").includes("pictures"), running("b").join(", "));
});

test("a piece comes after those that it needs, and every function has a piece", () => {
  const { pieces, of, rest } = planned();
  pieces.forEach(({ needs }, number) => assert.ok(needs.every((one) => one < number)));
  assert.equal(rest, pieces.length - 1);
  assert.deepEqual(of("rest").functions, [
    "_ZN11scaling_lab5error5Error9parameter",
    "_ZN4fits11reads_table17h0123E",
    "columns",
    "read",
    "share",
  ]);
  assert.deepEqual(of("gpu").functions, [
    "_ZN11scaling_lab4exec6device3Gpu3run",
    "dispatch",
    "opener",
  ]);
  const { graph } = lab();
  for (const name of graph.functions.keys())
    assert.ok(
      pieces.some((piece) => piece.functions.has(name)),
      name,
    );
});

test("an experiment finds all that it can reach in pieces that come with it", () => {
  const { graph, module, opened } = lab();
  const planned = plan(graph, module, opened, TABLES);
  for (const slug of opened.keys()) assert.deepEqual([...lacking(planned, slug)], [], slug);
  assert.ok(planned.reached.get("a")?.has("share") && !planned.reached.get("b")?.has("share"));
  planned.pieces[planned.rest].functions.delete("share");
  assert.deepEqual([...lacking(planned, "a")], ["share"], "what is missing is found");
});

test("what half of the experiments run when they open is not yet the core", () => {
  const { graph, module, opened } = lab();
  for (const slug of ["a", "b"]) opened.get(slug)?.add("step");
  for (const slug of ["a", "b", "c"]) opened.get(slug)?.add("sum");
  const { functions } = plan(graph, module, opened, TABLES).pieces[0];
  assert.deepEqual([...functions].sort(), ["find", "sum"]);
});

test("a GPU needs the piece of runs and its own", () => {
  const { graph, module, opened } = lab();
  const { pieces, gpu } = plan(graph, module, opened, TABLES);
  assert.deepEqual(
    gpu.map((one) => pieces[one].name),
    ["run", "gpu"],
  );
});

test("one experiment more changes no piece of the others", () => {
  const { graph, module, opened } = lab();
  const before = new Map(
    plan(graph, module, opened, TABLES).pieces.map((one) => [one.name, [...one.functions].sort()]),
  );
  const more = lab();
  const [open, run, vtable, entry] = [
    new Node("open-e", 5000),
    new Node("run-e", 5000),
    new Node("vtable-e", 16, 5000, true),
    new Node("entry-e", 16, 5016, true),
  ];
  more.graph.functions.set("open-e", open).set("run-e", run);
  more.graph.constants.push(vtable, entry);
  open.to.add(vtable);
  vtable.to.add(run);
  entry.to.add(open);
  more.graph.constants.find(({ name }) => name === "list")?.to.add(entry);
  more.module.functions.set("open-e", new Set()).set("run-e", new Set());
  more.opened.set("e", new Set(["find", "open-e"]));
  const after = plan(more.graph, more.module, more.opened, TABLES).pieces;
  for (const [name, functions] of before)
    assert.deepEqual(
      [...(after.find((one) => one.name === name)?.functions ?? [])].sort(),
      functions,
      name,
    );
});

test("an experiment whose entry cannot be told is refused", () => {
  const { graph, module, opened } = lab();
  graph.constants.find(({ name }) => name === "entry-b")?.to.clear();
  assert.throws(
    () => plan(graph, module, opened, TABLES),
    /0 constants of the wasm look like the entry of b/,
  );
});
