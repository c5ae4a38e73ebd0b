//! Selective disclosure: puts disclosed values where their digests stand (IKD-QR section 3, SD-CWT
//! draft section 8).

use sha2::{Digest, Sha256};

use super::cbor::{self, CborError, Entries, Item, Kind, same_value};
use super::credential::{claim, digests, is_redacted_keys};
use crate::limits::MAX_CBOR_DEPTH;

/// Claims that no disclosure may set (IKD-QR section 3).
const NEVER_REDACTED: [i64; 9] = [
    claim::ISS,
    claim::AUD,
    claim::EXP,
    claim::NBF,
    claim::IAT,
    claim::CTI,
    claim::CNF,
    claim::CNONCE,
    claim::STATUS,
];

const SALT_BYTES: usize = 16;
const TAG_REDACTED_ELEMENT: u64 = 60;

/// A value after disclosure. Borrowed: leaves are still the signed or disclosed bytes.
#[derive(Clone)]
pub(crate) enum Node<'a> {
    /// A value without arrays or maps in it.
    Leaf(Item<'a>),
    Array(Vec<Node<'a>>),
    Map(Vec<(Item<'a>, Node<'a>)>),
    Tag(u64, Box<Node<'a>>),
}

impl<'a> Node<'a> {
    /// The entry of a map under an integer key.
    pub(crate) fn get(&self, key: i64) -> Option<&Node<'a>> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(k, _)| k.int() == Some(key)).map(|(_, value)| value)
    }
}

/// Why disclosures do not fit their credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DisclosureError {
    Cbor(CborError),
    /// The text says which rule is broken.
    Rule(&'static str),
}

impl From<CborError> for DisclosureError {
    fn from(error: CborError) -> Self {
        Self::Cbor(error)
    }
}

use DisclosureError::Rule;

/// The claims of a credential with every disclosure in its place, digests dropped, and without the
/// claims that are never redacted, which the structure already holds.
pub(crate) fn resolve<'a>(
    claims: Entries<'a>,
    disclosures: &[Item<'a>],
) -> Result<Node<'a>, DisclosureError> {
    let mut resolver = Resolver {
        disclosures: disclosures.iter().map(|d| Disclosure::parse(*d)).collect::<Result<_, _>>()?,
    };
    let node = resolver.map(claims, 0)?;
    if resolver.disclosures.iter().all(|d| d.used) {
        Ok(node)
    } else {
        Err(Rule("a disclosure matches no digest"))
    }
}

struct Disclosure<'a> {
    digest: [u8; 32],
    /// `None` for an array element.
    key: Option<Item<'a>>,
    value: Item<'a>,
    used: bool,
}

impl<'a> Disclosure<'a> {
    fn parse(item: Item<'a>) -> Result<Self, DisclosureError> {
        let content = item.byte_string().ok_or(Rule("a disclosure is a byte string"))?;
        let parts = cbor::check(content)?.array().ok_or(Rule("a disclosure holds an array"))?;
        let (salt, value, key) = match (parts.exactly(), parts.exactly()) {
            (Some([salt, value, key]), _) => (salt, value, Some(key)),
            (_, Some([salt, value])) => (salt, value, None),
            _ => return Err(Rule("a disclosure has two or three parts")),
        };
        if salt.byte_string().is_none_or(|s| s.len() != SALT_BYTES) {
            return Err(Rule("a salt has 16 bytes"));
        }
        // Others could be a fixed claim in disguise: digests, or a bignum that equals its key.
        let plain = |key: Item<'_>| key.int().is_some() || key.text().is_some();
        if !key.is_none_or(plain) {
            return Err(Rule("a disclosed key is an integer or text"));
        }
        let digest = Sha256::digest(item.encoded()).into();
        Ok(Self { digest, key, value, used: false })
    }
}

struct Resolver<'a> {
    disclosures: Vec<Disclosure<'a>>,
}

impl<'a> Resolver<'a> {
    /// The disclosure of a digest, or `None` for one that stays redacted. Each is used once.
    fn take(
        &mut self,
        digest: &[u8; 32],
    ) -> Result<Option<(Option<Item<'a>>, Item<'a>)>, DisclosureError> {
        let mut found = self.disclosures.iter_mut().filter(|d| d.digest == *digest);
        let Some(disclosure) = found.next() else { return Ok(None) };
        if disclosure.used || found.next().is_some() {
            return Err(Rule("a disclosure matches exactly one digest"));
        }
        disclosure.used = true;
        Ok(Some((disclosure.key, disclosure.value)))
    }

    fn value(&mut self, item: Item<'a>, depth: usize) -> Result<Node<'a>, DisclosureError> {
        if depth > MAX_CBOR_DEPTH {
            return Err(Rule("disclosed values are nested too deep"));
        }
        match item.kind() {
            Some(Kind::Map(entries)) => self.map(entries, depth),
            Some(Kind::Array(elements)) => {
                let mut out = Vec::with_capacity(elements.len());
                for element in elements {
                    if let Some(node) = self.element(element, depth)? {
                        out.push(node);
                    }
                }
                Ok(Node::Array(out))
            }
            Some(Kind::Tag(tag, content)) => {
                let content = self.value(content, depth.saturating_add(1))?;
                Ok(Node::Tag(tag, Box::new(content)))
            }
            _ => Ok(Node::Leaf(item)),
        }
    }

    /// An array element; `None` for a digest that stays redacted.
    fn element(
        &mut self,
        item: Item<'a>,
        depth: usize,
    ) -> Result<Option<Node<'a>>, DisclosureError> {
        let depth = depth.saturating_add(1);
        let Some(digest) = item.tagged(TAG_REDACTED_ELEMENT) else {
            return self.value(item, depth).map(Some);
        };
        let digest = digest.byte_string().and_then(|d| d.try_into().ok());
        match self.take(digest.ok_or(Rule("a redacted element is a digest of 32 bytes"))?)? {
            None => Ok(None),
            Some((Some(_), _)) => Err(Rule("a map entry is disclosed in an array")),
            Some((None, value)) if value.tagged(TAG_REDACTED_ELEMENT).is_some() => {
                Err(Rule("a disclosed element is a digest"))
            }
            Some((None, value)) => self.value(value, depth).map(Some),
        }
    }

    fn map(&mut self, entries: Entries<'a>, depth: usize) -> Result<Node<'a>, DisclosureError> {
        let (top, depth) = (depth == 0, depth.saturating_add(1));
        let fixed = |key: Item<'_>| key.int().is_some_and(|k| NEVER_REDACTED.contains(&k));
        let mut out = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            if is_redacted_keys(key) || (top && fixed(key)) {
                continue;
            }
            out.push((key, self.value(value, depth)?));
        }
        for (_, value) in entries.filter(|(key, _)| is_redacted_keys(*key)) {
            for digest in digests(value).ok_or(Rule("digests are 32 bytes each"))? {
                let Some((key, value)) = self.take(digest)? else { continue };
                let key = key.ok_or(Rule("an array element is disclosed in a map"))?;
                if top && fixed(key) {
                    return Err(Rule("a claim is disclosed that is never redacted"));
                }
                if out.iter().any(|(other, _)| same_value(*other, key)) {
                    return Err(Rule("a disclosed key is there already"));
                }
                out.push((key, self.value(value, depth)?));
            }
        }
        Ok(Node::Map(out))
    }
}
