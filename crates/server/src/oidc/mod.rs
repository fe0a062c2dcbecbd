//! What verifiers of tokens need: a pool's signing keys, the tokens themselves, and the discovery documents.

pub mod claims;
pub mod discovery;
pub mod keys;

pub use keys::{PoolKeys, SigningKeys};
