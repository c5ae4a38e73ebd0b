//! The endpoints of the OpenID server.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, Method, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::answer::{Grant, gateway_key};
use super::asked::{DETAIL_TYPE, TRUST_FRAMEWORK, supported};
use super::client_auth::authenticate;
use super::dpop::{self, Call};
use super::error::{Code, OAuthError};
use super::jose;
use super::misbehaviour::{Endpoint, Misbehaviour};
use super::params::Params;
use super::request_object::{self, ACR};
use super::requests::Request;
use super::state::GatewayState;

/// The grant type of CIBA.
const CIBA: &str = "urn:openid:params:grant-type:ciba";

type Shared = State<Arc<GatewayState>>;
type Body = Result<Form<Vec<(String, String)>>, FormRejection>;

/// What the gateway can do (OpenID Connect Discovery 1.0, CIBA Core 1.0 section 4).
pub(crate) async fn metadata(State(state): Shared) -> Response {
    let url = |endpoint: Endpoint| state.url(endpoint.path());
    let fault = state.misbehaviour(Endpoint::Metadata);
    let wrong = fault == Some(Misbehaviour::WrongIssuerMetadata);
    let issuer = if wrong { "https://elsewhere.sandbox.invalid" } else { state.issuer() };
    let mut metadata = json!({
        "issuer": issuer,
        "jwks_uri": url(Endpoint::Jwks),
        "backchannel_authentication_endpoint": url(Endpoint::Backchannel),
        "token_endpoint": url(Endpoint::Token),
        "userinfo_endpoint": url(Endpoint::Userinfo),
        "grant_types_supported": [CIBA],
        "response_types_supported": [],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": ["openid"],
        "acr_values_supported": [ACR],
        "backchannel_token_delivery_modes_supported": ["poll", "ping"],
        "backchannel_authentication_request_signing_alg_values_supported": jose::ED25519,
        "backchannel_user_code_parameter_supported": false,
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": jose::ED25519,
        "id_token_signing_alg_values_supported": ["EdDSA"],
        "userinfo_signing_alg_values_supported": ["EdDSA"],
        "userinfo_encryption_alg_values_supported": ["ECDH-ES"],
        "userinfo_encryption_enc_values_supported": ["A256GCM"],
        "dpop_signing_alg_values_supported": ["EdDSA", "Ed25519", "ES256"],
    });
    // Apart: one such object is too deep for the macro.
    metadata["authorization_details_types_supported"] = json!([DETAIL_TYPE]);
    metadata["claims_parameter_supported"] = true.into();
    metadata["verified_claims_supported"] = true.into();
    metadata["trust_frameworks_supported"] = json!([TRUST_FRAMEWORK]);
    metadata["claims_in_verified_claims_supported"] = supported();
    Json(metadata).into_response()
}

/// The keys that check the gateway's answers.
pub(crate) async fn jwks(State(state): Shared) -> Response {
    let published = |fault| {
        let (key, kid) = gateway_key(&state, fault);
        let mut jwk = jose::jwk(&key.public());
        jwk["kid"] = kid.into();
        jwk["use"] = "sig".into();
        jwk["alg"] = "EdDSA".into();
        jwk
    };
    let mut keys = vec![published(None)];
    // The next key is published from the moment it signs, and not before.
    let rotated = Some(Misbehaviour::RotatedKey);
    if Endpoint::ALL.iter().any(|&endpoint| state.misbehaviour(endpoint) == rotated) {
        keys.push(published(rotated));
    }
    Json(json!({"keys": keys})).into_response()
}

/// Starts a request (CIBA Core 1.0, section 7).
pub(crate) async fn backchannel(State(state): Shared, body: Body) -> Result<Response, OAuthError> {
    let (now, params) = (state.now(), params(body)?);
    let url = state.url(Endpoint::Backchannel.path());
    let client = authenticate(&state, &params, &url, now)?;
    if client.suspended {
        return Err(Code::UnauthorizedClient.because("the client may not ask at present"));
    }
    let of = request_object::check(&state, client, &params, now)?;
    let config = state.config();
    let life = of.expiry.unwrap_or(config.request_life).min(config.request_life);
    let id = state.unique_id("auth_req_id");
    let request = Request::new(id.clone(), &client.client_id, of, now + life, config.interval);
    state.lock().requests.insert(request, now);
    Ok(unstored(Json(json!({
        "auth_req_id": id, "expires_in": life, "interval": config.interval,
    }))))
}

/// Gives the tokens once the citizen has approved (CIBA Core 1.0, section 10 and 11).
pub(crate) async fn token(
    State(state): Shared,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, OAuthError> {
    let (now, params) = (state.now(), params(body)?);
    let url = state.url(Endpoint::Token.path());
    let client = authenticate(&state, &params, &url, now)?;
    if params.need("grant_type", "grant_type is missing")? != CIBA {
        return Err(Code::UnsupportedGrantType.because("the grant type must be that of CIBA"));
    }
    let jkt = dpop::check(&state, &headers, &Call { method: "POST", url: &url, token: None }, now)?;
    if client.dpop && jkt.is_none() {
        return Err(Code::InvalidDpopProof.because("a DPoP proof is needed"));
    }
    let id = params.need("auth_req_id", "auth_req_id is missing")?;
    let (request, approval) = state.lock().requests.poll(id, &client.client_id, now)?;

    let access_token = state.unique_id("access_token");
    let grant = Grant::new(&state, request, &approval, jkt, now);
    let fault = state.misbehaviour(Endpoint::Token);
    let response = grant.token_response(&state, &access_token, fault, now);
    let grants = &mut state.lock().grants;
    grants.retain(|_, grant| now < grant.expires);
    grants.insert(access_token, grant);
    Ok(unstored(Json(response)))
}

/// Gives the released attributes, signed (OpenID Connect Core 1.0, section 5.3.2).
pub(crate) async fn userinfo(
    State(state): Shared,
    method: Method,
    headers: HeaderMap,
) -> Result<Response, OAuthError> {
    let answer = userinfo_token(&state, &method, &headers).map_err(OAuthError::at_resource)?;
    Ok(unstored(([(header::CONTENT_TYPE, "application/jwt")], answer)))
}

fn userinfo_token(
    state: &GatewayState,
    method: &Method,
    headers: &HeaderMap,
) -> Result<String, OAuthError> {
    let bad = |why| Code::InvalidToken.because(why);
    let now = state.now();
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, access_token) =
        authorization.and_then(|value| value.split_once(' ')).ok_or(bad("no access token"))?;
    let grant = state.lock().grants.get(access_token).cloned();
    let grant = grant.filter(|grant| now < grant.expires);
    let grant = grant.ok_or(bad("the access token is unknown or has expired"))?;
    let expected = if grant.jkt.is_some() { "DPoP" } else { "Bearer" };
    if !scheme.eq_ignore_ascii_case(expected) {
        return Err(bad("the access token is of another type"));
    }
    if grant.jkt.is_some() {
        let url = state.url(Endpoint::Userinfo.path());
        let call = Call { method: method.as_str(), url: &url, token: Some(access_token) };
        if dpop::check(state, headers, &call, now)? != grant.jkt {
            return Err(bad("the access token is bound to another key"));
        }
    }
    grant.userinfo(state, state.misbehaviour(Endpoint::Userinfo), now)
}

fn params(body: Body) -> Result<Params, OAuthError> {
    let Form(form) = body.map_err(|_| Code::InvalidRequest.because("a form is needed"))?;
    Params::of(form)
}

/// An answer that no cache may keep.
fn unstored(answer: impl IntoResponse) -> Response {
    ([(header::CACHE_CONTROL, "no-store")], answer).into_response()
}
