//! Stores for tests of the code above the store.
//!
//! Each wraps another store and keeps all its promises but the one it is there to break. They can be stacked: a
//! `Hooked<Losing<Memory>>` does both, and [`Hooked::inner`] leads from one to the next.
//!
//! - [`Hooked`] lets something happen between an operation's reads and its commit.
//! - [`Losing`] loses the answers of commits.
//! - [`Counting`] counts calls, that is, round trips.
//! - [`linear::Recorded`] writes down what its clients hear, for [`linear::judge`].
//!
//! [`WriteFresh::write`] commits without the randomness that a test does not have.

mod counting;
mod hooked;
pub mod linear;
mod losing;

use std::sync::atomic::{AtomicU64, Ordering};

pub use counting::{Counting, Counts};
pub use hooked::Hooked;
pub use losing::{Losing, Loss, Lost};

use crate::{Batch, BoxFuture, CommitError, Store, Version};

/// A version that this process has not had before: for tests, which have no randomness to spend.
pub fn fresh_version() -> Version {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    // A full-period mixer: in no order, as versions are, and none comes twice.
    let mut z = DRAWN
        .fetch_add(1, Ordering::Relaxed)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    Version::from_bytes((z ^ (z >> 31)).to_be_bytes())
}

/// Commits of tests, each at a version of its own.
pub trait WriteFresh: Store {
    /// Commits the batch at a [`fresh_version`], and answers that.
    fn write(&self, batch: Batch) -> BoxFuture<'_, Result<Version, CommitError>> {
        let version = fresh_version();
        let commit = self.commit(batch, version);
        Box::pin(async move { commit.await.map(|()| version) })
    }
}

impl<S: Store + ?Sized> WriteFresh for S {}
