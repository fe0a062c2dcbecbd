//! How many requests go to one host at a time, so that nobody has this server lean on another.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Requests to one host at a time.
const MOST: usize = 4;

/// The hosts that are being asked.
#[derive(Default)]
pub(super) struct Busy(Mutex<HashMap<String, usize>>);

/// A request's turn, which ends when it is dropped.
pub(super) struct Turn {
    busy: Arc<Busy>,
    host: String,
}

impl Busy {
    fn hosts(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn with this host, if one is free.
    pub(super) fn turn(self: &Arc<Busy>, host: &str) -> Option<Turn> {
        let mut hosts = self.hosts();
        let held = hosts.entry(host.to_owned()).or_default();
        if *held >= MOST {
            return None;
        }
        *held += 1;
        Some(Turn {
            busy: Arc::clone(self),
            host: host.to_owned(),
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut hosts = self.busy.hosts();
        if let Some(held) = hosts.get_mut(&self.host) {
            *held -= 1;
            if *held == 0 {
                hosts.remove(&self.host);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_asked_four_times_at_once_and_forgotten_afterwards() {
        let busy = Arc::new(Busy::default());
        let turns: Vec<Turn> = (0..4).filter_map(|_| busy.turn("a.example:443")).collect();
        assert_eq!(turns.len(), 4);
        assert!(busy.turn("a.example:443").is_none());
        assert!(busy.turn("b.example:443").is_some());
        drop(turns);
        assert!(busy.turn("a.example:443").is_some());
        assert!(busy.hosts().is_empty());
    }
}
