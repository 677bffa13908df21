// Decides which functions and constants of the page's wasm belong to which piece. split.mjs makes the modules.
//
//   core           what opening an experiment runs in more than two thirds of the experiments
//   run            what runs of most experiments need besides
//   EXPERIMENT     what opening an experiment runs besides the core
//   A+B-run        what runs of several experiments need besides, such as the fitter
//   pictures       what makes small pictures, for the experiments that have one
//   EXPERIMENT-run what runs of one experiment need besides
//   gpu            what drives a GPU; runs call it only once a GPU is open
//   rest           everything else, such as the reader of tables and the sentences that refuse a value, and what experiments
//                  need only for these
//
// Two sources say what an experiment needs. What its opening runs was observed: build.mjs opens it and records the
// functions. What its runs may need follows from the linker's records: all that the observed functions refer to, directly
// or through others. So a run finds everything in its pieces, whatever its settings. Stubs (split.mjs) stand for
// three kinds of functions: those that an opening calls although none was observed to call them, those that refuse a value, and
// those that only the user's table needs.
//
// A small function that few experiments share is copied into the pieces of each. Constants follow the functions that
// refer to them. A new experiment thus changes the pieces of the others little.
import { Node } from "./linked.mjs";

/** Functions that the same experiments need are a piece of their own from this size in bytes on. */
const SHARED = 50_000;
/** What only the runs of an experiment need comes with its opening if it is smaller than this, in bytes. */
const WORTH = 4000;

/**
 * A piece. `refers` are the functions that its functions and constants refer to; `needs` are the numbers of the pieces that
 * must be there before it.
 * @typedef {{name: string, functions: Set<string>, constants: Set<Node>, refers: Set<string>, needs: number[]}} Piece
 * @typedef {{opening: number[], running: number[]}} Loads the pieces that an experiment needs besides the core
 * @typedef {{pieces: Piece[], loads: Map<string, Loads>, gpu: number[], rest: number, reached: Map<string, Set<string>>}} Plan
 *   `reached` has all functions that an experiment can reach, by its name
 */

/** Everything that nodes refer to, directly or through others, and the nodes themselves. @param {Iterable<Node>} from @param {Set<Node>} stop nodes that are not entered */
function reach(from, stop) {
  const seen = new Set(from);
  for (const node of seen) for (const to of node.to) if (!stop.has(to)) seen.add(to);
  return seen;
}

/** The constants that functions refer to, directly or through other constants. @param {Iterable<Node>} from @param {Set<Node>} stop */
function constantsOf(from, stop) {
  const seen = new Set(from);
  for (const node of seen)
    for (const to of node.to) if (!to.isFunction && !stop.has(to)) seen.add(to);
  return new Set([...seen].filter((node) => !node.isFunction));
}

/** @template T @param {Iterable<T>} items @param {(item: T) => unknown} keep */
const only = (items, keep) => new Set([...items].filter(keep));

/** The export that makes the small picture of a result. */
const PICTURES = /_picture$/;
/** The exports that only readers of tables, published numbers and tests call, and what opens a GPU. */
const RARE = /tablereader|runtable|judge|digest/,
  OPENS = /open_gpu/;
/**
 * The functions that drive a GPU: all of src/exec/device.rs, and what opens and replaces a device. A run on the CPU drops a
 * `State` too, which then holds nothing.
 */
const DRIVER =
  /scaling_lab(4exec(6device|4Exec(8open_gpu|7replace))|\.\.exec\.\.device\.\.(?!State))/;
/** Functions that a run calls only for the user's table. What they alone need is in the last piece, which comes with a table. */
const TABLES = [
  "4fits11reads_table",
  "7recipes11reads_table",
  "4fits11lacks_input",
  "4Rule5parse",
  "Study$GT$8left_out",
];
/** What refuses a value: sentences, and the standard library's writing of numbers, for the page writes all others. */
const REFUSALS =
  /4core3(fmt5float|num7flt2dec)|params(4mend|7unknown|7renamed|7to_text|4Spec6refuse)|session(7fitting|7unknown)|5error5Error9parameter/;

/**
 * @param {{functions: Map<string, Node>, constants: Node[]}} graph what the linker recorded
 * @param {{functions: Map<string, Set<string>>, exported: Map<string, string>}} module the module that is to be divided, which
 *   wasm-bindgen has made of the linked one: its functions with those that each calls, and its exports
 * @param {Map<string, Set<string>>} opened the functions that ran while an experiment was opened, by experiment
 * @param {string[]} tables the functions that a run calls only for the user's table, by the ends of their names
 * @param {Iterable<string>} pictured the experiments that have a small picture
 * @returns {Plan}
 */
export function plan(graph, { functions, exported }, opened, tables = TABLES, pictured = []) {
  const slugs = [...opened.keys()];
  const names = [...functions.keys()];
  // wasm-bindgen removes the digest from the names of exports, and adds shims of its own, of which the linker knows nothing.
  const undigested = new Map(
    [...graph.functions].map(([name, node]) => [name.replace(/_[0-9a-f]{16}$/, ""), node]),
  );
  const known = new Map(
    names.map((name) => [
      name,
      graph.functions.get(name) ?? undigested.get(name) ?? new Node(name, 0),
    ]),
  );
  const nodeOf = (/** @type {string} */ name) => known.get(name);
  for (const [name, called] of functions)
    for (const one of called) {
      const to = nodeOf(one);
      if (to) nodeOf(name)?.to.add(to);
    }
  const nameOf = new Map([...known].map(([name, node]) => [node, name]));
  const nodes = (/** @type {Iterable<string>} */ some) =>
    [...some].flatMap((name) => nodeOf(name) ?? []);
  const functionsIn = (/** @type {Iterable<Node>} */ some) =>
    new Set([...some].flatMap((node) => nameOf.get(node) ?? []));
  const size = (/** @type {Iterable<string>} */ some) =>
    nodes(some).reduce((sum, node) => sum + node.size, 0);

  /** @type {Map<string, number>} */
  const times = new Map();
  for (const ran of opened.values())
    for (const name of ran) times.set(name, (times.get(name) ?? 0) + 1);
  const openedBy = (/** @type {string} */ slug) => opened.get(slug) ?? new Set();

  // What the opening of one experiment alone runs leads to all that is its own.
  const seeds = new Map(
    slugs.map((slug) => [slug, nodes(only(openedBy(slug), (name) => times.get(name) === 1))]),
  );
  /** @type {Map<Node, string>} */
  const seedOf = new Map();
  for (const [slug, own] of seeds) for (const node of own) seedOf.set(node, slug);
  const inside = reach(seedOf.keys(), new Set());
  /** @type {Map<Node, string>} */
  const entries = new Map();
  for (const constant of graph.constants) {
    if (inside.has(constant)) continue;
    const owners = new Set([...constant.to].flatMap((to) => seedOf.get(to) ?? []));
    if (owners.size === 1) entries.set(constant, [...owners][0]);
  }
  for (const slug of slugs) {
    const found = [...entries.values()].filter((owner) => owner === slug).length;
    if (found !== 1)
      throw new Error(`${found} constants of the wasm look like the entry of ${slug}`);
  }
  const barred = new Set(entries.keys());
  const entryOf = (/** @type {string} */ slug) =>
    [...entries].filter(([, owner]) => owner === slug).map(([node]) => node);

  const driver = nodes(only(names, (name) => DRIVER.test(name)));
  if (!driver.length) throw new Error(`no function of the wasm matches ${DRIVER}`);
  const ofTables = tables.flatMap((path) => {
    // A digest follows the path in the name of a function; its closures have longer names.
    const found = names.filter((name) => name.split(path)[1]?.match(/^(17h\w+)?E?$/));
    if (found.length !== 1) throw new Error(`${found.length} functions of the wasm are ${path}`);
    return nodes(found);
  });
  const refusals = nodes(only(names, (name) => REFUSALS.test(name)));
  const onCpu = new Set([...barred, ...driver, ...ofTables, ...refusals]);

  // What most openings run is the core.
  const shared = only(names, (name) => (times.get(name) ?? 0) * 3 > slugs.length * 2);
  const needed = new Map(
    slugs.map((slug) => {
      const from = [...(seeds.get(slug) ?? []), ...entryOf(slug)];
      return [slug, only(functionsIn(reach(from, onCpu)), (name) => !shared.has(name))];
    }),
  );
  const neededBy = (/** @type {string} */ slug) => needed.get(slug) ?? new Set();
  /** @type {Map<string, string[]>} */
  const users = new Map();
  for (const [slug, some] of needed)
    for (const name of some) users.set(name, [...(users.get(name) ?? []), slug]);
  /** Exported functions by the names of their exports. @param {(outer: string) => boolean} wanted */
  const exportsThat = (wanted) =>
    nodes([...exported].flatMap(([outer, name]) => (wanted(outer) ? [name] : [])));
  const usual = exportsThat((outer) => ![RARE, OPENS, PICTURES].some((one) => one.test(outer)));
  const driving = functionsIn(reach(usual, onCpu));
  const running = only(
    names,
    (name) =>
      !shared.has(name) && (driving.has(name) || (users.get(name)?.length ?? 0) * 2 > slugs.length),
  );
  /** Functions that several experiments need, by the names of these experiments. @type {Map<string, Set<string>>} */
  const classes = new Map();
  for (const [name, { length }] of users) {
    const key = (users.get(name) ?? []).join(" ");
    if (length > 1 && !running.has(name))
      classes.set(key, (classes.get(key) ?? new Set()).add(name));
  }

  /** @type {Piece[]} */
  const pieces = [];
  /** Adds a piece and gives its number. @param {string} name @param {Iterable<string>} all @param {number[]} needs @param {Node[]} [entry] */
  const add = (name, all, needs, entry = []) => {
    const functions = new Set(all);
    const there = new Set(needs.flatMap((piece) => [...pieces[piece].constants]));
    const reached = constantsOf([...nodes(functions), ...entry], barred);
    const constants = only(reached, (node) => !there.has(node));
    const refers = functionsIn([...nodes(functions), ...constants].flatMap(({ to }) => [...to]));
    return pieces.push({ name, functions, constants, refers, needs }) - 1;
  };
  const core = add("core", shared, []);
  const run = add("run", running, [core]);
  const common = [...classes]
    .filter(([, some]) => size(some) >= SHARED)
    .map(([users, some]) => ({
      users: users.split(" "),
      piece: add(`${users.replaceAll(" ", "+")}-run`, some, [core, run]),
    }));
  const withPicture = new Set(pictured);
  const depicting = exportsThat((outer) => PICTURES.test(outer));
  if (depicting.length) {
    const some = only(
      functionsIn(reach(depicting, onCpu)),
      (name) => ![shared, running].some((all) => all.has(name)),
    );
    common.push({ users: [...withPicture], piece: add("pictures", some, [core, run]) });
  }
  /** @type {Map<string, Loads>} */
  const loads = new Map();
  for (const slug of slugs) {
    const before = [
      run,
      ...common.filter(({ users }) => users.includes(slug)).map(({ piece }) => piece),
    ];
    const first = only(openedBy(slug), (name) => !pieces[core].functions.has(name));
    const late = only(
      neededBy(slug),
      (name) =>
        ![core, ...before].some((piece) => pieces[piece].functions.has(name)) && !first.has(name),
    );
    const small = size(late) < WORTH;
    const opening = add(slug, small ? [...first, ...late] : first, [core], entryOf(slug));
    const own = small ? [] : [add(`${slug}-run`, late, [core, ...before, opening])];
    loads.set(slug, { opening: [opening], running: [...before, ...own] });
  }
  const opens = exportsThat((outer) => OPENS.test(outer));
  const driven = only(
    functionsIn(reach([...driver, ...opens], barred)),
    (name) => !shared.has(name) && !running.has(name),
  );
  const gpu = add("gpu", driven, [core, run]);
  // The last piece has all that exports and experiments can reach without a GPU and that lies in no piece of theirs, such as
  // what only a table or a refusal needs. So an experiment needs no piece of another one.
  const withoutGpu = new Set([...barred, ...driver]);
  const placed = new Set(pieces.flatMap((piece) => [...piece.functions]));
  const left = only(names, (name) => !placed.has(name));
  const outer = exportsThat((outer) => !OPENS.test(outer) && !PICTURES.test(outer));
  for (const slug of ["", ...slugs]) {
    const { opening, running } = loads.get(slug) ?? { opening: [], running: [] };
    const there = [core, run, ...opening, ...running];
    const from = slug ? [...(seeds.get(slug) ?? []), ...entryOf(slug)] : outer;
    for (const name of functionsIn(reach(from, withoutGpu)))
      if (!there.some((piece) => pieces[piece].functions.has(name))) left.add(name);
  }
  const rest = add("rest", left, [core, run]);
  const everything = exportsThat((outer) => !PICTURES.test(outer));
  const reached = new Map(
    slugs.map((slug) => {
      const own = [...(seeds.get(slug) ?? []), ...entryOf(slug)];
      const from = [...everything, ...own, ...(withPicture.has(slug) ? depicting : [])];
      return [slug, functionsIn(reach(from, barred))];
    }),
  );
  return { pieces, loads, gpu: [run, gpu], rest, reached };
}

/** The functions that an experiment can reach and that are in no piece that comes with it. @param {Plan} planned @param {string} slug */
export function lacking({ pieces, loads, gpu, rest, reached }, slug) {
  const { opening, running } = loads.get(slug) ?? { opening: [], running: [] };
  const there = [0, ...opening, ...running, ...gpu, rest];
  return only(
    reached.get(slug) ?? [],
    (name) => !there.some((piece) => pieces[piece].functions.has(name)),
  );
}
