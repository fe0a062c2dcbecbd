//! The implicit grant: tokens behind the `#` of the redirect, for app clients whose settings have it. It goes by a code that is
//! made with the rest of the sign-in and used up at once, so that what decides about tokens stands in one place.

use super::code;
use super::site::Site;
use crate::base::error::ApiError;
use crate::records::Authorization;
use crate::request::Ctx;

/// Where a second click on the last button is led: where the first one was, but for tokens, which are handed out once.
pub fn once(authorization: &Authorization, site: &Site, code: &str) -> String {
    match authorization.gives_tokens {
        true => authorization.refused(site, "invalid_request", "The tokens were handed out already"),
        false => authorization.granted(site, code),
    }
}

/// Where a browser is sent with a code that was committed: with it, or with tokens for it.
///
/// # Errors
/// When the store fails.
pub async fn location(
    ctx: &Ctx,
    site: &Site,
    authorization: &Authorization,
    code: &str,
) -> Result<String, ApiError> {
    if !authorization.gives_tokens {
        return Ok(authorization.granted(site, code));
    }
    let client = ctx.client(site.pool.value.id(), &authorization.client_id).await?;
    match code::spend(ctx, site, &client, code).await {
        Ok(tokens) => Ok(authorization.with_tokens(site, &tokens.result)),
        Err(denied) if denied.is_ours() => Ok(authorization.refused(site, "server_error", "")),
        // A function's words, or that the user may have no tokens any more.
        Err(denied) => {
            let description = denied.description.as_deref().unwrap_or_default();
            Ok(authorization.refused(site, "invalid_request", description))
        }
    }
}
