// For Node: the module is read from the folder of this file, so `init()` is not needed; to call it
// does no harm.

import { readFileSync } from "node:fs";
import { initSync } from "./ikd.js";

initSync({ module: readFileSync(new URL("./ikd_bg.wasm", import.meta.url)) });

export * from "./ikd.js";
export default async function init() {}
