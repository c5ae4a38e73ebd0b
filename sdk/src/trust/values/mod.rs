//! The values of a status list: small in memory, or in a file when memory is short.

mod inflate;
#[cfg(feature = "store")]
mod paged;
mod sparse;

use std::path::Path;

use self::inflate::inflate;
#[cfg(feature = "store")]
use self::paged::Paged;
use self::sparse::SparseBytes;
use super::error::StatusListError;
use crate::payload::cbor::Item;
use crate::payload::cose::OrStructure;
use crate::payload::credential::find_text;

/// Packed values of 1, 2, 4 or 8 bits, lowest bits first (draft section 4.1).
pub(super) struct Values {
    bits: u8,
    bytes: Bytes,
}

enum Bytes {
    Memory(SparseBytes),
    #[cfg(feature = "store")]
    File(Paged),
}

/// Where the values of one more list may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room<'a> {
    /// Bytes of memory that are left.
    pub(super) memory: usize,
    /// The folder for values that do not fit.
    pub(super) scratch: Option<&'a Path>,
}

/// `bits` and `lst` of a token, not inflated yet.
#[derive(Clone, Copy)]
pub(super) struct PackedValues<'a> {
    bits: u8,
    deflated: &'a [u8],
}

impl<'a> PackedValues<'a> {
    pub(super) fn parse(item: Item<'a>) -> Result<Self, StatusListError> {
        let map = item.map().or_structure("status list")?;
        let bits = find_text(map, "bits").and_then(Item::uint).and_then(|b| u8::try_from(b).ok());
        let bits = bits.filter(|b| matches!(b, 1 | 2 | 4 | 8)).or_structure("bits")?;
        let deflated = find_text(map, "lst").and_then(Item::byte_string).or_structure("lst")?;
        Ok(Self { bits, deflated })
    }

    /// Inflates piece by piece: the whole list never stands in memory in its full size.
    pub(super) fn unpack(self, room: Room<'_>) -> Result<Values, StatusListError> {
        let Room { memory, scratch } = room;
        let mut bytes = SparseBytes::default();
        let fits = inflate(self.deflated, |piece| {
            bytes.push(piece);
            bytes.memory() <= memory
        })?;
        let bytes = if fits { Bytes::Memory(bytes) } else { self.unpack_to_file(scratch)? };
        Ok(Values { bits: self.bits, bytes })
    }

    #[cfg(feature = "store")]
    fn unpack_to_file(self, scratch: Option<&Path>) -> Result<Bytes, StatusListError> {
        let folder = scratch.ok_or(StatusListError::NoRoom)?;
        let mut writer = paged::Writer::create(folder).map_err(|_| StatusListError::NoRoom)?;
        let written = inflate(self.deflated, |piece| writer.push(piece).is_ok())?;
        let paged = if written { writer.finish().ok() } else { None };
        paged.map(Bytes::File).ok_or(StatusListError::NoRoom)
    }

    #[cfg(not(feature = "store"))]
    fn unpack_to_file(self, _: Option<&Path>) -> Result<Bytes, StatusListError> {
        Err(StatusListError::NoRoom)
    }
}

impl Values {
    /// How many values there are.
    pub(super) fn len(&self) -> u64 {
        let bytes = match &self.bytes {
            Bytes::Memory(bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            #[cfg(feature = "store")]
            Bytes::File(file) => file.len(),
        };
        bytes.saturating_mul(8).checked_div(self.bits.into()).unwrap_or_default()
    }

    /// The value at an index; `None` past the end, and where the file cannot be read.
    pub(super) fn get(&self, index: u64) -> Option<u8> {
        let bit = index.checked_mul(self.bits.into())?;
        let byte = match &self.bytes {
            Bytes::Memory(bytes) => bytes.get(usize::try_from(bit >> 3).ok()?)?,
            #[cfg(feature = "store")]
            Bytes::File(file) => file.get(bit >> 3)?,
        };
        let mask = u8::MAX >> 8_u32.checked_sub(self.bits.into())?;
        Some((byte >> (bit & 7)) & mask)
    }

    /// Bytes of memory that the values take.
    pub(super) fn memory(&self) -> usize {
        match &self.bytes {
            Bytes::Memory(bytes) => bytes.memory(),
            #[cfg(feature = "store")]
            Bytes::File(_) => 0,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{PackedValues, Room, Values};
    use crate::hex;
    use crate::payload::cbor;

    const ENDLESS: Room<'static> = Room { memory: usize::MAX, scratch: None };

    fn packed(bits: u8, lst: &[u8]) -> Vec<u8> {
        let mut item = hex::decode(&format!("a26462697473{bits:02x}636c7374")).unwrap();
        cbor::write_bytes(&mut item, lst);
        item
    }

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        miniz_oxide::deflate::compress_to_vec_zlib(bytes, 6)
    }

    fn unpack(item: &[u8], room: Room<'_>) -> Result<Values, &'static str> {
        let packed = PackedValues::parse(cbor::check(item).unwrap());
        packed.and_then(|packed| packed.unpack(room)).map_err(|error| error.code())
    }

    /// The `StatusList` structures of draft-ietf-oauth-status-list section 4.3.
    #[test]
    fn reads_the_examples_of_the_draft() {
        let read = |text| unpack(&hex::decode(text).unwrap(), ENDLESS).unwrap();
        let one_bit = read("a2646269747301636c73744a78dadbb918000217015d");
        let values: Vec<_> = (0..17).map_while(|i| one_bit.get(i)).collect();
        assert_eq!(values, [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]);
        let two_bits = read("a2646269747302636c73744b78da3be9f2130003df0207");
        let values: Vec<_> = (0..13).map_while(|i| two_bits.get(i)).collect();
        assert_eq!(values, [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]);
        assert_eq!(two_bits.len(), 12);
        assert_eq!(two_bits.get(u64::MAX), None);
    }

    #[test]
    fn refuses_lists_that_inflate_too_far_or_not_at_all() {
        let code = |lst: &[u8]| unpack(&packed(1, lst), ENDLESS).err();
        let zeros = |size| deflated(&vec![0; size]);
        assert_eq!(code(&zeros(crate::limits::MAX_STATUS_BYTES)), None);
        let bomb = zeros(crate::limits::MAX_STATUS_BYTES + 1);
        assert_eq!(code(&bomb), Some("status_bad_compression"));
        let cut = zeros(1_000);
        assert_eq!(code(cut.get(..cut.len() / 2).unwrap()), Some("status_bad_compression"));
        assert_eq!(code(b"not zlib"), Some("status_bad_compression"));
    }

    /// Bytes of every density, over the ends of blocks.
    fn samples() -> Vec<Vec<u8>> {
        let mut state = 7_u32;
        let mut random = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        let lengths = [0, 1, 999, 65_535, 65_536, 65_537, 200_000];
        let mut samples = Vec::new();
        for one_in in [1, 3, 4, 100, 10_000] {
            samples.extend(lengths.map(|length| {
                let byte = |random: u32| {
                    if random.is_multiple_of(one_in) { random.to_be_bytes()[1] } else { 0 }
                };
                (0..length).map(|_| byte(random())).collect::<Vec<u8>>()
            }));
        }
        samples
    }

    #[test]
    fn memory_gives_back_every_value() {
        for bytes in samples() {
            let values = unpack(&packed(8, &deflated(&bytes)), ENDLESS).unwrap();
            let read: Vec<_> = (0..).map_while(|i| values.get(i)).collect();
            assert!(read == bytes, "{} bytes", bytes.len());
            assert!(values.memory() <= bytes.len() + 1_000, "{} bytes", bytes.len());
        }
    }

    #[test]
    fn few_entries_take_little_memory() {
        let mut bytes = vec![0; 1 << 20];
        bytes.iter_mut().step_by(100).for_each(|byte| *byte = 1);
        let values = unpack(&packed(2, &deflated(&bytes)), ENDLESS).unwrap();
        assert!(values.memory() < bytes.len() / 30, "{}", values.memory());
    }

    #[cfg(feature = "store")]
    #[test]
    fn a_file_gives_back_every_value_where_memory_is_short() {
        let folder = tempfile::tempdir().unwrap();
        let short = Room { memory: 100, scratch: Some(folder.path()) };
        for bytes in samples().into_iter().filter(|bytes| bytes.len() > 1_000) {
            let item = packed(8, &deflated(&bytes));
            let values = unpack(&item, short).unwrap();
            if values.memory() == 0 {
                let step = |i: &usize| values.get(u64::try_from(*i).unwrap());
                for i in (0..bytes.len()).step_by(97) {
                    assert_eq!(step(&i), bytes.get(i).copied());
                }
                assert_eq!(step(&bytes.len()), None);
            }
            let nowhere = Room { scratch: None, ..short };
            assert_eq!(unpack(&item, nowhere).is_err(), values.memory() == 0);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no file is left behind");
    }
}
