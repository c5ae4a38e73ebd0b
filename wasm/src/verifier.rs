//! Texts to results.

use std::sync::Arc;

use ikd_verifier::{Acceptance, MemoryReplayStore, PendingPresentation, ReplayError, ReplayScope};
use tsify::Ts;
use wasm_bindgen::prelude::*;

use crate::error::{invalid_argument, to_js};
use crate::options::{self, PolicyOptions, VerifyOptions};
use crate::result::{Refused, Verification};
use crate::trust::Trust;

/// Verifies the texts of QR codes under a trust and a policy.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Verifier(ikd_verifier::Verifier);

#[wasm_bindgen]
extern "C" {
    /// `Refused`, or a `Pending`.
    #[wasm_bindgen(typescript_type = "Pending | Refused")]
    #[derive(Debug)]
    pub type PendingOrRefused;

    /// What a replay store says.
    #[wasm_bindgen(typescript_type = "ReplayAnswer")]
    #[derive(Debug)]
    pub type ReplayAnswer;
}

#[wasm_bindgen]
impl Verifier {
    /// A verifier that demands what `policy` says, with a replay store in memory.
    #[wasm_bindgen(constructor)]
    pub fn new(trust: &Trust, policy: Option<PolicyOptions>) -> Result<Self, JsValue> {
        let replay = Arc::new(MemoryReplayStore::new());
        let policy = options::policy(policy)?;
        Ok(Self(ikd_verifier::Verifier::new(Arc::clone(&trust.0), replay, policy)))
    }

    /// A verifier with other demands that shares trust and replay store with this one.
    #[wasm_bindgen(js_name = withPolicy)]
    pub fn with_policy(&self, policy: Option<PolicyOptions>) -> Result<Self, JsValue> {
        Ok(Self(self.0.with_policy(options::policy(policy)?)))
    }

    /// Verifies a text, and remembers it in memory: for one process. Pages, of which a second tab
    /// may be open, use `begin`.
    pub fn verify(&self, text: &str, options: &VerifyOptions) -> Result<Ts<Verification>, JsValue> {
        let (now, challenge) = options::verify(options)?;
        let result = match challenge {
            Some(challenge) => self.0.verify_answer(text, &challenge, now),
            None => self.0.verify_text(text, now),
        };
        to_js(&Verification::from(result))
    }

    /// Verifies a text up to the last step: whether it was accepted before. A `Pending` gives out
    /// no attribute until a replay store has answered.
    pub fn begin(&self, text: &str, options: &VerifyOptions) -> Result<PendingOrRefused, JsValue> {
        let (now, challenge) = options::verify(options)?;
        match self.0.verify_pending(text, challenge.as_ref(), now) {
            Ok(pending) => Ok(JsValue::from(Pending(pending)).unchecked_into()),
            Err(refusal) => Ok(JsValue::from(to_js(&Refused::from(&refusal))?).unchecked_into()),
        }
    }
}

/// Verified but for replay. It holds a result and shows none.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Pending(PendingPresentation);

#[wasm_bindgen]
impl Pending {
    /// What the store must record, if it is not there yet: 64 hexadecimal digits.
    #[wasm_bindgen(getter, js_name = replayKey)]
    pub fn replay_key(&self) -> String {
        let bytes = self.0.replay_key().as_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Until when the store must remember it, in seconds since 1970.
    #[wasm_bindgen(getter, js_name = keepUntil)]
    pub fn keep_until(&self) -> f64 {
        #[expect(clippy::as_conversions, reason = "times of a verified QR are near `now`")]
        let seconds = self.0.keep_until().secs() as f64;
        seconds
    }

    /// Tells what the store said, once; the object is used up. Only `"first"` leads to attributes.
    pub fn accept(self, answer: &ReplayAnswer) -> Result<Ts<Verification>, JsValue> {
        let (answer, scope) = match answer.as_string().as_deref() {
            Some("first") => (Ok(Acceptance::First), ReplayScope::Device),
            Some("first-shared") => (Ok(Acceptance::First), ReplayScope::Shared),
            Some("seen") => (Ok(Acceptance::Seen), ReplayScope::Device),
            Some("unavailable") => (Err(unavailable()), ReplayScope::Device),
            _ => return Err(invalid_argument("no answer of a replay store")),
        };
        to_js(&Verification::from(self.0.accept(answer, scope)))
    }
}

fn unavailable() -> ReplayError {
    ReplayError::Storage("the host's replay store failed".into())
}
