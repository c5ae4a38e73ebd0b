//! One function for the benchmark.

use std::cell::RefCell;

use ikd_verifier::scan::{Budget, Luma, Scanner};
use wasm_bindgen::prelude::wasm_bindgen;

thread_local! {
    static SCANNER: RefCell<Scanner> = RefCell::new(Scanner::new());
}

/// The codes of a frame, as text.
#[wasm_bindgen]
pub fn scan_luma(data: &[u8], width: usize, height: usize) -> Vec<String> {
    let Ok(frame) = Luma::new(data, width, height, width) else {
        return Vec::new();
    };
    let report = SCANNER.with_borrow_mut(|scanner| scanner.scan(frame, &Budget::realtime()));
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    report
        .codes
        .into_iter()
        .map(|code| text(code.bytes))
        .collect()
}
