//! Relying parties for trying things out: a bank and a clinic, with keys that follow from the seed.

use std::fmt;

use super::config::Client;
use super::jose::{jwk, thumbprint};
use crate::keys::{KeyKind, SigningKey};
use crate::sandbox::Sandbox;

/// A relying party of the demo.
#[derive(Clone)]
pub struct RelyingParty {
    /// Its registration.
    pub client: Client,
    /// Its private key, the 32 bytes of RFC 8032. As public as the sandbox's seed.
    pub secret: [u8; 32],
}

impl RelyingParty {
    /// `rp-bank` and `rp-bpjs`.
    #[must_use]
    pub fn all(sandbox: &Sandbox) -> Vec<Self> {
        [("rp-bank", "Bank Contoh"), ("rp-bpjs", "Klinik Contoh")]
            .map(|(id, name)| Self::new(sandbox, id, name))
            .into()
    }

    fn new(sandbox: &Sandbox, client_id: &str, name: &str) -> Self {
        let seed = sandbox.secret("relying parties");
        let key = SigningKey::derive(KeyKind::Ed25519, &seed, client_id);
        let secret = crate::keys::derive(&seed, &[client_id.as_bytes()]);
        let mut public = jwk(&key.public());
        public["kid"] = thumbprint(&key.public()).into();
        public["use"] = "sig".into();
        public["alg"] = "EdDSA".into();
        Self { client: Client::new(client_id, name, vec![public]), secret }
    }
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RelyingParty").field("client", &self.client).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::RelyingParty;
    use crate::{PublicKey, Sandbox};

    #[test]
    fn the_secret_is_that_of_the_registered_key() {
        let parties = RelyingParty::all(&Sandbox::new([7; 32], 1_790_000_000));
        assert_eq!(parties.len(), 2);
        for party in parties {
            let key = ed25519_dalek::SigningKey::from_bytes(&party.secret).verifying_key();
            let registered = party.client.signing_key(None);
            assert_eq!(registered, Some(PublicKey::Ed25519(key.to_bytes())));
            assert!(!format!("{party:?}").contains("secret"));
        }
    }
}
