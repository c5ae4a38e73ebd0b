//! What both stores of applications promise.

use ikd_onboarding::application::Application;
use ikd_onboarding::store::{Access, AccessTo, ApplicationStore, EmbeddedStore};
use ikd_verifier::UnixTime;
use ikd_verifier::audit::Label;
use serde_json::json;

/// An application that was opened then, and waits for 120 seconds.
pub(crate) fn waiting(id: &str, opened: i64) -> Application {
    let application = json!({
        "id": id, "terminal": "t1", "opened": opened,
        "scan": { "issuer": "Dukcapil", "not_revoked": true, "not_established": [] },
        "state": { "name": "waiting", "binding_message": "ABCD", "expires": opened + 120 },
    });
    serde_json::from_value(application).expect("an application")
}

fn at(secs: i64) -> UnixTime {
    UnixTime::from_secs(secs)
}

/// Two views of one store.
pub(crate) async fn holds(store: &dyn ApplicationStore, other: &dyn ApplicationStore) {
    let (old, new) = (waiting("a", 1_000), waiting("b", 2_000));
    store.insert(old.clone()).await.expect("kept");
    store.insert(new.clone()).await.expect("kept");
    assert_eq!(other.get("a").await.expect("an answer"), Some(old.clone()));
    assert_eq!(other.get("c").await.expect("an answer"), None);
    assert_eq!(other.recent(1).await.expect("an answer"), std::slice::from_ref(&new));
    assert_eq!(other.recent(9).await.expect("an answer"), [new.clone(), old.clone()]);
    assert_eq!(other.count_waiting().await.expect("an answer"), 2);

    // Overdue a minute after the request has expired, and not before.
    assert_eq!(other.overdue(at(1_180)).await.expect("an answer"), []);
    assert_eq!(other.overdue(at(1_181)).await.expect("an answer"), std::slice::from_ref(&old));

    // Of all who finish it at once, one does.
    let done = old.clone().interrupted();
    let finishing = [store, other, store, other].map(|store| store.finish(done.clone()));
    let finished = futures_util::future::join_all(finishing).await;
    let times = finished.into_iter().filter(|done| *done.as_ref().expect("an answer")).count();
    assert_eq!(times, 1);
    assert!(!store.finish(waiting("c", 1)).await.expect("an answer"), "it was never opened");
    assert_eq!(other.get("a").await.expect("an answer"), Some(done));
    assert_eq!(other.count_waiting().await.expect("an answer"), 1);
    assert_eq!(other.overdue(at(1_181)).await.expect("an answer"), []);

    let terminal = || Label::new("t1").expect("a label");
    let access = |secs, what| Access { at: at(secs), terminal: terminal(), what };
    let noted = [access(5, AccessTo::Identity), access(6, AccessTo::Evidence)];
    for access in &noted {
        store.note_access("a", access.clone()).await.expect("noted");
    }
    assert_eq!(other.accesses("a").await.expect("an answer"), noted);
    assert_eq!(other.accesses("b").await.expect("an answer"), []);

    // Erased when its retention has ended, with the notes; what waits is never erased.
    let end = 1_000 + 30 * 86_400;
    assert_eq!(store.erase(at(end)).await.expect("an answer"), 0);
    assert_eq!(store.erase(at(end + 1)).await.expect("an answer"), 1);
    assert_eq!(other.get("a").await.expect("an answer"), None);
    assert_eq!(other.accesses("a").await.expect("an answer"), []);
    assert_eq!(other.recent(9).await.expect("an answer"), [new]);
}

#[tokio::test]
async fn a_file_keeps_applications() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("applications.redb");
    let store = EmbeddedStore::open(&path).expect("a store");
    holds(&store, &store.clone()).await;
    assert!(EmbeddedStore::open(&path).is_err(), "one process at a time");
    drop(store);
    let again = EmbeddedStore::open(&path).expect("a store");
    assert_eq!(again.recent(9).await.expect("an answer").len(), 1);
}
