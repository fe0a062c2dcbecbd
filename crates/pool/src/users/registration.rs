//! Making a user: under which name, and of which rows it consists.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{UserStatusType, UsernameAttributeType};
use poolhouse_crypto::uuid_v4;
use poolhouse_mail::Address;
use poolhouse_store::{Batch, Expect};

use super::aliases::{self, Taken};
use super::attribute_value::is_phone_number;
use super::attributes::Change;
use crate::base::error::ApiError;
use crate::records::user_index::{self, UniqueName, signs_in_by};
use crate::records::{Key, PoolRecord, RecordBatch, Reference, UserRecord};
use crate::request::{Ctx, as_sub};

/// A new user who is to sign in with `typed`, without a password so far and `FORCE_CHANGE_PASSWORD`. In a pool that
/// signs in by address the name typed becomes the attribute and the `sub` the username.
///
/// # Errors
/// `InvalidParameterException` where the pool does not take a name of this form, or the schema not these attributes.
pub fn new_user(ctx: &Ctx, pool: &PoolRecord, typed: &str, given: Change) -> Result<UserRecord, ApiError> {
    given.check_new(pool)?;
    let sub = uuid_v4(&*ctx.platform().entropy);
    let address = address_kind(pool, typed)?;
    let username = if address.is_some() {
        sub.clone()
    } else {
        typed.to_owned()
    };
    let mut user = UserRecord::new(username, sub, UserStatusType::ForceChangePassword, ctx.now);
    for (name, value) in &given.set {
        user.set_attribute(name, value);
    }
    if let Some(kind) = address {
        if given
            .value(kind)
            .is_some_and(|value| !pool.is_same_address(value, typed))
        {
            let spoken = kind.replace('_', " ");
            return Err(ApiError::invalid_parameter(format!(
                "User {spoken} should be empty or same as username, since username attribute is {spoken}."
            )));
        }
        user.set_attribute(kind, typed);
    }
    Ok(user)
}

/// The attribute that a typed name is the value of, in a pool that signs in by address; `None` in any other.
///
/// # Errors
/// `InvalidParameterException` where the pool does not take a name of this form.
pub fn address_kind(pool: &PoolRecord, typed: &str) -> Result<Option<&'static str>, ApiError> {
    let kinds = pool.settings.username_attributes.as_deref().unwrap_or_default();
    if kinds.is_empty() {
        check_free_name(pool, typed)?;
        return Ok(None);
    }
    let by = |kind| kinds.contains(&kind);
    let (email, phone) = (
        by(UsernameAttributeType::Email),
        by(UsernameAttributeType::PhoneNumber),
    );
    if email && Address::parse(typed).is_ok() {
        Ok(Some("email"))
    } else if phone && is_phone_number(typed) {
        Ok(Some("phone_number"))
    } else {
        Err(ApiError::invalid_parameter(match (email, phone) {
            (true, true) => "Username should be either an email or a phone number.",
            (true, false) => "Username should be an email.",
            (false, _) => "Username should be a phone number.",
        }))
    }
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
pub async fn rows(ctx: &Ctx, pool: &PoolRecord, user: &UserRecord, taken: Taken) -> Result<Batch, ApiError> {
    let mut batch = Batch::new()
        .check(PoolRecord::key(pool.id()), Expect::Present)
        .create(UserRecord::key(pool.id(), &user.sub), user);
    // Neither an address nor a `sub` that means another user may become a username.
    if let Some(key) = named_like(pool, user) {
        batch = batch.check(key, Expect::Absent);
    }
    if signs_in_by(pool, "preferred_username") {
        batch = batch.check(preferred_like(pool, user), Expect::Absent);
    }
    let index = aliases::change(ctx, pool, None, Some(user), taken).await;
    Ok(batch.merge(index.map_err(|error| as_creation(pool, error))?))
}

/// The user whose `sub` the username would be.
fn named_like(pool: &PoolRecord, user: &UserRecord) -> Option<Key<UserRecord>> {
    let sub = as_sub(&user.username).filter(|sub| *sub != user.sub)?;
    Some(UserRecord::key(pool.id(), &sub))
}

/// The user whose preferred username the username would be.
fn preferred_like(pool: &PoolRecord, user: &UserRecord) -> Key<Reference> {
    user_index::alias_key(pool, "preferred_username", &user.username)
}

/// What a conflict over the rows of a new user means. `exists` is the operation's sentence for a username in use.
pub fn conflict(pool: &PoolRecord, user: &UserRecord, key: &str, exists: &str) -> ApiError {
    if key == PoolRecord::key(pool.id()).as_str() {
        return ApiError::pool_not_found(pool.id());
    }
    let name_in_use = || ApiError::new(ErrorCode::UsernameExistsException, exists);
    match user_index::rows(pool, user).unique.get(key) {
        Some(UniqueName::Alias(kind)) => return as_creation(pool, aliases::exists(pool, kind)),
        // A new user is nobody at a provider yet.
        Some(UniqueName::Username | UniqueName::Identity) => return name_in_use(),
        None => {}
    }
    let taken = [
        named_like(pool, user).map(String::from),
        Some(preferred_like(pool, user).into()),
    ];
    if taken.iter().flatten().any(|row| row == key) {
        name_in_use()
    } else {
        ApiError::concurrent_modification()
    }
}

/// Where the address is the username, an address in use is a username in use.
fn as_creation(pool: &PoolRecord, mut error: ApiError) -> ApiError {
    if error.code == ErrorCode::AliasExistsException && aliases::by_address(pool) {
        error.code = ErrorCode::UsernameExistsException;
    }
    error
}
