//! What the store holds, as types: one file per kind of record, `key.rs` for where each lies.
//!
//! A record knows its key and its JSON form and nothing of the API's errors; "not there" is `Ok(None)`. Members that
//! must not be readable in a copy of the database are sealed under the record's own key as associated data, so that a
//! sealed value moved to another row does not open.

pub mod access_key;
pub mod client;
pub mod code;
pub mod counter;
pub mod decoded;
pub mod deleting;
pub mod disband;
pub mod document;
pub mod door;
pub mod group;
pub mod group_count;
pub mod key;
pub mod key_ages;
pub mod known_groups;
pub mod ledger;
pub mod lockout;
pub mod outbox;
pub mod place;
pub mod pool;
pub mod purge;
pub mod quota;
pub mod reference;
pub mod refresh;
pub mod remembered;
pub mod restored;
pub mod risk;
pub mod safeguards;
pub mod seal;
pub mod sealed;
pub mod server_keys;
pub mod session;
pub mod session_settings;
pub mod signing_keys;
pub mod suppressed;
pub mod user;
pub mod user_index;
pub mod user_sessions;
pub mod wrong_codes;

pub use access_key::AccessKeyRecord;
pub use client::{ClientRecord, ClientSecret};
pub use code::CodeRecord;
pub use counter::CounterRecord;
pub use decoded::Decoded;
pub use deleting::{Deleted, Deleting};
pub use document::{Document, RecordBatch, Stored, load};
pub use door::Door;
pub use group::GroupRecord;
pub use group_count::GroupCount;
pub use key::Key;
pub use known_groups::KnownGroups;
pub use ledger::LedgerRecord;
pub use lockout::Failures;
pub use place::{Place, PlacesRecord};
pub use pool::PoolRecord;
pub use quota::Used;
pub use reference::Reference;
pub use refresh::RefreshRecord;
pub use remembered::Remembered;
pub use restored::Restored;
pub use risk::{NoRange, Risk};
pub use safeguards::Safeguards;
pub use server_keys::{KeysInUse, ServerKeys};
pub use session::{AnsweredBlock, SessionRecord};
pub use session_settings::SessionSettings;
pub use signing_keys::SigningKeysRecord;
pub use suppressed::Suppression;
pub use user::UserRecord;
pub use user_sessions::{UserSession, UserSessions};
pub use wrong_codes::WrongCodes;
