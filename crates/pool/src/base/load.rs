//! Why a row could not be read as what it should be.

use std::fmt;

use poolhouse_store::StoreError;

/// A row that is not what its key says: changed by something else than this server, moved from another key, or written
/// by a newer version.
#[derive(Debug)]
pub struct Corrupt {
    /// The row.
    pub key: String,
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the row {} does not hold what its key names", self.key)
    }
}

impl std::error::Error for Corrupt {}

/// Why a row could not be read.
#[derive(Debug)]
pub enum LoadError {
    /// The store failed.
    Store(StoreError),
    /// The row is there and cannot be understood.
    Corrupt(Corrupt),
}

impl LoadError {
    /// The row at `key` is not what it should be.
    pub fn corrupt(key: impl Into<String>) -> LoadError {
        LoadError::Corrupt(Corrupt { key: key.into() })
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record could not be read")
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::Store(error) => Some(error),
            LoadError::Corrupt(error) => Some(error),
        }
    }
}

impl From<StoreError> for LoadError {
    fn from(error: StoreError) -> LoadError {
        LoadError::Store(error)
    }
}
