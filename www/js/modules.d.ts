// The modules that build.mjs generates.
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
