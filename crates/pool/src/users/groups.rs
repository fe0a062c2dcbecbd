//! Groups of users: who is in which, and what that makes of tokens.
//!
//! A user's document names the groups it is in, by id, so that a sign-in learns of them with the user. Who is in a group
//! the index says, which follows from that document. See `docs/decisions/groups.md`.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::ErrorCode;
use poolhouse_store::{Batch, CommitError};

use super::aliases::{self, Taken};
use super::change::reload;
use crate::base::error::ApiError;
use crate::records::document::decode;
use crate::records::{GroupCount, GroupRecord, Key, PoolRecord, RecordBatch, Stored, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::Groups;

/// Groups that a user can be in, as AWS documents it.
const MOST: usize = 100;
/// How often something is decided again when another request changed the user or the group in between. Each loss means
/// that somebody else's change was made.
pub const RACES: usize = 64;

/// The group with this name.
///
/// # Errors
/// `ResourceNotFoundException` `Group not found.`
pub async fn find(ctx: &Ctx, pool_id: &str, name: &str) -> Result<Stored<GroupRecord>, ApiError> {
    let found = ctx.load(&GroupRecord::key(pool_id, name)).await?;
    found.ok_or_else(|| ApiError::new(ErrorCode::ResourceNotFoundException, "Group not found."))
}

/// The row that a step of a sign-in needs if it ends with tokens for a user in a group: to be read with the others. A pool
/// in which nobody was seen to be in a group does without.
pub fn row(ctx: &Ctx, pool_id: &str) -> Option<String> {
    let is_asked_for = ctx.app.groups.is_asked_for(pool_id);
    is_asked_for.then(|| GroupCount::key(pool_id).into())
}

/// What the tokens of a user say of its groups.
///
/// # Errors
/// When the store fails.
pub async fn claimed(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord) -> Result<Groups, ApiError> {
    if user.groups.is_empty() {
        return Ok(Groups::default());
    }
    // A group was made before anybody was in it, and so was the row.
    let state = ctx.state_of_groups(pool.id()).await?.unwrap_or_default();
    let known = &ctx.app.groups;
    let mut found = Vec::with_capacity(user.groups.len());
    let mut unknown = BTreeMap::new();
    for (name, id) in &user.groups {
        match known.get(pool.id(), &state, id) {
            Some(group) => found.extend(group),
            None => drop(unknown.insert(name, id)),
        }
    }
    for ((_, id), group) in unknown.iter().zip(read(ctx, pool, &unknown).await?) {
        known.keep(pool.id(), &state, id, group.clone());
        found.extend(group);
    }
    Ok(claims(found))
}

/// The groups that a user is in, in the order of their names, as they are now.
///
/// # Errors
/// When the store fails.
pub async fn of(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord) -> Result<Vec<Arc<GroupRecord>>, ApiError> {
    let all: BTreeMap<&String, &String> = user.groups.iter().collect();
    Ok(read(ctx, pool, &all).await?.into_iter().flatten().collect())
}

/// The groups of these names and ids, in one read; `None` for one that is gone, even if another has its name now.
async fn read(
    ctx: &Ctx,
    pool: &PoolRecord,
    groups: &BTreeMap<&String, &String>,
) -> Result<Vec<Option<Arc<GroupRecord>>>, ApiError> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<Key<GroupRecord>> = groups
        .keys()
        .map(|name| GroupRecord::key(pool.id(), name))
        .collect();
    let keys: Vec<&str> = keys.iter().map(Key::as_str).collect();
    let rows = ctx.platform().get_many(&keys).await?;
    let mut found = Vec::with_capacity(rows.len());
    for (id, row) in groups.values().zip(rows) {
        let group = row.map(decode::<GroupRecord>).transpose()?;
        found.push(
            group
                .map(|group| Arc::new(group.value))
                .filter(|group| group.id == **id),
        );
    }
    Ok(found)
}

/// Groups by precedence, those without one last; their roles in that order, each once; and the role of the first
/// precedence, unless its groups differ over it.
fn claims(mut groups: Vec<Arc<GroupRecord>>) -> Groups {
    let rank = |group: &GroupRecord| (group.precedence.is_none(), group.precedence);
    groups.sort_by(|a, b| (rank(a), &a.name).cmp(&(rank(b), &b.name)));
    let mut roles: Vec<String> = Vec::new();
    for role in groups.iter().filter_map(|group| group.role_arn.as_ref()) {
        if !roles.contains(role) {
            roles.push(role.clone());
        }
    }
    let first = groups.first().map(|group| rank(group));
    let firsts = groups.iter().filter(|group| Some(rank(group)) == first);
    let mut preferred = firsts.filter_map(|group| group.role_arn.as_ref());
    let role = preferred.next().cloned();
    let is_agreed = preferred.all(|other| Some(other) == role.as_ref());
    Groups {
        preferred_role: role.filter(|_| is_agreed),
        groups: groups.iter().map(|group| group.name.clone()).collect(),
        roles,
    }
}

/// Puts a user into a group. A user who is in it stays in it.
///
/// # Errors
/// `ResourceNotFoundException` `Group not found.`, `InvalidParameterException` for a user in as many groups as there may
/// be, `UserNotFoundException` if the user was deleted in between, `TooManyRequestsException` after too many lost races.
pub async fn join(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: Stored<UserRecord>,
    name: &str,
) -> Result<(), ApiError> {
    let mut user = user;
    for _ in 0..RACES {
        let group = find(ctx, pool.id(), name).await?;
        if user.value.groups.get(name) == Some(&group.value.id) {
            return Ok(());
        }
        let mut changed = user.value.clone();
        if changed.groups.len() >= MOST {
            let left = of(ctx, pool, &user.value).await?;
            changed.groups = left
                .iter()
                .map(|group| (group.name.clone(), group.id.clone()))
                .collect();
        }
        changed.groups.insert(name.to_owned(), group.value.id.clone());
        if changed.groups.len() > MOST {
            return Err(ApiError::invalid_parameter(format!(
                "A user can be in at most {MOST} groups."
            )));
        }
        // The group as it was read, so that nobody is put into one that is deleted at the same moment.
        let batch = Batch::new().check(group.key.clone(), group.unchanged());
        match commit(ctx, pool, &user, &changed, batch).await? {
            true => return Ok(()),
            false => user = reload(ctx, &user).await?,
        }
    }
    Err(ApiError::concurrent_modification())
}

/// Takes a user out of a group. A user who is not in it stays as it is.
///
/// # Errors
/// As [`join`], but for the number of groups.
pub async fn leave(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: Stored<UserRecord>,
    name: &str,
) -> Result<(), ApiError> {
    let mut user = user;
    for _ in 0..RACES {
        let group = find(ctx, pool.id(), name).await?;
        if user.value.groups.get(name) != Some(&group.value.id) {
            return Ok(());
        }
        let mut changed = user.value.clone();
        changed.groups.remove(name);
        match commit(ctx, pool, &user, &changed, Batch::new()).await? {
            true => return Ok(()),
            false => user = reload(ctx, &user).await?,
        }
    }
    Err(ApiError::concurrent_modification())
}

/// Whether the user is another now; the alternative is that somebody else came first.
async fn commit(
    ctx: &Ctx,
    pool: &PoolRecord,
    user: &Stored<UserRecord>,
    changed: &UserRecord,
    also: Batch,
) -> Result<bool, ApiError> {
    let index = aliases::change(ctx, pool, Some(&user.value), Some(changed), Taken::Refuse).await?;
    match ctx
        .platform()
        .commit(index.merge(also).replace(user, changed))
        .await
    {
        Ok(_) => Ok(true),
        Err(CommitError::Conflict { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Millis;

    /// A group's name, precedence and role.
    type Made = (&'static str, Option<i64>, Option<&'static str>);

    /// What groups of these names, precedences and roles give.
    fn given(groups: &[Made]) -> (Vec<String>, Vec<String>, Option<String>) {
        let group = |(name, precedence, role): &Made| {
            Arc::new(GroupRecord {
                name: (*name).to_owned(),
                id: (*name).to_owned(),
                description: None,
                role_arn: role.map(str::to_owned),
                precedence: *precedence,
                created: Millis(0),
                modified: Millis(0),
            })
        };
        let claims = claims(groups.iter().map(group).collect());
        (claims.groups, claims.roles, claims.preferred_role)
    }

    fn expected(
        groups: &[&str],
        roles: &[&str],
        preferred: Option<&str>,
    ) -> (Vec<String>, Vec<String>, Option<String>) {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        (texts(groups), texts(roles), preferred.map(str::to_owned))
    }

    #[test]
    fn groups_go_by_precedence_and_name_and_those_without_one_last() {
        let some = [
            ("a", None, None),
            ("b", Some(7), Some("role:b")),
            ("d", Some(0), Some("role:d")),
            ("c", Some(7), Some("role:d")),
        ];
        assert_eq!(
            given(&some),
            expected(&["d", "b", "c", "a"], &["role:d", "role:b"], Some("role:d"))
        );
        assert_eq!(given(&[]), expected(&[], &[], None));
    }

    #[test]
    fn a_role_is_preferred_only_where_the_first_precedence_agrees_on_it() {
        let cases: [(&[Made], Option<&str>); 7] = [
            (&[("a", Some(1), Some("r")), ("b", Some(1), Some("r"))], Some("r")),
            (&[("a", Some(1), Some("r")), ("b", Some(1), Some("s"))], None),
            (
                &[
                    ("a", Some(1), Some("r")),
                    ("b", Some(1), Some("s")),
                    ("c", Some(1), Some("r")),
                ],
                None,
            ),
            (&[("a", Some(1), None), ("b", Some(1), Some("s"))], Some("s")),
            (&[("a", Some(1), None), ("b", Some(2), Some("s"))], None),
            (
                &[("a", None, Some("r")), ("b", Some(2_000_000_000), Some("s"))],
                Some("s"),
            ),
            (&[("a", None, Some("r")), ("b", None, Some("s"))], None),
        ];
        for (groups, preferred) in cases {
            assert_eq!(given(groups).2.as_deref(), preferred, "{groups:?}");
        }
    }
}
