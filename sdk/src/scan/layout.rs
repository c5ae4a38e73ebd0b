//! Where a symbol of a given version has modules of known colour (ISO/IEC 18004:2015, clause 6.3).

#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "versions are 1 to 40, so sizes are 21 to 177 and every coordinate is below the size"
)]

use super::decode::version::alignment_centres;

/// Most alignment patterns along one side.
pub(crate) const MAX_NODES: usize = 7;

pub(crate) use super::decode::version::size_of;

/// Centre modules of the alignment patterns along a side, and how many there are (none for
/// version 1). The three that would fall on finder patterns are left out of the symbol.
pub(crate) fn alignment(version: u8) -> ([u8; MAX_NODES], usize) {
    let mut centres = [0; MAX_NODES];
    let mut count = 0;
    for (slot, centre) in centres.iter_mut().zip(alignment_centres(version)) {
        *slot = centre as u8;
        count += 1;
    }
    (centres, count)
}

/// The 18 bits of version information, lowest first (versions 7 and up carry them).
pub(crate) fn version_word(version: u8) -> u32 {
    let data = u32::from(version) << 12;
    let mut rest = data;
    for bit in (12..18).rev() {
        if rest >> bit & 1 == 1 {
            rest ^= 0x1F25 << (bit - 12);
        }
    }
    data | rest
}

/// Known modules of a version, row-major: 1 dark, -1 light, 0 unknown (data, format).
pub(crate) fn template(version: u8, out: &mut Vec<i8>) {
    let size = size_of(version);
    out.clear();
    out.resize(size * size, 0);
    let shade = |dark: bool| if dark { 1 } else { -1 };
    for k in 8..size - 8 {
        out[6 * size + k] = shade(k % 2 == 0);
        out[k * size + 6] = shade(k % 2 == 0);
    }
    let (centres, count) = alignment(version);
    for (j, &cy) in centres[..count].iter().enumerate() {
        for (i, &cx) in centres[..count].iter().enumerate() {
            if is_finder_corner(i, j, count) {
                continue;
            }
            for dy in 0..5usize {
                for dx in 0..5usize {
                    let ring = dx.abs_diff(2).max(dy.abs_diff(2));
                    let (x, y) = (usize::from(cx) + dx - 2, usize::from(cy) + dy - 2);
                    out[y * size + x] = shade(ring != 1);
                }
            }
        }
    }
    for y in 0..8usize {
        for x in 0..8usize {
            let ring = x.abs_diff(3).max(y.abs_diff(3));
            let value = shade(ring != 2 && ring != 4);
            out[y * size + x] = value;
            out[y * size + size - 1 - x] = value;
            out[(size - 1 - y) * size + x] = value;
        }
    }
    if version >= 7 {
        let word = version_word(version);
        for bit in 0..18 {
            let (long, short) = (bit / 3, size - 11 + bit % 3);
            let value = shade(word >> bit & 1 == 1);
            out[long * size + short] = value;
            out[short * size + long] = value;
        }
    }
}

/// Whether node (i, j) of the lattice of alignment patterns lies where a finder pattern is.
pub(crate) fn is_finder_corner(i: usize, j: usize, count: usize) -> bool {
    (i == 0 && (j == 0 || j + 1 == count)) || (j == 0 && i + 1 == count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alignment_centres_are_those_of_the_standard() {
        let centres = |version| {
            let (centres, count) = alignment(version);
            centres[..count].to_vec()
        };
        assert!(centres(1).is_empty());
        assert_eq!(centres(2), [6, 18]);
        assert_eq!(centres(7), [6, 22, 38]);
        assert_eq!(centres(15), [6, 26, 48, 70]);
        assert_eq!(centres(25), [6, 32, 58, 84, 110]);
        assert_eq!(centres(32), [6, 34, 60, 86, 112, 138]);
        assert_eq!(centres(36), [6, 24, 50, 76, 102, 128, 154]);
        assert_eq!(centres(40), [6, 30, 58, 86, 114, 142, 170]);
    }

    #[test]
    fn version_words_are_those_of_the_standard() {
        assert_eq!(version_word(7), 0x07C94);
        assert_eq!(version_word(21), 0x15683);
        assert_eq!(version_word(40), 0x28C69);
    }

    #[test]
    fn the_template_is_symmetric_and_drawn_for_every_version() {
        let mut grid = Vec::new();
        for version in 1..=40 {
            template(version, &mut grid);
            let size = size_of(version);
            for y in 0..size {
                for x in 0..size {
                    assert_eq!(grid[y * size + x], grid[x * size + y]);
                }
            }
            assert_eq!((grid[0], grid[size + 1], grid[3 * size + 3]), (1, -1, 1));
        }
    }
}
