// What the package promises beyond the vectors: its types, its errors, its two-step verification.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as ikd from "../dist/npm/node.js";
import { scanLuma } from "../dist/npm/frames.js";

const { Scanner, Tracker, Trust, Verifier, challengeText, qrModules } = ikd;
const folder = new URL(process.env.IKD_VECTORS ?? "../../../shared/vectors/", import.meta.url);
const skip = !existsSync(new URL("ikd-qr.json", folder));
const file = skip ? {} : JSON.parse(readFileSync(new URL("ikd-qr.json", folder), "utf8"));
const bundle = Buffer.from(file.bundle ?? "", "hex");
const plain = file.cases?.find((vector) => vector.name === "plain");
const now = new Date((plain?.now ?? 0) * 1000);

function trusting() {
  const trust = new Trust(file.roots, file.threshold);
  trust.importBundle(bundle, now);
  return trust;
}

test("the types name every code, and nothing else", () => {
  const types = readFileSync(new URL("../dist/npm/ikd.d.ts", import.meta.url), "utf8");
  const union = /export type Code =([^;]*);/.exec(types)[1].match(/"(\w+)"/g);
  const source = readFileSync(new URL("../../sdk/src/refusal.rs", import.meta.url), "utf8");
  const codes = source.match(/^ {4}[A-Z]\w+ = ("\w+")/gm).map((line) => line.split(" = ")[1]);
  assert.deepEqual(union, codes);
  assert.match(types, /\bnik\?: string;/);
  assert.match(types, /export type Verification = Accepted \| Refused;/);
});

test("a second scan of one QR is refused", { skip }, () => {
  const verifier = new Verifier(trusting());
  assert.equal(verifier.verify(plain.text, { now }).ok, true);
  const again = verifier.withPolicy({ status: "ignore" }).verify(`${plain.text}\r\n`, { now });
  assert.equal(again.code, "replayed");
});

test("a pending result gives out nothing until the store has answered", { skip }, () => {
  const verifier = new Verifier(trusting());
  const begin = () => verifier.begin(plain.text, { now });
  const pending = begin();
  assert.equal("ok" in pending, false);
  assert.equal(pending.attributes, undefined);
  assert.match(pending.replayKey, /^[0-9a-f]{64}$/);
  assert.ok(pending.keepUntil > now.getTime() / 1000);
  const accepted = pending.accept("first");
  assert.equal(accepted.attributes.nik, plain.expect.ok.nik);
  assert.equal(accepted.replayScope, "device");
  assert.throws(() => pending.accept("first"), Error);
  assert.equal(begin().accept("seen").code, "replayed");
  assert.equal(begin().accept("unavailable").code, "replay_unavailable");
  assert.throws(() => begin().accept("yes"), { code: "invalid_argument" });
  assert.equal(verifier.begin("https://example.org", { now }).code, "not_ikd");
});

test("no time, no verification", { skip }, () => {
  const verifier = new Verifier(trusting());
  for (const options of [{}, { now: undefined }, { now: plain.now }, { now: new Date(NaN) }]) {
    assert.throws(() => verifier.verify(plain.text, options), { code: "invalid_argument" });
  }
  const late = new Date(now.getTime() + 10 * 60_000);
  assert.equal(verifier.verify(plain.text, { now: late }).code, "presentation_expired");
  const early = new Date(now.getTime() - 24 * 3_600_000);
  assert.equal(verifier.verify(plain.text, { now: early }).code, "clock_rollback");
});

test("a misspelt demand is an error, and not a demand less", { skip }, () => {
  for (const policy of [{ requires: ["nik"] }, { require: ["nick"] }, { skew: 31 }, { skew: 1.5 }]) {
    assert.throws(() => new Verifier(trusting(), policy), { code: "invalid_argument" });
  }
});

test("trust is saved, restored and merged, and never goes back", { skip }, () => {
  const trust = trusting();
  const saved = trust.save();
  const restored = Trust.restore(saved);
  assert.deepEqual(restored.info, trust.info);
  assert.match(trust.info.expires, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  saved[40] ^= 1;
  assert.throws(() => Trust.restore(saved), { name: "IkdError", code: "trust_damaged" });
  const empty = new Trust(file.roots, file.threshold);
  assert.equal(empty.info, undefined);
  const unset = new Verifier(empty).verify(plain.text, { now });
  assert.equal(unset.code, "trust_unavailable");
  empty.merge(trust.save());
  assert.deepEqual(empty.info, trust.info);
  assert.deepEqual(empty.clockFloor, trust.clockFloor);
  assert.throws(() => new Trust(file.roots, 9), { code: "invalid_roots" });
  assert.throws(() => new Trust(["00"], 1), { code: "invalid_argument" });
});

test("the scanner reads the QR that the package makes", { skip: !Scanner }, () => {
  const challenge = { relyingParty: "https://gate.example", nonce: new Uint8Array(16).fill(7) };
  const text = challengeText(challenge);
  assert.match(text, /^IKD-CHALLENGE1:[0-9A-Z $%*+\-./:]+$/);
  const qr = qrModules(text);
  const { data, side } = draw(qr.modules, qr.size, 4);
  const scanner = new Scanner();
  const scan = scanLuma(scanner, { data, width: side, height: side }, { thorough: true });
  assert.deepEqual(scan.codes.map((code) => [code.text, code.content]), [[text, "other"]]);
  scanner.frame(side * side).fill(128);
  const empty = scanner.scanLuma(side, side, side, false);
  assert.deepEqual([empty.codes, typeof empty.hint], [[], "string"]);
  assert.throws(() => scanner.scanLuma(side, side + 1, side, false), { code: "invalid_argument" });
});

test("the tracker gives a text once, until it forgets", { skip: !Tracker }, () => {
  const qr = qrModules("IKD1:NOT A REAL ONE");
  const { data, side } = draw(qr.modules, qr.size, 4);
  const tracker = new Tracker();
  const track = () => scanLuma(tracker, { data, width: side, height: side });
  const [first, again] = [track(), track()];
  assert.deepEqual(first.codes.map(({ content }) => content), ["ikd"]);
  assert.deepEqual([again.codes, again.visible.map(({ read }) => read)], [[], [true]]);
  tracker.forget();
  assert.equal(track().codes.length, 1);
});

/** Luma of a QR with its quiet zone. */
function draw(modules, size, scale) {
  const side = (size + 8) * scale;
  const data = new Uint8Array(side * side).fill(255);
  for (let y = 0; y < size * scale; y++) {
    for (let x = 0; x < size * scale; x++) {
      const dark = modules[Math.floor(y / scale) * size + Math.floor(x / scale)];
      if (dark) data[(y + 4 * scale) * side + x + 4 * scale] = 0;
    }
  }
  return { data, side };
}
