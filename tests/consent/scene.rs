//! A citizen at a counter: a scanned QR, a relying party, and a gateway.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use ikd_sandbox::gateway::{Client, Gateway, GatewayConfig};
use ikd_sandbox::{Attribute, GATEWAY, PresentOptions, Profile, Sandbox, cbor};
use ikd_verifier::audit::{Label, PseudonymKey, RelyingParty};
use ikd_verifier::consent::{
    ConsentClient, ConsentClientBuilder, FileKey, FinishedConsent, PendingConsent, Purpose,
    RequestSigner, Started,
};
use ikd_verifier::{HttpOptions, Policy, UnixTime, VerifiedPresentation};
use serde_json::{Map, Value, json};

use crate::counterpart::{Counterpart, rp_key};

/// A sandbox that was opened now.
pub(crate) fn sandbox() -> Sandbox {
    Sandbox::new([42; 32], UnixTime::now().secs())
}

/// What the gateway knows of the sandbox's person.
pub(crate) fn person(sandbox: &Sandbox) -> Value {
    let person = sandbox.person("siti-contoh").expect("a person");
    let known = Attribute::all().filter_map(|attribute| {
        let value = match person.attribute(attribute)? {
            cbor::Value::Int(number) => json!(number),
            cbor::Value::Text(text) => json!(text),
            cbor::Value::Bool(value) => json!(value),
            _ => return None,
        };
        Some((attribute.name().to_owned(), value))
    });
    Value::Object(known.collect::<Map<_, _>>())
}

/// The person's QR, scanned and verified.
pub(crate) fn scanned(sandbox: &Sandbox, profile: Profile) -> VerifiedPresentation {
    let now = UnixTime::now();
    let person = sandbox.person("siti-contoh").expect("a person");
    let qr = sandbox.present(person, profile, now.secs());
    let verifier = ikd_tests::verifier(sandbox, Policy::new());
    verifier.verify_text(&qr.text(), now).expect("a good QR")
}

/// One of many QRs that the person's phone shows in one second.
pub(crate) fn scanned_again(sandbox: &Sandbox, serial: u64) -> VerifiedPresentation {
    let now = UnixTime::now();
    let person = sandbox.person("siti-contoh").expect("a person");
    let credential = sandbox.credential(person, Profile::Bank);
    let options = PresentOptions { serial, ..PresentOptions::default() };
    let qr = sandbox.device(person).present(&credential, now.secs(), &options);
    let verifier = ikd_tests::verifier(sandbox, Policy::new());
    verifier.verify_text(&qr.text(), now).expect("a good QR")
}

/// The sandbox's own gateway, at which the bank is registered; polls may follow each other by a
/// second.
pub(crate) fn gateway(sandbox: &Sandbox) -> Gateway {
    gateway_with(sandbox, |_, _| {})
}

/// The same with changes to its habits and to the client.
pub(crate) fn gateway_with(
    sandbox: &Sandbox,
    change: impl FnOnce(&mut GatewayConfig, &mut Client),
) -> Gateway {
    let key = FileKey::from(rp_key()).public_key().to_json();
    let mut client = Client::new("rp-bank", "Bank Contoh", vec![key]);
    let mut config = GatewayConfig::new(Vec::new(), || UnixTime::now().secs());
    config.interval = 1;
    change(&mut config, &mut client);
    config.clients.push(client);
    Gateway::start(sandbox.clone(), config).expect("a free port")
}

/// A purpose of a bank.
pub(crate) fn purpose() -> Purpose {
    let config = json!({
        "id": "account_opening",
        "text": { "id": "Pembukaan rekening tabungan", "en": "Opening a savings account" },
        "legal_basis": "consent",
        "retention_days": 1825,
        "attributes": ["full_name", "nik", "birth_date", "birth_place", "mother_name", "address",
            "occupation", "gender", "email", "nik_match", "name_match", "birth_date_match"],
    });
    serde_json::from_value(config).expect("a purpose")
}

/// A relying party that is registered as `id`, at a gateway that is reached at `url`.
pub(crate) fn relying_party(sandbox: &Sandbox, id: &str, url: &str) -> ConsentClientBuilder {
    let party = RelyingParty { id: label(id), name: label("Bank Contoh") };
    let route = HttpOptions::new().timeout(Duration::from_secs(5)).danger_route(GATEWAY, url);
    ConsentClient::builder(party, Arc::new(FileKey::from(rp_key())), ikd_tests::trust(sandbox))
        .http(route.expect("a loopback address"))
        .pseudonyms(PseudonymKey::from_bytes([3; 32]))
}

/// The client of the bank.
pub(crate) fn bank(sandbox: &Sandbox, gateway: &Counterpart) -> ConsentClient {
    relying_party(sandbox, "rp-bank", &gateway.url()).build().expect("a client")
}

/// A short text of a configuration.
pub(crate) fn label(text: &str) -> Label {
    Label::new(text).expect("a label")
}

/// The request that waits.
pub(crate) fn waiting(started: Started) -> PendingConsent {
    match started {
        Started::Waiting(pending) => *pending,
        Started::Ended(finished) => panic!("ended at once: {:?}", finished.result),
    }
}

/// The request that ended at once.
pub(crate) fn ended(started: Started) -> FinishedConsent {
    match started {
        Started::Ended(finished) => *finished,
        Started::Waiting(_) => panic!("it waits"),
    }
}

/// The gateway's name of a request, which is nobody's business but the phone's.
pub(crate) fn name(pending: &PendingConsent) -> String {
    let stored = serde_json::to_value(pending).expect("it can be stored");
    stored["auth_req_id"].as_str().expect("a name").to_owned()
}

/// Sleeps until the next poll may be made.
pub(crate) async fn until_next_poll(pending: &PendingConsent) {
    let left = pending.next_poll().duration_since(SystemTime::now()).unwrap_or_default();
    tokio::time::sleep(left).await;
}
