// The citizen's phone page: a request comes up, is read, decided, put off; and what the bank then gets.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash, createPrivateKey, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "ikd-consent-"));
const cargo = ["run", "--quiet", "--package", "ikd-cli", "--", "--lang", "en", "sandbox"];
const ikd = (...args) => execFileSync("cargo", [...cargo, ...args], { cwd: root, encoding: "utf8" }).trim();

let gateway, issuer, browser, bank;
before(async () => {
  ikd("new", join(folder, "coba"));
  gateway = spawn("cargo", [...cargo, "gateway", join(folder, "coba"), "--port", "0"], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(gateway.stdout)) {
    issuer = line.match(/http:\/\/[\d.:]+/)?.[0];
    break;
  }
  const key = createPrivateKey(readFileSync(join(folder, "coba", "rp-bank.pem")));
  bank = { key, dpop: generateKeyPairSync("ed25519") };
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
});
after(async () => {
  await browser?.close();
  gateway?.kill();
  rmSync(folder, { recursive: true, force: true });
});

// The bank: a small OpenID client.
const b64 = (value) => Buffer.from(value).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);
const jws = (key, header, claims) => {
  const input = `${b64(JSON.stringify({ alg: "EdDSA", ...header }))}.${b64(JSON.stringify(claims))}`;
  return `${input}.${b64(sign(null, Buffer.from(input), key))}`;
};
const times = () => ({ iat: now(), nbf: now(), exp: now() + 60, jti: randomUUID() });
const proof = (htm, path, more) => {
  const jwk = bank.dpop.publicKey.export({ format: "jwk" });
  return { DPoP: jws(bank.dpop.privateKey, { typ: "dpop+jwt", jwk }, { htm, htu: issuer + path, iat: now(), jti: randomUUID(), ...more }) };
};
async function post(path, form, headers = {}) {
  const assertion = jws(bank.key, {}, { iss: "rp-bank", sub: "rp-bank", aud: issuer, ...times() });
  const body = new URLSearchParams({ ...form, client_assertion: assertion, client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer" });
  return (await fetch(issuer + path, { method: "POST", body, headers })).json();
}

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
function digest(qr) {
  const groups = qr.slice("IKD1:".length).match(/.{2,3}/gs).map((group) => [...group].map((c) => digits.indexOf(c)));
  const bytes = groups.flatMap(([a, b, c]) => (c === undefined ? [a + 45 * b] : [(a + 45 * b + 2025 * c) >> 8, (a + 45 * b + 2025 * c) & 255]));
  return createHash("sha256").update(Buffer.from(bytes)).digest("base64url");
}

/** Asks the person for these attributes; gives the auth_req_id. */
async function ask(person, claims) {
  const qr = ikd("qr", "--text", "--person", person, "--profile", "bank");
  const { auth_req_id: id } = await post("/backchannel", { request: jws(bank.key, {}, {
    iss: "rp-bank", aud: issuer, ...times(), scope: "openid", login_hint_token: qr, binding_message: "K7-21",
    acr_values: "urn:ikd:acr:pin", nonce: randomUUID(),
    claims: { userinfo: { verified_claims: { verification: { trust_framework: { value: "id_dukcapil" } }, claims } } },
    authorization_details: [{ type: "ikd_attribute_request", purpose: "account_opening", purpose_text: "Pembukaan rekening tabungan",
      legal_basis: "consent", retention_days: 1825, qr_sha256: digest(qr), scanned_at: now(), terminal: "KCP-014/teller-3" }],
  }) });
  return id;
}

const poll = (id) => post("/token", { grant_type: "urn:openid:params:grant-type:ciba", auth_req_id: id }, proof("POST", "/token"));

/** What the bank gets in the end. */
async function released(id) {
  const { access_token: token } = await poll(id);
  const headers = { Authorization: `DPoP ${token}`, ...proof("GET", "/userinfo", { ath: createHash("sha256").update(token).digest("base64url") }) };
  const answer = await (await fetch(issuer + "/userinfo", { headers })).text();
  return JSON.parse(Buffer.from(answer.split(".")[1], "base64url")).verified_claims?.claims;
}

async function phone(person, options = {}) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "id-ID", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  await page.goto(`${issuer}/?person=${person}`);
  return page;
}

const sheet = (page) => page.locator("#consent[open]");

test("who, what for and what: only what is ticked is released, after the right PIN", async () => {
  const page = await phone("siti-contoh");
  const id = await ask("siti-contoh", { nik: { essential: true }, occupation: null, mother_name: null });
  await sheet(page).waitFor();
  const text = await sheet(page).innerText();
  for (const words of ["Bank Contoh", "Pembukaan rekening tabungan", "Persetujuan", "5 tahun", "KCP-014/teller-3", "K7-21"]) {
    assert.ok(text.includes(words), words);
  }
  assert.equal(await page.evaluate(() => document.activeElement.id), "asker");
  // Required stays ticked, by mouse and by keyboard.
  await sheet(page).getByText("NIK", { exact: true }).click({ force: true });
  await sheet(page).getByLabel("NIK").focus();
  await page.keyboard.press("Space");
  assert.ok(await sheet(page).getByLabel("NIK").isChecked());
  await page.getByLabel("Pekerjaan").uncheck();
  // Another language keeps what was ticked.
  await sheet(page).getByRole("button", { name: "English" }).click();
  assert.equal(await page.getByLabel("Occupation").isChecked(), false);

  await page.getByLabel("Your PIN").fill("12");
  await page.keyboard.press("Enter");
  await page.getByText("Enter the PIN of 6 digits.").waitFor();
  await page.getByLabel("Your PIN").fill("000000");
  await page.keyboard.press("Enter");
  await page.getByText("Wrong PIN. Tries left: 2.").waitFor();
  await page.keyboard.type("123456");
  await page.getByRole("button", { name: "Approve" }).click();
  await page.getByText("Data sent").waitFor();
  assert.match(await sheet(page).innerText(), /Bank Contoh gets: NIK, Mother's maiden name\./);
  assert.deepEqual(Object.keys(await released(id)).sort(), ["mother_name", "nik"]);
  await page.getByRole("button", { name: "Close" }).click();
  assert.equal(await sheet(page).count(), 0);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("Escape puts off, and decides nothing; no is no", async () => {
  const page = await phone("budi-ujicoba");
  const id = await ask("budi-ujicoba", { nik: null });
  await sheet(page).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await sheet(page).count(), 0);
  assert.equal((await poll(id)).error, "authorization_pending");
  await page.getByRole("button", { name: "Bank Contoh menunggu jawaban Anda" }).click();
  await page.getByRole("button", { name: "Tolak" }).click();
  await page.getByText("Anda menolak").waitFor();
  assert.equal((await poll(id)).error, "access_denied");
  await page.context().close();
});

test("another person's phone shows nothing of it", async () => {
  const page = await phone("dewi-sampel");
  const id = await ask("sukacontoh", { nik_match: { value: "9901010000000000" } });
  await page.waitForResponse((answer) => answer.url().includes("/phone/pending") && answer.ok());
  await page.waitForTimeout(200);
  assert.equal(await sheet(page).count(), 0);
  await page.locator("#person").selectOption("sukacontoh");
  await sheet(page).waitFor();
  assert.match(await sheet(page).innerText(), /Apakah NIK cocok\?\s+hanya dijawab ya atau tidak/);
  await page.getByLabel("PIN Anda").fill("123456");
  await page.keyboard.press("Enter");
  await page.getByText("Data dikirim").waitFor();
  assert.deepEqual(await released(id), { nik_match: false });
  await page.context().close();
});

test("axe finds nothing serious, in light and dark", async () => {
  for (const [colorScheme, person] of [["light", "ujiwati"], ["dark", "dr-contoh"]]) {
    const page = await phone(person, { colorScheme, reducedMotion: "reduce" });
    await ask(person, { nik: { essential: true }, name_match: { value: "X" } });
    await sheet(page).waitFor();
    const check = async (name) => {
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 160))]), [], `${colorScheme}: ${name}`);
    };
    await check("asked");
    await page.getByRole("button", { name: "Tolak" }).click();
    await page.getByText("Anda menolak").waitFor();
    await check("answered");
    await page.context().close();
  }
});
