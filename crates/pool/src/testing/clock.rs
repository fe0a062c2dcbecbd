//! A clock that stands still until it is told to go on.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::base::clock::{Clock, Millis};

/// 2026-01-02T03:04:05Z
const START: i64 = 1_767_323_045_000;

/// A clock that only tests move.
pub struct FrozenClock(AtomicI64);

impl Default for FrozenClock {
    fn default() -> FrozenClock {
        FrozenClock(AtomicI64::new(START))
    }
}

impl FrozenClock {
    /// Goes forward.
    pub fn advance_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Goes to a moment, forward or back.
    pub fn set(&self, now: Millis) {
        self.0.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Millis {
        Millis(self.0.load(Ordering::SeqCst))
    }
}
