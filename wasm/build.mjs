// Builds the npm package and the page into `dist/`, and prints their sizes.
//
//   node build.mjs                the modules, the types and the page
//   node build.mjs --check        and fails when a size is over its budget

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const dist = join(here, "dist");
const npm = join(dist, "npm");
const page = join(dist, "page");

/** The modules: what is in them, how they are optimised, and the brotli bytes that they may have. */
const MODULES = [
  // Without pixels to work on, size is all that counts.
  { name: "verification only", folder: join(npm, "verify-only"), features: "verify", level: "-Oz", budget: 100_000,
    config: ['profile.wasm.package.ikd-verifier.opt-level="z"'] },
  { name: "scanner only", folder: join(npm, "scan-only"), features: "scan", level: "-O3", budget: 80_000, config: [] },
  { name: "both", folder: npm, features: "qr,scan,verify", level: "-O3", budget: 180_000, config: [] },
];

const run = (command, ...args) =>
  execFileSync(command, args, { cwd: here, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

const target = JSON.parse(run("cargo", "metadata", "--format-version", "1", "--no-deps"))
  .target_directory;

/** Paths of this machine have no place in a module that others load. */
function flags() {
  run("cargo", "fetch", "--quiet");
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "registry", "src");
  const folders = [dirname(here), ...readdirSync(registry).map((name) => join(registry, name))];
  const remap = folders.map((folder) => `--remap-path-prefix=${folder}/=`);
  return JSON.stringify(["-C", "target-feature=+simd128", ...remap]);
}

/** Compiles the crate and writes the JavaScript around it. */
function compile({ folder, level, features, config }) {
  const settings = [`target.wasm32-unknown-unknown.rustflags=${flags()}`, ...config];
  run("cargo", "build", "--lib", "--profile", "wasm", "--target", "wasm32-unknown-unknown",
    "--no-default-features", "--features", features, ...settings.flatMap((setting) => ["--config", setting]));
  const module = join(target, "wasm32-unknown-unknown", "wasm", "ikd_wasm.wasm");
  mkdirSync(folder, { recursive: true });
  run("cargo", "run", "--quiet", "--profile", "tool", "--no-default-features", "--features", "bindgen",
    "--bin", "ikd-wasm-bindgen", "--", module, folder, "ikd");
  optimise(join(folder, "ikd_bg.wasm"), level);
}

function optimise(module, level) {
  const features = ["simd", "bulk-memory", "sign-ext", "mutable-globals", "reference-types",
    "nontrapping-float-to-int", "multivalue"].map((name) => `--enable-${name}`);
  // Nothing but the far end of the stack lies in the first KiB.
  run(join(here, "node_modules", ".bin", "wasm-opt"), level, "--converge", "--strip-debug",
    "--strip-target-features", "--low-memory-unused", "--zero-filled-memory", ...features, module, "-o", module);
}

/** The files that staff's browsers load, and the service worker that knows them all. */
function buildPage() {
  cpSync(join(here, "www"), page, { recursive: true });
  const own = ["ikd.js", "ikd_bg.wasm", ...readdirSync(join(here, "js")).filter((name) => name !== "node.js")];
  for (const name of own) cpSync(join(npm, name), join(page, "ikd", name));
  const files = readdirSync(page, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "service-worker.js")
    .map((entry) => join(entry.parentPath, entry.name).slice(page.length + 1).replaceAll("\\", "/"))
    .sort();
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(join(page, file)));
  const worker = join(page, "service-worker.js");
  const source = readFileSync(worker, "utf8")
    .replace('"VERSION"', JSON.stringify(hash.digest("hex").slice(0, 16)))
    .replace("[/* FILES */]", JSON.stringify(["./", ...files.filter((file) => file !== "index.html")]));
  writeFileSync(worker, source);
  return files.length + 1;
}

function brotli(file) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return brotliCompressSync(readFileSync(file), { params }).length;
}

rmSync(dist, { recursive: true, force: true });
for (const module of MODULES) compile(module);
cpSync(join(here, "js"), npm, { recursive: true });
cpSync(join(here, "package-template.json"), join(npm, "package.json"));
cpSync(join(here, "README.md"), join(npm, "README.md"));
run(join(here, "node_modules", ".bin", "tsc"), "--project", here);
const files = buildPage();

let over = false;
for (const { name, folder, budget } of MODULES) {
  const module = join(folder, "ikd_bg.wasm");
  const [raw, packed] = [readFileSync(module).length, brotli(module)];
  over ||= packed > budget;
  console.log(`${name.padEnd(18)} ${kb(raw)} wasm, ${kb(packed)} brotli of ${kb(budget)}` +
    `, ${kb(brotli(join(folder, "ikd.js")))} JavaScript around it`);
}
console.log(`page               ${files} files in ${page}`);
if (over && process.argv.includes("--check")) process.exit(1);

function kb(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
