//! What can go wrong with a backup or a copy.

use std::error::Error;
use std::fmt;
use std::io;

use poolhouse_store::{CommitError, StoreError};

/// Why it was not made, read or written.
#[derive(Debug)]
pub enum BackupError {
    /// The file cannot be read or written.
    File(io::Error),
    /// The file is not a backup.
    Foreign,
    /// It was made by a later version.
    Later,
    /// It is sealed in the other way: for a recipient, or under a passphrase.
    Otherwise(&'static str),
    /// The passphrase or key is not the one that it was sealed for, or something in it was changed, left out or cut off.
    Sealed,
    /// A public key is none.
    Recipient,
    /// It opens, and what is in it is not what it says: a mistake of whoever wrote it.
    Content,
    /// The store failed.
    Store(StoreError),
    /// Rows could not be written.
    Commit(CommitError),
    /// Somebody else writes to the store that is copied to, or the two differ after all was written.
    Different,
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            BackupError::File(_) => "the file cannot be read or written",
            BackupError::Foreign => "the file is not a backup of Poolhouse",
            BackupError::Later => {
                "the backup was made by a later version of Poolhouse: use that one, or one after it"
            }
            BackupError::Otherwise(how) => return write!(f, "the backup is sealed {how}"),
            BackupError::Sealed => {
                "the backup does not open: another passphrase or key sealed it, or it was changed or cut off"
            }
            BackupError::Recipient => "the recipient's public key is not one",
            BackupError::Content => "the backup opens, but its rows are not what its end says",
            BackupError::Store(_) => "the database failed",
            BackupError::Commit(_) => "the rows cannot be written",
            BackupError::Different => {
                "the two databases differ after everything was copied: something else writes to one of them"
            }
        })
    }
}

impl Error for BackupError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            BackupError::File(error) => Some(error),
            BackupError::Store(error) => Some(error),
            BackupError::Commit(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for BackupError {
    fn from(error: io::Error) -> BackupError {
        match error.kind() {
            // A backup that ends early was cut off.
            io::ErrorKind::UnexpectedEof => BackupError::Sealed,
            _ => BackupError::File(error),
        }
    }
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> BackupError {
        BackupError::Store(error)
    }
}

impl From<CommitError> for BackupError {
    fn from(error: CommitError) -> BackupError {
        BackupError::Commit(error)
    }
}
