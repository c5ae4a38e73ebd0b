//! The error for a name that is none of those there are.

/// A name that is none of those there are. It says which there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind}; there are: {}", known.join(", "))]
pub struct UnknownName {
    kind: &'static str,
    known: Vec<&'static str>,
}

impl UnknownName {
    pub(crate) fn new(kind: &'static str, known: impl IntoIterator<Item = &'static str>) -> Self {
        Self { kind, known: known.into_iter().collect() }
    }
}
