//! Putting a pool together, and its work in the background.

pub mod exposition;
pub mod generation;
pub mod importer;
pub mod nodes;
pub mod reindex;
pub mod resealing;
pub mod restoration;
pub mod rotation;
pub mod servers;
pub mod start;
pub mod sweeper;
pub mod timekeeper;

pub use importer::Importer;
pub use reindex::reindex;
pub use rotation::Rotation;
pub use servers::Servers;
pub use start::{Parts, assemble};
pub use sweeper::Sweeper;
pub use timekeeper::Timekeeper;
