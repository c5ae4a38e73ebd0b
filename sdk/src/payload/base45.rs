//! Base45 (RFC 9285), strictly: every group in range, nothing ignored.

use thiserror::Error;

/// Why a text is not base45.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Base45Error {
    /// A character outside the alphabet, at this position.
    #[error("character {at} is not in the base45 alphabet")]
    Character {
        /// Position in the base45 text, from 0.
        at: usize,
    },
    /// A group of three above 65,535, or of two above 255, starting at this position.
    #[error("the group at character {at} is out of range")]
    Range {
        /// Position in the base45 text, from 0.
        at: usize,
    },
    /// One character is left over: no base45 text has length 1 modulo 3.
    #[error("one character is left over")]
    Length,
}

/// RFC 9285, table 1.
const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

const INVALID: u8 = 0xff;

/// Value of each ASCII character, [`INVALID`] for those outside RFC 9285 table 1.
const VALUES: [u8; 256] = values();

#[expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "evaluated by the compiler"
)]
const fn values() -> [u8; 256] {
    let alphabet = ALPHABET;
    let mut table = [INVALID; 256];
    let mut i = 0;
    while i < alphabet.len() {
        table[alphabet[i] as usize] = i as u8;
        i += 1;
    }
    table
}

/// Decodes a whole base45 text.
pub(crate) fn decode(text: &[u8]) -> Result<Vec<u8>, Base45Error> {
    let mut out = Vec::with_capacity((text.len() / 3).saturating_add(1).saturating_mul(2));
    let (groups, tail) = text.as_chunks::<3>();
    for (i, group) in groups.iter().enumerate() {
        let value = group_value(group);
        match u16::try_from(value) {
            Ok(pair) => out.extend_from_slice(&pair.to_be_bytes()),
            Err(_) => return Err(group_error(group, i.saturating_mul(3))),
        }
    }
    let at = text.len().saturating_sub(tail.len());
    match *tail {
        [] => Ok(out),
        [a, b] => {
            let value = group_value(&[a, b, b'0']);
            out.push(u8::try_from(value).map_err(|_| group_error(&[a, b, b'0'], at))?);
            Ok(out)
        }
        _ => Err(Base45Error::Length),
    }
}

/// The one base45 text of these bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(3).div_ceil(2));
    for chunk in bytes.chunks(2) {
        let (mut value, digits) = match *chunk {
            [high, low] => (usize::from(u16::from_be_bytes([high, low])), 3),
            [byte] => (usize::from(byte), 2),
            _ => continue,
        };
        for _ in 0..digits {
            let digit = ALPHABET.get(value % 45).copied().unwrap_or_default();
            text.push(char::from(digit));
            value /= 45;
        }
    }
    text
}

/// Value of a group; a character outside the alphabet makes it larger than any valid group.
fn group_value(group: &[u8; 3]) -> u32 {
    let [a, b, c] = group.map(|c| {
        let value = VALUES.get(usize::from(c)).copied().unwrap_or(INVALID);
        if value == INVALID { 1 << 20 } else { u32::from(value) }
    });
    // At most (1 + 45 + 2025) << 20, which fits.
    a.wrapping_add(b.wrapping_mul(45)).wrapping_add(c.wrapping_mul(2_025))
}

fn group_error(group: &[u8; 3], at: usize) -> Base45Error {
    let invalid = |c: &u8| VALUES.get(usize::from(*c)).is_none_or(|v| *v == INVALID);
    match group.iter().position(invalid) {
        Some(i) => Base45Error::Character { at: at.saturating_add(i) },
        None => Base45Error::Range { at },
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_the_examples_of_the_rfc() {
        // RFC 9285 sections 4.3 and 4.4
        let examples: [(&str, &[u8]); 5] = [
            ("BB8", b"AB"),
            ("%69 VD92EX0", b"Hello!!"),
            ("UJCLQE7W581", b"base-45"),
            ("QED8WEX0", b"ietf!"),
            ("", b""),
        ];
        for (text, bytes) in examples {
            assert_eq!(decode(text.as_bytes()).unwrap(), bytes);
            assert_eq!(encode(bytes), text);
        }
    }

    #[test]
    fn refuses_values_out_of_range() {
        assert_eq!(decode(b"FGW").unwrap(), [0xff, 0xff]);
        assert_eq!(decode(b"GGW"), Err(Base45Error::Range { at: 0 }));
        assert_eq!(decode(b"000:::"), Err(Base45Error::Range { at: 3 }));
        assert_eq!(decode(b"000V5"), Err(Base45Error::Range { at: 3 }));
        assert_eq!(decode(b"000::"), Err(Base45Error::Range { at: 3 }));
        assert_eq!(decode(b"U5").unwrap(), [0xff]);
    }

    #[cfg(feature = "consent")]
    #[test]
    fn encodes_what_it_decodes() {
        for text in ["BB8", "%69 VD92EX0", "UJCLQE7W581", "QED8WEX0", "FGW", "U5", ""] {
            assert_eq!(encode(&decode(text.as_bytes()).unwrap()), text);
        }
    }

    #[test]
    fn names_the_character_that_is_wrong() {
        assert_eq!(decode(b"00a"), Err(Base45Error::Character { at: 2 }));
        assert_eq!(decode(b"0000\xff"), Err(Base45Error::Character { at: 4 }));
        assert_eq!(decode(b"0000"), Err(Base45Error::Length));
    }
}
