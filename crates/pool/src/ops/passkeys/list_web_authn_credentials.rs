//! `ListWebAuthnCredentials`

use poolhouse_api::shapes::{
    ListWebAuthnCredentialsRequest, ListWebAuthnCredentialsResponse, WebAuthnCredentialDescription,
};

use crate::auth::access_token;
use crate::base::error::ApiError;
use crate::ops::paging::Listing;
use crate::records::{Passkey, Passkeys};
use crate::request::Ctx;

/// Passkeys of a page, where the request does not say, and at most.
const PAGE: usize = 20;

/// Lists the user's passkeys, oldest first.
///
/// # Errors
/// `NotAuthorizedException` for a token that is not good; `InvalidParameterException` for a page token that is none.
pub async fn run(
    ctx: &Ctx,
    input: ListWebAuthnCredentialsRequest,
) -> Result<ListWebAuthnCredentialsResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let (pool_id, sub) = (signed_in.pool.value.id(), &signed_in.user.value.sub);
    let held = ctx.load(&Passkeys::key(pool_id, sub)).await?;
    let held = held.map(|held| held.value.0).unwrap_or_default();
    let listing = Listing {
        operation: "ListWebAuthnCredentials",
        subject: sub,
    };
    let after = listing.after(&ctx.request_id, input.next_token.as_deref())?;
    // A passkey that was deleted meanwhile leaves the list to begin anew.
    let begin = after.and_then(|id| held.iter().position(|passkey| passkey.id == id));
    let asked = input.max_results.and_then(|most| usize::try_from(most).ok());
    let most = asked.filter(|most| *most > 0).unwrap_or(PAGE).min(PAGE);
    let rest = held.get(begin.map_or(0, |last| last + 1)..).unwrap_or_default();
    let page = rest.get(..most).unwrap_or(rest);
    let next = page.last().filter(|_| rest.len() > page.len());
    Ok(ListWebAuthnCredentialsResponse {
        next_token: next.map(|last| listing.token(&last.id)),
        credentials: page.iter().map(description).collect(),
    })
}

fn description(passkey: &Passkey) -> WebAuthnCredentialDescription {
    let name = match passkey.attachment.as_deref() {
        Some("cross-platform") => "Roaming passkey",
        _ => "Platform passkey",
    };
    WebAuthnCredentialDescription {
        credential_id: passkey.id.clone(),
        friendly_credential_name: name.to_owned(),
        relying_party_id: passkey.rp_id.clone(),
        authenticator_attachment: passkey.attachment.clone(),
        authenticator_transports: passkey.transports.clone(),
        created_at: passkey.created.timestamp(),
    }
}
