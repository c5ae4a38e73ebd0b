//! Hash maps whose keys are digests already.

/// Eight bytes of a key that is a SHA-256, or a part of one, serve as its hash.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct DigestBits(u64);

impl std::hash::BuildHasher for DigestBits {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

impl std::hash::Hasher for DigestBits {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 ^= u64::from_le_bytes(*first);
        }
    }

    fn write_usize(&mut self, _length: usize) {}
}
