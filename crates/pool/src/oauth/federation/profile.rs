//! The profile of somebody who signs in by a provider for the first time.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::UserStatusType;
use poolhouse_crypto::uuid_v4;
use poolhouse_store::CommitError;

use super::identity::Identity;
use super::mapped;
use crate::base::error::ApiError;
use crate::records::linked_identity::SUBJECT;
use crate::records::{
    ClientRecord, GroupRecord, IdentityProviderRecord, LinkedIdentity, PoolRecord, Stored, UserRecord,
    user_index,
};
use crate::request::Ctx;
use crate::triggers::events::{PreSignUp, PreSignUpSource, SignUpAnswer};
use crate::triggers::{self, About};
use crate::users::aliases::Taken;
use crate::users::schema::CONTACTS;
use crate::users::{groups, new_group, registration};

/// Makes the profile, if the pool's PreSignUp function does not refuse it. `None`: somebody else has made or linked it meanwhile.
///
/// # Errors
/// What the function refuses; attributes that no user can have, or that are missing; a username that somebody else has; a provider that
/// was changed or deleted meanwhile.
pub async fn make(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    provider: &Stored<IdentityProviderRecord>,
    identity: &Identity,
) -> Result<Option<Stored<UserRecord>>, ApiError> {
    let mut user = unmade(ctx, pool, client, &provider.value, identity)?;
    if ctx
        .referenced(&user_index::name_key(pool, &user.username))
        .await?
        .is_some()
    {
        return theirs(ctx, pool, &provider.value, identity, taken()).await;
    }
    follow(&pre_sign_up(ctx, pool, client, &user).await?, &mut user)?;
    let group = group(ctx, pool, &provider.value).await?;
    if let Some(group) = &group {
        user.groups
            .insert(group.value.name.clone(), group.value.id.clone());
    }
    let rows = match registration::rows(ctx, pool, &user, Taken::Refuse).await {
        Ok(rows) => rows,
        // A function may link it, while it is asked.
        Err(error) => return theirs(ctx, pool, &provider.value, identity, error).await,
    };
    let rows = rows.check(provider.key.clone(), provider.unchanged());
    let rows = match &group {
        Some(group) => rows.check(group.key.clone(), group.unchanged()),
        None => rows,
    };
    match ctx.platform().commit(rows).await {
        Ok(_) => Ok(ctx.user_by_sub(pool, &user.sub).await?),
        Err(CommitError::Conflict { key }) if key == *user_index::name_key(pool, &user.username).as_str() => {
            theirs(ctx, pool, &provider.value, identity, taken()).await
        }
        Err(CommitError::Conflict { key }) => lost(pool, provider, &key),
        Err(error) => Err(error.into()),
    }
}

/// What it means that the commit has lost over this row. A group that changes meanwhile is joined as it is then.
fn lost(
    pool: &PoolRecord,
    provider: &Stored<IdentityProviderRecord>,
    key: &str,
) -> Result<Option<Stored<UserRecord>>, ApiError> {
    if key == provider.key {
        return Err(ApiError::not_authorized("identity provider is not available"));
    }
    if key == PoolRecord::key(pool.id()).as_str() {
        return Err(ApiError::pool_not_found(pool.id()));
    }
    Ok(None)
}

/// Nobody is taken for somebody else because a name was free to choose.
fn taken() -> ApiError {
    ApiError::new(
        ErrorCode::UsernameExistsException,
        "User already exists with a different identity.",
    )
}

/// What a profile that cannot be made comes to: `None` where the person is linked by now, by another browser at the same moment or by a
/// function that was asked meanwhile; else the reason.
async fn theirs(
    ctx: &Ctx,
    pool: &PoolRecord,
    provider: &IdentityProviderRecord,
    identity: &Identity,
    reason: ApiError,
) -> Result<Option<Stored<UserRecord>>, ApiError> {
    let link = LinkedIdentity::key(pool.id(), &provider.id, SUBJECT, &identity.subject);
    match ctx.referenced(&link).await? {
        Some(_) => Ok(None),
        None => Err(reason),
    }
}

fn unmade(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    provider: &IdentityProviderRecord,
    identity: &Identity,
) -> Result<UserRecord, ApiError> {
    let username = pool.compared(&identity.username(&provider.name)?);
    let change = mapped::change(ctx, pool, client, provider, identity)?;
    mapped::check_new(pool, &change)?;
    let sub = uuid_v4(&*ctx.platform().entropy);
    let mut user = UserRecord::new(username, sub, UserStatusType::ExternalProvider, ctx.now);
    change.apply(pool, &mut user);
    user.identities.push(LinkedIdentity {
        provider: provider.name.clone(),
        provider_id: provider.id.clone(),
        kind: provider.kind.as_str().to_owned(),
        attribute: SUBJECT.to_owned(),
        value: identity.subject.clone(),
        issuer: identity.issuer.clone(),
        is_primary: true,
        linked: ctx.now,
    });
    Ok(user)
}

async fn pre_sign_up(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    user: &UserRecord,
) -> Result<SignUpAnswer, ApiError> {
    let about = About {
        pool,
        username: &user.username,
        user: Some(user),
        client: Some(client),
    };
    let event = PreSignUp {
        source: PreSignUpSource::ExternalProvider,
        validation: None,
        metadata: None,
    };
    Ok(triggers::call(ctx, &about, &event).await?.unwrap_or_default())
}

/// Such a user needs no confirmation, and stays `EXTERNAL_PROVIDER`: the function says of its addresses whether they are verified.
fn follow(answer: &SignUpAnswer, user: &mut UserRecord) -> Result<(), ApiError> {
    let verify = [answer.verify_email, answer.verify_phone];
    for ((contact, flag), verify) in CONTACTS.into_iter().zip(verify) {
        if !verify {
            continue;
        }
        if user.attribute(contact).is_none() {
            return Err(ApiError::new(
                ErrorCode::InvalidLambdaResponseException,
                format!("PreSignUp verifies the {contact} of a user without one."),
            ));
        }
        user.set_attribute(flag, "true");
    }
    Ok(())
}

/// The group of everybody who signs in by the provider, which its first user makes. A pool with as many groups as it may have does
/// without.
async fn group(
    ctx: &Ctx,
    pool: &PoolRecord,
    provider: &IdentityProviderRecord,
) -> Result<Option<Stored<GroupRecord>>, ApiError> {
    let name = format!("{}_{}", pool.id(), provider.name);
    let key = GroupRecord::key(pool.id(), &name);
    if let Some(found) = ctx.load(&key).await? {
        return Ok(Some(found));
    }
    let group = GroupRecord {
        id: uuid_v4(&*ctx.platform().entropy),
        description: Some(format!(
            "Autogenerated group for users who sign in using {}",
            provider.name
        )),
        role_arn: None,
        precedence: None,
        created: ctx.now,
        modified: ctx.now,
        name,
    };
    match new_group::make(ctx, pool.id(), &group).await {
        Ok(()) => {}
        Err(error) if error.code == ErrorCode::GroupExistsException => {}
        Err(error) if error.code == ErrorCode::LimitExceededException => {
            tracing::warn!(
                request_id = ctx.request_id,
                pool = pool.id(),
                group = group.name,
                "a group for an identity provider's users cannot be made"
            );
            return Ok(None);
        }
        Err(error) => return Err(error),
    }
    groups::find(ctx, pool.id(), &group.name).await.map(Some)
}
