//! The QR that starts a request, checked as its issuer would: is it ours and alive, and whose phone?

use minicbor::Decoder;

use super::cbor_reader::{Entries, Signed, cose_key};
use super::error::{Code, OAuthError};
use super::jose::sha256;
use crate::base45;
use crate::issuer::ISS;
use crate::keys::{KeyKind, PublicKey};
use crate::sandbox::Sandbox;
use crate::status_list::Status;
use crate::trust_list::{KeyEntry, KeyUse};

/// How far clocks may be apart.
const SKEW: i64 = 5;
/// Seconds after its end in which a QR still starts a request: it was scanned before that.
const LATE: i64 = 30;
/// The longest life of a QR that shows an identity.
const LONGEST_LIFE: i64 = 90;

/// The phones of everyone the issuer knows.
pub(crate) struct Phones(Vec<(PublicKey, usize)>);

/// A QR that holds.
#[derive(Debug)]
pub(crate) struct Scanned {
    /// Whose phone shows it: the place in [`Sandbox::persons`].
    pub(crate) person: usize,
    /// SHA-256 of its bytes, in base64url.
    pub(crate) sha256: String,
}

impl Phones {
    /// A person may have a phone with either kind of key.
    pub(crate) fn of(sandbox: &Sandbox) -> Self {
        let persons = sandbox.persons().iter().enumerate();
        let keys = persons.flat_map(|(index, person)| {
            [KeyKind::Ed25519, KeyKind::P256]
                .map(|kind| (sandbox.device_with(person, kind).public(), index))
        });
        Self(keys.collect())
    }

    fn owner(&self, key: &PublicKey) -> Option<usize> {
        self.0.iter().find(|(known, _)| known == key).map(|found| found.1)
    }
}

/// Reads the text of a QR, and finds who shows it.
pub(crate) fn read(
    sandbox: &Sandbox,
    phones: &Phones,
    text: &str,
    now: i64,
) -> Result<Scanned, OAuthError> {
    let bad = || Code::InvalidRequest.because("login_hint_token is not a QR of this issuer");
    let bytes = text.trim().strip_prefix("IKD1:").and_then(base45::decode).ok_or_else(bad)?;
    let verified = Verified::of(sandbox, &bytes).ok_or_else(bad)?;
    if !verified.is_alive(now).ok_or_else(bad)? {
        return Err(Code::ExpiredLoginHintToken.because("the time of the QR is over"));
    }
    let stranger = || Code::UnknownUserId.because("no known phone shows this QR");
    let person = phones.owner(&verified.holder).ok_or_else(stranger)?;
    if verified.status(sandbox) != Some(Status::Valid) {
        return Err(Code::UnknownUserId.because("the credential is withdrawn"));
    }
    Ok(Scanned { person, sha256: sha256(&bytes) })
}

/// What both signatures hold for.
struct Verified<'a> {
    credential: Entries<'a>,
    presentation: Entries<'a>,
    holder: PublicKey,
}

impl<'a> Verified<'a> {
    fn of(sandbox: &Sandbox, bytes: &'a [u8]) -> Option<Self> {
        let presentation = Signed::read(bytes)?;
        let credential = Signed::read(presentation.header()?.item(13)?)?;
        let kid = credential.header()?.bytes(4)?;
        let issued = credential.unverified()?.number(6)?;
        let is_whole = credential.discloses_what_was_signed()?;
        let credential = credential.verify(&issuer_key(sandbox, kid, issued)?)?;
        let is_ours = is_whole && credential.text(1)? == ISS;
        let holder = is_ours.then(|| cose_key(Entries::read(credential.item(8)?)?.item(1)?))??;
        let presentation = presentation.verify(&holder)?;
        Some(Self { credential, presentation, holder })
    }

    fn is_alive(&self, now: i64) -> Option<bool> {
        let (from, until) = (self.presentation.number(6)?, self.presentation.number(4)?);
        let credential_until = self.credential.number(4)?;
        Some(
            from < until
                && until.checked_sub(from)? <= LONGEST_LIFE
                && from <= now + SKEW
                && now < until.saturating_add(LATE)
                && now < credential_until.saturating_add(SKEW),
        )
    }

    /// The status, from the place in the status list that the credential names.
    fn status(&self, sandbox: &Sandbox) -> Option<Status> {
        let mut decoder = Decoder::new(self.credential.item(65535)?);
        let found = decoder.map().ok()?? == 1 && decoder.str().ok()? == "status_list";
        for _ in 0..found.then(|| decoder.map().ok())??? {
            if decoder.str().ok()? == "idx" {
                return sandbox.issuer().status(decoder.u32().ok()?);
            }
            decoder.skip().ok()?;
        }
        None
    }
}

/// The issuer's key of this name, if it might sign credentials at that time.
fn issuer_key(sandbox: &Sandbox, kid: &[u8], issued: i64) -> Option<PublicKey> {
    let fits = |entry: &KeyEntry| {
        entry.usage == KeyUse::Credential
            && entry.key.kid() == kid
            && (entry.from..entry.until).contains(&issued)
            && entry.revoked.is_none()
    };
    sandbox.issuer().entry().keys.into_iter().find(fits).map(|entry| entry.key)
}

#[cfg(test)]
mod tests {
    use super::{Phones, read};
    use crate::{Profile, Sandbox, Trouble};

    const NOW: i64 = 1_790_000_000;

    #[test]
    fn every_phone_is_known_in_every_profile() {
        let sandbox = Sandbox::new([7; 32], NOW);
        let phones = Phones::of(&sandbox);
        for (index, person) in sandbox.persons().iter().enumerate() {
            for profile in Profile::ALL {
                let text = sandbox.present(person, profile, NOW).text();
                let scanned = read(&sandbox, &phones, &text, NOW + 10).expect("a good QR");
                assert_eq!(scanned.person, index);
            }
        }
    }

    #[test]
    fn a_bad_qr_starts_nothing() {
        let sandbox = Sandbox::new([7; 32], NOW);
        let phones = Phones::of(&sandbox);
        let siti = sandbox.person("siti-contoh").expect("there");
        // These say nothing against the phone: a gateway remembers used QRs elsewhere, is no relying
        // party with an id, and needs no attribute.
        let harmless = [Trouble::Replayed, Trouble::WrongAudience, Trouble::MissingAttribute];
        for trouble in Trouble::ALL.into_iter().filter(|trouble| !harmless.contains(trouble)) {
            let text = trouble.make(&sandbox, siti, Profile::Bank, NOW).text;
            assert!(read(&sandbox, &phones, &text, NOW).is_err(), "{trouble}");
        }
    }
}
