//! A gateway that breaks rules or breaks down, wherever it can: nothing of its answer is kept, and
//! nothing hangs.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use ikd_sandbox::gateway::{Decision, Endpoint, Gateway, Misbehaviour};
use ikd_sandbox::{GATEWAY, Sandbox};
use ikd_verifier::AttributeName::{FullName, Nik};
use ikd_verifier::HttpOptions;
use ikd_verifier::consent::{ConsentClient, ConsentCode, ConsentResult, FinishedConsent, Started};

use crate::scene::{gateway, name, purpose, relying_party, sandbox, scanned_again};

/// A client that loses patience quickly.
fn client(sandbox: &Sandbox, gateway: &Gateway) -> ConsentClient {
    let route = HttpOptions::new().timeout(Duration::from_millis(700));
    let route = route.danger_route(GATEWAY, gateway.issuer()).expect("a loopback address");
    relying_party(sandbox, "rp-bank", gateway.issuer()).http(route).build().expect("a client")
}

/// Asks at a gateway that misbehaves at one endpoint, approves, and waits for the end.
async fn story(endpoint: Endpoint, misbehaviour: Misbehaviour) -> FinishedConsent {
    let sandbox = sandbox();
    let gateway = gateway(&sandbox);
    let client = client(&sandbox, &gateway);
    let request = purpose().request().require([FullName, Nik]).expect("allowed");
    let request = request.expires_in(NonZeroU32::new(5).expect("not zero"));
    gateway.misbehave_at(endpoint, misbehaviour);
    let begin = Instant::now();
    let verified = scanned_again(&sandbox, 1);
    let finished = match client.start(&verified, request).await.expect("it runs") {
        Started::Ended(finished) => *finished,
        Started::Waiting(pending) => {
            let approval = Decision::approve(["full_name", "nik"]);
            gateway.decide(&name(&pending), approval).expect("a request that waits");
            client.finish(*pending).await.expect("it ends")
        }
    };
    assert!(begin.elapsed() < Duration::from_secs(12), "{endpoint:?} {misbehaviour:?}");
    assert_eq!(finished.receipt.outcome, finished.result.outcome());
    finished
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_rule_has_its_code() {
    use ConsentCode::*;
    use Endpoint::{Metadata, Token, Userinfo};
    let cases = [
        (Token, Misbehaviour::WrongQr, WrongQr),
        (Token, Misbehaviour::ChangedPurpose, ChangedDetails),
        (Token, Misbehaviour::WeakAcr, WrongAcr),
        (Token, Misbehaviour::WrongNonce, WrongNonce),
        (Token, Misbehaviour::WrongAudience, WrongAudience),
        (Token, Misbehaviour::WrongIssuer, WrongIssuer),
        (Token, Misbehaviour::WrongRequest, WrongRequest),
        (Token, Misbehaviour::BadSignature, BadSignature),
        (Token, Misbehaviour::AlgNone, BadAlgorithm),
        (Token, Misbehaviour::AlgHmac, BadAlgorithm),
        (Token, Misbehaviour::CritHeader, BadHeader),
        (Token, Misbehaviour::JwkHeader, BadHeader),
        (Token, Misbehaviour::ExpiredToken, TokenExpired),
        (Token, Misbehaviour::UnknownKid, UnknownKey),
        (Userinfo, Misbehaviour::ExtraClaim, OverDisclosure),
        (Userinfo, Misbehaviour::WrongQr, WrongQr),
        (Userinfo, Misbehaviour::OtherPerson, PersonMismatch),
        (Userinfo, Misbehaviour::OtherSub, SubjectMismatch),
        (Userinfo, Misbehaviour::WrongNonce, WrongNonce),
        (Userinfo, Misbehaviour::WrongAudience, WrongAudience),
        (Userinfo, Misbehaviour::WrongIssuer, WrongIssuer),
        (Userinfo, Misbehaviour::BadSignature, BadSignature),
        (Userinfo, Misbehaviour::AlgNone, BadAlgorithm),
        (Userinfo, Misbehaviour::AlgHmac, BadAlgorithm),
        (Userinfo, Misbehaviour::CritHeader, BadHeader),
        (Userinfo, Misbehaviour::JwkHeader, BadHeader),
        (Userinfo, Misbehaviour::ExpiredToken, TokenExpired),
        (Userinfo, Misbehaviour::UnknownKid, UnknownKey),
        (Metadata, Misbehaviour::WrongIssuerMetadata, BadMetadata),
    ];
    let stories = cases.into_iter().map(|(endpoint, misbehaviour, code)| async move {
        let finished = story(endpoint, misbehaviour).await;
        let found = match finished.result {
            ConsentResult::ProtocolError(code) => code,
            other => panic!("{endpoint:?} {misbehaviour}: {other:?}"),
        };
        assert_eq!(found, code, "{endpoint:?} {misbehaviour}");
        assert_eq!(finished.receipt.answer_sha256, None);
        assert!(finished.receipt.attributes.released.is_empty());
    });
    all(stories).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_breaks_down_harms_nothing() {
    use Endpoint::{Backchannel, Jwks, Metadata, Token, Userinfo};
    let endpoints = [Metadata, Jwks, Backchannel, Token, Userinfo];
    let failures = [
        Misbehaviour::Stall,
        Misbehaviour::Reset,
        Misbehaviour::Redirect,
        Misbehaviour::Http500,
        Misbehaviour::Busy,
        Misbehaviour::Garbage,
        Misbehaviour::Huge,
    ];
    let stories = endpoints.into_iter().flat_map(|at| failures.map(|how| (at, how)));
    let stories = stories.map(|(endpoint, misbehaviour)| async move {
        let finished = story(endpoint, misbehaviour).await;
        let (kind, at) = (finished.result, format!("{endpoint:?} {misbehaviour}"));
        match misbehaviour {
            Misbehaviour::Garbage | Misbehaviour::Huge => {
                assert!(matches!(kind, ConsentResult::ProtocolError(_)), "{at}: {kind:?}");
            }
            // The gateway had answered before it broke down.
            _ => assert!(matches!(kind, ConsentResult::Unreachable), "{at}: {kind:?}"),
        }
    });
    all(stories).await;
}

#[tokio::test]
async fn a_key_that_was_rotated_is_found() {
    let finished = story(Endpoint::Token, Misbehaviour::RotatedKey).await;
    assert!(finished.result.granted().is_some(), "{:?}", finished.result);
}

/// Runs all of them, a few at a time, and fails with the first that fails.
async fn all(stories: impl IntoIterator<Item = impl Future<Output = ()> + Send + 'static>) {
    let mut running = tokio::task::JoinSet::new();
    for story in stories {
        if running.len() >= 8 {
            running.join_next().await.expect("one runs").expect("it holds");
        }
        running.spawn(story);
    }
    while let Some(ended) = running.join_next().await {
        ended.expect("it holds");
    }
}
