//! Seconds since 1970, so that milliseconds cannot be passed by mistake for a plain integer.

use std::fmt;

use chrono::{DateTime, Datelike, Timelike};

/// A point in time: whole seconds since 1970-01-01 00:00 UTC, without leap seconds, as the
/// `NumericDate` of CWT (RFC 8392 section 2).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize,
)]
#[serde(transparent)]
pub struct UnixTime(i64);

impl UnixTime {
    /// From seconds since 1970.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs)
    }

    /// Seconds since 1970.
    pub const fn secs(self) -> i64 {
        self.0
    }

    /// The system clock.
    #[cfg(feature = "clock")]
    pub fn now() -> Self {
        Self(chrono::Utc::now().timestamp())
    }

    /// This time and `secs` more, held at the ends of the range.
    pub const fn plus(self, secs: i64) -> Self {
        Self(self.0.saturating_add(secs))
    }

    /// This time and `secs` less, held at the ends of the range.
    pub const fn minus(self, secs: i64) -> Self {
        Self(self.0.saturating_sub(secs))
    }

    /// Seconds from `earlier` to this time; negative when `earlier` is later.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for UnixTime {
    /// RFC 3339 in UTC; the bare number where the calendar ends.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match DateTime::from_timestamp(self.0, 0) {
            // Not `format`: its interpreter would be a tenth of the WASM module.
            Some(time) => {
                let (year, month, day) = (time.year(), time.month(), time.day());
                let (hour, minute, second) = (time.hour(), time.minute(), time.second());
                write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
            }
            None => write!(f, "{}", self.0),
        }
    }
}
