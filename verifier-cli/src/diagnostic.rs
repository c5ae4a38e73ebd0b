//! CBOR as text: the diagnostic notation of RFC 8949 section 8, for looking at unverified bytes.

use std::fmt;

use minicbor::Decoder;
use minicbor::data::Type;

/// Deeper nesting than any identity QR may have, and shallow enough for every stack.
const MAX_DEPTH: u8 = 32;

/// Longer byte strings are cut in the notation.
const SHOWN_BYTES: usize = 80;

/// One CBOR item. Unlike the verifier's reader it takes what is odd, so that it can be looked at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    Int(i128),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Item>),
    Map(Vec<(Item, Item)>),
    Tag(u64, Box<Item>),
    Bool(bool),
    Null,
    Undefined,
    Simple(u8),
    Float(f64),
}

impl Item {
    /// Reads one item, with nothing behind it.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut decoder = Decoder::new(bytes);
        let fault = |position: usize, error: &dyn fmt::Display| {
            format!("CBOR ends to make sense at byte {position} of {}: {error}", bytes.len())
        };
        let item = read(&mut decoder, MAX_DEPTH);
        let item = item.map_err(|error| fault(decoder.position(), &error))?;
        if decoder.position() < bytes.len() {
            return Err(fault(decoder.position(), &"something stands behind the item"));
        }
        Ok(item)
    }

    /// The entry of a map under an integer key.
    pub(crate) fn get(&self, key: i128) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(k, _)| *k == Self::Int(key)).map(|(_, value)| value)
    }

    /// The content of a byte string.
    pub(crate) fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// Whether these bytes stand anywhere in it as a byte string.
    pub(crate) fn holds(&self, wanted: &[u8]) -> bool {
        match self {
            Self::Bytes(bytes) => bytes == wanted,
            Self::Array(items) => items.iter().any(|item| item.holds(wanted)),
            Self::Map(entries) => entries.iter().any(|(k, v)| k.holds(wanted) || v.holds(wanted)),
            Self::Tag(_, content) => content.holds(wanted),
            _ => false,
        }
    }
}

type Fault = minicbor::decode::Error;

/// Nothing is reserved by a declared length: a lying one ends at the end of the bytes.
fn read(decoder: &mut Decoder<'_>, depth: u8) -> Result<Item, Fault> {
    let Some(depth) = depth.checked_sub(1) else { return Err(Fault::message("too deep")) };
    Ok(match decoder.datatype()? {
        Type::Bool => Item::Bool(decoder.bool()?),
        Type::Null => decoder.null().map(|()| Item::Null)?,
        Type::Undefined => decoder.undefined().map(|()| Item::Undefined)?,
        Type::F16 | Type::F32 | Type::F64 => Item::Float(decoder.f64()?),
        Type::Simple => Item::Simple(decoder.simple()?),
        Type::Bytes => Item::Bytes(decoder.bytes()?.to_vec()),
        Type::String => Item::Text(decoder.str()?.to_owned()),
        Type::Tag => {
            let tag = decoder.tag()?.as_u64();
            Item::Tag(tag, Box::new(read(decoder, depth)?))
        }
        Type::Array => {
            let count = decoder.array()?.unwrap_or_default();
            Item::Array((0..count).map(|_| read(decoder, depth)).collect::<Result<_, _>>()?)
        }
        Type::Map => {
            let count = decoder.map()?.unwrap_or_default();
            let entry = |_| Ok((read(decoder, depth)?, read(decoder, depth)?));
            Item::Map((0..count).map(entry).collect::<Result<_, Fault>>()?)
        }
        Type::BytesIndef | Type::StringIndef | Type::ArrayIndef | Type::MapIndef | Type::Break => {
            return Err(Fault::message("an indefinite length"));
        }
        Type::Unknown(_) => return Err(Fault::message("a byte that begins no item")),
        _ => Item::Int(decoder.int()?.into()),
    })
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => write!(f, "{number}"),
            Self::Bytes(bytes) => hexadecimal(f, bytes),
            Self::Text(text) => write!(f, "{}", serde_json::Value::from(printable(text))),
            Self::Array(items) => list(f, ("[", "]"), items, |f, item| write!(f, "{item}")),
            Self::Map(entries) => list(f, ("{", "}"), entries, |f, (k, v)| write!(f, "{k}: {v}")),
            Self::Tag(tag, content) => write!(f, "{tag}({content})"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Null => f.write_str("null"),
            Self::Undefined => f.write_str("undefined"),
            Self::Simple(value) => write!(f, "simple({value})"),
            Self::Float(value) => write!(f, "{value:?}"),
        }
    }
}

/// JSON escapes the control characters below U+0020 only.
fn printable(text: &str) -> String {
    let kept = |c: char| {
        c == '\n' || crate::labels::printable(c.encode_utf8(&mut [0; 4])) == c.to_string()
    };
    text.chars().map(|c| if kept(c) { c } else { '\u{fffd}' }).collect()
}

fn hexadecimal(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    let shown = crate::values::to_hex(bytes.get(..SHOWN_BYTES).unwrap_or(bytes));
    if bytes.len() > SHOWN_BYTES {
        write!(f, "h'{shown}...' / {} bytes /", bytes.len())
    } else {
        write!(f, "h'{shown}'")
    }
}

fn list<T>(
    f: &mut fmt::Formatter<'_>,
    (open, close): (&str, &str),
    items: &[T],
    write: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        write(f, item)?;
    }
    f.write_str(close)
}

#[cfg(test)]
mod tests {
    use super::Item;

    fn notation(bytes: &[u8]) -> String {
        Item::parse(bytes).map_or_else(|error| error, |item| item.to_string())
    }

    #[test]
    fn examples_of_rfc_8949() {
        for (bytes, text) in [
            (&[0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff][..], "-18446744073709551616"),
            (&[0xf9, 0x3c, 0x00], "1.0"),
            (&[0xf6], "null"),
            (&[0xf0], "simple(16)"),
            (&[0xf8, 0x3b], "simple(59)"),
            (&[0xc1, 0x1a, 0x51, 0x4b, 0x67, 0xb0], "1(1363896240)"),
            (&[0x44, 1, 2, 3, 4], "h'01020304'"),
            (&[0x62, 0x22, 0x5c], r#""\"\\""#),
            (&[0x82, 0x61, 0x61, 0xa1, 0x61, 0x62, 0x61, 0x63], r#"["a", {"b": "c"}]"#),
        ] {
            assert_eq!(notation(bytes), text);
        }
    }

    #[test]
    fn odd_bytes_are_told_and_never_panic() {
        for bytes in
            [&[][..], &[0x9f, 0xff], &[0x5b, 255, 255, 255, 255, 255, 255, 255, 255], &[0, 0]]
        {
            assert!(Item::parse(bytes).is_err(), "{bytes:?}");
        }
        assert!(Item::parse(&[0x81; 100_000]).is_err());
        let mut state = 1_u32;
        for _ in 0..20_000 {
            let byte = |_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.to_be_bytes()[0]
            };
            let bytes: Vec<u8> = (0..24).map(byte).collect();
            let _ = notation(&bytes);
        }
    }
}
