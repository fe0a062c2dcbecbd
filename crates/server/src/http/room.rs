//! How much memory the bodies of requests under way may take together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of every body that take no room: a step of a sign-in is smaller, so it gets through whatever large bodies are
/// under way. The connections' own limit bounds these.
pub(super) const FREE: usize = 16 * 1024;

/// The room for all bodies.
#[derive(Debug)]
pub(super) struct Budget {
    bytes: usize,
    taken: Arc<AtomicUsize>,
}

impl Budget {
    /// So many bytes.
    pub fn new(bytes: usize) -> Budget {
        Budget {
            bytes,
            taken: Arc::default(),
        }
    }

    /// Room for a body that takes none yet.
    pub fn room(&self) -> Room {
        Room {
            taken: self.taken.clone(),
            held: 0,
        }
    }

    /// Takes room for a body of so many bytes so far. Returns whether there is any.
    pub fn grow(&self, room: &mut Room, body: usize) -> bool {
        let more = body.saturating_sub(FREE).saturating_sub(room.held);
        let grown = |taken: usize| Some(taken + more).filter(|taken| more == 0 || *taken <= self.bytes);
        let has_grown = self
            .taken
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, grown)
            .is_ok();
        if has_grown {
            room.held += more;
        }
        has_grown
    }
}

/// The room that one body takes, given back when dropped.
#[derive(Debug)]
pub struct Room {
    taken: Arc<AtomicUsize>,
    held: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.taken.fetch_sub(self.held, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_bodies_share_a_budget_and_small_ones_need_none() {
        let budget = Budget::new(100);
        let (mut one, mut other, mut small) = (budget.room(), budget.room(), budget.room());
        assert!(budget.grow(&mut one, FREE + 60));
        assert!(budget.grow(&mut one, FREE + 80));
        assert!(!budget.grow(&mut other, FREE + 21));
        assert!(budget.grow(&mut other, FREE + 20));
        assert!(!budget.grow(&mut other, FREE + 21), "what it holds it keeps");
        assert!(budget.grow(&mut small, FREE));
        drop(one);
        assert!(budget.grow(&mut other, FREE + 100));
        drop((other, small));
        assert_eq!(budget.taken.load(Ordering::Relaxed), 0);
    }
}
