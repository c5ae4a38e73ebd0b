//! CSV (RFC 4180) that spreadsheets take for text.

use std::fmt::Display;

/// A row, each field in quotes, with the line end.
pub(super) fn row<T: AsRef<str>>(fields: impl IntoIterator<Item = T>) -> String {
    let fields: Vec<String> = fields.into_iter().map(|field| quoted(field.as_ref())).collect();
    format!("{}\r\n", fields.join(","))
}

/// Names in one field.
pub(super) fn list(names: &[impl Display]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// Something that may not be there.
pub(super) fn optional(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A spreadsheet computes what begins with one of these signs, also after blanks and in quotes, and
/// could fetch addresses or run programs. It shows what begins with an apostrophe.
fn quoted(field: &str) -> String {
    let first = field.chars().find(|c| !c.is_whitespace());
    let formula =
        matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%'));
    let guard = if formula || field.starts_with(['\t', '\r', '\n']) { "'" } else { "" };
    format!("\"{guard}{}\"", field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_stays_a_field_and_no_formula() {
        for (field, written) in [
            ("Bank Contoh", "\"Bank Contoh\""),
            ("a\"b,c\nd", "\"a\"\"b,c\nd\""),
            (
                "=HYPERLINK(\"https://evil.example\")",
                "\"'=HYPERLINK(\"\"https://evil.example\"\")\"",
            ),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            (" \u{a0}=1", "\"' \u{a0}=1\""),
            ("＝1", "\"'＝1\""),
            ("\t=1", "\"'\t=1\""),
            ("a=1", "\"a=1\""),
            ("", "\"\""),
        ] {
            assert_eq!(row([field]), format!("{written}\r\n"), "{field}");
        }
        assert_eq!(row(["a", "b"]), "\"a\",\"b\"\r\n");
    }
}
