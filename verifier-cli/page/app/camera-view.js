// The camera on the page: its picture, its controls, and a word to the hand that holds the phone.

import { Camera } from "./camera.js";
import { $, element } from "./dom.js";
import { t } from "./language.js";
import { change, settings } from "./settings.js";

/** Frames in a row with the same trouble before the page says something. */
const PATIENCE = 4;

export class CameraView {
  #camera = new Camera($("video"));
  #look;
  #trouble = { hint: "", frames: 0 };

  /** @param look takes a frame and returns what the tracker saw */
  constructor(look) {
    this.#look = look;
    $("start-camera").addEventListener("click", () => this.start());
    $("switch-camera").addEventListener("click", () => this.#switch());
    $("torch").addEventListener("click", () => this.#toggleTorch());
    $("zoom").addEventListener("input", ({ target }) => this.#camera.setZoom(Number(target.value)));
    $("camera-choice").addEventListener("change", ({ target }) => {
      change({ cameraId: target.value });
      this.start();
    });
    this.#explain("cameraWhy");
  }

  /** Beside the button that turns the camera on; a change of language finds the text again. */
  #explain(key) {
    $("camera").classList.remove("on");
    $("camera-problem").dataset.t = key;
    $("camera-problem").textContent = t(key);
  }

  /** Starts at once where the camera was allowed before; a first visitor is asked by a button. */
  async startIfAllowed() {
    const permission = await navigator.permissions?.query({ name: "camera" }).catch(() => undefined);
    if (permission?.state === "granted") await this.start();
  }

  async start() {
    try {
      await this.#camera.start(settings.cameraId);
    } catch (error) {
      return this.#explain(problem(error));
    }
    $("camera").classList.add("on");
    await this.#showControls();
    this.#camera.frames((picture) => this.#frame(picture)).catch(() => {
      this.#camera.stop();
      this.#explain("cameraStopped");
    });
  }

  async #frame(picture) {
    const { visible, hint = "" } = await this.#look(picture);
    this.#outline(visible.find(({ read }) => read)?.corners);
    const frames = hint === this.#trouble.hint ? this.#trouble.frames + 1 : 1;
    this.#trouble = { hint, frames };
    if (frames === PATIENCE || hint === "") this.#guide(hint);
  }

  #guide(hint) {
    const text = hint === "" ? "" : t(`guide_${hint}`);
    if ($("guide").textContent !== text) $("guide").textContent = text;
  }

  /** Marks the code that was read. */
  #outline(corners) {
    const canvas = $("outline");
    const { width, height } = this.#camera.size;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    if (!corners) return;
    context.lineWidth = height / 120;
    context.lineJoin = "round";
    context.strokeStyle = "#7ef0b8";
    context.beginPath();
    for (const [x, y] of corners) context.lineTo(x, y);
    context.closePath();
    context.stroke();
  }

  async #showControls() {
    const cameras = await Camera.list();
    const { torch, zoom } = this.#camera.abilities;
    $("switch-camera").hidden = cameras.length < 2;
    $("torch").hidden = !torch;
    $("torch").setAttribute("aria-pressed", "false");
    $("zoom-control").hidden = !zoom;
    if (zoom) Object.assign($("zoom"), { min: zoom.min, max: zoom.max, step: zoom.step || 0.1, value: zoom.min });
    const options = cameras.map(({ deviceId, label }, i) =>
      element("option", { value: deviceId }, label || `${t("camera")} ${i + 1}`));
    $("camera-choice").replaceChildren(element("option", { value: "" }, t("cameraAuto")), ...options);
    $("camera-choice").value = settings.cameraId;
  }

  async #switch() {
    const ids = (await Camera.list()).map(({ deviceId }) => deviceId);
    const at = ids.indexOf(this.#camera.deviceId);
    change({ cameraId: ids[(at + 1) % ids.length] });
    await this.start();
  }

  async #toggleTorch() {
    const on = $("torch").getAttribute("aria-pressed") !== "true";
    await this.#camera.setTorch(on);
    $("torch").setAttribute("aria-pressed", String(on));
  }
}

function problem({ name }) {
  if (name === "NotAllowedError") return "cameraDenied";
  return name === "NotReadableError" ? "cameraBusy" : "cameraNone";
}
