//! What can be wrong with a log. Each fault has a stable code and texts for staff.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::head::HeadSignerError;
use crate::message::Message;

/// Why a log could not be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The file system failed.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// There is a file already where a new log should be.
    #[error("{path} is there already: a log is never overwritten")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The last entry is not what was written, so nothing can follow it.
    #[error("the last entry of {path} is damaged: run `ikd audit verify`")]
    DamagedEnd {
        /// The file.
        path: PathBuf,
    },
    /// A receipt that no line can hold, or that is not written as JSON.
    #[error("the receipt does not fit into a line of the log")]
    TooLarge,
    /// The key of the log did not sign.
    #[error("the head is not signed: {0}")]
    Signer(#[from] HeadSignerError),
    /// The log is not what was written.
    #[error(transparent)]
    Tampered(#[from] AuditFault),
    /// What the entries are read for could not be written.
    #[error("writing failed: {0}")]
    Output(#[source] io::Error),
}

impl AuditError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

/// The first fault of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("entry {entry}: {} ({})", .fault.message().en, .fault.as_str())]
pub struct AuditFault {
    /// The number that the entry at this place should have; the first one is 0.
    pub entry: u64,
    /// What is wrong there.
    pub fault: Fault,
}

macro_rules! faults {
    ($($(#[$doc:meta])* $fault:ident = $code:literal, $id:literal, $en:literal;)*) => {
        /// What is wrong with an entry.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Fault {
            $($(#[$doc])* $fault,)*
        }

        impl Fault {
            /// The stable code.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$fault => $code,)* }
            }

            /// In one line for staff.
            pub const fn message(self) -> Message {
                match self { $(Self::$fault => Message::new($id, $en),)* }
            }
        }
    };
}

faults! {
    /// Not a line of a log, or not written as the format says.
    Malformed = "malformed", "Baris ini bukan entri log.", "This line is no entry of a log.";
    /// The log does not begin with an opening entry of a format that is known, or has a second.
    Opening = "opening", "Entri pembuka tidak ada atau salah.",
        "The opening entry is missing or wrong.";
    /// Another number than the one that comes next: removed, repeated or out of order.
    Sequence = "sequence", "Nomor tidak berurutan: ada entri yang dihapus, disisipkan, ditukar.",
        "The number is out of sequence: something was removed, inserted or swapped.";
    /// The hash of the entry before is another one.
    Link = "link", "Entri ini tidak menyambung ke entri sebelumnya.",
        "The entry does not link to the one before.";
    /// Number, time, kind, link or commitment were changed.
    Hash = "hash", "Isi entri ini diubah.", "The entry was changed.";
    /// The body is not the one that was committed to, or has no place here.
    Body = "body", "Catatan di entri ini diubah atau hilang.",
        "The record in the entry was changed or is missing.";
    /// The signature of a head does not hold.
    Signature = "signature", "Tanda tangan tidak sah.", "The signature does not hold.";
    /// A head is signed by a key that is not trusted.
    Key = "key", "Ditandatangani dengan kunci yang tidak dipercaya.",
        "Signed by a key that is not trusted.";
    /// Erased bodies and the records of their erasure do not agree.
    Erasure = "erasure", "Penghapusan tidak cocok dengan catatannya.",
        "What is erased does not agree with the record of it.";
    /// The last line is cut off.
    Torn = "torn", "Baris terakhir terpotong.", "The last line is cut off.";
    /// The log ends before the head that was kept elsewhere.
    Truncated = "truncated", "Log berakhir sebelum head yang disimpan terpisah.",
        "The log ends before the head that was kept elsewhere.";
    /// At the number of the head that was kept elsewhere stands another entry.
    OtherHistory = "other_history", "Log ini berbeda dari head yang disimpan terpisah.",
        "The log is not the one of the head that was kept elsewhere.";
}

impl Fault {
    /// What to do now.
    pub const fn hint(self) -> Message {
        match self {
            Self::Torn => Message::new(
                "Penulisan terputus, misalnya karena listrik padam. Penulisan berikutnya \
                 menyisihkan baris ini; bila tidak ada gangguan, periksa siapa yang mengubahnya.",
                "A write was cut off, by a power failure perhaps. The next write sets the line \
                 aside; if there was no failure, find out who changed it.",
            ),
            Self::Key => Message::new(
                "Berikan semua kunci publik yang pernah menandatangani log ini.",
                "Give every public key that has ever signed this log.",
            ),
            _ => Message::new(
                "Jangan ubah atau hapus log. Amankan berkas ini, bandingkan dengan cadangan, dan \
                 laporkan ke pejabat pelindungan data.",
                "Do not change or delete the log. Secure the file, compare it with a backup, and \
                 tell the data protection officer.",
            ),
        }
    }
}
