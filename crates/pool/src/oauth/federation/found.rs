//! Whose identity it is.

use super::identity::Identity;
use crate::base::error::ApiError;
use crate::records::linked_identity::SUBJECT;
use crate::records::{IdentityProviderRecord, LinkedIdentity, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;

/// A user of the pool, and by which of its identities it was found.
pub struct Found {
    /// The user.
    pub user: Stored<UserRecord>,
    /// The identity: by what the provider knows somebody, or by a claim of it that an administrator has linked.
    pub by: LinkedIdentity,
}

/// The user whom a provider means. What the provider knows somebody by goes before everything else that it says.
///
/// # Errors
/// Where claims lead to two users; when the store fails.
pub async fn find(
    ctx: &Ctx,
    pool: &PoolRecord,
    provider: &IdentityProviderRecord,
    identity: &Identity,
) -> Result<Option<Found>, ApiError> {
    if let Some(found) = of(ctx, pool, provider, (SUBJECT, &identity.subject)).await? {
        return Ok(Some(found));
    }
    let mut found: Option<Found> = None;
    for (claim, value) in linkable(provider, identity) {
        let Some(other) = of(ctx, pool, provider, (claim, value)).await? else {
            continue;
        };
        match &found {
            Some(first) if first.user.value.sub != other.user.value.sub => {
                return Err(ApiError::invalid_parameter(
                    "The identity provider's user is linked to more than one user.",
                ));
            }
            Some(_) => {}
            None => found = Some(other),
        }
    }
    Ok(found)
}

/// What links may go by beside the subject: mapped claims that have one value. Of a company whose providers all work alike, none.
fn linkable<'a>(
    provider: &'a IdentityProviderRecord,
    identity: &'a Identity,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let claims = provider.mapping.values().filter(|_| !provider.is_social());
    claims.filter_map(|claim| match identity.claims.get(claim).map(Vec::as_slice) {
        Some([value]) if !value.is_empty() => Some((claim.as_str(), value.as_str())),
        _ => None,
    })
}

async fn of(
    ctx: &Ctx,
    pool: &PoolRecord,
    provider: &IdentityProviderRecord,
    (attribute, value): (&str, &str),
) -> Result<Option<Found>, ApiError> {
    let row = LinkedIdentity::key(pool.id(), &provider.id, attribute, value);
    let Some(held) = ctx.referenced(&row).await? else {
        return Ok(None);
    };
    let Some(user) = ctx.user_by_sub(pool, &held.0).await? else {
        return Ok(None);
    };
    let mut identities = user.value.identities.iter();
    let by = identities
        .find(|identity| identity.is(&provider.id, attribute, value))
        .cloned();
    Ok(by.map(|by| Found { user, by }))
}
