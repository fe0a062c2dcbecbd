//! Leaving for an identity provider.

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;

use super::left::Left;
use super::providers::UNAVAILABLE;
use super::{oidc, providers, saml};
use crate::base::error::ApiError;
use crate::oauth::cookies::Browser;
use crate::oauth::site::Site;
use crate::records::{Authorization, ClientRecord};
use crate::request::Ctx;

/// Sends a browser to the provider of this name, as its protocol has it.
///
/// # Errors
/// When the store fails.
pub async fn leave(
    ctx: &Ctx,
    site: &Site,
    (authorization, client): (&Authorization, &ClientRecord),
    cookies: &Browser,
    provider: &str,
) -> Result<Left, ApiError> {
    let found = providers::find(ctx, site.pool.value.id(), provider).await?;
    match found {
        Some(found) if found.value.kind != Kind::Saml => {
            oidc::go::go(ctx, site, (authorization, client), cookies, &found).await
        }
        Some(found) => saml::ask::ask(ctx, site, (authorization, client), cookies, &found.value).await,
        None => Ok(Left::Back(authorization.refused(
            site,
            "invalid_request",
            UNAVAILABLE,
        ))),
    }
}
