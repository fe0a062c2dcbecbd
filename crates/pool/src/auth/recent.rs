//! Whether somebody signed in a moment ago: asked before a user changes its own address, phone number or second factors, in
//! pools that want it. Who finds a phone unlocked, or a token, must not be able to redirect the codes.

use serde_json::Value;

use super::access_token::SignedIn;
use crate::base::error::ApiError;
use crate::records::PoolRecord;
use crate::request::Ctx;
use crate::users::attributes::Change;
use crate::users::schema::CONTACTS;

/// Checks that a change of contacts follows a sign-in closely enough for the pool.
///
/// # Errors
/// `NotAuthorizedException` with a sentence that says so.
pub fn check(ctx: &Ctx, signed_in: &SignedIn, asked: &Change) -> Result<(), ApiError> {
    let Some(minutes) = signed_in.pool.value.safeguards.contact_change_minutes else {
        return Ok(());
    };
    let is_contact = |name: &str| CONTACTS.into_iter().any(|(contact, _)| contact == name);
    let set = asked.set.iter().map(|(name, _)| name.as_str());
    let mut names = set.chain(asked.remove.iter().map(String::as_str));
    if !names.any(is_contact) {
        return Ok(());
    }
    check_moment(
        ctx,
        auth_time(signed_in),
        minutes,
        "change an email address or phone number",
    )
}

/// Checks that a change of second factors follows a sign-in closely enough for the pool: whoever finds a token must not be
/// able to put a factor of his own in the user's place.
///
/// # Errors
/// As [`check`].
pub fn check_factors(ctx: &Ctx, signed_in: &SignedIn) -> Result<(), ApiError> {
    check_factors_at(ctx, &signed_in.pool.value, auth_time(signed_in))
}

/// The same for somebody who signed in at this moment, in seconds.
///
/// # Errors
/// As [`check`].
pub fn check_factors_at(ctx: &Ctx, pool: &PoolRecord, at: Option<i64>) -> Result<(), ApiError> {
    match pool.safeguards.contact_change_minutes {
        None => Ok(()),
        Some(minutes) => check_moment(ctx, at, minutes, "change how you sign in"),
    }
}

fn auth_time(signed_in: &SignedIn) -> Option<i64> {
    signed_in.claims.get("auth_time").and_then(Value::as_i64)
}

fn check_moment(ctx: &Ctx, signed_in_at: Option<i64>, minutes: u32, what: &str) -> Result<(), ApiError> {
    let is_recent = |at: i64| ctx.now.seconds().saturating_sub(at) <= i64::from(minutes) * 60;
    if signed_in_at.is_some_and(is_recent) {
        return Ok(());
    }
    Err(ApiError::not_authorized(format!(
        "A recent sign-in is needed to {what}. Sign in again."
    )))
}
