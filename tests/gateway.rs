//! `ikd sandbox gateway` as an operator starts it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A gateway that runs, until it is dropped.
struct Gateway {
    program: Child,
    /// `127.0.0.1:PORT`.
    host: String,
    lines: Vec<String>,
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn ikd(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ikd"));
    command.current_dir(folder).env("LC_ALL", "C").env_remove("CLICOLOR_FORCE").args(args);
    command
}

impl Gateway {
    fn start(folder: &Path) -> Self {
        let mut command = ikd(folder, &["sandbox", "gateway", "coba", "--port", "0"]);
        let mut program = command.stdout(Stdio::piped()).spawn().expect("ikd starts");
        let stdout = BufReader::new(program.stdout.take().expect("piped"));
        let lines: Vec<_> = stdout.lines().take(4).map(|line| line.expect("text")).collect();
        let (_, rest) = lines[0].split_once("http://").expect("an address");
        let host = rest.split(' ').next().expect("a host").to_owned();
        Self { program, host, lines }
    }

    fn metadata(&self) -> Value {
        let mut stream = TcpStream::connect(&self.host).expect("it listens");
        let path = "/.well-known/openid-configuration";
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.host);
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
        serde_json::from_str(body).expect("JSON")
    }
}

#[test]
fn it_registers_two_relying_parties_and_keeps_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let new = ikd(folder.path(), &["sandbox", "new", "coba"]).output().expect("ikd runs");
    assert!(new.status.success());
    let gateway = Gateway::start(folder.path());
    assert_eq!(gateway.metadata()["issuer"], format!("http://{}", gateway.host));
    assert!(gateway.lines[2].ends_with("rp-bank, rp-bpjs"), "{:?}", gateway.lines);
    drop(gateway);

    let coba = folder.path().join("coba");
    let register = fs::read_to_string(coba.join("clients.json")).expect("written");
    let key = fs::read_to_string(coba.join("rp-bank.pem")).expect("written");
    assert!(key.starts_with("-----BEGIN PRIVATE KEY-----"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(coba.join("rp-bank.pem")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    let mut changed: Value = serde_json::from_str(&register).expect("JSON");
    changed["clients"][1]["client_id"] = "rp-own".into();
    fs::write(coba.join("clients.json"), changed.to_string()).expect("written");
    let gateway = Gateway::start(folder.path());
    assert!(gateway.lines[2].ends_with("rp-bank, rp-own"), "{:?}", gateway.lines);
    assert_eq!(fs::read_to_string(coba.join("rp-bank.pem")).expect("there"), key);
}

#[test]
fn a_register_that_is_none_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("coba")).expect("a folder");
    fs::write(folder.path().join("coba/clients.json"), "{}").expect("written");
    let failed = ikd(folder.path(), &["sandbox", "gateway", "coba", "--port", "0"]).output();
    let failed = failed.expect("ikd runs");
    assert_eq!(failed.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&failed.stderr).contains("clients.json"));
}
