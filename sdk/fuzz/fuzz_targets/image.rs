//! Any bytes as an image file are answered.
#![no_main]

use ikd_verifier::scan::scan_image;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = scan_image(data);
});
