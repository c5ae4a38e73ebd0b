//! What works: poll, ping, DPoP with either key, nonces, encryption, matches.

use ikd_sandbox::gateway::{Decision, DecisionError, Delivery, Gateway};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::client::{Answer, Key, World, b64, digest, parse, unb64};

fn approve(gateway: &Gateway, id: &str, claims: &[&str]) {
    gateway.decide(id, Decision::approve(claims.iter().copied())).expect("it waits");
}

/// The tokens of an answer to a poll: token response, claims of the id_token, claims of userinfo.
async fn tokens(world: &World, answer: Answer) -> (Value, Value, Value) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let response = answer.json();
    let id_token = world.checked(response["id_token"].as_str().expect("text")).await;
    let userinfo = world.userinfo(response["access_token"].as_str().expect("text")).await;
    assert_eq!(userinfo.headers["content-type"], "application/jwt", "{}", userinfo.body);
    let userinfo = world.checked(&userinfo.body).await;
    (response, id_token.expect("signed"), userinfo.expect("signed"))
}

#[tokio::test]
async fn the_metadata_leads_everywhere() {
    let world = World::new();
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["issuer"], world.gateway.issuer());
    for name in ["jwks_uri", "backchannel_authentication_endpoint", "token_endpoint"] {
        let url = metadata[name].as_str().expect("text");
        assert!(url.starts_with(world.gateway.issuer()), "{name}");
    }
    let names = metadata["claims_in_verified_claims_supported"].as_array().expect("names");
    for name in ["mother_name", "nik_match"] {
        assert!(names.contains(&name.into()), "{name}");
    }
}

#[tokio::test]
async fn only_what_was_asked_and_allowed_is_released() {
    let world = World::new();
    let request = world.request(&json!({
        "nik": {"essential": true}, "full_name": {"essential": true}, "mother_name": null,
        "occupation": null, "no_such_attribute": null,
    }));
    let answer = world.ask(&request).await;
    let started = answer.json();
    assert_eq!((&started["expires_in"], &started["interval"]), (&json!(120), &json!(5)));
    let id = started["auth_req_id"].as_str().expect("text");

    let pending = world.gateway.pending();
    let [pending] = &pending[..] else { panic!("one request waits") };
    assert_eq!((pending.auth_req_id.as_str(), pending.person.as_str()), (id, "siti-contoh"));
    assert_eq!((pending.binding_message.as_str(), pending.expires_in), ("K7-21 TELLER", 120));
    assert_eq!(pending.client_name, "Bank Contoh");
    let claims: Vec<_> = pending.claims.iter().map(|c| (c.name.as_str(), c.essential)).collect();
    assert!(claims.contains(&("nik", true)) && claims.contains(&("mother_name", false)));
    assert_eq!(claims.len(), 4);

    assert_eq!(world.poll(id).await.error(), "authorization_pending");
    world.pass(5);
    approve(&world.gateway, id, &["nik", "full_name", "occupation"]);
    assert!(world.gateway.pending().is_empty());
    let (response, id_token, userinfo) = tokens(&world, world.poll(id).await).await;

    assert_eq!(response["token_type"], "DPoP");
    assert_eq!(response["authorization_details"], request["authorization_details"]);
    let siti = world.sandbox.person("siti-contoh").expect("there");
    let verified = &userinfo["verified_claims"];
    assert_eq!(verified["verification"]["trust_framework"], "id_dukcapil");
    let expected =
        json!({"nik": siti.nik(), "full_name": "SITI CONTOH", "occupation": "WIRASWASTA"});
    assert_eq!(verified["claims"], expected);
    let qr = request["login_hint_token"].as_str().expect("text");
    for token in [&id_token, &userinfo] {
        assert_eq!(token["iss"], world.gateway.issuer());
        assert_eq!(token["aud"], "rp-bank");
        assert_eq!(token["nonce"], request["nonce"]);
        assert_eq!(token["acr"], "urn:ikd:acr:pin");
        assert_eq!(token["qr_sha256"], digest(qr));
        assert_eq!(token["urn:openid:params:jwt:claim:auth_req_id"], id);
        assert_eq!(token["auth_time"], world.now());
        assert!(token["exp"].as_i64() > Some(world.now()));
        assert_eq!((&token["sub"], &token["txn"]), (&id_token["sub"], &id_token["txn"]));
    }
    assert!(id_token.get("verified_claims").is_none());
    // Approval is handed over once.
    assert_eq!(world.poll(id).await.error(), "invalid_grant");
}

#[tokio::test]
async fn a_match_is_answered_and_nothing_released() {
    let world = World::new();
    let siti = world.sandbox.person("siti-contoh").expect("there");
    let id = world
        .start(&json!({
            "nik_match": {"value": siti.nik()}, "name_match": {"value": "Siti  Contoh "},
            "birth_date_match": {"value": "19920818", "essential": true},
        }))
        .await;
    approve(&world.gateway, &id, &["nik_match", "name_match", "birth_date_match"]);
    let (_, _, userinfo) = tokens(&world, world.poll(&id).await).await;
    let expected = json!({"nik_match": true, "name_match": true, "birth_date_match": false});
    assert_eq!(userinfo["verified_claims"]["claims"], expected);
    assert!(!userinfo.to_string().contains(siti.nik()));
}

#[tokio::test]
async fn approving_nothing_and_having_nothing_release_nothing() {
    let world = World::new();
    // Siti is a citizen, and has no residence permit.
    for approved in [&[][..], &["residence_permit_expiry"]] {
        let id = world.start(&json!({"residence_permit_expiry": null, "nik": null})).await;
        approve(&world.gateway, &id, approved);
        let (_, _, userinfo) = tokens(&world, world.poll(&id).await).await;
        assert!(userinfo.get("verified_claims").is_none());
    }
}

#[tokio::test]
async fn the_citizen_can_say_no_or_nothing() {
    let world = World::new();
    let denied = world.start(&json!({"nik": null})).await;
    world.gateway.decide(&denied, Decision::Deny).expect("it waits");
    assert_eq!(world.poll(&denied).await.error(), "access_denied");
    let again = world.gateway.decide(&denied, Decision::approve(["nik"]));
    assert_eq!(again, Err(DecisionError::NotWaiting));

    let late = world.start(&json!({"nik": null})).await;
    world.pass(120);
    assert!(world.gateway.pending().is_empty());
    let decided = world.gateway.decide(&late, Decision::approve(["nik"]));
    assert_eq!(decided, Err(DecisionError::NotWaiting));
    assert_eq!(world.poll(&late).await.error(), "expired_token");
}

#[tokio::test]
async fn requests_stand_in_line() {
    let world = World::new();
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(world.start(&json!({"nik": null})).await);
    }
    let pending = world.gateway.pending();
    assert!(pending.iter().map(|request| &request.auth_req_id).eq(&ids));
}

#[tokio::test]
async fn three_wrong_pins_deny() {
    let world = World::new();
    let id = world.start(&json!({"nik": null})).await;
    let wrong = || Decision::Approve { claims: vec!["nik".to_owned()], pin: "000000".to_owned() };
    for left in [2, 1, 0] {
        let decided = world.gateway.decide(&id, wrong());
        assert_eq!(decided, Err(DecisionError::WrongPin { left }));
    }
    assert_eq!(world.poll(&id).await.error(), "access_denied");
    let other = world.start(&json!({"nik": null})).await;
    let decided = world.gateway.decide(&other, Decision::approve(["religion"]));
    assert_eq!(decided, Err(DecisionError::NotAsked));
}

#[tokio::test]
async fn polling_too_fast_costs_five_seconds_for_good() {
    let world = World::new();
    let id = world.start(&json!({"nik": null})).await;
    assert_eq!(world.poll(&id).await.error(), "authorization_pending");
    world.pass(4);
    assert_eq!(world.poll(&id).await.error(), "slow_down");
    world.pass(9);
    assert_eq!(world.poll(&id).await.error(), "slow_down");
    world.pass(15);
    assert_eq!(world.poll(&id).await.error(), "authorization_pending");
    // An answer that is there is given at any pace.
    approve(&world.gateway, &id, &["nik"]);
    assert_eq!(world.poll(&id).await.status, 200);
}

#[tokio::test]
async fn a_ping_tells_when_to_ask() {
    let receiver = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let endpoint = format!("http://{}/ciba/ping", receiver.local_addr().expect("bound"));
    let world = World::with(|client, _| {
        client.delivery = Delivery::Ping;
        client.notification_endpoint = Some(endpoint);
    });
    let mut request = world.request(&json!({"nik": null}));
    assert_eq!(world.ask(&request).await.error(), "invalid_request");
    let token = b64([5; 16]);
    request["client_notification_token"] = token.clone().into();
    request["jti"] = "another".into();
    let id = world.ask(&request).await.json()["auth_req_id"].as_str().expect("text").to_owned();

    approve(&world.gateway, &id, &["nik"]);
    let (mut stream, _) = receiver.accept().await.expect("pinged");
    let mut ping = Vec::new();
    while !ping.ends_with(b"}") {
        assert_ne!(stream.read_buf(&mut ping).await.expect("read"), 0);
    }
    stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.expect("written");
    let ping = String::from_utf8(ping).expect("text");
    assert!(ping.starts_with("POST /ciba/ping HTTP/1.1\r\n"), "{ping}");
    assert!(ping.contains(&format!("Authorization: Bearer {token}\r\n")), "{ping}");
    assert!(ping.ends_with(&json!({"auth_req_id": id}).to_string()), "{ping}");
    assert_eq!(world.poll(&id).await.status, 200);
}

#[tokio::test]
async fn a_p256_key_proves_possession_too() {
    let mut world = World::new();
    world.dpop = Key::p256(3);
    let id = world.start(&json!({"nik": null})).await;
    approve(&world.gateway, &id, &["nik"]);
    tokens(&world, world.poll(&id).await).await;
}

#[tokio::test]
async fn a_client_without_dpop_gets_a_bearer_token() {
    let world = World::with(|client, _| client.dpop = false);
    let id = world.start(&json!({"nik": null})).await;
    approve(&world.gateway, &id, &["nik"]);
    let answer = world.post("/token", &crate::client::poll_form(&id), false).await.json();
    assert_eq!(answer["token_type"], "Bearer");
    let token = answer["access_token"].as_str().expect("text");
    let request = world.http().get(world.url("/userinfo"));
    let request = request.header("Authorization", format!("Bearer {token}"));
    let answer = world.send(request).await.expect("answered");
    assert!(world.checked(&answer.body).await.is_some());
}

#[tokio::test]
async fn a_nonce_is_demanded_where_it_is_switched_on() {
    let world = World::with(|_, options| options.dpop_nonce = true);
    let id = world.start(&json!({"nik": null})).await;
    approve(&world.gateway, &id, &["nik"]);
    let refused = world.poll(&id).await;
    assert_eq!((refused.status, refused.error().as_str()), (400, "use_dpop_nonce"));
    let nonce = refused.headers["dpop-nonce"].to_str().expect("text").to_owned();

    let poll = async |nonce: &str| {
        let assertion = world.sign(&world.assertion());
        let mut form = crate::client::poll_form(&id).to_vec();
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        form.extend([("client_assertion_type", kind), ("client_assertion", &assertion)]);
        let proof = world.proof("POST", "/token", None, Some(nonce));
        world.post_form("/token", &form, Some(&proof)).await
    };
    assert_eq!(poll("made up").await.error(), "use_dpop_nonce");
    let answer = poll(&nonce).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let token = answer.json()["access_token"].as_str().expect("text").to_owned();
    let refused = world.userinfo(&token).await;
    assert_eq!((refused.status, refused.error().as_str()), (401, "use_dpop_nonce"));
}

#[tokio::test]
async fn userinfo_is_encrypted_to_the_clients_key() {
    let secret = p256::SecretKey::from_slice(&[6; 32]).expect("a key");
    let Key::P256(signing) = Key::p256(6) else { unreachable!("made as such") };
    let mut jwk = Key::P256(signing).jwk();
    jwk["use"] = "enc".into();
    jwk["kid"] = "enc-1".into();
    let world = World::with(|client, _| {
        client.jwks.keys.push(jwk);
        client.userinfo_encryption = Some("ECDH-ES".to_owned());
    });
    let id = world.start(&json!({"full_name": null})).await;
    approve(&world.gateway, &id, &["full_name"]);
    let response = world.poll(&id).await.json();
    let userinfo = world.userinfo(response["access_token"].as_str().expect("text")).await;
    assert!(!userinfo.body.contains(&b64("SITI")));
    let signed = decrypt(&userinfo.body, &secret);
    let claims = world.checked(&signed).await.expect("signed inside");
    assert_eq!(claims["verified_claims"]["claims"]["full_name"], "SITI CONTOH");
}

/// Undoes ECDH-ES with A256GCM.
fn decrypt(token: &str, secret: &p256::SecretKey) -> String {
    use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
    use sha2::Digest as _;
    let parts: Vec<_> = token.split('.').collect();
    let [protected, "", iv, text, tag] = parts[..] else { panic!("not a JWE: {token}") };
    let header = parse(protected).expect("a header");
    assert_eq!(
        (&header["alg"], &header["enc"], &header["cty"], &header["kid"]),
        (&json!("ECDH-ES"), &json!("A256GCM"), &json!("JWT"), &json!("enc-1"))
    );
    let coordinate = |name: &str| unb64(header["epk"][name].as_str().expect("text")).expect("x");
    let point = [vec![4], coordinate("x"), coordinate("y")].concat();
    let point = p256::PublicKey::from_sec1_bytes(&point).expect("a point");
    let shared = p256::ecdh::diffie_hellman(secret.to_nonzero_scalar(), point.as_affine());
    let info = [
        &[0, 0, 0, 1][..],
        shared.raw_secret_bytes(),
        &[0, 0, 0, 7],
        b"A256GCM",
        &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
    ];
    let key: [u8; 32] = sha2::Sha256::digest(info.concat()).into();
    let iv: [u8; 12] = unb64(iv).expect("iv").try_into().expect("12 bytes");
    let sealed = [unb64(text).expect("text"), unb64(tag).expect("tag")].concat();
    let payload = Payload { msg: &sealed, aad: protected.as_bytes() };
    let cipher = aes_gcm::Aes256Gcm::new_from_slice(&key).expect("32 bytes");
    let open = cipher.decrypt(&aes_gcm::Nonce::from(iv), payload).expect("it opens");
    String::from_utf8(open).expect("a token")
}
