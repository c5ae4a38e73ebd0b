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

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn examples_of_rfc_9285() {
        assert_eq!(encode(b"AB"), "BB8");
        assert_eq!(encode(b"Hello!!"), "%69 VD92EX0");
        assert_eq!(encode(b"base-45"), "UJCLQE7W581");
        assert_eq!(encode(b"ietf!"), "QED8WEX0");
        assert_eq!(encode(&[0xff, 0xff]), "FGW");
        assert_eq!(encode(b""), "");
    }
}
