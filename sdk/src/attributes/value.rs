//! Values under labels that no table lists: kept whole, and shown in JSON.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::payload::cbor::{Item, Kind};
use crate::payload::disclosure::Node;

/// A CBOR value (RFC 8949), owned.
///
/// In JSON (section 6.1 of the RFC): byte strings are base64url, integers beyond ±2^53 and map keys
/// are text, tags are dropped around their content. `Debug` shows the type only.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// An integer.
    Int(i128),
    /// A byte string.
    Bytes(Vec<u8>),
    /// Text.
    Text(String),
    /// An array.
    Array(Vec<Value>),
    /// A map, in the order it was encoded.
    Map(Vec<(Value, Value)>),
    /// A tag around a value.
    Tag(u64, Box<Value>),
    /// `true` or `false`.
    Bool(bool),
    /// `null` and `undefined`.
    Null,
    /// Another simple value.
    Simple(u8),
    /// A floating-point number.
    Float(f64),
}

impl Value {
    /// From checked CBOR, in which no depth is unbounded.
    pub(crate) fn of(item: Item<'_>) -> Self {
        match item.kind() {
            None => Self::Null,
            Some(Kind::Uint(n)) => Self::Int(n.into()),
            Some(Kind::Negative(n)) => Self::Int((-1_i128).saturating_sub(n.into())),
            Some(Kind::Bytes(b)) => Self::Bytes(b.to_vec()),
            Some(Kind::Text(t)) => Self::Text(t.to_owned()),
            Some(Kind::Array(items)) => Self::Array(items.map(Self::of).collect()),
            Some(Kind::Map(m)) => Self::Map(m.map(|(k, v)| (Self::of(k), Self::of(v))).collect()),
            Some(Kind::Tag(tag, content)) => Self::Tag(tag, Box::new(Self::of(content))),
            Some(Kind::Simple(20)) => Self::Bool(false),
            Some(Kind::Simple(21)) => Self::Bool(true),
            Some(Kind::Simple(22 | 23)) => Self::Null,
            Some(Kind::Simple(s)) => Self::Simple(s),
            Some(Kind::Float(f)) => Self::Float(f),
        }
    }

    /// From a value after disclosure.
    pub(crate) fn of_node(node: &Node<'_>) -> Self {
        match node {
            Node::Leaf(item) => Self::of(*item),
            Node::Array(nodes) => Self::Array(nodes.iter().map(Self::of_node).collect()),
            Node::Map(entries) => {
                Self::Map(entries.iter().map(|(k, v)| (Self::of(*k), Self::of_node(v))).collect())
            }
            Node::Tag(tag, content) => Self::Tag(*tag, Box::new(Self::of_node(content))),
        }
    }

    /// The text that stands for the value as a key in JSON.
    pub(crate) fn json_key(&self) -> String {
        match self {
            Self::Int(n) => n.to_string(),
            Self::Text(t) => t.clone(),
            Self::Bytes(b) => URL_SAFE_NO_PAD.encode(b),
            Self::Bool(b) => b.to_string(),
            Self::Null => "null".into(),
            Self::Simple(s) => format!("simple({s})"),
            // Its bits: a decimal text for something so rare would be 5 % of the WASM module.
            Self::Float(f) => format!("float({:016x})", f.to_bits()),
            Self::Tag(_, content) => content.json_key(),
            Self::Array(items) => bracketed('[', items.iter().map(Self::json_key), ']'),
            Self::Map(entries) => {
                let pair = |(k, v): &(Self, Self)| k.json_key() + ":" + &v.json_key();
                bracketed('{', entries.iter().map(pair), '}')
            }
        }
    }
}

fn bracketed(open: char, parts: impl Iterator<Item = String>, close: char) -> String {
    let mut out = String::from(open);
    for (i, part) in parts.enumerate() {
        if i > 0 {
            out.push(',');
        }
        out += &part;
    }
    out.push(close);
    out
}

/// Integers that every JSON reader keeps exactly (RFC 8259 section 6).
const JSON_SAFE: i128 = (1 << 53) - 1;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Int(n) => match i64::try_from(*n) {
                Ok(small) if (-JSON_SAFE..=JSON_SAFE).contains(n) => s.serialize_i64(small),
                _ => s.serialize_str(&n.to_string()),
            },
            Self::Bytes(bytes) => serialize_bytes(bytes, s),
            Self::Text(text) => s.serialize_str(text),
            Self::Array(items) => s.collect_seq(items),
            Self::Map(entries) => {
                let mut map = s.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(&key.json_key(), value)?;
                }
                map.end()
            }
            Self::Tag(_, content) => content.serialize(s),
            Self::Bool(b) => s.serialize_bool(*b),
            Self::Null => s.serialize_unit(),
            Self::Simple(n) => s.serialize_str(&format!("simple({n})")),
            Self::Float(f) if f.is_finite() => s.serialize_f64(*f),
            Self::Float(_) => s.serialize_unit(),
        }
    }
}

/// Bytes as base64url text without padding (RFC 8949 section 6.1).
pub(crate) fn serialize_bytes<S: Serializer>(
    bytes: impl AsRef<[u8]>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int(_) => "Int",
            Self::Bytes(_) => "Bytes",
            Self::Text(_) => "Text",
            Self::Array(_) => "Array",
            Self::Map(_) => "Map",
            Self::Tag(..) => "Tag",
            Self::Bool(_) => "Bool",
            Self::Null => "Null",
            Self::Simple(_) => "Simple",
            Self::Float(_) => "Float",
        })
    }
}
