//! Errors as JavaScript knows them: `Error` objects, with a `code`.
//!
//! A refused QR is no error but a result. Errors are for trust that does not hold, and for arguments
//! that make no sense.

#[cfg(feature = "verify")]
use ikd_verifier::{RootKeysError, StateError, StatusListError, TrustError};
use js_sys::{Error, Reflect};
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::JsValue;

/// An `Error` named `IkdError`, with a code.
fn error(code: &str, message: &str) -> JsValue {
    let error = Error::new(message);
    error.set_name("IkdError");
    // Setting a property of a fresh object cannot fail.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

pub(crate) fn invalid_argument(message: &str) -> JsValue {
    error("invalid_argument", message)
}

#[cfg(feature = "verify")]
pub(crate) fn trust(why: &TrustError) -> JsValue {
    error(why.code(), &why.to_string())
}

#[cfg(feature = "verify")]
pub(crate) fn status_list(why: &StatusListError) -> JsValue {
    error(why.code(), &why.to_string())
}

#[cfg(feature = "verify")]
pub(crate) fn root_keys(why: RootKeysError) -> JsValue {
    error("invalid_roots", &why.to_string())
}

#[cfg(feature = "verify")]
pub(crate) fn state(why: &StateError) -> JsValue {
    error("trust_damaged", &why.to_string())
}

/// A plain object. It cannot fail for the structures of this crate.
pub(crate) fn to_js<T: Tsify + Serialize>(value: &T) -> Result<Ts<T>, JsValue> {
    value.into_ts().map_err(|why| error("internal", &why.to_string()))
}
