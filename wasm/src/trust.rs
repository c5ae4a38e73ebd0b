//! Root keys, trust list, status lists and clock floor.

use std::sync::Arc;

use ikd_verifier::{RootKeys, StatusList, TrustState};
use js_sys::Date;
use serde::Serialize;
use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use crate::date::{iso, to_time};
use crate::error;

/// Who is trusted and what is revoked. Verifiers made from one `Trust` share it: what is imported
/// counts for all of them at once.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Trust(pub(crate) Arc<ikd_verifier::Trust>);

/// The lists in force.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct TrustInfo {
    /// Version of the trust list.
    version: u32,
    /// When it was issued, ISO 8601.
    issued: String,
    /// When it ends, ISO 8601.
    expires: String,
    /// The status lists.
    status_lists: Vec<StatusListInfo>,
}

/// A status list in force.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct StatusListInfo {
    /// The URI that credentials name.
    uri: String,
    /// When it was issued, ISO 8601.
    issued: String,
    /// When it ends, ISO 8601, if it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    expires: Option<String>,
}

/// What came of the parts of a bundle.
#[derive(Debug, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ImportReport {
    /// Version of the trust list that is in force now.
    trust_version: u32,
    /// URIs of the status lists that were taken up, or were there already.
    status_lists: Vec<String>,
    /// Those that were not.
    refused: Vec<RefusedStatusList>,
}

/// A status list that was not taken up.
#[derive(Debug, Serialize, Tsify)]
pub struct RefusedStatusList {
    /// Its URI.
    uri: String,
    /// Why.
    #[tsify(type = "StatusListErrorCode")]
    code: &'static str,
}

#[wasm_bindgen]
impl Trust {
    /// Root keys (64 hexadecimal digits each), and how many of them must have signed a trust list.
    #[wasm_bindgen(constructor)]
    pub fn new(roots: Vec<String>, threshold: usize) -> Result<Self, JsValue> {
        let keys: Option<Vec<_>> = roots.iter().map(|root| key(root)).collect();
        let keys = keys.ok_or_else(|| {
            error::invalid_argument("a root key is 64 hexadecimal digits, its 32 bytes")
        })?;
        let roots = RootKeys::new(&keys, threshold).map_err(error::root_keys)?;
        Ok(Self(Arc::new(ikd_verifier::Trust::new(roots))))
    }

    /// Takes up what `save` gave. Every signature in it is checked anew.
    pub fn restore(bytes: &[u8]) -> Result<Self, JsValue> {
        let trust = ikd_verifier::Trust::restore(bytes).map_err(|why| error::state(&why))?;
        Ok(Self(Arc::new(trust)))
    }

    /// The whole state as bytes, for a store.
    pub fn save(&self) -> Vec<u8> {
        self.0.save()
    }

    /// Takes from another saved state what is newer there: lists and clock floor.
    pub fn merge(&self, saved: &[u8]) -> Result<(), JsValue> {
        let other = ikd_verifier::Trust::restore(saved).map_err(|why| error::state(&why))?;
        self.0.merge(&other);
        Ok(())
    }

    /// Takes up an offline bundle. If its trust list is refused, nothing changes.
    #[wasm_bindgen(js_name = importBundle)]
    pub fn import_bundle(&self, bytes: &[u8], now: &Date) -> Result<Ts<ImportReport>, JsValue> {
        let report =
            self.0.import_bundle(bytes, to_time(now)?).map_err(|why| error::trust(&why))?;
        let refused = report.refused.into_iter();
        let report = ImportReport {
            trust_version: version(report.trust_version),
            status_lists: report.status_lists,
            refused: refused
                .map(|(uri, why)| RefusedStatusList { uri, code: why.code() })
                .collect(),
        };
        error::to_js(&report)
    }

    /// Puts a trust list in force, and returns its version.
    #[wasm_bindgen(js_name = updateList)]
    pub fn update_list(&self, bytes: &[u8], now: &Date) -> Result<u32, JsValue> {
        self.0.update_list(bytes, to_time(now)?).map(version).map_err(|why| error::trust(&why))
    }

    /// Puts the status list of a URI in force.
    #[wasm_bindgen(js_name = updateStatus)]
    pub fn update_status(&self, uri: &str, bytes: &[u8]) -> Result<(), JsValue> {
        self.0.update_status(uri, bytes).map_err(|why| error::status_list(&why))
    }

    /// The lists in force; `undefined` without a trust list.
    #[wasm_bindgen(getter)]
    pub fn info(&self) -> Result<Option<Ts<TrustInfo>>, JsValue> {
        let info = info(&self.0.snapshot());
        info.as_ref().map(error::to_js).transpose()
    }

    /// The highest time ever seen.
    #[wasm_bindgen(getter, js_name = clockFloor)]
    pub fn clock_floor(&self) -> Option<Date> {
        let millis = self.0.clock_floor()?.secs().saturating_mul(1_000);
        #[expect(clippy::as_conversions, reason = "a Date holds a number")]
        let millis = millis as f64;
        Some(Date::new(&millis.into()))
    }

    /// Raises the clock floor, for stores that keep it apart from the lists.
    #[wasm_bindgen(js_name = raiseClockFloor)]
    pub fn raise_clock_floor(&self, seen: &Date) -> Result<(), JsValue> {
        self.0.observe(to_time(seen)?);
        Ok(())
    }
}

fn info(state: &TrustState) -> Option<TrustInfo> {
    let list = state.list()?;
    let status = |list: &StatusList| StatusListInfo {
        uri: list.uri().to_owned(),
        issued: iso(list.issued()),
        expires: list.expires().map(iso),
    };
    Some(TrustInfo {
        version: version(list.version()),
        issued: iso(list.issued()),
        expires: iso(list.expires()),
        status_lists: state.status_lists().map(status).collect(),
    })
}

/// A JavaScript number. A list a second would take 136 years to reach the end of it.
fn version(version: u64) -> u32 {
    u32::try_from(version).unwrap_or(u32::MAX)
}

/// 32 bytes from hexadecimal.
fn key(text: &str) -> Option<[u8; 32]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let byte = |[high, low]: &[u8; 2]| Some(digit(*high)? << 4 | digit(*low)?);
    let bytes: Vec<u8> = pairs.iter().map(byte).collect::<Option<_>>()?;
    bytes.try_into().ok().filter(|_| rest.is_empty())
}
