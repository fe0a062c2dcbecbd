//! Where the key ring is kept: a file, or in tests a value that fails when it is told to.

use std::io;

use crate::base::key_ring::KeyRing;

/// What a change makes of a ring.
pub type Change<'a> = &'a (dyn Fn(&mut KeyRing) + Send + Sync);

/// Keeps the key ring. Its methods may block for as long as a disk takes.
pub trait KeyPlace: Send + Sync + 'static {
    /// The ring, if it may have changed since the last call.
    ///
    /// # Errors
    /// When it cannot be read.
    fn changed(&self) -> io::Result<Option<KeyRing>>;

    /// Replaces the ring by what `change` makes of it, whole or not at all, and answers when it is on disk. `Ok(None)` while
    /// another program works with the ring as it is; then nothing has changed, and it is to be asked again.
    ///
    /// # Errors
    /// When it cannot be read or written. It may have been replaced all the same.
    fn change(&self, change: Change<'_>) -> io::Result<Option<KeyRing>>;
}
