// The bank's onboarding example in two windows: the teller's page, and the citizen's phone.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { browse, open, screenshot } from "./browser.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let demo, folder, browser, phones;
const at = {};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "ikd-onboarding-"));
  const args = ["--demo", "--port", "0", "--data", folder];
  const cargo = ["cargo", "run", "--quiet", "--package", "ikd-onboarding", "--"];
  // A program that is built already need not be built again.
  const [program, ...first] = process.env.IKD_ONBOARDING ? [process.env.IKD_ONBOARDING] : cargo;
  demo = spawn(program, [...first, ...args], { cwd: root, stdio: ["ignore", "pipe", "ignore"] });
  for await (const line of createInterface({ input: demo.stdout })) {
    const [, name, url] = /^(Bank|Ponsel) +(http\S+)/.exec(line) ?? [];
    if (name) at[name.toLowerCase()] = url;
    at.backend = Number(/kill -9 (\d+)/.exec(line)?.[1]) || undefined;
    if (at.backend) break;
  }
  while (!(await fetch(`${at.bank}readyz`).catch(() => null))) await new Promise((done) => setTimeout(done, 100));
  browser = await browse({ viewport: { width: 1280, height: 900 }, locale: "id-ID" });
  phones = await browse({ locale: "id-ID" });
});

after(async () => {
  await Promise.all([browser?.close(), phones?.close()]);
  const ended = new Promise((done) => demo.once("exit", done));
  demo.kill("SIGTERM");
  assert.equal(await ended, 0, "the demonstration stops well");
  rmSync(folder, { recursive: true, force: true });
});

const teller = () => open(browser.context, at.bank);

/** The phone of a person, with a QR that nobody has scanned. */
async function phone(person) {
  const page = await phones.context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${at.ponsel}?person=${person}&profile=bank&lang=id`);
  await page.locator("#text", { hasText: "IKD1:" }).waitFor({ state: "attached" });
  return page;
}

const shown = (page) => page.locator("#text").textContent();

/** Types the text as a handheld scanner does, and waits for the words of both screens. */
async function scan(page, text) {
  await page.locator("#qr").fill(text);
  await page.keyboard.press("Enter");
  await page.locator("#binding").waitFor();
}

async function approve(page) {
  await page.locator("#pin").waitFor();
  await page.locator("#pin").fill("123456");
  await page.locator("#approve").click();
}

const verdict = async (page) => {
  const card = page.locator("#verdict");
  await card.waitFor({ timeout: 20_000 });
  return card.getAttribute("data-outcome");
};

/** What keeps people with other senses and hands out. */
async function barriers(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target).join(" ")}`);
}

test("scan, approve with the PIN, and the application is filled in, with the receipt", async () => {
  const [bank, citizen] = await Promise.all([teller(), phone("siti-contoh")]);
  await screenshot(bank, "bank-ready");
  assert.deepEqual(await barriers(bank), []);
  await scan(bank, await shown(citizen));
  const words = await bank.locator("#binding").textContent();
  await citizen.locator("#binding", { hasText: words }).waitFor();
  assert.match(await bank.locator("#left").textContent(), /^[0-2]:\d\d$/);
  await screenshot(bank, "bank-waiting");
  assert.deepEqual(await barriers(bank), []);
  await approve(citizen);
  assert.equal(await verdict(bank), "approved");
  const field = (name) => bank.locator(`[data-name=${name}] dd`).textContent();
  assert.equal(await field("mother_name"), "IBU CONTOH");
  assert.equal(await field("gender"), "Perempuan");
  assert.match(await field("nik"), /^\d{16}$/);
  assert.equal(await bank.locator(".form .field:not(.empty)").count(), 10);
  assert.match(await bank.locator(".receipt").textContent(), /Pembukaan rekening tabungan.*1825 hari.*NIK, Nama lengkap/s);
  assert.equal(await bank.locator(".checks .passed").count(), 5);
  await bank.locator(".recent [aria-current]", { hasText: "Disetujui" }).waitFor();
  assert.deepEqual(await barriers(bank), []);
  for (const [name, width, height] of [["desktop", 1280, 1000], ["tablet", 820, 1100], ["phone", 390, 844]]) {
    await bank.setViewportSize({ width, height });
    const wider = await bank.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wider <= 0, `${name}: ${wider} px too wide`);
    await screenshot(bank, `bank-approved-${name}`);
  }
  // In the other language, and after a reload.
  await bank.setViewportSize({ width: 1280, height: 900 });
  await bank.locator("#language").click();
  assert.equal(await field("gender"), "Female");
  await bank.reload();
  assert.equal(await verdict(bank), "approved");
  assert.deepEqual(bank.complaints, []);
  await Promise.all([bank.close(), citizen.close()]);
});

test("what does not fit together is for a person to look at", async () => {
  const [bank, citizen] = await Promise.all([teller(), phone("nik-lahir-lama")]);
  await scan(bank, await shown(citizen));
  await approve(citizen);
  assert.equal(await verdict(bank), "review");
  assert.match(await bank.locator("#verdict").textContent(), /Bandingkan dengan KTP-el.*Bandingkan wajah/s);
  assert.equal(await bank.locator(".checks .passed").count(), 4);
  assert.match(await bank.locator(".checks .failed").textContent(), /Bandingkan dengan KTP-el.*NIK dan tanggal lahir/s);
  await screenshot(bank, "bank-review");
  assert.deepEqual(await barriers(bank), []);
  await Promise.all([bank.close(), citizen.close()]);
});

test("who is too young is offered something else", async () => {
  const [bank, citizen] = await Promise.all([teller(), phone("tunas-hampir-17")]);
  await scan(bank, await shown(citizen));
  await approve(citizen);
  assert.equal(await verdict(bank), "declined");
  assert.match(await bank.locator("#verdict").textContent(), /orang tua atau wali\.$/);
  assert.deepEqual(await barriers(bank), []);
  await Promise.all([bank.close(), citizen.close()]);
});

test("no is respected, and a used QR is refused", async () => {
  const [bank, citizen] = await Promise.all([teller(), phone("dewi-sampel")]);
  const text = await shown(citizen);
  await scan(bank, text);
  await citizen.locator("#deny").click();
  assert.equal(await verdict(bank), "denied");
  assert.match(await bank.locator("#verdict").textContent(), /menolak.*Hormati/s);
  await screenshot(bank, "bank-denied");
  await bank.locator("#qr").fill(text);
  await bank.keyboard.press("Enter");
  await bank.locator("#problem", { hasText: "replayed" }).waitFor();
  assert.equal(await bank.locator("#verdict").count(), 0);
  await screenshot(bank, "bank-refused");
  assert.deepEqual(await barriers(bank), []);
  await Promise.all([bank.close(), citizen.close()]);
});

test("a picture of the phone is scanned", async () => {
  const [bank, citizen] = await Promise.all([teller(), phone("lansia")]);
  const buffer = await citizen.locator("#card").screenshot();
  await bank.locator("#picture").setInputFiles({ name: "qr.png", mimeType: "image/png", buffer });
  await bank.locator("#binding").waitFor();
  await approve(citizen);
  assert.equal(await verdict(bank), "approved");
  await Promise.all([bank.close(), citizen.close()]);
});

test("the backend is killed while the citizen reads, and nothing is lost", async () => {
  const [bank, citizen] = await Promise.all([teller(), phone("tanda-baca")]);
  await scan(bank, await shown(citizen));
  await citizen.locator("#pin").waitFor();
  process.kill(at.backend, "SIGKILL");
  await approve(citizen);
  assert.equal(await verdict(bank), "approved");
  assert.equal(await bank.locator("#offline").isVisible(), false);
  await Promise.all([bank.close(), citizen.close()]);
});
