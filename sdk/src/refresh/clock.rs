//! How far the own clock is off, by the `Date` of authenticated answers (RFC 9110 section 6.6.1).

use chrono::DateTime;
use reqwest::header::{AGE, DATE, HeaderMap};

use crate::message::Language;
use crate::time::UnixTime;

/// Seconds of clock difference that a policy allows unless told otherwise.
const USUAL_SKEW: i64 = 5;

/// How far the own clock stands from that of a server.
///
/// It is told, and changes nothing: no QR is good for longer, or at another time, because of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ClockOffset {
    /// Seconds by which the own clock is ahead; negative when it is behind.
    pub ahead: i64,
    /// Seconds by which that may be wrong: `Date` has whole seconds, and the answer took its time.
    pub uncertainty: i64,
    /// When it was measured, by the own clock.
    pub measured: UnixTime,
}

impl ClockOffset {
    /// Whether the clock is wrong by more than the measurement and `tolerance` seconds explain.
    pub fn exceeds(self, tolerance: i64) -> bool {
        self.ahead.saturating_abs() > self.uncertainty.saturating_add(tolerance)
    }

    /// Whether somebody should set the clock: it is off by more than the usual `skew` of a policy.
    pub fn is_off(self) -> bool {
        self.exceeds(USUAL_SKEW)
    }

    /// In words, without a full stop.
    pub fn text(self, language: Language) -> String {
        let (seconds, margin) = (self.ahead.saturating_abs(), self.uncertainty);
        let (indonesian, english) = match self.ahead.signum() {
            0 => return self.agrees(language),
            1 => ("lebih cepat", "ahead"),
            _ => ("terlambat", "behind"),
        };
        match language {
            Language::Indonesian => {
                format!("Jam perangkat ini {indonesian} {seconds} detik (±{margin})")
            }
            Language::English => {
                format!("This device's clock is {seconds} s {english} (±{margin})")
            }
        }
    }

    fn agrees(self, language: Language) -> String {
        let margin = self.uncertainty;
        match language {
            Language::Indonesian => format!("Jam perangkat ini tepat (±{margin} detik)"),
            Language::English => format!("This device's clock is right (±{margin} s)"),
        }
    }

    /// From the headers of an answer. The request was sent at `sent`, in milliseconds since 1970 by
    /// a clock that is read in seconds, and the answer was there `round_trip` milliseconds later.
    pub(super) fn measure(headers: &HeaderMap, sent: i64, round_trip: i64) -> Option<Self> {
        let text = |name| headers.get(name)?.to_str().ok();
        let date = DateTime::parse_from_rfc2822(text(DATE)?).ok()?.timestamp_millis();
        // An answer out of a cache is as old as the cache says.
        let age = text(AGE).and_then(|age| age.trim().parse::<u32>().ok()).unwrap_or_default();
        let server = date.checked_add(i64::from(age).checked_mul(1_000)?)?;
        let half = round_trip.max(0).checked_div(2)?;
        let ahead = sent.checked_add(half)?.checked_sub(server)?;
        Some(Self {
            ahead: ahead.checked_add(if ahead < 0 { -500 } else { 500 })?.checked_div(1_000)?,
            // Half a second for each of two clocks that are read in whole seconds.
            uncertainty: half.saturating_add(1_000).checked_add(999)?.checked_div(1_000)?,
            measured: UnixTime::from_secs(sent.checked_div(1_000)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{AGE, DATE, HeaderMap, HeaderValue};

    use super::ClockOffset;
    use crate::time::UnixTime;

    const SENT: UnixTime = UnixTime::from_secs(784_111_777);

    fn measure(
        date: &'static str,
        age: Option<&'static str>,
        round_trip: i64,
    ) -> Option<(i64, i64)> {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, HeaderValue::from_static(date));
        if let Some(age) = age {
            headers.insert(AGE, HeaderValue::from_static(age));
        }
        let offset = ClockOffset::measure(&headers, SENT.secs().saturating_mul(1_000), round_trip)?;
        Some((offset.ahead, offset.uncertainty))
    }

    #[test]
    fn date_and_age_are_compared_with_the_own_clock() {
        let exact = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(measure(exact, None, 0), Some((0, 1)));
        assert_eq!(measure(exact, None, 20), Some((0, 2)));
        assert_eq!(measure(exact, Some("60"), 0), Some((-60, 1)), "it lay in a cache");
        assert_eq!(measure("Sun, 06 Nov 1994 08:48:37 GMT", None, 0), Some((60, 1)));
        assert_eq!(measure(exact, None, 6_000), Some((3, 4)), "slow answers tell less");
    }

    #[test]
    fn what_is_no_date_tells_nothing() {
        assert_eq!(measure("yesterday", None, 0), None);
        assert_eq!(measure("", None, 0), None);
        assert_eq!(ClockOffset::measure(&HeaderMap::new(), 0, 0), None);
        assert_eq!(measure("Sun, 06 Nov 1994 08:49:37 GMT", Some("soon"), 0), Some((0, 1)));
    }

    #[test]
    fn an_offset_counts_only_beyond_its_uncertainty() {
        let offset = |ahead| ClockOffset { ahead, uncertainty: 2, measured: SENT };
        assert!(!offset(7).exceeds(5));
        assert!(!offset(-7).exceeds(5));
        assert!(offset(8).exceeds(5));
        assert!(offset(-8).exceeds(5));
        assert!(offset(i64::MIN).exceeds(5));
    }
}
