//! The verifier, and the order of the steps.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::cache::SignatureCache;
use super::pending::PendingPresentation;
use super::result::{StatusReport, StatusUnknown, TrustReport, VerifiedPresentation};
use crate::attributes::{AttributeError, AttributeName, Attributes};
use crate::challenge::Challenge;
use crate::limits::{MAX_PRESENTATION_LIFE, MAX_SHARE_LIFE, MAX_SKEW};
use crate::payload::cose::{Algorithm, CoseKey};
use crate::payload::credential::{Credential, claim};
use crate::payload::disclosure::{self, Node};
use crate::payload::{Envelope, UnverifiedPresentation};
use crate::policy::{Policy, StatusPolicy};
use crate::refusal::{Code, Detail, Refusal};
use crate::replay::{ReplayKey, ReplayStore};
use crate::signature::{Ed25519Key, verify_p256};
use crate::time::UnixTime;
use crate::trust::{Issuer, KeyUse, Status, Trust, TrustList, TrustState};

/// Issuer signatures that are remembered.
const CACHED_SIGNATURES: usize = 4_096;

/// Verifies presentations. Built once, shared between threads, without global state.
///
/// Verifiers that are made from one by [`with_policy`](Self::with_policy) share trust, replay store
/// and cache: a gate with several profiles never accepts one QR twice.
#[derive(Debug, Clone)]
pub struct Verifier {
    trust: Arc<Trust>,
    replay: Arc<dyn ReplayStore>,
    cache: Arc<SignatureCache>,
    policy: Policy,
}

impl Verifier {
    /// A verifier under this trust, with this replay store, that demands what `policy` says.
    pub fn new(trust: Arc<Trust>, replay: Arc<dyn ReplayStore>, policy: Policy) -> Self {
        Self { trust, replay, cache: Arc::new(SignatureCache::new(CACHED_SIGNATURES)), policy }
    }

    /// The same verifier with other demands.
    #[must_use]
    pub fn with_policy(&self, policy: Policy) -> Self {
        Self { policy, ..self.clone() }
    }

    /// The same verifier that remembers `signatures` issuer signatures, or none for 0.
    #[must_use]
    pub fn with_signature_cache(&self, signatures: usize) -> Self {
        Self { cache: Arc::new(SignatureCache::new(signatures)), ..self.clone() }
    }

    /// The trust under which it verifies.
    pub fn trust(&self) -> &Arc<Trust> {
        &self.trust
    }

    /// What it demands.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Verifies the text of a QR: every step of section 6, in order.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with the code of the first step that fails.
    pub fn verify_text(&self, text: &str, now: UnixTime) -> Result<VerifiedPresentation, Refusal> {
        self.verify_text_with(text, None, now)
    }

    /// Verifies the text of a QR that must answer `challenge`.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with the code of the first step that fails.
    pub fn verify_answer(
        &self,
        text: &str,
        challenge: &Challenge,
        now: UnixTime,
    ) -> Result<VerifiedPresentation, Refusal> {
        self.verify_text_with(text, Some(challenge), now)
    }

    /// Verifies a presentation that was decoded before, and consumes it.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with the code of the first step that fails.
    pub fn verify(
        &self,
        presentation: UnverifiedPresentation<'_>,
        challenge: Option<&Challenge>,
        now: UnixTime,
    ) -> Result<VerifiedPresentation, Refusal> {
        let state = self.usable_trust(now)?;
        self.accept_once(self.verify_under(&state, presentation, challenge, now)?, now)
    }

    /// Verifies the text of a QR up to step 23, for a replay store that cannot answer at once. This
    /// verifier's own store is not asked.
    ///
    /// # Errors
    ///
    /// [`Refusal`] with the code of the first step that fails.
    pub fn verify_pending(
        &self,
        text: &str,
        challenge: Option<&Challenge>,
        now: UnixTime,
    ) -> Result<PendingPresentation, Refusal> {
        let state = self.usable_trust(now)?;
        let envelope = Envelope::decode(text)?;
        self.verify_under(&state, envelope.parse()?, challenge, now)
    }

    fn verify_text_with(
        &self,
        text: &str,
        challenge: Option<&Challenge>,
        now: UnixTime,
    ) -> Result<VerifiedPresentation, Refusal> {
        self.accept_once(self.verify_pending(text, challenge, now)?, now)
    }

    /// Step 24, last and atomic with acceptance.
    fn accept_once(
        &self,
        pending: PendingPresentation,
        now: UnixTime,
    ) -> Result<VerifiedPresentation, Refusal> {
        let answer = self.replay.accept_once(*pending.replay_key(), pending.keep_until(), now);
        pending.accept(answer, self.replay.scope())
    }

    /// Step 1: a trust list inside its life, and a clock that has not gone back.
    fn usable_trust(&self, now: UnixTime) -> Result<Arc<TrustState>, Refusal> {
        let state = self.trust.snapshot();
        let expires = state.list().ok_or(Code::TrustUnavailable)?.expires();
        if now >= expires.plus(self.policy.trust_grace) {
            return Err(times(Code::TrustExpired, now, expires));
        }
        if let Some(floor) = self.trust.rolled_back(now) {
            return Err(times(Code::ClockRollback, floor, now));
        }
        // Only a time inside the life of the trust list raises the floor: one wild reading of the
        // clock cannot lock the verifier out for ever.
        self.trust.observe(now);
        Ok(state)
    }

    /// Steps 7 to 23.
    fn verify_under(
        &self,
        state: &TrustState,
        presentation: UnverifiedPresentation<'_>,
        challenge: Option<&Challenge>,
        now: UnixTime,
    ) -> Result<PendingPresentation, Refusal> {
        let list = state.list().ok_or(Code::TrustUnavailable)?;
        check_algorithms(&presentation)?;
        let issuer = self.check_issuer(list, &presentation.credential)?;
        check_holder_signature(&presentation)?;
        let (attributes, subject) = disclosed(&presentation.credential)?;
        check_times(&presentation, now, self.policy.skew)?;
        self.check_audience(&presentation, challenge)?;
        let status = self.check_status(state, &presentation.credential, now)?;
        self.check_required(&attributes)?;
        let UnverifiedPresentation { claims, credential, envelope, .. } = presentation;
        let verified = VerifiedPresentation {
            attributes,
            issuer: issuer.id().to_owned(),
            issuer_name: issuer.name().to_owned(),
            subject,
            document: claims.share,
            verified_at: now,
            presented_at: claims.issued,
            expires: claims.expires,
            credential_issued: credential.issued,
            credential_expires: credential.expires,
            qr_sha256: Sha256::digest(envelope).into(),
            holder_key: credential.holder_key.thumbprint(),
            #[cfg(feature = "consent")]
            envelope: envelope.into(),
            challenged: challenge.is_some(),
            status,
            trust: TrustReport {
                version: list.version(),
                age: now.since(list.issued()),
                expires_in: list.expires().since(now),
            },
            replay_scope: self.replay.scope(),
            #[cfg(feature = "refresh")]
            clock_offset: self.trust.clock_offset(),
        };
        Ok(PendingPresentation {
            verified,
            key: ReplayKey::new(&credential.holder_key, claims.cti),
            // The widest clock difference, so that verifiers of several policies can share a store.
            keep_until: claims.expires.plus(MAX_SKEW),
        })
    }

    /// Steps 8 to 10: who signed the credential, whether they might, whether they did.
    fn check_issuer<'t>(
        &self,
        list: &'t TrustList,
        credential: &Credential<'_>,
    ) -> Result<&'t Issuer, Refusal> {
        let (issuer, key) = list
            .key(credential.issuer, credential.kid, KeyUse::Credential)
            .ok_or(Code::UnknownIssuerKey)?;
        if !key.vouches_at(credential.issued) {
            return Err(Code::IssuerKeyNotValid.into());
        }
        let message = credential.message.signed_bytes();
        let valid = |key| self.cache.verify(key, &message, credential.message.signature);
        match key.public_key().is_some_and(valid) {
            true => Ok(issuer),
            false => Err(Code::BadIssuerSignature.into()),
        }
    }

    /// Steps 19 and 20: for whom the presentation was made, and the answer to the challenge.
    fn check_audience(
        &self,
        presentation: &UnverifiedPresentation<'_>,
        challenge: Option<&Challenge>,
    ) -> Result<(), Refusal> {
        const ANYONE: &str = "ikd:any";
        let audience = presentation.claims.audience;
        let Some(challenge) = challenge else {
            let known =
                audience == ANYONE || self.policy.relying_party.as_deref() == Some(audience);
            return if known { Ok(()) } else { Err(Code::WrongAudience.into()) };
        };
        if audience != challenge.relying_party() {
            return Err(Code::WrongAudience.into());
        }
        if presentation.claims.nonce != Some(challenge.nonce()) {
            return Err(Code::WrongNonce.into());
        }
        Ok(())
    }

    /// Steps 21 and 22: what the status list says, and whether the policy is content with it.
    fn check_status(
        &self,
        state: &TrustState,
        credential: &Credential<'_>,
        now: UnixTime,
    ) -> Result<StatusReport, Refusal> {
        if self.policy.status == StatusPolicy::Ignore {
            return Ok(StatusReport::Ignored);
        }
        let report = self.known_status(state, credential, now)?;
        match (report, self.policy.status) {
            (StatusReport::Unavailable(why), StatusPolicy::Require) => {
                Err(Refusal::with(Code::StatusUnavailable, Detail::Status(why)))
            }
            _ => Ok(report),
        }
    }

    /// Step 21. A stale list that says revoked still says so.
    fn known_status(
        &self,
        state: &TrustState,
        credential: &Credential<'_>,
        now: UnixTime,
    ) -> Result<StatusReport, Refusal> {
        let unavailable = |why| Ok(StatusReport::Unavailable(why));
        let Some(reference) = credential.status else {
            return unavailable(StatusUnknown::NoReference);
        };
        let list = state.status_list(reference.uri);
        // Only the credential's own issuer may speak about it.
        let Some(list) = list.filter(|list| list.issuer() == credential.issuer) else {
            #[cfg(feature = "refresh")]
            self.trust.refresh.want(reference.uri);
            return unavailable(StatusUnknown::NoList);
        };
        let age = now.since(list.issued());
        let refused = |code| Err(Refusal::with(code, Detail::StatusAge(age)));
        match list.get(reference.index) {
            Some(Status::Revoked) => refused(Code::Revoked),
            Some(Status::Suspended) => refused(Code::Suspended),
            Some(Status::Other(_)) => refused(Code::StatusInvalid),
            // Its key may have been in the wrong hands: only what it says against one is believed.
            _ if list.is_withdrawn() => unavailable(StatusUnknown::NoList),
            #[cfg(feature = "store")]
            None if reference.index < list.len() => unavailable(StatusUnknown::Unreadable),
            None => unavailable(StatusUnknown::PastEnd),
            Some(Status::Valid) if list.is_fresh(now, self.policy.max_status_age) => {
                Ok(StatusReport::Valid { age })
            }
            Some(Status::Valid) => unavailable(StatusUnknown::Stale { age }),
        }
    }

    /// Step 23.
    fn check_required(&self, attributes: &Attributes) -> Result<(), Refusal> {
        let absent = |name: &&AttributeName| attributes.get(**name).is_none();
        let required = self.policy.required.iter().filter(absent);
        let groups =
            self.policy.required_any.iter().filter(|group| group.iter().all(|n| absent(&n)));
        let missing: Vec<_> = required.chain(groups.flatten()).copied().collect();
        if missing.is_empty() {
            Ok(())
        } else {
            Err(Refusal::with(Code::MissingAttribute, Detail::Missing(missing)))
        }
    }
}

fn times(code: Code, earlier: UnixTime, later: UnixTime) -> Refusal {
    Refusal::with(code, Detail::Times { earlier, later })
}

/// Step 7.
fn check_algorithms(presentation: &UnverifiedPresentation<'_>) -> Result<(), Refusal> {
    let credential = &presentation.credential;
    let holder = matches!(
        (presentation.message.algorithm, credential.holder_key),
        (Algorithm::Ed25519, CoseKey::Ed25519(_)) | (Algorithm::P256, CoseKey::P256 { .. })
    );
    if credential.message.algorithm == Algorithm::Ed25519 && holder && credential.digests_are_sha256
    {
        Ok(())
    } else {
        Err(Code::UnsupportedAlgorithm.into())
    }
}

/// Step 11.
fn check_holder_signature(presentation: &UnverifiedPresentation<'_>) -> Result<(), Refusal> {
    let message = presentation.message.signed_bytes();
    let signature = presentation.message.signature;
    let valid = match presentation.credential.holder_key {
        CoseKey::Ed25519(key) => {
            Ed25519Key::from_bytes(key).is_some_and(|key| key.verify(&message, signature))
        }
        CoseKey::P256 { x, y } => verify_p256(x, y, &message, signature),
        CoseKey::Other => false,
    };
    if valid { Ok(()) } else { Err(Code::BadHolderSignature.into()) }
}

/// Step 12: the attributes and the pseudonym, after disclosure.
fn disclosed(credential: &Credential<'_>) -> Result<(Attributes, Option<String>), Refusal> {
    let claims = disclosure::resolve(credential.claims, &credential.disclosures)?;
    let attributes = Attributes::extract(&claims).map_err(|error| {
        Refusal::with(
            Code::BadAttribute,
            match error {
                AttributeError::Set(set) => Detail::Claim(set),
                AttributeError::Type(name) => Detail::Attribute(name),
            },
        )
    })?;
    let subject = match claims.get(claim::SUB) {
        None => None,
        Some(Node::Leaf(subject)) if let Some(subject) = subject.text() => Some(subject.to_owned()),
        Some(_) => return Err(Refusal::with(Code::BadDisclosure, Detail::Part("sub"))),
    };
    Ok((attributes, subject))
}

/// Steps 13 to 18.
fn check_times(
    presentation: &UnverifiedPresentation<'_>,
    now: UnixTime,
    skew: i64,
) -> Result<(), Refusal> {
    let (shown, credential) = (&presentation.claims, &presentation.credential);
    let (latest, earliest) = (now.plus(skew), now.minus(skew));
    let begins = credential.not_before.unwrap_or(credential.issued);
    let before =
        |a: UnixTime, b: UnixTime, code| if a < b { Ok(()) } else { Err(times(code, a, b)) };
    let not_after =
        |a: UnixTime, b: UnixTime, code| if a <= b { Ok(()) } else { Err(times(code, a, b)) };

    if let Some(not_before) = credential.not_before {
        not_after(not_before, credential.issued, Code::InconsistentTimes)?;
    }
    before(credential.issued, credential.expires, Code::InconsistentTimes)?;
    before(shown.issued, shown.expires, Code::InconsistentTimes)?;
    not_after(credential.issued, shown.issued, Code::InconsistentTimes)?;
    not_after(shown.expires, credential.expires, Code::InconsistentTimes)?;

    let limit = if shown.share.is_some() { MAX_SHARE_LIFE } else { MAX_PRESENTATION_LIFE };
    let actual = shown.expires.since(shown.issued);
    if actual > limit {
        return Err(Refusal::with(Code::LifetimeTooLong, Detail::Lifetime { actual, limit }));
    }
    not_after(begins, latest, Code::CredentialNotYetValid)?;
    before(earliest, credential.expires, Code::CredentialExpired)?;
    not_after(shown.issued, latest, Code::PresentationFromFuture)?;
    before(earliest, shown.expires, Code::PresentationExpired)
}
