//! Making a user: under which name, and of which rows it consists.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::UsernameAttributeType;
use poolhouse_crypto::uuid_v4;
use poolhouse_mail::Address;
use poolhouse_store::{Batch, Expect};

use super::aliases::{self, Taken};
use super::attributes::is_phone_number;
use crate::ctx::{Ctx, reference, signs_in_by};
use crate::error::ApiError;
use crate::records::document::Document;
use crate::records::{PoolRecord, Stored, UserRecord, keys};

/// What a new user will be called.
#[derive(Clone, Debug)]
pub struct NewName {
    /// The real username.
    pub username: String,
    /// The `sub`.
    pub sub: String,
    /// In a pool that signs in by address, the attribute that the typed name is the value of.
    pub address: Option<(&'static str, String)>,
}

/// Chooses the names of a new user who is to sign in with `typed`.
///
/// # Errors
/// `InvalidParameterException` where the pool does not take a name of this form.
pub fn name(ctx: &Ctx, pool: &PoolRecord, typed: &str) -> Result<NewName, ApiError> {
    let sub = uuid_v4(&*ctx.app.entropy);
    let kinds = pool.settings.username_attributes.as_deref().unwrap_or_default();
    if kinds.is_empty() {
        check_free_name(pool, typed)?;
        return Ok(NewName { username: typed.to_owned(), sub, address: None });
    }
    let by = |kind| kinds.contains(&kind);
    let (email, phone) = (by(UsernameAttributeType::Email), by(UsernameAttributeType::PhoneNumber));
    let kind = if email && Address::parse(typed).is_ok() {
        "email"
    } else if phone && is_phone_number(typed) {
        "phone_number"
    } else {
        return Err(ApiError::invalid_parameter(match (email, phone) {
            (true, true) => "Username should be either an email or a phone number.",
            (true, false) => "Username should be an email.",
            (false, _) => "Username should be a phone number.",
        }));
    };
    Ok(NewName { username: sub.clone(), sub, address: Some((kind, typed.to_owned())) })
}

/// In a pool with aliases a username must not look like one, or it would be looked up as one.
fn check_free_name(pool: &PoolRecord, typed: &str) -> Result<(), ApiError> {
    let refused = |format: &str, alias: &str| {
        Err(ApiError::invalid_parameter(format!(
            "Username cannot be of {format} format, since user pool is configured for {alias} alias."
        )))
    };
    if signs_in_by(pool, "email") && Address::parse(typed).is_ok() {
        refused("email", "email")
    } else if signs_in_by(pool, "phone_number") && is_phone_number(typed) {
        refused("phone number", "phone number")
    } else {
        Ok(())
    }
}

/// The rows of a new user. They are written only if the pool is still there, so that nothing outlives a pool that is
/// deleted at the same moment.
///
/// # Errors
/// `AliasExistsException`, or `UsernameExistsException` in a pool that signs in by address, if another user has one of
/// its addresses.
pub async fn rows(
    ctx: &Ctx,
    pool: &Stored<PoolRecord>,
    user: &UserRecord,
    taken: Taken,
) -> Result<Batch, ApiError> {
    let (id, record) = (pool.value.id(), &pool.value);
    let compared = record.compared(&user.username);
    let mut batch = Batch::new()
        .check(pool.key.clone(), Expect::Present)
        .put(keys::user(id, &compared), Expect::Absent, user.to_body())
        .put(keys::sub(id, &user.sub), Expect::Absent, reference(&user.username));
    // Neither an address nor a `sub` that means another user may become a username.
    if user.username != user.sub {
        batch = batch.check(keys::sub(id, &user.username.to_lowercase()), Expect::Absent);
    }
    if signs_in_by(record, "preferred_username") {
        batch = batch.check(aliases::key(record, "preferred_username", &user.username), Expect::Absent);
    }
    let aliases = aliases::change(ctx, record, None, Some(user), taken).await;
    Ok(batch.merge(aliases.map_err(|error| as_creation(record, error))?))
}

/// What a conflict over the rows of a new user means. `exists` is the operation's sentence for a username in use.
pub fn conflict(pool: &PoolRecord, user: &UserRecord, key: &str, exists: &str) -> ApiError {
    if key == keys::pool(pool.id()) {
        return ApiError::pool_not_found(pool.id());
    }
    match aliases::held(pool, user).get(key) {
        Some(kind) => as_creation(pool, aliases::exists(pool, kind)),
        None => ApiError::new(ErrorCode::UsernameExistsException, exists),
    }
}

/// Where the address is the username, an address in use is a username in use.
fn as_creation(pool: &PoolRecord, mut error: ApiError) -> ApiError {
    let by_address = pool.settings.username_attributes.iter().flatten().next().is_some();
    if error.code == ErrorCode::AliasExistsException && by_address {
        error.code = ErrorCode::UsernameExistsException;
    }
    error
}
