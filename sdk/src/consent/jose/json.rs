//! JSON objects in which no member comes twice: two readers must not read two things.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// A JSON object.
pub(crate) type Object = Map<String, Value>;

/// One JSON object with nothing behind it, in which no object at any depth has a member twice.
pub(crate) fn parse_object(bytes: &[u8]) -> Option<Object> {
    match serde_json::from_slice(bytes) {
        Ok(Strict(Value::Object(object))) => Some(object),
        _ => None,
    }
}

/// A JSON value without duplicate members. Its depth is bounded by `serde_json` (128).
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without duplicate members")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut out = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            out.push(item);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut out = Object::new();
        while let Some((name, Strict(value))) = members.next_entry::<String, _>()? {
            if out.insert(name, value).is_some() {
                // Not the name: it is a stranger's text.
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(Value::Object(out))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn reads_objects_as_serde_json_does() {
        let text = r#"{"a":[1,-2,1.5,"x",null,true],"b":{"a":{}}}"#;
        let plain: Value = serde_json::from_str(text).unwrap();
        assert_eq!(Value::Object(parse_object(text.as_bytes()).unwrap()), plain);
    }

    #[test]
    fn refuses_duplicates_at_any_depth_and_what_is_no_object() {
        for bad in [
            r#"{"alg":"EdDSA","alg":"none"}"#,
            r#"{"alg":"EdDSA","\u0061lg":"none"}"#,
            r#"{"a":[{"b":1,"b":1}]}"#,
            r#"{"a":1} {}"#,
            r#"{"a":1}x"#,
            "[]",
            "null",
            "",
            "{\"a\":\"\u{1}\"}",
        ] {
            assert!(parse_object(bad.as_bytes()).is_none(), "{bad}");
        }
        let deep = format!("{}{}", r#"{"a":"#.repeat(4_000), "}".repeat(4_000));
        assert!(parse_object(deep.as_bytes()).is_none());
    }
}
