//! Where a refresher keeps what it fetched.

use std::fmt::Debug;
use std::io;

use super::memo::RefreshMemo;
use crate::trust::Trust;

/// Where a refresher keeps what it fetched. Its calls may block: they are made on a thread of their
/// own.
pub trait RefreshStore: Debug + Send + Sync {
    /// Keeps the lists that are in force, as a whole.
    ///
    /// # Errors
    ///
    /// When they could not be written. It is tried again with the next refresh.
    fn save_trust(&self, trust: &Trust) -> io::Result<()>;

    /// Keeps what the refresher itself remembers; always after the lists that it speaks of.
    ///
    /// # Errors
    ///
    /// When it could not be written.
    fn save_memo(&self, memo: &RefreshMemo) -> io::Result<()>;

    /// What was kept by [`save_memo`](Self::save_memo); nothing, if that cannot be read.
    fn load_memo(&self) -> RefreshMemo;
}

/// The lists first: an `ETag` must not be there before what it came with.
pub(super) fn save(
    store: &dyn RefreshStore,
    trust: Option<&Trust>,
    memo: &RefreshMemo,
) -> io::Result<()> {
    if let Some(trust) = trust {
        store.save_trust(trust)?;
    }
    store.save_memo(memo)
}

#[cfg(feature = "store")]
pub use file::FileRefreshStore;

#[cfg(feature = "store")]
mod file {
    use std::fs::{self, File};
    use std::io::{self, Write};
    use std::path::PathBuf;

    use super::{RefreshMemo, RefreshStore};
    use crate::trust::{FileTrustStore, Trust};

    /// Keeps trust in a [`FileTrustStore`], and the memo in a file beside it.
    #[derive(Debug, Clone)]
    pub struct FileRefreshStore {
        trust: FileTrustStore,
        memo: PathBuf,
    }

    impl FileRefreshStore {
        /// A store in these two files, neither of which need exist yet.
        pub fn new(trust: FileTrustStore, memo: impl Into<PathBuf>) -> Self {
            Self { trust, memo: memo.into() }
        }
    }

    impl RefreshStore for FileRefreshStore {
        fn save_trust(&self, trust: &Trust) -> io::Result<()> {
            self.trust.save(trust).map_err(io::Error::other)
        }

        fn save_memo(&self, memo: &RefreshMemo) -> io::Result<()> {
            // A name of its own for each process: two that share a store do not write one file.
            let temporary = self.memo.with_extension(format!("new.{}", std::process::id()));
            let mut file = File::create(&temporary)?;
            file.write_all(&memo.to_bytes())?;
            file.sync_all()?;
            fs::rename(&temporary, &self.memo)
        }

        fn load_memo(&self) -> RefreshMemo {
            fs::read(&self.memo).map(|bytes| RefreshMemo::from_bytes(&bytes)).unwrap_or_default()
        }
    }
}
