// From texts to verdicts, one at a time. A QR that stays in view is looked at once.

import { settings } from "./settings.js";
import { judge } from "./verdict.js";
import { profiles } from "./profiles.js";
import { markOf } from "./shift.js";

/** Milliseconds without a QR after which the same one counts as shown again. */
const OUT_OF_VIEW = 2_500;

export class Gate {
  #client;
  #inView = { text: "", seen: 0 };
  #last = Promise.resolve();

  /** Passengers, if a manifest is loaded. */
  manifest;
  /** The challenge that QRs must answer, if there is one. */
  challenge;

  /** @param onVerdict called with the verdict, its profile and the mark of its QR */
  constructor(client, onVerdict) {
    this.#client = client;
    this.onVerdict = onVerdict;
  }

  get profile() {
    return profiles[settings.profile] ?? profiles.boarding;
  }

  /** Tells the verifier what the chosen post demands. */
  async applyProfile() {
    const { policy } = this.profile;
    await this.#client.demand({ ...policy, relyingParty: relyingParty() });
  }

  /** A picture of the camera: returns the scan, to guide the hand. */
  async look(picture) {
    const scan = await this.#client.scan(picture);
    const [code] = scan.codes;
    if (code) await this.#seen(code);
    return scan;
  }

  /** A picture that somebody picked: every way of finding a QR in it. */
  async lookAtStill(picture) {
    const scan = await this.#client.scan(picture, { thorough: true });
    const code = scan.codes.find(({ content }) => content === "ikd") ?? scan.codes[0];
    if (code) await this.#check(code.text, code);
    return scan;
  }

  /** A text that was pasted, or typed by a handheld scanner. */
  check(text) {
    return this.#check(text);
  }

  /** Looks at the QR in view again, as after a change of the post. */
  forgetView() {
    this.#inView = { text: "", seen: 0 };
  }

  async #seen(code) {
    const now = performance.now();
    const before = this.#inView;
    this.#inView = { text: code.text, seen: now };
    if (code.text === before.text && now - before.seen < OUT_OF_VIEW) return;
    await this.#check(code.text, code);
  }

  /** One after another, so that no text is lost and no verdict overtakes another. */
  #check(text, content) {
    const done = this.#last.then(() => this.#verify(text, content));
    this.#last = done.catch(() => {});
    return done;
  }

  async #verify(text, content) {
    const now = new Date();
    const { challenge, profile, manifest } = this;
    const verification = await this.#client.verify(text, { now, challenge });
    const verdict = judge(verification, profile, { manifest, content });
    this.onVerdict(verdict, { at: now, profile: settings.profile, qr: await markOf(text) });
  }
}

/** The id under which this verifier issues challenges. */
export function relyingParty() {
  return settings.relyingParty || location.origin;
}
