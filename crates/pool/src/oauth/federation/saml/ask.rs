//! The way to a SAML provider.

use std::collections::BTreeMap;

use poolhouse_saml::request::{self, Head};
use poolhouse_text::with_causes;

use super::metadata::{self, Unusable};
use super::{ACS, certificate, entity_id, id};
use crate::base::error::ApiError;
use crate::oauth::cookies::Browser;
use crate::oauth::federation::left::Left;
use crate::oauth::federation::round;
use crate::oauth::site::Site;
use crate::records::{Authorization, ClientRecord, IdentityProviderRecord};
use crate::request::Ctx;

/// The ID of the request, among what a round keeps.
pub(super) const REQUEST: &str = "request";
/// The member of `ProviderDetails` that has requests signed.
const SIGNED: &str = "RequestSigningAlgorithm";

/// Begins a round, and writes the request.
///
/// # Errors
/// When the store fails.
pub async fn ask(
    ctx: &Ctx,
    site: &Site,
    (authorization, client): (&Authorization, &ClientRecord),
    cookies: &Browser,
    provider: &IdentityProviderRecord,
) -> Result<Left, ApiError> {
    let pool_id = site.pool.value.id();
    let metadata = match metadata::of(ctx, pool_id, provider).await {
        Ok(metadata) => metadata,
        Err(Unusable::Store(error)) => return Err(error),
        Err(unusable) => {
            let (request_id, provider, causes) = (&ctx.request_id, &provider.name, with_causes(&unusable));
            tracing::warn!(request_id, provider, causes, "a SAML provider cannot be asked");
            let location = authorization.refused(site, "server_error", &unusable.to_string());
            return Ok(Left::Back(location));
        }
    };
    let id = id::draw(ctx);
    let kept = BTreeMap::from([(REQUEST.to_owned(), id.clone())]);
    let begun = round::begin(ctx, site, (authorization, client), cookies, provider, kept).await?;
    let key = match provider
        .details
        .get(SIGNED)
        .is_some_and(|given| !given.is_empty())
    {
        true => Some(certificate::signing_key(ctx, pool_id).await?),
        false => None,
    };
    let head = Head {
        id: &id,
        now: ctx.now.0,
        destination: &metadata.sign_in,
        issuer: &entity_id(pool_id),
    };
    let is_forced = authorization.prompt.iter().any(|value| value == "login");
    let text = request::authentication(head, &format!("{}{ACS}", site.base), is_forced);
    let location = request::redirect(&metadata.sign_in, &text, &begun.state, key.as_ref());
    Ok(Left::Away {
        location: location.map_err(ApiError::internal)?,
        name: begun.name,
        is_posted: true,
    })
}
