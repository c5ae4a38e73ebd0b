//! Every misbehaviour shows, and ends.

use std::time::Duration;

use ikd_sandbox::gateway::{Decision, Endpoint, Misbehaviour as M};
use serde_json::{Value, json};

use crate::client::{World, parse};

/// What came of a request: the response, header and claims of both tokens, and whether they hold.
struct Outcome {
    response: Value,
    tokens: [(Value, Value, bool); 2],
}

async fn run(world: &World) -> Outcome {
    let id = world.start(&json!({"nik": null, "full_name": null})).await;
    world.gateway.decide(&id, Decision::approve(["nik", "full_name"])).expect("it waits");
    let response = world.poll(&id).await.json();
    let userinfo = world.userinfo(response["access_token"].as_str().expect("text")).await.body;
    let id_token = response["id_token"].as_str().expect("text").to_owned();
    let mut tokens = Vec::new();
    for token in [id_token, userinfo] {
        let parts: Vec<_> = token.split('.').collect();
        let part = |at: usize| parse(parts[at]).expect("JSON");
        tokens.push((part(0), part(1), world.checked(&token).await.is_some()));
    }
    Outcome { response, tokens: tokens.try_into().expect("two") }
}

#[tokio::test]
async fn each_bends_just_what_it_says() {
    let world = World::new();
    let siti = world.sandbox.person("siti-contoh").expect("there");
    for fault in M::ALL {
        let transport = matches!(
            fault,
            M::Stall | M::Reset | M::Garbage | M::Huge | M::Redirect | M::Http500 | M::Busy
        );
        if transport || fault == M::WrongIssuerMetadata {
            continue;
        }
        world.gateway.misbehave(fault);
        let Outcome { response, tokens: [id_token, userinfo] } = run(&world).await;
        world.gateway.behave();
        let claims = &userinfo.1["verified_claims"]["claims"];
        let bad = |token: &(Value, Value, bool)| match fault {
            M::ExtraClaim | M::OtherPerson | M::ChangedPurpose | M::OtherSub => false,
            M::WrongQr => token.1["qr_sha256"] == id_token.1["qr_sha256"],
            M::WeakAcr => token.1["acr"] != "urn:ikd:acr:pin",
            M::WrongNonce => token.1["nonce"] == "AAAAAAAAAAAAAAAAAAAAAA",
            M::WrongAudience => token.1["aud"] == "rp-else",
            M::WrongIssuer => token.1["iss"] != world.gateway.issuer(),
            M::WrongRequest => {
                let name = "urn:openid:params:jwt:claim:auth_req_id";
                token.1[name].as_str().is_some_and(|id| id.starts_with("AAAA"))
            }
            M::ExpiredToken => token.1["exp"].as_i64() < Some(world.now()),
            M::BadSignature | M::UnknownKid => !token.2,
            M::AlgNone => !token.2 && token.0["alg"] == "none",
            M::AlgHmac => !token.2 && token.0["alg"] == "HS256",
            // These two signatures hold: it is the header that must be refused.
            M::CritHeader => token.2 && token.0["crit"].is_array(),
            M::JwkHeader => token.2 && token.0["jwk"].is_object(),
            // Unknown again once the gateway behaves, known while it signs.
            M::RotatedKey => token.2,
            _ => unreachable!("left out above"),
        };
        match fault {
            M::ExtraClaim => assert!(claims.get("religion").is_some()),
            M::OtherPerson => assert_ne!(claims["nik"], siti.nik()),
            M::ChangedPurpose => {
                assert_eq!(response["authorization_details"][0]["purpose"], "marketing");
            }
            M::OtherSub => assert_ne!(id_token.1["sub"], userinfo.1["sub"]),
            _ => assert!(bad(&id_token) && bad(&userinfo), "{fault}"),
        }
        if fault != M::ExtraClaim {
            assert_eq!(claims.as_object().map(serde_json::Map::len), Some(2), "{fault}");
        }
    }
    let good = run(&world).await;
    assert!(good.tokens.iter().all(|token| token.2));
    assert_eq!(good.tokens[1].1["verified_claims"]["claims"]["nik"], siti.nik());
}

#[tokio::test]
async fn a_new_key_is_published_when_it_signs() {
    let world = World::new();
    let keys = async || world.get("/jwks").await.json()["keys"].as_array().map(Vec::len);
    assert_eq!(keys().await, Some(1));
    world.gateway.misbehave(M::RotatedKey);
    assert_eq!(keys().await, Some(2));
    world.gateway.misbehave(M::UnknownKid);
    assert_eq!(keys().await, Some(1));
}

#[tokio::test]
async fn the_line_itself_can_fail_at_any_endpoint() {
    let world = World::new();
    for endpoint in Endpoint::ALL {
        let get = || world.http().get(world.url(endpoint.path()));
        let misbehave = |fault| world.gateway.misbehave_at(endpoint, fault);
        misbehave(M::Stall);
        let answer = world.send(get().timeout(Duration::from_millis(200))).await;
        assert!(answer.is_err_and(|error| error.is_timeout()), "{endpoint:?}");
        misbehave(M::Reset);
        assert!(world.send(get()).await.is_err(), "{endpoint:?}");
        misbehave(M::Huge);
        assert_eq!(world.send(get()).await.expect("answered").body.len(), 64 << 20);
        misbehave(M::Garbage);
        let answer = world.send(get()).await.expect("answered").body;
        assert!(serde_json::from_str::<Value>(&answer).is_err());
        misbehave(M::Redirect);
        let answer = world.send(get()).await.expect("answered");
        assert_eq!(answer.status, 307);
        assert_eq!(answer.headers["location"], "https://elsewhere.sandbox.invalid/");
        misbehave(M::Http500);
        assert_eq!(world.send(get()).await.expect("answered").status, 500);
        misbehave(M::Busy);
        let answer = world.send(get()).await.expect("answered");
        assert_eq!((answer.status, &answer.headers["retry-after"]), (503, &"7".parse().unwrap()));
        world.gateway.behave();
    }
    world.gateway.misbehave(M::WrongIssuerMetadata);
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    assert_ne!(metadata["issuer"], world.gateway.issuer());
}

#[test]
fn names_lead_back() {
    for fault in M::ALL {
        assert_eq!(fault.name().parse(), Ok(fault));
    }
    assert!("nonsense".parse::<M>().is_err());
}
