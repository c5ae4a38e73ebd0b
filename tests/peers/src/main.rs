//! Compares the scanner with other readers of QR codes.
//!
//! ```text
//! scan-peers FOLDER... [--json] [--only READER]... [--repeats N]
//! scan-peers memory FOLDER
//! scan-peers dump-luma FOLDER OUT
//! ```
//!
//! A folder has a `manifest.json`, see [`frames`]. `memory` counts what the scanner allocates.
//! `dump-luma` writes frames as raw luma for `wasm-bench.mjs`. Exit status: 0 all bars met, 1 one
//! missed, 2 could not run.

mod bars;
mod exceptions;
mod frames;
mod measure;
mod memory;
mod ours;
mod readers;
mod report;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use serde_json::json;

use crate::frames::Frame;

#[derive(Default)]
struct Options {
    folders: Vec<PathBuf>,
    only: Vec<String>,
    json: bool,
    repeats: usize,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["memory", folder] => memory(Path::new(folder)),
        ["dump-luma", folder, out] => dump_luma(Path::new(folder), Path::new(out)),
        _ => options(&arguments).and_then(|options| compare(&options)),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("scan-peers: {message}");
            ExitCode::from(2)
        }
    }
}

fn options(arguments: &[String]) -> Result<Options, String> {
    let mut options = Options { repeats: 3, ..Options::default() };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--json" => options.json = true,
            "--only" => options.only.push(value()?.clone()),
            "--repeats" => options.repeats = value()?.parse().map_err(|e| format!("{e}"))?,
            flag if flag.starts_with('-') => return Err(format!("no option {flag}")),
            folder => options.folders.push(folder.into()),
        }
    }
    if options.folders.is_empty() {
        return Err("usage: scan-peers FOLDER... [--json] [--only READER]... [--repeats N]".into());
    }
    Ok(options)
}

fn compare(options: &Options) -> Result<bool, String> {
    let mut all_met = true;
    let mut reports = Vec::new();
    for folder in &options.folders {
        let frames = frames::load(folder)?;
        let mut readers = readers::all(&options.only);
        if readers.is_empty() {
            return Err("none of these readers is built in".into());
        }
        let measured = measure::run(&frames, &mut readers, options.repeats);
        let bursts = measure::bursts(&frames, &measured);
        let bars = bars::all(&frames, &measured, &bursts);
        all_met &= bars.iter().all(|bar| bar.pass);
        if options.json {
            let mut report = report::json(&frames, &measured, &bursts, &bars);
            report["folder"] = json!(folder);
            reports.push(report);
        } else {
            let (folder, of) = (folder.display(), options.repeats);
            let mut text = format!("\n== {folder}: one thread, best of {of} runs a frame\n");
            report::text(&mut text, &frames, &measured, &bursts, &bars);
            print(&text)?;
        }
    }
    if options.json {
        print(&format!("{}\n", json!(reports)))?;
    }
    Ok(all_met)
}

fn memory(folder: &Path) -> Result<bool, String> {
    let bars = memory::run(&frames::load(folder)?);
    let mut text = String::new();
    report::bar_lines(&mut text, &bars);
    print(&text)?;
    Ok(bars.iter().all(|bar| bar.pass))
}

/// Writes to standard output. Who closes it early has seen enough.
fn print(text: &str) -> Result<(), String> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(()),
    }
}

/// Raw luma with a list `frames.json` of `{file, width, height, expected}`.
fn dump_luma(folder: &Path, out: &Path) -> Result<bool, String> {
    fs::create_dir_all(out).map_err(|e| format!("{}: {e}", out.display()))?;
    let write = |name: &str, bytes: &[u8]| {
        fs::write(out.join(name), bytes).map_err(|e| format!("{name}: {e}"))
    };
    let mut list = Vec::new();
    for (number, frame) in frames::load(folder)?.iter().enumerate() {
        let Frame { luma, width, height, expected, .. } = frame;
        let file = format!("{number:04}.luma");
        write(&file, luma)?;
        let texts = match expected {
            frames::Expected::Texts(texts) => json!(texts),
            frames::Expected::Nothing => json!([]),
            frames::Expected::Unknown => json!(null),
        };
        list.push(json!({ "file": file, "width": width, "height": height, "texts": texts }));
    }
    write("frames.json", json!(list).to_string().as_bytes())?;
    Ok(true)
}
