//! Strict, bounded CBOR (RFC 8949): definite lengths, no equal keys, depth 16, nothing behind the
//! item.
//!
//! [`check`] walks the bytes once and decides whether they are one good item. Only then an
//! [`Item`] exists, a borrowed view whose accessors cannot fail on malformed input. Nothing is
//! copied.

use std::cmp::Ordering;

use thiserror::Error;

use crate::limits::MAX_CBOR_DEPTH;

/// Why bytes are not one acceptable CBOR item, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("{fault} at byte {offset}")]
pub struct CborError {
    /// What is wrong.
    pub fault: CborFault,
    /// Byte offset of the item that is wrong, from the start of the bytes checked.
    pub offset: usize,
}

/// What is wrong with CBOR bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CborFault {
    /// The bytes end inside an item.
    #[error("truncated")]
    Truncated,
    /// A reserved head, a simple value below 32 in two bytes, or text that is not UTF-8.
    #[error("malformed")]
    Malformed,
    /// An indefinite length, which this profile forbids.
    #[error("indefinite length")]
    Indefinite,
    /// Two equal keys in one map, however they are encoded.
    #[error("equal keys in a map")]
    EqualKeys,
    /// More than [`MAX_CBOR_DEPTH`] nested arrays, maps and tags.
    #[error("nested too deep")]
    TooDeep,
    /// Bytes behind the item.
    #[error("bytes behind the item")]
    Trailing,
}

/// Checks that `bytes` are exactly one good item, and returns a view of it.
pub(crate) fn check(bytes: &[u8]) -> Result<Item<'_>, CborError> {
    let mut checker = Checker { bytes, keys: Vec::new() };
    let end = checker.item(0, 0)?;
    if end == bytes.len() {
        Ok(Item { bytes })
    } else {
        Err(CborError { fault: CborFault::Trailing, offset: end })
    }
}

/// A well-formed item; made by [`check`] only, or taken out of one that was.
#[derive(Clone, Copy)]
pub(crate) struct Item<'a> {
    bytes: &'a [u8],
}

impl std::fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Item({} bytes)", self.bytes.len())
    }
}

/// What an item is.
#[derive(Clone, Copy)]
pub(crate) enum Kind<'a> {
    Uint(u64),
    /// The integer `-1 - n`.
    Negative(u64),
    Bytes(&'a [u8]),
    Text(&'a str),
    Array(Items<'a>),
    Map(Entries<'a>),
    Tag(u64, Item<'a>),
    Simple(u8),
    Float(f64),
}

impl<'a> Item<'a> {
    /// The encoded bytes of the item, head included.
    pub(crate) fn encoded(self) -> &'a [u8] {
        self.bytes
    }

    /// The item's kind. `None` cannot happen for a checked item; callers treat it as a type error.
    pub(crate) fn kind(self) -> Option<Kind<'a>> {
        let head = Head::read(self.bytes)?;
        let body = self.bytes.get(head.len..)?;
        Some(match head.major {
            Major::Uint => Kind::Uint(head.arg),
            Major::Negative => Kind::Negative(head.arg),
            Major::Bytes => Kind::Bytes(body),
            Major::Text => Kind::Text(std::str::from_utf8(body).ok()?),
            Major::Array => Kind::Array(Items { rest: body, left: head.arg }),
            Major::Map => {
                Kind::Map(Entries { items: Items { rest: body, left: head.arg.checked_mul(2)? } })
            }
            Major::Tag => Kind::Tag(head.arg, Item { bytes: body }),
            Major::Simple => head.simple()?,
        })
    }

    /// The integer, if the item is one that fits `i64`.
    pub(crate) fn int(self) -> Option<i64> {
        match self.kind()? {
            Kind::Uint(n) => i64::try_from(n).ok(),
            Kind::Negative(n) => i64::try_from(n).ok().and_then(|n| (-1_i64).checked_sub(n)),
            _ => None,
        }
    }

    pub(crate) fn uint(self) -> Option<u64> {
        if let Kind::Uint(n) = self.kind()? { Some(n) } else { None }
    }

    pub(crate) fn bool(self) -> Option<bool> {
        match self.kind()? {
            Kind::Simple(20) => Some(false),
            Kind::Simple(21) => Some(true),
            _ => None,
        }
    }

    pub(crate) fn byte_string(self) -> Option<&'a [u8]> {
        if let Kind::Bytes(b) = self.kind()? { Some(b) } else { None }
    }

    pub(crate) fn text(self) -> Option<&'a str> {
        if let Kind::Text(t) = self.kind()? { Some(t) } else { None }
    }

    pub(crate) fn array(self) -> Option<Items<'a>> {
        if let Kind::Array(a) = self.kind()? { Some(a) } else { None }
    }

    pub(crate) fn map(self) -> Option<Entries<'a>> {
        if let Kind::Map(m) = self.kind()? { Some(m) } else { None }
    }

    /// The content of tag `tag`, if the item is that tag.
    pub(crate) fn tagged(self, tag: u64) -> Option<Item<'a>> {
        match self.kind()? {
            Kind::Tag(t, content) if t == tag => Some(content),
            _ => None,
        }
    }
}

/// The elements of an array.
#[derive(Clone, Copy)]
pub(crate) struct Items<'a> {
    rest: &'a [u8],
    left: u64,
}

impl<'a> Items<'a> {
    /// Exactly `N` elements, or `None`.
    pub(crate) fn exactly<const N: usize>(mut self) -> Option<[Item<'a>; N]> {
        if self.left != u64::try_from(N).ok()? {
            return None;
        }
        let mut out = [Item { bytes: &[] }; N];
        for slot in &mut out {
            *slot = self.next()?;
        }
        Some(out)
    }

    /// Number of elements that are left.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.left).unwrap_or(usize::MAX)
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Item<'a>;

    fn next(&mut self) -> Option<Item<'a>> {
        self.left = self.left.checked_sub(1)?;
        let (item, rest) = self.rest.split_at_checked(skip(self.rest)?)?;
        self.rest = rest;
        Some(Item { bytes: item })
    }
}

/// The entries of a map, in the order they are encoded.
#[derive(Clone, Copy)]
pub(crate) struct Entries<'a> {
    items: Items<'a>,
}

impl<'a> Entries<'a> {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.left == 0
    }

    /// Number of entries that are left.
    pub(crate) fn len(&self) -> usize {
        self.items.len() / 2
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Item<'a>, Item<'a>);

    fn next(&mut self) -> Option<(Item<'a>, Item<'a>)> {
        Some((self.items.next()?, self.items.next()?))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Major {
    Uint,
    Negative,
    Bytes,
    Text,
    Array,
    Map,
    Tag,
    Simple,
}

/// The first bytes of an item: major type and argument (RFC 8949 section 3).
#[derive(Clone, Copy)]
struct Head {
    major: Major,
    info: u8,
    arg: u64,
    len: usize,
}

const INFO_INDEFINITE: u8 = 31;

impl Head {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (&first, rest) = bytes.split_first()?;
        let info = first & 0x1f;
        let major = match first >> 5 {
            0 => Major::Uint,
            1 => Major::Negative,
            2 => Major::Bytes,
            3 => Major::Text,
            4 => Major::Array,
            5 => Major::Map,
            6 => Major::Tag,
            _ => Major::Simple,
        };
        let (arg, len) = match info {
            24 => (u64::from(*rest.first()?), 2),
            25 => (u64::from(u16::from_be_bytes(*rest.first_chunk()?)), 3),
            26 => (u64::from(u32::from_be_bytes(*rest.first_chunk()?)), 5),
            27 => (u64::from_be_bytes(*rest.first_chunk()?), 9),
            _ => (u64::from(info), 1),
        };
        Some(Self { major, info, arg, len })
    }

    /// Bytes of content behind the head that are not items themselves.
    fn content(&self) -> Option<usize> {
        match self.major {
            Major::Bytes | Major::Text => usize::try_from(self.arg).ok(),
            _ => Some(0),
        }
    }

    /// Items nested directly under the head.
    fn children(&self) -> Option<u64> {
        match self.major {
            Major::Array => Some(self.arg),
            Major::Map => self.arg.checked_mul(2),
            Major::Tag => Some(1),
            _ => Some(0),
        }
    }

    fn simple<'a>(&self) -> Option<Kind<'a>> {
        Some(match self.info {
            25 => Kind::Float(half_to_f64(u16::try_from(self.arg).ok()?)),
            26 => Kind::Float(f64::from(f32::from_bits(u32::try_from(self.arg).ok()?))),
            27 => Kind::Float(f64::from_bits(self.arg)),
            _ => Kind::Simple(u8::try_from(self.arg).ok()?),
        })
    }
}

/// IEEE 754 half precision, exactly (RFC 8949 appendix D).
fn half_to_f64(half: u16) -> f64 {
    let (exponent, mantissa) = ((half >> 10) & 0x1f, f64::from(half & 0x3ff));
    let magnitude = match exponent {
        0 => mantissa * 2_f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        e => (1_024.0 + mantissa) * 2_f64.powi(i32::from(e).saturating_sub(25)),
    };
    if half & 0x8000 == 0 { magnitude } else { -magnitude }
}

/// Length of the first item of checked bytes. Counts open items instead of recursing.
fn skip(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut open) = (0_usize, 1_u64);
    while open > 0 {
        let head = Head::read(bytes.get(at..)?)?;
        at = at.checked_add(head.len)?.checked_add(head.content()?)?;
        open = open.checked_sub(1)?.checked_add(head.children()?)?;
    }
    Some(at)
}

struct Checker<'a> {
    bytes: &'a [u8],
    /// Keys of the maps that are open, innermost last: one buffer for the whole walk.
    keys: Vec<Key<'a>>,
}

impl<'a> Checker<'a> {
    /// Checks the item at `at` under `depth` open containers; returns where it ends.
    fn item(&mut self, at: usize, depth: usize) -> Result<usize, CborError> {
        let fail = |fault| CborError { fault, offset: at };
        let rest = self.bytes.get(at..).unwrap_or_default();
        let head = Head::read(rest).ok_or_else(|| fail(CborFault::Truncated))?;
        match (head.info, head.major) {
            (INFO_INDEFINITE, Major::Uint | Major::Negative | Major::Tag) | (28..=30, _) => {
                return Err(fail(CborFault::Malformed));
            }
            (INFO_INDEFINITE, _) => return Err(fail(CborFault::Indefinite)),
            (24, Major::Simple) if head.arg < 32 => return Err(fail(CborFault::Malformed)),
            _ => {}
        }
        let left = u64::try_from(rest.len().saturating_sub(head.len)).unwrap_or(u64::MAX);
        let children = head.children().ok_or_else(|| fail(CborFault::Truncated))?;
        let content = match head.major {
            Major::Bytes | Major::Text => head.arg,
            // Every child is a byte at least: a huge count fails here, before any work.
            _ => children,
        };
        if content > left {
            return Err(fail(CborFault::Truncated));
        }
        let nests = matches!(head.major, Major::Array | Major::Map | Major::Tag);
        if nests && depth >= MAX_CBOR_DEPTH {
            return Err(fail(CborFault::TooDeep));
        }
        let body = at.saturating_add(head.len);
        match head.major {
            Major::Bytes | Major::Text => {
                let end = body.saturating_add(head.content().unwrap_or(usize::MAX));
                let content = self.bytes.get(body..end).unwrap_or_default();
                if head.major == Major::Text && std::str::from_utf8(content).is_err() {
                    return Err(fail(CborFault::Malformed));
                }
                Ok(end)
            }
            Major::Map => self.map(body, head.arg, depth),
            _ => {
                let mut end = body;
                for _ in 0..children {
                    end = self.item(end, depth.saturating_add(1))?;
                }
                Ok(end)
            }
        }
    }

    fn map(&mut self, body: usize, entries: u64, depth: usize) -> Result<usize, CborError> {
        let depth = depth.saturating_add(1);
        let (mut at, first) = (body, self.keys.len());
        for _ in 0..entries {
            let value = self.item(at, depth)?;
            let key = self.bytes.get(at..value).and_then(|bytes| Key::of(Item { bytes }));
            self.keys.push(key.ok_or(CborError { fault: CborFault::Malformed, offset: at })?);
            at = self.item(value, depth)?;
        }
        let keys = self.keys.get_mut(first..).unwrap_or_default();
        // Sorting keeps a hostile map of a thousand keys from costing a million comparisons.
        keys.sort_unstable();
        if keys.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(CborError { fault: CborFault::EqualKeys, offset: body });
        }
        self.keys.truncate(first);
        Ok(at)
    }
}

/// A map key by value, so that 4 and 0x1804 are equal (RFC 8949 section 5.6).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Uint(u64),
    Negative(u64),
    Bytes(&'a [u8]),
    Text(&'a [u8]),
    Simple(u8),
    /// Bits of the value as f64: one value has one key in any width; all NaN are one.
    Float(u64),
    Array(Vec<Key<'a>>),
    /// Pairs in sorted order, since maps are equal in any order.
    Map(Vec<Key<'a>>),
    Tag(u64, Box<Key<'a>>),
}

impl<'a> Key<'a> {
    fn of(item: Item<'a>) -> Option<Self> {
        Some(match item.kind()? {
            Kind::Uint(n) => Self::Uint(n),
            Kind::Negative(n) => Self::Negative(n),
            Kind::Bytes(b) => Self::Bytes(b),
            Kind::Text(t) => Self::Text(t.as_bytes()),
            Kind::Simple(s) => Self::Simple(s),
            Kind::Float(f) if f.is_nan() => Self::Float(f64::NAN.to_bits()),
            Kind::Float(f) => Self::Float(f.to_bits()),
            Kind::Array(items) => Self::Array(items.map(Self::of).collect::<Option<_>>()?),
            Kind::Map(entries) => {
                let pair = |(k, v)| Some(Self::Array(vec![Self::of(k)?, Self::of(v)?]));
                let mut entries: Vec<_> = entries.map(pair).collect::<Option<_>>()?;
                entries.sort_unstable();
                Self::Map(entries)
            }
            Kind::Tag(tag, content) => Self::tagged(tag, content)?,
        })
    }

    /// A bignum (tags 2 and 3) that fits an integer is that integer (RFC 8949 section 3.4.3).
    fn tagged(tag: u64, content: Item<'a>) -> Option<Self> {
        if let (2 | 3, Some(big)) = (tag, content.byte_string()) {
            let zeros = big.iter().take_while(|b| **b == 0).count();
            let digits = big.get(zeros..).unwrap_or_default();
            if digits.len() <= 8 {
                let n = digits.iter().fold(0_u64, |n, b| (n << 8) | u64::from(*b));
                return Some(if tag == 2 { Self::Uint(n) } else { Self::Negative(n) });
            }
            return Some(Self::Tag(tag, Box::new(Self::Bytes(digits))));
        }
        Some(Self::Tag(tag, Box::new(Self::of(content)?)))
    }
}

/// Writes the head of an item in its shortest form (RFC 8949 section 4.2.1).
pub(crate) fn write_head(out: &mut Vec<u8>, major: u8, arg: u64) {
    let major = major << 5;
    if let Ok(n) = u8::try_from(arg) {
        if n < 24 {
            out.push(major | n);
        } else {
            out.extend_from_slice(&[major | 24, n]);
        }
    } else if let Ok(n) = u16::try_from(arg) {
        out.push(major | 25);
        out.extend_from_slice(&n.to_be_bytes());
    } else if let Ok(n) = u32::try_from(arg) {
        out.push(major | 26);
        out.extend_from_slice(&n.to_be_bytes());
    } else {
        out.push(major | 27);
        out.extend_from_slice(&arg.to_be_bytes());
    }
}

/// Writes an integer.
#[cfg(any(feature = "authoring", feature = "refresh", feature = "store"))]
pub(crate) fn write_int(out: &mut Vec<u8>, value: i64) {
    match u64::try_from(value) {
        Ok(value) => write_head(out, 0, value),
        // -1 - n is the complement of n.
        Err(_) => write_head(out, 1, u64::try_from(!value).unwrap_or_default()),
    }
}

/// Writes a byte string.
pub(crate) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_head(out, 2, u64::try_from(bytes.len()).unwrap_or_default());
    out.extend_from_slice(bytes);
}

/// Writes a text string.
pub(crate) fn write_text(out: &mut Vec<u8>, text: &str) {
    write_head(out, 3, u64::try_from(text.len()).unwrap_or_default());
    out.extend_from_slice(text.as_bytes());
}

/// Whether two checked items are the same value, however they are encoded.
pub(crate) fn same_value(a: Item<'_>, b: Item<'_>) -> bool {
    matches!((Key::of(a), Key::of(b)), (Some(a), Some(b)) if a.cmp(&b) == Ordering::Equal)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault(bytes: &[u8]) -> CborFault {
        check(bytes).unwrap_err().fault
    }

    #[test]
    fn refuses_what_the_profile_forbids() {
        assert_eq!(fault(&[]), CborFault::Truncated);
        assert_eq!(fault(&[0x82, 0x01]), CborFault::Truncated);
        assert_eq!(fault(&[0x5b, 255, 255, 255, 255, 255, 255, 255, 255]), CborFault::Truncated);
        assert_eq!(fault(&[0x9b, 255, 255, 255, 255, 255, 255, 255, 255]), CborFault::Truncated);
        assert_eq!(fault(&[0xbb, 255, 255, 255, 255, 255, 255, 255, 255]), CborFault::Truncated);
        assert_eq!(fault(&[0x9f, 0xff]), CborFault::Indefinite);
        assert_eq!(fault(&[0xff]), CborFault::Indefinite);
        assert_eq!(fault(&[0x1c]), CborFault::Malformed);
        assert_eq!(fault(&[0x1f]), CborFault::Malformed);
        assert_eq!(fault(&[0xf8, 0x14]), CborFault::Malformed);
        assert_eq!(fault(&[0x61, 0xff]), CborFault::Malformed);
        assert_eq!(fault(&[0x01, 0x01]), CborFault::Trailing);
        assert_eq!(fault(&[0xa2, 0x04, 0x00, 0x18, 0x04, 0x00]), CborFault::EqualKeys);
    }

    #[test]
    fn finds_equal_keys_whatever_their_encoding() {
        // 1.0 as half and as double; a bignum and its integer; maps in another order
        assert_eq!(
            fault(&[0xa2, 0xf9, 0x3c, 0x00, 0x00, 0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0x00]),
            CborFault::EqualKeys
        );
        assert_eq!(fault(&[0xa2, 0xc2, 0x42, 0x00, 0x07, 0x00, 0x07, 0x00]), CborFault::EqualKeys);
        assert_eq!(fault(&[0xa2, 0xa2, 1, 0, 2, 0, 0, 0xa2, 2, 0, 1, 0, 0]), CborFault::EqualKeys);
        // 1 and 1.0 are different keys, and so are text and bytes
        assert!(check(&[0xa2, 0x01, 0x00, 0xf9, 0x3c, 0x00, 0x00]).is_ok());
        assert!(check(&[0xa2, 0x41, b'a', 0x00, 0x61, b'a', 0x00]).is_ok());
    }

    #[test]
    fn allows_sixteen_levels() {
        let nested = |depth: usize| [vec![0x81; depth], vec![0x00]].concat();
        assert!(check(&nested(16)).is_ok());
        assert_eq!(fault(&nested(17)), CborFault::TooDeep);
        let empty_inside = |depth: usize| [vec![0x81; depth], vec![0x80]].concat();
        assert!(check(&empty_inside(15)).is_ok());
        assert_eq!(fault(&empty_inside(16)), CborFault::TooDeep);
    }

    #[test]
    fn reads_half_floats_exactly() {
        for (half, value) in [(0x3c00, 1.0), (0xc400, -4.0), (0x0001, 5.960_464_477_539_063e-8)] {
            assert_eq!(half_to_f64(half).to_bits(), f64::to_bits(value));
        }
        assert!(half_to_f64(0x7e00).is_nan());
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(item) = check(&bytes) {
                prop_assert_eq!(skip(item.encoded()), Some(bytes.len()));
                let _ = item.kind();
            }
        }
    }
}
