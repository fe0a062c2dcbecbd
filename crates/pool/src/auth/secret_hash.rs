//! `SECRET_HASH`: an app client with a secret proves that it knows it, once per request.

use poolhouse_crypto::{constant_time_eq, secret_hash};

use crate::base::error::ApiError;
use crate::records::{ClientRecord, UserRecord};
use crate::request::Ctx;

/// The secret of a client that has one.
///
/// # Errors
/// When the sealed secret does not open.
pub fn client_secret(ctx: &Ctx, client: &ClientRecord) -> Result<Option<String>, ApiError> {
    let Some(sealed) = &client.sealed_secret else {
        return Ok(None);
    };
    let key = ClientRecord::key(client.pool_id(), client.id());
    let secret = ctx
        .platform()
        .open(key.as_str(), sealed)
        .map_err(ApiError::internal)?;
    String::from_utf8(secret).map(Some).map_err(ApiError::internal)
}

/// Checks the hash that a request carried. Clients hash the name they typed, or the one that the previous answer gave
/// them, or, on refresh, the real username: any name of the user is taken.
///
/// # Errors
/// `NotAuthorizedException` with the service's sentences.
pub fn check(
    ctx: &Ctx,
    client: &ClientRecord,
    presented: Option<&str>,
    typed: Option<&str>,
    user: Option<&UserRecord>,
) -> Result<(), ApiError> {
    let id = client.id();
    let wrong = || ApiError::not_authorized(format!("Unable to verify secret hash for client {id}"));
    let Some(secret) = client_secret(ctx, client)? else {
        return if presented.is_none() { Ok(()) } else { Err(wrong()) };
    };
    let presented = presented.ok_or_else(|| {
        ApiError::not_authorized(format!(
            "Client {id} is configured with secret but SECRET_HASH was not received"
        ))
    })?;
    let of_user = user.into_iter().flat_map(|user| {
        let aliases = ["email", "phone_number", "preferred_username"];
        let aliases = aliases.into_iter().filter_map(|alias| user.attribute(alias));
        [user.username.as_str(), user.sub.as_str()]
            .into_iter()
            .chain(aliases)
    });
    let right = typed
        .into_iter()
        .chain(of_user)
        .any(|name| constant_time_eq(secret_hash(&secret, name, id).as_bytes(), presented.as_bytes()));
    if right { Ok(()) } else { Err(wrong()) }
}

/// As [`check`], for a refresh, whose hash is made of the name of the user whom the token was issued to. A token that
/// names nobody leaves no name to check against; it is refused by itself, so a hash that was sent passes.
///
/// # Errors
/// As [`check`].
pub fn check_refresh(
    ctx: &Ctx,
    client: &ClientRecord,
    presented: Option<&str>,
    typed: Option<&str>,
    holder: Option<&UserRecord>,
) -> Result<(), ApiError> {
    let checkable = presented.is_none() || client.sealed_secret.is_none() || holder.is_some();
    if checkable {
        check(ctx, client, presented, typed, holder)
    } else {
        Ok(())
    }
}
