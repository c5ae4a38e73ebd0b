//! The whole stand-in: roots, issuer, persons and phones, all from one seed.

use std::fmt;

use chrono::{DateTime, NaiveDate};

use crate::bundle;
use crate::credential::Credential;
use crate::device::{Device, PresentOptions, Presentation};
use crate::issuer::{CredentialOptions, Issuer, STATUS_URI};
use crate::keys::{KeyKind, PublicKey, derive};
use crate::name::UnknownName;
use crate::person::Person;
use crate::persons;
use crate::profile::Profile;
use crate::trust_list::{Roots, TrustList};

/// The life of a trust list: 30 days.
const TRUST_LIFE: i64 = 30 * 86_400;
/// Western Indonesian Time, whose calendar decides how old people are.
const WIB: i64 = 7 * 3_600;

/// A stand-in for the issuer and for the phones of everyone it knows.
///
/// Everything follows from the seed and the second the sandbox was opened. The keys follow from the
/// seed alone, so a bundle that one run writes serves for the QRs of later runs with that seed.
#[derive(Clone)]
pub struct Sandbox {
    seed: [u8; 32],
    opened: i64,
    issuer: Issuer,
    persons: Vec<Person>,
}

impl Sandbox {
    /// Opens a sandbox at `now`, in seconds since 1970.
    ///
    /// # Panics
    ///
    /// When `now` is beyond the calendar, some 260,000 years from here.
    #[must_use]
    pub fn new(seed: [u8; 32], now: i64) -> Self {
        let persons = persons::all(date_in_jakarta(now));
        Self { seed, opened: now, issuer: Issuer::new(&seed, now), persons }
    }

    /// 32 bytes for a purpose of the caller's, which follow from the seed. No more secret than that.
    #[must_use]
    pub fn secret(&self, purpose: &str) -> [u8; 32] {
        derive(&self.seed, &[b"purpose", purpose.as_bytes()])
    }

    /// The second the sandbox was opened.
    #[must_use]
    pub fn opened(&self) -> i64 {
        self.opened
    }

    /// The public root keys that a verifier is set up with.
    #[must_use]
    pub fn roots(&self) -> Vec<[u8; 32]> {
        let ed25519 = |key| match key {
            PublicKey::Ed25519(bytes) => Some(bytes),
            PublicKey::P256 { .. } => None,
        };
        self.root_keys(0).public().into_iter().filter_map(ed25519).collect()
    }

    /// How many roots must have signed a trust list.
    #[must_use]
    pub fn threshold(&self) -> u32 {
        self.root_keys(0).threshold()
    }

    /// The root keys of a generation: 0 at first, then one more with each rotation.
    #[must_use]
    pub fn root_keys(&self, generation: u32) -> Roots {
        Roots::derive(&self.seed, generation)
    }

    /// The first trust list, of the second the sandbox was opened.
    #[must_use]
    pub fn trust_list(&self) -> Vec<u8> {
        self.trust_list_version(1, self.opened)
    }

    /// A later trust list of the same roots.
    #[must_use]
    pub fn trust_list_version(&self, version: u32, issued: i64) -> Vec<u8> {
        self.trust_list_of(version, issued, 0)
    }

    /// A trust list of the roots of `generation`, such as follows a rotation.
    #[must_use]
    pub fn trust_list_of(&self, version: u32, issued: i64, generation: u32) -> Vec<u8> {
        let roots = self.root_keys(generation);
        let signers: Vec<_> = roots.signers().collect();
        self.trust_list_draft(version, issued, &roots).sign(&signers)
    }

    /// A trust list that replaces the roots of `generation` by the next, signed by both.
    #[must_use]
    pub fn trust_list_rotated(&self, version: u32, issued: i64, generation: u32) -> Vec<u8> {
        let (old, new) = (self.root_keys(generation), self.root_keys(generation + 1));
        let signers: Vec<_> = old.signers().chain(new.signers()).collect();
        self.trust_list_draft(version, issued, &new).sign(&signers)
    }

    /// A trust list that only lacks its signatures.
    #[must_use]
    pub fn trust_list_draft(&self, version: u32, issued: i64, roots: &Roots) -> TrustList {
        TrustList {
            version,
            issued,
            expires: issued + TRUST_LIFE,
            roots: roots.public(),
            threshold: roots.threshold(),
            issuers: vec![self.issuer.entry()],
        }
    }

    /// The status list as published at `issued`.
    #[must_use]
    pub fn status_list(&self, issued: i64) -> Vec<u8> {
        self.issuer.status_list(issued)
    }

    /// The first trust list and a status list of the same second, for a verifier with no network.
    #[must_use]
    pub fn bundle(&self) -> Vec<u8> {
        self.bundle_of(self.trust_list(), self.opened)
    }

    /// A trust list and the status list of `issued` in one file.
    #[must_use]
    pub fn bundle_of(&self, trust_list: Vec<u8>, issued: i64) -> Vec<u8> {
        bundle::encode(trust_list, [(STATUS_URI, self.status_list(issued))])
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The issuer, to change the status of credentials or the gateway.
    pub fn issuer_mut(&mut self) -> &mut Issuer {
        &mut self.issuer
    }

    /// Everyone the issuer knows.
    #[must_use]
    pub fn persons(&self) -> &[Person] {
        &self.persons
    }

    /// The person of this name, as in `"siti-contoh"`.
    ///
    /// # Errors
    ///
    /// When there is none; the error lists all names.
    pub fn person(&self, slug: &str) -> Result<&Person, UnknownName> {
        let found = self.persons.iter().find(|person| person.slug() == slug);
        found.ok_or_else(|| UnknownName::new("person", self.persons.iter().map(Person::slug)))
    }

    /// The person's phone. Every other phone has a P-256 key.
    #[must_use]
    pub fn device(&self, person: &Person) -> Device {
        let kinds = [KeyKind::Ed25519, KeyKind::P256];
        self.device_with(person, kinds[person.index() as usize % kinds.len()])
    }

    /// A phone of the person with a key of this kind.
    #[must_use]
    pub fn device_with(&self, person: &Person, kind: KeyKind) -> Device {
        Device::new(kind, &self.seed, &format!("device {}", person.slug()))
    }

    /// The person's credential for a profile, as it is on the person's phone.
    #[must_use]
    pub fn credential(&self, person: &Person, profile: Profile) -> Credential {
        let device = self.device(person);
        self.credential_with(person, profile, &device, &CredentialOptions::default())
    }

    /// A credential of the person on any phone.
    #[must_use]
    pub fn credential_with(
        &self,
        person: &Person,
        profile: Profile,
        device: &Device,
        options: &CredentialOptions,
    ) -> Credential {
        let draft = self.issuer.draft(person, profile, device.public(), options);
        draft.sign(&self.issuer.credential_key(options.key))
    }

    /// The QR that the person's phone shows at `now`.
    #[must_use]
    pub fn present(&self, person: &Person, profile: Profile, now: i64) -> Presentation {
        self.present_with(person, profile, now, &PresentOptions::default())
    }

    /// The QR that the person's phone shows at `now`, made to order.
    #[must_use]
    pub fn present_with(
        &self,
        person: &Person,
        profile: Profile,
        now: i64,
        options: &PresentOptions,
    ) -> Presentation {
        self.device(person).present(&self.credential(person, profile), now, options)
    }
}

fn date_in_jakarta(now: i64) -> NaiveDate {
    let local = now.checked_add(WIB).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    local.expect("a time within the calendar").date_naive()
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox")
            .field("opened", &self.opened)
            .field("issuer", &self.issuer)
            .field("persons", &self.persons.len())
            .finish_non_exhaustive()
    }
}
