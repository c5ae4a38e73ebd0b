//! NIK, the population identity number: 16 digits that are never a number.

use std::fmt;

use thiserror::Error;

/// A NIK as it was signed. It is text always: NIKs above 2^53 exist, and leading digits matter.
///
/// `Debug` and `Display` show it masked; [`as_str`](Self::as_str) gives it out.
///
/// ```
/// # use ikd_verifier::Nik;
/// let nik = Nik::from("9971014107900001");
/// let parts = nik.parts()?;
/// assert_eq!((parts.region_code(), parts.day, parts.month, parts.year), ("997101", 1, 7, 90));
/// assert_eq!((parts.female, parts.serial), (true, 1));
/// assert_eq!(nik.to_string(), "997101******0001");
/// # Ok::<(), ikd_verifier::NikError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Nik(String);

/// What a NIK says by its layout: `RRRRRR DDMMYY SSSS`, with 40 added to the day for women.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct NikParts<'a> {
    region_code: &'a str,
    /// Day of birth, 1 to 31, the 40 taken off.
    pub day: u8,
    /// Month of birth, 1 to 12.
    pub month: u8,
    /// Last two digits of the year of birth; the century is not in a NIK.
    pub year: u8,
    /// Whether the day carries the 40 of women.
    pub female: bool,
    /// Serial number among those with the same twelve digits before it.
    pub serial: u16,
}

/// Why a text is not laid out as a NIK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NikError {
    /// Not 16 characters.
    #[error("a NIK has 16 digits, this has {0} characters")]
    Length(usize),
    /// A character that is no digit.
    #[error("a NIK has digits only")]
    Digits,
    /// Digits 7 to 12 are no day of any year.
    #[error("digits 7 to 12 of the NIK are no birth date")]
    BirthDate,
}

impl Nik {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Region code and last four digits, the rest hidden: `317401******0001`.
    pub fn masked(&self) -> String {
        let count = self.0.chars().count();
        let shown = |i: usize| count == 16 && !(6..12).contains(&i);
        self.0.chars().enumerate().map(|(i, c)| if shown(i) { c } else { '*' }).collect()
    }

    /// Takes the number apart.
    ///
    /// # Errors
    ///
    /// [`NikError`] where the text is not laid out as a NIK. A verified identity may carry such a
    /// number: it is a warning there, never a refusal.
    pub fn parts(&self) -> Result<NikParts<'_>, NikError> {
        let length = self.0.chars().count();
        if length != 16 {
            return Err(NikError::Length(length));
        }
        if !self.0.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NikError::Digits);
        }
        let number = |from, to| self.0.get(from..to).and_then(|d: &str| d.parse::<u16>().ok());
        let two = |from: usize| number(from, from.saturating_add(2)).ok_or(NikError::Digits);
        let (coded_day, month, year) = (two(6)?, two(8)?, two(10)?);
        let female = coded_day > 40;
        let day = if female { coded_day.saturating_sub(40) } else { coded_day };
        let day = u8::try_from(day).map_err(|_| NikError::BirthDate)?;
        let month = u8::try_from(month).map_err(|_| NikError::BirthDate)?;
        // 2000 is a leap year: the century is unknown, so 29 February is possible.
        let year = u8::try_from(year).map_err(|_| NikError::BirthDate)?;
        chrono::NaiveDate::from_ymd_opt(2000, month.into(), day.into())
            .ok_or(NikError::BirthDate)?;
        Ok(NikParts {
            region_code: self.0.get(..6).unwrap_or_default(),
            day,
            month,
            year,
            female,
            serial: number(12, 16).ok_or(NikError::Digits)?,
        })
    }
}

impl<'a> NikParts<'a> {
    /// Province, regency and district of first registration, two digits each.
    pub fn region_code(&self) -> &'a str {
        self.region_code
    }
}

impl From<&str> for Nik {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.masked())
    }
}

impl fmt::Debug for Nik {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nik(…)")
    }
}

impl fmt::Debug for NikParts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NikParts(…)")
    }
}

impl serde::Serialize for Nik {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_laid_out_as_a_nik() {
        let error = |text| Nik::from(text).parts().err();
        assert_eq!(error("510301230604678"), Some(NikError::Length(15)));
        assert_eq!(error("51030123060467８5"), Some(NikError::Digits));
        assert_eq!(error("9901013213900001"), Some(NikError::BirthDate));
        assert_eq!(error("9901013002900001"), Some(NikError::BirthDate));
        assert_eq!(error("9901014002900001"), Some(NikError::BirthDate));
        assert_eq!(error("9901017302900001"), Some(NikError::BirthDate));
        assert_eq!(error("9901012902010001"), None);
    }

    #[test]
    fn shows_itself_masked() {
        let nik = Nik::from("3174010101900001");
        assert_eq!(format!("{nik} {nik:?}"), "317401******0001 Nik(…)");
        assert_eq!(Nik::from("12345").masked(), "*****");
    }
}
