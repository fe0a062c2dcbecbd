//! The rows by which a user is found, kept with the user.
//!
//! Which rows a user has follows from the record alone (`records::user_index`); a change of the record commits the
//! difference with it ([`change`]). The store itself keeps two users from having one name.

use poolhouse_api::ErrorCode;
use poolhouse_store::{Batch, Expect};

use super::epoch;
use crate::base::error::ApiError;
use crate::records::user_index::{self, IndexRows, UniqueName};
use crate::records::{Key, PoolRecord, RecordBatch, Reference, UserRecord, load};
use crate::request::Ctx;

/// What happens to an alias that another user has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The request is refused.
    Refuse,
    /// The alias moves (`ForceAliasCreation`): the other user's address becomes unverified.
    Move,
    /// An address moves, for this user has shown that it is its own; a preferred username, which nobody can show, does not.
    MoveAddress,
}

impl Taken {
    fn moves(self, kind: &str) -> bool {
        match self {
            Taken::Refuse => false,
            Taken::Move => true,
            Taken::MoveAddress => kind != "preferred_username",
        }
    }
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
    let rows = |user: Option<&UserRecord>| user.map(|user| user_index::rows(pool, user));
    let (old, new) = (rows(before).unwrap_or_default(), rows(after).unwrap_or_default());
    let mut batch = listed(&old, &new);
    for key in old.unique.keys().filter(|key| !new.unique.contains_key(*key)) {
        batch = batch.delete(key.clone(), Expect::Any);
    }
    let Some(user) = after else { return Ok(batch) };
    let gained = new
        .unique
        .into_iter()
        .filter(|(key, _)| !old.unique.contains_key(key));
    for (key, name) in gained {
        batch = batch.merge(gain(ctx, pool, user, key, name, taken).await?);
    }
    Ok(batch)
}

/// The rows that say which users have a value.
fn listed(old: &IndexRows, new: &IndexRows) -> Batch {
    let gone = old.listed.difference(&new.listed);
    let batch = gone.fold(Batch::new(), |batch, key| batch.delete(key.clone(), Expect::Any));
    let come = new.listed.difference(&old.listed);
    come.fold(batch, |batch, key| user_index::list(batch, key))
}

/// The row of a name that the user has from now on.
async fn gain(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &UserRecord,
    key: String,
    name: UniqueName,
    taken: Taken,
) -> Result<Batch, ApiError> {
    let reference = Reference(user.sub.clone());
    let key: Key<Reference> = Key::from_text(key);
    let kind = match name {
        UniqueName::Alias(kind) => kind,
        UniqueName::Username => return Ok(Batch::new().create(key, &reference)),
        UniqueName::Identity if load(ctx.platform(), &key).await?.is_some() => return Err(linked()),
        UniqueName::Identity => return Ok(Batch::new().create(key, &reference)),
    };
    let mut batch = Batch::new();
    let expect = match load(ctx.platform(), &key).await? {
        None => Expect::Absent,
        Some(_) if !taken.moves(kind) || by_address(pool) => return Err(exists(pool, kind)),
        Some(held) => {
            batch = batch.merge(disown(ctx, pool, &held.value, kind).await?);
            held.unchanged()
        }
    };
    batch = batch.record(key, expect, &reference);
    if kind == "preferred_username" {
        batch = batch.merge(no_such_username(ctx, pool, user).await?);
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

/// Somebody is a user already.
fn linked() -> ApiError {
    ApiError::new(
        ErrorCode::AliasExistsException,
        "The source user is already linked to a user of this pool.",
    )
}

/// Marks the address of the user who loses the alias as unverified, which is why it does not sign it in any more.
async fn disown(ctx: &Ctx, pool: &PoolRecord, owner: &Reference, kind: &str) -> Result<Batch, ApiError> {
    let Some(owner) = ctx.user_by_sub(pool, &owner.0).await? else {
        return Ok(Batch::new());
    };
    let mut disowned = owner.value.clone();
    match kind {
        "preferred_username" => {
            disowned.remove_attribute(kind);
        }
        address => disowned.set_attribute(&format!("{address}_verified"), "false"),
    }
    disowned.modified = ctx.now;
    epoch::advance(&owner.value, &mut disowned);
    let rows = listed(
        &user_index::rows(pool, &owner.value),
        &user_index::rows(pool, &disowned),
    );
    Ok(rows.replace(&owner, &disowned))
}

/// A preferred username must not be somebody else's username: usernames are looked up first, so it would never sign
/// anybody in, and it would look as if it did.
async fn no_such_username(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord) -> Result<Batch, ApiError> {
    let wanted = user.attribute("preferred_username").unwrap_or_default();
    if pool.compared(wanted) == pool.compared(&user.username) {
        return Ok(Batch::new());
    }
    let key = user_index::name_key(pool, wanted);
    match ctx.referenced(&key).await? {
        Some(_) => Err(exists(pool, "preferred_username")),
        None => Ok(Batch::new().check(key, Expect::Absent)),
    }
}
