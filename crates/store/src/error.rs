//! What can go wrong, told apart by what the caller should do about it.

use std::error::Error;
use std::fmt;
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
    /// The file is not a store of ours, or of a version this program does not know.
    Foreign(String),
    /// The engine failed. A commit answered so may or may not have been applied.
    Engine(Arc<dyn Error + Send + Sync>),
}

impl StoreError {
    /// Whether the same call may succeed later without anybody repairing anything.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Full)
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
            Self::Foreign(what) => f.write_str(what),
            Self::Engine(_) => f.write_str("the store's engine failed"),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Engine(cause) => Some(cause.as_ref()),
            _ => None,
        }
    }
}

/// Why a batch was not applied.
#[derive(Clone, Debug)]
pub enum CommitError {
    /// An expectation did not hold: the least such key of the batch. Nothing of the batch was applied.
    Conflict {
        /// The key whose row was not as expected.
        key: String,
    },
    /// The store could not do it.
    Store(StoreError),
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { key } => write!(f, "the row at {key} is not as expected"),
            Self::Store(_) => f.write_str("the batch could not be committed"),
        }
    }
}

impl Error for CommitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Conflict { .. } => None,
            Self::Store(cause) => Some(cause),
        }
    }
}

impl From<StoreError> for CommitError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
