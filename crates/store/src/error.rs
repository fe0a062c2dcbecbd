//! What can go wrong, told apart by what the caller should do about it.

use std::error::Error;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Why the store could not answer.
#[derive(Clone, Debug)]
pub enum StoreError {
    /// A key is empty, longer than [`MAX_KEY_BYTES`](crate::MAX_KEY_BYTES), or holds a NUL. A mistake of the caller.
    Key,
    /// Somebody else held the store for too long. Nothing was written; trying again later may work.
    Busy,
    /// There is no room left to write. Nothing was written; it works again when there is room.
    Full,
    /// An earlier write could not be brought to disk, so what the store holds is in doubt: it answers nothing until
    /// the process starts again and reads what is really there.
    Fenced,
    /// The store was closed.
    Closed,
    /// The database cannot be reached, does not answer, or takes no writes. Nothing was written; it works again when it is
    /// back.
    Unreachable(Arc<dyn Error + Send + Sync>),
    /// The answer to what was sent did not come, and it may still be applied: what is not there now may be there later.
    Unsettled,
    /// The file is not a store of ours.
    Foreign(String),
    /// The file is a store of ours whose tables an earlier or a later version of this program made. Nothing was changed.
    Format {
        /// The file, or the schema of the database.
        path: PathBuf,
        /// The format it has.
        found: i32,
        /// The one format that this program reads.
        reads: i32,
    },
    /// The engine failed.
    Engine(Arc<dyn Error + Send + Sync>),
}

impl StoreError {
    /// Whether the same call may succeed later without anybody repairing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Full | Self::Unreachable(_))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str("the key is empty, too long, or holds a NUL"),
            Self::Busy => f.write_str("the store is held by another process"),
            Self::Full => f.write_str("the store has no room left to write"),
            Self::Fenced => {
                f.write_str("the store is fenced after a failed write to disk; restart to continue")
            }
            Self::Closed => f.write_str("the store is closed"),
            Self::Unreachable(_) => f.write_str("the database cannot be reached"),
            Self::Unsettled => {
                f.write_str("the database did not answer, and may still apply what it was sent")
            }
            Self::Foreign(what) => f.write_str(what),
            Self::Format { path, found, reads } => {
                let (written, remedy) = if found < reads {
                    (
                        "an earlier",
                        "create a new data folder, or go on with the version that wrote this one",
                    )
                } else {
                    ("a later", "use that version or one after it")
                };
                write!(
                    f,
                    "{} was written by {written} version of Poolhouse (format {found}, this version reads format {reads}): {remedy}",
                    path.display()
                )
            }
            Self::Engine(_) => f.write_str("the store's engine failed"),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Engine(cause) | Self::Unreachable(cause) => Some(cause.as_ref()),
            _ => None,
        }
    }
}

/// Why a batch was not applied, or may not have been.
#[derive(Clone, Debug)]
pub enum CommitError {
    /// An expectation did not hold: the least such key of the batch. Nothing of the batch was applied.
    Conflict {
        /// The key whose row was not as expected.
        key: String,
    },
    /// The store could not do it. Nothing of the batch was applied.
    Store(StoreError),
    /// The batch may or may not have been applied: the answer was lost, or the engine cannot tell. To find out, keep a
    /// [`Witness`](crate::Witness) of the batch and [`settle`](crate::settle) it.
    Uncertain(StoreError),
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { key } => write!(f, "the row at {key} is not as expected"),
            Self::Store(_) => f.write_str("the batch could not be committed"),
            Self::Uncertain(_) => f.write_str("the batch may or may not have been committed"),
        }
    }
}

impl Error for CommitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Conflict { .. } => None,
            Self::Store(cause) | Self::Uncertain(cause) => Some(cause),
        }
    }
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
