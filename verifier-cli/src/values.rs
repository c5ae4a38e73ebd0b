//! Values on the command line: hexadecimal, times, spans of time, attribute names, random bytes.

use chrono::DateTime;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use ikd_verifier::{AttributeName, UnixTime};

/// Bytes from hexadecimal.
pub(crate) fn hex<const N: usize>(text: &str) -> Result<[u8; N], String> {
    let wrong = || format!("{} hexadecimal digits are needed", N * 2);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let mut bytes = [0; N];
    if pairs.len() != N || !rest.is_empty() {
        return Err(wrong());
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
        *byte = digit(*high).zip(digit(*low)).map(|(h, l)| h << 4 | l).ok_or_else(wrong)?;
    }
    Ok(bytes)
}

/// Any number of bytes from hexadecimal.
pub(crate) fn hex_bytes(text: &str) -> Result<Vec<u8>, String> {
    let wrong = || "an even number of hexadecimal digits is needed".to_owned();
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| hex(std::str::from_utf8(pair).ok()?).ok().map(|[byte]| byte);
    let bytes = pairs.iter().map(byte).collect::<Option<_>>();
    bytes.filter(|_| rest.is_empty()).ok_or_else(wrong)
}

/// Hexadecimal of bytes.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A time: seconds since 1970, or RFC 3339.
pub(crate) fn time(text: &str) -> Result<UnixTime, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(UnixTime::from_secs(seconds));
    }
    let time = DateTime::parse_from_rfc3339(text).map_err(|_| {
        "a time is given as seconds since 1970 or like 2026-11-22T08:30:00+07:00".to_owned()
    })?;
    Ok(UnixTime::from_secs(time.timestamp()))
}

/// A span of time in seconds: `90`, `90s`, `30m`, `24h` or `7d`.
pub(crate) fn seconds(text: &str) -> Result<i64, String> {
    let wrong = || "a span of time is given like 90, 90s, 30m, 24h or 7d".to_owned();
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => (number, text.chars().next_back()),
        None => (text, None),
    };
    let seconds = match unit {
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => 1,
    };
    let number: u32 = number.parse().map_err(|_| wrong())?;
    Ok(i64::from(number) * seconds)
}

/// An attribute name. The known ones are listed in errors and offered by shells.
pub(crate) fn attribute() -> impl TypedValueParser<Value = AttributeName> {
    PossibleValuesParser::new(AttributeName::ALL.iter().map(|name| name.as_str()))
        .try_map(|name| name.parse::<AttributeName>())
}

/// Bytes from the operating system's source of random numbers.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| format!("no random numbers: {error}"))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{hex, seconds, time};
    use ikd_verifier::UnixTime;

    #[test]
    fn hexadecimal_has_the_length_asked_for() {
        assert_eq!(hex("00fF10"), Ok([0, 255, 16]));
        for bad in ["", "00ff1", "00ff1000", "00fg10", "0x00ff", "00é0"] {
            assert!(hex::<3>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_and_spans() {
        let expected = UnixTime::from_secs(1_790_597_425);
        for text in ["1790597425", "2026-09-28T12:10:25Z", "2026-09-28T19:10:25+07:00"] {
            assert_eq!(time(text), Ok(expected), "{text}");
        }
        assert!(time("besok").is_err());
        for (text, span) in [("90", 90), ("90s", 90), ("30m", 1_800), ("24h", 86_400), ("0", 0)] {
            assert_eq!(seconds(text), Ok(span), "{text}");
        }
        for bad in ["", "d", "-1", "1w", "99999999999"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
    }
}
