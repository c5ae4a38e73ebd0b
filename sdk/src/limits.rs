//! Work budgets: every bound on untrusted input stands here, with its source.

/// Characters of a QR text after stripping white space (IKD-QR section 1: a QR's own limit).
pub const MAX_TEXT_CHARS: usize = 4_296;

/// Nested arrays, maps and tags in one CBOR item (IKD-QR section 6, step 5).
pub const MAX_CBOR_DEPTH: usize = 16;

/// Bytes of a key id (IKD-QR section 3).
pub const MAX_KID_BYTES: usize = 64;

/// Bytes of a presentation's `cti` (IKD-QR section 2).
pub const CTI_BYTES: core::ops::RangeInclusive<usize> = 8..=32;

/// Seconds a presentation may live (IKD-QR section 6, step 14).
pub const MAX_PRESENTATION_LIFE: i64 = 90;

/// Seconds a document share may live (IKD-QR section 5).
pub const MAX_SHARE_LIFE: i64 = 3_600;

/// Seconds of clock difference a policy may allow (IKD-QR section 6).
pub const MAX_SKEW: i64 = 30;

/// Seconds the clock may stand behind the highest time ever seen (trust section 5).
pub const CLOCK_TOLERANCE: i64 = 60;

/// Bytes of an inflated status list (trust section 2).
pub const MAX_STATUS_BYTES: usize = 64 << 20;

/// Bytes of memory for the values of status lists, unless an operator says otherwise.
#[cfg(feature = "store")]
pub const STATUS_MEMORY: usize = 64 << 20;

/// Bytes of a trust list, a status list token or a bundle as they are read.
pub const MAX_SIGNED_BYTES: usize = 96 << 20;

/// Bytes of a trust list that is fetched: some thousand times as many as one has.
pub const MAX_FETCHED_TRUST_LIST: usize = 4 << 20;

/// Bytes of a status list token that is fetched: a full list that does not compress, and its frame.
pub const MAX_FETCHED_STATUS_LIST: usize = MAX_STATUS_BYTES + (1 << 20);

/// Bytes of an `ETag` that is sent back.
pub const MAX_ETAG_BYTES: usize = 256;

/// Status lists that are asked for because credentials named them, and are not there yet.
pub const MAX_WANTED_LISTS: usize = 1_024;

/// Bytes of a challenge (IKD-QR section 2, `cnonce`).
pub const CHALLENGE_BYTES: usize = 16;
