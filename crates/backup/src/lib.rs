//! Backups of a store, sealed, and copies from one store to another, checked.
//!
//! Both know rows and nothing of what they say. A backup is [written](write) from one state of the store while commits go on, and
//! [read](Reader) from its beginning; what is in it and where it ends is authenticated. A [copy](copy::copy) may be interrupted and
//! begun anew at any time: it writes what differs.
//!
//! | of a backup | |
//! |---|---|
//! | `poolhouse-backup 1` and a line feed | |
//! | 4 bytes | the length of the head, big-endian |
//! | the head | JSON: when it was made, and for whom it is sealed |
//! | again and again: 4 bytes, and as many | a piece of the content, [sealed](poolhouse_crypto::stream) with a key that the head's digest is part of |
//!
//! The content is a line for each row, in the order of keys: `[key, expiry or null, body]`; and a last one with the number of rows and
//! their [digest](Digest).

pub mod copy;
mod digest;
mod error;
mod head;
mod read;
mod seal;
mod write;

pub use digest::{Digest, Summary};
pub use error::BackupError;
pub use head::SealedFor;
pub use read::Reader;
pub use seal::{Opening, Sealing};
pub use write::write;
