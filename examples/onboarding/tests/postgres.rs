//! Two instances on one PostgreSQL. Without `initdb` and `postgres` the tests are skipped aloud, and
//! fail in CI.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ikd_onboarding::store::PostgresStore;
use serde_json::json;
use sqlx::PgPool;

use crate::process::Process;
use crate::scene::{Scene, field};
use crate::stores;

/// A database server in a temporary folder, reached by a socket there.
struct Database {
    process: Child,
    folder: tempfile::TempDir,
}

impl Database {
    /// Starts one; `None` where PostgreSQL is not installed.
    async fn start() -> Option<Self> {
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
        let database = Self { process: process.expect("postgres runs"), folder };
        for _ in 0..100 {
            if PgPool::connect(&database.url()).await.is_ok() {
                return Some(database);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the database does not answer");
    }

    fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.folder.path().display())
    }
}

impl Drop for Database {
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
