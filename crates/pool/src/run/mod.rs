//! Putting a pool together, and its work in the background.

pub mod reindex;
pub mod start;
pub mod sweeper;

pub use reindex::reindex;
pub use start::{Parts, assemble, confirm_keys};
pub use sweeper::Sweeper;
