// A page that looks at video for a long time must not grow. Not part of the tests: it takes a while.
//
//   node soak.mjs [MINUTES]     30 if left out

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browse, issue, open, serve, startCamera } from "./harness.mjs";
import { writeVideo } from "./video.mjs";

const minutes = Number(process.argv[2] ?? 30);
/** Growth that is still called steady: buffers settle in the first minute. */
const ALLOWED = 1.1;

const folder = mkdtempSync(join(tmpdir(), "ikd-soak-"));
const video = join(folder, "phone.y4m");
writeVideo(video, [{ seconds: 3 }, { seconds: 3, text: issue("siti-contoh", "travel").text }]);
const server = await serve();
const { context, close } = await browse({ video });
const page = await open(context, server.url);
await startCamera(page);

const session = await context.newCDPSession(page);
const megabytes = async () => {
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { nodes } = await session.send("Memory.getDOMCounters");
  const [worker] = page.workers();
  const wasm = await worker.evaluate(async () => {
    const { default: init } = await import("./ikd.js");
    return (await init()).memory.buffer.byteLength;
  });
  return { heap: usedSize / 2 ** 20, wasm: wasm / 2 ** 20, nodes };
};

let settled;
let failed = false;
for (let minute = 1; minute <= minutes; minute++) {
  await page.waitForTimeout(60_000);
  const now = await megabytes();
  settled ??= now;
  console.log(`${String(minute).padStart(3)} min  heap ${now.heap.toFixed(1)} MiB  wasm ${now.wasm.toFixed(1)} MiB  ${now.nodes} nodes`);
  failed = now.heap > settled.heap * ALLOWED + 1 || now.wasm > settled.wasm * ALLOWED;
}
await close();
await server.stop();
rmSync(folder, { recursive: true, force: true });
if (failed) {
  console.error("the page has grown");
  process.exit(1);
}
