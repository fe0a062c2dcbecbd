//! `/oauth2/revoke` (RFC 7009): ends a refresh token and everything descended from its sign-in.

use poolhouse_api::{ErrorCode, Operation};

use super::client;
use super::denied::Denied;
use super::form::Form;
use super::site::Site;
use crate::auth::revoke;
use crate::request::Ctx;

/// Revokes a token. One that is unknown, or another client's, is no error, and nothing happens to it.
///
/// # Errors
/// `invalid_client` (401), `invalid_request`, `unsupported_token_type`.
pub async fn run(ctx: &Ctx, site: &Site, headers: &[&str], form: &Form) -> Result<(), Denied> {
    if form.has_double() {
        return Err(Denied::invalid_request());
    }
    let client = client::authenticate(ctx, site, headers, form).await;
    let client = client.map_err(|denied| match (denied.error, denied.status) {
        ("invalid_client", 400) => denied.with_status(401),
        _ => denied,
    })?;
    let token = form.get("token").ok_or_else(Denied::invalid_request)?;
    ctx.app.admission.admit(Operation::RevokeToken, ctx.now)?;
    let whose = (&*client.record.value, client.url.as_deref());
    let revoked = revoke::revoke_of(ctx, &site.pool.value, whose, token).await;
    revoked.map_err(|error| match error.code {
        ErrorCode::UnsupportedOperationException => Denied::invalid_request(),
        ErrorCode::UnsupportedTokenTypeException => Denied::new("unsupported_token_type"),
        _ => error.into(),
    })
}
