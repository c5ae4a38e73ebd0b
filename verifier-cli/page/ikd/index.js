// For browsers and bundlers. Call `init()` once, then use the classes:
//
//   import init, { Trust, Verifier } from "@ikd/verifier";
//   await init();

export * from "./ikd.js";
export { default } from "./ikd.js";
