//! Where everything lies in the store. The order of keys is the order of scans, so a prefix is an index; whatever
//! must be unique is a key of its own, written with `Expect::Absent`.
//!
//! | key | holds |
//! |---|---|
//! | `pool/POOL` | a user pool: its settings and its sealed seed |
//! | `pool-keys/POOL` | the pool's two signing keys, sealed |
//! | `client/POOL/CLIENT` | an app client |
//! | `client-pool/CLIENT` | the pool of an app client: unsigned calls name only the client |
//! | `user/POOL/USERNAME` | a user; USERNAME as compared, so lower case in a case-insensitive pool |
//! | `sub/POOL/SUB` | the username behind a `sub` |
//! | `alias/POOL/KIND/VALUE` | the username that an e-mail address, phone number or preferred username signs in |
//! | `lockout/POOL/WHO` | wrong passwords in a row |
//! | `quota/POOL/SUB/OPERATION` | how often a user has called an operation that has an hourly limit |
//! | `ledger/POOL/SUB` | the exact counters of confirm codes |
//! | `session/EXPIRY/DIGEST` | a sign-in in progress, or the note that a `SECRET_BLOCK` was used; ordered by expiry, so that sweeping reads only what is due |
//! | `refresh/POOL/SUB/ORIGIN_JTI` | a refresh token and the tokens descended from it |
//! | `outbox/DUE/ID` | a mail to be sent, its payload sealed; ordered by when it is due |
//! | `deleting/POOL` | a deleted pool that still has rows to be deleted |
//! | `meta/seal` | a known text, sealed: opens only with the key that everything else was sealed with |
//! | `access-key/ID` | an access key of the admin API, its secret sealed |

use crate::base::clock::Millis;

/// `pool/POOL`
pub fn pool(pool_id: &str) -> String {
    format!("pool/{pool_id}")
}

/// `pool-keys/POOL`
pub fn pool_keys(pool_id: &str) -> String {
    format!("pool-keys/{pool_id}")
}

/// `client/POOL/CLIENT`
pub fn client(pool_id: &str, client_id: &str) -> String {
    format!("client/{pool_id}/{client_id}")
}

/// Prefix of all pools' app clients.
pub const ALL_CLIENTS: &str = "client/";

/// Prefix of a pool's app clients.
pub fn clients(pool_id: &str) -> String {
    format!("client/{pool_id}/")
}

/// `client-pool/CLIENT`
pub fn client_pool(client_id: &str) -> String {
    format!("client-pool/{client_id}")
}

/// `user/POOL/USERNAME`, with the username as the pool compares it.
pub fn user(pool_id: &str, compared_username: &str) -> String {
    format!("user/{pool_id}/{compared_username}")
}

/// Prefix of a pool's users.
pub fn users(pool_id: &str) -> String {
    format!("user/{pool_id}/")
}

/// `sub/POOL/SUB`
pub fn sub(pool_id: &str, sub: &str) -> String {
    format!("sub/{pool_id}/{sub}")
}

/// `alias/POOL/KIND/VALUE`; `kind` is the attribute's name, `value` as the pool compares it.
pub fn alias(pool_id: &str, kind: &str, value: &str) -> String {
    format!("alias/{pool_id}/{kind}/{value}")
}

/// Prefix of the counts of wrong passwords.
pub const LOCKOUTS: &str = "lockout/";

/// `lockout/POOL/WHO`; `who` is the `sub`, or a digest of the name typed where no such user exists.
pub fn lockout(pool_id: &str, who: &str) -> String {
    format!("lockout/{pool_id}/{who}")
}

/// Prefix of the hourly limits' counts.
pub const QUOTAS: &str = "quota/";

/// `quota/POOL/SUB/OPERATION`
pub fn quota(pool_id: &str, sub: &str, operation: &str) -> String {
    format!("quota/{pool_id}/{sub}/{operation}")
}

/// Prefix of the ledgers.
pub const LEDGERS: &str = "ledger/";

/// `ledger/POOL/SUB`
pub fn ledger(pool_id: &str, sub: &str) -> String {
    format!("ledger/{pool_id}/{sub}")
}

/// Prefix of the sign-ins in progress.
pub const SESSIONS: &str = "session/";

/// `session/EXPIRY/DIGEST`
pub fn session(expires: Millis, digest: &str) -> String {
    format!("session/{:013}/{digest}", expires.0)
}

/// Prefix of the refresh tokens.
pub const REFRESH_TOKENS: &str = "refresh/";

/// `refresh/POOL/SUB/ORIGIN_JTI`
pub fn refresh(pool_id: &str, sub: &str, origin_jti: &str) -> String {
    format!("refresh/{pool_id}/{sub}/{origin_jti}")
}

/// Prefix of one user's refresh tokens.
pub fn refresh_of(pool_id: &str, sub: &str) -> String {
    format!("refresh/{pool_id}/{sub}/")
}

/// Prefix of the outbox.
pub const OUTBOX: &str = "outbox/";

/// `outbox/DUE/ID`
pub fn outbox(due: Millis, id: &str) -> String {
    format!("{OUTBOX}{:013}/{id}", due.0)
}

/// `deleting/POOL`
pub fn deleting(pool_id: &str) -> String {
    format!("deleting/{pool_id}")
}

/// Prefixes of everything that belongs to a pool but its own row and its signing keys.
pub fn of_pool(pool_id: &str) -> [String; 8] {
    [
        "client", "user", "sub", "alias", "lockout", "quota", "ledger", "refresh",
    ]
    .map(|kind| format!("{kind}/{pool_id}/"))
}

/// The id of the app client whose row this is; `None` for every other row.
pub fn client_of(key: &str) -> Option<&str> {
    key.strip_prefix("client/")?
        .split_once('/')
        .map(|(_, client_id)| client_id)
}

/// Prefix of the access keys.
pub const ACCESS_KEYS: &str = "access-key/";

/// `access-key/ID`
pub fn access_key(id: &str) -> String {
    format!("{ACCESS_KEYS}{id}")
}

/// `meta/seal`
pub const SEAL: &str = "meta/seal";
