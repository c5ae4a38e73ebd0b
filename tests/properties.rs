//! What holds for any input.

use ikd_sandbox::{KeyKind, Profile, Sandbox, base45};
use ikd_tests::{OPENED, at, sandbox, verifier};
use ikd_verifier::{Code, Envelope, Policy};
use proptest::prelude::*;

/// A QR of an Ed25519 phone with plain attributes, one of a P-256 phone with disclosures.
fn accepted_qrs(sandbox: &Sandbox) -> Vec<String> {
    let text = |profile, kind| {
        let person = sandbox.persons().iter().find(|p| sandbox.device(p).kind() == kind);
        let person = person.expect("the sandbox has phones of both kinds");
        sandbox.present(person, profile, OPENED).text()
    };
    vec![text(Profile::Travel, KeyKind::Ed25519), text(Profile::Bpjs, KeyKind::P256)]
}

#[test]
fn any_one_bit_change_of_an_accepted_qr_is_refused() {
    let sandbox = sandbox();
    for text in accepted_qrs(&sandbox) {
        let bytes = Envelope::decode(&text).expect("a good QR").as_bytes().to_vec();
        // Without the cache of signatures, so that every flipped bit meets every check.
        let verifier = verifier(&sandbox, Policy::new()).with_signature_cache(0);
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let flipped = format!("IKD1:{}", base45::encode(&flipped));
            let result = verifier.verify_text(&flipped, at(OPENED));
            assert!(result.is_err(), "bit {bit} of {}", bytes.len() * 8);
        }
        assert!(verifier.verify_text(&text, at(OPENED)).is_ok());
    }
}

#[test]
fn any_one_character_change_of_an_accepted_qr_is_refused() {
    let sandbox = sandbox();
    let text = &accepted_qrs(&sandbox)[0];
    let verifier = verifier(&sandbox, Policy::new());
    for at_char in 0..text.len() {
        let mut changed = text.clone().into_bytes();
        changed[at_char] = if changed[at_char] == b'7' { b'8' } else { b'7' };
        let changed = String::from_utf8(changed).expect("ASCII");
        assert!(verifier.verify_text(&changed, at(OPENED)).is_err(), "character {at_char}");
    }
}

#[test]
fn the_signature_cache_answers_as_the_signature_does() {
    let sandbox = sandbox();
    let text = &accepted_qrs(&sandbox)[0];
    let bytes = Envelope::decode(text).expect("a good QR").as_bytes().to_vec();
    let warm = verifier(&sandbox, Policy::new());
    warm.verify_text(text, at(OPENED)).expect("a good QR");
    for bit in (0..bytes.len() * 8).step_by(7) {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let flipped = format!("IKD1:{}", base45::encode(&flipped));
        let cold = verifier(&sandbox, Policy::new()).with_signature_cache(0);
        let code = |v: &ikd_verifier::Verifier| {
            v.verify_text(&flipped, at(OPENED)).map_err(|r| r.code()).err()
        };
        assert_eq!(code(&warm), code(&cold), "bit {bit}");
    }
    let again = warm.verify_text(text, at(OPENED)).expect_err("it was used");
    assert_eq!(again.code(), Code::Replayed);
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "(IKD1:)?[ -~\r\n\t]{0,300}") {
        let sandbox = sandbox();
        prop_assert!(verifier(&sandbox, Policy::new()).verify_text(&text, at(OPENED)).is_err());
    }

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let sandbox = sandbox();
        let text = format!("IKD1:{}", base45::encode(&bytes));
        prop_assert!(verifier(&sandbox, Policy::new()).verify_text(&text, at(OPENED)).is_err());
    }

    #[test]
    fn what_is_encoded_is_decoded(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let envelope = Envelope::decode(&format!("\r\nIKD1:{} \t", base45::encode(&bytes)));
        let envelope = envelope.expect("it was encoded");
        prop_assert_eq!(envelope.as_bytes(), bytes);
    }

    /// Bytes taken out, put in, doubled or moved: what a fuzzer does, a little of it in every run.
    #[test]
    fn a_mangled_qr_is_refused(from in 0_usize..400, length in 1_usize..60, to in 0_usize..400) {
        let sandbox = sandbox();
        let mut bytes = Envelope::decode(&accepted_qrs(&sandbox)[0]).expect("good").as_bytes().to_vec();
        let before = bytes.clone();
        let (from, to) = (from % bytes.len(), to % bytes.len());
        let cut: Vec<u8> = bytes[from..(from + length).min(bytes.len())].to_vec();
        bytes.splice(to..(to + cut.len() / 2).min(before.len()), cut);
        prop_assume!(bytes != before);
        let text = format!("IKD1:{}", base45::encode(&bytes));
        prop_assert!(verifier(&sandbox, Policy::new()).verify_text(&text, at(OPENED)).is_err());
    }
}
