//! Who is trusted, and what is revoked: root keys, trust list, status lists, bundle, store (trust
//! sections 1 to 3 and 5).

#[cfg(feature = "authoring")]
pub mod authoring;
mod bundle;
mod error;
mod list;
mod roots;
mod saved;
mod state;
mod status;
#[cfg(feature = "store")]
mod store;
mod token;
mod values;

pub use bundle::Bundle;
pub use error::{BundleError, StateError, StatusListError, TrustError};
pub use list::{Issuer, IssuerKey, KeyUse, TrustList};
pub use roots::{RootKey, RootKeys, RootKeysError};
pub use state::{ImportReport, Trust, TrustState};
pub use status::{Status, StatusList};
#[cfg(feature = "store")]
pub(crate) use store::sync_folder;
#[cfg(feature = "store")]
pub use store::{Damage, FileTrustStore, Loaded, StoreError};
