//! Tells a client that there is an answer (CIBA Core 1.0, section 10.2).

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A client that takes longer to listen is not told.
const PATIENCE: Duration = Duration::from_secs(5);

/// A ping that is ready to be sent.
pub(crate) struct Ping {
    pub(crate) endpoint: String,
    pub(crate) token: String,
    pub(crate) auth_req_id: String,
}

impl Ping {
    /// Sends the ping. It is a courtesy: a client that does not hear it polls all the same.
    pub(crate) async fn send(self) {
        let _ = timeout(PATIENCE, self.post()).await;
    }

    async fn post(self) -> io::Result<()> {
        let Some((address, path)) = loopback(&self.endpoint) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let body = json!({"auth_req_id": self.auth_req_id}).to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.token,
            body.len(),
        );
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(request.as_bytes()).await?;
        // What it says is of no use, but closing before would cut it off.
        stream.read_to_end(&mut Vec::new()).await?;
        Ok(())
    }
}

/// Address and path of an http URL, if its host is a loopback address and its text is plain.
pub(crate) fn loopback(url: &str) -> Option<(SocketAddr, &str)> {
    let rest = url.strip_prefix("http://")?;
    let at = rest.find('/').unwrap_or(rest.len());
    let (address, path) = rest.split_at(at);
    let address: SocketAddr = address.parse().ok()?;
    let is_plain = path.bytes().all(|c| c.is_ascii_graphic());
    let path = if path.is_empty() { "/" } else { path };
    (address.ip().is_loopback() && is_plain).then_some((address, path))
}

#[cfg(test)]
mod tests {
    use super::loopback;

    #[test]
    fn pings_stay_on_this_computer() {
        assert_eq!(
            loopback("http://127.0.0.1:80/a?b").map(|(a, p)| (a.port(), p)),
            Some((80, "/a?b"))
        );
        assert_eq!(loopback("http://[::1]:8080").map(|found| found.1), Some("/"));
        for bad in [
            "https://127.0.0.1:80/",
            "http://192.0.2.1:80/",
            "http://localhost:80/",
            "http://127.0.0.1:80/ HTTP/1.1\r\nX: y",
        ] {
            assert_eq!(loopback(bad), None, "{bad}");
        }
    }
}
