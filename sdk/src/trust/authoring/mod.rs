//! Making trust lists, for whoever publishes one (trust section 1).
//!
//! Private keys stay where they are: this module gives the bytes that each root signs, and takes
//! signatures. The way is [`TrustListDraft`] → [`to_payload`](TrustListDraft::to_payload) →
//! [`signature_input`] for each root → [`assemble`]. What comes out is checked like any list, with
//! [`Trust::update_list`](super::Trust::update_list).

mod draft;
mod read;

pub use self::draft::{IssuerDraft, KeyDraft, PublicKey, TrustListDraft};
use super::error::TrustError;
use super::list::{ALG_ED25519, MEDIA_TYPE, SignedList, TAG_SIGN};
use super::roots::{RootKey, RootKeys, kid};
use crate::payload::cbor;
use crate::payload::cose::{header, sign_signed_bytes};
use crate::signature::Ed25519Key;

/// A root's signature of a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootSignature {
    /// The public key.
    pub root: RootKey,
    /// The Ed25519 signature of [`signature_input`].
    pub signature: [u8; 64],
}

/// The bytes that a root signs for a payload.
pub fn signature_input(payload: &[u8], root: &RootKey) -> Vec<u8> {
    sign_signed_bytes(&body_header(), &signer_header(root), payload)
}

/// The signed list, with the signatures in the order given. Whether they are enough is for
/// [`Trust::update_list`](super::Trust::update_list) to say.
///
/// # Errors
///
/// [`TrustError::BadFormat`] when the payload is not one of a trust list, and
/// [`TrustError::BadSignature`] when a signature does not hold for it.
pub fn assemble(payload: &[u8], signatures: &[RootSignature]) -> Result<Vec<u8>, TrustError> {
    TrustListDraft::from_payload(payload)?;
    let holds = |signed: &&RootSignature| {
        let input = signature_input(payload, &signed.root);
        Ed25519Key::from_bytes(&signed.root).is_some_and(|k| k.verify(&input, &signed.signature))
    };
    let valid = signatures.iter().filter(holds).count();
    if valid < signatures.len() {
        return Err(TrustError::BadSignature { valid, threshold: signatures.len() });
    }
    let mut out = Vec::new();
    cbor::write_head(&mut out, 6, TAG_SIGN);
    cbor::write_head(&mut out, 4, 4);
    cbor::write_bytes(&mut out, &body_header());
    cbor::write_head(&mut out, 5, 0);
    cbor::write_bytes(&mut out, payload);
    cbor::write_head(&mut out, 4, u64::try_from(signatures.len()).unwrap_or_default());
    for signed in signatures {
        cbor::write_head(&mut out, 4, 3);
        cbor::write_bytes(&mut out, &signer_header(&signed.root));
        cbor::write_head(&mut out, 5, 0);
        cbor::write_bytes(&mut out, &signed.signature);
    }
    Ok(out)
}

/// Those of `roots` whose signature of the list holds.
///
/// # Errors
///
/// [`TrustError::BadFormat`] when it is no list.
pub fn signed_by(list: &[u8], roots: &RootKeys) -> Result<Vec<RootKey>, TrustError> {
    let signed = SignedList::parse(list)?;
    let one = |root: &&RootKey| {
        RootKeys::new(&[**root], 1).is_ok_and(|roots| signed.count_valid(&roots) == 1)
    };
    Ok(roots.keys().filter(one).copied().collect())
}

/// `{16: "application/ikd-trust+cbor"}`
fn body_header() -> Vec<u8> {
    let mut out = Vec::new();
    cbor::write_head(&mut out, 5, 1);
    cbor::write_int(&mut out, header::TYP);
    cbor::write_text(&mut out, MEDIA_TYPE);
    out
}

/// `{1: -19, 4: kid}`
fn signer_header(root: &RootKey) -> Vec<u8> {
    let mut out = Vec::new();
    cbor::write_head(&mut out, 5, 2);
    cbor::write_int(&mut out, header::ALG);
    cbor::write_int(&mut out, ALG_ED25519);
    cbor::write_int(&mut out, header::KID);
    cbor::write_bytes(&mut out, &kid(root));
    out
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use ikd_sandbox::Sandbox;

    use super::*;
    use crate::time::UnixTime;
    use crate::trust::Trust;

    const NOW: i64 = 1_790_000_000;

    fn sandbox() -> Sandbox {
        Sandbox::new([42; 32], NOW)
    }

    fn signatures(sandbox: &Sandbox, payload: &[u8], generations: &[u32]) -> Vec<RootSignature> {
        let roots = generations.iter().map(|generation| sandbox.root_keys(*generation));
        let sign = |key: &ikd_sandbox::SigningKey| {
            let ikd_sandbox::PublicKey::Ed25519(root) = key.public() else {
                panic!("an Ed25519 key")
            };
            RootSignature { root, signature: key.sign(&signature_input(payload, &root)) }
        };
        roots.flat_map(|roots| roots.signers().map(sign).collect::<Vec<_>>()).collect()
    }

    fn trust(sandbox: &Sandbox) -> Trust {
        Trust::new(RootKeys::new(&sandbox.roots(), 2).unwrap())
    }

    /// The sandbox encodes lists with code of its own.
    #[test]
    fn a_list_written_anew_is_the_same_bytes() {
        let sandbox = sandbox();
        let list = sandbox.trust_list();
        let draft = TrustListDraft::from_list(&list).unwrap();
        let payload = draft.to_payload().unwrap();
        assert_eq!(TrustListDraft::from_payload(&payload).unwrap(), draft);
        assert!(assemble(&payload, &signatures(&sandbox, &payload, &[0])).unwrap() == list);
    }

    #[test]
    fn a_rotation_needs_old_and_new_roots() {
        let sandbox = sandbox();
        let trust = trust(&sandbox);
        let now = UnixTime::from_secs(NOW);
        let mut draft = TrustListDraft::from_list(&sandbox.trust_list()).unwrap();
        draft.version = 2;
        draft.roots = TrustListDraft::from_list(&sandbox.trust_list_of(9, NOW, 1)).unwrap().roots;
        let payload = draft.to_payload().unwrap();
        let put = |generations: &[u32]| {
            let list = assemble(&payload, &signatures(&sandbox, &payload, generations)).unwrap();
            trust.update_list(&list, now).map_err(|error| error.code())
        };
        assert_eq!(put(&[0]), Err("trust_bad_signature"));
        assert_eq!(put(&[1]), Err("trust_bad_signature"));
        assert_eq!(put(&[1, 0]), Ok(2));
    }

    #[test]
    fn drafts_that_no_verifier_would_take_are_refused() {
        let good = TrustListDraft::from_list(&sandbox().trust_list()).unwrap();
        let changes: [fn(&mut TrustListDraft); 3] = [
            |draft| draft.issuers.iter_mut().for_each(|i| i.keys.extend(i.keys.clone())),
            |draft| draft.issuers.iter_mut().for_each(|i| i.gateway = Some("http://a".into())),
            |draft| draft.issuers.iter_mut().flat_map(|i| &mut i.keys).for_each(|k| k.kid.clear()),
        ];
        for change in changes {
            let mut draft = good.clone();
            change(&mut draft);
            assert_eq!(draft.to_payload().unwrap_err().code(), "trust_bad_format");
        }
    }

    /// What a draft cannot express must not get lost on the way through one.
    #[test]
    fn a_payload_with_unknown_parts_is_no_draft() {
        let payload =
            TrustListDraft::from_list(&sandbox().trust_list()).unwrap().to_payload().unwrap();
        let mut longer = payload;
        let head = longer.first_mut().unwrap();
        *head = head.saturating_add(1);
        cbor::write_text(&mut longer, "more");
        cbor::write_int(&mut longer, 1);
        assert_eq!(TrustListDraft::from_payload(&longer).unwrap_err().code(), "trust_bad_format");
    }

    #[test]
    fn a_signature_for_another_payload_is_refused() {
        let sandbox = sandbox();
        let payload =
            TrustListDraft::from_list(&sandbox.trust_list()).unwrap().to_payload().unwrap();
        let other = TrustListDraft::from_list(&sandbox.trust_list_version(2, NOW)).unwrap();
        let other = other.to_payload().unwrap();
        let error = assemble(&other, &signatures(&sandbox, &payload, &[0])).unwrap_err();
        assert_eq!(error, TrustError::BadSignature { valid: 0, threshold: 2 });
    }

    #[test]
    fn who_signed_is_told() {
        let sandbox = sandbox();
        let roots = RootKeys::new(&sandbox.roots(), 2).unwrap();
        let signers = signed_by(&sandbox.trust_list(), &roots).unwrap();
        assert_eq!(Some(&*signers), sandbox.roots().get(..2));
    }
}
