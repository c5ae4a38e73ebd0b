//! Any pixels in any shape are scanned without a panic.
#![no_main]

use ikd_verifier::scan::{Budget, Luma, Scanner, Tracker};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [width, extra, mode, pixels @ ..] = data else { return };
    let width = usize::from(*width).max(1);
    let stride = width + usize::from(*extra) % 8;
    let height = pixels.len() / stride;
    let Ok(frame) = Luma::new(pixels, width, height, stride) else { return };
    if mode % 2 == 0 {
        Scanner::new().scan(frame, &Budget::thorough());
    } else {
        let mut tracker = Tracker::new();
        for _ in 0..3 {
            tracker.push(frame, &Budget::realtime());
        }
    }
});
