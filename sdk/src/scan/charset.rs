//! The likely text of a code whose character sets leave a doubt.
//!
//! QR encoders write Shift JIS, GB 18030 or ISO 8859-1 without saying so. [`ScannedCode::text`] is
//! certain or absent; this is a guess for people and for tools, and never verified.

use encoding_rs::{BIG5, EUC_KR, Encoding, GB18030, SHIFT_JIS, UTF_8, WINDOWS_1252};

use super::{Mode, ScannedCode, Segment};

impl ScannedCode {
    /// The certain text, or else the likely one: each part in the character set that it declares, or
    /// in the first of UTF-8, Shift JIS and GB 18030 in which all its bytes mean something, or in
    /// Windows-1252. `None` for bytes that are no text.
    pub fn likely_text(&self) -> Option<String> {
        if let Some(text) = &self.text {
            return Some(text.clone());
        }
        let mut text = String::new();
        for segment in &self.segments {
            let bytes = self.bytes.get(segment.range.clone())?;
            text.push_str(&decode(segment, bytes)?);
        }
        Some(text)
    }
}

fn decode(segment: &Segment, bytes: &[u8]) -> Option<String> {
    let candidates: &[&'static Encoding] = match (segment.mode, segment.eci) {
        (Mode::Kanji, _) => &[SHIFT_JIS],
        (Mode::Hanzi, _) => &[GB18030],
        (_, Some(eci)) => return Some(strictly(declared(eci)?, bytes)?.into()),
        (_, None) => &[UTF_8, SHIFT_JIS, GB18030, WINDOWS_1252],
    };
    candidates.iter().find_map(|encoding| strictly(encoding, bytes)).map(Into::into)
}

fn strictly<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Option<std::borrow::Cow<'a, str>> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes)
}

/// The character set of an ECI (AIM ITS/04-023).
fn declared(eci: u32) -> Option<&'static Encoding> {
    let label: &[u8] = match eci {
        1 | 3 => return Some(WINDOWS_1252),
        4..=18 => {
            return Encoding::for_label(format!("iso-8859-{}", eci.checked_sub(2)?).as_bytes());
        }
        20 => return Some(SHIFT_JIS),
        21 => b"windows-1250",
        22 => b"windows-1251",
        23 => b"windows-1252",
        24 => b"windows-1256",
        25 => b"utf-16be",
        26 => return Some(UTF_8),
        27 => b"ascii",
        28 => return Some(BIG5),
        29 | 32 => return Some(GB18030),
        30 => return Some(EUC_KR),
        _ => return None,
    };
    Encoding::for_label(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(mode: Mode, eci: Option<u32>) -> Segment {
        Segment { mode, eci, range: 0..0 }
    }

    #[test]
    fn each_part_is_read_in_its_character_set() {
        let read = |mode, eci, bytes: &[u8]| decode(&segment(mode, eci), bytes);
        assert_eq!(read(Mode::Byte, None, "é".as_bytes()).as_deref(), Some("é"));
        assert_eq!(read(Mode::Byte, None, &[0x83, 0x65, 0x83, 0x58]).as_deref(), Some("テス"));
        assert_eq!(read(Mode::Kanji, None, &[0x93, 0x5f]).as_deref(), Some("点"));
        assert_eq!(read(Mode::Byte, Some(9), &[0xe1]).as_deref(), Some("α"));
        assert_eq!(read(Mode::Byte, Some(26), &[0xff]), None);
        assert_eq!(read(Mode::Byte, Some(999_999), b"a"), None);
    }
}
