//! The store: ordered text keys, JSON documents, compare-and-set batches.
//!
//! A few calls carry everything above them: [`Store::get`], [`Store::get_many`], [`Store::scan`] and [`Store::commit`]. A
//! batch is applied whole or not at all, and each of its steps may state what the row must look like for the batch to be
//! valid. Every invariant of the pool is therefore *a key*: an email address is unique because its key is put with
//! [`Expect::Absent`], a code is used once because it is deleted at the version at which it was read. No invariant
//! rests on a range read, so any engine whose default isolation is READ COMMITTED can hold them all.
//!
//! Rules every engine keeps, and one suite for all engines (feature `suite`) proves:
//! - Keys are ordered by their UTF-8 bytes, which is the order of their code points (on PostgreSQL: collation `"C"`).
//! - A row carries the [version](Version) of the batch that wrote it last. Versions are drawn at random, so none comes back,
//!   not even when the row was deleted in between.
//! - A commit is answered when it is durable, unless its batch is [deferred](Batch::deferred), and every reader sees it
//!   from then on. Durable are always the first so many commits, never a later one without an earlier one.
//! - A reader sees whole batches only, within one call, or one [`Snapshot`].
//! - A row that was [put until](Batch::put_until) some time is there until [`Store::sweep`] takes it, and may be read when
//!   its time is over: an expiry says when a row *may* go, never whether it is valid.
//!
//! The feature `suite` also has, in `testing`, stores for tests of the code above: one that lets something happen
//! right before a commit, one that loses answers, one that counts calls.

mod batch;
mod error;
mod key;
mod memory;
pub mod postgres;
mod scan;
mod settle;
mod sqlite;
#[cfg(feature = "suite")]
pub mod suite;
#[cfg(feature = "suite")]
pub mod testing;
mod version;

use std::pin::Pin;

pub use batch::{Batch, Expect, Row};
pub use error::{CommitError, StoreError};
pub use key::MAX_KEY_BYTES;
pub use memory::Memory;
pub use postgres::Postgres;
pub use scan::Scan;
pub use settle::{Settled, Witness, commit_and_settle, settle};
pub use sqlite::Sqlite;
pub use version::{InvalidVersion, Version};

/// A boxed future, so that [`Store`] can stand behind `dyn`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Ordered text keys with JSON bodies.
///
/// Keys hold 1 to [`MAX_KEY_BYTES`] bytes and no NUL; a call that names any other key answers [`StoreError::Key`].
pub trait Store: Send + Sync + 'static {
    /// The row at `key`, if there is one.
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Row>, StoreError>>;

    /// The rows at all these keys, in the order asked, from one state of the store: a batch is seen in all of them or in
    /// none. A key may be named more than once.
    fn get_many<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Result<Vec<Option<Row>>, StoreError>>;

    /// The rows whose key starts with a prefix, in ascending key order, one page at a time.
    fn scan<'a>(&'a self, scan: Scan) -> BoxFuture<'a, Result<Vec<Row>, StoreError>>;

    /// Applies the whole batch if every expectation in it holds, and answers when it is durable. Every row the batch
    /// wrote carries `version`, which is drawn for this commit alone; or, where a batch writes a single row anew without
    /// changing what it says, is the one that the row has.
    ///
    /// Dropping the future does not undo the batch: it may or may not be applied. The same is true of
    /// [`CommitError::Uncertain`]; after every other error it certainly was not.
    fn commit<'a>(&'a self, batch: Batch, version: Version) -> BoxFuture<'a, Result<(), CommitError>>;

    /// Deletes rows whose expiry is `due` (milliseconds since 1970) or earlier, at most so many, and answers how many it
    /// deleted: fewer than `at_most` when no more was due. The work goes by the index of expiries, in transactions small
    /// enough that commits go on between them, and may be durable only with the next commit.
    ///
    /// An engine that many machines share goes by the clock that they share, too: what that clock says is not due stays.
    ///
    /// A row that was put again in the meantime, with a later expiry or with none, stays. Should the store fail halfway,
    /// what was deleted stays deleted.
    fn sweep(&self, due: i64, at_most: usize) -> BoxFuture<'_, Result<usize, StoreError>>;

    /// What the clock says that machines share which share the store, in milliseconds since 1970; `None` on an engine that one
    /// machine has for itself.
    fn clock(&self) -> BoxFuture<'_, Result<Option<i64>, StoreError>>;

    /// The state of this moment, to be read page by page while commits go on: every batch is in it whole or not at all. For
    /// backups; it should not be kept longer than it takes to read it.
    fn snapshot(&self) -> BoxFuture<'_, Result<Box<dyn Snapshot>, StoreError>>;
}

/// One state of a store.
pub trait Snapshot: Send {
    /// The rows that follow those before, in ascending key order, at most so many. An empty page is the end; after an error
    /// nothing more can be read.
    fn next(&mut self, limit: usize) -> BoxFuture<'_, Result<Vec<Row>, StoreError>>;
}
