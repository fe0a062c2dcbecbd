//! What the store holds, as types: one file per kind of record, `keys.rs` for where each lies.
//!
//! A record knows its key and its JSON form and nothing of the API's errors; "not there" is `Ok(None)`. Members that
//! must not be readable in a copy of the database are sealed under the record's own key as associated data, so that a
//! sealed value moved to another row does not open.

pub mod access_key;
pub mod alias;
pub mod client;
pub mod decoded;
pub mod document;
pub mod keys;
pub mod pool;
pub mod reference;
pub mod refresh;
pub mod remembered;
pub mod session;
pub mod user;

pub use access_key::AccessKeyRecord;
pub use client::ClientRecord;
pub use decoded::Decoded;
pub use document::{Corrupt, Document, Stored, load};
pub use pool::PoolRecord;
pub use refresh::RefreshRecord;
pub use remembered::Remembered;
pub use session::SessionRecord;
pub use user::UserRecord;
