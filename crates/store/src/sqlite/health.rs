//! Whether the store may still be asked.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::StoreError;

/// Both conditions last until the process ends.
#[derive(Default)]
pub(super) struct Health {
    fenced: AtomicBool,
    closed: AtomicBool,
}

impl Health {
    /// For callers: whether to begin at all.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.check_fence()?;
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::Closed);
        }
        Ok(())
    }

    /// For the writer, who still finishes what was queued before the store was closed.
    pub(super) fn check_fence(&self) -> Result<(), StoreError> {
        match self.fenced.load(Ordering::Acquire) {
            true => Err(StoreError::Fenced),
            false => Ok(()),
        }
    }

    pub(super) fn fence(&self) {
        self.fenced.store(true, Ordering::Release);
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}
