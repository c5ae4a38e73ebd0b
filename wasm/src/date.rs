//! Times between JavaScript and the SDK.

use ikd_verifier::UnixTime;
use js_sys::Date;
use wasm_bindgen::{JsCast, JsValue};

use crate::error::invalid_argument;

/// The second in which a `Date` lies.
pub(crate) fn to_time(date: &JsValue) -> Result<UnixTime, JsValue> {
    let millis = date.dyn_ref::<Date>().map_or(f64::NAN, Date::get_time);
    if millis.is_nan() {
        return Err(invalid_argument("`now` must be a valid Date"));
    }
    #[expect(clippy::as_conversions, reason = "a Date is at most 8.64e15 from 1970")]
    let seconds = (millis / 1_000.0).floor() as i64;
    Ok(UnixTime::from_secs(seconds))
}

/// ISO 8601 in UTC.
pub(crate) fn iso(time: UnixTime) -> String {
    time.to_string()
}
