//! Errors as OAuth, CIBA and DPoP name them.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error of one of the endpoints. Its description never repeats what the client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OAuthError {
    code: Code,
    description: &'static str,
    /// A nonce that the next DPoP proof must carry.
    nonce: Option<String>,
    /// The endpoint takes an access token, and so answers with a challenge.
    challenge: bool,
}

/// The code of an error, as the standards spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Code {
    AccessDenied,
    AuthorizationPending,
    ExpiredLoginHintToken,
    ExpiredToken,
    InvalidAuthorizationDetails,
    InvalidBindingMessage,
    InvalidClient,
    InvalidDpopProof,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    InvalidToken,
    SlowDown,
    UnauthorizedClient,
    UnknownUserId,
    UnsupportedGrantType,
    UseDpopNonce,
}

impl Code {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::AuthorizationPending => "authorization_pending",
            Self::ExpiredLoginHintToken => "expired_login_hint_token",
            Self::ExpiredToken => "expired_token",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidBindingMessage => "invalid_binding_message",
            Self::InvalidClient => "invalid_client",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidToken => "invalid_token",
            Self::SlowDown => "slow_down",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnknownUserId => "unknown_user_id",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UseDpopNonce => "use_dpop_nonce",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::InvalidClient | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(crate) fn because(self, description: &'static str) -> OAuthError {
        OAuthError { code: self, description, nonce: None, challenge: false }
    }
}

impl OAuthError {
    pub(crate) fn with_nonce(self, nonce: String) -> Self {
        Self { nonce: Some(nonce), ..self }
    }

    /// The same at an endpoint that takes an access token (RFC 6750, RFC 9449).
    pub(crate) fn at_resource(self) -> Self {
        Self { challenge: true, ..self }
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let Self { code, description, nonce, challenge } = self;
        let status = if challenge { StatusCode::UNAUTHORIZED } else { code.status() };
        let body = Json(json!({"error": code.name(), "error_description": description}));
        let mut response = (status, [(header::CACHE_CONTROL, "no-store")], body).into_response();
        let headers = response.headers_mut();
        if challenge {
            let value = format!("DPoP error=\"{}\", algs=\"EdDSA Ed25519 ES256\"", code.name());
            let value = HeaderValue::try_from(value).expect("codes are ASCII");
            headers.insert(header::WWW_AUTHENTICATE, value);
        }
        if let Some(nonce) = nonce {
            headers.insert("DPoP-Nonce", HeaderValue::try_from(nonce).expect("base64url is ASCII"));
        }
        response
    }
}
