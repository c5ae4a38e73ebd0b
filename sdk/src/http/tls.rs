//! Which servers are believed: those with a trusted certificate and, where keys are pinned, one of
//! these keys.

use std::error::Error;
use std::io;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use sha2::{Digest, Sha256};

use super::HttpError;

/// TLS 1.2 and 1.3 under the system's certificates and `roots`. The provider of the process stays
/// the application's choice, where it has made one.
pub(super) fn config(
    roots: &[CertificateDer<'static>],
    pins: &[[u8; 32]],
) -> Result<ClientConfig, HttpError> {
    let provider = CryptoProvider::get_default().cloned();
    let provider = provider.unwrap_or_else(|| Arc::new(ring::default_provider()));
    let platform = platform(roots, &provider)?;
    let verifier = Pinned { platform, pins: pins.to_vec() };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| HttpError::Options("TLS"))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The platform's way of judging certificates.
fn platform(
    roots: &[CertificateDer<'static>],
    provider: &Arc<CryptoProvider>,
) -> Result<rustls_platform_verifier::Verifier, HttpError> {
    let provider = Arc::clone(provider);
    let verifier = if roots.is_empty() {
        rustls_platform_verifier::Verifier::new(provider)
    } else {
        rustls_platform_verifier::Verifier::new_with_extra_roots(roots.iter().cloned(), provider)
    };
    verifier.map_err(|_| HttpError::Options("no root certificates: install the system's"))
}

/// Whether something failed because a certificate is not believed.
pub(super) fn is_untrusted(error: &(dyn Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        // It hides what it wraps from `source`.
        return error.get_ref().is_some_and(|wrapped| is_untrusted(wrapped));
    }
    matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_)))
        || error.source().is_some_and(is_untrusted)
}

/// The platform's judgement and, where there are pins, the server's own key. A pin on another
/// certificate of the chain would prove nothing: a server can send along whatever it likes.
#[derive(Debug)]
struct Pinned {
    platform: rustls_platform_verifier::Verifier,
    pins: Vec<[u8; 32]>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verified = self.platform.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        )?;
        let key = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        let digest: [u8; 32] = Sha256::digest(&key).into();
        if self.pins.is_empty() || self.pins.contains(&digest) {
            return Ok(verified);
        }
        Err(CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.platform.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.platform.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.platform.supported_verify_schemes()
    }
}
