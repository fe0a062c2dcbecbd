//! Randomness that every run repeats.

use std::sync::atomic::{AtomicU64, Ordering};

use poolhouse_crypto::{Entropy, sha256};

/// The same bytes in the same order for the same seed. Never to be used outside of tests.
pub struct SeededEntropy {
    seed: u64,
    blocks: AtomicU64,
}

impl SeededEntropy {
    /// The sequence of this seed, from its beginning.
    pub fn new(seed: u64) -> SeededEntropy {
        SeededEntropy {
            seed,
            blocks: AtomicU64::new(0),
        }
    }
}

impl Entropy for SeededEntropy {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let block = self.blocks.fetch_add(1, Ordering::SeqCst);
            let bytes = sha256(&[&self.seed.to_be_bytes(), &block.to_be_bytes()]);
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
    }
}
