//! What is refused, each with its code.

use ikd_sandbox::gateway::Decision;
use ikd_sandbox::{Profile, Trouble};
use serde_json::{Value, json};

use crate::client::{Key, World, poll_form};

/// The code that a request gets after `change` of a good one.
async fn refused(change: impl FnOnce(&World, &mut Value)) -> String {
    let world = World::new();
    let mut request = world.request(&json!({"nik": null}));
    change(&world, &mut request);
    let answer = world.ask(&request).await;
    assert!(world.gateway.pending().is_empty() == (answer.status != 200));
    if answer.status == 200 { "accepted".to_owned() } else { answer.error() }
}

#[tokio::test]
async fn every_rule_of_the_request_object_holds() {
    let set = |pointer: &'static str, value: Value| {
        refused(move |_, request| {
            match request.pointer_mut(pointer) {
                Some(place) => *place = value,
                None => request[pointer.trim_start_matches('/')] = value,
            };
        })
    };
    let now = crate::client::NOW;
    let detail = "/authorization_details/0";
    assert_eq!(set("/binding_message", json!("A 12")).await, "accepted");
    assert_eq!(set("/aud", json!(["x"])).await, "invalid_request");
    for (pointer, value, code) in [
        ("/iss", json!("rp-else"), "invalid_request"),
        ("/aud", json!("https://elsewhere.sandbox.invalid"), "invalid_request"),
        ("/exp", json!(now + 66), "invalid_request"),
        ("/exp", json!(now - 5), "invalid_request"),
        ("/exp", json!("soon"), "invalid_request"),
        ("/exp", json!(i64::MAX), "invalid_request"),
        ("/nbf", json!(now + 6), "invalid_request"),
        ("/iat", json!(now + 6), "invalid_request"),
        ("/jti", json!(7), "invalid_request"),
        ("/scope", json!("profile"), "invalid_scope"),
        ("/acr_values", json!("urn:ikd:acr:none"), "invalid_request"),
        ("/nonce", json!("short"), "invalid_request"),
        ("/login_hint", json!("siti"), "invalid_request"),
        ("/binding_message", json!("ABC"), "invalid_binding_message"),
        ("/binding_message", json!("ABCDEFGHIJKLMNOPQRSTU"), "invalid_binding_message"),
        ("/binding_message", json!("AB\u{202}\nC"), "invalid_binding_message"),
        ("/claims", json!({}), "invalid_request"),
        ("/authorization_details", json!([]), "invalid_authorization_details"),
        ("/authorization_details", json!([{}, {}]), "invalid_authorization_details"),
    ] {
        assert_eq!(set(pointer, value.clone()).await, code, "{pointer} {value}");
    }
    for (name, value) in [
        ("type", json!("payment")),
        ("purpose", json!("Account Opening")),
        ("purpose", json!("ab")),
        ("purpose_text", json!("")),
        ("purpose_text", json!("x".repeat(301))),
        ("legal_basis", json!("curiosity")),
        ("retention_days", json!(-1)),
        ("retention_days", json!("1825")),
        ("scanned_at", json!(null)),
        ("terminal", json!(3)),
        ("qr_sha256", json!("A".repeat(43))),
    ] {
        let code = refused(|_, request| {
            request.pointer_mut(detail).expect("there")[name] = value.clone();
        });
        assert_eq!(code.await, "invalid_authorization_details", "{name} {value}");
    }
    let verified = "/claims/userinfo/verified_claims";
    for (pointer, value) in [
        ("/verification", json!({"trust_framework": {"value": "eidas"}})),
        ("/claims", json!({})),
        ("/claims", json!({"unknown": null})),
        ("/claims", json!({"nik_match": null})),
    ] {
        let code = refused(|_, request| {
            let path = format!("{verified}{pointer}");
            *request.pointer_mut(&path).expect("there") = value.clone();
        });
        assert_eq!(code.await, "invalid_request", "{pointer} {value}");
    }
    for name in ["iat", "nbf", "exp", "jti", "nonce", "login_hint_token", "acr_values"] {
        let code = refused(|_, request| drop(request.as_object_mut().expect("map").remove(name)));
        assert_eq!(code.await, "invalid_request", "{name}");
    }
}

#[tokio::test]
async fn only_a_living_qr_of_a_known_phone_starts_a_request_and_only_one() {
    let with = |trouble: Trouble| {
        refused(move |world, request| {
            let siti = world.sandbox.person("siti-contoh").expect("there");
            let bad = trouble.make(&world.sandbox, siti, Profile::Bank, world.now());
            let is_ikd = bad.text.starts_with("IKD1:") && trouble != Trouble::Garbled;
            if is_ikd {
                let digest = crate::client::digest(&bad.text);
                request["authorization_details"][0]["qr_sha256"] = digest.into();
            }
            request["login_hint_token"] = bad.text.into();
        })
    };
    for (trouble, code) in [
        (Trouble::Expired, "expired_login_hint_token"),
        (Trouble::Screenshot(10), "expired_login_hint_token"),
        (Trouble::Revoked, "unknown_user_id"),
        (Trouble::Suspended, "unknown_user_id"),
        (Trouble::StolenCredential, "invalid_request"),
        (Trouble::WrongIssuer, "invalid_request"),
        (Trouble::ForgedIssuer, "invalid_request"),
        (Trouble::CompromisedKey, "invalid_request"),
        (Trouble::ChangedNik, "invalid_request"),
        (Trouble::Garbled, "invalid_request"),
        (Trouble::Url, "invalid_request"),
    ] {
        assert_eq!(with(trouble).await, code, "{trouble}");
    }
    let world = World::new();
    let mut request = world.request(&json!({"nik": null}));
    assert_eq!(world.ask(&request).await.status, 200);
    let mut same_jti = world.request(&json!({"nik": null}));
    same_jti["jti"] = request["jti"].clone();
    assert_eq!(world.ask(&same_jti).await.error(), "invalid_request", "the jti again");
    request["jti"] = "another".into();
    assert_eq!(world.ask(&request).await.error(), "invalid_request", "the QR again");
}

#[tokio::test]
async fn a_request_is_signed_by_the_client_and_stands_alone() {
    let world = World::new();
    let request = world.request(&json!({"nik": null}));
    let thief = Key::ed25519(66).sign(&json!({"alg": "EdDSA", "kid": "rp-1"}), &request);
    let unknown = world.key.sign(&json!({"alg": "EdDSA", "kid": "rp-2"}), &request);
    let none = world.key.sign(&json!({"alg": "none"}), &request);
    let crit = world.key.sign(&json!({"alg": "EdDSA", "kid": "rp-1", "crit": ["x"]}), &request);
    for bad in [&thief, &unknown, &none, &crit, "a.b.c", ""] {
        let answer = world.post("/backchannel", &[("request", bad)], false).await;
        assert_eq!(answer.error(), "invalid_request");
    }
    let good = world.sign(&request);
    let beside = [("request", good.as_str()), ("scope", "openid")];
    assert_eq!(world.post("/backchannel", &beside, false).await.error(), "invalid_request");
    let twice = [("request", good.as_str()), ("request", good.as_str())];
    assert_eq!(world.post("/backchannel", &twice, false).await.error(), "invalid_request");
    // Nothing of all that has used up the QR or the request.
    assert_eq!(world.post("/backchannel", &[("request", &good)], false).await.status, 200);
}

#[tokio::test]
async fn the_client_proves_who_it_is() {
    let world = World::new();
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let ask = async |assertion: &str| {
        let form = [("client_assertion_type", kind), ("client_assertion", assertion)];
        world.post_form("/token", &form, None).await
    };
    let now = world.now();
    for (name, value) in [
        ("iss", json!("rp-else")),
        ("sub", json!("rp-else")),
        ("aud", json!("https://elsewhere.sandbox.invalid")),
        ("exp", json!(now - 5)),
        ("exp", json!(now + 306)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(i64::MIN)),
        ("exp", json!(null)),
        ("iat", json!(now + 6)),
        ("jti", json!(null)),
    ] {
        let mut assertion = world.assertion();
        assertion[name] = value.clone();
        let answer = ask(&world.sign(&assertion)).await;
        assert_eq!((answer.status, answer.error().as_str()), (401, "invalid_client"), "{name}");
    }
    let good = world.sign(&world.assertion());
    assert_eq!(ask(&good).await.error(), "invalid_request", "the form lacks its grant type");
    assert_eq!(ask(&good).await.error(), "invalid_client", "an assertion is good once");
    assert_eq!(ask("").await.error(), "invalid_client");
    let form = [("client_assertion_type", "other"), ("client_assertion", good.as_str())];
    assert_eq!(world.post_form("/token", &form, None).await.error(), "invalid_client");

    let suspended = World::with(|client, _| client.suspended = true);
    let answer = suspended.ask(&suspended.request(&json!({"nik": null}))).await;
    assert_eq!(answer.error(), "unauthorized_client");
    let bound = World::with(|client, _| client.purposes = vec!["loan".to_owned()]);
    let answer = bound.ask(&bound.request(&json!({"nik": null}))).await;
    assert_eq!(answer.error(), "invalid_authorization_details");
}

#[tokio::test]
async fn the_token_endpoint_refuses_what_it_must() {
    let world = World::new();
    let other = [("grant_type", "client_credentials"), ("auth_req_id", "x")];
    assert_eq!(world.post("/token", &other, true).await.error(), "unsupported_grant_type");
    assert_eq!(world.poll("unknown").await.error(), "invalid_grant");
    assert_eq!(world.post("/token", &poll_form("x")[..1], true).await.error(), "invalid_request");
    assert_eq!(world.post("/token", &poll_form("x"), false).await.error(), "invalid_dpop_proof");
    let request = world.http().post(world.url("/token")).body("{}");
    let answer = world.send(request.header("Content-Type", "application/json")).await;
    assert_eq!(answer.expect("answered").error(), "invalid_request");
}

#[tokio::test]
async fn a_request_is_answered_to_its_own_client_only() {
    let world = World::new();
    let id = world.start(&json!({"nik": null})).await;
    world.gateway.decide(&id, Decision::approve(["nik"])).expect("it waits");
    let mut assertion = world.assertion();
    (assertion["iss"], assertion["sub"]) = ("rp-two".into(), "rp-two".into());
    let assertion = Key::ed25519(11).sign(&json!({"alg": "EdDSA"}), &assertion);
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let mut form = poll_form(&id).to_vec();
    form.extend([("client_assertion_type", kind), ("client_assertion", &assertion)]);
    let proof = world.proof("POST", "/token", None, None);
    assert_eq!(world.post_form("/token", &form, Some(&proof)).await.error(), "invalid_grant");
    assert_eq!(world.poll(&id).await.status, 200);
}

#[tokio::test]
async fn a_proof_of_possession_is_for_one_call_of_one_key() {
    let mut world = World::new();
    let now = world.now();
    let good = json!({"jti": "1", "htm": "POST", "htu": world.url("/token"), "iat": now});
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    let ask = async |world: &World, proof: &str| {
        let assertion = world.sign(&world.assertion());
        let mut form = poll_form("unknown").to_vec();
        form.extend([("client_assertion_type", kind), ("client_assertion", &assertion)]);
        world.post_form("/token", &form, Some(proof)).await.error()
    };
    for (name, value) in [
        ("htm", json!("GET")),
        ("htu", json!(world.url("/userinfo"))),
        ("htu", json!("https://gateway.sandbox.invalid/token")),
        ("iat", json!(now - 61)),
        ("iat", json!(now + 61)),
        ("iat", json!(i64::MIN)),
        ("jti", json!(null)),
    ] {
        let mut proof = good.clone();
        proof[name] = value.clone();
        let code = ask(&world, &world.sign_proof(&proof)).await;
        assert_eq!(code, "invalid_dpop_proof", "{name} {value}");
    }
    let (alg, jwk) = (world.dpop.alg(), world.dpop.jwk());
    let mut private = jwk.clone();
    private["d"] = "AAAA".into();
    for header in [
        json!({"typ": "JWT", "alg": alg, "jwk": jwk}),
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}),
        json!({"typ": "dpop+jwt", "alg": alg, "jwk": private}),
        json!({"typ": "dpop+jwt", "alg": alg}),
        json!({"typ": "dpop+jwt", "alg": alg, "jwk": Key::ed25519(66).jwk()}),
    ] {
        let code = ask(&world, &world.dpop.sign(&header, &good)).await;
        assert_eq!(code, "invalid_dpop_proof", "{header}");
    }
    assert_eq!(ask(&world, &world.sign_proof(&good)).await, "invalid_grant", "the proof is good");
    assert_eq!(ask(&world, &world.sign_proof(&good)).await, "invalid_dpop_proof", "but only once");

    let id = world.start(&json!({"nik": null})).await;
    world.gateway.decide(&id, Decision::approve(["nik"])).expect("it waits");
    let token = world.poll(&id).await.json()["access_token"].as_str().expect("text").to_owned();
    let ask = async |world: &World, scheme: &str, token: &str, proof: Option<String>| {
        let request = world.http().get(world.url("/userinfo"));
        let mut request = request.header("Authorization", format!("{scheme} {token}"));
        if let Some(proof) = proof {
            request = request.header("DPoP", proof);
        }
        let answer = world.send(request).await.expect("answered");
        if answer.status == 401 {
            assert!(answer.headers["www-authenticate"].to_str().expect("text").starts_with("DPoP"));
        }
        (answer.status, if answer.status == 200 { String::new() } else { answer.error() })
    };
    let proof = |world: &World, token| Some(world.proof("GET", "/userinfo", token, None));
    let invalid_token = (401, "invalid_token".to_owned());
    let invalid_proof = (401, "invalid_dpop_proof".to_owned());
    assert_eq!(ask(&world, "DPoP", "x", proof(&world, Some("x"))).await, invalid_token);
    assert_eq!(ask(&world, "Bearer", &token, proof(&world, Some(&token))).await, invalid_token);
    assert_eq!(ask(&world, "DPoP", &token, None).await, invalid_token);
    assert_eq!(ask(&world, "DPoP", &token, proof(&world, None)).await, invalid_proof);
    assert_eq!(ask(&world, "DPoP", &token, proof(&world, Some("x"))).await, invalid_proof);
    let own = std::mem::replace(&mut world.dpop, Key::ed25519(66));
    assert_eq!(ask(&world, "DPoP", &token, proof(&world, Some(&token))).await, invalid_token);
    world.dpop = own;
    assert_eq!(ask(&world, "DPoP", &token, proof(&world, Some(&token))).await.0, 200);
    world.pass(120);
    assert_eq!(ask(&world, "DPoP", &token, proof(&world, Some(&token))).await, invalid_token);
}
