//! The packings of the modes, and the bits they are read from (ISO/IEC 18004:2015, 7.4).

use super::segments::Mode;

/// Bits of a character count indicator (table 3).
pub(super) const fn count_bits(mode: Mode, version: u8) -> u8 {
    let (small, medium, large) = match mode {
        Mode::Numeric => (10, 12, 14),
        Mode::Alphanumeric => (9, 11, 13),
        Mode::Byte => (8, 16, 16),
        Mode::Kanji | Mode::Hanzi => (8, 10, 12),
    };
    match version {
        0..10 => small,
        10..27 => medium,
        _ => large,
    }
}

/// 7.4.3: three digits in ten bits, two in seven, one in four.
pub(super) fn numeric(count: u32, bits: &mut Bits<'_>, out: &mut Vec<u8>) -> Option<()> {
    let mut left = count;
    while left > 0 {
        let (digits, width, limit) = match left {
            1 => (1, 4, 10),
            2 => (2, 7, 100),
            _ => (3, 10, 1000),
        };
        let value = bits.take(width).filter(|&value| value < limit)?;
        let places = [value / 100 % 10, value / 10 % 10, value % 10];
        for digit in places.into_iter().skip(usize::from(3u8.saturating_sub(digits))) {
            out.push(b'0'.saturating_add(u8::try_from(digit).ok()?));
        }
        left = left.saturating_sub(u32::from(digits));
    }
    Some(())
}

/// 7.4.4: two characters in eleven bits, one in six.
pub(super) fn alphanumeric(count: u32, bits: &mut Bits<'_>, out: &mut Vec<u8>) -> Option<()> {
    const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let character = |value: u32| ALPHABET.get(usize::try_from(value).ok()?).copied();
    let mut left = count;
    while left > 1 {
        let pair = bits.take(11)?;
        out.push(character(pair / 45)?);
        out.push(character(pair % 45)?);
        left = left.saturating_sub(2);
    }
    if left == 1 {
        out.push(character(bits.take(6)?)?);
    }
    Some(())
}

/// 7.4.8.2: with FNC1, a percent sign is a group separator, and two are a percent sign.
pub(super) fn unescape_fnc1(bytes: &mut Vec<u8>, start: usize) {
    let mut escaped = bytes.split_off(start.min(bytes.len())).into_iter().peekable();
    while let Some(byte) = escaped.next() {
        bytes.push(match byte {
            b'%' if escaped.next_if_eq(&b'%').is_none() => 0x1D,
            other => other,
        });
    }
}

/// 7.4.6: thirteen bits are a double byte of Shift JIS, its gaps left out.
pub(super) fn kanji(value: u32) -> Option<[u8; 2]> {
    let packed = ((value / 0xC0) << 8) | (value % 0xC0);
    let offset = if packed < 0x1F00 { 0x8140 } else { 0xC140 };
    let code = u16::try_from(packed.checked_add(offset)?).ok()?;
    let [lead, trail] = code.to_be_bytes();
    let in_shift_jis = matches!(lead, 0x81..=0x9F | 0xE0..=0xEB)
        && matches!(trail, 0x40..=0x7E | 0x80..=0xFC)
        && code <= 0xEBBF;
    in_shift_jis.then_some([lead, trail])
}

/// GB/T 18284: thirteen bits are a double byte of GB 2312, its gap of rows left out.
pub(super) fn hanzi(value: u32) -> Option<[u8; 2]> {
    let packed = ((value / 0x60) << 8) | (value % 0x60);
    let offset = if packed < 0x0A00 { 0xA1A1 } else { 0xA6A1 };
    let [lead, trail] = u16::try_from(packed.checked_add(offset)?).ok()?.to_be_bytes();
    let in_gb_2312 = matches!(lead, 0xA1..=0xAA | 0xB0..=0xFA) && matches!(trail, 0xA1..=0xFE);
    in_gb_2312.then_some([lead, trail])
}

/// 7.4.2.2: one to three bytes, told by the leading bits.
pub(super) fn eci_designator(bits: &mut Bits<'_>) -> Option<u32> {
    let first = bits.take(8)?;
    let designator = match first {
        0..0x80 => first,
        0x80..0xC0 => (first & 0x3F) << 8 | bits.take(8)?,
        0xC0..0xE0 => (first & 0x1F) << 16 | bits.take(16)?,
        _ => return None,
    };
    (designator <= 999_999).then_some(designator)
}

/// Reads bits, most significant first.
pub(super) struct Bits<'a> {
    data: &'a [u8],
    /// The index of the next bit.
    next: usize,
}

impl<'a> Bits<'a> {
    pub(super) const fn new(data: &'a [u8]) -> Self {
        Self { data, next: 0 }
    }

    /// The next bits, at most 16; nothing if there are fewer.
    pub(super) fn take(&mut self, count: u8) -> Option<u32> {
        let end = self.next.checked_add(usize::from(count))?;
        let mut window = [0; 4];
        let first = self.next / 8;
        for (slot, byte) in window.iter_mut().zip(self.data.get(first..)?) {
            *slot = *byte;
        }
        if end > self.data.len().checked_mul(8)? {
            return None;
        }
        let unread = u32::from_be_bytes(window).checked_shl(u32::try_from(self.next % 8).ok()?)?;
        self.next = end;
        Some(unread.checked_shr(32u32.saturating_sub(u32::from(count))).unwrap_or(0))
    }

    pub(super) fn take_byte(&mut self, count: u8) -> Option<u8> {
        u8::try_from(self.take(count)?).ok()
    }

    /// Whether only zeros to the next byte, and pad codewords, are left (7.4.10).
    pub(super) fn rest_is_padding(&mut self) -> bool {
        while !self.next.is_multiple_of(8) {
            if self.take(1) != Some(0) {
                return false;
            }
        }
        let pads = [0xEC, 0x11].iter().cycle();
        self.data
            .get(self.next / 8..)
            .is_some_and(|rest| rest.iter().zip(pads).all(|(a, b)| a == b))
    }
}

/// Packs a string of zeros and ones: for tests.
#[cfg(test)]
pub(super) fn packed(bits: &str) -> Vec<u8> {
    let bits: Vec<u8> = bits.bytes().filter(|b| matches!(b, b'0' | b'1')).collect();
    bits.chunks(8)
        .map(|byte| (0..8).fold(0, |sum, k| sum << 1 | (byte.get(k).map_or(0, |b| b - b'0'))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eci_designators_have_three_lengths() {
        let designator = |bits: &str| eci_designator(&mut Bits::new(&packed(bits)));
        assert_eq!(designator("00000011"), Some(3));
        assert_eq!(designator("10000011 11101000"), Some(1000));
        assert_eq!(designator("11001111 01000010 00111111"), Some(999_999));
        assert_eq!(designator("11001111 01000010 01000000"), None);
        assert_eq!(designator("11100000 00000000 00000000"), None);
    }

    #[test]
    fn gaps_of_the_double_byte_sets_are_refused() {
        assert_eq!(kanji(0x1FFF), Some([0xEB, 0xBF]), "the last one");
        assert_eq!(kanji(0x3F), None);
        assert_eq!(hanzi(0x1FFF), None);
        assert_eq!(hanzi(0x5F), None);
    }

    #[test]
    fn bits_end_where_the_data_ends() {
        let mut bits = Bits::new(&[0xA5, 0x0F]);
        assert_eq!(bits.take(3), Some(5));
        assert_eq!(bits.take(13), Some(0x50F));
        assert_eq!(bits.take(1), None);
        assert_eq!(bits.take(0), Some(0));
        assert_eq!(Bits::new(&[]).take(1), None);
    }
}
