//! Helpers of the unit tests.

/// Bytes from hexadecimal.
#[expect(clippy::unwrap_used, reason = "tests")]
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    assert!(rest.is_empty());
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    pairs.iter().map(|pair| byte(pair.as_slice())).collect()
}
