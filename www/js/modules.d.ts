// Modules that build.mjs makes.
declare module "lab:assets" {
  export const cpu: { worker: string; wasm: string };
  export const gpu: { worker: string; wasm: string };
  export const math: { display: Record<string, string>; inline: Record<string, string> };
}
declare module "lab:glue" {
  const glue: any;
  export const initSync: any, Engine: any, Run: any, catalogue: any, claims: any, stamp: any, check: any, check_claim: any, serve_chunk: any, panic_message: any;
  export default glue;
}
declare module "*.css" {
  const text: string;
  export default text;
}
