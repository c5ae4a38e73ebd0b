//! What a request gets that cannot be fulfilled: a stable code, and what the teller should do.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use ikd_verifier::consent::ConsentError;
use ikd_verifier::{Message, Refusal};
use serde_json::json;

use crate::store::StoreError;

/// Why a request cannot be fulfilled. It holds nothing that the caller sent.
#[derive(Debug)]
pub enum Problem {
    /// The QR was refused by the offline check.
    Refused(Refusal),
    /// The picture shows no identity QR.
    NoQr,
    /// There is no such application, or not in a state that has what is asked for.
    NotFound,
    /// Nothing could be asked: set-up, keys or the trust list. What it says is in the log.
    CannotAsk(&'static str),
    /// The store does not answer. What it says is in the log.
    Store(StoreError),
}

const IT_STAFF: Message = Message::new("Hubungi petugas TI.", "Call your IT staff.");

impl Problem {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code().as_str(),
            Self::NoQr => "no_qr",
            Self::NotFound => "not_found",
            Self::CannotAsk(code) => code,
            Self::Store(_) => "store_failed",
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Refused(_) | Self::NoQr => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::CannotAsk(_) | Self::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn reason(&self) -> Message {
        match self {
            Self::Refused(refusal) => refusal.code().reason(),
            Self::NoQr => {
                Message::new("Tidak ada QR identitas di gambar.", "No identity QR in the picture.")
            }
            Self::NotFound => Message::new("Tidak ditemukan.", "Not found."),
            Self::CannotAsk(_) => {
                Message::new("Permintaan tidak dapat dibuat.", "The request cannot be made.")
            }
            Self::Store(_) => {
                Message::new("Penyimpanan tidak menjawab.", "The store does not answer.")
            }
        }
    }

    fn hint(&self) -> Message {
        match self {
            Self::Refused(refusal) => refusal.code().hint(),
            Self::NoQr => Message::new(
                "Ambil gambar lagi, tegak lurus dan tanpa pantulan.",
                "Take the picture again, straight and without glare.",
            ),
            Self::NotFound => Message::new("Pindai QR baru.", "Scan a new QR."),
            Self::CannotAsk(_) | Self::Store(_) => IT_STAFF,
        }
    }
}

/// What a store said that failed: goes along with the answer to where it is logged, and no further.
#[derive(Debug, Clone)]
pub(crate) struct StoreFailure(pub(crate) String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({ "code": self.code(), "reason": self.reason(), "hint": self.hint() });
        let mut response = (self.status(), Json(body)).into_response();
        if let Self::Store(error) = self {
            response.extensions_mut().insert(StoreFailure(error.to_string()));
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ConsentError> for Problem {
    fn from(error: ConsentError) -> Self {
        Self::CannotAsk(error.code())
    }
}
