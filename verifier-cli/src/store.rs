//! The store of a device: trust, the highest time ever seen, and the QRs that were used.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use ikd_verifier::{FileRefreshStore, FileTrustStore, RefreshStore, Trust, UnixTime};

use crate::outcome::{Failure, warn};

/// A folder with what a device has to remember.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
}

impl Store {
    /// The store that is named, in the environment, or where the platform keeps data.
    pub(crate) fn locate(named: Option<&Path>) -> Result<Self, Failure> {
        let from_environment =
            || std::env::var_os("IKD_STORE").filter(|s| !s.is_empty()).map(PathBuf::from);
        let folder = named
            .map(Path::to_owned)
            .or_else(from_environment)
            .or_else(|| dirs::data_dir().map(|folder| folder.join("ikd")));
        let folder = folder.ok_or_else(|| "no place for a store: give --store DIR".to_owned())?;
        Ok(Self { folder })
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of used QRs.
    pub(crate) fn replay_folder(&self) -> PathBuf {
        self.folder.join("replay")
    }

    /// The trust that was stored; `None` before `ikd trust init`.
    pub(crate) fn load(&self) -> Result<Option<Trust>, Failure> {
        let trust = self.trust_file().load().map_err(|error| error.to_string())?;
        if let Some(trust) = &trust {
            if let Some(floor) = self.read_clock() {
                trust.observe(floor);
            }
            trust.set_clock_offset(self.refresh_store().load_memo().clock_offset());
        }
        Ok(trust)
    }

    /// Where a refresh keeps what it fetched: the same trust, and a memo beside it.
    pub(crate) fn refresh_store(&self) -> FileRefreshStore {
        FileRefreshStore::new(self.trust_file(), self.folder.join("refresh"))
    }

    /// Stores trust, and makes the folder if it is not there.
    pub(crate) fn save(&self, trust: &Trust) -> Result<(), Failure> {
        fs::create_dir_all(&self.folder).map_err(|error| Failure::file(&self.folder, error))?;
        self.trust_file().save(trust).map_err(|error| error.to_string().into())
    }

    /// Stores the highest time ever seen, in a file of its own: it changes with every scan, and the
    /// lists do not.
    pub(crate) fn save_clock(&self, trust: &Trust) {
        let Some(floor) = trust.clock_floor().max(self.read_clock()) else { return };
        let path = self.clock_file();
        let temporary = path.with_extension(format!("new.{}", std::process::id()));
        let written = fs::File::create(&temporary)
            .and_then(|mut file| {
                write!(file, "{}", floor.secs())?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&temporary, &path));
        if let Err(error) = written {
            warn(format_args!("{}: {error}", path.display()));
        }
    }

    fn read_clock(&self) -> Option<UnixTime> {
        let text = fs::read_to_string(self.clock_file()).ok()?;
        let seconds = text.trim().parse().ok();
        if seconds.is_none() {
            warn(format_args!("{}: damaged; starting anew", self.clock_file().display()));
        }
        seconds.map(UnixTime::from_secs)
    }

    fn trust_file(&self) -> FileTrustStore {
        FileTrustStore::new(self.folder.join("trust.state"))
    }

    fn clock_file(&self) -> PathBuf {
        self.folder.join("clock")
    }
}
