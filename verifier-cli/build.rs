//! Puts the files of `page/` into the binary: a table of their paths, types, digests and bytes.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=page");
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("page");
    let mut files = Vec::new();
    files_below(&root, &mut files).map_err(|error| format!("{}: {error}", root.display()))?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root)?.iter().map(|part| part.to_string_lossy());
        let path = name.collect::<Vec<_>>().join("/");
        let content_type = content_type(&file)?;
        let mut digest = DefaultHasher::new();
        fs::read(&file)?.hash(&mut digest);
        let etag = format!("\"{:016x}\"", digest.finish());
        writeln!(
            table,
            "PageFile {{ path: {path:?}, content_type: {content_type:?}, etag: {etag:?}, \
             bytes: include_bytes!({file:?}) }},"
        )?;
    }
    table.push(']');
    fs::write(Path::new(&std::env::var("OUT_DIR")?).join("page_files.rs"), table)?;
    Ok(())
}

fn files_below(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            files_below(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

fn content_type(file: &Path) -> Result<&'static str, String> {
    Ok(match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        _ => return Err(format!("{}: what type is that? Add it to build.rs", file.display())),
    })
}
