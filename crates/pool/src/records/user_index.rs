//! The rows by which a user is found: derived from the user's document by one function, which writing and deleting share.
//!
//! A username and the names that sign a user in beside it are unique, and the store keeps them so. The other rows say
//! which users have a value of an attribute that `ListUsers` filters by, and who is in a group.

use std::collections::{BTreeMap, BTreeSet};

use poolhouse_api::shapes::UserStatusType;
use poolhouse_store::{Batch, Expect, Row};
use serde_json::Value;

use super::document::{Document, decode};
use super::key::{Directory, Key};
use super::linked_identity::LinkedIdentity;
use super::{PoolRecord, Reference, UserRecord};
use crate::base::load::LoadError;

/// Bytes of a value that its index row carries; who looks for a longer one compares the rest with the document.
const INDEXED_BYTES: usize = 256;
/// Stands between value and `sub`. Values that hold it are found all the same: it stands once more at the end.
const BEFORE_SUB: char = '\u{1}';
/// The attributes by which users are listed, besides the username, which has a row of its own.
pub const LISTED_BY: [&str; 9] = [
    "sub",
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "cognito:user_status",
    "status",
];

/// All index rows of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IndexRows {
    /// Unique rows, with what is to be said when another user has one.
    pub unique: BTreeMap<String, UniqueName>,
    /// Rows that many users may have beside each other.
    pub listed: BTreeSet<String>,
}

/// What a row of [`IndexRows::listed`] holds: nothing but that it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed;

impl Document for Listed {
    fn to_document(&self) -> Value {
        Value::from(1)
    }

    fn from_document(document: &Value) -> Option<Listed> {
        (*document == 1).then_some(Listed)
    }
}

/// Adds such a row to a batch.
#[must_use]
pub fn list(batch: Batch, key: &str) -> Batch {
    batch.put(key, Expect::Any, Listed.to_document().to_string())
}

/// Which index rows users have: a database of an older version lacks some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexVersion(i64);

impl IndexVersion {
    /// To be raised whenever [`rows`] gives users a row that they did not have.
    pub const CURRENT: IndexVersion = IndexVersion(1);

    /// Where the database's version stands.
    pub fn key() -> Key<IndexVersion> {
        Key::listed(Directory::Meta, "user-index")
    }
}

impl Document for IndexVersion {
    fn to_document(&self) -> Value {
        Value::from(self.0)
    }

    fn from_document(document: &Value) -> Option<IndexVersion> {
        document.as_i64().map(IndexVersion)
    }
}

/// What kind of name a unique row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UniqueName {
    /// The username.
    Username,
    /// The value of this attribute.
    Alias(&'static str),
    /// Who the user is at an identity provider.
    Identity,
}

/// The index rows of a user.
///
/// In a pool that signs in by address, the address counts at once. In a pool with aliases an address counts once it is
/// verified, and a preferred username once the user is confirmed. Nobody signs in here as the profile of an identity provider's
/// user, so none of its attributes is a name: whoever has an address here keeps it, whatever a provider says of its own users.
pub fn rows(pool: &PoolRecord, user: &UserRecord) -> IndexRows {
    let counted = pool.alias_attributes().filter(|kind| match *kind {
        "email" => user.attribute("email_verified") == Some("true"),
        "phone_number" => user.attribute("phone_number_verified") == Some("true"),
        _ => user.status != UserStatusType::Unconfirmed,
    });
    let aliases = pool.username_attributes().chain(counted).filter_map(|kind| {
        let key = alias_key(pool, kind, user.attribute(kind)?);
        Some((key.into(), UniqueName::Alias(kind)))
    });
    let aliases = aliases.filter(|_| !user.is_external());
    let username = (name_key(pool, &user.username).into(), UniqueName::Username);
    let listed = LISTED_BY.into_iter().filter_map(|attribute| {
        Some(listed_key(
            pool,
            attribute,
            listed_value(user, attribute)?,
            &user.sub,
        ))
    });
    let memberships = user.groups.values().map(|id| {
        let username = beginning(&pool.compared(&user.username));
        format!("{}{username}{BEFORE_SUB}{}", members(pool.id(), id), user.sub)
    });
    let identities = user.identities.iter().map(|linked| {
        let key = LinkedIdentity::key(pool.id(), &linked.provider_id, &linked.attribute, &linked.value);
        (key.into(), UniqueName::Identity)
    });
    IndexRows {
        unique: aliases.chain([username]).chain(identities).collect(),
        listed: listed.chain(memberships).collect(),
    }
}

/// What a user is listed by, if it has it.
pub fn listed_value<'a>(user: &'a UserRecord, attribute: &str) -> Option<&'a str> {
    match attribute {
        "cognito:user_status" => Some(user.status.as_str()),
        "status" => Some(if user.enabled { "Enabled" } else { "Disabled" }),
        name => user.attribute(name),
    }
}

/// A value as it is compared where users are listed by it: an address and a username as where they sign somebody in, a
/// status whatever its case, everything else as it is.
pub fn compared(pool: &PoolRecord, attribute: &str, value: &str) -> String {
    match attribute {
        "username" | "email" | "preferred_username" => pool.compared(value),
        "cognito:user_status" => value.to_uppercase(),
        _ => value.to_owned(),
    }
}

/// `p/POOL/name/USERNAME`
pub fn name_key(pool: &PoolRecord, username: &str) -> Key<Reference> {
    Key::of_pool(pool.id(), format_args!("name/{}", pool.compared(username)))
}

/// `p/POOL/alias/KIND/VALUE`
pub fn alias_key(pool: &PoolRecord, kind: &str, value: &str) -> Key<Reference> {
    let value = compared_alias(pool, kind, value);
    Key::of_pool(pool.id(), format_args!("alias/{kind}/{value}"))
}

/// What the rows begin with of the users whose value of the attribute begins with `value`.
pub fn listed_prefix(pool: &PoolRecord, attribute: &str, value: &str) -> String {
    let value = compared(pool, attribute, value);
    let beginning = beginning(&value);
    Key::<Reference>::of_pool(pool.id(), format_args!("by/{attribute}/{beginning}")).into()
}

/// What the rows begin with of the users who have exactly this value, as far as a row carries it.
pub fn listed_exactly(pool: &PoolRecord, attribute: &str, value: &str) -> String {
    let mut prefix = listed_prefix(pool, attribute, value);
    if compared(pool, attribute, value).len() <= INDEXED_BYTES {
        prefix.push(BEFORE_SUB);
    }
    prefix
}

/// What the rows begin with of the users in the group with this id, who lie in the order of their usernames.
pub fn members(pool_id: &str, group_id: &str) -> String {
    Key::<Listed>::of_pool(pool_id, format_args!("member/{group_id}/")).into()
}

/// What the rows begin with of the usernames that begin with `beginning`.
pub fn name_prefix(pool: &PoolRecord, beginning: &str) -> String {
    name_key(pool, &beginning.replace('\0', "")).into()
}

/// The `sub` of the user whose index row this is: it stands at the end of the key, or the row refers to it.
///
/// # Errors
/// When it is no index row.
pub fn holder(row: &Row) -> Result<String, LoadError> {
    if let Some((_, sub)) = row.key.rsplit_once(BEFORE_SUB) {
        return Ok(sub.to_owned());
    }
    decode::<Reference>(row.clone()).map(|stored| stored.value.0)
}

fn listed_key(pool: &PoolRecord, attribute: &str, value: &str, sub: &str) -> String {
    format!("{}{BEFORE_SUB}{sub}", listed_prefix(pool, attribute, value))
}

/// As much of a value as fits into a row's key; NUL, which no key holds, is left out.
fn beginning(value: &str) -> String {
    let end = value.floor_char_boundary(INDEXED_BYTES);
    value[..end].replace('\0', "")
}

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
fn compared_alias(pool: &PoolRecord, kind: &str, value: &str) -> String {
    if kind == "phone_number" {
        value.to_owned()
    } else {
        pool.compared(value)
    }
}
