// Challenge mode: this verifier shows its own QR, and only an answer to it is accepted.

import { $ } from "./dom.js";
import { relyingParty } from "./gate.js";

const QUIET = 4;

export class ChallengeMode {
  #client;
  #gate;
  #onChange;

  constructor(client, gate, onChange) {
    this.#client = client;
    this.#gate = gate;
    this.#onChange = onChange;
    $("open-challenge").addEventListener("click", () => this.show());
    $("challenge-scan").addEventListener("click", () => $("challenge").close());
    $("challenge-stop").addEventListener("click", () => this.stop());
  }

  /** A new challenge for each holder. */
  async show() {
    const nonce = crypto.getRandomValues(new Uint8Array(16));
    const challenge = { relyingParty: relyingParty(), nonce };
    const qr = await this.#client.challengeQr(challenge);
    draw($("challenge-qr"), qr);
    $("challenge-qr").dataset.text = qr.text;
    $("challenge-party").textContent = challenge.relyingParty;
    this.#gate.challenge = challenge;
    await this.#gate.forgetView();
    this.#onChange();
    if (!$("challenge").open) $("challenge").showModal();
  }

  stop() {
    this.#gate.challenge = undefined;
    $("challenge").close();
    this.#onChange();
  }

  /** An answer was given: the next holder needs a new challenge. */
  answered() {
    this.#gate.challenge = undefined;
    this.#onChange();
  }
}

function draw(canvas, { size, modules }) {
  const side = size + 2 * QUIET;
  // Whole pixels only, so that the edges stay sharp.
  const scale = Math.max(4, Math.floor(640 / side));
  canvas.width = canvas.height = side * scale;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = "#000";
  modules.forEach((dark, i) => {
    const [x, y] = [(i % size) + QUIET, Math.floor(i / size) + QUIET];
    if (dark) context.fillRect(x * scale, y * scale, scale, scale);
  });
}
