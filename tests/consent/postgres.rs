//! The queue on PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use ikd_verifier::consent::{ConsentStore, PostgresConsentStore};
use sqlx::PgPool;

use crate::database::Database;
use crate::queue::{shared_by_instances, store_holds};

/// A store of one instance.
async fn open(database: &Database) -> PostgresConsentStore {
    let pool = PgPool::connect(&database.url()).await.expect("a connection");
    PostgresConsentStore::open(pool).await.expect("a store")
}

#[tokio::test]
async fn a_database_keeps_requests() {
    let Some(database) = Database::start().await else { return };
    let store = open(&database).await;
    let other = open(&database).await;
    store_holds(&store, &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_on_one_database_finish_each_request_once() {
    let Some(database) = Database::start().await else { return };
    let mut stores: Vec<Arc<dyn ConsentStore>> = Vec::new();
    for _ in 0..3 {
        stores.push(Arc::new(open(&database).await));
    }
    let stores: [_; 3] = stores.try_into().expect("three");
    shared_by_instances(stores).await;
}

#[tokio::test]
async fn a_lease_that_ran_out_is_taken_over() {
    let Some(database) = Database::start().await else { return };
    let store = open(&database).await;
    let sandbox = crate::scene::sandbox();
    let gateway = crate::scene::gateway(&sandbox);
    let client = crate::scene::relying_party(&sandbox, "rp-bank", gateway.issuer());
    let client = client.build().expect("a client");
    let request = crate::scene::purpose().request();
    let request = request.require([ikd_verifier::AttributeName::FullName]).expect("allowed");
    let verified = crate::scene::scanned_again(&sandbox, 1);
    let pending = crate::scene::waiting(client.start(&verified, request).await.expect("starts"));
    store.insert(&pending).await.expect("stored");
    let later = std::time::SystemTime::now() + Duration::from_secs(20);
    let short = Duration::from_millis(300);
    let dead = store.claim(later, short, 1).await.expect("claims").pop().expect("one");
    tokio::time::sleep(2 * short).await;
    let alive = store.claim(later, short, 1).await.expect("claims").pop().expect("one");
    assert!(!store.renew(&dead, short).await.expect("an answer"));
    assert!(!store.complete(dead).await.expect("an answer"), "it is someone else's by now");
    assert!(store.complete(alive).await.expect("an answer"));
}
