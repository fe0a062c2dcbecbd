//! What happens in one transaction.

use std::time::Duration;

use rusqlite::Connection;

use super::fault;
use super::health::Health;
use super::rows::{self, Place};
use crate::batch::Write;
use crate::{Batch, CommitError, StoreError, Version};

/// What one caller is told.
pub(super) type Answer = Result<(), CommitError>;

/// The connection that writes, as long as it is open.
pub(super) struct Open {
    connection: Connection,
    /// Whether commits are synced.
    synced: bool,
}

impl Open {
    /// Around a connection whose commits are synced.
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            synced: true,
        }
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Begins a transaction, which [`transact`](Self::transact) or [`sweep`](Self::sweep) ends.
    pub(super) fn begin(
        &mut self,
        health: &Health,
        patience: Duration,
        synced: bool,
    ) -> Result<(), StoreError> {
        health.check_fence()?;
        if self.synced != synced {
            rows::set_synced(&self.connection, synced).map_err(fault::classify)?;
            self.synced = synced;
        }
        rows::begin(&self.connection, patience).map_err(|error| {
            let error = fault::classify(error);
            match self.leave(health) {
                true => error,
                false => StoreError::Fenced,
            }
        })
    }

    /// Applies `first` and as many more as `next` has, and commits them.
    pub(super) fn transact(
        &mut self,
        health: &Health,
        first: (Batch, Version),
        next: &mut dyn FnMut() -> Option<(Batch, Version)>,
    ) -> Result<Vec<Answer>, CommitError> {
        let mut answers = Vec::new();
        let mut batch = Some(first);
        while let Some((present, version)) = batch {
            match self.apply(&present, version) {
                Ok(answer) => answers.push(answer),
                Err(error) => return Err(self.abandon(health, error).into()),
            }
            batch = next();
        }
        self.commit(health)?;
        Ok(answers)
    }

    /// Deletes rows that are due, and commits that.
    pub(super) fn sweep(&mut self, health: &Health, due: i64, at_most: usize) -> Result<usize, StoreError> {
        let deleted =
            rows::sweep(&self.connection, due, at_most).map_err(|error| self.abandon(health, error))?;
        match self.commit(health) {
            Ok(()) => Ok(deleted),
            Err(CommitError::Store(error) | CommitError::Uncertain(error)) => Err(error),
            // A COMMIT meets no expectation.
            Err(CommitError::Conflict { .. }) => Err(StoreError::Fenced),
        }
    }

    /// Checks the batch against the rows as the transaction has them, then applies it: whole or, on a conflict, not at
    /// all, so that nothing has to be taken back.
    fn apply(&self, batch: &Batch, version: Version) -> rusqlite::Result<Answer> {
        let connection = &self.connection;
        let mut places = Vec::new();
        for (key, step) in batch.steps() {
            if !step.is_conditional() {
                places.push(Place::Unknown);
                continue;
            }
            let found = rows::find(connection, key)?;
            if !step.holds(found.map(|(version, _)| version)) {
                return Ok(Err(CommitError::Conflict { key: key.to_owned() }));
            }
            places.push(found.map_or(Place::Nowhere, |(_, table)| Place::In(table)));
        }
        for ((key, step), place) in batch.steps().zip(places) {
            match &step.write {
                Some(Write::Put { body, expires }) => {
                    rows::put(connection, key, version, body, *expires, place)?;
                }
                Some(Write::Delete) => rows::delete(connection, key, place)?,
                None => {}
            }
        }
        Ok(Ok(()))
    }

    /// Commits the transaction. After a failure that SQLite cannot have survived unwritten, nobody knows what is in the
    /// file.
    fn commit(&mut self, health: &Health) -> Result<(), CommitError> {
        rows::commit(&self.connection).map_err(|error| match fault::classify_commit(error) {
            StoreError::Fenced => {
                health.fence();
                self.leave(health);
                CommitError::Uncertain(StoreError::Fenced)
            }
            error if self.leave(health) => error.into(),
            _ => StoreError::Fenced.into(),
        })
    }

    /// Leaves a transaction in which a statement failed, and says what its callers are told.
    fn abandon(&self, health: &Health, error: rusqlite::Error) -> StoreError {
        match self.leave(health) {
            true => fault::classify(error),
            false => StoreError::Fenced,
        }
    }

    /// Leaves whatever transaction there is, uncommitted. One that cannot be left must never be committed.
    fn leave(&self, health: &Health) -> bool {
        // After some errors SQLite has rolled back by itself.
        let left = self.connection.is_autocommit() || rows::rollback(&self.connection).is_ok();
        if !left {
            health.fence();
        }
        left
    }
}
