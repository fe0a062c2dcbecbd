//! Refresh tokens at the token endpoint: the exchange of the API, with scopes and resources.

use super::denied::Denied;
use super::site::Site;
use super::{grant, scopes};
use crate::auth::refresh;
use crate::records::ClientRecord;
use crate::request::Ctx;
use crate::triggers::events::Metadata;
use crate::users::devices;

/// A refresh token, and what is said with it.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// The token.
    pub token: &'a str,
    /// `scope`: what is left of the scopes in the new access token.
    pub scope: Option<&'a str>,
    /// `resource`
    pub resource: Option<&'a str>,
    /// The client's id, where it is a URL.
    pub client_url: Option<&'a str>,
}

/// Exchanges a refresh token.
///
/// # Errors
/// `invalid_grant` for one that is good no more, or not here; `unauthorized_client` for a client without hosted login, whichever door the
/// token came by; `invalid_scope` for more than was granted; `invalid_target` for another resource.
pub async fn exchange(
    ctx: &Ctx,
    site: &Site,
    client: &ClientRecord,
    presented: &Presented<'_>,
) -> Result<grant::Tokens, Denied> {
    let pool = &site.pool.value;
    if client.settings.allowed_oauth_flows_user_pool_client != Some(true) {
        return Err(Denied::new("unauthorized_client"));
    }
    let token = refresh::read(ctx, pool, presented.token)?;
    let found = refresh::find_of(ctx, pool, (client, presented.client_url), token).await?;
    let granted = found.family.value.granted.as_ref();
    let narrowed = match (granted, presented.scope) {
        (_, None) => None,
        (Some(granted), Some(asked)) => Some(scopes::narrowed(&granted.scopes, asked)?),
        (None, Some(_)) => return Err(Denied::new("invalid_scope")),
    };
    let resource = granted.and_then(|granted| granted.resource.as_deref());
    if presented.resource.is_some() && presented.resource != resource {
        return Err(Denied::new("invalid_target"));
    }
    // Tokens of the API belong to devices, of which nothing is said here.
    if granted.is_none() && devices::are_tracked(pool) {
        return Err(Denied::invalid_grant());
    }
    let metadata = Metadata::new();
    let result = refresh::renew(ctx, pool, client, found, None, &metadata, narrowed.as_deref()).await?;
    Ok(grant::Tokens {
        result,
        narrowed: None,
    })
}
