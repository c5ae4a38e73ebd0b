//! The queue on PostgreSQL, in a database of its own. Without `initdb` and `postgres` the tests are
//! skipped aloud, and fail in CI.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ikd_verifier::consent::{ConsentStore, PostgresConsentStore};
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::queue::{shared_by_instances, store_holds};

/// A database server in a temporary folder, reached by a socket there.
struct Server {
    process: Child,
    folder: tempfile::TempDir,
}

impl Server {
    /// Starts one; `None` where PostgreSQL is not installed.
    fn start() -> Option<Self> {
        let found = ["initdb", "postgres"].iter().all(|program| {
            Command::new(program).arg("--version").stdout(Stdio::null()).status().is_ok()
        });
        if !found {
            assert!(std::env::var_os("CI").is_none(), "initdb and postgres are missing");
            eprintln!("SKIPPED: initdb and postgres are missing");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder.path(), open).expect("its permissions");
        let data = folder.path().join("data");
        let status = unprivileged("initdb", folder.path())
            .args(["--auth=trust", "--username=postgres", "--no-sync", "--no-locale", "-E", "UTF8"])
            .arg("-D")
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(status.expect("initdb runs").success(), "initdb");
        let process = unprivileged("postgres", folder.path())
            .args(["-c", "listen_addresses=", "-c", "fsync=off"])
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(folder.path())
            .stderr(Stdio::null())
            .spawn();
        Some(Self { process: process.expect("postgres runs"), folder })
    }

    /// Connections of one instance.
    async fn connect(&self) -> PgPool {
        let options = PgConnectOptions::new().socket(self.folder.path()).username("postgres");
        for _ in 0..100 {
            let pool = PgPoolOptions::new().max_connections(5).connect_with(options.clone());
            match pool.await {
                Ok(pool) => return pool,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
        panic!("the database does not answer");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// PostgreSQL does not run as root: then it runs as `nobody`.
fn unprivileged(program: &str, folder: &Path) -> Command {
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", program]);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder);
    command
}

#[tokio::test]
async fn a_database_keeps_requests() {
    let Some(server) = Server::start() else { return };
    let store = PostgresConsentStore::open(server.connect().await).await.expect("a store");
    let other = PostgresConsentStore::open(server.connect().await).await.expect("a store");
    store_holds(&store, &other).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_on_one_database_finish_each_request_once() {
    let Some(server) = Server::start() else { return };
    let mut stores: Vec<Arc<dyn ConsentStore>> = Vec::new();
    for _ in 0..3 {
        let store = PostgresConsentStore::open(server.connect().await).await.expect("a store");
        stores.push(Arc::new(store));
    }
    let stores: [_; 3] = stores.try_into().expect("three");
    shared_by_instances(stores).await;
}

#[tokio::test]
async fn a_lease_that_ran_out_is_taken_over() {
    let Some(server) = Server::start() else { return };
    let store = PostgresConsentStore::open(server.connect().await).await.expect("a store");
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
