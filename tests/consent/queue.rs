//! One queue of waiting requests for several instances: each ends exactly once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use ikd_sandbox::Sandbox;
use ikd_sandbox::gateway::{Decision, Gateway};
use ikd_verifier::AttributeName::FullName;
use ikd_verifier::consent::{
    ConsentQueue, ConsentStore, DirectoryConsentStore, FinishedConsent, PendingConsent,
};

use crate::scene::{gateway, name, purpose, relying_party, sandbox, scanned_again, waiting};

/// How requests ended, by receipt id.
pub(crate) type Ends = Arc<Mutex<HashMap<String, Vec<&'static str>>>>;

/// An instance of a backend on this store.
pub(crate) fn instance(
    sandbox: &Sandbox,
    gateway: &Gateway,
    store: &Arc<dyn ConsentStore>,
) -> ConsentQueue {
    let client = relying_party(sandbox, "rp-bank", gateway.issuer()).build().expect("a client");
    ConsentQueue::new(client, store.clone())
}

/// Runs an instance for some seconds, or until it is aborted.
pub(crate) fn run(queue: &ConsentQueue, ends: &Ends, seconds: u64) -> tokio::task::JoinHandle<()> {
    let (queue, ends) = (queue.clone(), ends.clone());
    tokio::spawn(async move {
        let ended = |finished: FinishedConsent| {
            let id = finished.receipt.receipt_id.to_string();
            let outcome = finished.result.outcome().as_str();
            ends.lock().expect("no panic").entry(id).or_default().push(outcome);
        };
        let shutdown = tokio::time::sleep(Duration::from_secs(seconds));
        queue.run(ended, |trouble| panic!("{trouble}"), shutdown).await;
    })
}

/// Starts a request with the first instance, and gives it up: two others go on.
pub(crate) async fn shared_by_instances(stores: [Arc<dyn ConsentStore>; 3]) {
    let sandbox = sandbox();
    let gateway = gateway(&sandbox);
    let instances = stores.each_ref().map(|store| instance(&sandbox, &gateway, store));
    let ends = Ends::default();
    let first = run(&instances[0], &ends, 60);
    let mut names = Vec::new();
    for serial in 0..30 {
        let verified = scanned_again(&sandbox, serial);
        let request = purpose().request().require([FullName]).expect("allowed");
        let started = instances[0].start(&verified, request).await.expect("it starts");
        names.push(name(&waiting(started)));
    }
    // It dies in the middle of its polls.
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    first.abort();
    let _ = first.await;
    // What it had asked is answered before the citizens decide: tokens are given out once.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(ends.lock().expect("no panic").is_empty());

    let others = [run(&instances[1], &ends, 25), run(&instances[2], &ends, 25)];
    for (at, name) in names.iter().enumerate() {
        let decision = if at % 3 == 0 { Decision::Deny } else { Decision::approve(["full_name"]) };
        gateway.decide(name, decision).expect("a request that waits");
    }
    for other in others {
        other.await.expect("it runs to its end");
    }
    let ends = ends.lock().expect("no panic");
    assert_eq!(ends.len(), 30);
    assert!(ends.values().all(|outcomes| outcomes.len() == 1), "{ends:?}");
    let granted = ends.values().filter(|outcomes| outcomes[0] == "granted").count();
    assert_eq!(granted, 20, "{ends:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_on_one_folder_finish_each_request_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let open = || -> Arc<dyn ConsentStore> {
        Arc::new(DirectoryConsentStore::open(folder.path()).expect("a store"))
    };
    shared_by_instances([open(), open(), open()]).await;
    let left = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 0, "nothing of a request that ended is kept");
}

/// What every store must do, whatever is under it.
pub(crate) async fn store_holds(store: &dyn ConsentStore, other: &dyn ConsentStore) {
    let sandbox = sandbox();
    let gateway = gateway(&sandbox);
    let client = relying_party(&sandbox, "rp-bank", gateway.issuer()).build().expect("a client");
    let request = purpose().request().require([FullName]).expect("allowed");
    let started = client.start(&scanned_again(&sandbox, 1), request).await.expect("it starts");
    let pending: PendingConsent = waiting(started);
    let (lease, later) = (Duration::from_secs(5), SystemTime::now() + Duration::from_secs(20));
    store.insert(&pending).await.expect("stored");
    let claim =
        async |store: &dyn ConsentStore, at| store.claim(at, lease, 10).await.expect("claims");

    assert!(claim(store, SystemTime::now()).await.is_empty(), "it is not due");
    let mut claims = claim(store, later).await;
    assert_eq!(claims.len(), 1);
    assert!(claim(store, later).await.is_empty(), "it is held");
    assert!(claim(other, later).await.is_empty(), "it is held, seen from elsewhere");
    let held = claims.pop().expect("one");
    assert_eq!(held.pending, pending);
    assert!(store.renew(&held, lease).await.expect("an answer"));
    assert!(store.release(held).await.expect("an answer"));

    assert!(claim(other, SystemTime::now()).await.is_empty(), "it is not due");
    other.wake(&pending.id()).await.expect("woken");
    let mut claims = claim(store, SystemTime::now()).await;
    assert_eq!(claims.len(), 1, "a notification made it due");
    // A notification that comes while it is held is not lost.
    other.wake(&pending.id()).await.expect("woken");
    assert!(store.release(claims.pop().expect("one")).await.expect("an answer"));
    let mut claims = claim(other, SystemTime::now()).await;
    assert_eq!(claims.len(), 1);

    assert_eq!(store.find(&pending.id()).await.expect("an answer"), Some(pending.clone()));
    assert_eq!(store.find("../../etc/passwd").await.expect("an answer"), None);
    assert!(other.complete(claims.pop().expect("one")).await.expect("an answer"));
    assert!(claim(store, later).await.is_empty(), "it ended");
    assert_eq!(store.find(&pending.id()).await.expect("an answer"), None);
    store.wake(&pending.id()).await.expect("nothing to wake");
}

#[tokio::test]
async fn a_folder_keeps_requests() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let open = || DirectoryConsentStore::open(folder.path()).expect("a store");
    store_holds(&open(), &open()).await;
}

#[tokio::test]
async fn a_damaged_file_is_set_aside_and_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = DirectoryConsentStore::open(folder.path()).expect("a store");
    let id = "0123456789abcdef0123456789abcdef";
    std::fs::write(folder.path().join(format!("{id}.consent")), "garbage").expect("a file");
    let later = SystemTime::now() + Duration::from_secs(20);
    let claimed = store.claim(later, Duration::from_secs(5), 10).await;
    assert!(claimed.expect_err("damaged").to_string().contains(id));
    assert!(folder.path().join(format!("{id}.damaged")).is_file());
    assert!(store.claim(later, Duration::from_secs(5), 10).await.expect("claims").is_empty());
}
