//! Verification against the signatures in it: how much the rest costs.
//!
//! `cargo bench -p ikd-verifier --bench verify` prints microseconds and ratios. What is compared is
//! measured in turns within one run, so that a machine that slows down does not decide.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    reason = "a benchmark prints, and may stop"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use ed25519_dalek::{Signer, SigningKey};
use ikd_sandbox::{KeyKind, PresentOptions, Profile, Sandbox};
use ikd_verifier::{Envelope, MemoryReplayStore, Policy, RootKeys, Trust, UnixTime, Verifier};

const NOW: i64 = 1_790_000_000;
const ROUNDS: usize = 60;
const CALLS: usize = 200;

fn main() {
    let sandbox = Sandbox::new([42; 32], NOW);
    println!("{:<44} {:>9} {:>9}", "", "median µs", "ratio");
    for (name, profile, kind) in [
        ("travel QR, Ed25519 phone", Profile::Travel, KeyKind::Ed25519),
        ("bank QR with disclosures, Ed25519 phone", Profile::Bank, KeyKind::Ed25519),
        ("travel QR, P-256 phone", Profile::Travel, KeyKind::P256),
    ] {
        let texts = texts(&sandbox, profile, kind);
        let cold = verifier(&sandbox).with_signature_cache(0);
        let warm = verifier(&sandbox);
        let mut bare = bare_signatures(&texts[0]);
        let [bare, cold, warm] =
            in_turns([&mut || bare(), &mut accepts(&cold, &texts), &mut accepts(&warm, &texts)]);
        println!("{name}, {} characters", texts[0].len());
        row("  two bare verify_strict", bare, bare);
        row("  cold: text to result", cold, bare);
        row("  credential seen before (ratio to cold)", warm, cold);
    }
}

fn row(name: &str, micros: f64, base: f64) {
    println!("{name:<44} {micros:>9.2} {:>9.3}", micros / base);
}

fn verifier(sandbox: &Sandbox) -> Verifier {
    let roots = RootKeys::new(&sandbox.roots(), 2).expect("the sandbox's roots");
    let (trust, _) = Trust::from_bundle(roots, &sandbox.bundle()).expect("the sandbox's bundle");
    Verifier::new(Arc::new(trust), Arc::new(MemoryReplayStore::new()), Policy::new())
}

/// As many different presentations as are verified, for each can be accepted once.
fn texts(sandbox: &Sandbox, profile: Profile, kind: KeyKind) -> Vec<String> {
    let person = sandbox.persons().iter().find(|p| sandbox.device(p).kind() == kind);
    let person = person.expect("phones of both kinds");
    let text = |serial| {
        let options = PresentOptions { serial, ..PresentOptions::default() };
        sandbox.present_with(person, profile, NOW, &options).text()
    };
    (0..u64::try_from((ROUNDS + 1) * CALLS).expect("small")).map(text).collect()
}

/// One call verifies the next text.
fn accepts<'a>(verifier: &'a Verifier, texts: &'a [String]) -> impl FnMut() + 'a {
    let mut next = texts.iter();
    move || {
        let text = next.next().expect("a text for every call");
        black_box(verifier.verify_text(black_box(text), UnixTime::from_secs(NOW)))
            .expect("it is accepted");
    }
}

/// Two strict checks under prepared keys, of messages as long as those in a QR: the presentation
/// signs nearly all of its bytes, the credential nearly all of what the presentation carries.
fn bare_signatures(text: &str) -> impl FnMut() {
    let bytes = Envelope::decode(text).expect("a good QR").as_bytes().len();
    let sign = |seed, length| {
        let key = SigningKey::from_bytes(&[seed; 32]);
        let message = vec![seed; length];
        let signature = key.sign(&message);
        (key.verifying_key(), message, signature)
    };
    let pairs = [sign(1, bytes - 80), sign(2, bytes - 240)];
    move || {
        for (key, message, signature) in &pairs {
            black_box(key.verify_strict(black_box(message), signature)).expect("it holds");
        }
    }
}

/// Median microseconds a call of each, measured in turns.
fn in_turns<const N: usize>(mut work: [&mut dyn FnMut(); N]) -> [f64; N] {
    let mut samples = [const { Vec::new() }; N];
    for round in 0..=ROUNDS {
        for (work, samples) in work.iter_mut().zip(&mut samples) {
            let start = Instant::now();
            for _ in 0..CALLS {
                work();
            }
            // The first round only warms up.
            if round > 0 {
                samples.push(start.elapsed().as_secs_f64() * 1e6 / CALLS as f64);
            }
        }
    }
    samples.map(|mut samples| {
        samples.sort_by(f64::total_cmp);
        samples[samples.len() / 2]
    })
}
