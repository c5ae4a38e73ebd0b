//! Dates of birth as manifests write them.

/// `YYYYMMDD` from `YYYY-MM-DD`, `YYYYMMDD`, `DD-MM-YYYY` or `DD/MM/YYYY`.
pub(super) fn parse(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['-', '/', '.']).collect();
    let (year, month, day) = match parts.as_slice() {
        [compact] if compact.len() == 8 => {
            (compact.get(..4)?, compact.get(4..6)?, compact.get(6..)?)
        }
        [year, month, day] if year.len() == 4 => (*year, *month, *day),
        [day, month, year] if year.len() == 4 => (*year, *month, *day),
        _ => return None,
    };
    let number = |text: &str| -> Option<u16> {
        text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
    };
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    let is_date =
        (1850..=2200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    is_date.then(|| format!("{year:04}{month:02}{day:02}"))
}
