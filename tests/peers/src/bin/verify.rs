//! Verifying a travel QR, beside decoding and checking a Claim 169 QR with `claim169-core`.
//!
//! They do not do the same: a Claim 169 QR carries one signature, has no proof that the phone is
//! there, and may be shown for as long as it lives. The ratio says what the second signature, the
//! disclosures and the record of used QRs cost on top.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use claim169_core::{Claim169, CwtMeta, Decoder, Encoder};
use ed25519_dalek::{Signer, SigningKey};
use ikd_sandbox::{KeyKind, PresentOptions, Profile, Sandbox};
use ikd_verifier::{MemoryReplayStore, Policy, RootKeys, Trust, UnixTime, Verifier};

const NOW: i64 = 1_790_000_000;
const ROUNDS: usize = 60;
const CALLS: usize = 200;

fn main() {
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = key.verifying_key().to_bytes();
    let message = vec![7; 400];
    let signature = key.sign(&message);
    let mut one = || {
        black_box(key.verifying_key().verify_strict(black_box(&message), &signature))
            .expect("holds");
    };

    let claim169 = claim169_text(&key);
    let mut peer = || {
        let decoder = Decoder::new(black_box(claim169.as_str())).verify_with_ed25519(&public);
        black_box(decoder.expect("a key").decode()).expect("a good QR");
    };

    let (verifier, texts) = ours();
    let mut texts = texts.iter();
    let mut ours = || {
        let text = texts.next().expect("one for every call");
        black_box(verifier.verify_text(black_box(text), UnixTime::from_secs(NOW))).expect("good");
    };

    let mut work: [(&str, &mut dyn FnMut(), Vec<f64>); 3] = [
        ("one bare verify_strict", &mut one, Vec::new()),
        ("claim169-core: one signature, decoded", &mut peer, Vec::new()),
        ("ikd-verifier: two signatures, whole check", &mut ours, Vec::new()),
    ];
    for round in 0..=ROUNDS {
        for (_, work, samples) in &mut work {
            let start = Instant::now();
            (0..CALLS).for_each(|_| work());
            // The first round only warms up.
            if round > 0 {
                samples.push(start.elapsed().as_secs_f64() * 1e6 / CALLS as f64);
            }
        }
    }
    let [one, rest @ ..] = work.map(|(name, _, mut samples)| {
        samples.sort_by(f64::total_cmp);
        (name, samples[samples.len() / 2])
    });
    for (name, micros) in [one].into_iter().chain(rest) {
        println!("{name:<44} {micros:>8.2} µs {:>7.3}", micros / one.1);
    }
}

/// As many attributes as the travel QR discloses.
fn claim169_text(key: &SigningKey) -> String {
    let claim = Claim169 {
        id: Some("9901015708920001".to_owned()),
        full_name: Some("SITI CONTOH".to_owned()),
        date_of_birth: Some("19920817".to_owned()),
        ..Claim169::default()
    };
    let meta = CwtMeta::new().with_issuer("https://issuer.example").with_expires_at(4_000_000_000);
    let encoder = Encoder::new(claim, meta).sign_with_ed25519(&key.to_bytes()).expect("a key");
    encoder.encode().expect("it fits").qr_data
}

fn ours() -> (Verifier, Vec<String>) {
    let sandbox = Sandbox::new([42; 32], NOW);
    let roots = RootKeys::new(&sandbox.roots(), 2).expect("the sandbox's roots");
    let (trust, _) = Trust::from_bundle(roots, &sandbox.bundle()).expect("the sandbox's bundle");
    let verifier =
        Verifier::new(Arc::new(trust), Arc::new(MemoryReplayStore::new()), Policy::new());
    let person = sandbox.persons().iter().find(|p| sandbox.device(p).kind() == KeyKind::Ed25519);
    let person = person.expect("phones of both kinds");
    let text = |serial| {
        let options = PresentOptions { serial, ..PresentOptions::default() };
        sandbox.present_with(person, Profile::Travel, NOW, &options).text()
    };
    let count = u64::try_from((ROUNDS + 1) * CALLS).expect("small");
    (verifier.with_signature_cache(0), (0..count).map(text).collect())
}
