//! Rows that a request is going to need, read in one round trip.
//!
//! What is looked up where it is needed is one call to the store for each row, which on an engine elsewhere is a wait for
//! the network each. A step of a sign-in knows most of its keys from the request alone, so it has their rows read together
//! before it begins; the code that needs a row asks for it as ever and finds it here.
//!
//! A row is handed out once. Who reads it again (after a lost race, or after a function that ran elsewhere) reads the
//! store, and what was read here is checked at commit like any other row, by its version.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use poolhouse_store::Row;

/// What was found at a key: the row as the store returned it, or that there is none.
type Found = (String, Option<Row>);

/// What was read and not asked for yet.
#[derive(Clone, Default)]
pub struct Ahead(Arc<Mutex<Vec<Found>>>);

impl Ahead {
    /// Keeps what was found at a key.
    pub(super) fn keep(&self, key: String, row: Option<Row>) {
        self.rows().push((key, row));
    }

    /// Whether the key was read and not asked for yet.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.rows().iter().any(|(held, _)| held == key)
    }

    /// Hands out what was found at a key; `None` if nobody looked.
    pub(super) fn take(&self, key: &str) -> Option<Option<Row>> {
        let mut rows = self.rows();
        let index = rows.iter().position(|(held, _)| held == key)?;
        Some(rows.swap_remove(index).1)
    }

    fn rows(&self) -> MutexGuard<'_, Vec<Found>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
