//! Data modules in reading order, with the data mask taken off (ISO/IEC 18004:2015, 7.7.3, 7.8.2).
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "hot loops over a square grid of at most 177 modules a side, checked on the way in"
)]

use super::format::Format;
use super::{SoftGrid, version};

/// The unmasked modules of a symbol in the order they are read in.
pub(super) struct Modules {
    /// The version `order` was made for; zero for none yet.
    version: u8,
    /// Indices of the data modules, in reading order.
    order: Vec<u16>,
    /// Row-major, above zero for a one bit; of the grid, transposed if it is mirrored.
    values: Vec<f32>,
}

impl Modules {
    pub(super) const fn new() -> Self {
        Self { version: 0, order: Vec::new(), values: Vec::new() }
    }

    /// Takes in a grid of the size of `version`.
    pub(super) fn load(&mut self, grid: SoftGrid<'_>, version: u8, format: Format) {
        if self.version != version {
            reading_order(version, &mut self.order);
            self.version = version;
        }
        let n = grid.size;
        self.values.clear();
        self.values.reserve(n * n);
        for y in 0..n {
            // Every mask repeats after twelve columns.
            let signs: [f32; 12] =
                std::array::from_fn(|x| if masked(format.mask, x, y) { -1.0 } else { 1.0 });
            if format.mirrored {
                let row = grid.values[y..].iter().step_by(n).zip(signs.iter().cycle());
                self.values.extend(row.map(|(&value, sign)| known(value) * sign));
            } else {
                for chunk in grid.values[y * n..][..n].chunks(12) {
                    let chunk = chunk.iter().zip(&signs);
                    self.values.extend(chunk.map(|(&value, sign)| known(value) * sign));
                }
            }
        }
    }

    /// The codeword at a place in the interleaved sequence, most significant bit first.
    pub(super) fn codeword(&self, place: usize) -> u8 {
        self.bits(place).fold(0, |byte, value| byte << 1 | u8::from(value > 0.0))
    }

    /// How doubtful a codeword is: higher is worse, comparable within a symbol.
    ///
    /// The chance of a wrong bit falls steeply with its confidence, and a codeword is wrong if any
    /// of its bits is, so steep terms are added up.
    pub(super) fn doubt(&self, place: usize) -> f32 {
        self.bits(place)
            .map(|value| {
                let falling = 1.0 / (1.0 + 8.0 * value * value);
                falling * falling
            })
            .sum()
    }

    fn bits(&self, place: usize) -> impl Iterator<Item = f32> {
        self.order[place * 8..place * 8 + 8].iter().map(|&index| self.values[usize::from(index)])
    }
}

/// A module of which nothing is known is light, with no confidence at all. Were it a zero bit, an
/// empty grid would be all zeros, which is a word of every linear code.
fn known(value: f32) -> f32 {
    if value.abs() > 0.0 { value } else { -f32::MIN_POSITIVE }
}

/// Whether the mask inverts a module (table 10).
fn masked(mask: u8, x: usize, y: usize) -> bool {
    0 == match mask {
        0 => (y + x) % 2,
        1 => y % 2,
        2 => x % 3,
        3 => (y + x) % 3,
        4 => (y / 2 + x / 3) % 2,
        5 => y * x % 2 + y * x % 3,
        6 => (y * x % 2 + y * x % 3) % 2,
        _ => ((y + x) % 2 + y * x % 3) % 2,
    }
}

/// Indices of the data modules: two columns at a time from the right, up and down in turn.
fn reading_order(version: u8, order: &mut Vec<u16>) {
    let n = version::size_of(version);
    let function = function_modules(version);
    order.clear();
    order.reserve(n * n);
    let mut right = n - 1;
    let mut upward = true;
    loop {
        for step in 0..n {
            let y = if upward { n - 1 - step } else { step };
            for x in [right, right - 1] {
                if !function[y * n + x] {
                    order.push((y * n + x) as u16);
                }
            }
        }
        upward = !upward;
        right = match right {
            8 => 5, // the vertical timing pattern is no part of a pair
            1 => break,
            _ => right - 2,
        };
    }
}

/// The modules that carry no codewords: function patterns, format and version information.
fn function_modules(version: u8) -> Vec<bool> {
    let n = version::size_of(version);
    let mut function = vec![false; n * n];
    let mut mark = |x: usize, y: usize, width: usize, height: usize| {
        for row in function[y * n..].chunks_mut(n).take(height) {
            row[x..x + width].fill(true);
        }
    };
    mark(0, 0, 9, 9);
    mark(n - 8, 0, 8, 9);
    mark(0, n - 8, 9, 8);
    mark(6, 0, 1, n);
    mark(0, 6, n, 1);
    let last = n - 7;
    for y in version::alignment_centres(version) {
        for x in version::alignment_centres(version) {
            if !matches!((x, y), (6, 6)) && (x, y) != (6, last) && (x, y) != (last, 6) {
                mark(x - 2, y - 2, 5, 5);
            }
        }
    }
    if version >= 7 {
        mark(n - 11, 0, 3, 6);
        mark(0, n - 11, 6, 3);
    }
    function
}

#[cfg(test)]
mod tests {
    use super::super::version::{EcLevel, Layout, MAX_VERSION};
    use super::*;

    #[test]
    fn data_modules_fill_the_codewords_of_every_version() {
        let mut order = Vec::new();
        for version in 1..=MAX_VERSION {
            reading_order(version, &mut order);
            let remainder = order.len() - 8 * Layout::of(version, EcLevel::L).total();
            assert!(matches!(remainder, 0 | 3 | 4 | 7), "version {version}: {remainder}");
        }
    }

    #[test]
    fn masks_repeat_after_twelve_columns() {
        for mask in 0..8 {
            for (x, y) in (0..40).flat_map(|y| (0..40).map(move |x| (x, y))) {
                assert_eq!(masked(mask, x, y), masked(mask, x + 12, y));
            }
        }
    }

    #[test]
    fn the_least_confident_module_rules_the_doubt() {
        let mut modules = Modules { version: 0, order: (0..24).collect(), values: vec![1.0; 24] };
        modules.values[3] = 0.05;
        modules.values[8..16].fill(0.6);
        assert!(modules.doubt(0) > modules.doubt(1));
        assert!(modules.doubt(1) > modules.doubt(2));
        modules.values[20] = known(f32::NAN);
        assert!(modules.doubt(2) > modules.doubt(0));
        modules.values[20] = f32::INFINITY;
        assert!(modules.doubt(2) < modules.doubt(1));
    }
}
