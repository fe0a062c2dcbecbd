//! The key that stands in KMS's place for codes that a function of a pool sends.
//!
//! It is made from the key file, the pool and its `KMSKeyID`, so there is nothing to store, a rotation of the master key leaves it
//! as it is, and another `KMSKeyID` is another key.

use zeroize::Zeroizing;

use crate::base::platform::Platform;
use crate::records::PoolRecord;

/// `keyNamespace` of a raw AES keyring for such a key.
pub const NAMESPACE: &str = "poolhouse";
/// The member of a code's encryption context that names the pool.
pub const POOL: &str = "userpool-id";

/// What a pool's codes for senders are encrypted with.
pub struct SenderKey {
    /// `KMSKeyID`: the key's name.
    pub name: String,
    /// The key.
    pub key: Zeroizing<[u8; 32]>,
}

/// The pool's; `None` without a `KMSKeyID`.
pub fn of(platform: &Platform, pool: &PoolRecord) -> Option<SenderKey> {
    let name = pool.lambda(|lambdas| lambdas.kms_key_id.clone())?;
    let plain = format!("{}/{name}", pool.id());
    let key = platform.name("custom sender key", plain.as_bytes());
    Some(SenderKey {
        name,
        key: Zeroizing::new(key),
    })
}
