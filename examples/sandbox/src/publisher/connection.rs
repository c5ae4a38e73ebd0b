//! One visitor: a request of HTTP/1.1, and an answer to it, good or bad.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use chrono::DateTime;
use sha2::{Digest, Sha256};

use super::misbehaviour::Misbehaviour;
use super::publication::List;
use super::{Shared, lock};

/// Bytes of a request that are read.
const MAX_REQUEST: u64 = 16 << 10;
/// Between two bytes of a drip, and two looks of a stall at whether it still has a visitor.
const MOMENT: Duration = Duration::from_millis(20);
const HOURS_AHEAD: i64 = 3 * 3_600;

struct Request {
    method: String,
    path: String,
    if_none_match: Option<String>,
}

struct Answer {
    status: &'static str,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

/// Answers one request. A visitor who has gone away is no reason to complain.
pub(super) fn serve(stream: TcpStream, shared: &Shared) {
    let _ = converse(&stream, shared);
}

fn converse(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    let Some(request) = Request::read(stream)? else { return Ok(()) };
    let list = match request.path.as_str() {
        "/trust" => List::Trust,
        "/status/1" => List::Status,
        path if request.method == "POST" => return control(path, shared).send(stream, shared),
        _ => return Answer::plain("404 Not Found", "not here").send(stream, shared),
    };
    // Released at once: a visitor who is kept waiting must not keep the next from being heard.
    let way = *lock(&shared.misbehaviour);
    match way {
        None => good(&request, list, shared).send(stream, shared),
        Some(way) => misbehave(way, &request, list, stream, shared),
    }
}

impl Request {
    fn read(stream: &TcpStream) -> io::Result<Option<Self>> {
        let mut lines = BufReader::new(stream.take(MAX_REQUEST)).lines();
        let Some(first) = lines.next().transpose()? else { return Ok(None) };
        let mut words = first.split(' ').map(str::to_owned);
        let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
        let mut if_none_match = None;
        for line in lines {
            let line = line?;
            match line.split_once(':') {
                None => break,
                Some((name, value)) if name.eq_ignore_ascii_case("if-none-match") => {
                    if_none_match = Some(value.trim().to_owned());
                }
                Some(_) => {}
            }
        }
        Ok(Some(Self { method, path, if_none_match }))
    }
}

impl Answer {
    fn plain(status: &'static str, text: &str) -> Self {
        let headers = vec![("Content-Type", "text/plain; charset=utf-8".to_owned())];
        Self { status, headers, body: format!("{text}\n").into_bytes() }
    }

    fn list(list: List, body: Vec<u8>) -> Self {
        let content_type = match list {
            List::Trust => "application/ikd-trust+cbor",
            List::Status => "application/statuslist+cwt",
        };
        let headers = vec![
            ("Content-Type", content_type.to_owned()),
            ("ETag", etag(&body)),
            ("Cache-Control", "max-age=300".to_owned()),
        ];
        Self { status: "200 OK", headers, body }
    }

    fn head(&self, now: i64, length: usize) -> String {
        let mut head = format!("HTTP/1.1 {}\r\nDate: {}\r\n", self.status, http_date(now));
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head + &format!("Content-Length: {length}\r\nConnection: close\r\n\r\n")
    }

    fn send(self, stream: &TcpStream, shared: &Shared) -> io::Result<()> {
        self.send_at(stream, shared.now())
    }

    fn send_at(self, mut stream: &TcpStream, now: i64) -> io::Result<()> {
        stream.write_all(self.head(now, self.body.len()).as_bytes())?;
        stream.write_all(&self.body)
    }

    /// Announces all of the body, and sends half of it.
    fn send_half(&self, mut stream: &TcpStream, now: i64) -> io::Result<()> {
        stream.write_all(self.head(now, self.body.len()).as_bytes())?;
        stream.write_all(&self.body[..self.body.len() / 2])
    }
}

fn good(request: &Request, list: List, shared: &Shared) -> Answer {
    let body = lock(&shared.publication).current(list, shared.now());
    let answer = Answer::list(list, body);
    if request.if_none_match.as_deref() == Some(etag(&answer.body).as_str()) {
        shared.not_modified.fetch_add(1, Ordering::Relaxed);
        return Answer { status: "304 Not Modified", body: Vec::new(), ..answer };
    }
    shared.whole.fetch_add(1, Ordering::Relaxed);
    answer
}

fn misbehave(
    way: Misbehaviour,
    request: &Request,
    list: List,
    mut stream: &TcpStream,
    shared: &Shared,
) -> io::Result<()> {
    let now = shared.now();
    let current = || Answer::list(list, lock(&shared.publication).current(list, now));
    let redirect = |to: &str| Answer {
        status: "302 Found",
        headers: vec![("Location", to.to_owned())],
        body: Vec::new(),
    };
    let answer = match way {
        Misbehaviour::OlderVersion => Answer::list(list, lock(&shared.publication).older(list)),
        Misbehaviour::OtherSigner => {
            Answer::list(list, lock(&shared.publication).by_others(list, now))
        }
        Misbehaviour::Truncated => return current().send_half(stream, now),
        Misbehaviour::Stall => {
            current().send_half(stream, now)?;
            return wait_for_the_visitor_to_go(stream, shared);
        }
        Misbehaviour::Drip => {
            let answer = current();
            stream.write_all(answer.head(now, answer.body.len()).as_bytes())?;
            for byte in answer.body {
                stream.write_all(&[byte])?;
                thread::sleep(MOMENT);
            }
            return Ok(());
        }
        Misbehaviour::ServerError => Answer::plain("500 Internal Server Error", "sorry"),
        Misbehaviour::Unavailable => {
            let mut answer = Answer::plain("503 Service Unavailable", "sorry");
            answer.headers.push(("Retry-After", "600".to_owned()));
            answer
        }
        Misbehaviour::RedirectElsewhere => redirect("https://elsewhere.example/"),
        Misbehaviour::RedirectLoop => redirect(&request.path),
        Misbehaviour::ZipBomb => {
            let body = lock(&shared.publication).zip_bomb(now);
            let mut answer = Answer::list(list, body);
            if list == List::Trust {
                answer.headers.push(("Content-Encoding", "deflate".to_owned()));
            }
            answer
        }
        Misbehaviour::Huge => Answer::list(list, vec![0x5a; 64 << 20]),
        Misbehaviour::WrongDate => {
            return good(request, list, shared).send_at(stream, now + HOURS_AHEAD);
        }
        Misbehaviour::Reset => return Ok(()),
        Misbehaviour::LoginPage => Answer {
            status: "200 OK",
            headers: vec![("Content-Type", "text/html".to_owned())],
            body: b"<h1>Selamat datang! Silakan masuk ke WiFi.</h1>".to_vec(),
        },
    };
    answer.send_at(stream, now)
}

fn wait_for_the_visitor_to_go(mut stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(MOMENT))?;
    while !shared.ended.load(Ordering::Relaxed) {
        match stream.read(&mut [0; 64]) {
            Ok(0) => break,
            Err(error) if !is_timeout(&error) => break,
            _ => {}
        }
    }
    Ok(())
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// `POST /lost/siti-contoh`, `/rotate/roots`, `/rotate/status-key`, `/misbehave/stall`, `/behave`.
fn control(path: &str, shared: &Shared) -> Answer {
    let done = || Answer::plain("200 OK", "done");
    let unknown =
        |error: crate::name::UnknownName| Answer::plain("400 Bad Request", &error.to_string());
    match path.trim_start_matches('/').split_once('/') {
        Some(("lost", slug)) => shared.report_lost(slug).map_or_else(unknown, |()| done()),
        Some(("rotate", "roots")) => {
            shared.rotate_roots();
            done()
        }
        Some(("rotate", "status-key")) => {
            shared.rotate_status_key();
            done()
        }
        Some(("misbehave", name)) => match name.parse() {
            Ok(way) => {
                *lock(&shared.misbehaviour) = Some(way);
                done()
            }
            Err(error) => unknown(error),
        },
        _ if path == "/behave" => {
            *lock(&shared.misbehaviour) = None;
            done()
        }
        _ => Answer::plain("404 Not Found", "not here"),
    }
}

fn etag(body: &[u8]) -> String {
    let digest = Sha256::digest(body);
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// As RFC 9110 section 5.6.7 says.
fn http_date(now: i64) -> String {
    let time = DateTime::from_timestamp(now, 0).unwrap_or_default();
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
