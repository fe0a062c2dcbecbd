//! The names besides username and `sub` that sign a user in.
//!
//! Each is a row `alias/POOL/KIND/VALUE` that refers to the username, so that the store itself keeps two users from
//! having one. Which rows a user has follows from the record alone ([`held`]); whoever changes the record commits the
//! difference with it ([`change`]).

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::UserStatusType;
use poolhouse_store::{Batch, Expect};

use crate::base::error::ApiError;
use crate::records::alias::compared_alias;
use crate::records::document::{Document, load};
use crate::records::reference::{reference, referenced};
use crate::records::{PoolRecord, UserRecord, keys};
use crate::request::Ctx;

/// What happens to an alias that another user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The request is refused.
    Refuse,
    /// The alias moves (`ForceAliasCreation`): the other user's address becomes unverified.
    Move,
}

/// The alias rows of a user, with the attribute each comes from.
///
/// In a pool that signs in by address, the address counts at once. In a pool with aliases an address counts once it is
/// verified, and a preferred username once the user is confirmed.
pub fn held(pool: &PoolRecord, user: &UserRecord) -> BTreeMap<String, &'static str> {
    let counted = pool.alias_attributes().filter(|kind| match *kind {
        "email" => user.attribute("email_verified") == Some("true"),
        "phone_number" => user.attribute("phone_number_verified") == Some("true"),
        _ => user.status != UserStatusType::Unconfirmed,
    });
    pool.username_attributes()
        .chain(counted)
        .filter_map(|kind| Some((key(pool, kind, user.attribute(kind)?), kind)))
        .collect()
}

/// Where the alias of this kind and value lies.
pub fn key(pool: &PoolRecord, kind: &str, value: &str) -> String {
    keys::alias(pool.id(), kind, &compared_alias(pool, kind, value))
}

/// The rows to write when a user becomes another (`None`: does not exist yet, or not any more). Every new alias is
/// expected to be free when the batch is committed, so on a conflict the caller decides again.
///
/// # Errors
/// `AliasExistsException` where another user has an alias that this one would get.
pub async fn change(
    ctx: &Ctx,
    pool: &PoolRecord,
    before: Option<&UserRecord>,
    after: Option<&UserRecord>,
    taken: Taken,
) -> Result<Batch, ApiError> {
    let old = before.map(|user| held(pool, user)).unwrap_or_default();
    let Some(user) = after else {
        return Ok(old
            .into_keys()
            .fold(Batch::new(), |batch, key| batch.delete(key, Expect::Any)));
    };
    let new = held(pool, user);
    let lost = old.keys().filter(|key| !new.contains_key(*key));
    let mut batch = lost.fold(Batch::new(), |batch, key| batch.delete(key.clone(), Expect::Any));
    for (key, kind) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        let row = match ctx.platform().store.get(key).await? {
            None => Expect::Absent,
            Some(_) if taken == Taken::Refuse || by_address(pool) => return Err(exists(pool, kind)),
            Some(row) => {
                let (version, owner) = (row.version, referenced(row).unwrap_or_default());
                batch = batch.merge(disown(ctx, pool, &owner, kind).await?);
                Expect::Version(version)
            }
        };
        batch = batch.put(key.clone(), row, reference(&user.username));
        if *kind == "preferred_username" {
            batch = batch.merge(no_such_username(ctx, pool, user).await?);
        }
    }
    Ok(batch)
}

/// Whether an address is the username in this pool. Then it is nobody else's, verified or not, and never moves.
pub fn by_address(pool: &PoolRecord) -> bool {
    pool.username_attributes().next().is_some()
}

/// Somebody else has the alias.
pub fn exists(pool: &PoolRecord, kind: &str) -> ApiError {
    let given = if by_address(pool) { "given " } else { "" };
    ApiError::new(
        ErrorCode::AliasExistsException,
        format!("An account with the {given}{kind} already exists."),
    )
}

/// Marks the address of the user who loses the alias as unverified, which is why it does not sign it in any more.
async fn disown(ctx: &Ctx, pool: &PoolRecord, owner: &str, kind: &str) -> Result<Batch, ApiError> {
    let row = keys::user(pool.id(), &pool.compared(owner));
    let Some(mut owner) = load::<UserRecord>(&*ctx.platform().store, &row).await? else {
        return Ok(Batch::new());
    };
    match kind {
        "preferred_username" => {
            owner.value.remove_attribute(kind);
        }
        address => owner.value.set_attribute(&format!("{address}_verified"), "false"),
    }
    owner.value.modified = ctx.now;
    Ok(Batch::new().put(owner.key, Expect::Version(owner.version), owner.value.to_body()))
}

/// A preferred username must not be somebody else's username: usernames are looked up first, so it would never sign
/// anybody in, and it would look as if it did.
async fn no_such_username(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord) -> Result<Batch, ApiError> {
    let wanted = pool.compared(user.attribute("preferred_username").unwrap_or_default());
    if wanted == pool.compared(&user.username) {
        return Ok(Batch::new());
    }
    let row = keys::user(pool.id(), &wanted);
    match ctx.platform().store.get(&row).await? {
        Some(_) => Err(exists(pool, "preferred_username")),
        None => Ok(Batch::new().check(row, Expect::Absent)),
    }
}
