//! Reading and writing records as JSON documents.

use std::borrow::Borrow;
use std::sync::Arc;

use poolhouse_store::{Batch, Expect, Row, Version};
use serde_json::Value;

use super::key::Key;
use crate::base::clock::Millis;
use crate::base::load::LoadError;
use crate::base::platform::Platform;

/// A kind of record with a JSON form.
pub trait Document: Sized {
    /// The JSON that is stored.
    fn to_document(&self) -> Value;

    /// The record a stored document describes, or `None` where a member is missing or of the wrong type.
    fn from_document(document: &Value) -> Option<Self>;

    /// When the row may be swept; `None` for what stays until it is deleted. It says nothing about whether the record
    /// still counts: that is asked of the record, and sweeping comes at least an hour later.
    fn sweepable(&self) -> Option<Millis> {
        None
    }
}

/// How much longer than it counts a row stays: clocks differ, and one set back must not make good again what was used.
pub const SWEEP_MARGIN_SECONDS: i64 = 3600;

/// A record as it was read.
#[derive(Clone, Debug)]
pub struct Stored<T> {
    /// Where it lies.
    pub key: String,
    /// What it was when read.
    pub version: Version,
    /// The record itself.
    pub value: T,
}

impl<T> Stored<T> {
    /// That the row is still what was read.
    pub fn unchanged(&self) -> Expect {
        Expect::Version(self.version)
    }
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

/// Batches of records.
pub trait RecordBatch: Sized {
    /// Writes a record over whatever is there, if `expect` holds.
    #[must_use]
    fn record<T: Document>(self, key: Key<T>, expect: Expect, record: &T) -> Self;

    /// Writes a record where there is none.
    #[must_use]
    fn create<T: Document>(self, key: Key<T>, record: &T) -> Self {
        self.record(key, Expect::Absent, record)
    }

    /// Writes a record over the one that was read.
    #[must_use]
    fn replace<T: Document, S: Borrow<T>>(self, stored: &Stored<S>, record: &T) -> Self;

    /// Deletes the record that was read.
    #[must_use]
    fn remove<S>(self, stored: &Stored<S>) -> Self;
}

impl RecordBatch for Batch {
    fn record<T: Document>(self, key: Key<T>, expect: Expect, record: &T) -> Batch {
        put(self, key.into(), expect, record)
    }

    fn replace<T: Document, S: Borrow<T>>(self, stored: &Stored<S>, record: &T) -> Batch {
        put(self, stored.key.clone(), stored.unchanged(), record)
    }

    fn remove<S>(self, stored: &Stored<S>) -> Batch {
        self.delete(stored.key.clone(), stored.unchanged())
    }
}

fn put<T: Document>(batch: Batch, key: String, expect: Expect, record: &T) -> Batch {
    let body = record.to_document().to_string();
    match record.sweepable() {
        Some(Millis(due)) => batch.put_until(key, expect, body, due),
        None => batch.put(key, expect, body),
    }
}

/// Reads the record at `key`.
///
/// # Errors
/// When the store fails or the row is not such a record; a missing row is `Ok(None)`.
pub async fn load<T: Document>(platform: &Platform, key: &Key<T>) -> Result<Option<Stored<T>>, LoadError> {
    load_row(platform, key.as_str()).await
}

/// Reads a record again where it was read before.
///
/// # Errors
/// As [`load`].
pub async fn reload<T: Document>(
    platform: &Platform,
    stored: &Stored<T>,
) -> Result<Option<Stored<T>>, LoadError> {
    load_row(platform, &stored.key).await
}

async fn load_row<T: Document>(platform: &Platform, key: &str) -> Result<Option<Stored<T>>, LoadError> {
    platform.get(key).await?.map(decode).transpose()
}

/// The record in a row that the platform returned.
///
/// # Errors
/// When the row is not such a record.
pub fn decode<T: Document>(row: Row) -> Result<Stored<T>, LoadError> {
    serde_json::from_str::<Value>(&row.body)
        .ok()
        .and_then(|document| T::from_document(&document))
        .map(|value| Stored {
            key: row.key.clone(),
            version: row.version,
            value,
        })
        .ok_or_else(|| LoadError::corrupt(row.key))
}

/// A string member.
pub(super) fn text(document: &Value, member: &str) -> Option<String> {
    document.get(member)?.as_str().map(str::to_owned)
}

/// A member that names a security epoch; a user's first one is not written.
pub(super) fn epoch(document: &Value, member: &str) -> Option<u64> {
    match document.get(member) {
        None => Some(0),
        Some(epoch) => epoch.as_u64(),
    }
}

/// An integer member.
pub(super) fn integer(document: &Value, member: &str) -> Option<i64> {
    document.get(member)?.as_i64()
}
