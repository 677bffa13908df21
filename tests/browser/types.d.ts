// The types of the page as tests see it. Functions that run in the page may assume that a selector finds an element and that
// the lab's element has a result: if not, they throw and the test fails.
import type { Locator } from "playwright-core";
import type { ScalingLab } from "../../www/elements/scaling-lab.js";
import type { Result } from "../../www/js/types.d.ts";

export type Lab = Awaited<ReturnType<typeof import("./harness.mjs").start>>;
export type Page = import("playwright-core").Page & {
  /** The addresses that the page has requested. */
  requests: string[];
};
export type LabElement = ScalingLab & { result: Result; shadowRoot: ShadowRoot };
/** Finds the page's `<scaling-lab>`. */
export type LabLocator = {
  evaluate<R>(run: (element: LabElement) => R | Promise<R>): Promise<R>;
  evaluate<R, A>(
    run: (element: LabElement, argument: A) => R | Promise<R>,
    argument: A,
  ): Promise<R>;
} & Locator;
/** An element that a selector finds: a field, with the properties of folds, lists and progress bars as well. */
export interface Found extends HTMLInputElement {
  open: boolean;
  position: number;
  selectedIndex: number;
}
export type Values = Record<string, string>;
/** A browser that driver.mjs drives: Firefox or WebKit. Functions run in the page, which gets their text and their arguments. */
export interface Browser {
  /** Its name and version. */
  name: string;
  /** Downloads are saved here. */
  folder: string;
  /** Opens an address in a new window, in place of the old one. */
  open(url: string): Promise<unknown>;
  evaluate<R, A extends unknown[]>(run: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** Presses and releases keys in turn. */
  press(...keys: string[]): Promise<unknown>;
  /** Holds all keys down together, then releases them. */
  chord(...keys: string[]): Promise<unknown>;
  /** Moves the pointer to an element and clicks. */
  click<A extends unknown[]>(find: (...args: A) => Element, ...args: A): Promise<void>;
  /** Chooses a file in a field for files. */
  choose(find: () => Element, file: string): Promise<void>;
  close(): Promise<void>;
}
/** The object that the script of stress.test.mjs adds to the page. */
export interface Stress {
  begin(slug: string, values: Values, second: { slug: string; values: Values }): Promise<boolean>;
  act(what: string, wait: number, more: Action): Promise<string[]>;
  end(): Promise<{ errors: string[]; results: { query: Values; ours: Result; fresh: Result }[] }>;
}
/** The values that an action of stress.test.mjs may need. */
export interface Action {
  slug: string;
  values: Values;
  name: string;
  text: string;
  seed: number;
  elsewhere: string;
  wait: number;
  what: "cancel" | "reset" | "pause";
}
export type Body = (page: Page) => Promise<unknown>;
export type Options = {
  context?: import("playwright-core").BrowserContextOptions;
  script?: () => void;
  path?: string;
  mayThrow?: boolean;
  paced?: boolean;
};

declare global {
  interface ParentNode {
    querySelector(selectors: "scaling-lab"): LabElement;
    querySelector<E extends Element = Found>(selectors: string): E;
    querySelectorAll(selectors: "scaling-lab"): NodeListOf<LabElement>;
    querySelectorAll<E extends Element = Found>(selectors: string): NodeListOf<E>;
  }
  interface Document {
    getElementById(id: string): HTMLElement;
    createElement(name: "scaling-lab"): LabElement;
  }
  // Variables that tests set in the page to read later.
  var axe: typeof import("axe-core");
  var cold: string[] | undefined;
  var ended: number | undefined;
  /** The pieces that workers were given: number of the worker, number of the piece. */
  var given: string[] | undefined;
  var devices: GPUDevice[] | undefined;
  var hacked: unknown;
  var longest: number;
  var million: DataTransfer;
  var errors: string[] | undefined;
  var seen: (number | string)[];
  var begun: number | undefined;
  var stress: Stress;
}
