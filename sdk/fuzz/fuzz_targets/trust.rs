//! Any bytes as trust list, status list, bundle or saved state are answered.
#![no_main]

use ikd_verifier::{RootKeys, Trust, UnixTime};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let sandbox = ikd_sandbox::Sandbox::new([42; 32], 1_790_000_000);
    let roots = RootKeys::new(&sandbox.roots(), 2).expect("sound roots");
    let now = UnixTime::from_secs(1_790_000_000);
    let (trust, _) = Trust::from_bundle(roots, &sandbox.bundle()).expect("a sound bundle");
    let before = trust.save();
    assert!(trust.update_list(data, now).is_err() || data == sandbox.trust_list());
    assert!(trust.update_status_token(data).is_err() || data == sandbox.status_list(1_790_000_000));
    let _ = trust.import_bundle(data, now);
    let _ = Trust::restore(data);
    assert!(trust.save() == before);
});
