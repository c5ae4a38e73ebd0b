//! What is published: the newest lists, and lists that nobody should believe.

use crate::issuer::STATUS_URI;
use crate::name::UnknownName;
use crate::sandbox::Sandbox;
use crate::status_list::{StatusLife, StatusList};

/// A status list is signed anew after six hours, well within its life of a day.
const STATUS_EVERY: i64 = 6 * 3_600;
/// A trust list is signed anew after ten days of its thirty.
const TRUST_EVERY: i64 = 10 * 86_400;

/// One of the two lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Trust,
    Status,
}

/// The lists of the moment.
pub(super) struct Publication {
    sandbox: Sandbox,
    version: u32,
    /// Generation of the roots.
    generation: u32,
    trust: Signed,
    status: Signed,
}

struct Signed {
    bytes: Vec<u8>,
    issued: i64,
}

impl Publication {
    pub(super) fn new(sandbox: Sandbox, now: i64) -> Self {
        let trust = Signed { bytes: sandbox.trust_list(), issued: sandbox.opened() };
        let status = Signed { bytes: sandbox.status_list(now), issued: now };
        Self { sandbox, version: 1, generation: 0, trust, status }
    }

    /// A list as it is published at `now`.
    pub(super) fn current(&mut self, list: List, now: i64) -> Vec<u8> {
        if now - self.status.issued >= STATUS_EVERY {
            self.sign_status(now);
        }
        if now - self.trust.issued >= TRUST_EVERY {
            self.sign_trust(now);
        }
        match list {
            List::Trust => self.trust.bytes.clone(),
            List::Status => self.status.bytes.clone(),
        }
    }

    pub(super) fn report_lost(&mut self, slug: &str, now: i64) -> Result<(), UnknownName> {
        let person = self.sandbox.person(slug)?.clone();
        self.sandbox.issuer_mut().report_lost(&person);
        self.sign_status(now);
        Ok(())
    }

    pub(super) fn go_on_from(&mut self, version: u32, now: i64) {
        self.version = version.saturating_sub(1);
        self.sign_trust(now);
    }

    pub(super) fn rotate_roots(&mut self, now: i64) {
        self.version += 1;
        let bytes = self.sandbox.trust_list_rotated(self.version, now, self.generation);
        self.generation += 1;
        self.trust = Signed { bytes, issued: now };
    }

    pub(super) fn rotate_status_key(&mut self, now: i64) {
        self.sandbox.issuer_mut().rotate_status_key(now);
        self.sign_trust(now);
        self.sign_status(now);
    }

    fn sign_trust(&mut self, now: i64) {
        self.version += 1;
        let bytes = self.sandbox.trust_list_of(self.version, now, self.generation);
        self.trust = Signed { bytes, issued: now };
    }

    fn sign_status(&mut self, now: i64) {
        self.status = Signed { bytes: self.sandbox.status_list(now), issued: now };
    }

    /// Signed well, and older than anything that was published.
    pub(super) fn older(&self, list: List) -> Vec<u8> {
        let long_ago = self.sandbox.opened() - 2 * 86_400;
        match list {
            List::Trust => self.sandbox.trust_list_of(0, long_ago, self.generation),
            List::Status => self.sandbox.status_list(long_ago),
        }
    }

    /// The same, signed by people whom nobody knows.
    pub(super) fn by_others(&self, list: List, now: i64) -> Vec<u8> {
        let others = Sandbox::new(*b"somebody else, with other keys!!", now);
        match list {
            List::Trust => others.trust_list_version(self.version + 1, now),
            List::Status => others.status_list(now),
        }
    }

    /// A status list of some 70 KB, signed well, that inflates to 65 MiB.
    pub(super) fn zip_bomb(&self, now: i64) -> Vec<u8> {
        let entries = 65 * (1 << 20) * 4;
        let key = self.sandbox.issuer().status_key();
        StatusList::new(entries).sign(&key, STATUS_URI, StatusLife::of_a_day(now))
    }
}
