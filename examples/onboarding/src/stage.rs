//! The demonstration: a gateway with its phone page, and a backend that is started again when it dies.

use std::error::Error;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ikd_onboarding::demo;

/// Seconds between two polls: a demonstration is not kept waiting.
const INTERVAL: i64 = 2;
/// How often is looked whether the backend lives.
const LOOK: Duration = Duration::from_millis(200);
/// How long the backend has to stop.
const LAST: Duration = Duration::from_secs(10);

/// Runs the demonstration until Ctrl-C.
pub(crate) fn run(data: Option<PathBuf>, port: u16) -> Result<(), Box<dyn Error + Send + Sync>> {
    let folder = match data {
        Some(folder) => folder,
        None => std::env::temp_dir().join(format!("ikd-onboarding-{}", std::process::id())),
    };
    let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
    let sandbox = demo::sandbox();
    let phone_port = if port == 0 { 0 } else { port.checked_add(1).ok_or("no port after this")? };
    let gateway = demo::gateway(&sandbox, at(phone_port), INTERVAL)?;
    let listen = if port == 0 { free()? } else { at(port) };
    let config = demo::prepare(&folder, &sandbox, gateway.issuer(), listen)?;
    let mut backend = start(&config)?;
    tell(listen, gateway.issuer(), &folder, backend.id());

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime
        .block_on(async {
            let mut signal = std::pin::pin!(signal());
            loop {
                tokio::select! {
                    () = &mut signal => return Ok(()),
                    () = tokio::time::sleep(LOOK) => {}
                }
                if let Some(status) = backend.try_wait()? {
                    if status.code() == Some(2) {
                        return Err("the backend cannot start; it says why above".into());
                    }
                    backend = start(&config)?;
                    println!("Bank     dimulai lagi / started again: kill -9 {}", backend.id());
                }
            }
        })
        .and_then(|()| stop(backend).map_err(Into::into))
}

/// Ready at Ctrl-C, or when the system asks to stop.
pub(crate) async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

/// A port that nobody uses now.
fn free() -> std::io::Result<SocketAddr> {
    std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()
}

/// Starts the backend. It stops when this process does: its standard input is closed then.
fn start(config: &Path) -> std::io::Result<Child> {
    let mut backend = Command::new(std::env::current_exe()?);
    backend.arg("--config").arg(config).arg("--until-stdin-closes");
    backend.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()
}

/// Lets the backend stop by itself; what still waits is stored anyway.
fn stop(mut backend: Child) -> std::io::Result<()> {
    drop(backend.stdin.take());
    let looks = LAST.as_millis() / LOOK.as_millis();
    for _ in 0..looks {
        if backend.try_wait()?.is_some() {
            return Ok(());
        }
        std::thread::sleep(LOOK);
    }
    backend.kill()?;
    backend.wait().map(drop)
}

fn tell(bank: SocketAddr, phone: &str, folder: &Path, backend: u32) {
    let text = format!(
        "Bank     http://{bank}/\nPonsel   {phone}/\nData     {}\n\n\
        1. Buka kedua alamat di dua jendela. Di ponsel, buka \"Isi teks QR\" dan salin.\n   \
           Open both addresses in two windows. On the phone, open \"Text of the QR\" and copy it.\n\
        2. Di bank, tempel lalu Enter. Tangkapan layar QR juga bisa ditempel.\n   \
           At the bank, paste it and press Enter. A screenshot of the QR can be pasted too.\n\
        3. Setujui di ponsel dengan PIN 123456; formulir di bank terisi.\n   \
           Approve on the phone with PIN 123456; the form at the bank fills in.\n\
        4. Sementara menunggu, coba / while it waits, try: kill -9 {backend}\n\n\
        Semua orang di sini fiktif. Everyone here is fictional. Ctrl-C: berhenti / stop.\n",
        folder.display()
    );
    // Without a reader, the demonstration runs all the same.
    let _ = std::io::stdout().write_all(text.as_bytes());
}
