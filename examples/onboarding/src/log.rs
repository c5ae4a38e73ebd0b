//! What operators read: one JSON object a line, of closed names, ids, numbers and error texts of this
//! software. No attribute value, no token and no text of a QR is ever given to it.

use std::fmt::{self, Display};
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use ikd_verifier::UnixTime;
use serde_json::{Map, Value};

/// Writes events. Cheap to clone.
#[derive(Clone)]
pub struct Log(Arc<Mutex<dyn Write + Send>>);

impl Log {
    /// A log that goes to `out`.
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(out)))
    }

    /// A log that goes to standard error.
    pub fn stderr() -> Self {
        Self::to(std::io::stderr())
    }

    /// Writes one event.
    pub fn event(&self, event: &'static str, fields: &[(&'static str, &dyn Display)]) {
        let mut line = Map::new();
        line.insert("at".to_owned(), UnixTime::now().to_string().into());
        line.insert("event".to_owned(), event.into());
        for (name, value) in fields {
            line.insert((*name).to_owned(), value.to_string().into());
        }
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Where nobody reads the log, there is nobody to tell.
        let _ = writeln!(out, "{}", Value::Object(line));
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}
