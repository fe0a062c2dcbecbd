//! A clock that stands still until it is told to go on.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::base::clock::{Clock, Millis};

/// 2026-01-02T03:04:05Z
const START: i64 = 1_767_323_045_000;

/// A clock that only tests move.
pub struct FrozenClock {
    now: AtomicI64,
    /// How much time has passed, which setting the clock changes nothing of.
    ran: AtomicI64,
}

impl Default for FrozenClock {
    fn default() -> FrozenClock {
        FrozenClock {
            now: AtomicI64::new(START),
            ran: AtomicI64::new(0),
        }
    }
}

impl FrozenClock {
    /// Time passes.
    pub fn advance_seconds(&self, seconds: i64) {
        self.ran.fetch_add(seconds * 1000, Ordering::SeqCst);
        self.now.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Is set to a moment, forward or back.
    pub fn set(&self, now: Millis) {
        self.now.store(now.0, Ordering::SeqCst);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> Millis {
        Millis(self.now.load(Ordering::SeqCst))
    }

    fn ran(&self) -> Millis {
        Millis(self.ran.load(Ordering::SeqCst))
    }
}
