//! Names that mean a user beside the username, and how a pool compares them.

use super::PoolRecord;

/// Which attribute a sign-in name would be the value of, judged by its form.
pub fn alias_kind(name: &str) -> &'static str {
    if name.contains('@') {
        "email"
    } else if name.starts_with('+') {
        "phone_number"
    } else {
        "preferred_username"
    }
}

/// Whether users of the pool can sign in with this attribute's value.
pub fn signs_in_by(pool: &PoolRecord, kind: &str) -> bool {
    let mut attributes = pool.alias_attributes().chain(pool.username_attributes());
    attributes.any(|attribute| attribute == kind)
}

/// An alias as the pool compares it: addresses are one mailbox however they are capitalised in a case-insensitive pool.
pub fn compared_alias(pool: &PoolRecord, kind: &str, value: &str) -> String {
    if kind == "phone_number" {
        value.to_owned()
    } else {
        pool.compared(value)
    }
}
