//! Sign-ins that a provider begins by itself. Nothing says that the person at this browser wanted one: somebody else's page may have
//! sent the form, with a response that is about somebody else. So it takes the word of the server's operator, of the provider's
//! setting, and of an app client that has no other way in.

use std::collections::BTreeMap;

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;

use super::judge::judge;
use crate::base::error::ApiError;
use crate::oauth::cookies::Browser;
use crate::oauth::federation::arrive::{Arrived, arrive};
use crate::oauth::federation::providers::UNAVAILABLE;
use crate::oauth::federation::{providers, round};
use crate::oauth::form::Form;
use crate::oauth::site::Site;
use crate::oauth::{Refused, authorize, consent};
use crate::records::{Authorization, ClientRecord, IdentityProviderRecord};
use crate::request::Ctx;

/// Where a browser goes that has come back, and the cookie that names it where it has got one just now.
pub struct Back {
    /// Where it goes.
    pub arrived: Arrived,
    /// The cookie.
    pub name: Option<String>,
}

/// Takes somebody who was not asked. `relay_state` says what a client's request would: provider, client, where to go.
///
/// # Errors
/// When the store fails.
pub async fn answer(
    ctx: &Ctx,
    site: &Site,
    relay_state: &str,
    response: &str,
) -> Result<Option<Back>, ApiError> {
    let form = Form::read(relay_state.as_bytes()).filter(|form| !form.has_double());
    let Some(form) = form.filter(|_| ctx.app.settings.hosted.saml_idp_initiated) else {
        return Ok(None);
    };
    let refused = |location| {
        Ok(Some(Back {
            arrived: Arrived::Refused(location),
            name: None,
        }))
    };
    let authorization = match authorize::check(ctx, site, &form).await {
        Ok(authorization) => authorization,
        Err(Refused::Redirect(location)) => return refused(location),
        Err(Refused::Page { .. }) => return Ok(None),
    };
    let pool_id = site.pool.value.id();
    let client = ctx.client(pool_id, &authorization.client_id).await?.value;
    // A stranger's client is led to only once its people have said yes, and here nobody has asked for anything.
    if consent::is_strange(&client, &authorization) {
        return Ok(None);
    }
    let Some(provider) = beginning(ctx, pool_id, &client, &authorization).await? else {
        return refused(authorization.refused(site, "invalid_request", UNAVAILABLE));
    };
    // Judged before anything is written: a response that nobody signed costs no row.
    let believed = match judge(ctx, site, &provider, None, response).await? {
        Ok(believed) => believed,
        Err(told) => return refused(authorization.refused(site, told.error, &told.why)),
    };
    let asked = (&authorization, &*client);
    let begun = round::begin(ctx, site, asked, &Browser::default(), &provider, BTreeMap::new()).await?;
    let browser = Browser {
        name: begun.name.clone(),
        session: None,
    };
    let Some(round) = round::take(ctx, site, &begun.state, &browser).await? else {
        return Ok(None);
    };
    let arrived = arrive(ctx, round, believed.identity, believed.used).await?;
    Ok(Some(Back {
        arrived,
        name: begun.name,
    }))
}

/// The provider, if it may begin sign-ins and all that the client takes are SAML's: the service's own rule.
async fn beginning(
    ctx: &Ctx,
    pool_id: &str,
    client: &ClientRecord,
    authorization: &Authorization,
) -> Result<Option<IdentityProviderRecord>, ApiError> {
    if client.is_local() {
        return Ok(None);
    }
    let mut named = None;
    for name in client.outside_providers() {
        match providers::find(ctx, pool_id, name).await? {
            Some(found) if found.value.kind != Kind::Saml => return Ok(None),
            Some(found) if authorization.identity_provider.as_ref() == Some(name) => {
                named = Some(found.value);
            }
            _ => {}
        }
    }
    Ok(named.filter(|provider| provider.is_set("IDPInit")))
}
