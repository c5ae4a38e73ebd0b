//! Helpers of the tests across the crates. The tests themselves are the files beside this one.

use std::path::PathBuf;
use std::sync::Arc;

use ikd_sandbox::Sandbox;
use ikd_verifier::{MemoryReplayStore, Policy, RootKeys, Trust, UnixTime, Verifier};

/// The time at which the tests' sandbox was opened.
pub const OPENED: i64 = 1_790_000_000;

/// A sandbox with the same keys in every test.
pub fn sandbox() -> Sandbox {
    Sandbox::new([42; 32], OPENED)
}

/// The sandbox's root keys.
pub fn roots(sandbox: &Sandbox) -> RootKeys {
    let threshold = sandbox.threshold().try_into().expect("a small number");
    RootKeys::new(&sandbox.roots(), threshold).expect("the sandbox's roots are sound")
}

/// What a verifier is set up with.
pub fn trust(sandbox: &Sandbox) -> Arc<Trust> {
    let (trust, report) =
        Trust::from_bundle(roots(sandbox), &sandbox.bundle()).expect("the bundle is sound");
    assert!(report.refused.is_empty(), "{:?}", report.refused);
    Arc::new(trust)
}

/// A verifier of the sandbox with a replay store of its own.
pub fn verifier(sandbox: &Sandbox, policy: Policy) -> Verifier {
    Verifier::new(trust(sandbox), Arc::new(MemoryReplayStore::new()), policy)
}

/// Seconds since 1970.
pub fn at(secs: i64) -> UnixTime {
    UnixTime::from_secs(secs)
}

/// A folder of files that several projects share. It lies beside this repository; without it the
/// test is skipped aloud, and fails in CI.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared")).join(folder);
    if path.is_dir() {
        return Some(path);
    }
    assert!(std::env::var_os("CI").is_none(), "{} is missing", path.display());
    eprintln!("SKIPPED: {} is missing", path.display());
    None
}
