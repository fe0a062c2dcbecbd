//! What the tests share.

use std::sync::atomic::{AtomicU64, Ordering};

use poolhouse_crypto::{Entropy, sha256};

/// Random bytes that are the same in every run.
pub struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let block = sha256(&[&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes()]);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// Those that begin with this seed.
pub fn entropy(seed: u64) -> Seeded {
    Seeded(AtomicU64::new(seed))
}
