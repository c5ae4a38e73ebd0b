//! Working memory of the scanner, counted by the allocator.

use peak_alloc::PeakAlloc;

use crate::bars::Bar;
use crate::frames::Frame;
use crate::ours::{OurTracker, Ours};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const MIB: f64 = 1024.0 * 1024.0;

/// Frames of the growth test.
const ROUNDS: usize = 10_000;

/// Measures the peak on every frame of 1280 x 720, or all frames if there is none of that size, and
/// what is still held after many frames more than after a few.
pub fn run(frames: &[Frame]) -> Vec<Bar> {
    let hd: Vec<&Frame> = frames.iter().filter(|f| (f.width, f.height) == (1280, 720)).collect();
    let chosen = if hd.is_empty() { frames.iter().collect() } else { hd };
    let size = chosen.first().map_or((0, 0), |frame| (frame.width, frame.height));

    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    let mut scanner = Ours::new();
    let mut tracker = OurTracker::new();
    for frame in chosen.iter().cycle().take(2 * chosen.len()) {
        drop(scanner.read(frame));
    }
    let scanner_peak = ALLOCATED.peak_usage().saturating_sub(before) as f64 / MIB;
    ALLOCATED.reset_peak_usage();
    for frame in chosen.iter().cycle().take(2 * chosen.len()) {
        drop(tracker.push(frame));
    }
    let tracker_peak = ALLOCATED.peak_usage().saturating_sub(before) as f64 / MIB;
    let settled = ALLOCATED.current_usage();
    for frame in chosen.iter().cycle().take(ROUNDS) {
        drop(scanner.read(frame));
        drop(tracker.push(frame));
    }
    let growth = ALLOCATED.current_usage().saturating_sub(settled);

    let peak = |name: &str, mib: f64| Bar {
        name: format!("{name}, peak at {} x {}", size.0, size.1),
        measured: format!("{mib:.2} MiB"),
        bar: "< 8 MiB".into(),
        pass: mib < 8.0,
    };
    vec![
        peak("scanner", scanner_peak),
        peak("scanner and tracker", tracker_peak),
        Bar {
            name: format!("growth over {ROUNDS} frames"),
            measured: format!("{growth} bytes"),
            bar: "none beyond a kept buffer of 64 KiB".into(),
            pass: growth <= 64 * 1024,
        },
    ]
}
