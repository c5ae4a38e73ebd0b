// Time from opening the page to the first verdict, with a phone in view all the while: a first visit,
// and a visit after that, when the service worker has the page. Not part of the tests: it measures.
//
//   node load.mjs [ROUNDS]      5 if left out

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { browse, issue, serve } from "./harness.mjs";
import { writeVideo } from "./video.mjs";

const rounds = Number(process.argv[2] ?? 5);
const folder = mkdtempSync(join(tmpdir(), "ikd-load-"));
const video = join(folder, "phone.y4m");
const server = await serve();
const times = { "first visit": [], "next visit": [] };
for (let round = 0; round < rounds; round++) {
  writeVideo(video, [{ seconds: 4, text: issue("siti-contoh", "travel").text }]);
  const { context, close } = await browse({ video });
  await context.grantPermissions(["camera"], { origin: server.url });
  for (const visit of Object.keys(times)) {
    const page = await context.newPage();
    await page.goto(server.url);
    await page.locator("#verdict[data-code]").waitFor({ timeout: 20_000 });
    times[visit].push(await page.evaluate(() => performance.now()));
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.close();
  }
  await close();
}
await server.stop();
rmSync(folder, { recursive: true, force: true });
for (const [visit, taken] of Object.entries(times)) {
  taken.sort((a, b) => a - b);
  const [median, most] = [taken[rounds >> 1], taken.at(-1)].map((ms) => Math.round(ms));
  console.log(`${visit.padEnd(12)} ${median} ms to the first verdict (median of ${rounds}; at most ${most} ms)`);
}
