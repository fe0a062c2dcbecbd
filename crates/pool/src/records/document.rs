//! Reading and writing records as JSON documents.

use std::fmt;
use std::sync::Arc;

use poolhouse_store::{Store, StoreError, Version};
use serde_json::Value;

/// A kind of record with a JSON form.
pub trait Document: Sized {
    /// The JSON that is stored.
    fn to_document(&self) -> Value;

    /// The record a stored document describes, or `None` where a member is missing or of the wrong type.
    fn from_document(document: &Value) -> Option<Self>;

    /// The text that a batch puts.
    fn to_body(&self) -> String {
        self.to_document().to_string()
    }
}

/// A record as it was read: a change is written with `Expect::Version(version)`.
#[derive(Clone, Debug)]
pub struct Stored<T> {
    /// Where it lies.
    pub key: String,
    /// What it was when read.
    pub version: Version,
    /// The record itself.
    pub value: T,
}

impl<T: Clone> Stored<Arc<T>> {
    /// The record as a copy of one's own, to be changed.
    pub fn into_owned(self) -> Stored<T> {
        Stored {
            key: self.key,
            version: self.version,
            value: Arc::unwrap_or_clone(self.value),
        }
    }
}

/// A row whose body is not what its key says. The database was changed by something else than this server, or by a
/// newer one.
#[derive(Debug)]
pub struct Corrupt {
    /// The row.
    pub key: String,
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the row {} does not hold the record its key names", self.key)
    }
}

impl std::error::Error for Corrupt {}

/// Why a record could not be read.
#[derive(Debug)]
pub enum LoadError {
    /// The store failed.
    Store(StoreError),
    /// The row is there and cannot be understood.
    Corrupt(Corrupt),
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

impl From<LoadError> for crate::base::error::ApiError {
    fn from(error: LoadError) -> Self {
        crate::base::error::ApiError::internal(error)
    }
}

/// Reads the record at `key`.
///
/// # Errors
/// When the store fails or the row is not such a record; a missing row is `Ok(None)`.
pub async fn load<T: Document>(store: &dyn Store, key: &str) -> Result<Option<Stored<T>>, LoadError> {
    store
        .get(key)
        .await
        .map_err(LoadError::Store)?
        .map(decode)
        .transpose()
}

/// The record in a row that a scan or a get returned.
///
/// # Errors
/// When the row is not such a record.
pub fn decode<T: Document>(row: poolhouse_store::Row) -> Result<Stored<T>, LoadError> {
    serde_json::from_str::<Value>(&row.body)
        .ok()
        .and_then(|document| T::from_document(&document))
        .map(|value| Stored {
            key: row.key.clone(),
            version: row.version,
            value,
        })
        .ok_or(LoadError::Corrupt(Corrupt { key: row.key }))
}

/// A string member.
pub(super) fn text(document: &Value, member: &str) -> Option<String> {
    document.get(member)?.as_str().map(str::to_owned)
}

/// An integer member.
pub(super) fn integer(document: &Value, member: &str) -> Option<i64> {
    document.get(member)?.as_i64()
}
