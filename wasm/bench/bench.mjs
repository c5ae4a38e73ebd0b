// Time per frame, against other readers on the same frames in the same run.
//
//   node bench.mjs [FOLDER]     a folder with a manifest.json of {file, payload}

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { scanImageData as zbar } from "@undecaf/zbar-wasm";
import jpeg from "jpeg-js";
import jsQR from "jsqr";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { Scanner, Trust, Verifier } from "../dist/npm/node.js";

const folder = process.argv[2] ?? fileURLToPath(new URL("../../../shared/frames/screen", import.meta.url));
const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
const frames = manifest.slice(0, Number(process.env.FRAMES ?? manifest.length)).map(load);

function load({ file, payload }) {
  const { width, height, data } = jpeg.decode(readFileSync(join(folder, file)), { useTArray: true, formatAsRGBA: true });
  const luma = new Uint8Array(width * height);
  for (let i = 0; i < luma.length; i++) luma[i] = data[4 * i + 1];
  const image = { width, height, data: new Uint8ClampedArray(data.buffer), colorSpace: "srgb" };
  return { width, height, luma, image, payload };
}

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
await prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm).buffer }, fireImmediately: true });

const scanner = new Scanner();
// Roots of nobody: a verification then ends early, so its own time is printed apart.
const verifier = new Verifier(new Trust(["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"], 1));
const now = new Date();

function ikd({ width, height, luma }) {
  scanner.frame(luma.length).set(luma);
  const text = scanner.scanLuma(width, height, width, false).codes[0]?.text;
  if (text) verifier.begin(text, { now });
  return text;
}

const readers = {
  "@ikd/verifier": ikd,
  "zxing-wasm": async ({ image }) => (await readBarcodes(image, { formats: ["QRCode"], tryHarder: true }))[0]?.text,
  jsQR: ({ image }) => jsQR(image.data, image.width, image.height)?.data,
  "zbar-wasm": async ({ image }) => (await zbar(image))[0]?.decode(),
};

console.log(`${frames.length} frames of ${folder}\n`);
console.log("reader          read   wrong   median ms   p95 ms   × zxing-wasm");
const results = {};
for (const [name, read] of Object.entries(readers)) {
  for (const frame of frames.slice(0, 5)) await read(frame);
  const times = [];
  let [right, wrong] = [0, 0];
  for (const frame of frames) {
    const began = performance.now();
    const text = await read(frame);
    times.push(performance.now() - began);
    if (text === frame.payload) right++;
    else if (text) wrong++;
  }
  times.sort((a, b) => a - b);
  const at = (part) => times[Math.floor((times.length - 1) * part)];
  results[name] = { right, wrong, median: at(0.5), p95: at(0.95) };
}
for (const [name, { right, wrong, median, p95 }] of Object.entries(results)) {
  const ratio = median / results["zxing-wasm"].median;
  console.log([name.padEnd(14), String(right).padStart(5), String(wrong).padStart(7), median.toFixed(1).padStart(11),
    p95.toFixed(1).padStart(8), ratio.toFixed(2).padStart(14)].join(" "));
}
