//! The last trouble with the database: what those are told who waited in vain.

use std::sync::{Mutex, PoisonError};

use super::fault::silent;
use crate::StoreError;

/// Why the database could not be asked, the last time that it could not.
#[derive(Default)]
pub(super) struct Last(Mutex<Option<StoreError>>);

impl Last {
    pub(super) fn set(&self, error: StoreError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }

    /// It, or that there was no answer.
    pub(super) fn get(&self) -> StoreError {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        last.unwrap_or_else(silent)
    }
}
