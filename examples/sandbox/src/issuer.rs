//! The issuer: a stand-in for Dukcapil, with its keys, its credentials and its status list.

use std::fmt;

use crate::attribute::Attribute;
use crate::credential::{CredentialDraft, StatusReference};
use crate::keys::{KeyKind, PublicKey, SigningKey, derive};
use crate::person::Person;
use crate::profile::Profile;
use crate::status_list::{Status, StatusLife, StatusList};
use crate::trust_list::{IssuerEntry, KeyEntry, KeyUse};

/// The name that the sandbox's credentials carry. No host of the top-level domain `example` exists.
pub const ISS: &str = "https://dukcapil.ikd-sandbox.example";
/// Where the status list would be published.
pub const STATUS_URI: &str = "https://dukcapil.ikd-sandbox.example/status/1";
/// The OpenID issuer of the consent gateway, unless another is set.
pub const GATEWAY: &str = "https://gateway.sandbox.invalid";
/// The issuer's name for people.
const NAME: &str = "Dukcapil SANDBOX (bukan yang asli)";

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
/// Each person has a credential for each profile in each of these states.
const STATES: [Status; 3] = [Status::Valid, Status::Revoked, Status::Suspended];
/// Room in the status list; a list that is just full would tell how many credentials there are.
const STATUS_ENTRIES: u32 = 4_096;

/// The issuer.
#[derive(Clone)]
pub struct Issuer {
    seed: [u8; 32],
    opened: i64,
    gateway: String,
    statuses: StatusList,
    /// When each earlier key for status lists was replaced.
    status_keys_retired: Vec<i64>,
}

/// A key of the issuer that signs, or did sign, credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CredentialKey {
    /// In use.
    #[default]
    Current,
    /// Its time ended a day and a half ago; what it signed before is still good.
    Retired,
    /// Lost to a thief two days ago: whatever it signed is worth nothing.
    Compromised,
}

/// What a credential holds besides the attributes that its profile shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coverage {
    /// What is of use to the profile.
    #[default]
    Profile,
    /// A digest of every attribute. The QR grows by some 1,500 characters.
    Everything,
}

/// How a credential is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialOptions {
    /// The key that signs.
    pub key: CredentialKey,
    /// What the status list says of it.
    pub status: Status,
    /// Issued at; `None` for a day before the sandbox was opened.
    pub issued: Option<i64>,
    /// Seconds from its issue to its end.
    pub life: i64,
    /// What else it holds.
    pub coverage: Coverage,
    /// Attributes to leave out.
    pub without: Vec<Attribute>,
    /// Whether it holds, and shows, a photo.
    pub photo: bool,
}

impl Default for CredentialOptions {
    /// A good credential that lives for two weeks.
    fn default() -> Self {
        Self {
            key: CredentialKey::Current,
            status: Status::Valid,
            issued: None,
            life: 14 * DAY,
            coverage: Coverage::Profile,
            without: Vec::new(),
            photo: false,
        }
    }
}

impl Issuer {
    /// The issuer that `seed` leads to, as it stands at `opened`.
    #[must_use]
    pub fn new(seed: &[u8; 32], opened: i64) -> Self {
        let mut statuses = StatusList::new(STATUS_ENTRIES);
        for index in 0..STATUS_ENTRIES {
            statuses.set(index, STATES[index as usize % STATES.len()]);
        }
        Self {
            seed: derive(seed, &[b"issuer"]),
            opened,
            gateway: GATEWAY.to_owned(),
            statuses,
            status_keys_retired: Vec::new(),
        }
    }

    /// Names another consent gateway in the trust list; it must be an https URL.
    pub fn set_gateway(&mut self, url: impl Into<String>) {
        self.gateway = url.into();
    }

    /// A key for credentials.
    #[must_use]
    pub fn credential_key(&self, key: CredentialKey) -> SigningKey {
        self.key(match key {
            CredentialKey::Current => "credential current",
            CredentialKey::Retired => "credential retired",
            CredentialKey::Compromised => "credential compromised",
        })
    }

    /// The key for status lists.
    #[must_use]
    pub fn status_key(&self) -> SigningKey {
        self.status_key_number(self.status_keys_retired.len())
    }

    fn status_key_number(&self, number: usize) -> SigningKey {
        match number {
            0 => self.key("status"),
            number => self.key(&format!("status {number}")),
        }
    }

    /// Signs status lists with a new key from `now` on. The next trust list must tell of it.
    pub fn rotate_status_key(&mut self, now: i64) {
        self.status_keys_retired.push(now);
    }

    /// The key for the answers of the consent gateway.
    #[must_use]
    pub fn gateway_key(&self) -> SigningKey {
        self.key("gateway")
    }

    fn key(&self, label: &str) -> SigningKey {
        SigningKey::derive(KeyKind::Ed25519, &self.seed, label)
    }

    /// The issuer's place in the trust list.
    #[must_use]
    pub fn entry(&self) -> IssuerEntry {
        let (from, until) = (self.opened - 400 * DAY, self.opened + 400 * DAY);
        let entry = |key: SigningKey, usage| KeyEntry {
            key: key.public(),
            usage,
            from,
            until,
            revoked: None,
        };
        let current = entry(self.credential_key(CredentialKey::Current), KeyUse::Credential);
        let mut retired = entry(self.credential_key(CredentialKey::Retired), KeyUse::Credential);
        retired.until = self.opened - 36 * HOUR;
        let mut lost = entry(self.credential_key(CredentialKey::Compromised), KeyUse::Credential);
        lost.revoked = Some(self.opened - 2 * DAY);
        let earlier = self.status_keys_retired.iter().enumerate().map(|(number, until)| KeyEntry {
            until: *until,
            ..entry(self.status_key_number(number), KeyUse::Status)
        });
        let status = entry(self.status_key(), KeyUse::Status);
        let gateway = entry(self.gateway_key(), KeyUse::Gateway);
        IssuerEntry {
            iss: ISS.to_owned(),
            name: NAME.to_owned(),
            keys: [current, retired, lost, status, gateway].into_iter().chain(earlier).collect(),
            gateway: Some(self.gateway.clone()),
        }
    }

    /// A credential that only lacks its signature.
    #[must_use]
    pub fn draft(
        &self,
        person: &Person,
        profile: Profile,
        holder: PublicKey,
        options: &CredentialOptions,
    ) -> CredentialDraft {
        let issued = options.issued.unwrap_or(self.opened - DAY);
        let index = status_index(person, profile, options.status);
        let mut shown = profile.shown().to_vec();
        if options.photo {
            shown.extend([Attribute::Photo, Attribute::PhotoFormat]);
        }
        shown.retain(|attribute| !options.without.contains(attribute));
        let mut held: Vec<_> = match options.coverage {
            Coverage::Profile => shown.iter().chain(profile.withheld()).copied().collect(),
            Coverage::Everything => Attribute::all().collect(),
        };
        held.retain(|attribute| !options.without.contains(attribute));
        if !options.photo {
            held.retain(|a| !matches!(a, Attribute::Photo | Attribute::PhotoFormat));
        }
        let values = held.into_iter().filter_map(|a| Some((a, person.attribute(a)?))).collect();
        // A travel credential has nothing to withhold, so digests would only make it larger.
        let is_plain = profile == Profile::Travel && options.coverage == Coverage::Profile;
        let (open, closed) = if is_plain { (values, Vec::new()) } else { (Vec::new(), values) };
        CredentialDraft {
            iss: ISS.to_owned(),
            kid: self.credential_key(options.key).public().kid().to_vec(),
            issued,
            not_before: None,
            expires: issued.saturating_add(options.life),
            salts: derive(
                &self.seed,
                &[b"salts", &index.to_be_bytes(), &issued.to_be_bytes(), &holder.kid()],
            ),
            holder,
            status: Some(StatusReference { uri: STATUS_URI.to_owned(), index }),
            open,
            closed,
            shown,
        }
    }

    /// Changes the status of a credential; `false` when the list does not reach so far.
    pub fn set_status(&mut self, index: u32, status: Status) -> bool {
        self.statuses.set(index, status)
    }

    /// Suspends every credential on the person's phone, which was reported lost.
    pub fn report_lost(&mut self, person: &Person) {
        for profile in Profile::ALL {
            self.set_status(status_index(person, profile, Status::Valid), Status::Suspended);
        }
    }

    /// The status of a credential; `None` when the list does not reach so far.
    #[must_use]
    pub fn status(&self, index: u32) -> Option<Status> {
        self.statuses.get(index)
    }

    /// The status list as published at `issued`.
    #[must_use]
    pub fn status_list(&self, issued: i64) -> Vec<u8> {
        self.statuses.sign(&self.status_key(), STATUS_URI, StatusLife::of_a_day(issued))
    }
}

/// The place of a credential in the status list: its own for each person, profile and state.
fn status_index(person: &Person, profile: Profile, status: Status) -> u32 {
    let profiles = Profile::ALL.len() as u32;
    let states = STATES.len() as u32;
    let state = STATES.iter().position(|state| *state == status).unwrap_or(0) as u32;
    (person.index() * profiles + profile.index()) * states + state
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issuer").field("iss", &ISS).finish_non_exhaustive()
    }
}
