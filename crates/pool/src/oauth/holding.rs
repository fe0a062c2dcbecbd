//! Whether a client may still get what was granted to its request a while ago.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::OAuthFlowType;

use super::redirect_uri;
use crate::base::error::ApiError;
use crate::records::{Authorization, ClientRecord};
use crate::request::Ctx;

/// Checks that a client, as it is now, may still get what was granted to its request a while ago. Where its id is a URL, the app client
/// behind it says whether people sign in at all; what lies at the URL counts for as long as the transaction.
///
/// # Errors
/// The error's code, for a page of ours: nothing may be sent to the redirect URI any more.
pub fn holds(client: &ClientRecord, authorization: &Authorization) -> Result<(), &'static str> {
    let settings = &client.settings;
    let needed = match authorization.gives_tokens {
        true => OAuthFlowType::Implicit,
        false => OAuthFlowType::Code,
    };
    let mut flows = settings.allowed_oauth_flows.iter().flatten();
    let may =
        settings.allowed_oauth_flows_user_pool_client == Some(true) && flows.any(|flow| *flow == needed);
    let is_known =
        authorization.client_url.is_some() || redirect_uri::is_of(client, &authorization.redirect_uri);
    match (may, is_known) {
        (false, _) => Err("unauthorized_client"),
        (true, false) => Err("redirect_mismatch"),
        (true, true) => Ok(()),
    }
}

/// The same of the client as it is stored now; one that is gone is `invalid_client`.
///
/// # Errors
/// When the store fails.
pub async fn still_holds(
    ctx: &Ctx,
    pool_id: &str,
    authorization: &Authorization,
) -> Result<Result<(), &'static str>, ApiError> {
    match ctx.client(pool_id, &authorization.client_id).await {
        Ok(client) => Ok(holds(&client.value, authorization)),
        Err(error) if error.code == ErrorCode::ResourceNotFoundException => Ok(Err("invalid_client")),
        Err(error) => Err(error),
    }
}
