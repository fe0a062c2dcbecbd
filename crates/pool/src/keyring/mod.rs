//! Keys: where the key ring is kept, a pool's signing keys, the operator's access keys, and the keys that function processes are lent.

pub mod access;
pub mod functions;
pub mod place;
pub mod policy;
pub mod sender_key;
pub mod signing;

pub use functions::{FunctionCredentials, FunctionKey, FunctionKeys};
pub use place::{Change, KeyPlace};
pub use signing::{FreshKeys, KeySource, PoolKeys, SigningKeys};
