//! The store: ordered text keys, JSON documents, compare-and-set batches.
//!
//! Three calls carry everything above them: [`Store::get`], [`Store::scan`] and [`Store::commit`]. A batch is applied
//! whole or not at all, and each of its steps may state what the row must look like for the batch to be valid. Every
//! invariant of the pool is therefore *a key*: an e-mail address is unique because its key is put with
//! [`Expect::Absent`], a code is used once because it is deleted at the version at which it was read. No invariant
//! rests on a range read, so any engine whose default isolation is READ COMMITTED can hold them all.
//!
//! Rules every engine keeps, and one suite for all engines (feature `suite`) proves:
//! - Keys are ordered by their UTF-8 bytes, which is the order of their code points (on PostgreSQL: collation `"C"`).
//! - A version changes at every write of a row and never comes back, not even when the row was deleted in between.
//! - A commit is answered when it is durable, unless its batch is [deferred](Batch::deferred), and every reader sees it
//!   from then on. Durable are always the first so many commits, never a later one without an earlier one.
//! - A reader sees whole batches only, within one call.

mod batch;
mod error;
mod key;
mod memory;
mod scan;
mod sqlite;
#[cfg(feature = "suite")]
pub mod suite;

use std::pin::Pin;

pub use batch::{Batch, Expect, Row, Version};
pub use error::{CommitError, StoreError};
pub use key::MAX_KEY_BYTES;
pub use memory::Memory;
pub use scan::Scan;
pub use sqlite::Sqlite;

/// A boxed future, so that [`Store`] can stand behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Ordered text keys with JSON bodies.
///
/// Keys hold 1 to [`MAX_KEY_BYTES`] bytes and no NUL; a call that names any other key answers [`StoreError::Key`].
pub trait Store: Send + Sync + 'static {
    /// The row at `key`, if there is one.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>>;

    /// The rows whose key starts with a prefix, in ascending key order, one page at a time.
    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>>;

    /// Applies the whole batch if every expectation in it holds, and answers when it is durable.
    ///
    /// The version returned is new, and every row the batch wrote carries it.
    ///
    /// Dropping the future does not undo the batch: it may or may not be applied. The same is true of every error but
    /// [`CommitError::Conflict`], after which it certainly was not.
    fn commit<'a>(&'a self, batch: Batch) -> BoxFuture<'a, Result<Version, CommitError>>;
}
