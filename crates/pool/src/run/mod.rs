//! Putting a pool together, and its work in the background.

pub mod start;
pub mod sweeper;

pub use start::{Parts, assemble};
pub use sweeper::Sweeper;
