//! A whole run, and whatever it leaves: no attribute value and no token in any of it.

use std::path::Path;
use std::sync::Arc;

use ikd_sandbox::gateway::{Decision, Misbehaviour};
use ikd_verifier::AttributeName::{Address, FullName, MotherName, Nik};
use ikd_verifier::UnixTime;
use ikd_verifier::audit::{AuditLog, LogId};
use ikd_verifier::consent::{
    ConsentQueue, ConsentStore, DirectoryConsentStore, Recorded, Started, WaitError,
};
use serde_json::Value;

use crate::counterpart::rp_key;
use crate::scene::{
    gateway_with, name, person, purpose, relying_party, sandbox, scanned_again, waiting,
};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_citizen_is_left_behind() {
    let sandbox = sandbox();
    let person = person(&sandbox);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = AuditLog::create(
        folder.path().join("audit.jsonl"),
        LogId::from_bytes([1; 16]),
        rp_key(),
        UnixTime::now(),
    );
    let log = Arc::new(log.expect("a log"));
    let gateway = gateway_with(&sandbox, |_, _| {});
    let client = relying_party(&sandbox, "rp-bank", gateway.issuer()).receipts(log);
    let client = client.build().expect("a client");
    let store: Arc<dyn ConsentStore> =
        Arc::new(DirectoryConsentStore::open(folder.path().join("waiting")).expect("a store"));
    let queue = ConsentQueue::new(client.clone(), store);
    // Everything that an application could write into its log.
    let mut said = String::new();
    let mut say = |what: &dyn std::fmt::Debug| said.push_str(&format!("{what:?}\n{what:#?}\n"));
    say(&client);
    say(&queue);

    let nik = person["nik"].as_str().expect("a NIK");
    let mut stored = String::new();
    let mut secrets = vec![];
    let mut seen = scanned_again(&sandbox, 9);
    for (serial, how) in [None, Some(Misbehaviour::ExtraClaim), Some(Misbehaviour::OtherPerson)]
        .into_iter()
        .enumerate()
    {
        gateway.behave();
        let request = purpose().request();
        let request = request.require([FullName, Nik, MotherName, Address]).expect("allowed");
        let request = request.match_nik(nik).expect("allowed").match_name("SITI").expect("allowed");
        say(&request);
        let verified = scanned_again(&sandbox, serial as u64);
        say(&verified);
        let started = queue.start(&verified, request).await.expect("it starts");
        seen = verified;
        say(&started);
        let mut pending = waiting(started);
        stored.push_str(&serde_json::to_string(&pending).expect("JSON"));
        read_all(folder.path(), &mut stored);
        let cancelled = client.wait(pending.clone(), |p| say(&p), async {}).await;
        say(&cancelled);
        assert!(matches!(cancelled, Err(WaitError::Cancelled(_))));
        if let Some(how) = how {
            gateway.misbehave(how);
        }
        let approval = Decision::approve(["full_name", "nik", "mother_name", "address"]);
        gateway.decide(&name(&pending), approval).expect("a request that waits");
        let finished = loop {
            crate::scene::until_next_poll(&pending).await;
            if let Some(finished) = client.poll_once(&mut pending).await.expect("a poll") {
                break finished;
            }
        };
        say(&finished);
        assert!(matches!(finished.recorded, Recorded::Entry(_)), "{:?}", finished.recorded);
        stored.push_str(&serde_json::to_string(&finished.receipt).expect("JSON"));
        match (finished.result.granted(), how) {
            (Some(granted), None) => {
                let (userinfo, id_token) =
                    (granted.evidence.userinfo(), granted.evidence.id_token());
                secrets.extend([userinfo.to_owned(), id_token.to_owned()]);
                secrets.extend(userinfo.split('.').chain(id_token.split('.')).map(str::to_owned));
            }
            (None, Some(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    // A request that goes wrong at once says no more.
    let request = purpose().request().match_nik(nik).expect("allowed");
    let again = client.start(&seen, request).await.expect("it runs");
    assert!(matches!(again, Started::Ended(_)));
    say(&again);
    read_all(folder.path(), &mut stored);

    assert!(said.len() > 5_000 && stored.len() > 2_000, "it must have looked at something");
    for (name, value) in person.as_object().expect("attributes") {
        // Short ones are parts of other words: `ID`, `002`.
        let Value::String(value) = value else { continue };
        if value.len() >= 5 {
            assert!(!said.contains(value.as_str()), "{name} was said");
            assert!(!stored.contains(value.as_str()), "{name} was stored");
        }
    }
    for secret in secrets.iter().filter(|secret| secret.len() > 40) {
        assert!(!said.contains(secret.as_str()) && !stored.contains(secret.as_str()), "a token");
    }
    for mark in ["eyJ", "IKD1:", "Bearer", "DPoP ", "PRIVATE KEY"] {
        assert!(!said.contains(mark) && !stored.contains(mark), "{mark}");
    }
}

/// Everything in the files of a folder.
fn read_all(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_all(&path, into);
        } else {
            into.push_str(&String::from_utf8_lossy(&std::fs::read(&path).expect("a file")));
        }
    }
}
