//! Form parameters, each of which may come once (RFC 6749, section 3.2).

use super::error::{Code, OAuthError};

/// The parameters of a form.
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    pub(crate) fn of(form: Vec<(String, String)>) -> Result<Self, OAuthError> {
        let mut names: Vec<_> = form.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Err(Code::InvalidRequest.because("a parameter comes twice"));
        }
        Ok(Self(form))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, value)| key == name && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }

    /// A parameter that must be there.
    pub(crate) fn need(&self, name: &str, why: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or(Code::InvalidRequest.because(why))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}
