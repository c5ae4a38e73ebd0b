//! A small web server for reading only. It speaks as much HTTP/1.1 as browsers on this computer need.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

/// Longer requests are refused.
const MAX_HEAD: usize = 8 << 10;
/// More visitors at once are turned away.
const MAX_VISITORS: usize = 64;
/// How long a visitor may take to ask, and to take each part of the answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// What goes with every answer, as `wasm/README.md` asks for it.
const HEADERS: &str = "\
Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
style-src 'self'; img-src 'self' blob:; connect-src 'self'; worker-src 'self'; \
manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
Permissions-Policy: camera=(self)\r\n\
X-Content-Type-Options: nosniff\r\n\
Referrer-Policy: no-referrer\r\n\
Cross-Origin-Resource-Policy: same-origin\r\n\
Cache-Control: no-cache\r\n\
Connection: close\r\n";

/// What a path leads to.
#[derive(Debug)]
pub(crate) struct Answer {
    status: &'static str,
    content_type: &'static str,
    etag: Option<&'static str>,
    body: Cow<'static, [u8]>,
}

impl Answer {
    /// Something that was asked for.
    pub(crate) fn of(content_type: &'static str, body: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { status: "200 OK", content_type, etag: None, body: body.into() }
    }

    /// The same, with a name for just these bytes.
    pub(crate) fn with_etag(self, etag: &'static str) -> Self {
        Self { etag: Some(etag), ..self }
    }

    /// There is nothing there.
    pub(crate) fn not_found() -> Self {
        Self::error("404 Not Found")
    }

    /// It should be there, but is not to be had now.
    pub(crate) fn unavailable() -> Self {
        Self::error("503 Service Unavailable")
    }

    fn error(status: &'static str) -> Self {
        let body = format!("{status}\n").into_bytes();
        Self { status, ..Self::of("text/plain; charset=utf-8", body) }
    }
}

/// Answers every visitor in a thread of its own, until the program ends. `find` gets a path without
/// its first slash.
pub(crate) fn serve(listener: &TcpListener, find: impl Fn(&str) -> Answer + Sync) {
    let find = &find;
    let visitors = &Arc::new(());
    thread::scope(|scope| {
        for stream in listener.incoming() {
            let visitor = Arc::clone(visitors);
            let Ok(stream) = stream else {
                // Out of file handles, say: that passes.
                thread::sleep(Duration::from_millis(50));
                continue;
            };
            if Arc::strong_count(visitors) <= MAX_VISITORS + 1 {
                let work = move || {
                    // A visitor who has gone away is no reason to stop.
                    let _ = attend(&stream, find);
                    drop(visitor);
                };
                // Without a thread the visitor is turned away too.
                let _ = thread::Builder::new().spawn_scoped(scope, work);
            }
        }
    });
}

fn attend(mut stream: &TcpStream, find: impl Fn(&str) -> Answer) -> io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let reply = match read_head(stream) {
        Ok(head) => reply(&head, find),
        Err(error) if error.kind() == ErrorKind::FileTooLarge => {
            encode(&Answer::error("431 Request Header Fields Too Large"), true)
        }
        Err(error) => return Err(error),
    };
    stream.write_all(&reply)?;
    stream.shutdown(Shutdown::Write)?;
    // Closing before all was read would take the answer away from the visitor.
    stream.set_read_timeout(Some(Duration::from_secs(1)))?;
    io::copy(&mut stream.take(MAX_HEAD as u64 * 8), &mut io::sink())?;
    Ok(())
}

/// Reads up to the empty line.
fn read_head(mut stream: &TcpStream) -> io::Result<String> {
    let end = Instant::now() + PATIENCE;
    let mut head = Vec::new();
    let mut part = [0; 2048];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        if head.len() > MAX_HEAD {
            return Err(ErrorKind::FileTooLarge.into());
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut part)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => head.extend_from_slice(part.get(..read).unwrap_or_default()),
        }
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn reply(head: &str, find: impl Fn(&str) -> Answer) -> Vec<u8> {
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version)) = (words.next(), words.next(), words.next())
    else {
        return encode(&Answer::error("400 Bad Request"), true);
    };
    if !version.starts_with("HTTP/1.") {
        return encode(&Answer::error("400 Bad Request"), true);
    }
    if !matches!(method, "GET" | "HEAD") {
        return encode(&Answer::error("405 Method Not Allowed"), true);
    }
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    let mut answer = path.strip_prefix('/').map_or_else(Answer::not_found, find);
    let known = lines
        .filter_map(|line| line.split_once(':'))
        .filter(|(name, _)| name.eq_ignore_ascii_case("if-none-match"))
        .any(|(_, tags)| answer.etag.is_some_and(|etag| tags.contains(etag)));
    if known {
        answer.status = "304 Not Modified";
    }
    encode(&answer, method == "GET" && !known)
}

fn encode(answer: &Answer, with_body: bool) -> Vec<u8> {
    let Answer { status, content_type, etag, body } = answer;
    let mut head = format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{HEADERS}");
    if let Some(etag) = etag {
        head += &format!("ETag: {etag}\r\n");
    }
    if *status == "405 Method Not Allowed" {
        head += "Allow: GET, HEAD\r\n";
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    let mut reply = head.into_bytes();
    if with_body {
        reply.extend_from_slice(body);
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(request: &str) -> String {
        let find = |path: &str| match path {
            "a.js" => Answer::of("text/javascript", &b"let a;"[..]).with_etag("\"1\""),
            _ => Answer::not_found(),
        };
        String::from_utf8(reply(request, find)).expect("UTF-8")
    }

    #[test]
    fn answers_what_browsers_ask() {
        let all = answer("GET /a.js?v=1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert!(all.starts_with("HTTP/1.1 200 OK\r\n") && all.ends_with("\r\n\r\nlet a;"), "{all}");
        let head = answer("HEAD /a.js HTTP/1.1\r\n\r\n");
        assert!(head.ends_with("Content-Length: 6\r\n\r\n"), "{head}");
        let known = answer("GET /a.js HTTP/1.1\r\nIF-NONE-MATCH: W/\"0\", \"1\"\r\n\r\n");
        assert!(known.starts_with("HTTP/1.1 304 ") && known.ends_with("\r\n\r\n"), "{known}");
    }

    #[test]
    fn answers_nothing_else() {
        for (request, status) in [
            ("GET /b.js HTTP/1.1\r\n\r\n", "404"),
            ("GET /../a.js HTTP/1.1\r\n\r\n", "404"),
            ("GET http://localhost/a.js HTTP/1.1\r\n\r\n", "404"),
            ("POST /a.js HTTP/1.1\r\n\r\n", "405"),
            ("GET /a.js\r\n\r\n", "400"),
            ("GET /a.js HTTP/2\r\n\r\n", "400"),
            ("\r\n\r\n", "400"),
        ] {
            let answer = answer(request);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}{answer}");
        }
    }
}
