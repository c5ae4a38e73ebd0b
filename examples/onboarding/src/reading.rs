//! The fields of an application form, with values as people read them.

use chrono::NaiveDate;
use ikd_verifier::{AttributeName, Message};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::decision::CDD;
use crate::text::Text;

/// One field.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Line {
    name: &'static str,
    /// `None` where the citizen did not release it.
    value: Option<Text>,
}

/// All fields of the form, in its order, filled in as far as values came.
pub(crate) fn lines(values: &Map<String, Value>) -> Vec<Line> {
    let line = |name: AttributeName| Line {
        name: name.as_str(),
        value: values.get(name.as_str()).and_then(|value| read(name, value)),
    };
    CDD.into_iter().map(line).collect()
}

/// The value as people read it; as it came, where it means nothing.
fn read(name: AttributeName, value: &Value) -> Option<Text> {
    let words = match (name, value.as_u64()) {
        (AttributeName::Gender, Some(1)) => Some(("Laki-laki", "Male")),
        (AttributeName::Gender, Some(2)) => Some(("Perempuan", "Female")),
        (AttributeName::MaritalStatus, Some(1)) => Some(("Belum kawin", "Single")),
        (AttributeName::MaritalStatus, Some(2)) => Some(("Kawin", "Married")),
        (AttributeName::MaritalStatus, Some(3)) => Some(("Cerai hidup", "Divorced")),
        (AttributeName::MaritalStatus, Some(4)) => Some(("Cerai mati", "Widowed")),
        _ => None,
    };
    let words = match (name, value.as_str()) {
        (AttributeName::Nationality, Some("ID")) => Some(("Indonesia", "Indonesia")),
        _ => words,
    };
    if let Some((id, en)) = words {
        return Some(Message::new(id, en).into());
    }
    let text = match value {
        Value::String(text) if name == AttributeName::BirthDate => date(text),
        Value::String(text) => text.clone(),
        Value::Null => return None,
        other => other.to_string(),
    };
    Some(Text { id: text.clone(), en: text })
}

/// `YYYYMMDD` as `DD-MM-YYYY`; the text itself where it is no day.
fn date(text: &str) -> String {
    let date = NaiveDate::parse_from_str(text, "%Y%m%d");
    date.map_or_else(|_| text.to_owned(), |date| date.format("%d-%m-%Y").to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::lines;

    #[test]
    fn values_are_for_people_and_what_is_missing_is_empty() {
        let values =
            json!({ "gender": 2, "birth_date": "19900421", "marital_status": 9, "nik": "x" });
        let lines = lines(values.as_object().expect("an object"));
        let told = |name| {
            let line = lines.iter().find(|line| line.name == name).expect("a field");
            line.value.as_ref().map(|text| (text.id.as_str(), text.en.as_str()))
        };
        assert_eq!(told("gender"), Some(("Perempuan", "Female")));
        assert_eq!(told("birth_date"), Some(("21-04-1990", "21-04-1990")));
        assert_eq!(told("marital_status"), Some(("9", "9")));
        assert_eq!(told("mother_name"), None);
        assert_eq!(lines.len(), 10);
    }
}
