// Compares the scanner's WebAssembly module with zxing-wasm, and with jsQR if asked to, on the same
// frames in the same run, one thread.
//
//   scan-peers dump-luma FOLDER LUMA
//   npm install zxing-wasm jsqr                 (anywhere; run this script from there)
//   node wasm-bench.mjs LUMA OUR_MODULE.js [--jsqr] [--repeats N] [--json]
//
// OUR_MODULE.js is what `wasm-bindgen --target nodejs` writes for `wasm/`: a function
// scan_luma(data, width, height) that gives an array of texts. Every reader gets the pixels in the
// form it takes: luma for ours, RGBA for the others, made outside of the timing.
//
// Exit status: 0 bars met, 1 one missed, 2 could not run.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { brotliCompressSync, constants } from 'node:zlib'

const TIME_BAR = 0.6 // x zxing-wasm
const SIZE_BAR = 80 * 1024 // bytes, brotli

const require = createRequire(join(process.cwd(), 'index.js'))

function parseArguments(args) {
  const options = { positional: [], jsqr: false, json: false, repeats: 3 }
  for (let k = 0; k < args.length; k++) {
    if (args[k] === '--jsqr') options.jsqr = true
    else if (args[k] === '--json') options.json = true
    else if (args[k] === '--repeats') options.repeats = Number(args[++k])
    else options.positional.push(args[k])
  }
  if (options.positional.length !== 2 || !(options.repeats >= 1)) {
    throw new Error('usage: node wasm-bench.mjs LUMA OUR_MODULE.js [--jsqr] [--repeats N] [--json]')
  }
  return options
}

function loadFrames(folder) {
  const list = JSON.parse(readFileSync(join(folder, 'frames.json'), 'utf8'))
  return list.map((frame) => ({ ...frame, luma: new Uint8Array(readFileSync(join(folder, frame.file))) }))
}

/** The RGBA of a frame, made when it is its turn: all frames at once would be gigabytes. */
function rgba({ luma, width, height }) {
  const data = new Uint8ClampedArray(luma.length * 4)
  for (let k = 0; k < luma.length; k++) {
    data.fill(luma[k], 4 * k, 4 * k + 3)
    data[4 * k + 3] = 255
  }
  return { data, width, height }
}

function loadOurs(path) {
  const module = require(resolve(path))
  return {
    name: 'ikd',
    brotli: brotli(resolve(path).replace(/\.c?js$/, '_bg.wasm')),
    read: ({ luma, width, height }) => module.scan_luma(luma, width, height),
  }
}

async function loadZxing() {
  const entry = require.resolve('zxing-wasm/reader').replace('/cjs/', '/es/')
  const wasm = require.resolve('zxing-wasm/reader/zxing_reader.wasm')
  const { prepareZXingModule, readBarcodes } = await import(pathToFileURL(entry))
  await prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm) }, fireImmediately: true })
  const options = {
    formats: ['QRCode'],
    tryHarder: true,
    tryRotate: true,
    tryInvert: true,
    tryDownscale: true,
  }
  return {
    name: 'zxing-wasm',
    brotli: brotli(wasm),
    read: async (_, image) => (await readBarcodes(image, options)).map((code) => code.text),
  }
}

function loadJsqr() {
  const entry = require.resolve('jsqr')
  const module = require(entry)
  const jsqr = module.default ?? module
  return {
    name: 'jsqr',
    brotli: brotli(join(dirname(entry), 'jsQR.js')),
    read: (_, { data, width, height }) => {
      const code = jsqr(data, width, height, { inversionAttempts: 'attemptBoth' })
      return code ? [code.data] : []
    },
  }
}

function brotli(path) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 }
  return brotliCompressSync(readFileSync(path), { params }).length
}

async function measure(frames, readers, repeats) {
  const results = readers.map(() => ({ times: [], empty: [], read: 0, wrong: 0 }))
  for (const [number, frame] of frames.entries()) {
    const image = rgba(frame)
    const best = readers.map(() => Infinity)
    const texts = readers.map(() => [])
    for (let repeat = 0; repeat < repeats; repeat++) {
      for (let k = 0; k < readers.length; k++) {
        // Each reader begins in turn.
        const reader = (k + number + repeat) % readers.length
        const start = performance.now()
        texts[reader] = await readers[reader].read(frame, image)
        best[reader] = Math.min(best[reader], performance.now() - start)
      }
    }
    for (const [reader, result] of results.entries()) {
      const empty = frame.texts?.length === 0
      ;(empty ? result.empty : result.times).push(best[reader])
      // `null`: the manifest gives no text. Line ends differ between the text files and the codes.
      const right = (text) => frame.texts === null || frame.texts.some((t) => lines(t) === lines(text))
      result.read += texts[reader].some(right) ? 1 : 0
      result.wrong += texts[reader].filter((text) => !right(text)).length
    }
  }
  return results
}

const lines = (text) => text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').trimEnd()

function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.round((sorted.length - 1) * share)] ?? NaN
}

function summarise(readers, results) {
  const peer = results[1]
  return readers.map(({ name, brotli }, k) => {
    const { times, empty, read, wrong } = results[k]
    const row = { name, read, total: times.length, wrong, brotli }
    row.median = quantile(times, 0.5)
    row.p95 = quantile(times, 0.95)
    row.ratio = row.median / quantile(peer.times, 0.5)
    row.emptyMedian = quantile(empty, 0.5)
    row.emptyRatio = row.emptyMedian / quantile(peer.empty, 0.5)
    return row
  })
}

function print(rows, bars, options) {
  console.log(`one thread, best of ${options.repeats} runs a frame, node ${process.version}`)
  console.log('  reader             read   wrong   median ms    p95 ms   x zxing-wasm   KB brotli')
  for (const row of rows) {
    const cells = [
      row.name.padEnd(12),
      `${row.read} / ${row.total}`.padStart(11),
      String(row.wrong).padStart(8),
      row.median.toFixed(2).padStart(12),
      row.p95.toFixed(2).padStart(10),
      row.ratio.toFixed(2).padStart(15),
      (row.brotli / 1024).toFixed(1).padStart(12),
    ]
    console.log(`  ${cells.join('')}`)
    if (!Number.isNaN(row.emptyMedian)) {
      const median = row.emptyMedian.toFixed(2)
      console.log(`    without a code: median ${median} ms, ${row.emptyRatio.toFixed(2)} x zxing-wasm`)
    }
  }
  console.log('\nbars')
  for (const bar of bars) {
    console.log(`  ${bar.pass ? 'PASS' : 'FAIL'}  ${bar.name}: ${bar.measured} (bar ${bar.bar})`)
  }
}

async function main() {
  const options = parseArguments(process.argv.slice(2))
  const [folder, ours] = options.positional
  const readers = [loadOurs(ours), await loadZxing()]
  if (options.jsqr) readers.push(loadJsqr())
  const rows = summarise(readers, await measure(loadFrames(folder), readers, options.repeats))
  const [row] = rows
  const ratio = Number.isNaN(row.ratio) ? row.emptyRatio : row.ratio
  const bars = [
    { name: 'time, median', measured: `${ratio.toFixed(2)} x`, bar: `<= ${TIME_BAR} x zxing-wasm`, pass: ratio <= TIME_BAR },
    { name: 'size', measured: `${(row.brotli / 1024).toFixed(1)} KB brotli`, bar: '<= 80 KB', pass: row.brotli <= SIZE_BAR },
    { name: 'wrong texts', measured: String(row.wrong), bar: '0', pass: row.wrong === 0 },
  ]
  if (options.json) console.log(JSON.stringify({ rows, bars }))
  else print(rows, bars, options)
  return bars.every((bar) => bar.pass) ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(`wasm-bench: ${error.message}`)
  process.exitCode = 2
}
