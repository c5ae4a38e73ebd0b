//! A base45 encoder (RFC 9285): two bytes become three characters of a QR's alphanumeric set.

const ALPHABET: &[u8; 45] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/// The base45 text of `bytes`.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(2) * 3);
    for group in bytes.chunks(2) {
        let (mut number, digits) = match *group {
            [high, low] => (usize::from(high) * 256 + usize::from(low), 3),
            [single] => (usize::from(single), 2),
            _ => unreachable!("chunks(2) gives one or two bytes"),
        };
        // The least significant digit comes first.
        for _ in 0..digits {
            text.push(char::from(ALPHABET[number % 45]));
            number /= 45;
        }
    }
    text
}

/// The bytes behind a base45 text; `None` where it is none. Only upper case is.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |c: &u8| ALPHABET.iter().position(|known| known == c);
    let digits: Vec<usize> = text.as_bytes().iter().map(digit).collect::<Option<_>>()?;
    let mut bytes = Vec::with_capacity(digits.len().div_ceil(3) * 2);
    for group in digits.chunks(3) {
        match *group {
            [a, b, c] => {
                let number = u16::try_from(a + 45 * b + 2025 * c).ok()?;
                bytes.extend(number.to_be_bytes());
            }
            [a, b] => bytes.push(u8::try_from(a + 45 * b).ok()?),
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn examples_of_rfc_9285() {
        assert_eq!(encode(b"AB"), "BB8");
        assert_eq!(encode(b"Hello!!"), "%69 VD92EX0");
        assert_eq!(encode(b"base-45"), "UJCLQE7W581");
        assert_eq!(encode(b"ietf!"), "QED8WEX0");
        assert_eq!(encode(&[0xff, 0xff]), "FGW");
        assert_eq!(encode(b""), "");
    }

    #[test]
    fn decoding_undoes_encoding_and_nothing_else() {
        for bytes in [&b""[..], b"A", b"AB", b"Hello!!", &[0xff; 5]] {
            assert_eq!(decode(&encode(bytes)).as_deref(), Some(bytes));
        }
        for bad in ["GGW", ":::", "A", "AAAA", "::", "bb8", "BB_"] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
