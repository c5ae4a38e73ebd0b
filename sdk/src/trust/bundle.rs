//! The offline bundle: a trust list and status lists in one file (trust section 3).

use super::error::{BundleError, TrustError};
use super::state::TrustState;
use crate::limits::MAX_SIGNED_BYTES;
use crate::payload::cbor::{self, Item};
use crate::payload::cose::{FormatError, OrStructure};
use crate::payload::credential::find_text;

/// A bundle taken apart. The container is not signed: each part is checked like one that came over
/// the network.
#[derive(Clone, PartialEq, Eq)]
pub struct Bundle<'a> {
    /// The trust list.
    pub trust_list: &'a [u8],
    /// URI and token of each status list.
    pub status_lists: Vec<(&'a str, &'a [u8])>,
}

impl<'a> Bundle<'a> {
    /// Takes a bundle apart.
    ///
    /// # Errors
    ///
    /// [`TrustError::BadFormat`] when the container is not what trust section 3 describes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, TrustError> {
        if bytes.len() > MAX_SIGNED_BYTES {
            return Err(FormatError::Structure("size of the bundle").into());
        }
        let map = cbor::check(bytes).map_err(FormatError::from)?.map().or_structure("bundle")?;
        if find_text(map, "ikd_bundle").and_then(Item::uint) != Some(1) {
            return Err(FormatError::Structure("ikd_bundle version 1").into());
        }
        let trust_list = find_text(map, "trust").and_then(Item::byte_string);
        let status = find_text(map, "status").and_then(Item::map).or_structure("status")?;
        let entry = |(uri, token): (Item<'a>, Item<'a>)| Some((uri.text()?, token.byte_string()?));
        Ok(Self {
            trust_list: trust_list.or_structure("trust")?,
            status_lists: status.map(entry).collect::<Option<_>>().or_structure("status")?,
        })
    }

    /// Writes a bundle.
    pub fn to_bytes(&self) -> Vec<u8> {
        write(self.trust_list, &self.status_lists)
    }
}

fn write<T: AsRef<[u8]>>(trust_list: &[u8], status_lists: &[(&str, T)]) -> Vec<u8> {
    let mut out = Vec::new();
    cbor::write_head(&mut out, 5, 3);
    cbor::write_text(&mut out, "ikd_bundle");
    cbor::write_head(&mut out, 0, 1);
    cbor::write_text(&mut out, "trust");
    cbor::write_bytes(&mut out, trust_list);
    cbor::write_text(&mut out, "status");
    cbor::write_head(&mut out, 5, u64::try_from(status_lists.len()).unwrap_or_default());
    for (uri, token) in status_lists {
        cbor::write_text(&mut out, uri);
        cbor::write_bytes(&mut out, token.as_ref());
    }
    out
}

impl std::fmt::Debug for Bundle<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bundle({} status lists)", self.status_lists.len())
    }
}

impl TrustState {
    /// The offline bundle of this state (trust section 3). Withdrawn status lists are left out, as
    /// nobody would take them up.
    ///
    /// # Errors
    ///
    /// [`BundleError`] without a trust list, or when the store's file of a list cannot be read.
    pub fn to_bundle(&self) -> Result<Vec<u8>, BundleError> {
        let list = self.list.as_ref().ok_or(BundleError::NoTrustList)?;
        let unreadable = |uri: &str, why: std::io::Error| BundleError::Unreadable {
            list: uri.to_owned(),
            why: why.to_string(),
        };
        let trust_list = list.token.read().map_err(|why| unreadable("trust list", why))?;
        let good = self.status.iter().filter(|(_, list)| !list.value.is_withdrawn());
        let tokens = good.map(|(uri, list)| match list.token.read() {
            Ok(token) => Ok((&**uri, token)),
            Err(why) => Err(unreadable(uri, why)),
        });
        let tokens: Vec<_> = tokens.collect::<Result<_, _>>()?;
        Ok(write(&trust_list, &tokens))
    }

    /// All lists that can be read, withdrawn ones too; nothing without a trust list.
    pub(super) fn saved_bundle(&self) -> Vec<u8> {
        let list = self.list.as_ref().and_then(|list| list.token.read().ok());
        let tokens = self.status.iter().filter_map(|(uri, l)| Some((&**uri, l.token.read().ok()?)));
        list.map(|list| write(&list, &tokens.collect::<Vec<_>>())).unwrap_or_default()
    }
}
