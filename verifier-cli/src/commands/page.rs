//! `ikd page`: the verifier page for browsers, from files inside the binary.

use std::io::Write;
use std::net::TcpListener;
use std::thread;

use clap::Args;
use ikd_sandbox::Sandbox;
use ikd_sandbox::phone_page::PhonePage;
use ikd_verifier::{Language, Message, Trust, TrustState, UnixTime};
use serde_json::json;

use crate::commands::sandbox::{SEED, root_keys};
use crate::http::{self, Answer};
use crate::outcome::{Exit, Failure, warn};
use crate::render::{FAINT, HEADING};
use crate::setup::TrustFlags;
use crate::store::Store;
use crate::values::to_hex;

const EXAMPLES: &str = "\
Examples:
  ikd page --sandbox                             with a phone to try it on, in a second window
  ikd page                                       with the trust of `ikd trust init`
  ikd page --store coba --port 8200
  ikd page --root 8f3c… --root 19aa… --threshold 2 --bundle trust.ikd

Serves this computer only. The page goes on working when this has ended: reload it to see.
With a store, pages that are open take up what `ikd trust update` brings, within the hour.";

/// The port of the page, unless another is named; the phone's is the next.
pub(crate) const PORT: u16 = 8170;

/// Flags of `ikd page`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct PageArgs {
    /// The port; 0 for any that is free. The phone of --sandbox takes the next one
    #[arg(long, default_value_t = PORT)]
    port: u16,

    /// Trust the stand-in issuer, and serve the stand-in phone as well
    #[arg(long, conflicts_with_all = ["roots", "store"])]
    sandbox: bool,

    #[command(flatten)]
    trust: TrustFlags,
}

/// A file of the page. The build makes the table.
struct PageFile {
    path: &'static str,
    content_type: &'static str,
    etag: &'static str,
    bytes: &'static [u8],
}

static FILES: &[PageFile] = include!(concat!(env!("OUT_DIR"), "/page_files.rs"));

/// Where the page's trust comes from.
enum Source<'a> {
    /// Staff enter it in the page.
    Nobody,
    Fixed(Trust),
    /// Read anew for everyone who asks, so that updates arrive.
    Store(Store),
    Sandbox(&'a Sandbox),
}

/// What the page sets itself up with.
struct Setup {
    roots: Vec<String>,
    threshold: usize,
    bundle: Vec<u8>,
}

/// Runs the command.
pub(crate) fn run(
    args: &PageArgs,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    if args.sandbox {
        return with_phone(args.port, language, out);
    }
    let source = source(&args.trust)?;
    if !matches!(source, Source::Nobody) {
        source.setup()?;
    }
    let (listener, port) = listen(args.port)?;
    // By another name than the sandbox has, so that browsers keep the two apart: a page that
    // trusts the sandbox must never come back as one for real QRs.
    writeln!(out, "http://localhost:{port}/")?;
    let hint = if matches!(source, Source::Nobody) {
        Message::new(
            "Kepercayaan belum diatur: halaman akan menanyakan kunci akar dan bundel. \
             Untuk mencoba: ikd page --sandbox",
            "No trust is set up: the page will ask for root keys and a bundle. \
             To try it: ikd page --sandbox",
        )
    } else {
        Message::new("Berhenti dengan Ctrl-C.", "Ctrl-C ends it.")
    };
    writeln!(out, "{FAINT}{}{FAINT:#}", hint.in_language(language))?;
    out.flush()?;
    http::serve(&listener, |path| find(&source, path));
    Ok(Exit::Accepted)
}

/// Serves the page and the stand-in phone until the program ends.
pub(crate) fn with_phone(
    port: u16,
    language: Language,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    // The seed of everyone, so that what a browser remembers of an earlier run still holds.
    let sandbox = Sandbox::new(SEED, UnixTime::now().secs());
    let (listener, port_of_page) = listen(port)?;
    let port_of_phone = if port == 0 { 0 } else { port.checked_add(1).unwrap_or(0) };
    let phone = PhonePage::bind(("127.0.0.1", port_of_phone))
        .map_err(|error| format!("port {port_of_phone}: {error}"))?;
    let say = |id, en| Message::new(id, en).in_language(language);
    let (verifier, telephone) = match language {
        Language::Indonesian => ("Pemeriksa", "Ponsel   "),
        Language::English => ("Verifier", "Phone   "),
    };
    writeln!(out, "{HEADING}{verifier}{HEADING:#}  http://127.0.0.1:{port_of_page}/")?;
    writeln!(out, "{HEADING}{telephone}{HEADING:#}  http://{}/", phone.address())?;
    let steps = say(
        "\n\
         1. Buka kedua alamat, masing-masing di jendela sendiri.\n\
         2. Arahkan kamera pemeriksa ke QR di ponsel. Tanpa kamera: tangkap layar QR lalu\n   \
            jatuhkan gambarnya di halaman pemeriksa, atau salin teks QR dan tempel di sana.\n\
         3. Tunggu sampai QR itu lewat waktu dan coba lagi: ditolak. Lalu pilih QR yang buruk.\n\
         Semua orang di sini fiktif. Berhenti dengan Ctrl-C.",
        "\n\
         1. Open both addresses, each in a window of its own.\n\
         2. Point the verifier's camera at the QR on the phone. Without a camera: drop a\n   \
            screenshot of the QR on the verifier, or copy the text of the QR and paste it there.\n\
         3. Wait until that QR has run out and try it again: refused. Then choose a bad QR.\n\
         Everyone here is fictional. Ctrl-C ends it.",
    );
    writeln!(out, "{steps}")?;
    out.flush()?;
    thread::scope(|scope| {
        scope.spawn(|| phone.serve(&sandbox, || UnixTime::now().secs()));
        let source = Source::Sandbox(&sandbox);
        http::serve(&listener, |path| find(&source, path));
    });
    Ok(Exit::Accepted)
}

fn listen(port: u16) -> Result<(TcpListener, u16), Failure> {
    let failed = |error| format!("port {port}: {error}");
    let listener = TcpListener::bind(("127.0.0.1", port)).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address.port()))
}

/// What the flags say; the platform's store need not be there.
fn source(args: &TrustFlags) -> Result<Source<'static>, Failure> {
    if args.is_empty() && Store::locate(None)?.load()?.is_none() {
        return Ok(Source::Nobody);
    }
    Ok(match args.open()? {
        (_, Some(store)) => Source::Store(store),
        (trust, None) => Source::Fixed(trust),
    })
}

fn find(source: &Source<'_>, path: &str) -> Answer {
    let path = if path.is_empty() { "index.html" } else { path };
    let setup = match path {
        "setup.json" | "bundle.ikd" if !matches!(source, Source::Nobody) => source.setup(),
        _ => {
            let file = FILES.iter().find(|file| file.path == path);
            return file.map_or_else(Answer::not_found, |file| {
                Answer::of(file.content_type, file.bytes).with_etag(file.etag)
            });
        }
    };
    match setup {
        Ok(Setup { bundle, .. }) if path == "bundle.ikd" => {
            Answer::of("application/octet-stream", bundle)
        }
        Ok(Setup { roots, threshold, .. }) => {
            let setup = json!({"roots": roots, "threshold": threshold, "bundle": "bundle.ikd"});
            Answer::of("application/json", setup.to_string().into_bytes())
        }
        Err(Failure::Message(why)) => {
            warn(why);
            Answer::unavailable()
        }
        Err(Failure::Stream(_)) => Answer::unavailable(),
    }
}

impl Source<'_> {
    fn setup(&self) -> Result<Setup, Failure> {
        let setup = match self {
            Self::Nobody => None,
            Self::Fixed(trust) => Setup::of(&trust.snapshot()),
            Self::Store(store) => {
                store.load()?.as_ref().and_then(|trust| Setup::of(&trust.snapshot()))
            }
            Self::Sandbox(sandbox) => {
                let trust = Trust::from_bundle(root_keys(sandbox)?, &fresh_bundle(sandbox));
                Setup::of(&trust.map_err(|error| error.to_string())?.0.snapshot())
            }
        };
        let missing = "there is no trust list: run `ikd trust update`, or give --bundle as well";
        setup.ok_or_else(|| missing.to_owned().into())
    }
}

impl Setup {
    /// `None` without a trust list.
    fn of(state: &TrustState) -> Option<Self> {
        let roots = state.roots();
        let keys = roots.keys().map(|key| to_hex(key)).collect();
        Some(Self { roots: keys, threshold: roots.threshold(), bundle: state.to_bundle().ok()? })
    }
}

/// A bundle of this minute. Its version grows with time, so that a browser which remembers an earlier
/// one takes it up.
fn fresh_bundle(sandbox: &Sandbox) -> Vec<u8> {
    let minute = UnixTime::now().secs().div_euclid(60);
    let version = u32::try_from(minute).unwrap_or(1);
    sandbox.bundle_of(sandbox.trust_list_version(version, minute * 60), minute * 60)
}
