//! Any square of modules is decoded without a panic, and so is a sound symbol with any damage.
#![no_main]

use ikd_verifier::scan::grid;
use libfuzzer_sys::fuzz_target;
use qrcodegen::{Mask, QrCode, QrCodeEcc, QrSegment, Version};

const LEVELS: [QrCodeEcc; 4] =
    [QrCodeEcc::Low, QrCodeEcc::Medium, QrCodeEcc::Quartile, QrCodeEcc::High];

fuzz_target!(|data: &[u8]| {
    let [choice, version, length, rest @ ..] = data else { return };
    let version = 1 + version % 40;
    let size = 17 + 4 * usize::from(version);
    if choice & 1 == 0 {
        // Modules as they come, of every confidence, NaN included.
        let side = size + usize::from(choice >> 7);
        let soft = |byte: &u8| if *byte == 0 { f32::NAN } else { f32::from(*byte) / 64.0 - 2.0 };
        let values: Vec<f32> = rest.iter().map(soft).cycle().take(side * side).collect();
        grid::read(side, &values);
        return;
    }
    // Raw bits as the content of a sound symbol: reaches every mode and every length field.
    let (content, damage) = rest.split_at(usize::from(*length).min(rest.len()));
    let bits = content.iter().flat_map(|byte| (0..8).rev().map(move |i| byte >> i & 1 == 1));
    let mode = [qrcodegen::QrSegmentMode::Byte, qrcodegen::QrSegmentMode::Kanji];
    let segment = QrSegment::new(mode[usize::from(choice >> 1 & 1)], content.len(), bits.collect());
    let level = LEVELS[usize::from(choice >> 2 & 3)];
    let version = Version::new(version);
    let mask = Some(Mask::new(choice >> 4 & 7));
    let symbol =
        QrCode::encode_segments_advanced(&[segment], level, version, version, mask, false);
    let Ok(symbol) = symbol else { return };
    let side = symbol.size();
    let modules = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
    let mut values: Vec<f32> =
        modules.map(|(x, y)| if symbol.get_module(x, y) { 1.0 } else { -1.0 }).collect();
    for hit in damage.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([hit[0], hit[1]])) % values.len();
        values[at] = f32::from(hit[2]) / 64.0 - 2.0;
    }
    grid::read(size, &values);
});
