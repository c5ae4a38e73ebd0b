//! "Bagikan dokumen": fetching the document that a QR shares (IKD-QR section 5).

use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use reqwest::Method;
use reqwest::header::HeaderMap;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::http::{HttpClient, HttpError, HttpOptions};
use crate::payload::DocumentShare;
use crate::time::UnixTime;
use crate::trust::Trust;
use crate::verify::VerifiedPresentation;

/// Bytes of a document.
const MAX_DOCUMENT: usize = 32 << 20;

/// Fetches shared documents, from the gateway that the trust list names for the issuer and from
/// nowhere else.
#[derive(Debug, Clone)]
pub struct DocumentClient {
    trust: Arc<Trust>,
    http: HttpClient,
}

/// A document whose digest is the one in the QR. `Debug` shows its size only.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    share: DocumentShare,
    bytes: Vec<u8>,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The QR shares none.
    #[error("the QR shares no document; ask for \"Bagikan dokumen\" in the app")]
    NotShared,
    /// The time of the share is over.
    #[error("the share ended at {0}; ask for a new one")]
    Expired(UnixTime),
    /// The trust list names no gateway for the issuer.
    #[error("the trust list names no gateway for this issuer; update the trust list")]
    NoGateway,
    /// The document has more bytes than can be taken.
    #[error("the document is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The gateway does not give it.
    #[error("the gateway answers with status {0}")]
    Status(u16),
    /// The gateway cannot be reached, or sends elsewhere.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// It is not the document that the phone shared.
    #[error("the document is not the one that was shared; ask for a new share")]
    Changed,
}

impl DocumentClient {
    /// A client under this trust.
    ///
    /// # Errors
    ///
    /// [`HttpError::Options`] when the options cannot be used.
    pub fn new(trust: Arc<Trust>, options: &HttpOptions) -> Result<Self, HttpError> {
        Ok(Self { trust, http: HttpClient::new(options)? })
    }

    /// Fetches the document that this QR shares.
    ///
    /// # Errors
    ///
    /// [`DocumentError`]; nothing of a document that is not the shared one is given out.
    pub async fn fetch(
        &self,
        presentation: &VerifiedPresentation,
        now: UnixTime,
    ) -> Result<Document, DocumentError> {
        let share = presentation.document().ok_or(DocumentError::NotShared)?;
        if now >= presentation.expires() {
            return Err(DocumentError::Expired(presentation.expires()));
        }
        let size = share.size.map(|size| usize::try_from(size).unwrap_or(usize::MAX));
        if size.is_some_and(|size| size > MAX_DOCUMENT) {
            return Err(DocumentError::TooLarge { limit: MAX_DOCUMENT });
        }
        let address = self.address(presentation.issuer(), &share.path)?;
        let limit = size.unwrap_or(MAX_DOCUMENT);
        let answer = self.http.send(Method::GET, &address, HeaderMap::new(), None, limit).await;
        let answer = answer.map_err(|error| match error {
            // More than the phone said: another document.
            HttpError::TooLarge { .. } if size.is_some() => DocumentError::Changed,
            HttpError::TooLarge { limit, .. } => DocumentError::TooLarge { limit },
            error => DocumentError::Http(error),
        })?;
        if answer.status != 200 {
            return Err(DocumentError::Status(answer.status));
        }
        if Sha256::digest(&answer.body) != share.sha256 {
            return Err(DocumentError::Changed);
        }
        Ok(Document { share: share.clone(), bytes: answer.body })
    }

    /// Where the document lies: below the gateway of the issuer. The path was checked when the QR
    /// was read, and can mean no other place.
    fn address(&self, issuer: &str, path: &str) -> Result<String, DocumentError> {
        let state = self.trust.snapshot();
        let list = state.list().ok_or(DocumentError::NoGateway)?;
        let mut entries = list.issuers().iter().filter(|entry| entry.id() == issuer);
        let gateway = entries.find_map(|entry| entry.gateway()).ok_or(DocumentError::NoGateway)?;
        let (gateway, path) = (gateway.trim_end_matches('/'), path.trim_start_matches('/'));
        Ok(format!("{gateway}/{path}"))
    }
}

impl Document {
    /// What the QR says of it: type, media type, digest.
    pub fn share(&self) -> &DocumentShare {
        &self.share
    }

    /// The document.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Writes it into a new file that only its owner may read.
    ///
    /// # Errors
    ///
    /// What the file system says; a file that is there is left alone.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        file.write_all(&self.bytes)?;
        file.sync_all()
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.bytes.len())
    }
}
