//! Whole grids: round trips, other encoders, a second decoder.

use super::encoder::{BitWriter, Symbol, alphanumeric, alphanumeric_capacity};
use super::random::Random;
use super::version::{Layout, MAX_VERSION};
use super::*;

pub(super) const LEVELS: [EcLevel; 4] = [EcLevel::L, EcLevel::M, EcLevel::Q, EcLevel::H];

pub(super) fn read(size: usize, values: &[f32]) -> Result<Decoded, GridError> {
    decode(SoftGrid { size, values }, &mut DecodeScratch::new())
}

#[test]
fn every_version_level_and_mask_comes_back() {
    let mut random = Random::new(1);
    let mut scratch = DecodeScratch::new();
    for version in 1..=MAX_VERSION {
        for level in LEVELS {
            let text = random.text(alphanumeric_capacity(version, level));
            let data = alphanumeric(&text, version, level);
            for mask in if version < 8 { 0..8 } else { version % 8..version % 8 + 1 } {
                for mirrored in [false, true] {
                    let symbol = Symbol::of_data(&data, version, level, mask);
                    let symbol = if mirrored { symbol.transposed() } else { symbol };
                    let values = symbol.soft();
                    let grid = SoftGrid { size: symbol.size, values: &values };
                    let decoded = decode(grid, &mut scratch).unwrap();
                    assert!(decoded.bytes == text);
                    assert!(decoded.text.as_deref().map(str::as_bytes) == Some(&text));
                    assert_eq!((decoded.version, decoded.level), (version, level));
                    assert_eq!((decoded.mask, decoded.mirrored), (mask, mirrored));
                    assert_eq!(decoded.corrected, 0);
                }
            }
        }
    }
}

/// Another encoder, with its own tables.
#[test]
fn symbols_of_the_qrcode_crate_are_read() {
    use qrcode::{Color, EcLevel as Level, QrCode, Version};
    let mut random = Random::new(2);
    let mut scratch = DecodeScratch::new();
    for version in 1..=MAX_VERSION {
        for level in [Level::L, Level::M, Level::Q, Level::H] {
            let content: Vec<u8> = match version % 3 {
                0 => (0..6).map(|_| random.byte()).collect(),
                1 => b"0123456".to_vec(),
                _ => b"IKD1:ABC 12".to_vec(),
            };
            let version = Version::Normal(version.into());
            let code = QrCode::with_version(&content, version, level).unwrap();
            let soft = |&color: &Color| if color == Color::Dark { 0.7 } else { -0.4 };
            let values: Vec<f32> = code.to_colors().iter().map(soft).collect();
            let decoded = decode(SoftGrid { size: code.width(), values: &values }, &mut scratch);
            assert!(decoded.unwrap().bytes == content, "{version:?} {level:?}");
        }
    }
}

#[test]
fn modes_can_follow_each_other() {
    let mut bits = BitWriter::default();
    bits.put(7, 4).put(26, 8).put(4, 4).put(3, 8).put(0xE282AC, 24);
    bits.put(1, 4).put(4, 10).put(123, 10).put(4, 4);
    bits.put(2, 4).put(1, 9).put(10, 6);
    let data = bits.finish(Layout::of(1, EcLevel::L).data());
    let symbol = Symbol::of_data(&data, 1, EcLevel::L, 5);
    let decoded = read(21, &symbol.soft()).unwrap();
    assert_eq!(decoded.text.as_deref(), Some("€1234A"));
    let modes: Vec<_> = decoded.segments.iter().map(|s| (s.mode, s.range.clone())).collect();
    assert_eq!(modes, [(Mode::Byte, 0..3), (Mode::Numeric, 3..7), (Mode::Alphanumeric, 7..8)]);
}

/// Errors spread over a symbol: whatever two decoders read is the same, and this one reads what the
/// other reads.
#[test]
fn a_second_decoder_agrees() {
    let mut random = Random::new(3);
    let mut scratch = DecodeScratch::new();
    let (mut both, mut ours) = (0, 0);
    for round in 0..600 {
        let version = 1 + random.below(25) as u8;
        let (symbol, text) = random.symbol(version, LEVELS[round % 4]);
        let mut values = symbol.soft();
        let rate = random.unit() * 0.03;
        for value in &mut values {
            if random.unit() < rate {
                *value = -*value;
            }
        }
        let decoded = decode(SoftGrid { size: symbol.size, values: &values }, &mut scratch).ok();
        let grid =
            rqrr::SimpleGrid::from_func(symbol.size, |x, y| values[y * symbol.size + x] > 0.0);
        let mut peer = Vec::new();
        let peer = rqrr::Grid::new(grid).decode_to(&mut peer).is_ok().then_some(peer);
        match (decoded, peer) {
            (Some(decoded), Some(peer)) => {
                assert!(decoded.bytes == peer && decoded.bytes == text);
                both += 1;
            }
            (Some(decoded), None) => {
                assert!(decoded.bytes == text);
                ours += 1;
            }
            // Table 9 keeps some parity of the smallest symbols for detection; the peer uses it up.
            (None, Some(_)) => {
                assert!(Layout::of(version, LEVELS[round % 4]).reserve > 0);
            }
            (None, None) => {}
        }
    }
    assert!(both > 150, "{both} read by both, {ours} by this decoder alone");
}

#[test]
fn a_grid_of_the_wrong_size_says_which_version_it_shows() {
    let mut random = Random::new(8);
    let (symbol, _) = random.symbol(20, EcLevel::M);
    let n = symbol.size;
    let larger = n + 4;
    // The version information beside the corners is in place, as where a dimension is misjudged by
    // one alignment step.
    let mut values = vec![0.0; larger * larger];
    let soft = symbol.soft();
    for y in 0..n {
        for x in 0..n {
            let (to_x, to_y) =
                (if x < n / 2 { x } else { x + 4 }, if y < n / 2 { y } else { y + 4 });
            values[to_y * larger + to_x] = soft[y * n + x];
        }
    }
    assert_eq!(read(larger, &values), Err(GridError::Version { read: Some(20) }));
}

#[test]
fn errors_name_their_step() {
    assert_eq!(read(22, &[1.0; 484]), Err(GridError::Version { read: None }));
    assert_eq!(read(21, &[1.0; 440]), Err(GridError::Version { read: None }));
    assert_eq!(read(0, &[]), Err(GridError::Version { read: None }));
    assert_eq!(read(21, &[0.0; 441]), Err(GridError::Format));

    let (symbol, _) = Random::new(9).symbol(10, EcLevel::L);
    let mut values = symbol.soft();
    for row in values.chunks_mut(symbol.size).skip(20).take(25) {
        row[12..45].iter_mut().for_each(|value| *value = -*value);
    }
    let error = read(symbol.size, &values).unwrap_err();
    assert!(matches!(error, GridError::Uncorrectable { failed: 1.., blocks: 4 }), "{error:?}");

    let unknown_mode = BitWriter::default().put(0xF, 4).finish(19);
    let symbol = Symbol::of_data(&unknown_mode, 1, EcLevel::L, 0);
    assert_eq!(read(21, &symbol.soft()), Err(GridError::Data));
}

#[test]
fn debug_shows_no_content() {
    let (symbol, text) = Random::new(11).symbol(5, EcLevel::M);
    let decoded = read(symbol.size, &symbol.soft()).unwrap();
    let shown = format!("{decoded:?}");
    assert!(!shown.contains(str::from_utf8(&text[..6]).unwrap()));
    assert!(shown.contains(&format!("bytes: {}", text.len())));
}
