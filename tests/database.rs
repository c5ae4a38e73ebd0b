//! A PostgreSQL of its own for a test. Without `initdb` and `postgres` the test is skipped aloud, and
//! fails in CI.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sqlx::PgPool;

/// A database server in a temporary folder, reached by a socket there.
pub(crate) struct Database {
    process: Child,
    folder: tempfile::TempDir,
}

impl Database {
    /// Starts one; `None` where PostgreSQL is not installed.
    pub(crate) async fn start() -> Option<Self> {
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

    /// Where clients connect.
    pub(crate) fn url(&self) -> String {
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
