// The page's end of the worker: every call returns a promise.

/** @typedef {import("./ikd.js").Accepted} Accepted */
/** @typedef {import("./ikd.js").Challenge} Challenge */
/** @typedef {import("./ikd.js").ImportReport} ImportReport */
/** @typedef {import("./ikd.js").Policy} Policy */
/** @typedef {import("./ikd.js").Refused} Refused */
/** @typedef {import("./ikd.js").Scan} Scan */
/** @typedef {import("./ikd.js").Track} Track */
/** @typedef {VideoFrame | ImageBitmap | ImageData} Picture */
/** @typedef {import("./ikd.js").TrustInfo} TrustInfo */

/** Scans and verifies in a worker, with stores that last and that all tabs share. */
export class VerifierClient {
  /** @type {Worker} */
  #worker;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  #waiting = new Map();
  #next = 0;

  /** @param {Worker} [worker] one that runs `worker.js` */
  constructor(worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" })) {
    this.#worker = worker;
    worker.onmessage = ({ data: { id, value, error } }) => {
      const call = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error) call?.reject(Object.assign(new Error(error.message), error));
      else call?.resolve(value);
    };
    worker.onerror = ({ message }) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(message ?? "no worker"));
      this.#waiting.clear();
    };
  }

  /**
   * @param {string} call
   * @param {unknown} [argument]
   * @param {Transferable[]} [transfer]
   * @returns {Promise<any>}
   */
  #call(call, argument, transfer = []) {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call, argument }, transfer);
    });
  }

  /**
   * Loads the module and the saved state. To be called first.
   * @returns {Promise<boolean>} whether this device is set up
   */
  open() {
    return this.#call("open");
  }

  /**
   * Sets this device up with root keys and a first bundle.
   * @param {{ roots: string[], threshold: number, bundle: Uint8Array, now: Date }} setup
   * @returns {Promise<ImportReport>}
   */
  setUp(setup) {
    return this.#call("setUp", setup);
  }

  /**
   * Takes up a newer bundle.
   * @param {Uint8Array} bundle
   * @param {Date} now
   * @returns {Promise<ImportReport>}
   */
  importBundle(bundle, now) {
    return this.#call("importBundle", { bundle, now });
  }

  /**
   * The lists in force.
   * @returns {Promise<TrustInfo | undefined>}
   */
  trustInfo() {
    return this.#call("trustInfo");
  }

  /**
   * What QRs must fulfil from now on.
   * @param {Policy} policy
   * @returns {Promise<void>}
   */
  demand(policy) {
    return this.#call("demand", policy);
  }

  /**
   * Scans a still picture, which moves to the worker and is closed there.
   * @param {Picture} picture
   * @returns {Promise<Scan>}
   */
  scan(picture) {
    return this.#call("scan", picture, [transferable(picture)]);
  }

  /**
   * Takes the next frame of a video, which moves to the worker and is closed there. Each text is
   * given once.
   * @param {Picture} picture
   * @returns {Promise<Track>}
   */
  track(picture) {
    return this.#call("track", picture, [transferable(picture)]);
  }

  /**
   * Forgets the texts of the video: they will be given again.
   * @returns {Promise<void>}
   */
  forget() {
    return this.#call("forget");
  }

  /**
   * Verifies a text, and accepts it once on this device, in however many tabs.
   * @param {string} text
   * @param {{ now: Date, challenge?: Challenge }} options
   * @returns {Promise<Accepted | Refused>}
   */
  verify(text, options) {
    return this.#call("verify", { text, ...options });
  }

  /**
   * The text of a challenge and its QR: `size` rows of `size` bytes, 1 for dark.
   * @param {Challenge} challenge
   * @returns {Promise<{ text: string, size: number, modules: Uint8Array }>}
   */
  challengeQr(challenge) {
    return this.#call("challengeQr", challenge);
  }

  close() {
    this.#worker.terminate();
  }
}

/** @param {Picture} picture */
function transferable(picture) {
  return "data" in picture ? picture.data.buffer : picture;
}
