//! Where random bytes come from.

/// A source of random bytes. Keys, salts, nonces and handles are drawn from it, so in production it must be
/// [`OsEntropy`]; tests pass a seeded one.
pub trait Entropy: Send + Sync {
    /// Fills all of `out`. There is no error: a source that cannot answer must not return.
    fn fill(&self, out: &mut [u8]);
}

/// The operating system's generator, through AWS-LC.
#[derive(Debug, Clone, Copy, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    fn fill(&self, out: &mut [u8]) {
        // AWS-LC itself aborts when the system has no randomness to give. Should that ever change, going on with
        // predictable keys would be worse than stopping.
        if aws_lc_rs::rand::fill(out).is_err() {
            std::process::abort();
        }
    }
}
