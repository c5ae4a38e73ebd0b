//! The trust list: who may sign what, signed by the roots (trust section 1).

use super::error::TrustError;
use super::roots::RootKeys;
use crate::limits::{MAX_KID_BYTES, MAX_SIGNED_BYTES};
use crate::payload::cbor::{self, Entries, Item};
use crate::payload::cose::{
    CoseKey, FormatError, OrStructure, find, header, protected_header, sign_signed_bytes, typ_is,
};
use crate::payload::credential::find_text;
use crate::signature::Ed25519Key;
use crate::time::UnixTime;

pub(super) const TAG_SIGN: u64 = 98;
/// The one algorithm of a list: the older -8 is not granted here (trust section 1).
pub(super) const ALG_ED25519: i64 = -19;
pub(super) const MEDIA_TYPE: &str = "application/ikd-trust+cbor";

/// A trust list whose signatures hold. Only [`Trust`](super::Trust) makes one.
#[derive(Debug, Clone)]
pub struct TrustList {
    version: u64,
    issued: UnixTime,
    expires: UnixTime,
    issuers: Vec<Issuer>,
    roots: RootKeys,
}

/// An issuer of credentials.
#[derive(Debug, Clone)]
pub struct Issuer {
    id: String,
    name: String,
    gateway: Option<String>,
    keys: Vec<IssuerKey>,
}

/// A public key of an issuer, for one use and one span of time.
#[derive(Debug, Clone)]
pub struct IssuerKey {
    kid: Vec<u8>,
    /// `None` for a key type that this software does not use: nothing verifies under it.
    key: Option<Ed25519Key>,
    key_use: KeyUse,
    from: UnixTime,
    until: UnixTime,
    revoked: Option<UnixTime>,
}

/// What an issuer's key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// Credentials.
    Credential,
    /// Status lists.
    Status,
    /// Answers of the consent gateway.
    Gateway,
}

impl KeyUse {
    /// As lists write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Credential => "credential",
            Self::Status => "status",
            Self::Gateway => "gateway",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        [Self::Credential, Self::Status, Self::Gateway].into_iter().find(|u| u.as_str() == text)
    }
}

impl TrustList {
    /// Version of the list; every list has a higher one than that before it.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// When the list was issued.
    pub fn issued(&self) -> UnixTime {
        self.issued
    }

    /// When nothing verifies under it any more.
    pub fn expires(&self) -> UnixTime {
        self.expires
    }

    /// The issuers.
    pub fn issuers(&self) -> &[Issuer] {
        &self.issuers
    }

    /// The roots from this list on.
    pub fn roots(&self) -> &RootKeys {
        &self.roots
    }

    /// The key of one issuer for one use, and the entry of the issuer that holds it.
    pub(crate) fn key(
        &self,
        issuer: &str,
        kid: &[u8],
        key_use: KeyUse,
    ) -> Option<(&Issuer, &IssuerKey)> {
        let entries = self.issuers.iter().filter(|i| i.id == issuer);
        let mut keys = entries.flat_map(|i| i.keys.iter().map(move |key| (i, key)));
        keys.find(|(_, key)| key.kid == kid && key.key_use == key_use)
    }

    /// Format and signatures, in this order: `trusted` and the list's own roots must both reach
    /// their threshold. Version and life are checked by [`Trust`](super::Trust).
    pub(super) fn verify(bytes: &[u8], trusted: &RootKeys) -> Result<Self, TrustError> {
        let signed = SignedList::parse(bytes)?;
        let list = Self::parse_payload(signed.payload)?;
        for roots in [trusted, &list.roots] {
            let valid = signed.count_valid(roots);
            if valid < roots.threshold() {
                return Err(TrustError::BadSignature { valid, threshold: roots.threshold() });
            }
        }
        Ok(list)
    }

    /// The list in a payload, of which no signature is checked here.
    pub(super) fn parse_payload(payload: &[u8]) -> Result<Self, TrustError> {
        let payload = cbor::check(payload).map_err(FormatError::from)?;
        let map = payload.map().or_structure("payload map")?;
        let root = field(map, "root", Item::map)?;
        let issuers = field(map, "issuers", Item::array)?;
        Ok(Self {
            version: field(map, "version", Item::uint)?,
            issued: time(map, "issued")?,
            expires: time(map, "expires")?,
            roots: parse_roots(root)?,
            issuers: issuers.map(Issuer::parse).collect::<Result<_, _>>()?,
        })
    }
}

/// A required entry under a text key, of the type that `get` takes.
fn field<'a, T>(
    map: Entries<'a>,
    key: &'static str,
    get: impl FnOnce(Item<'a>) -> Option<T>,
) -> Result<T, FormatError> {
    find_text(map, key).and_then(get).or_structure(key)
}

fn time(map: Entries<'_>, key: &'static str) -> Result<UnixTime, FormatError> {
    field(map, key, Item::int).map(UnixTime::from_secs)
}

fn parse_roots(root: Entries<'_>) -> Result<RootKeys, TrustError> {
    let keys = field(root, "keys", Item::array)?.map(|key| match CoseKey::parse(key)? {
        CoseKey::Ed25519(bytes) => Ok(*bytes),
        CoseKey::P256 { .. } | CoseKey::Other => Err(FormatError::Structure("root key type")),
    });
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let threshold = field(root, "threshold", Item::uint)?;
    let threshold = usize::try_from(threshold).unwrap_or(usize::MAX);
    RootKeys::new(&keys, threshold).map_err(|error| TrustError::BadFormat(error.to_string()))
}

impl Issuer {
    fn parse(item: Item<'_>) -> Result<Self, FormatError> {
        let map = item.map().or_structure("issuer")?;
        let keys = field(map, "keys", Item::array)?;
        let keys: Vec<_> = keys.map(IssuerKey::parse).collect::<Result<_, _>>()?;
        for (i, key) in keys.iter().enumerate() {
            let twin = |k: &IssuerKey| k.kid == key.kid && k.key_use == key.key_use;
            if keys.iter().skip(i.saturating_add(1)).any(twin) {
                return Err(FormatError::Structure("two keys of one kid and use"));
            }
        }
        let gateway = find_text(map, "gateway").map(|gateway| {
            let map = gateway.map().or_structure("gateway")?;
            let issuer = field(map, "issuer", Item::text)?;
            is_https(issuer).then(|| issuer.to_owned()).or_structure("https gateway")
        });
        Ok(Self {
            id: field(map, "iss", Item::text)?.to_owned(),
            name: field(map, "name", Item::text)?.to_owned(),
            gateway: gateway.transpose()?,
            keys,
        })
    }

    /// The `iss` of its credentials.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The OpenID issuer of its consent channel: an https URL.
    pub fn gateway(&self) -> Option<&str> {
        self.gateway.as_deref()
    }

    /// Its keys.
    pub fn keys(&self) -> &[IssuerKey] {
        &self.keys
    }
}

/// An https URL with a host, and nothing that an OpenID issuer must not have (OpenID Discovery
/// section 3).
fn is_https(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    !host.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic() && !b"?#@\\".contains(&b))
}

impl IssuerKey {
    fn parse(item: Item<'_>) -> Result<Self, FormatError> {
        let map = item.map().or_structure("issuer key")?;
        let kid = field(map, "kid", Item::byte_string)?;
        if kid.is_empty() || kid.len() > MAX_KID_BYTES {
            return Err(FormatError::Structure("length of kid"));
        }
        let key_use = KeyUse::parse(field(map, "use", Item::text)?).or_structure("use of a key")?;
        let key = match CoseKey::parse(find_text(map, "key").or_structure("key")?)? {
            CoseKey::Ed25519(bytes) => Ed25519Key::from_bytes(bytes),
            CoseKey::P256 { .. } | CoseKey::Other => None,
        };
        let revoked = find_text(map, "revoked");
        let revoked = revoked.map(|r| r.int().or_structure("revoked")).transpose()?;
        Ok(Self {
            kid: kid.to_vec(),
            key,
            key_use,
            from: time(map, "from")?,
            until: time(map, "until")?,
            revoked: revoked.map(UnixTime::from_secs),
        })
    }

    /// Key id.
    pub fn kid(&self) -> &[u8] {
        &self.kid
    }

    /// What it signs.
    pub fn key_use(&self) -> KeyUse {
        self.key_use
    }

    /// First second in which it may sign.
    pub fn from(&self) -> UnixTime {
        self.from
    }

    /// The second from which on it may not sign.
    pub fn until(&self) -> UnixTime {
        self.until
    }

    /// When it was revoked: it vouches for nothing then, whenever it signed.
    pub fn revoked(&self) -> Option<UnixTime> {
        self.revoked
    }

    /// Whether the key vouches for what it signed at `issued` (IKD-QR section 6, step 9).
    pub(crate) fn vouches_at(&self, issued: UnixTime) -> bool {
        self.revoked.is_none() && self.in_time_at(issued)
    }

    /// Whether `issued` lies in the time in which the key signs.
    pub(super) fn in_time_at(&self, issued: UnixTime) -> bool {
        self.from <= issued && issued < self.until
    }

    /// Whether both are the same public key.
    pub(super) fn same_key(&self, other: &Self) -> bool {
        match (&self.key, &other.key) {
            (Some(a), Some(b)) => a.as_bytes() == b.as_bytes(),
            _ => false,
        }
    }

    pub(crate) fn public_key(&self) -> Option<&Ed25519Key> {
        self.key.as_ref()
    }
}

/// COSE_Sign (RFC 9052 section 4.1) taken apart.
pub(super) struct SignedList<'a> {
    body_protected: &'a [u8],
    pub(super) payload: &'a [u8],
    signatures: Vec<ListSignature<'a>>,
}

struct ListSignature<'a> {
    protected: &'a [u8],
    kid: &'a [u8],
    signature: &'a [u8; 64],
}

impl<'a> SignedList<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, FormatError> {
        if bytes.len() > MAX_SIGNED_BYTES {
            return Err(FormatError::Structure("size of the list"));
        }
        let array = cbor::check(bytes)?.tagged(TAG_SIGN).or_structure("tag 98")?.array();
        let [protected, unprotected, payload, signatures] =
            array.and_then(|a| a.exactly()).or_structure("array of 4")?;
        let body_protected = protected.byte_string().or_structure("protected header")?;
        let body_header = protected_header(body_protected)?;
        if !typ_is(body_header, None, MEDIA_TYPE) {
            return Err(FormatError::Structure("typ of the list"));
        }
        let unprotected = unprotected.map().or_structure("unprotected header")?;
        refuse_crit(body_header)?;
        refuse_crit(unprotected)?;
        let signatures = signatures.array().or_structure("signatures")?;
        Ok(Self {
            body_protected,
            payload: payload.byte_string().or_structure("payload")?,
            signatures: signatures.map(ListSignature::parse).collect::<Result<_, _>>()?,
        })
    }

    /// How many distinct roots signed. The same root twice counts once.
    pub(super) fn count_valid(&self, roots: &RootKeys) -> usize {
        roots.count_valid(|kid, key| {
            let by_root = self.signatures.iter().filter(|s| s.kid == kid);
            by_root.into_iter().any(|s| {
                let message = sign_signed_bytes(self.body_protected, s.protected, self.payload);
                key.verify(&message, s.signature)
            })
        })
    }
}

impl<'a> ListSignature<'a> {
    fn parse(item: Item<'a>) -> Result<Self, FormatError> {
        let [protected, unprotected, signature] =
            item.array().and_then(|a| a.exactly()).or_structure("signature")?;
        let protected = protected.byte_string().or_structure("protected header of a signature")?;
        let entries = protected_header(protected)?;
        let unprotected = unprotected.map().or_structure("unprotected header of a signature")?;
        refuse_crit(entries)?;
        refuse_crit(unprotected)?;
        if find(entries, header::ALG).and_then(Item::int) != Some(ALG_ED25519) {
            return Err(FormatError::Structure("algorithm of a signature"));
        }
        let kid = find(entries, header::KID).and_then(Item::byte_string).or_structure("kid")?;
        let signature = signature.byte_string().and_then(|s| s.try_into().ok());
        let signature = signature.or_structure("signature of 64 bytes")?;
        Ok(Self { protected, kid, signature })
    }
}

fn refuse_crit(entries: Entries<'_>) -> Result<(), FormatError> {
    match find(entries, header::CRIT) {
        None => Ok(()),
        Some(_) => Err(FormatError::Structure("crit header")),
    }
}

#[cfg(test)]
mod tests {
    use super::is_https;

    #[test]
    fn a_gateway_is_an_https_url() {
        assert!(is_https("https://gateway.example/ciba"));
        for bad in ["http://a", "https://", "https:///x", "https://a@b", "https://a?b", "HTTPS://a"]
        {
            assert!(!is_https(bad), "{bad}");
        }
    }
}
