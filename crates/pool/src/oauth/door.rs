//! The way in: what a client's request leads to in this browser, before anybody types anything.

use std::sync::Arc;

use poolhouse_store::Batch;

use super::browser::{self, SignedIn};
use super::granting::by_session;
use super::site::Site;
use super::transaction::Asked;
use super::{flow, handle, hint, transaction};
use crate::base::error::ApiError;
use crate::records::{Authorization, ClientRecord, Stored};
use crate::request::{Ctx, check_address};

/// What a browser says of itself by its cookies.
#[derive(Clone, Default)]
pub struct Browser {
    /// The cookie that names it.
    pub name: Option<String>,
    /// The handle of its session.
    pub session: Option<String>,
}

/// What a request leads to.
pub enum Entered {
    /// Back to the client: with a code, or with an error that the client has asked for.
    Back(String),
    /// To a page.
    Page {
        /// The handle of the transaction.
        transaction: String,
        /// The cookie that names the browser, where it had none.
        name: Option<String>,
    },
}

/// By which name the person is known who is signed in in this browser, and would not be asked again by this client: as much of it as
/// tells that person who it is. `None`: nobody is.
///
/// # Errors
/// A client that is gone meanwhile; store failures.
pub async fn holder(
    ctx: &Ctx,
    site: &Site,
    authorization: &Authorization,
    cookies: &Browser,
) -> Result<Option<String>, ApiError> {
    let pool = &*site.pool.value;
    let client = ctx.client(pool.id(), &authorization.client_id).await?.value;
    let asks_anew = authorization.prompt.iter().any(|held| held == "login");
    let found = match &cookies.session {
        Some(handle) if !asks_anew && check_address(pool, &client, ctx.asker.address).is_ok() => {
            browser::find(ctx, pool, handle).await?
        }
        _ => None,
    };
    let found = found.filter(|found| {
        found.is_fresh(ctx, &client, authorization.max_age)
            && found.satisfies(pool, client.id(), flow::of(site, &client))
    });
    Ok(found.map(|found| found.known_as()))
}

/// Takes up a request that was checked.
///
/// # Errors
/// A client that is gone meanwhile; store failures.
pub async fn enter(
    ctx: &Ctx,
    site: &Site,
    authorization: &Authorization,
    cookies: &Browser,
) -> Result<Entered, ApiError> {
    let pool = &*site.pool.value;
    let client: Stored<Arc<ClientRecord>> = ctx.client(pool.id(), &authorization.client_id).await?;
    let flow = flow::of(site, &client.value);
    let asks = |prompt: &str| authorization.prompt.iter().any(|held| held == prompt);
    // Whoever may not sign in from where the request comes from does not go by an earlier sign-in either.
    let may_be_here = check_address(pool, &client.value, ctx.asker.address).is_ok();
    let signed_in = match &cookies.session {
        Some(handle) if may_be_here => browser::find(ctx, pool, handle).await?,
        _ => None,
    };
    let fresh = signed_in.filter(|found| found.is_fresh(ctx, &client.value, authorization.max_age));
    let hinted = match &authorization.id_token_hint {
        Some(token) => hint::read(ctx, pool, token).await,
        None => None,
    };
    // A client that asks silently, and believes that somebody else is signed in, is not told of this one.
    let is_another = |found: &SignedIn| {
        hinted
            .as_ref()
            .is_some_and(|hint| hint.sub != found.user.value.sub)
    };
    let fresh = fresh.filter(|found| !(asks("none") && is_another(found)));
    if let (Some(found), Some(handle), false) = (&fresh, &cookies.session, asks("login"))
        && found.satisfies(pool, client.value.id(), flow)
        && let Some(location) =
            by_session(ctx, site, authorization, (found, handle), |_| Batch::new()).await?
    {
        return Ok(Entered::Back(location));
    }
    if asks("none") {
        let (error, why) = match fresh {
            Some(found) if !found.satisfies(pool, client.value.id(), flow) => {
                ("interaction_required", "A further proof is required")
            }
            _ => ("login_required", "The user is not signed in"),
        };
        return Ok(Entered::Back(authorization.refused(site, error, why)));
    }
    begin(ctx, site, authorization, &client.value, cookies).await
}

/// A page for somebody who has to sign in.
async fn begin(
    ctx: &Ctx,
    site: &Site,
    authorization: &Authorization,
    client: &ClientRecord,
    cookies: &Browser,
) -> Result<Entered, ApiError> {
    let pool = &*site.pool.value;
    let known = cookies
        .name
        .as_deref()
        .and_then(|name| transaction::browser(ctx, name));
    let drawn = known.is_none().then(|| handle::draw(ctx));
    let named = match (known, &drawn) {
        (Some(known), _) => known,
        (None, Some(drawn)) => transaction::browser(ctx, drawn).unwrap_or_default(),
        (None, None) => String::new(),
    };
    let hint = authorization.login_hint.as_deref().unwrap_or_default();
    let transaction = transaction::begin(
        ctx,
        pool.id(),
        // The hint has been looked at, and may be as long as a token is.
        Authorization {
            id_token_hint: None,
            ..authorization.clone()
        }
        .to_json(),
        Asked {
            client_id: client.id(),
            flow: flow::of(site, client),
            lasts: browser::seconds(client),
            browser: named,
            name: hint,
        },
    )
    .await?;
    Ok(Entered::Page {
        transaction,
        name: drawn,
    })
}
