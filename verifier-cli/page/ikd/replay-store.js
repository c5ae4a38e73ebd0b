// The seen-store of a browser: no QR is accepted twice on this device, in however many tabs.
//
// One record stands for one accepted QR: its key, which is a digest, and until when to keep it.
// IndexedDB adds a record whose key must not exist yet atomically, for all tabs and workers of an
// origin alike: that very step is the acceptance.

const STORE = "accepted";

/** Seconds that a record is kept beyond its end, for clocks that are set back a little. */
const KEEP = 60;

/** @typedef {import("./ikd.js").Accepted} Accepted */
/** @typedef {import("./ikd.js").Refused} Refused */
/** @typedef {import("./ikd.js").ReplayAnswer} ReplayAnswer */
/** @typedef {import("./ikd.js").VerifyOptions} VerifyOptions */

export class ReplayStore {
  /** @type {IDBDatabase} */
  #database;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
  }

  /**
   * Opens or creates the store.
   * @param {string} [name] of the database
   * @returns {Promise<ReplayStore>}
   */
  static async open(name = "ikd-replay") {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      const store = request.result.createObjectStore(STORE, { keyPath: "key" });
      store.createIndex("until", "until");
    };
    return new ReplayStore(await result(request));
  }

  /**
   * Records a key, and tells whether it was there. It resolves once the record is on the disk.
   * @param {string} key
   * @param {number} keepUntil seconds since 1970
   * @param {Date} now
   * @returns {Promise<ReplayAnswer>}
   */
  async acceptOnce(key, keepUntil, now) {
    try {
      const transaction = this.#database.transaction(STORE, "readwrite", { durability: "strict" });
      const store = transaction.objectStore(STORE);
      const done = completed(transaction);
      const request = store.add({ key, until: keepUntil });
      /** @type {ReplayAnswer} */
      let answer = "first";
      request.onerror = (event) => {
        if (request.error?.name !== "ConstraintError") return;
        answer = "seen";
        // The key was there, which is no failure of the transaction.
        event.preventDefault();
      };
      removeExpired(store, now);
      await done;
      return answer;
    } catch {
      return "unavailable";
    }
  }

  close() {
    this.#database.close();
  }
}

/**
 * Verifies a text and, if all else holds, accepts it once. Attributes come into being only after the
 * store has recorded the key.
 * @param {import("./ikd.js").Verifier} verifier
 * @param {string} text
 * @param {VerifyOptions} options
 * @param {ReplayStore} store
 * @returns {Promise<Accepted | Refused>}
 */
export async function verifyOnce(verifier, text, options, store) {
  const step = verifier.begin(text, options);
  if ("ok" in step) return step;
  return step.accept(await store.acceptOnce(step.replayKey, step.keepUntil, options.now));
}

/**
 * @param {IDBObjectStore} store
 * @param {Date} now
 */
function removeExpired(store, now) {
  const ended = IDBKeyRange.upperBound(Math.floor(now.getTime() / 1000) - KEEP);
  const cursor = store.index("until").openCursor(ended);
  cursor.onsuccess = () => {
    cursor.result?.delete();
    cursor.result?.continue();
  };
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
export function result(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
export function completed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    // Not `onerror`: an error that somebody dealt with ends up there too.
    transaction.onabort = () => reject(transaction.error);
  });
}
