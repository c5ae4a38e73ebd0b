//! How each kind of bad QR comes about.

use crate::attribute::Attribute;
use crate::cbor::Value;
use crate::credential::Credential;
use crate::device::{Device, PresentOptions};
use crate::issuer::{CredentialKey, CredentialOptions};
use crate::keys::{KeyKind, SigningKey};
use crate::person::Person;
use crate::profile::Profile;
use crate::sandbox::Sandbox;
use crate::status_list::Status;
use crate::trouble::Trouble;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The most that a verifier may allow two clocks to differ.
const LARGEST_SKEW: i64 = 30;

/// Who shows a QR of what, where and when.
pub(crate) struct Scene<'a> {
    sandbox: &'a Sandbox,
    person: &'a Person,
    profile: Profile,
    now: i64,
    device: Device,
}

/// An issuer that is not the issuer.
enum Stranger {
    /// Under a name of its own.
    OtherName,
    /// Under the issuer's name, with a key of its own.
    OtherKey,
    /// Under the issuer's name and the name of its key.
    Impostor,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        sandbox: &'a Sandbox,
        person: &'a Person,
        profile: Profile,
        now: i64,
    ) -> Self {
        Self { sandbox, person, profile, now, device: sandbox.device(person) }
    }

    /// The text of a QR with this trouble.
    pub(crate) fn text(&self, trouble: Trouble) -> String {
        let now = self.now;
        let plain = PresentOptions::default();
        let issued = |time| CredentialOptions { issued: Some(time), ..Default::default() };
        let signed_with = |key| CredentialOptions { key, ..Default::default() };
        let state = |status| CredentialOptions { status, ..Default::default() };
        match trouble {
            Trouble::Expired => self.shown(&plain, now - plain.life - LARGEST_SKEW - 1),
            Trouble::Screenshot(minutes) => self.taken(i64::from(minutes.max(2)) * MINUTE),
            Trouble::Replayed => self.shown(&plain, now),
            Trouble::WrongIssuer => self.signed_by(Stranger::OtherName),
            Trouble::UnknownKey => self.signed_by(Stranger::OtherKey),
            Trouble::ForgedIssuer => self.signed_by(Stranger::Impostor),
            Trouble::RetiredKey => self.holding(&signed_with(CredentialKey::Retired), now),
            Trouble::CompromisedKey => self.holding(&signed_with(CredentialKey::Compromised), now),
            Trouble::Revoked => self.holding(&state(Status::Revoked), now),
            Trouble::Suspended => self.holding(&state(Status::Suspended), now),
            Trouble::ChangedNik => self.changed(),
            Trouble::StolenCredential => self.stolen(),
            Trouble::NotYetValid => self.holding(&issued(now + HOUR), now + HOUR),
            // Shown in its last hour, so that the presentation lies within its life.
            Trouble::CredentialExpired => self.holding(&issued(now - 15 * DAY), now - DAY - HOUR),
            Trouble::FromFuture => self.shown(&plain, now + 5 * MINUTE),
            Trouble::TooLongLife => {
                let life = HOUR;
                self.shown(&PresentOptions { life, ..plain }, now)
            }
            Trouble::MissingAttribute => {
                let without = self.profile.shown()[..1].to_vec();
                let options = CredentialOptions { without, ..Default::default() };
                self.holding(&options, now)
            }
            Trouble::WrongAudience => {
                let audience = "https://loket-lain.ikd-sandbox.example".to_owned();
                self.shown(&PresentOptions { audience, ..plain }, now)
            }
            Trouble::LowerCase => self.shown(&plain, now).to_lowercase(),
            Trouble::Garbled => {
                let mut text = self.shown(&plain, now);
                // The largest group of three: it stands for a number that no two bytes hold.
                text.replace_range(20..23, ":::");
                text
            }
            Trouble::CutShort => {
                let mut text = self.shown(&plain, now);
                // At the end of a group, so that what is left is good base45.
                text.truncate("IKD1:".len() + text.len() / 6 * 3);
                text
            }
            Trouble::Url => "https://ikd-sandbox.example/cek?id=CONTOH".to_owned(),
            Trouble::Activation => "IKD-AKTIVASI|SANDBOX|990101|A7Q4-CONTOH-0001".to_owned(),
        }
    }

    /// A good credential, shown at `time`.
    fn shown(&self, options: &PresentOptions, time: i64) -> String {
        let credential = self.sandbox.credential(self.person, self.profile);
        self.device.present(&credential, time, options).text()
    }

    /// Any credential, shown at `time`.
    fn holding(&self, options: &CredentialOptions, time: i64) -> String {
        let credential = self.credential(options);
        self.device.present(&credential, time, &PresentOptions::default()).text()
    }

    fn credential(&self, options: &CredentialOptions) -> Credential {
        self.sandbox.credential_with(self.person, self.profile, &self.device, options)
    }

    /// A QR that was good some time ago, of a credential that was there by then.
    fn taken(&self, ago: i64) -> String {
        let time = self.now - ago;
        let options = CredentialOptions {
            issued: Some(time - DAY),
            // It is still good today, or its own end would be what is wrong.
            life: ago + 14 * DAY,
            ..Default::default()
        };
        self.holding(&options, time)
    }

    fn signed_by(&self, stranger: Stranger) -> String {
        let issuer = self.sandbox.issuer();
        let options = CredentialOptions::default();
        let mut draft = issuer.draft(self.person, self.profile, self.device.public(), &options);
        let key = SigningKey::derive(KeyKind::Ed25519, &[0; 32], "stranger");
        match stranger {
            Stranger::OtherName => "https://dukcapil-palsu.example".clone_into(&mut draft.iss),
            Stranger::OtherKey => draft.kid = key.public().kid().to_vec(),
            Stranger::Impostor => {}
        }
        let credential = draft.sign(&key);
        self.device.present(&credential, self.now, &PresentOptions::default()).text()
    }

    /// The first thing the profile shows says something else; the phone signs it all the same.
    fn changed(&self) -> String {
        let mut credential = self.credential(&CredentialOptions::default());
        let attribute = self.profile.shown()[0];
        if let Some(value) = self.person.attribute(attribute) {
            credential.forge(attribute, &value, &another(attribute, &value));
        }
        self.device.present(&credential, self.now, &PresentOptions::default()).text()
    }

    fn stolen(&self) -> String {
        let credential = self.credential(&CredentialOptions::default());
        // The thief's key is of the same kind, or the algorithm would give it away first.
        let kind = self.device.kind();
        let thief = Device::new(kind, &[0; 32], "thief");
        thief.present(&credential, self.now, &PresentOptions::default()).text()
    }
}

fn another(attribute: Attribute, value: &Value) -> Value {
    match value {
        Value::Bool(answer) => Value::Bool(!answer),
        Value::Text(text) if attribute == Attribute::Nik => {
            let (front, last) = text.split_at(text.len() - 1);
            Value::from(format!("{front}{}", if last == "9" { "8" } else { "9" }))
        }
        other => other.clone(),
    }
}
