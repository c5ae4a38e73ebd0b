// Keeps a `Trust` in IndexedDB. What to keep is the core's business: every write first merges what
// another tab wrote, so that neither a version nor the clock floor ever goes back.

import { Trust } from "./ikd.js";
import { completed, result } from "./replay-store.js";

const STORE = "trust";

export class TrustStore {
  /** @type {IDBDatabase} */
  #database;

  /** @param {IDBDatabase} database */
  constructor(database) {
    this.#database = database;
  }

  /**
   * Opens or creates the store.
   * @param {string} [name] of the database
   * @returns {Promise<TrustStore>}
   */
  static async open(name = "ikd-trust") {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    return new TrustStore(await result(request));
  }

  /**
   * The trust that was saved, if any. Throws when it is damaged.
   * @returns {Promise<Trust | undefined>}
   */
  async load() {
    const store = this.#database.transaction(STORE).objectStore(STORE);
    const [state, floor] = await Promise.all([result(store.get("state")), result(store.get("floor"))]);
    if (state === undefined) return undefined;
    const trust = Trust.restore(state);
    if (floor !== undefined) trust.raiseClockFloor(floor);
    return trust;
  }

  /**
   * Writes lists and clock floor, after taking up what another tab wrote.
   * @param {Trust} trust
   */
  async save(trust) {
    const transaction = this.#database.transaction(STORE, "readwrite", { durability: "strict" });
    const done = completed(transaction);
    const store = transaction.objectStore(STORE);
    const stored = store.get("state");
    /** @type {unknown} */
    let failure;
    stored.onsuccess = () => {
      try {
        if (stored.result !== undefined) trust.merge(stored.result);
        store.put(trust.save(), "state");
      } catch (error) {
        failure = error;
        transaction.abort();
      }
    };
    await done.catch((error) => {
      throw failure ?? error;
    });
    await this.saveClockFloor(trust);
  }

  /**
   * Writes the clock floor alone, which rises with every scan.
   * @param {Trust} trust
   */
  async saveClockFloor(trust) {
    const transaction = this.#database.transaction(STORE, "readwrite");
    const done = completed(transaction);
    const store = transaction.objectStore(STORE);
    const stored = store.get("floor");
    stored.onsuccess = () => {
      if (stored.result !== undefined) trust.raiseClockFloor(stored.result);
      const floor = trust.clockFloor;
      if (floor !== undefined) store.put(floor, "floor");
    };
    await done;
  }

  /**
   * Takes up what another tab wrote.
   * @param {Trust} trust
   */
  async refresh(trust) {
    const store = this.#database.transaction(STORE).objectStore(STORE);
    const state = await result(store.get("state"));
    if (state !== undefined) trust.merge(state);
  }

  /** Forgets the trust: for a device that changes its owner. */
  async clear() {
    const transaction = this.#database.transaction(STORE, "readwrite", { durability: "strict" });
    transaction.objectStore(STORE).clear();
    await completed(transaction);
  }

  close() {
    this.#database.close();
  }
}
