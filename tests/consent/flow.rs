//! What goes well, or ends as it may.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use ikd_sandbox::Profile;
use ikd_verifier::AttributeName::{Email, FullName, MotherName, Nik, Occupation, Religion};
use ikd_verifier::audit::{ConsentClaim, ConsentOutcome, GatewayErrorCode, Sha256Digest};
use ikd_verifier::consent::{ConsentError, ConsentResult, FileKey, PendingConsent, WaitError};
use serde_json::json;

use crate::counterpart::Counterpart;
use crate::scene::{
    bank, ended, label, name, person, purpose, relying_party, sandbox, scanned, until_next_poll,
    waiting,
};

/// A P-256 key that was made for these tests and protects nothing.
const P256: &str = "-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgg2oAYGUrz46dlIsn
DeiP62m49yS+bEjorivrGrkDyvWhRANCAAROe4/CRXDjSgwRwZar3/PzxO/WXttn
wjwcYoxcNLB4+JZDgHNc+7U5BVbEjhZyOJbq3P41lLlS1+K/NB0mkp46
-----END PRIVATE KEY-----
";

#[tokio::test]
async fn what_the_citizen_approves_comes_and_nothing_else() {
    let sandbox = sandbox();
    let person = person(&sandbox);
    let Some(gateway) = Counterpart::start(&person) else { return };
    let client = bank(&sandbox, &gateway);
    let request = purpose().request();
    let request = request.require([FullName, Nik, MotherName, Occupation]).expect("allowed");
    let request = request.optional([Email]).expect("allowed").terminal(label("KCP-014/teller-3"));
    let verified = scanned(&sandbox, Profile::Travel);
    let pending = waiting(client.start(&verified, request).await.expect("it starts"));

    let shown = gateway.shown(&name(&pending)).await;
    assert_eq!(shown["client"], "rp-bank");
    assert_eq!(shown["binding_message"], pending.binding_message());
    assert_eq!(shown["rar"][0]["purpose_text"], "Pembukaan rekening tabungan");
    assert_eq!(shown["rar"][0]["terminal"], "KCP-014/teller-3");
    assert_eq!(shown["rar"][0]["qr_sha256"], shown["qr"]);

    gateway.approve(&name(&pending), &["full_name", "nik", "mother_name"]).await;
    let finished = client.finish(pending).await.expect("it ends");
    let granted = finished.result.granted().unwrap_or_else(|| panic!("{:?}", finished.result));
    assert_eq!(granted.attributes.full_name(), person["full_name"].as_str());
    assert_eq!(granted.attributes.mother_name(), person["mother_name"].as_str());
    assert_eq!(granted.attributes.iter().count(), 3);
    assert_eq!(granted.missing, [ConsentClaim::Attribute(Occupation)]);

    let receipt = &finished.receipt;
    assert_eq!(receipt.outcome, ConsentOutcome::Granted);
    assert_eq!(receipt.attributes.released.len(), 3);
    assert_eq!(receipt.attributes.missing, granted.missing);
    assert_eq!(receipt.txn.as_ref().map(|txn| txn.as_str()), granted.txn.as_deref());
    let answer = Sha256Digest::of(granted.evidence.userinfo().as_bytes());
    assert_eq!(receipt.answer_sha256, Some(answer));
    assert_eq!(receipt.subject.len(), 1, "by NIK");
}

#[tokio::test]
async fn a_match_answers_yes_or_no_and_releases_nothing() {
    let sandbox = sandbox();
    let person = person(&sandbox);
    let Some(gateway) = Counterpart::start(&person) else { return };
    let client = bank(&sandbox, &gateway);
    let nik = person["nik"].as_str().expect("a NIK");
    let request = purpose().request().match_nik(nik).expect("allowed");
    let request = request.match_birth_date("19000101").expect("allowed");
    let verified = scanned(&sandbox, Profile::Age);
    let pending = waiting(client.start(&verified, request).await.expect("it starts"));
    let stored = serde_json::to_string(&pending).expect("it can be stored");
    assert!(!stored.contains(nik) && !stored.contains("19000101"), "{stored}");

    gateway.approve(&name(&pending), &["nik_match", "birth_date_match"]).await;
    let finished = client.finish(pending).await.expect("it ends");
    let granted = finished.result.granted().unwrap_or_else(|| panic!("{:?}", finished.result));
    assert_eq!(granted.matches(ConsentClaim::NikMatch), Some(true));
    assert_eq!(granted.matches(ConsentClaim::BirthDateMatch), Some(false));
    assert!(granted.attributes.is_empty());
    assert!(granted.missing.is_empty());
}

#[tokio::test]
async fn a_request_survives_a_restart() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let verified = scanned(&sandbox, Profile::Bank);
    let stored = {
        let client = bank(&sandbox, &gateway);
        let request = purpose().request().require([FullName]).expect("allowed");
        let mut pending = waiting(client.start(&verified, request).await.expect("it starts"));
        until_next_poll(&pending).await;
        assert!(client.poll_once(&mut pending).await.expect("a poll").is_none());
        serde_json::to_string(&pending).expect("it can be stored")
    };
    let pending: PendingConsent = serde_json::from_str(&stored).expect("it can be read");
    gateway.approve(&name(&pending), &["full_name"]).await;
    let finished = bank(&sandbox, &gateway).finish(pending.clone()).await.expect("it ends");
    assert!(finished.result.granted().is_some(), "{:?}", finished.result);

    // The answer is given out once: who comes later gets nothing.
    let again = bank(&sandbox, &gateway).finish(pending).await.expect("it ends");
    assert!(
        matches!(again.result, ConsentResult::Refused(GatewayErrorCode::InvalidGrant)),
        "{:?}",
        again.result
    );
    assert_eq!(again.receipt.receipt_id, finished.receipt.receipt_id);
}

#[tokio::test]
async fn no_is_an_answer() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let client = bank(&sandbox, &gateway);
    let request = purpose().request().require([FullName]).expect("allowed");
    let verified = scanned(&sandbox, Profile::Travel);
    let pending = waiting(client.start(&verified, request).await.expect("it starts"));
    gateway.deny(&name(&pending)).await;
    let finished = client.finish(pending).await.expect("it ends");
    assert!(matches!(finished.result, ConsentResult::Denied), "{:?}", finished.result);
    assert_eq!(finished.receipt.outcome, ConsentOutcome::Denied);
    assert!(finished.receipt.attributes.released.is_empty());
}

#[tokio::test]
async fn silence_ends_with_the_time() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let client = bank(&sandbox, &gateway);
    let request = purpose().request().require([FullName]).expect("allowed");
    let request = request.expires_in(NonZeroU32::new(5).expect("not zero"));
    let verified = scanned(&sandbox, Profile::Travel);
    let pending = waiting(client.start(&verified, request).await.expect("it starts"));
    let mut polls = Vec::new();
    let forever = std::future::pending();
    let finished = client.wait(pending, |progress| polls.push(progress), forever).await;
    let finished = finished.expect("it ends");
    assert!(matches!(finished.result, ConsentResult::Expired), "{:?}", finished.result);
    assert!(polls.len() >= 3, "{polls:?}");
    assert!(polls.is_sorted_by(|a, b| a.time_left > b.time_left), "{polls:?}");
}

#[tokio::test]
async fn waiting_can_be_cancelled_and_taken_up_again() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let client = bank(&sandbox, &gateway);
    let request = purpose().request().require([FullName]).expect("allowed");
    let verified = scanned(&sandbox, Profile::Travel);
    let soon = tokio::time::sleep(Duration::from_millis(300));
    let cancelled = client.ask(&verified, request, |_| {}, soon).await;
    let Err(WaitError::Cancelled(pending)) = cancelled else { panic!("{cancelled:?}") };
    gateway.approve(&name(&pending), &["full_name"]).await;
    let finished = client.finish(*pending).await.expect("it ends");
    assert!(finished.result.granted().is_some(), "{:?}", finished.result);
}

#[tokio::test]
async fn two_instances_that_poll_at_once_are_slowed_down() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let client = bank(&sandbox, &gateway);
    let request = purpose().request().require([FullName]).expect("allowed");
    let verified = scanned(&sandbox, Profile::Travel);
    let mut first = waiting(client.start(&verified, request).await.expect("it starts"));
    let mut second = first.clone();
    until_next_poll(&first).await;
    assert!(client.poll_once(&mut first).await.expect("a poll").is_none());
    assert!(client.poll_once(&mut second).await.expect("a poll").is_none());
    let between = second.next_poll().duration_since(first.next_poll()).expect("later");
    assert!(between >= Duration::from_secs(4), "{between:?}");
}

#[tokio::test]
async fn proofs_can_be_signed_with_p256() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let key = FileKey::from_pem(P256).expect("a P-256 key");
    let client = relying_party(&sandbox, "rp-bank", &gateway.url()).proof_signer(Arc::new(key));
    let client = client.build().expect("a client");
    let request = purpose().request().require([FullName]).expect("allowed");
    let verified = scanned(&sandbox, Profile::Travel);
    let pending = waiting(client.start(&verified, request).await.expect("it starts"));
    gateway.approve(&name(&pending), &["full_name"]).await;
    let finished = client.finish(pending).await.expect("it ends");
    assert!(finished.result.granted().is_some(), "{:?}", finished.result);
}

#[tokio::test]
async fn what_the_gateway_refuses_is_named() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let verified = scanned(&sandbox, Profile::Travel);
    let request = || purpose().request().require([FullName]).expect("allowed");
    let stranger = relying_party(&sandbox, "rp-stranger", &gateway.url()).build().expect("built");
    let finished = ended(stranger.start(&verified, request()).await.expect("it runs"));
    assert_eq!(finished.result.code(), Some("invalid_client"));
    assert_eq!(finished.receipt.gateway_error, Some(GatewayErrorCode::InvalidClient));
    // One QR starts one request.
    let client = bank(&sandbox, &gateway);
    let _ = waiting(client.start(&verified, request()).await.expect("it starts"));
    let finished = ended(client.start(&verified, request()).await.expect("it runs"));
    assert_eq!(finished.result.code(), Some("invalid_request"));
}

#[tokio::test]
async fn what_a_purpose_does_not_allow_is_never_sent() {
    let sandbox = sandbox();
    // No gateway runs: nothing here may need one.
    let client = relying_party(&sandbox, "rp-bank", "http://127.0.0.1:9").build().expect("built");
    let verified = scanned(&sandbox, Profile::Travel);
    assert!(purpose().request().require([Religion]).is_err());
    let empty = client.start(&verified, purpose().request()).await;
    assert!(matches!(empty, Err(ConsentError::Request(_))), "{empty:?}");

    // With nobody there, the offline result stands.
    let request = purpose().request().require([FullName]).expect("allowed");
    let finished = ended(client.start(&verified, request).await.expect("it runs"));
    assert!(matches!(finished.result, ConsentResult::Unreachable), "{:?}", finished.result);
    assert!(verified.attributes().full_name().is_some());
}

#[tokio::test]
async fn a_stored_request_of_someone_else_is_not_touched() {
    let sandbox = sandbox();
    let Some(gateway) = Counterpart::start(&person(&sandbox)) else { return };
    let client = bank(&sandbox, &gateway);
    let request = purpose().request().require([FullName]).expect("allowed");
    let verified = scanned(&sandbox, Profile::Travel);
    let pending = waiting(client.start(&verified, request).await.expect("it starts"));
    let other = relying_party(&sandbox, "rp-plain", &gateway.url()).build().expect("a client");
    let foreign = other.finish(pending.clone()).await;
    assert!(matches!(foreign, Err(ConsentError::Foreign)), "{foreign:?}");
    // A store that was tampered with does not send the relying party elsewhere.
    let mut stored = serde_json::to_value(&pending).expect("it can be stored");
    stored["gateway"] = json!("https://evil.example");
    let moved: PendingConsent = serde_json::from_value(stored).expect("it can be read");
    let moved = client.finish(moved).await;
    assert!(matches!(moved, Err(ConsentError::Foreign)), "{moved:?}");
}
