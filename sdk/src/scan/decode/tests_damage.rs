//! Grids that are damaged, noise, or nothing like a grid.

use super::encoder::Symbol;
use super::random::Random;
use super::tests::{LEVELS, read};
use super::version::Layout;
use super::*;

/// Noise in the data, under format and version information that are in order, so that every grid
/// reaches error correction and every attempt of it.
#[test]
fn noise_is_never_read() {
    let mut random = Random::new(4);
    let mut scratch = DecodeScratch::new();
    for round in 0..20_000 {
        let version = 1 + (round % 7) as u8;
        let level = LEVELS[round / 7 % 4];
        let data = vec![0; Layout::of(version, level).data()];
        let symbol = Symbol::of_data(&data, version, level, 0);
        let mut values = symbol.soft();
        for (index, value) in values.iter_mut().enumerate() {
            let (x, y) = (index % symbol.size, index / symbol.size);
            if x > 8 && y > 8 {
                *value = random.normal();
            }
        }
        let grid = SoftGrid { size: symbol.size, values: &values };
        assert!(decode(grid, &mut scratch).is_err(), "round {round}");
    }
}

#[test]
fn pure_noise_is_never_read() {
    let mut random = Random::new(5);
    let mut scratch = DecodeScratch::new();
    for round in 0..5_000 {
        let size = version::size_of(1 + (round % 12) as u8);
        let values: Vec<f32> = (0..size * size).map(|_| random.normal()).collect();
        assert!(decode(SoftGrid { size, values: &values }, &mut scratch).is_err());
    }
}

/// A spot of glare: the modules under it are light, and little sure of it.
#[test]
fn erasures_read_through_a_spot_that_errors_alone_do_not() {
    let mut random = Random::new(6);
    let mut scratch = DecodeScratch::new();
    let (mut sure, mut unsure) = (0, 0);
    for round in 0..60 {
        let (symbol, text) = random.symbol(10 + round % 16, EcLevel::L);
        let n = symbol.size;
        let radius = n as f32 * 0.175;
        let (cx, cy) = (n as f32 * 0.55, n as f32 * 0.5);
        let spot = |index: usize| {
            let (dx, dy) = ((index % n) as f32 - cx, (index / n) as f32 - cy);
            dx * dx + dy * dy < radius * radius
        };
        for (count, confidence) in [(&mut sure, 1.0), (&mut unsure, 0.1)] {
            let mut values = symbol.soft();
            for (index, value) in values.iter_mut().enumerate().filter(|(index, _)| spot(*index)) {
                *value = if index % 3 == 0 { *value * confidence } else { -confidence };
            }
            let read = decode(SoftGrid { size: n, values: &values }, &mut scratch);
            *count += usize::from(read.is_ok_and(|decoded| decoded.bytes == text));
        }
    }
    assert!(sure <= 10 && unsure >= 50, "{sure} without erasures, {unsure} with them");
}

#[test]
fn one_copy_of_the_version_information_is_enough() {
    let (symbol, text) = Random::new(12).symbol(20, EcLevel::L);
    let n = symbol.size;
    for lost in [0.0, 1.0, -1.0] {
        let mut values = symbol.soft();
        for row in values.chunks_mut(n).take(6) {
            row[n - 11..n - 8].fill(lost);
        }
        assert!(read(n, &values).unwrap().bytes == text);
    }
}

/// All zeros is a word of every Reed-Solomon code, and would be an empty message.
#[test]
fn unknown_modules_are_not_zero_bits() {
    let mut random = Random::new(13);
    for version in [1, 2, 7, 10, 25] {
        let (symbol, _) = random.symbol(version, LEVELS[usize::from(version % 4)]);
        for unknown in [0.0, -0.0, f32::NAN] {
            let mut values = symbol.soft();
            for row in values.chunks_mut(symbol.size).skip(9) {
                row[9..].fill(unknown);
            }
            assert!(read(symbol.size, &values).is_err(), "version {version}");
        }
    }
}

#[test]
fn a_torn_format_information_is_read_from_what_is_left() {
    let mut random = Random::new(7);
    for level in LEVELS {
        let (symbol, text) = random.symbol(8, level);
        let n = symbol.size;
        let mut values = symbol.soft();
        // One copy gone, and three modules wrong in the other.
        for k in 0..8 {
            values[8 * n + n - 1 - k] = 0.0;
            values[(n - 1 - k) * n + 8] = f32::NAN;
        }
        for index in [8, 8 * n + 2, 8 * n + 4] {
            values[index] = -values[index];
        }
        assert!(read(n, &values).unwrap().bytes == text);
    }
}

/// Anything a front end could hand in by mistake.
#[test]
fn nothing_panics() {
    let strange = [
        f32::NAN,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::MAX,
        f32::MIN,
        -0.0,
        0.0,
        1e-40,
        1.0,
        -1.0,
    ];
    let mut random = Random::new(10);
    let mut scratch = DecodeScratch::new();
    for size in 0..190 {
        for length in [0, 1, size, size * size] {
            let values: Vec<f32> = (0..length).map(|_| strange[random.below(10)]).collect();
            let _ = decode(SoftGrid { size, values: &values }, &mut scratch);
        }
    }
    for (size, length) in [(usize::MAX, 0), (usize::MAX, 1), (1 << 32, 0), (177, 31_328)] {
        let values = vec![1.0; length];
        assert!(decode(SoftGrid { size, values: &values }, &mut scratch).is_err());
    }
    for _ in 0..400 {
        let (version, level) = (1 + random.below(40) as u8, LEVELS[random.below(4)]);
        let (symbol, _) = random.symbol(version, level);
        let mut values = symbol.soft();
        for _ in 0..random.below(values.len()) {
            let index = random.below(values.len());
            values[index] = strange[random.below(10)];
        }
        let _ = decode(SoftGrid { size: symbol.size, values: &values }, &mut scratch);
    }
}
