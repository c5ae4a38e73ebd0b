// The shift: how many were accepted and refused, and a log without persons.

import { completed, result } from "../ikd/replay-store.js";

const STORE = "log";

export class Shift {
  #database;

  static async open() {
    const request = indexedDB.open("ikd-shift", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { autoIncrement: true });
    const shift = new Shift();
    shift.#database = await result(request);
    return shift;
  }

  /** `qr` is a digest of the QR: random to everybody who does not hold that QR. */
  async add({ at, profile, code, qr }) {
    const transaction = this.#database.transaction(STORE, "readwrite");
    transaction.objectStore(STORE).add({ at: at.toISOString(), profile, code, qr });
    await completed(transaction);
  }

  entries() {
    return result(this.#database.transaction(STORE).objectStore(STORE).getAll());
  }

  async clear() {
    const transaction = this.#database.transaction(STORE, "readwrite");
    transaction.objectStore(STORE).clear();
    await completed(transaction);
  }
}

/** How often each code came. */
export function tally(entries) {
  const counts = new Map();
  for (const { code } of entries) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

export function toCsv(entries) {
  const rows = entries.map(({ at, profile, code, qr }) => [at, profile, code, qr].join(","));
  return ["time,profile,code,qr", ...rows, ""].join("\r\n");
}

/** The first bytes of a digest of a QR's text. */
export async function markOf(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text.trim()));
  const bytes = [...new Uint8Array(digest).subarray(0, 6)];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
