//! A CBOR encoder (RFC 8949): definite lengths, shortest heads, map entries in the order given.

/// A CBOR item to be encoded.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Major types 0 and 1.
    Int(i64),
    /// Major type 2.
    Bytes(Vec<u8>),
    /// Major type 3.
    Text(String),
    /// Major type 4.
    Array(Vec<Value>),
    /// Major type 5.
    Map(Vec<(Value, Value)>),
    /// Major type 6.
    Tag(u64, Box<Value>),
    /// `true` or `false`.
    Bool(bool),
    /// A simple value other than the booleans, such as the 59 of SD-CWT.
    Simple(u8),
    /// An item that is encoded already. Signed bytes must go out exactly as they were signed.
    Encoded(Vec<u8>),
}

impl Value {
    /// An array of anything that is a value.
    pub fn array<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::Array(items.into_iter().map(Into::into).collect())
    }

    /// A map, its entries in the order given.
    pub fn map<K: Into<Value>>(entries: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// A tagged item.
    #[must_use]
    pub fn tag(tag: u64, item: Value) -> Self {
        Self::Tag(tag, Box::new(item))
    }

    /// The encoding of this item.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode_to(&mut out);
        out
    }

    fn encode_to(&self, out: &mut Vec<u8>) {
        match self {
            Self::Int(number) => {
                // A negative n is written as -1 - n, which is `!n` in two's complement.
                let major = if *number < 0 { 1 } else { 0 };
                let magnitude = if *number < 0 { !*number } else { *number };
                head(out, major, magnitude.unsigned_abs());
            }
            Self::Bytes(bytes) => {
                head(out, 2, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
            Self::Text(text) => {
                head(out, 3, text.len() as u64);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Array(items) => {
                head(out, 4, items.len() as u64);
                items.iter().for_each(|item| item.encode_to(out));
            }
            Self::Map(entries) => {
                head(out, 5, entries.len() as u64);
                for (key, value) in entries {
                    key.encode_to(out);
                    value.encode_to(out);
                }
            }
            Self::Tag(tag, item) => {
                head(out, 6, *tag);
                item.encode_to(out);
            }
            Self::Bool(value) => out.push(if *value { 0xf5 } else { 0xf4 }),
            Self::Simple(value) if *value < 24 => out.push(0xe0 | value),
            Self::Simple(value) => out.extend([0xf8, *value]),
            Self::Encoded(bytes) => out.extend_from_slice(bytes),
        }
    }
}

/// The head of an item: its major type, and its length or value in the fewest bytes.
fn head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    let bytes = argument.to_be_bytes();
    match argument {
        0..=23 => out.push(major | bytes[7]),
        24..=0xff => out.extend([major | 24, bytes[7]]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&bytes[6..]);
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&bytes[4..]);
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&bytes);
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&[u8]> for Value {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::Value;

    fn hex(value: &Value) -> String {
        value.encode().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn examples_of_rfc_8949_appendix_a() {
        for (number, expected) in [
            (0, "00"),
            (23, "17"),
            (24, "1818"),
            (100, "1864"),
            (1000, "1903e8"),
            (1_000_000, "1a000f4240"),
            (1_000_000_000_000, "1b000000e8d4a51000"),
            (-1, "20"),
            (-100, "3863"),
            (-1000, "3903e7"),
            (i64::MAX, "1b7fffffffffffffff"),
            (i64::MIN, "3b7fffffffffffffff"),
        ] {
            assert_eq!(hex(&Value::Int(number)), expected);
        }
        assert_eq!(hex(&"IETF".into()), "6449455446");
        assert_eq!(hex(&"\u{fc}".into()), "62c3bc");
        assert_eq!(hex(&Value::Bytes(vec![1, 2, 3, 4])), "4401020304");
        assert_eq!(hex(&Value::array([1, 2, 3])), "83010203");
        assert_eq!(hex(&Value::map([(1, 2.into()), (3, 4.into())])), "a201020304");
        assert_eq!(hex(&Value::tag(1, 1_363_896_240.into())), "c11a514b67b0");
        assert_eq!(hex(&true.into()), "f5");
        assert_eq!(hex(&Value::Simple(16)), "f0");
        assert_eq!(hex(&Value::Simple(255)), "f8ff");
    }

    #[test]
    fn lengths_at_the_edges_of_a_head() {
        for (length, head) in [(23, "57"), (24, "5818"), (255, "58ff"), (256, "590100")] {
            assert!(hex(&Value::Bytes(vec![0; length])).starts_with(head));
        }
    }
}
