// From texts to verdicts, one at a time. A QR that stays in view is looked at once, and a phone that
// stays in view while its QR rolls over is one visit.

import { settings } from "./settings.js";
import { judge } from "./verdict.js";
import { profiles } from "./profiles.js";
import { markOf } from "./shift.js";

/** Milliseconds without a QR after which the same one counts as shown again. */
const OUT_OF_VIEW = 2_500;

export class Gate {
  #client;
  /** When a code was last in view, and whom the last accepted one there belongs to. */
  #view = { seen: -Infinity, holder: undefined };
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

  /** A frame of the camera: returns what the tracker saw, to guide the hand. */
  async look(picture) {
    const now = performance.now();
    if (now - this.#view.seen > OUT_OF_VIEW) await this.forgetView();
    const track = await this.#client.track(picture);
    if (track.visible.length > 0) this.#view.seen = now;
    for (const code of track.codes) await this.#check(code.text, code, this.#view);
    return track;
  }

  /** A picture that somebody picked: every way of finding a QR in it. */
  async lookAtStill(picture) {
    const scan = await this.#client.scan(picture);
    const code = scan.codes.find(({ content }) => content === "ikd") ?? scan.codes[0];
    if (code) await this.#check(code.text, code);
    return scan;
  }

  /** A text that was pasted, or typed by a handheld scanner. */
  check(text) {
    return this.#check(text);
  }

  /** Looks at the QR in view again, as after a change of the post. */
  async forgetView() {
    if (this.#view.seen === -Infinity) return;
    this.#view = { seen: -Infinity, holder: undefined };
    await this.#client.forget();
  }

  /** One after another, so that no text is lost and no verdict overtakes another. */
  #check(text, content, view) {
    const done = this.#last.then(() => this.#verify(text, content, view));
    this.#last = done.catch(() => {});
    return done;
  }

  async #verify(text, content, view) {
    const now = new Date();
    const { challenge, profile, manifest } = this;
    const verification = await this.#client.verify(text, { now, challenge });
    const holder = verification.ok ? verification.holderKey : undefined;
    if (view) {
      // The phone has made its next QR: the verdict on the screen is of this holder.
      if (holder !== undefined && holder === view.holder) return;
      view.holder = holder;
    }
    const verdict = judge(verification, profile, { manifest, content });
    this.onVerdict(verdict, { at: now, profile: settings.profile, qr: await markOf(text) });
  }
}

/** The id under which this verifier issues challenges. */
export function relyingParty() {
  return settings.relyingParty || location.origin;
}
