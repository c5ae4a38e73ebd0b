// The camera: opening it, its torch and zoom, and its frames one after another.

const SIZE = { width: { ideal: 1280 }, height: { ideal: 720 } };

/** Milliseconds between two frames, so that a phone can do this all day. */
const PAUSE = 40;

export class Camera {
  #video;
  #track;
  #running = 0;

  constructor(video) {
    this.#video = video;
  }

  get isOn() {
    return this.#track?.readyState === "live";
  }

  /** Opens the camera of this id, or the one that looks away from the screen. */
  async start(deviceId) {
    this.stop();
    const wanted = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "environment" };
    const open = (video) => navigator.mediaDevices.getUserMedia({ video, audio: false });
    const stream = await open({ ...SIZE, ...wanted }).catch((error) => {
      // A camera that was unplugged must not keep the others from working.
      if (deviceId && error.name === "OverconstrainedError") return open(SIZE);
      throw error;
    });
    [this.#track] = stream.getVideoTracks();
    await this.#track.applyConstraints({ advanced: [{ focusMode: "continuous" }] }).catch(() => {});
    this.#video.srcObject = stream;
    await this.#video.play();
  }

  stop() {
    this.#running++;
    this.#track?.stop();
    this.#track = undefined;
    this.#video.srcObject = null;
  }

  /** Hands out frame after frame until the camera stops; the next only when the last is done. */
  async frames(handle) {
    const run = ++this.#running;
    while (run === this.#running && this.isOn) {
      await this.#nextFrame();
      if (document.hidden) continue;
      if (run === this.#running && this.#video.videoWidth > 0) await handle(await this.#grab());
    }
  }

  #nextFrame() {
    const frame = new Promise((resolve) => {
      if ("requestVideoFrameCallback" in this.#video) this.#video.requestVideoFrameCallback(resolve);
      else requestAnimationFrame(resolve);
    });
    // A hidden page gets no frames; the pause keeps the loop alive and slow.
    const limit = new Promise((resolve) => setTimeout(resolve, 1_000));
    const pause = new Promise((resolve) => setTimeout(resolve, PAUSE));
    return Promise.all([Promise.race([frame, limit]), pause]);
  }

  #grab() {
    if ("VideoFrame" in window) return new VideoFrame(this.#video, { timestamp: performance.now() });
    return createImageBitmap(this.#video);
  }

  get size() {
    return { width: this.#video.videoWidth, height: this.#video.videoHeight };
  }

  /** `{ torch, zoom }` as far as the device has them. */
  get abilities() {
    const { torch, zoom } = this.#track?.getCapabilities?.() ?? {};
    return { torch: torch === true, zoom };
  }

  get deviceId() {
    return this.#track?.getSettings().deviceId;
  }

  async setTorch(on) {
    await this.#track?.applyConstraints({ advanced: [{ torch: on }] });
  }

  async setZoom(zoom) {
    await this.#track?.applyConstraints({ advanced: [{ zoom }] });
  }

  /** The cameras of this device; their names are known once one was allowed. */
  static async list() {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    return devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "");
  }
}
