// A static server of the page for gates, and an issuer for its tests.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export { browse, open, screenshot } from "./browser.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pages = join(root, "wasm", "dist", "page");

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
};

if (!existsSync(pages)) throw new Error("no page: run `npm run build` in wasm/ first");

/** The stand-in issuer. Without arguments: roots and bundles; else a QR of a person. */
export function issue(...args) {
  const cargo = ["run", "--quiet", "--package", "ikd-wasm", "--no-default-features", "--example", "fixture", "--"];
  const output = execFileSync("cargo", [...cargo, ...args], { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 });
  return JSON.parse(output);
}

export const setup = issue();

/** A server of the page, and of what `extra` maps paths to. */
export async function serve(extra = {}) {
  const files = {
    "/setup.json": JSON.stringify({ roots: setup.roots, threshold: setup.threshold, bundle: "bundle.ikd" }),
    "/bundle.ikd": Buffer.from(setup.bundles[1], "hex"),
    ...extra,
  };
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://host").pathname);
    const file = join(pages, path === "/" ? "index.html" : path);
    const body = files[path] ?? (existsSync(file) ? readFileSync(file) : undefined);
    const type = TYPES[extname(path === "/" ? "index.html" : path)] ?? "application/octet-stream";
    response.writeHead(body === undefined ? 404 : 200, { "Content-Type": type });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, files, stop };
}

/** Turns the camera on, unless the page did so itself because it is allowed to. */
export async function startCamera(page) {
  await page.evaluate(() => document.querySelector("#camera.on") ?? document.getElementById("start-camera").click());
  await page.locator("#camera.on").waitFor();
}

/** Brings a text to the page by the paste dialog, and returns the code that it shows. */
export async function paste(page, text) {
  await page.locator("#verdict").evaluate((verdict) => delete verdict.dataset.code);
  await page.locator("#paste").click();
  await page.locator("#paste-text").fill(text);
  await page.locator("#paste-check").click();
  return codeOf(page);
}

/** The code of the verdict on the page, when it is there. */
export async function codeOf(page, timeout = 10_000) {
  const verdict = page.locator("#verdict[data-code]");
  await verdict.waitFor({ timeout });
  return verdict.getAttribute("data-code");
}
