//! Trust lists, status lists, the clock and the store, as trust sections 1, 2 and 5 say.

use std::fs;
use std::sync::Arc;

use ikd_sandbox::{
    CredentialKey, CredentialOptions, KeyEntry, KeyKind, KeyUse, PresentOptions, Profile,
    STATUS_URI, Sandbox, SigningKey, Status as SandboxStatus, StatusLife, StatusList,
};
use ikd_tests::{OPENED, at, roots, sandbox, trust, verifier};
use ikd_verifier::{
    Code, Detail, FileTrustStore, MemoryReplayStore, Policy, StatusPolicy, StatusReport,
    StatusUnknown, StoreError, Trust, TrustError, Verifier,
};

const DAY: i64 = 86_400;

fn text(sandbox: &Sandbox, now: i64) -> String {
    sandbox.present(&sandbox.persons()[0], Profile::Travel, now).text()
}

#[test]
fn an_update_that_fails_changes_nothing() {
    let sandbox = sandbox();
    let trust = trust(&sandbox);
    let before = trust.save();
    let older = sandbox.trust_list_version(1, OPENED - DAY);
    let error =
        trust.update_list(&older, at(OPENED)).expect_err("an older list of the same version");
    assert_eq!(error.code(), "trust_rollback");
    let late = at(OPENED + 400 * DAY);
    let newer = sandbox.trust_list_version(9, OPENED);
    assert!(matches!(trust.update_list(&newer, late), Err(TrustError::Expired { .. })));
    assert_eq!(trust.save(), before);
    assert_eq!(trust.update_list(&newer, at(OPENED)), Ok(9));
    assert_eq!(trust.update_list(&newer, at(OPENED)), Ok(9), "the same bytes again");
}

#[test]
fn roots_rotate_only_with_both_old_and_new_signatures() {
    let sandbox = sandbox();
    let trust = trust(&sandbox);
    let rotated = sandbox.trust_list_rotated(3, OPENED, 1);
    // Signed by generations 1 and 2: not by those trusted now.
    let skipped = trust.update_list(&rotated, at(OPENED)).expect_err("a rotation was skipped");
    assert_eq!(skipped.code(), "trust_bad_signature");
    let rotated = sandbox.trust_list_rotated(3, OPENED, 0);
    assert_eq!(trust.update_list(&rotated, at(OPENED)), Ok(3));
    let by_old_roots = sandbox.trust_list_version(4, OPENED);
    let error = trust.update_list(&by_old_roots, at(OPENED)).expect_err("the old roots are gone");
    assert_eq!(error.code(), "trust_bad_signature");
    let by_new_roots = sandbox.trust_list_of(4, OPENED, 1);
    assert_eq!(trust.update_list(&by_new_roots, at(OPENED)), Ok(4));
}

#[test]
fn a_newer_status_list_never_gives_way_to_an_older_one() {
    let sandbox = sandbox();
    let trust = trust(&sandbox);
    let (newer, older) = (sandbox.status_list(OPENED + 60), sandbox.status_list(OPENED - DAY));
    trust.update_status(STATUS_URI, &newer).expect("a newer list");
    let error = trust.update_status(STATUS_URI, &older).expect_err("an older list");
    assert_eq!(error.code(), "status_rollback");
    let error = trust.update_status("https://elsewhere.example/1", &newer).expect_err("its URI");
    assert_eq!(error.code(), "status_other_uri");
    let mut forged = newer.clone();
    *forged.last_mut().expect("not empty") ^= 1;
    let error = trust.update_status(STATUS_URI, &forged).expect_err("its signature");
    assert_eq!(error.code(), "status_bad_signature");
}

/// A key that may sign credentials may not speak about their status.
#[test]
fn a_status_list_needs_a_status_key() {
    let sandbox = sandbox();
    let trust = trust(&sandbox);
    let key = sandbox.issuer().credential_key(CredentialKey::Current);
    let by_credential_key =
        StatusList::new(1_000).sign(&key, STATUS_URI, StatusLife::of_a_day(OPENED + 60));
    let error = trust.update_status(STATUS_URI, &by_credential_key).expect_err("its key");
    assert_eq!(error.code(), "status_unknown_key");
}

#[test]
fn a_stale_list_is_told_but_still_revokes() {
    let sandbox = sandbox();
    let now = OPENED + 2 * DAY;
    let prefer = verifier(&sandbox, Policy::new());
    let accepted = prefer.verify_text(&text(&sandbox, now), at(now)).expect("status is preferred");
    let StatusReport::Unavailable(StatusUnknown::Stale { age }) = accepted.status() else {
        panic!("{:?}", accepted.status());
    };
    assert!((2 * DAY..3 * DAY).contains(&age), "{age}");
    let require = prefer.with_policy(Policy::new().status(StatusPolicy::Require));
    let refused = require.verify_text(&text(&sandbox, now + 1), at(now)).expect_err("stale");
    assert_eq!(refused.code(), Code::StatusUnavailable);

    let person = &sandbox.persons()[0];
    let device = sandbox.device(person);
    let revoked = CredentialOptions { status: SandboxStatus::Revoked, ..Default::default() };
    let credential = sandbox.credential_with(person, Profile::Travel, &device, &revoked);
    let shown = device.present(&credential, now, &Default::default()).text();
    let refused = prefer.verify_text(&shown, at(now)).expect_err("it is revoked");
    assert_eq!((refused.code(), refused.detail()), (Code::Revoked, Some(&Detail::StatusAge(age))));
}

/// A trust list of this version in which the status key is revoked and another one takes its place,
/// and that other key.
fn after_theft_of_the_status_key(sandbox: &Sandbox, version: u32) -> (Vec<u8>, SigningKey) {
    let roots = sandbox.root_keys(0);
    let mut list = sandbox.trust_list_draft(version, OPENED, &roots);
    let successor = SigningKey::derive(KeyKind::Ed25519, &[42; 32], "status key after the theft");
    let keys = &mut list.issuers[0].keys;
    let stolen = keys.iter_mut().find(|key| key.usage == KeyUse::Status).expect("a status key");
    let next = KeyEntry { key: successor.public(), ..stolen.clone() };
    stolen.revoked = Some(OPENED);
    keys.push(next);
    (list.sign(&roots.signers().collect::<Vec<_>>()), successor)
}

/// The QR of someone whose credential has this status.
fn text_of(sandbox: &Sandbox, status: SandboxStatus) -> String {
    let person = &sandbox.persons()[0];
    let device = sandbox.device(person);
    let options = CredentialOptions { status, ..Default::default() };
    let credential = sandbox.credential_with(person, Profile::Travel, &device, &options);
    device.present(&credential, OPENED, &Default::default()).text()
}

/// Whoever has the stolen key may have written "valid" for anyone, so that counts no more. What the
/// list says against a credential was believed before, and dropping it would let lost phones pass.
#[test]
fn a_revoked_status_key_takes_the_yes_of_its_list_but_not_the_no() {
    let sandbox = sandbox();
    let trust = trust(&sandbox);
    let (list, successor) = after_theft_of_the_status_key(&sandbox, 2);
    assert_eq!(trust.update_list(&list, at(OPENED)), Ok(2));
    let answers = |trust: Trust| {
        let replay = Arc::new(MemoryReplayStore::new());
        let verifier = Verifier::new(Arc::new(trust), replay, Policy::new());
        let verify = |status| verifier.verify_text(&text_of(&sandbox, status), at(OPENED));
        let refused = verify(SandboxStatus::Suspended).expect_err("a phone reported lost");
        (verify(SandboxStatus::Valid).expect("status is preferred").status(), refused.code())
    };
    let unknown = StatusReport::Unavailable(StatusUnknown::NoList);
    // Through a restart, in one piece and in files.
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileTrustStore::new(folder.path().join("trust"));
    store.save(&trust).expect("saved");
    for restarted in
        [Trust::restore(&trust.save()), Ok(store.load().expect("files").expect("saved"))]
    {
        assert_eq!(answers(restarted.expect("sound")), (unknown, Code::Suspended));
    }
    // It is given to nobody, and nobody takes it.
    let again = trust.update_status(STATUS_URI, &sandbox.status_list(OPENED));
    assert_eq!(again.expect_err("its key is revoked").code(), "status_unknown_key");
    let bundle = trust.snapshot().to_bundle().expect("a bundle");
    let (copy, _) = Trust::from_bundle(roots(&sandbox), &bundle).expect("sound");
    assert_eq!(copy.snapshot().status_lists().count(), 0);
    // A list by the next key takes its place, also an earlier one: the thief may have dated theirs
    // years ahead.
    let next =
        StatusList::new(4_096).sign(&successor, STATUS_URI, StatusLife::of_a_day(OPENED - 60));
    trust.update_status(STATUS_URI, &next).expect("a list by a good key");
    let state = trust.snapshot();
    assert!(!state.status_list(STATUS_URI).expect("a list").is_withdrawn());
}

#[test]
fn what_is_known_of_status_is_told_as_the_policy_says() {
    let sandbox = sandbox();
    let fresh = OPENED + 3_600;
    let stale = OPENED + DAY;
    let bare = Trust::new(roots(&sandbox));
    bare.update_list(&sandbox.trust_list(), at(OPENED)).expect("a trust list without status lists");
    let bare = Verifier::new(Arc::new(bare), Arc::new(MemoryReplayStore::new()), Policy::new());
    let full = verifier(&sandbox, Policy::new());
    let valid = StatusReport::Valid { age: 3_600 };
    let old = StatusReport::Unavailable(StatusUnknown::Stale { age: DAY });
    let none = StatusReport::Unavailable(StatusUnknown::NoList);
    let (ignored, refused) = (Ok(StatusReport::Ignored), Err(Code::StatusUnavailable));
    use StatusPolicy::{Ignore, Prefer, Require};
    for (verifier, now, policy, expected) in [
        (&full, fresh, Require, Ok(valid)),
        (&full, fresh, Prefer, Ok(valid)),
        (&full, fresh, Ignore, ignored),
        (&full, stale, Require, refused),
        (&full, stale, Prefer, Ok(old)),
        (&full, stale, Ignore, ignored),
        (&bare, fresh, Require, refused),
        (&bare, fresh, Prefer, Ok(none)),
        (&bare, fresh, Ignore, ignored),
    ] {
        // Each time another QR, as each is good once, and its trust must not go back in time.
        let verifier = verifier.with_policy(Policy::new().status(policy));
        let options = PresentOptions { serial: policy as u64, ..Default::default() };
        let person = &sandbox.persons()[0];
        let text = sandbox.present_with(person, Profile::Travel, now, &options).text();
        let told = verifier.verify_text(&text, at(now)).map(|v| v.status()).map_err(|r| r.code());
        assert_eq!(told, expected, "{policy:?} at {now}");
    }
}

#[test]
fn a_clock_that_went_back_is_refused_until_it_is_right_again() {
    let sandbox = sandbox();
    let verifier = verifier(&sandbox, Policy::new());
    let late = OPENED + DAY;
    assert!(verifier.verify_text(&text(&sandbox, late), at(late)).is_ok());
    let code =
        |now: i64| verifier.verify_text(&text(&sandbox, now), at(now)).map_err(|r| r.code()).err();
    assert_eq!(code(late - 61), Some(Code::ClockRollback));
    assert_eq!(code(late - 60), None);
    // The floor lasts through a restart.
    let restored = Trust::restore(&verifier.trust().save()).expect("what was saved");
    let verifier =
        Verifier::new(Arc::new(restored), Arc::new(MemoryReplayStore::new()), Policy::new());
    let refused = verifier.verify_text(&text(&sandbox, OPENED), at(OPENED)).expect_err("restarted");
    assert_eq!(refused.code(), Code::ClockRollback);
}

#[test]
fn one_wild_reading_of_the_clock_does_not_lock_the_verifier() {
    let sandbox = sandbox();
    let verifier = verifier(&sandbox, Policy::new());
    let wild = verifier.verify_text(&text(&sandbox, OPENED), at(OPENED + 9_999 * DAY));
    assert_eq!(wild.expect_err("the list has expired by then").code(), Code::TrustExpired);
    assert!(verifier.verify_text(&text(&sandbox, OPENED), at(OPENED)).is_ok());
}

#[test]
fn without_a_list_nothing_verifies() {
    let sandbox = sandbox();
    let trust = Arc::new(Trust::new(roots(&sandbox)));
    let verifier = Verifier::new(trust, Arc::new(MemoryReplayStore::new()), Policy::new());
    // Even for a text that is no IKD QR: the first step comes first.
    let refused = verifier.verify_text("hello", at(OPENED)).expect_err("no list");
    assert_eq!(refused.code(), Code::TrustUnavailable);
}

#[test]
fn a_file_store_keeps_the_newest_of_two_processes() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileTrustStore::new(folder.path().join("trust"));
    assert!(store.load().expect("no file yet").is_none());
    let sandbox = sandbox();
    // Two processes start from the same state; the one with the older list saves last.
    let (first, second) = (trust(&sandbox), trust(&sandbox));
    first.update_list(&sandbox.trust_list_version(7, OPENED), at(OPENED)).expect("newer");
    store.save(&first).expect("saved");
    store.save(&second).expect("saved");
    let version = |trust: &Trust| trust.snapshot().list().expect("a list").version();
    assert_eq!(version(&store.load().expect("a file").expect("a state")), 7);
    assert_eq!(version(&second), 7, "the process takes up what it found");
}

#[test]
fn damage_to_the_file_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = FileTrustStore::new(folder.path().join("trust"));
    store.save(&trust(&sandbox())).expect("saved");
    let good = fs::read(store.path()).expect("a file");
    for byte in (0..good.len()).step_by(97) {
        let mut bad = good.clone();
        bad[byte] ^= 0x10;
        fs::write(store.path(), &bad).expect("written");
        assert!(matches!(store.load(), Err(StoreError::State { .. })), "byte {byte}");
    }
    fs::write(store.path(), &good[..good.len() / 2]).expect("written");
    assert!(matches!(store.load(), Err(StoreError::State { .. })));
}
