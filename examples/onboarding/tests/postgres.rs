//! Two instances on one PostgreSQL.

use ikd_onboarding::store::PostgresStore;
use serde_json::json;
use sqlx::PgPool;

use crate::database::Database;
use crate::process::Process;
use crate::scene::{Scene, field};
use crate::stores;

#[tokio::test]
async fn a_database_keeps_applications() {
    let Some(database) = Database::start().await else { return };
    let open = async || {
        let pool = PgPool::connect(&database.url()).await.expect("a connection");
        PostgresStore::open(pool).await.expect("a store")
    };
    stores::holds(&open().await, &open().await).await;
}

#[tokio::test]
async fn instances_share_the_queue_and_each_other_s_work() {
    let Some(database) = Database::start().await else { return };
    let scene = Scene::new();
    let first = scene.instance_in(&database.url(), "first").await;
    let second = scene.instance_in(&database.url(), "second").await;
    // Whoever polls, both know how it ended, and one of them did it.
    let mut ids = Vec::new();
    for (instance, person) in
        [(&first, "siti-contoh"), (&second, "budi-ujicoba"), (&first, "dewi-sampel")]
    {
        let id = instance.teller.open(&scene.qr(person)).await;
        scene.approve(&[]);
        for reader in [&first, &second] {
            let ended = reader.teller.ended(&id).await;
            assert_eq!(ended["state"], "decided", "{person}: {ended}");
            assert!(field(&ended, "mother_name").is_some());
        }
        ids.push(id);
    }
    // What one asked, the other finishes when the first has gone.
    let id = first.teller.open(&scene.qr("siti-contoh")).await;
    first.stop().await;
    scene.approve(&[]);
    assert_eq!(second.teller.ended(&id).await["state"], json!("decided"));
    second.stop().await;
    assert_eq!(scene.receipts("first") + scene.receipts("second"), 4);
}

#[tokio::test]
async fn what_a_killed_instance_asked_another_finishes() {
    let Some(database) = Database::start().await else { return };
    let scene = Scene::new();
    scene.configure(|config| config["database"] = json!(database.url()));
    let (first, teller) = Process::instance(&scene);
    let second = scene.instance_in(&database.url(), "second").await;
    let id = teller.open(&scene.qr("siti-contoh")).await;
    first.kill();
    scene.approve(&[]);
    assert_eq!(second.teller.ended(&id).await["state"], json!("decided"));
    second.stop().await;
    assert_eq!(scene.receipts("second"), 1);
}
