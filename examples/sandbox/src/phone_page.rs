//! A small web server that shows a phone whose QR changes every minute.
//!
//! `GET /` is the page, `/qr.svg` the QR and `/state.json` what the page says about it. The latter two
//! take `person`, `profile`, `trouble` and `n` in the query; `n` counts the QRs of one minute, so that
//! a visitor can have a new one at once. `/consent.css` and `/consent.js` are the sheet on which the
//! citizen decides; it comes up where the page is served by a consent gateway.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

use serde_json::json;
use sha2::{Digest as _, Sha256};
use tiny_http::{Header, Request, Response, Server};

use crate::device::PresentOptions;
use crate::draw::Picture;
use crate::name::UnknownName;
use crate::person::Person;
use crate::profile::Profile;
use crate::sandbox::Sandbox;
use crate::trouble::Trouble;

/// Seconds that a QR is on the screen.
pub const SHOWN_FOR: i64 = 60;
/// Seconds that it is good for after that: a scan of the last second still has to arrive.
const GRACE: i64 = 15;

const PAGE: &str = include_str!("phone_page.html");
const STYLE: &str = include_str!("phone_consent.css");
const SCRIPT: &str = include_str!("phone_consent.js");

/// The server of the phone page.
pub struct PhonePage {
    server: Server,
    address: SocketAddr,
}

impl PhonePage {
    /// Listens at `address`. Take a loopback address such as `127.0.0.1:0` unless others are to see.
    ///
    /// # Errors
    ///
    /// When the address is taken or is no network address.
    pub fn bind(address: impl ToSocketAddrs) -> io::Result<Self> {
        let server = Server::http(address).map_err(io::Error::other)?;
        let address = server.server_addr().to_ip();
        let address = address.ok_or_else(|| io::Error::from(io::ErrorKind::AddrNotAvailable))?;
        Ok(Self { server, address })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers one request after another, until [`PhonePage::stop`]. `clock` gives seconds since 1970.
    pub fn serve(&self, sandbox: &Sandbox, clock: impl Fn() -> i64) {
        for request in self.server.incoming_requests() {
            let method = request.method().as_str();
            let reply = reply(sandbox, method, request.url(), clock(), Consent::Elsewhere);
            // A visitor who has gone away is no reason to stop.
            let _ = reply.send(request);
        }
    }

    /// Ends [`PhonePage::serve`]; to be called from another thread.
    pub fn stop(&self) {
        self.server.unblock();
    }
}

impl std::fmt::Debug for PhonePage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PhonePage").field("address", &self.address).finish_non_exhaustive()
    }
}

/// What a path leads to.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

/// Whether the page can be asked for consent, because the server of it is a gateway.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    #[cfg(feature = "gateway")]
    Here,
    Elsewhere,
}

/// Answers a request for the page or a part of it.
pub(crate) fn reply(
    sandbox: &Sandbox,
    method: &str,
    url: &str,
    now: i64,
    consent: Consent,
) -> Reply {
    if !matches!(method, "GET" | "HEAD") {
        return Reply::error(405, "only GET");
    }
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let screen = || Screen::of(sandbox, query, now);
    match path {
        "/" => Reply { status: 200, content_type: "text/html; charset=utf-8", body: PAGE.into() },
        "/consent.css" => Reply { status: 200, content_type: "text/css", body: STYLE.into() },
        "/consent.js" => {
            Reply { status: 200, content_type: "text/javascript", body: SCRIPT.into() }
        }
        "/qr.svg" => match screen().map(|screen| Picture::of(&screen.text)) {
            Ok(Ok(picture)) => {
                Reply { status: 200, content_type: "image/svg+xml", body: picture.svg() }
            }
            Ok(Err(too_long)) => Reply::error(500, &too_long.to_string()),
            Err(unknown) => Reply::error(400, &unknown.to_string()),
        },
        "/state.json" => match screen() {
            Ok(screen) => Reply {
                status: 200,
                content_type: "application/json",
                body: screen.state(sandbox, consent).to_string(),
            },
            Err(unknown) => Reply::error(400, &unknown.to_string()),
        },
        _ => Reply::error(404, "not here"),
    }
}

/// What the phone shows.
struct Screen<'a> {
    person: &'a Person,
    profile: Profile,
    trouble: Option<Trouble>,
    now: i64,
    text: String,
}

impl<'a> Screen<'a> {
    fn of(sandbox: &'a Sandbox, query: &str, now: i64) -> Result<Self, UnknownName> {
        let value = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .filter(|(key, value)| *key == name && !value.is_empty())
                .map(|pair| pair.1)
                .next_back()
        };
        let person = match value("person") {
            Some(slug) => sandbox.person(slug)?,
            None => sandbox.person("siti-contoh")?,
        };
        let profile = value("profile").map_or(Ok(Profile::Travel), str::parse)?;
        let trouble: Option<Trouble> = value("trouble").map(str::parse).transpose()?;
        let serial = value("n").and_then(|n| n.parse().ok()).unwrap_or(0);
        let minute = minute_of(now);
        let options = PresentOptions { life: SHOWN_FOR + GRACE, serial, ..Default::default() };
        let good = || sandbox.present_with(person, profile, minute, &options).text();
        let text = match trouble {
            // The very QR that the visitor saw, and had scanned, before choosing this.
            None | Some(Trouble::Replayed) => good(),
            Some(trouble) => trouble.make(sandbox, person, profile, minute).text,
        };
        Ok(Self { person, profile, trouble, now, text })
    }

    fn state(&self, sandbox: &Sandbox, consent: Consent) -> serde_json::Value {
        let person = |person: &Person| {
            json!({
                "slug": person.slug(), "name": person.full_name(),
                "note": {"id": person.note_id(), "en": person.note_en()},
            })
        };
        let trouble = |trouble: Trouble| {
            json!({
                "name": trouble.name(), "code": trouble.code(self.profile),
                "text": {"id": trouble.text_id(), "en": trouble.text_en()},
            })
        };
        let minute = minute_of(self.now);
        json!({
            "person": person(self.person),
            "nik": self.person.nik(),
            "profile": self.profile.name(),
            "shown": self.profile.shown().iter().map(|item| item.name()).collect::<Vec<_>>(),
            "trouble": self.trouble.map(trouble),
            "text": self.text,
            "consent": consent != Consent::Elsewhere,
            "minute": minute,
            "shown_for": SHOWN_FOR,
            "next_in": minute + SHOWN_FOR - self.now,
            "persons": sandbox.persons().iter().map(person).collect::<Vec<_>>(),
            "profiles": Profile::ALL.map(Profile::name),
            "troubles": Trouble::ALL.map(trouble),
        })
    }
}

/// The second at which the QR of this minute came on the screen.
fn minute_of(now: i64) -> i64 {
    now - now.rem_euclid(SHOWN_FOR)
}

impl Reply {
    fn error(status: u16, text: &str) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", body: format!("{text}\n") }
    }

    fn send(self, request: Request) -> io::Result<()> {
        let headers = headers(self.content_type);
        let mut response = Response::from_string(self.body).with_status_code(self.status);
        for (name, value) in headers {
            let header = Header::from_bytes(name, value).expect("these headers are ASCII");
            // Adding a content type replaces the one that a string brings along.
            response.add_header(header);
        }
        request.respond(response)
    }
}

/// What goes with every answer.
pub(crate) fn headers(content_type: &str) -> [(&'static str, String); 6] {
    [
        ("Content-Type", content_type.to_owned()),
        ("Content-Security-Policy", content_security_policy()),
        ("Cache-Control", "no-store".to_owned()),
        ("Cross-Origin-Resource-Policy", "same-origin".to_owned()),
        ("Referrer-Policy", "no-referrer".to_owned()),
        ("X-Content-Type-Options", "nosniff".to_owned()),
    ]
}

/// Nothing but the page's own scripts and styles; those inside the page are named by their digests.
fn content_security_policy() -> String {
    let digest = |element: &str| {
        let (_, rest) = PAGE.split_once(&format!("<{element}>")).unwrap_or_default();
        let (text, _) = rest.split_once(&format!("</{element}>")).unwrap_or_default();
        base64(&Sha256::digest(text))
    };
    format!(
        "default-src 'none'; script-src 'self' 'sha256-{}'; style-src 'self' 'sha256-{}'; \
         img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'",
        digest("script"),
        digest("style"),
    )
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
