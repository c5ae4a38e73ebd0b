// The page without a camera: reasons, replay, offline, trust, challenge, manifest, access.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { browse, codeOf, issue, open, paste, screenshot, serve, setup } from "./harness.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let server, browser;
before(async () => {
  server = await serve();
  browser = await browse();
});
after(() => Promise.all([browser?.close(), server?.stop()]));

const visit = () => open(browser.context, server.url);

test("accepted: name, age, masked NIK, seconds left", async () => {
  const page = await visit();
  const { text, person } = issue("siti-contoh", "travel");
  assert.equal(await paste(page, text), "accepted");
  const verdict = page.locator("#verdict");
  assert.match(await verdict.textContent(), new RegExp(person.name));
  assert.match(await verdict.textContent(), /Diterima.*\d+ tahun/s);
  const nik = verdict.locator(".nik .digits");
  const digits = async () => (await nik.textContent()).replaceAll(" ", "");
  assert.equal(await digits(), `${person.nik.slice(0, 6)}••••••${person.nik.slice(12)}`);
  await verdict.locator(".nik").click();
  assert.equal(await digits(), person.nik);
  assert.match(await verdict.locator(".ring").getAttribute("aria-label"), /^\d+ detik tersisa$/);
  await verdict.locator(".nik").click();
  await screenshot(page, "phone-green");
  await verdict.locator(".next").click();
  assert.doesNotMatch(await page.content(), new RegExp(person.nik));
  assert.deepEqual(page.complaints, []);
  await page.close();
});

test("each bad QR shows its reason", async (t) => {
  const page = await visit();
  for (const [trouble, code, words] of [
    ["expired", "presentation_expired", /kedaluwarsa.*membuka ulang QR/s],
    ["revoked", "revoked", /dicabut.*Dukcapil/s],
    ["suspended", "suspended", /ditangguhkan/],
    ["stolen-credential", "bad_holder_signature", /bukan ponsel pemilik/],
    ["wrong-issuer", "unknown_issuer_key", /Penerbit tidak dikenal/],
    ["missing-attribute", "missing_attribute", /tidak ditampilkan/],
    ["url", "not_ikd", /bukan QR identitas IKD/],
  ]) {
    await t.test(trouble, async () => {
      const { text, person } = issue("siti-contoh", "travel", trouble);
      assert.equal(await paste(page, text), code);
      const shown = await page.locator("#verdict").textContent();
      assert.match(shown, /Ditolak/);
      assert.match(shown, words);
      assert.doesNotMatch(shown, new RegExp(`${person.name}|${person.nik}`));
      if (trouble === "expired") await screenshot(page, "phone-red");
    });
  }
  assert.equal(await page.locator("#count-bad").textContent(), "7");
  await page.close();
});

test("a picture of a web address says so", async () => {
  const page = await visit();
  const { png } = issue("siti-contoh", "travel", "url");
  const buffer = Buffer.from(png, "hex");
  await page.locator("#file").setInputFiles({ name: "url.png", mimeType: "image/png", buffer });
  assert.equal(await codeOf(page), "not_ikd");
  assert.match(await page.locator("#verdict").textContent(), /alamat web.*tidak dibuka/s);
  await page.close();
});

test("a picture of a good QR is accepted", async () => {
  const page = await visit();
  const buffer = Buffer.from(issue("budi-ujicoba", "travel").png, "hex");
  await page.locator("#file").setInputFiles({ name: "qr.png", mimeType: "image/png", buffer });
  assert.equal(await codeOf(page), "accepted");
  await page.close();
});

test("a handheld scanner types a QR", async () => {
  const page = await visit();
  await page.locator("#pick").focus();
  await page.evaluate((text) => {
    for (const key of [...text, "Enter"]) {
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }
  }, issue("siti-contoh", "travel").text);
  assert.equal(await codeOf(page), "accepted");
  await page.close();
});

test("of two tabs that check one QR at once, one accepts it", async () => {
  const tabs = await Promise.all([visit(), visit()]);
  const { text } = issue("dewi-sampel", "travel");
  const codes = [];
  for (const tab of tabs) {
    await tab.locator("#paste").click();
    await tab.locator("#paste-text").fill(text);
  }
  await Promise.all(tabs.map((tab) => tab.locator("#paste-check").evaluate((button) => button.click())));
  for (const tab of tabs) codes.push(await codeOf(tab));
  assert.deepEqual(codes.sort(), ["accepted", "replayed"]);
  // It stays so after a reload.
  await tabs[0].reload();
  await tabs[0].locator("html[data-ready]").waitFor();
  assert.equal(await paste(tabs[0], text), "replayed");
  await Promise.all(tabs.map((tab) => tab.close()));
});

test("an odd identity asks to look closer", async () => {
  const page = await visit();
  const { text } = issue("nik-lahir-lama", "travel");
  assert.equal(await paste(page, text), "look_closer");
  assert.match(await page.locator("#verdict").textContent(), /Periksa lagi.*NIK tidak cocok/s);
  await screenshot(page, "phone-orange");
  await page.close();
});

test("age check: the answer and nothing else", async () => {
  const page = await visit();
  await page.locator("#profile").selectOption("age");
  assert.equal(await paste(page, issue("tunas-18", "age").text), "accepted");
  assert.match(await page.locator("#verdict .name").textContent(), /18\+/);
  assert.equal(await paste(page, issue("tunas-hampir-18", "age").text), "not_aged");
  assert.equal(await paste(page, issue("siti-contoh", "travel").text), "missing_attribute");
  await page.locator("#profile").selectOption("boarding");
  await page.close();
});

test("boarding with a manifest", async () => {
  const page = await visit();
  const [siti, budi, dewi] = ["siti-contoh", "budi-ujicoba", "dewi-sampel"].map((slug) => issue(slug, "travel"));
  const csv = `Name;NIK;Seat\nCONTOH/SITI MRS;${siti.person.nik.slice(-4)};12A\nLAIN/ORANG MR;${budi.person.nik};12B\n`;
  await page.locator("#open-manifest").click();
  await page.locator("#manifest-file").setInputFiles({ name: "m.csv", mimeType: "text/csv", buffer: Buffer.from(csv) });
  await page.locator("#manifest-state", { hasText: "2 penumpang" }).waitFor();
  await page.locator("#manifest [data-close]").click();
  assert.equal(await paste(page, siti.text), "accepted");
  assert.match(await page.locator("#verdict .seat").textContent(), /12A/);
  assert.equal(await paste(page, issue("siti-contoh", "travel").text), "look_closer");
  assert.match(await page.locator("#verdict").textContent(), /sudah naik/);
  assert.equal(await paste(page, budi.text), "look_closer");
  assert.match(await page.locator("#verdict").textContent(), /namanya berbeda/);
  assert.equal(await paste(page, dewi.text), "look_closer");
  assert.match(await page.locator("#verdict").textContent(), /Tidak ada di manifes/);
  await page.close();
});

test("challenge: only its answer is accepted", async () => {
  const page = await visit();
  await page.locator("#open-challenge").click();
  const text = await page.locator("#challenge-qr[data-text]").getAttribute("data-text");
  const { relyingParty, nonce } = readChallenge(text);
  assert.equal(relyingParty, new URL(server.url).origin);
  await screenshot(page, "phone-challenge");
  await page.locator("#challenge-scan").click();
  assert.equal(await paste(page, issue("siti-contoh", "travel").text), "wrong_audience");
  const wrong = issue("siti-contoh", "travel", relyingParty, "00".repeat(16));
  assert.equal(await paste(page, wrong.text), "wrong_nonce");
  const answer = issue("siti-contoh", "travel", relyingParty, nonce);
  assert.equal(await paste(page, answer.text), "accepted");
  await page.close();
});

test("trust: rollback and foreign roots are refused, newer lists are taken", async () => {
  const page = await visit();
  await page.locator("#open-trust").click();
  const give = async (bundle) => {
    await page.locator("#trust-message").evaluate((message) => message.replaceChildren());
    const buffer = Buffer.from(bundle, "hex");
    await page.locator("#bundle-file").setInputFiles({ name: "bundle", mimeType: "", buffer });
    const message = page.locator("#trust-message:not(:empty)");
    await message.waitFor();
    return message.textContent();
  };
  assert.match(await give(setup.bundles[0]), /lebih lama/);
  assert.match(await give(setup.foreignBundle), /tidak ditandatangani/);
  assert.match(await give("00"), /bukan paket/);
  assert.match(await give(setup.bundles[2]), /versi 3 berlaku/);
  assert.match(await give(setup.bundles[1]), /lebih lama/);
  assert.match(await page.locator("#trust-facts").textContent(), /3/);
  await page.close();
  const again = await visit();
  await again.locator("#open-trust").click();
  assert.match(await again.locator("#trust-facts dd").first().textContent(), /^3$/);
  await again.close();
});

test("the shift is counted and exported without persons", async () => {
  const page = await visit();
  await page.locator("#open-shift").click();
  await page.locator("#shift-new").click();
  await page.locator("#shift [data-close]").click();
  const { text, person } = issue("siti-contoh", "travel");
  await paste(page, text);
  await paste(page, text);
  await page.locator("#open-shift").click();
  await page.locator("#shift[open]").waitFor();
  await screenshot(page, "phone-shift");
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator("#shift-export").click()]);
  const csv = readFileSync(await file.path(), "utf8");
  const rows = csv.trim().split("\r\n");
  assert.equal(rows[0], "time,profile,code,qr");
  assert.match(rows[1], /^\d{4}-\d\d-\d\dT[\d:.]+Z,boarding,accepted,[0-9a-f]{12}$/);
  assert.match(rows[2], /,replayed,/);
  assert.doesNotMatch(csv, new RegExp(`${person.nik}|${person.name}`));
  await page.close();
});

test("nothing personal is stored", async () => {
  const page = await visit();
  const { text, person } = issue("siti-contoh", "travel");
  await paste(page, text);
  const stored = await page.evaluate(async () => {
    const out = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
      });
      for (const store of database.objectStoreNames) {
        const request = database.transaction(store).objectStore(store).getAll();
        const values = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
        out.push(JSON.stringify(values, (_, value) => (value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : value)));
      }
      database.close();
    }
    return out.join("\n");
  });
  assert.match(stored, /ikd_trust_state/);
  assert.doesNotMatch(stored, new RegExp(`${person.nik}|${person.name}`));
  await page.close();
});

test("offline: it reloads and verifies with the server stopped", async () => {
  const own = await serve();
  const { context, close } = await browse();
  const page = await open(context, own.url);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.locator("html[data-ready]").waitFor();
  await own.stop();
  await page.reload();
  await page.locator("html[data-ready]").waitFor();
  assert.equal(await paste(page, issue("siti-contoh", "travel").text), "accepted");
  await page.close();
  const second = await context.newPage();
  await second.goto(own.url);
  await second.locator("html[data-ready]").waitFor();
  await close();
});

test("axe finds nothing serious, in light and dark, waiting and with each verdict", async (t) => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await visit();
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const check = (name) => t.test(`${colorScheme}: ${name}`, async () => {
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] }));
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 120))]), []);
    });
    await check("waiting");
    await paste(page, issue("siti-contoh", "travel").text);
    await check("green");
    await paste(page, issue("nik-lahir-lama", "travel").text);
    await check("orange");
    await paste(page, issue("siti-contoh", "travel", "revoked").text);
    await check("red");
    for (const [button, dialog] of [["open-settings", "settings"], ["open-trust", "trust"], ["open-shift", "shift"], ["paste", "paste-dialog"], ["open-challenge", "challenge"], ["open-manifest", "manifest"]]) {
      await page.locator(`#${button}`).click();
      await page.locator(`#${dialog}[open]`).waitFor();
      await check(dialog);
      await page.locator(`#${dialog}`).evaluate((open) => open.close());
    }
    await page.close();
  }
});

test("the keyboard reaches and works everything", async () => {
  const page = await visit();
  const { text, person } = issue("siti-contoh", "travel");
  const reached = new Set();
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => document.activeElement.id));
  }
  for (const id of ["profile", "open-settings", "start-camera", "pick", "paste", "open-challenge", "open-trust", "open-shift"]) {
    assert.ok(reached.has(id), id);
  }
  await page.locator("#paste").focus();
  await page.keyboard.press("Enter");
  await page.locator("#paste-text").fill(text);
  await page.locator("#paste-check").focus();
  await page.keyboard.press("Enter");
  assert.equal(await codeOf(page), "accepted");
  const said = await page.locator("#verdict-announce").textContent();
  assert.match(said, new RegExp(`Diterima.*${person.name}`));
  await page.close();
});

test("screenshots of a desk", { skip: !process.env.IKD_SCREENSHOTS }, async () => {
  const { context, close } = await browse({ viewport: { width: 1280, height: 800 }, locale: "en" });
  const page = await open(context, server.url);
  await page.locator("#open-settings").click();
  await page.locator("#language").selectOption("en");
  await page.locator("#settings [data-close]").click();
  await screenshot(page, "desktop-waiting");
  await paste(page, issue("siti-contoh", "travel").text);
  await screenshot(page, "desktop-green");
  await paste(page, issue("nik-lahir-lama", "travel").text);
  await screenshot(page, "desktop-orange");
  await paste(page, issue("siti-contoh", "travel", "suspended").text);
  await screenshot(page, "desktop-red");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.locator("#verdict .next").click();
  await page.locator("#open-trust").click();
  await screenshot(page, "desktop-trust-dark");
  await close();
});

/** The claims of a challenge text, by a decoder of its own. */
function readChallenge(text) {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const digits = [...text.slice("IKD-CHALLENGE1:".length)].map((c) => alphabet.indexOf(c));
  const bytes = [];
  for (let i = 0; i < digits.length; i += 3) {
    const group = digits.slice(i, i + 3);
    const value = group.reduce((sum, digit, at) => sum + digit * 45 ** at, 0);
    if (group.length === 3) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  assert.deepEqual(bytes.slice(0, 2), [0xa2, 0x03]);
  const long = bytes[2] === 0x78;
  const length = long ? bytes[3] : bytes[2] & 0x1f;
  const from = long ? 4 : 3;
  const rest = bytes.slice(from + length);
  assert.deepEqual(rest.slice(0, 3), [0x18, 39, 0x50]);
  const relyingParty = Buffer.from(bytes.slice(from, from + length)).toString();
  return { relyingParty, nonce: Buffer.from(rest.slice(3)).toString("hex") };
}
