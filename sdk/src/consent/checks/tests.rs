//! Each rule has one answer that breaks it alone, and gives its code.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::attributes::{AttributeValue, Attributes, Nik};
use crate::audit::{ConsentClaim, Sha256Digest};
use crate::consent::client_auth::object;
use crate::consent::pending::PendingConsent;

const ISSUER: &str = "https://gateway.example";
const NOW: i64 = 1_790_000_100;
const NIK: &str = "9901015708920001";

/// A request of 100 seconds ago for NIK, name and a match; the QR showed the NIK.
fn request() -> PendingConsent {
    let stored = json!({
        "format": "ikd-pending-consent/1",
        "auth_req_id": "request-1",
        "issuer": "https://dukcapil.example",
        "gateway": ISSUER,
        "relying_party": { "id": "rp-bank", "name": "Bank Contoh" },
        "nonce": "nonce-1",
        "qr_sha256": Sha256Digest::of(b"qr"),
        "purpose": { "id": "account_opening", "text": "Pembukaan rekening tabungan",
            "legal_basis": "consent", "retention_days": 1825 },
        "required": ["nik", "nik_match"],
        "optional": ["full_name", "photo"],
        "binding_message": "K7Q-4MX",
        "scanned_at": NOW - 101,
        "asked_at": NOW - 100,
        "schedule": { "interval_ms": 5_000, "last": 0, "earliest": 0, "next": 0, "expires": 0, "ping": false, "failing": false },
    });
    let mut request: PendingConsent = serde_json::from_value(stored).unwrap();
    let nik = AttributeValue::Nik(Nik::from(NIK));
    let shown = Attributes::from_values(vec![(crate::AttributeName::Nik, nik)]);
    let asked = [ConsentClaim::Attribute(crate::AttributeName::Nik)];
    request.shown = seal().shown("nonce-1", &shown, &asked);
    request
}

fn seal() -> Seal {
    Seal::new(b"a signature")
}

fn id_token() -> Object {
    object(json!({
        "iss": ISSUER, "aud": "rp-bank", "sub": "citizen-1", "exp": NOW + 60, "iat": NOW,
        "nonce": "nonce-1", "acr": "urn:ikd:acr:pin", "amr": ["pin"], "auth_time": NOW,
        "qr_sha256": Sha256Digest::of(b"qr"), "txn": "txn-1",
        "urn:openid:params:jwt:claim:auth_req_id": "request-1",
    }))
}

fn userinfo() -> Object {
    object(json!({
        "iss": ISSUER, "aud": ["rp-bank"], "sub": "citizen-1", "iat": NOW,
        "qr_sha256": Sha256Digest::of(b"qr"),
        "verified_claims": {
            "verification": { "trust_framework": "id_dukcapil" },
            "claims": { "nik": NIK, "full_name": "SITI CONTOH", "nik_match": true },
        },
    }))
}

fn details() -> Value {
    json!([{
        "type": "ikd_attribute_request", "purpose": "account_opening",
        "purpose_text": "Pembukaan rekening tabungan", "legal_basis": "consent",
        "retention_days": 1825, "qr_sha256": Sha256Digest::of(b"qr"), "scanned_at": NOW - 101,
        "locations": ["what it adds is its own"],
    }])
}

fn judge(id_token: &Object, userinfo: &Object, details: &Value) -> Result<Checked, ConsentCode> {
    let request = request();
    let now = Moment::from_millis(0).plus(Duration::from_secs(NOW.try_into().unwrap()));
    let expected = Expected { request: &request, issuer: ISSUER, now };
    expected.check_id_token(id_token, details)?;
    expected.check_userinfo(userinfo, id_token, &seal())
}

fn code(id_token: &Object, userinfo: &Object, details: &Value) -> Option<ConsentCode> {
    judge(id_token, userinfo, details).err()
}

/// The good answer with one member of one token replaced, or removed by `null`.
fn with(token: &Object, name: &str, value: &Value) -> Object {
    let mut token = token.clone();
    match value {
        Value::Null => token.remove(name),
        value => token.insert(name.to_owned(), value.clone()),
    };
    token
}

#[test]
fn a_good_answer_passes() {
    let checked = judge(&id_token(), &userinfo(), &details()).ok().unwrap();
    assert_eq!(checked.released.attributes.full_name(), Some("SITI CONTOH"));
    assert_eq!(checked.released.names().count(), 3);
    assert_eq!(checked.txn.as_deref(), Some("txn-1"));
}

#[test]
fn what_may_be_left_out_may_be_left_out() {
    let sparse = with(&userinfo(), "verified_claims", &Value::Null);
    assert!(judge(&id_token(), &sparse, &details()).ok().unwrap().released.attributes.is_empty());
    let name = "urn:openid:params:jwt:claim:auth_req_id";
    assert_eq!(code(&with(&id_token(), name, &Value::Null), &userinfo(), &details()), None);
    let array = json!([userinfo()["verified_claims"]]);
    let array = with(&userinfo(), "verified_claims", &array);
    assert_eq!(code(&id_token(), &array, &details()), None);
}

#[test]
fn the_id_token_breaks_a_rule() {
    use ConsentCode::*;
    for (name, value, expected) in [
        ("iss", json!("https://evil.example"), WrongIssuer),
        ("iss", json!("https://gateway.example/"), WrongIssuer),
        ("iss", json!(null), WrongIssuer),
        ("aud", json!("rp-other"), WrongAudience),
        ("aud", json!(["rp-bank", "rp-other"]), WrongAudience),
        ("aud", json!([]), WrongAudience),
        ("aud", json!(null), WrongAudience),
        ("azp", json!("rp-other"), WrongAudience),
        ("exp", json!(NOW - SKEW), TokenExpired),
        ("exp", json!("1890000000"), TokenExpired),
        ("exp", json!(null), TokenExpired),
        ("iat", json!(NOW + SKEW + 1), WrongTime),
        ("iat", json!(NOW - 100 - SKEW - 1), WrongTime),
        ("iat", json!(null), WrongTime),
        ("nbf", json!(NOW + SKEW + 1), WrongTime),
        ("nonce", json!("nonce-2"), WrongNonce),
        ("nonce", json!(null), WrongNonce),
        ("acr", json!("urn:ikd:acr:none"), WrongAcr),
        ("acr", json!(null), WrongAcr),
        ("urn:openid:params:jwt:claim:auth_req_id", json!("request-2"), WrongRequest),
        ("sub", json!(null), BadToken),
        ("qr_sha256", json!(Sha256Digest::of(b"other")), WrongQr),
        ("qr_sha256", json!(null), WrongQr),
        ("verified_claims", userinfo()["verified_claims"].clone(), OverDisclosure),
        ("given_name", json!("SITI"), OverDisclosure),
    ] {
        let token = with(&id_token(), name, &value);
        assert_eq!(code(&token, &userinfo(), &details()), Some(expected), "{name} {value}");
    }
}

#[test]
fn the_userinfo_breaks_a_rule() {
    use ConsentCode::*;
    for (name, value, expected) in [
        ("iss", json!("https://evil.example"), WrongIssuer),
        ("aud", json!("rp-other"), WrongAudience),
        ("exp", json!(NOW - SKEW), TokenExpired),
        ("iat", json!(NOW + SKEW + 1), WrongTime),
        ("nonce", json!("nonce-2"), WrongNonce),
        ("acr", json!("urn:ikd:acr:none"), WrongAcr),
        ("urn:openid:params:jwt:claim:auth_req_id", json!("request-2"), WrongRequest),
        ("sub", json!("citizen-2"), SubjectMismatch),
        ("sub", json!(null), SubjectMismatch),
        ("qr_sha256", json!(Sha256Digest::of(b"other")), WrongQr),
        ("qr_sha256", json!(null), WrongQr),
        ("authorization_details", json!([]), ChangedDetails),
        ("religion", json!("?"), OverDisclosure),
        ("email", json!("siti@contoh.example"), OverDisclosure),
        ("verified_claims", json!("x"), BadAnswer),
        ("verified_claims", json!([{}, {}]), BadAnswer),
        ("verified_claims", json!({ "claims": { "nik": NIK } }), WrongFramework),
    ] {
        let token = with(&userinfo(), name, &value);
        assert_eq!(code(&id_token(), &token, &details()), Some(expected), "{name} {value}");
    }
}

#[test]
fn the_details_break_a_rule() {
    for (name, value) in [
        ("type", json!("other")),
        ("type", json!(null)),
        ("purpose", json!("marketing")),
        ("purpose", json!(null)),
        ("purpose_text", json!("Pemasaran")),
        ("legal_basis", json!("contract")),
        ("legal_basis", json!(null)),
        ("retention_days", json!(3650)),
        ("retention_days", json!("1825")),
        ("retention_days", json!(null)),
        ("qr_sha256", json!(Sha256Digest::of(b"other"))),
        ("scanned_at", json!(0)),
    ] {
        let detail = with(details()[0].as_object().unwrap(), name, &value);
        let code = code(&id_token(), &userinfo(), &json!([detail]));
        assert_eq!(code, Some(ConsentCode::ChangedDetails), "{name} {value}");
    }
    for other in [json!(null), json!([]), json!([details()[0], details()[0]]), json!({})] {
        let code = code(&id_token(), &userinfo(), &other);
        assert_eq!(code, Some(ConsentCode::ChangedDetails), "{other}");
    }
}

#[test]
fn the_released_claims_break_a_rule() {
    use ConsentCode::*;
    for (claims, expected) in [
        (json!({ "nik": NIK, "religion": "?" }), OverDisclosure),
        (json!({ "mother_name": "?" }), OverDisclosure),
        (json!({ "name_match": true }), OverDisclosure),
        (json!({ "unheard_of": 1 }), OverDisclosure),
        (json!({ "nik": "9901015708920002" }), PersonMismatch),
        (json!({ "nik": 9_901_015_708_920_001_u64 }), BadAttribute),
        (json!({ "full_name": null }), BadAttribute),
        (json!({ "nik_match": "true" }), BadAttribute),
        (json!({ "photo": "not base64url!" }), BadAttribute),
    ] {
        let released = json!({ "verification": { "trust_framework": "id_dukcapil" },
            "claims": claims });
        let token = with(&userinfo(), "verified_claims", &released);
        assert_eq!(code(&id_token(), &token, &details()), Some(expected), "{claims}");
    }
    for (verification, expected) in [
        (json!({ "trust_framework": "other" }), WrongFramework),
        (json!({}), WrongFramework),
        (json!({ "trust_framework": "id_dukcapil", "evidence": [{}] }), OverDisclosure),
    ] {
        let released = json!({ "verification": verification, "claims": {} });
        let token = with(&userinfo(), "verified_claims", &released);
        assert_eq!(code(&id_token(), &token, &details()), Some(expected), "{verification}");
    }
}

#[test]
fn every_code_has_texts_in_both_languages() {
    let mut names: Vec<_> = ConsentCode::ALL.iter().map(|code| code.as_str()).collect();
    for code in ConsentCode::ALL {
        assert!(!code.reason().id.is_empty() && !code.reason().en.is_empty(), "{code}");
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ConsentCode::ALL.len());
}
