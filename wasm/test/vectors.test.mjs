// Every vector of the format, through the package: the same results as natively.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Trust, Verifier } from "../dist/npm/node.js";

const folder = new URL(process.env.IKD_VECTORS ?? "../../../shared/vectors/", import.meta.url);
const present = existsSync(new URL("ikd-qr.json", folder));
if (!present) {
  const where = `no test vectors in ${folder.pathname} (set IKD_VECTORS)`;
  if (process.env.CI === "true") throw new Error(where);
  console.error(`\n*** SKIPPED: ${where} ***\n`);
}
const read = (name) => JSON.parse(readFileSync(new URL(name, folder), "utf8"));
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, "hex"));
const at = (seconds) => new Date(seconds * 1000);

/** Attributes as they stand in the vectors: dates without hyphens, the photo as base64url. */
function asSigned(attributes) {
  const entries = Object.entries(attributes).map(([name, value]) => {
    if (value instanceof Uint8Array) return [name, Buffer.from(value).toString("base64url")];
    if (/_date$|_expiry$/.test(name)) return [name, value.replaceAll("-", "")];
    return [name, value];
  });
  return Object.fromEntries(entries);
}

test("presentations", { skip: !present }, async (t) => {
  const file = read("ikd-qr.json");
  for (const { name, text, now, policy, expect } of file.cases) {
    await t.test(name, () => {
      const trust = new Trust(file.roots, file.threshold);
      trust.importBundle(bytes(file.bundle), trustTime(file));
      const verifier = new Verifier(trust, {
        skew: policy.skew,
        status: policy.status,
        require: policy.require,
        relyingParty: policy.relying_party,
      });
      const challenge = policy.challenge && {
        relyingParty: policy.relying_party,
        nonce: bytes(policy.challenge),
      };
      const result = verifier.verify(text, { now: at(now), challenge });
      if (expect.error) return assert.deepEqual([result.ok, result.code], [false, expect.error]);
      assert.equal(result.code, undefined);
      assert.deepEqual(asSigned(result.attributes), expect.ok);
      if (expect.status) assert.equal(result.status.state, expect.status);
      if (expect.document) assert.equal(result.document.type, expect.document.type);
    });
  }
});

test("trust lists", { skip: !present }, async (t) => {
  const file = read("trust.json");
  for (const { name, list, now, expect } of file.cases) {
    await t.test(name, () => {
      const trust = new Trust(file.roots, file.threshold);
      trust.updateList(bytes(file.trust), trustTime(file));
      const before = trust.info;
      let code = "ok";
      try {
        trust.updateList(bytes(list), at(now));
      } catch (error) {
        assert.ok(error instanceof Error);
        code = error.code;
        assert.deepEqual(trust.info, before);
      }
      assert.equal(code, expect);
    });
  }
});

/** A time inside the life of the file's own trust list. */
function trustTime(file) {
  return at(Math.min(...file.cases.map((vector) => vector.now)));
}
