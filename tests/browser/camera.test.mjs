// The camera: a video of a phone, from the lens to the verdict.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { browse, codeOf, issue, open, screenshot, serve, startCamera } from "./harness.mjs";
import { writeVideo } from "./video.mjs";

const folder = mkdtempSync(join(tmpdir(), "ikd-video-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("a phone that moves, blurs and changes is read within two seconds", async (t) => {
  const server = await serve();
  const video = join(folder, "phone.y4m");
  const [first, second] = [issue("siti-contoh", "travel"), issue("budi-ujicoba", "bpjs")];
  const [, firstAt, secondAt] = writeVideo(video, [
    { seconds: 1 },
    { seconds: 3, text: first.text },
    { seconds: 3, text: second.text },
  ]);
  const { context, close } = await browse({ video });
  t.after(() => Promise.all([close(), server.stop()]));
  await context.addInitScript(watch);
  const page = await open(context, server.url);
  await startCamera(page);
  await page.waitForFunction(() => window.verdicts.length >= 2, undefined, { timeout: 20_000 });
  const { verdicts, began } = await page.evaluate(() => ({ verdicts: window.verdicts, began: window.began }));
  const expected = [[first, firstAt], [second, secondAt]];
  for (const [i, [qr, at]] of expected.entries()) {
    const after = (verdicts[i].at - began) / 1000 - at;
    t.diagnostic(`read ${after.toFixed(2)} s after it came into view`);
    assert.deepEqual([verdicts[i].code, verdicts[i].name], ["accepted", qr.person.name]);
    assert.ok(after < 2, `${after} s`);
  }
  await screenshot(page, "phone-camera");
  assert.deepEqual(page.complaints, []);
});

test("a phone whose QR rolls over in view is counted once", async (t) => {
  const server = await serve();
  const video = join(folder, "rollover.y4m");
  const qrs = ["siti-contoh", "siti-contoh", "budi-ujicoba"].map((person) => issue(person, "travel"));
  writeVideo(video, [{ seconds: 1 }, ...qrs.map(({ text }) => ({ seconds: 2, text }))]);
  const { context, close } = await browse({ video });
  t.after(() => Promise.all([close(), server.stop()]));
  const page = await open(context, server.url);
  await startCamera(page);
  await page.locator("#verdict .name", { hasText: qrs[2].person.name }).waitFor({ timeout: 20_000 });
  const accepted = await page.evaluate(acceptedQrs);
  assert.deepEqual([accepted, await page.locator("#count-good").textContent()], [3, "2"]);
});

test("an expired QR in view is refused with its reason", async (t) => {
  const server = await serve();
  const video = join(folder, "expired.y4m");
  const qr = issue("siti-contoh", "travel", "expired");
  writeVideo(video, [{ seconds: 2, text: qr.text }]);
  const { context, close } = await browse({ video });
  t.after(() => Promise.all([close(), server.stop()]));
  const page = await open(context, server.url);
  await startCamera(page);
  assert.equal(await codeOf(page), "presentation_expired");
  assert.match(await page.locator("#verdict").textContent(), /kedaluwarsa/);
});

/** How many QRs this browser has accepted. */
async function acceptedQrs() {
  const done = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
  const database = await done(indexedDB.open("ikd-replay"));
  const [store] = database.objectStoreNames;
  const count = await done(database.transaction(store).objectStore(store).count());
  database.close();
  return count;
}

/** Notes, inside the page, when the film begins and when which verdict stands there. */
function watch() {
  window.verdicts = [];
  const { getUserMedia } = MediaDevices.prototype;
  MediaDevices.prototype.getUserMedia = function (...args) {
    window.began ??= performance.now();
    return getUserMedia.apply(this, args);
  };
  const look = () => {
    const { code, state } = document.getElementById("verdict").dataset;
    const name = document.querySelector("#verdict .name")?.textContent;
    if (state === "waiting" || window.verdicts.at(-1)?.name === name) return;
    window.verdicts.push({ code, name, at: performance.now() });
  };
  addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.getElementById("verdict"), { childList: true, subtree: true });
  });
}
