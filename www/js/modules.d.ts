// The modules and constants that build.mjs generates.
/** Is this the code of an element in a page of another site, rather than that of the lab's page? */
declare const EMBEDDED: boolean;
/** The way from the files of an embedded element to the lab's page. */
declare const HOME: string;
/** For embed-stub.js: the way to the element's files, its scripts with their sums in the order of their imports, and the file that holds all other sums, with its own. */
declare module "lab:embed" {
  export const folder: string;
  export const scripts: [name: string, sum: string][];
  export const known: [name: string, sum: string];
  export const words: typeof import("../locales/en.embed.json");
}
declare module "lab:assets" {
  /** `wasm` is the address of the core, `piece` that of any other piece, with * in place of its name; `pieces` are the pieces of the CPU's build by number, `loads` those that an experiment needs; `gpu` those that drive a GPU; `rest` is what is left. */
  export const cpu: {
    worker: string;
    wasm: string;
    piece: string;
    pieces: { name: string; needs: number[] }[];
    loads: Record<string, import("../pieces.mjs").Loads>;
    gpu: number[];
    rest: number;
  };
  export const gpu: { glue: string; wasm: string };
}
declare module "lab:shaders" {
  export const shaders: Record<string, string>;
  /** The sums of the files by kernel, if a page of another site holds the element. */
  export const sums: Record<string, string>;
}
declare module "lab:catalogue" {
  type Maths = import("./prose.js").Maths;
  type Load<T> = (query?: string) => Promise<T & { math: Maths }>;
  export const entries: Record<
    string,
    {
      title: string;
      load: Load<{
        entry: import("./types.d.ts").Entry;
        explanation: Load<{ explanation: import("./types.d.ts").Explanation }>;
      }>;
    }
  >;
  export const list: (query?: string) => Promise<{
    list: {
      title: string;
      lead: string;
      entries: Pick<import("./types.d.ts").Entry, "slug" | "title" | "question" | "presets">[];
    }[];
    math: Maths;
  }>;
  export const claims: (
    query?: string,
  ) => Promise<{ claims: import("./types.d.ts").Claim[]; math: Maths }>;
}
declare module "lab:glue" {
  const glue: any;
  export const initSync: any,
    Engine: any,
    Run: any,
    TableReader: any,
    stamp: any,
    check: any,
    serve_chunk: any,
    panic_message: any,
    Device: any,
    tick: any;
  export default glue;
}
declare module "*.css" {
  const text: string;
  export default text;
}
