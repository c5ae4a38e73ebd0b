// Makes a video of a phone that shows QRs: it comes into view, moves, blurs and changes. Y4M, as
// Chromium's fake camera reads it.

import { closeSync, openSync, writeSync } from "node:fs";
import { qrModules } from "../../wasm/dist/npm/node.js";

const WIDTH = 1280;
const HEIGHT = 720;
const RATE = 10;
const GREY = 118;

/**
 * Writes a video. Each scene is `{ seconds, text? }`: an empty desk, or a phone with this text.
 * @returns the seconds at which each scene begins
 */
export function writeVideo(path, scenes) {
  const file = openSync(path, "w");
  writeSync(file, `YUV4MPEG2 W${WIDTH} H${HEIGHT} F${RATE}:1 Ip A1:1 C420jpeg\n`);
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const begins = [];
  let at = 0;
  for (const { seconds, text } of scenes) {
    begins.push(at / RATE);
    const qr = text && qrModules(text);
    const picture = qr && { size: qr.size, modules: qr.modules };
    for (let i = 0; i < seconds * RATE; i++, at++) {
      writeSync(file, "FRAME\n");
      writeSync(file, drawFrame(picture, i / RATE));
      writeSync(file, chroma);
    }
  }
  closeSync(file);
  return begins;
}

/** A frame of a phone that has been in view for so many seconds. */
function drawFrame(picture, seconds) {
  const luma = Buffer.alloc(WIDTH * HEIGHT, GREY);
  if (!picture) return luma;
  const scale = Math.min(6, Math.floor(640 / (picture.size + 8)));
  const side = (picture.size + 8) * scale;
  // A hand: it settles within half a second, and never quite holds still.
  const settle = Math.exp(-6 * seconds);
  const x = Math.round((WIDTH - side) / 2 + 9 * Math.sin(7 * seconds) - 220 * settle);
  const y = Math.round((HEIGHT - side) / 2 + 6 * Math.cos(5 * seconds) + 40 * settle);
  for (let row = 0; row < side; row++) {
    const moduleRow = Math.floor(row / scale) - 4;
    for (let column = 0; column < side; column++) {
      const moduleColumn = Math.floor(column / scale) - 4;
      const inside = moduleRow >= 0 && moduleColumn >= 0 && moduleRow < picture.size && moduleColumn < picture.size;
      const dark = inside && picture.modules[moduleRow * picture.size + moduleColumn];
      if (x + column < 0 || x + column >= WIDTH || y + row < 0 || y + row >= HEIGHT) continue;
      luma[(y + row) * WIDTH + x + column] = dark ? 24 : 226;
    }
  }
  return blur(luma, Math.round(5 * settle + (seconds % 1 > 0.8 ? 3 : 0)));
}

/** Motion along a row: the mean of `2 * radius + 1` pixels. */
function blur(luma, radius) {
  if (radius === 0) return luma;
  const out = Buffer.from(luma);
  const count = 2 * radius + 1;
  for (let y = 0; y < HEIGHT; y++) {
    const row = y * WIDTH;
    let sum = 0;
    for (let x = 0; x < count; x++) sum += luma[row + x];
    for (let x = radius; x + radius + 1 < WIDTH; x++) {
      out[row + x] = sum / count;
      sum += luma[row + x + radius + 1] - luma[row + x - radius];
    }
  }
  return out;
}
