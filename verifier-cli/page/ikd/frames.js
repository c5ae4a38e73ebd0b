// Pictures to scans, with one copy of the pixels: straight into the scanner's own memory.

/** @typedef {import("./ikd.js").Scanner} Scanner */
/** @typedef {import("./ikd.js").Tracker} Tracker */

/**
 * What a scanner or a tracker makes of a picture.
 * @template {Scanner | Tracker} R
 * @typedef {ReturnType<R["scanLuma"]>} Found
 */

/** Formats of a `VideoFrame` that begin with a plane of luma. */
const LUMA_FIRST = new Set(["I420", "I420A", "I422", "I444", "NV12"]);

/** @type {OffscreenCanvas | undefined} */
let canvas;

/**
 * Scans a picture. A `VideoFrame` or an `ImageBitmap` is not closed; that is the caller's to do.
 * @template {Scanner | Tracker} R
 * @param {R} scanner a scanner for single pictures, a tracker for the frames of a video
 * @param {VideoFrame | ImageBitmap | ImageData} picture
 * @param {{ thorough?: boolean }} [options] `thorough` for still pictures
 * @returns {Promise<Found<R>>}
 */
export async function scan(scanner, picture, { thorough = false } = {}) {
  if ("data" in picture) return scanImageData(scanner, picture, thorough);
  if ("format" in picture && LUMA_FIRST.has(picture.format ?? "")) {
    return scanVideoFrame(scanner, picture, thorough);
  }
  const width = "displayWidth" in picture ? picture.displayWidth : picture.width;
  const height = "displayHeight" in picture ? picture.displayHeight : picture.height;
  canvas ??= new OffscreenCanvas(width, height);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  if (!context) throw new Error("no 2D canvas");
  context.drawImage(picture, 0, 0);
  return scanImageData(scanner, context.getImageData(0, 0, width, height), thorough);
}

/**
 * Scans a plane of 8-bit luma.
 * @template {Scanner | Tracker} R
 * @param {R} scanner
 * @param {{ data: Uint8Array, width: number, height: number, stride?: number }} luma
 * @param {{ thorough?: boolean }} [options] `thorough` for still pictures
 * @returns {Found<R>}
 */
export function scanLuma(scanner, { data, width, height, stride = width }, { thorough = false } = {}) {
  scanner.frame(data.length).set(data);
  return /** @type {Found<R>} */ (scanner.scanLuma(width, height, stride, thorough));
}

/**
 * @template {Scanner | Tracker} R
 * @param {R} scanner
 * @param {ImageData} image
 * @param {boolean} thorough
 * @returns {Found<R>}
 */
function scanImageData(scanner, image, thorough) {
  scanner.frame(image.data.length).set(image.data);
  return /** @type {Found<R>} */ (scanner.scanRgba(image.width, image.height, thorough));
}

/**
 * The browser writes the planes into the scanner's memory itself; only the first is looked at.
 * @template {Scanner | Tracker} R
 * @param {R} scanner
 * @param {VideoFrame} frame
 * @param {boolean} thorough
 * @returns {Promise<Found<R>>}
 */
async function scanVideoFrame(scanner, frame, thorough) {
  const { width, height } = frame.visibleRect ?? { width: frame.codedWidth, height: frame.codedHeight };
  const [luma] = await frame.copyTo(scanner.frame(frame.allocationSize()));
  return /** @type {Found<R>} */ (scanner.scanLuma(width, height, luma.stride, thorough));
}
