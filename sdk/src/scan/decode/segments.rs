//! The bit stream: modes, character counts, bytes (ISO/IEC 18004:2015, 7.4, 8 and 12 k).
//!
//! Every byte of the message comes from a segment that the stream declares in full; a stream that
//! breaks off, an unknown mode or a value outside of its mode's alphabet refuse the symbol.

use std::fmt;
use std::ops::Range;

use super::modes::{
    Bits, alphanumeric, count_bits, eci_designator, hanzi, kanji, numeric, unescape_fnc1,
};

/// How characters are packed into bits (7.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Decimal digits, three in ten bits.
    Numeric,
    /// 45 characters, two in eleven bits: the mode of an IKD presentation.
    Alphanumeric,
    /// Bytes, in a character set that an ECI may name.
    Byte,
    /// Double-byte characters of Shift JIS, thirteen bits each.
    Kanji,
    /// Double-byte characters of GB 2312, thirteen bits each: GB/T 18284, the Chinese edition.
    Hanzi,
}

/// A part of the message in one mode and one character set.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    /// How it was packed.
    pub mode: Mode,
    /// The Extended Channel Interpretation in force, if one was declared.
    pub eci: Option<u32>,
    /// Which bytes of the message it holds.
    pub range: Range<usize>,
}

/// The place of a symbol in a series (8).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StructuredAppend {
    /// From zero.
    pub index: u8,
    /// Symbols of the series, 1 to 16.
    pub total: u8,
    /// All bytes of the whole message, combined by exclusive or.
    pub parity: u8,
}

/// The parity is made of the content.
impl fmt::Debug for StructuredAppend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StructuredAppend")
            .field("index", &self.index)
            .field("total", &self.total)
            .finish_non_exhaustive()
    }
}

/// What an FNC1 in the stream says of the message (7.4.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fnc1 {
    /// The message is in GS1 format.
    Gs1,
    /// The message is in the format of an industry, named by its application indicator.
    Industry(u8),
}

/// A message.
pub(super) struct Message {
    pub(super) bytes: Vec<u8>,
    pub(super) text: Option<String>,
    pub(super) segments: Vec<Segment>,
    pub(super) structured_append: Option<StructuredAppend>,
    pub(super) fnc1: Option<Fnc1>,
}

/// Reads the data codewords of a symbol.
///
/// With `strict`, the codewords after the terminator have to be the pad codewords of 7.4.10 too.
/// Some generators pad otherwise, so this is asked only where error correction needs the evidence.
pub(super) fn read(data: &[u8], version: u8, strict: bool) -> Option<Message> {
    let mut bits = Bits::new(data);
    let mut message = Message {
        bytes: Vec::with_capacity(data.len().saturating_mul(2)),
        text: None,
        segments: Vec::new(),
        structured_append: None,
        fnc1: None,
    };
    let mut eci = None;
    // Fewer than four bits can only be the rest of a terminator.
    while let Some(indicator) = bits.take(4) {
        match indicator {
            0b0000 => break,
            0b0001 => message.segment(Mode::Numeric, eci, version, &mut bits)?,
            0b0010 => message.segment(Mode::Alphanumeric, eci, version, &mut bits)?,
            0b0100 => message.segment(Mode::Byte, eci, version, &mut bits)?,
            0b1000 => message.segment(Mode::Kanji, eci, version, &mut bits)?,
            0b1101 => {
                // One set is defined: GB 2312.
                bits.take(4).filter(|&set| set == 1)?;
                message.segment(Mode::Hanzi, eci, version, &mut bits)?;
            }
            0b0111 => eci = Some(eci_designator(&mut bits)?),
            0b0011 if message.is_at_start() => {
                message.structured_append = Some(structured_append(&mut bits)?);
            }
            0b0101 if message.fnc1.is_none() => message.fnc1 = Some(Fnc1::Gs1),
            0b1001 if message.fnc1.is_none() => {
                message.fnc1 = Some(Fnc1::Industry(bits.take_byte(8)?));
            }
            _ => return None,
        }
    }
    if strict && !bits.rest_is_padding() {
        return None;
    }
    message.text = text(&message.bytes, &message.segments);
    Some(message)
}

impl Message {
    /// A structured append header comes before everything else (8.1).
    fn is_at_start(&self) -> bool {
        self.segments.is_empty() && self.structured_append.is_none() && self.fnc1.is_none()
    }

    fn segment(
        &mut self,
        mode: Mode,
        eci: Option<u32>,
        version: u8,
        bits: &mut Bits<'_>,
    ) -> Option<()> {
        let count = bits.take(count_bits(mode, version))?;
        let start = self.bytes.len();
        match mode {
            Mode::Numeric => numeric(count, bits, &mut self.bytes)?,
            Mode::Alphanumeric => {
                alphanumeric(count, bits, &mut self.bytes)?;
                if self.fnc1.is_some() {
                    unescape_fnc1(&mut self.bytes, start);
                }
            }
            Mode::Byte => {
                for _ in 0..count {
                    self.bytes.push(bits.take_byte(8)?);
                }
            }
            Mode::Kanji => {
                for _ in 0..count {
                    self.bytes.extend(kanji(bits.take(13)?)?);
                }
            }
            Mode::Hanzi => {
                for _ in 0..count {
                    self.bytes.extend(hanzi(bits.take(13)?)?);
                }
            }
        }
        self.segments.push(Segment { mode, eci, range: start..self.bytes.len() });
        Some(())
    }
}

/// 8.2 and 8.3.
fn structured_append(bits: &mut Bits<'_>) -> Option<StructuredAppend> {
    let index = bits.take_byte(4)?;
    let total = bits.take_byte(4)?.saturating_add(1);
    let parity = bits.take_byte(8)?;
    (index < total).then_some(StructuredAppend { index, total, parity })
}

/// The message as text, if its character sets leave no doubt.
///
/// Bytes without an ECI are ISO 8859-1 by the standard, and UTF-8, Shift JIS or anything else in
/// the world: beyond valid UTF-8 nothing is guessed. Neighbours in one set are read as one, since
/// encoders part a text where it saves a bit, if need be within a character.
fn text(bytes: &[u8], segments: &[Segment]) -> Option<String> {
    const ISO_8859_1: [Option<u32>; 2] = [Some(1), Some(3)];
    const UTF_8: [Option<u32>; 2] = [None, Some(26)];
    const ASCII: [Option<u32>; 2] = [Some(27), Some(170)];

    let mut text = String::with_capacity(bytes.len());
    let mut rest = segments.iter().filter(|segment| !segment.range.is_empty()).peekable();
    while let Some(segment) = rest.next() {
        let set = |s: &Segment| (s.mode == Mode::Byte).then_some(s.eci);
        let mut end = segment.range.end;
        while let Some(next) = rest.next_if(|next| set(next) == set(segment)) {
            end = next.range.end;
        }
        let part = bytes.get(segment.range.start..end)?;
        match segment.mode {
            Mode::Kanji | Mode::Hanzi => return None,
            Mode::Byte if ISO_8859_1.contains(&segment.eci) => {
                text.extend(part.iter().map(|&byte| char::from(byte)));
            }
            Mode::Byte if UTF_8.contains(&segment.eci) => {
                text.push_str(std::str::from_utf8(part).ok()?);
            }
            Mode::Byte if ASCII.contains(&segment.eci) && part.is_ascii() => {
                text.push_str(std::str::from_utf8(part).ok()?);
            }
            Mode::Byte => return None,
            Mode::Numeric | Mode::Alphanumeric => text.push_str(std::str::from_utf8(part).ok()?),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::super::modes::packed;
    use super::*;

    fn message(bits: &str) -> Option<Message> {
        read(&packed(bits), 1, false)
    }

    #[test]
    fn the_example_of_annex_i_is_read() {
        let data = [
            0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
            0xEC, 0x11,
        ];
        let message = read(&data, 1, true).unwrap();
        assert_eq!(message.bytes, b"01234567");
        assert_eq!(message.text.as_deref(), Some("01234567"));
        assert_eq!(message.segments, [Segment { mode: Mode::Numeric, eci: None, range: 0..8 }]);
    }

    #[test]
    fn alphanumeric_is_read() {
        // 7.4.4, example "AC-42".
        let message = message("0010 000000101 00111001110 11100111001 000010 0000").unwrap();
        assert_eq!(message.bytes, b"AC-42");
    }

    #[test]
    fn fnc1_makes_group_separators() {
        // "1%2%%3": 1 % = 83, 2 % = 128, % 3 = 1713
        let message =
            message("0101 0010 000000110 00001010011 00010000000 11010110001 0000").unwrap();
        assert_eq!(message.fnc1, Some(Fnc1::Gs1));
        assert_eq!(message.bytes, b"1\x1D2%3");
    }

    #[test]
    fn kanji_keeps_its_shift_jis_bytes() {
        // 7.4.6: the characters 935F and E4AA.
        let message = message("1000 00000010 0110110011111 1101010101010 0000").unwrap();
        assert_eq!(message.bytes, [0x93, 0x5F, 0xE4, 0xAA]);
        assert_eq!(message.text, None);
    }

    #[test]
    fn hanzi_keeps_its_gb_2312_bytes() {
        let message = message("1101 0001 00000001 0001111000001 0100 00000001 00111011 0000");
        let message = message.unwrap();
        assert_eq!(message.bytes, [0xB0, 0xA2, b';']);
        assert_eq!(message.text, None);
    }

    #[test]
    fn eci_rules_the_text_and_not_the_bytes() {
        let latin = message("0111 00000011 0100 00000001 11101001 0000").unwrap();
        assert_eq!((latin.bytes.as_slice(), latin.text.as_deref()), (&[0xE9][..], Some("é")));
        assert_eq!(latin.segments[0].eci, Some(3));
        let greek = message("0111 00001001 0100 00000001 11101001 0000").unwrap();
        assert_eq!((greek.bytes.as_slice(), greek.text), (&[0xE9][..], None));
        let undeclared = message("0100 00000001 11101001 0000").unwrap();
        assert_eq!((undeclared.bytes.as_slice(), undeclared.text), (&[0xE9][..], None));
    }

    #[test]
    fn a_character_parted_between_segments_is_text() {
        let message = message("0100 00000001 11000011 0100 00000001 10101001 0000").unwrap();
        assert_eq!(message.text.as_deref(), Some("é"));
        assert_eq!(message.segments.len(), 2);
    }

    #[test]
    fn structured_append_is_kept() {
        let message = message("0011 0001 0010 10101010 0001 0000000001 0111 0000").unwrap();
        assert_eq!(
            message.structured_append,
            Some(StructuredAppend { index: 1, total: 3, parity: 0xAA })
        );
        assert_eq!(message.bytes, b"7");
    }

    #[test]
    fn what_the_standard_does_not_know_is_refused() {
        for (bits, fault) in [
            ("0001 0000000001 1010 0000", "a digit of ten"),
            ("0001 0000000011 1111101000 0000", "digits of a thousand"),
            ("0010 000000010 11111101001 0000", "a pair beyond the alphabet"),
            ("0010 000000001 101101 0000", "a character beyond the alphabet"),
            ("0100 00001000 01000001", "bytes that break off"),
            ("0001 0000", "a count that breaks off"),
            ("1111 0000", "an unknown mode"),
            ("0011 0010 0001 00000000 0000", "the third of two"),
            ("0101 0101 0000", "FNC1 twice"),
        ] {
            assert!(message(bits).is_none(), "{fault}");
        }
    }

    #[test]
    fn padding_is_checked_where_it_is_evidence() {
        for (data, standard) in [
            ([0x10, 0x04, 0xC0, 0xEC, 0x11, 0xEC], true),
            ([0x10, 0x04, 0xC0, 0x00, 0x00, 0x00], false),
            ([0x10, 0x04, 0xC0, 0x11, 0xEC, 0x11], false),
            ([0x10, 0x04, 0xC1, 0xEC, 0x11, 0xEC], false),
        ] {
            assert_eq!(read(&data, 1, true).is_some(), standard);
            assert_eq!(read(&data, 1, false).unwrap().bytes, b"3");
        }
    }

    #[test]
    fn debug_does_not_show_the_parity() {
        let header = StructuredAppend { index: 0, total: 2, parity: 99 };
        assert!(!format!("{header:?}").contains("99"));
    }
}
