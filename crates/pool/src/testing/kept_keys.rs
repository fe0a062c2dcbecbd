//! The key file of a test: a value that can be told to fail.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::key_ring::KeyRing;
use crate::keyring::{Change, KeyPlace};

/// What becomes of the next change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It fails, and nothing is written.
    Before,
    /// It is written, and fails.
    After,
    /// Another program works with the keys.
    Busy,
}

/// Keeps a ring in memory.
pub struct KeptKeys(Mutex<State>);

struct State {
    ring: KeyRing,
    seen: Option<KeyRing>,
    trouble: Option<Trouble>,
    changes: usize,
}

impl KeptKeys {
    /// With this ring.
    pub fn new(ring: KeyRing) -> KeptKeys {
        KeptKeys(Mutex::new(State {
            ring,
            seen: None,
            trouble: None,
            changes: 0,
        }))
    }

    /// The ring as it is.
    pub fn ring(&self) -> KeyRing {
        self.state().ring.clone()
    }

    /// Changes the ring as a command does.
    pub fn command(&self, change: impl FnOnce(&mut KeyRing)) {
        change(&mut self.state().ring);
    }

    /// Gives the next change trouble.
    pub fn trouble(&self, trouble: Trouble) {
        self.state().trouble = Some(trouble);
    }

    /// How many changes a server has made, those that failed after they were written included.
    pub fn changes(&self) -> usize {
        self.state().changes
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyPlace for KeptKeys {
    fn changed(&self) -> io::Result<Option<KeyRing>> {
        let mut state = self.state();
        let ring = state.ring.clone();
        let seen = state.seen.replace(ring.clone());
        Ok(Some(ring).filter(|ring| seen.as_ref() != Some(ring)))
    }

    fn change(&self, change: Change<'_>) -> io::Result<Option<KeyRing>> {
        let mut state = self.state();
        let trouble = state.trouble.take();
        match trouble {
            Some(Trouble::Before) => return Err(io::Error::other("the disk is full")),
            Some(Trouble::Busy) => return Ok(None),
            Some(Trouble::After) | None => {}
        }
        let mut ring = state.ring.clone();
        change(&mut ring);
        state.ring = ring.clone();
        state.changes += 1;
        match trouble {
            Some(_) => Err(io::Error::other("the answer was lost")),
            None => Ok(Some(ring)),
        }
    }
}
