//! Any bytes in an envelope, and any text, are answered with a code. What is changed in a good QR is
//! never accepted.
#![no_main]

use std::sync::{Arc, LazyLock};

use ikd_sandbox::{Profile, Sandbox, base45};
use ikd_verifier::{Envelope, MemoryReplayStore, Policy, RootKeys, Trust, UnixTime, Verifier};
use libfuzzer_sys::fuzz_target;

const NOW: i64 = 1_790_000_000;

static STAGE: LazyLock<(Verifier, Vec<Vec<u8>>)> = LazyLock::new(|| {
    let sandbox = Sandbox::new([42; 32], NOW);
    let roots = RootKeys::new(&sandbox.roots(), 2).expect("sound roots");
    let (trust, _) = Trust::from_bundle(roots, &sandbox.bundle()).expect("a sound bundle");
    let verifier =
        Verifier::new(Arc::new(trust), Arc::new(MemoryReplayStore::new()), Policy::new());
    let persons = sandbox.persons().iter().take(2);
    let qrs = persons.flat_map(|p| Profile::ALL.map(|profile| sandbox.present(p, profile, NOW)));
    (verifier, qrs.map(|qr| qr.bytes().to_vec()).collect())
});

fuzz_target!(|data: &[u8]| {
    let (verifier, qrs) = &*STAGE;
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = verifier.verify_text(text, UnixTime::from_secs(NOW));
    }
    let verify = |bytes: &[u8]| {
        let text = format!("IKD1:{}", base45::encode(bytes));
        verifier.verify_text(&text, UnixTime::from_secs(NOW))
    };
    let _ = verify(data);
    // The same bytes as edits of a good QR: reaches what random bytes never do.
    let [which, edits @ ..] = data else { return };
    let good = &qrs[usize::from(*which) % qrs.len()];
    let mut bytes = good.clone();
    for edit in edits.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([edit[0], edit[1]])) % bytes.len();
        bytes[at] ^= edit[2];
    }
    if bytes != *good {
        assert!(Envelope::decode("IKD1:").is_ok() && verify(&bytes).is_err());
    }
});
