//! A small web server that publishes the trust list and the status list, as an issuer would.
//!
//! It answers with `ETag`, `Cache-Control` and `Date`, rotates keys, takes the report of a lost phone
//! ("HP hilang"), and misbehaves on demand: every [`Misbehaviour`] is one that a verifier must survive.
//! It is written on bare sockets, as servers that are written well cannot misbehave.
//!
//! ```
//! use ikd_sandbox::Sandbox;
//! use ikd_sandbox::publisher::{Misbehaviour, Publisher};
//!
//! # fn main() -> std::io::Result<()> {
//! let now = 1_790_000_000;
//! let publisher = Publisher::start(Sandbox::new([7; 32], now), "127.0.0.1:0", move || now)?;
//! assert!(publisher.url().starts_with("http://127.0.0.1:"));
//! publisher.report_lost("siti-contoh").expect("she is known");
//! publisher.misbehave(Some(Misbehaviour::OtherSigner));
//! # Ok(())
//! # }
//! ```

mod connection;
mod misbehaviour;
mod publication;

use std::io;
use std::net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::name::UnknownName;
use crate::sandbox::Sandbox;

pub use misbehaviour::Misbehaviour;
use publication::Publication;

/// Where verifiers would look for the trust list. No host of the top-level domain `example` exists,
/// so they are told to look at [`Publisher::url`] instead.
pub const TRUST_URL: &str = "https://dukcapil.ikd-sandbox.example/trust";
/// The origin of [`TRUST_URL`] and of [`STATUS_URI`](crate::STATUS_URI).
pub const ORIGIN: &str = "https://dukcapil.ikd-sandbox.example";

/// A running publisher. It ends when this is dropped.
pub struct Publisher {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// What connections share.
struct Shared {
    publication: Mutex<Publication>,
    misbehaviour: Mutex<Option<Misbehaviour>>,
    clock: Box<dyn Fn() -> i64 + Send + Sync>,
    ended: AtomicBool,
    whole: AtomicU32,
    not_modified: AtomicU32,
}

/// How many lists were sent, and how often the visitor had the newest already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Served {
    /// Lists sent.
    pub whole: u32,
    /// Answers "not modified".
    pub not_modified: u32,
}

impl Publisher {
    /// Publishes at `address`, on threads of its own. `clock` gives seconds since 1970.
    ///
    /// # Errors
    ///
    /// When the address is taken or is no network address.
    pub fn start(
        sandbox: Sandbox,
        address: impl ToSocketAddrs,
        clock: impl Fn() -> i64 + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            publication: Mutex::new(Publication::new(sandbox, clock())),
            misbehaviour: Mutex::new(None),
            clock: Box::new(clock),
            ended: AtomicBool::new(false),
            whole: AtomicU32::new(0),
            not_modified: AtomicU32::new(0),
        });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accept(&listener, &accepting));
        Ok(Self { address, shared })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What stands in for [`ORIGIN`].
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Behaves badly from now on, or well again.
    pub fn misbehave(&self, misbehaviour: Option<Misbehaviour>) {
        *lock(&self.shared.misbehaviour) = misbehaviour;
    }

    /// Takes the report that a person's phone is lost. The next status list says so.
    ///
    /// # Errors
    ///
    /// When there is no such person.
    pub fn report_lost(&self, slug: &str) -> Result<(), UnknownName> {
        self.shared.report_lost(slug)
    }

    /// Publishes a trust list of this version, and counts on from there: for a publisher whose lists
    /// must be newer than those of an earlier one.
    pub fn go_on_from(&self, version: u32) {
        lock(&self.shared.publication).go_on_from(version, self.shared.now());
    }

    /// Publishes a trust list with new roots, signed by the old ones and the new ones.
    pub fn rotate_roots(&self) {
        self.shared.rotate_roots();
    }

    /// Signs status lists with a new key, and publishes a trust list that names it.
    pub fn rotate_status_key(&self) {
        self.shared.rotate_status_key();
    }

    /// What was served so far.
    #[must_use]
    pub fn served(&self) -> Served {
        Served {
            whole: self.shared.whole.load(Ordering::Relaxed),
            not_modified: self.shared.not_modified.load(Ordering::Relaxed),
        }
    }
}

impl Shared {
    fn now(&self) -> i64 {
        (self.clock)()
    }

    fn report_lost(&self, slug: &str) -> Result<(), UnknownName> {
        lock(&self.publication).report_lost(slug, self.now())
    }

    fn rotate_roots(&self) {
        lock(&self.publication).rotate_roots(self.now());
    }

    fn rotate_status_key(&self) {
        lock(&self.publication).rotate_status_key(self.now());
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        // One more visitor, so that the listener looks up.
        let _ = TcpStream::connect(self.address);
    }
}

impl std::fmt::Debug for Publisher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Publisher").field("address", &self.address).finish_non_exhaustive()
    }
}

/// A thread for each visitor: one that is kept waiting must not keep others waiting.
fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.ended.load(Ordering::Relaxed) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        thread::spawn(move || connection::serve(stream, &shared));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
