// Elements with equal attributes `link` share the parameters that they have in common, and the seed. The newest change counts; until there
// is one, the first element of the document.
import { entry } from "./catalogue.js";
import { engine } from "./engine/engine.js";
import { DEFAULT_SEED } from "./route.js";

/** @typedef {import("../elements/scaling-lab.js").ScalingLab} Lab @typedef {import("./types.d.ts").Values} Values */

/** The elements of each name that are ready, the one whose values the others have, and whether it has changed since. @type {Map<string, {all: Set<Lab>, latest: Lab, changed: boolean}>} */
const groups = new Map();
/** The name under which an element is in a group. @type {WeakMap<Lab, string>} */
const names = new WeakMap();
/** Counts what an element is to take over: only the newest continues. @type {WeakMap<Lab, number>} */
const turns = new WeakMap();

/** All values of an element, also those that are defaults. @param {Lab} lab @returns {Promise<Values>} */
async function valuesOf(lab) {
  const found = await entry(lab.getAttribute("experiment") ?? "");
  const defaults = (found?.params ?? []).map(({ name, default: usual }) => [name, usual]);
  return { seed: String(DEFAULT_SEED), ...Object.fromEntries(defaults), ...lab.query };
}

/** Gives an element the values of another that it can have. @param {Lab} from @param {Lab} to */
async function give(from, to) {
  const turn = (turns.get(to) ?? 0) + 1;
  turns.set(to, turn);
  const [theirs, mine] = await Promise.all([valuesOf(from), valuesOf(to)]);
  const { seed, device: _, pace: __, ...shared } = theirs;
  const wanted = Object.entries(shared).filter(([name]) => name in mine);
  const slug = to.getAttribute("experiment") ?? "";
  const checked = await engine.check(slug, { ...to.query, ...Object.fromEntries(wanted) });
  if (turns.get(to) !== turn || names.get(to) !== names.get(from)) return;
  // A value that this experiment refuses stays where it was given.
  const refused = new Set(checked.problems.map(({ parameter }) => parameter));
  const next = {
    ...to.query,
    ...Object.fromEntries(wanted.filter(([name]) => !refused.has(name))),
    seed,
  };
  if (Object.entries(next).some(([name, value]) => mine[name] !== value)) to.query = next;
}

/** Notes that an element is ready, that its link has another name, or that it has left the page. @param {Lab} lab @param {string | null} name of its group; null for none */
export function join(lab, name) {
  const before = names.get(lab);
  if (before === (name ?? undefined)) return;
  const old = groups.get(before ?? "");
  old?.all.delete(lab);
  if (before !== undefined && old && !old.all.size) groups.delete(before);
  else if (old?.latest === lab) [old.latest] = old.all;
  if (!name) return void names.delete(lab);
  names.set(lab, name);
  const group = groups.get(name);
  if (!group) return void groups.set(name, { all: new Set([lab]), latest: lab, changed: false });
  group.all.add(lab);
  const first = lab.compareDocumentPosition(group.latest) & Node.DOCUMENT_POSITION_FOLLOWING;
  if (first && !group.changed) lead(lab, group);
  else give(group.latest, lab).catch(() => {});
}

/** Gives the values of an element to all others of its group. @param {Lab} lab @param {{all: Set<Lab>, latest: Lab}} group */
function lead(lab, group) {
  group.latest = lab;
  // An element that cannot follow keeps its values.
  for (const other of group.all) if (other !== lab) give(lab, other).catch(() => {});
}

/** Notes that a reader has changed an element: all others of its group follow. @param {Lab} lab */
export function share(lab) {
  const group = groups.get(names.get(lab) ?? "");
  if (!group) return;
  group.changed = true;
  lead(lab, group);
}
