//! The status list: two bits for each credential, published by the issuer.

use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::cbor::Value;
use crate::cose::{Sign1, empty_map};
use crate::keys::SigningKey;

/// Bits of an entry.
const BITS: usize = 2;
/// Entries of a byte.
const PER_BYTE: usize = 8 / BITS;
/// The hardest setting; lists are made rarely and fetched often.
const COMPRESSION: u8 = 9;

/// The status of a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Good (0).
    #[default]
    Valid,
    /// Withdrawn for good (1).
    Revoked,
    /// Held back, as for a lost phone (2).
    Suspended,
    /// A value that the format gives no meaning (3).
    Unknown,
}

/// The statuses of all credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusList {
    bytes: Vec<u8>,
}

impl StatusList {
    /// At least `entries` entries, all valid.
    #[must_use]
    pub fn new(entries: u32) -> Self {
        Self { bytes: vec![0; (entries as usize).div_ceil(PER_BYTE)] }
    }

    /// How many entries there are.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.bytes.len() * PER_BYTE
    }

    /// Sets an entry; `false` when the list does not reach so far.
    pub fn set(&mut self, index: u32, status: Status) -> bool {
        let index = index as usize;
        let Some(byte) = self.bytes.get_mut(index / PER_BYTE) else {
            return false;
        };
        // The first entry of a byte is in its lowest bits.
        let shift = index % PER_BYTE * BITS;
        *byte = *byte & !(0b11 << shift) | (status as u8) << shift;
        true
    }

    /// An entry; `None` beyond the end of the list.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<Status> {
        let byte = self.bytes.get(index as usize / PER_BYTE)?;
        Some(match byte >> (index as usize % PER_BYTE * BITS) & 0b11 {
            0 => Status::Valid,
            1 => Status::Revoked,
            2 => Status::Suspended,
            _ => Status::Unknown,
        })
    }

    /// The list as the issuer publishes it at `uri`.
    #[must_use]
    pub fn sign(&self, key: &SigningKey, uri: &str, life: StatusLife) -> Vec<u8> {
        let list = Value::map([
            ("bits", Value::Int(BITS as i64)),
            ("lst", compress_to_vec_zlib(&self.bytes, COMPRESSION).into()),
        ]);
        let claims = Value::map([
            (2, uri.into()),
            (6, life.issued.into()),
            (4, life.expires.into()),
            (65534, life.ttl.into()),
            (65533, list),
        ]);
        let typ = Value::from("application/statuslist+cwt");
        let header = vec![(4, key.public().kid()[..].into()), (16, typ)];
        Sign1::new(key, header, &claims).tagged(empty_map()).encode()
    }
}

/// The times of a published list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusLife {
    /// Issued at.
    pub issued: i64,
    /// The end of its life.
    pub expires: i64,
    /// Seconds after which a newer one may be there.
    pub ttl: i64,
}

impl StatusLife {
    /// The life of the lists of the sandbox: a day, renewed twice a day.
    #[must_use]
    pub fn of_a_day(issued: i64) -> Self {
        Self { issued, expires: issued + 86_400, ttl: 43_200 }
    }
}

#[cfg(test)]
mod tests {
    use super::{Status, StatusList};

    #[test]
    fn bits_of_the_draft_example() {
        // draft-ietf-oauth-status-list, section 4.1: a list of two bits an entry.
        let mut list = StatusList::new(12);
        for (index, status) in (0..).zip([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]) {
            let status =
                [Status::Valid, Status::Revoked, Status::Suspended, Status::Unknown][status];
            assert!(list.set(index, status));
            assert_eq!(list.get(index), Some(status));
        }
        assert_eq!(list.bytes, [0xc9, 0x44, 0xf9]);
        assert!(!list.set(12, Status::Revoked));
        assert_eq!(list.get(12), None);
    }
}
