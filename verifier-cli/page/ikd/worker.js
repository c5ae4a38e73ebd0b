// The worker: scanner, verifier and stores live here, so that neither a frame nor a signature ever
// holds up the page. `client.js` is the other end. Calls are answered one after another.

import init, { Scanner, Tracker, Trust, Verifier, challengeText, qrModules } from "./ikd.js";
import { scan } from "./frames.js";
import { ReplayStore, verifyOnce } from "./replay-store.js";
import { TrustStore } from "./trust-store.js";

/** Milliseconds between two writes of the clock floor. */
const FLOOR_EVERY = 30_000;

let scanner, tracker, trust, verifier, trustStore, replayStore;
let policy = {};
let floorSaved = -Infinity;

/** Tells the other tabs' workers that there are newer lists. */
const channel = new BroadcastChannel("ikd-trust");
channel.onmessage = () => enqueue(() => trust && trustStore.refresh(trust));

const calls = {
  /** Loads the module and what was saved; returns whether there are root keys. */
  async open() {
    await init();
    scanner = new Scanner();
    tracker = new Tracker();
    [trustStore, replayStore] = await Promise.all([TrustStore.open(), ReplayStore.open()]);
    const saved = await trustStore.load();
    if (saved) use(saved);
    return trust !== undefined;
  },

  /** Sets this device up with root keys and a first bundle. It keeps nothing if either is bad. */
  async setUp({ roots, threshold, bundle, now }) {
    const fresh = new Trust(roots, threshold);
    const report = fresh.importBundle(bundle, now);
    if (trust) await trustStore.clear();
    await trustStore.save(fresh);
    use(fresh);
    channel.postMessage("changed");
    return report;
  },

  /** Takes up a newer bundle. */
  async importBundle({ bundle, now }) {
    const report = trust.importBundle(bundle, now);
    await trustStore.save(trust);
    channel.postMessage("changed");
    return report;
  },

  /** The lists in force. */
  trustInfo: () => trust?.info,

  /** The demands on the QRs from now on. */
  demand(demands) {
    policy = demands;
    if (trust) use(trust);
  },

  /** Scans a still picture: every way of finding a code. */
  scan: (picture) =>
    scan(scanner, picture, { thorough: true }).finally(() => picture.close?.()),

  /** Takes the next frame of the video. */
  track: (picture) => scan(tracker, picture).finally(() => picture.close?.()),

  /** Gives the texts of the video anew. */
  forget: () => tracker.forget(),

  /** Verifies a text, and accepts it once on this device. */
  async verify({ text, now, challenge }) {
    // Without root keys the core says that there is no trust list: it needs some root to be asked.
    if (!verifier) throw Object.assign(new Error("not set up"), { code: "trust_unavailable" });
    const verification = await verifyOnce(verifier, text, { now, challenge }, replayStore);
    if (now.getTime() - floorSaved > FLOOR_EVERY) {
      floorSaved = now.getTime();
      await trustStore.saveClockFloor(trust);
    }
    return verification;
  },

  /** The text of a challenge and the modules of its QR. */
  challengeQr(challenge) {
    const text = challengeText(challenge);
    const qr = qrModules(text);
    const { size, modules } = qr;
    qr.free();
    return { text, size, modules };
  },
};

function use(newTrust) {
  if (newTrust !== trust) trust?.free();
  trust = newTrust;
  verifier?.free();
  verifier = new Verifier(trust, policy);
}

let queue = Promise.resolve();

/** Runs a task after those before it: the scanner's frame must not move under a scan. */
function enqueue(task) {
  const done = queue.then(task);
  queue = done.catch(() => {});
  return done;
}

self.onmessage = ({ data: { id, call, argument } }) => {
  enqueue(() => calls[call](argument)).then(
    (value) => self.postMessage({ id, value }),
    // A clone of an error would lose its code.
    ({ name, message, code }) => self.postMessage({ id, error: { name, message, code } }),
  );
};
