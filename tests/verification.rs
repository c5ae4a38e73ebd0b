//! What a result tells, and what it keeps to itself.

use std::sync::Arc;

use ikd_sandbox::{
    Coverage, CredentialOptions, DocumentShare, PresentOptions, Profile, Sandbox, Trouble,
};
use ikd_tests::{OPENED, at, sandbox, trust, verifier};
use ikd_verifier::{
    Acceptance, AttributeName, Challenge, Code, NotEstablished, Policy, ReplayError, ReplayKey,
    ReplayScope, ReplayStore, StatusPolicy, StatusReport, UnixTime, Verifier, Warning,
};

const AIRLINE: &str = "https://checkin.maskapai.example";

fn attributes_of(profile: Profile) -> Vec<AttributeName> {
    profile.shown().iter().map(|a| a.name().parse().expect("the same names")).collect()
}

#[test]
fn every_person_profile_and_trouble_gives_its_code() {
    let sandbox = sandbox();
    let any = verifier(&sandbox, Policy::new());
    let mut checked = 0;
    for (person, profile) in sandbox
        .persons()
        .iter()
        .flat_map(|p| Profile::ALL.into_iter().map(move |profile| (p, profile)))
    {
        let policy = Policy::new().status(StatusPolicy::Require).require(attributes_of(profile));
        let verifier = any.with_policy(policy);
        let now = OPENED + 60;
        let good = sandbox.present(person, profile, now);
        let accepted = verifier.verify_text(&good.text(), at(now)).expect("a good QR");
        assert_eq!(accepted.expires().secs(), good.expires());
        for trouble in Trouble::ALL {
            let bad = trouble.make(&sandbox, person, profile, now);
            if bad.good_at_first {
                let _ = verifier.verify_text(&bad.text, at(now));
            }
            let refused = verifier.verify_text(&bad.text, at(now)).expect_err("a bad QR");
            assert_eq!(refused.code().as_str(), bad.code, "{trouble} {profile} {}", person.slug());
            checked += 1;
        }
    }
    assert!(checked > 2_000, "{checked}");
}

#[test]
fn a_result_tells_what_was_not_established() {
    let sandbox = sandbox();
    let verifier = verifier(&sandbox, Policy::new().status(StatusPolicy::Ignore));
    let qr = sandbox.present(&sandbox.persons()[0], Profile::Travel, OPENED);
    let accepted = verifier.verify_text(&qr.text(), at(OPENED + 7)).expect("a good QR");
    assert_eq!(accepted.status(), StatusReport::Ignored);
    assert_eq!(
        accepted.not_established(),
        [
            NotEstablished::StatusIgnored,
            NotEstablished::ReplayScope(ReplayScope::Process),
            NotEstablished::NoChallenge
        ]
    );
    assert_eq!((accepted.trust().version, accepted.trust().age), (1, 7));
    assert_eq!(accepted.expires_in(), 53);
    assert_eq!(accepted.presented_at(), at(OPENED));
    assert_eq!(accepted.verified_at(), at(OPENED + 7));
}

#[test]
fn a_challenge_is_answered_by_its_own_presentation_only() {
    let sandbox = sandbox();
    let verifier = verifier(&sandbox, Policy::new().relying_party(AIRLINE));
    let challenge = Challenge::new(AIRLINE, [3; 16]);
    let present = |audience: &str, nonce: Option<[u8; 16]>| {
        let options = PresentOptions {
            audience: audience.to_owned(),
            challenge: nonce.map(Vec::from),
            ..PresentOptions::default()
        };
        sandbox.present_with(&sandbox.persons()[0], Profile::Travel, OPENED, &options).text()
    };
    let code = |text: &str| {
        verifier.verify_answer(text, &challenge, at(OPENED)).map_err(|refusal| refusal.code()).err()
    };
    assert_eq!(code(&present("ikd:any", None)), Some(Code::WrongAudience));
    assert_eq!(code(&present("https://other.example", Some([3; 16]))), Some(Code::WrongAudience));
    assert_eq!(code(&present(AIRLINE, None)), Some(Code::WrongNonce));
    assert_eq!(code(&present(AIRLINE, Some([4; 16]))), Some(Code::WrongNonce));
    let answer = present(AIRLINE, Some([3; 16]));
    let accepted = verifier.verify_answer(&answer, &challenge, at(OPENED)).expect("the answer");
    assert!(!accepted.not_established().contains(&NotEstablished::NoChallenge));
    assert_eq!(code(&answer), Some(Code::Replayed));
}

#[test]
fn verifiers_of_several_profiles_share_what_they_have_seen() {
    let sandbox = sandbox();
    let gate = verifier(&sandbox, Policy::new());
    let strict = gate.with_policy(Policy::new().skew(0).expect("in range"));
    let text = sandbox.present(&sandbox.persons()[0], Profile::Travel, OPENED).text();
    assert!(gate.verify_text(&text, at(OPENED)).is_ok());
    assert_eq!(strict.verify_text(&text, at(OPENED)).expect_err("used").code(), Code::Replayed);
}

#[test]
fn a_refused_qr_is_not_used_up() {
    let sandbox = sandbox();
    let gate = verifier(&sandbox, Policy::new());
    let demanding = gate.with_policy(Policy::new().require([AttributeName::MotherName]));
    let text = sandbox.present(&sandbox.persons()[0], Profile::Travel, OPENED).text();
    let refused = demanding.verify_text(&text, at(OPENED)).expect_err("not disclosed");
    assert_eq!(refused.code(), Code::MissingAttribute);
    assert!(refused.to_string().contains("mother_name"));
    assert!(gate.verify_text(&text, at(OPENED)).is_ok());
}

#[derive(Debug)]
struct BrokenStore;

impl ReplayStore for BrokenStore {
    fn accept_once(
        &self,
        _: ReplayKey,
        _: UnixTime,
        _: UnixTime,
    ) -> Result<Acceptance, ReplayError> {
        Err(ReplayError::Full { limit: 0 })
    }

    fn scope(&self) -> ReplayScope {
        ReplayScope::Shared
    }
}

#[test]
fn a_replay_store_that_cannot_tell_refuses() {
    let sandbox = sandbox();
    let verifier = Verifier::new(trust(&sandbox), Arc::new(BrokenStore), Policy::new());
    let text = sandbox.present(&sandbox.persons()[0], Profile::Travel, OPENED).text();
    let refused = verifier.verify_text(&text, at(OPENED)).expect_err("no memory");
    assert_eq!(refused.code(), Code::ReplayUnavailable);
}

#[test]
fn a_nik_that_does_not_fit_is_a_warning() {
    let sandbox = sandbox();
    let gate = verifier(&sandbox, Policy::new());
    let warnings = |slug| {
        let person = sandbox.person(slug).expect("a person of the sandbox");
        let device = sandbox.device(person);
        let options = CredentialOptions { coverage: Coverage::Everything, ..Default::default() };
        let credential = sandbox.credential_with(person, Profile::Travel, &device, &options);
        let disclose = credential.closed().collect();
        let options = PresentOptions { disclose: Some(disclose), ..Default::default() };
        let text = device.present(&credential, OPENED, &options).text();
        gate.verify_text(&text, at(OPENED)).expect("genuine all the same").warnings()
    };
    assert_eq!(warnings("nik-lahir-lama"), [Warning::NikBirthDate]);
    assert_eq!(warnings("nik-gender-lama"), [Warning::NikGender]);
    assert_eq!(warnings("siti-contoh"), []);
}

#[test]
fn a_document_share_lives_longer_and_names_its_document() {
    let sandbox = sandbox();
    let gate = verifier(&sandbox, Policy::new());
    let share = DocumentShare {
        kind: "kk".to_owned(),
        path: "/documents/abc".to_owned(),
        sha256: [9; 32],
        media_type: "application/pdf".to_owned(),
        size: Some(1_234),
    };
    let options =
        PresentOptions { life: 3_600, document: Some(share), ..PresentOptions::default() };
    let qr = sandbox.present_with(&sandbox.persons()[0], Profile::Travel, OPENED, &options);
    let accepted = gate.verify_text(&qr.text(), at(OPENED + 3_000)).expect("an hour's life");
    let document = accepted.document().expect("a document");
    assert_eq!((document.path.as_str(), document.size), ("/documents/abc", Some(1_234)));
    // What is accepted stays remembered for as long as it lives.
    let again = gate.verify_text(&qr.text(), at(OPENED + 3_599)).expect_err("used");
    assert_eq!(again.code(), Code::Replayed);
}

#[test]
fn debug_and_errors_show_no_personal_data() {
    let sandbox: Sandbox = sandbox();
    let gate = verifier(&sandbox, Policy::new());
    let person = sandbox.person("siti-contoh").expect("a person of the sandbox");
    let text = sandbox.present(person, Profile::Travel, OPENED).text();
    let envelope = ikd_verifier::Envelope::decode(&text).expect("a good QR");
    let accepted = gate.verify_text(&text, at(OPENED)).expect("a good QR");
    let refused = gate.verify_text(&text, at(OPENED)).expect_err("used");
    let nik = accepted.attributes().nik().expect("a NIK");
    let shown = format!(
        "{envelope:?} {:?} {accepted:#?} {refused:#?} {refused} {nik:?} {nik} {:?} {:?}",
        envelope.parse().expect("a good QR"),
        nik.parts(),
        accepted.attributes().iter().collect::<Vec<_>>(),
    );
    let birth_date = person.birth_date();
    for secret in [person.nik(), person.full_name(), &birth_date] {
        assert!(!shown.contains(secret));
    }
    assert!(shown.contains("FullName") && shown.contains("replayed"));
}

#[test]
fn codes_and_texts_are_there_for_every_refusal() {
    let mut seen = std::collections::BTreeSet::new();
    for code in Code::ALL {
        assert!(seen.insert(code.as_str()), "{code} twice");
        for message in [code.reason(), code.hint()] {
            assert!(message.id.ends_with('.') && message.en.ends_with('.'), "{code}");
            assert!(!message.id.contains('\n') && message.id != message.en, "{code}");
        }
    }
}
