//! The way in: what a client's request leads to in this browser, before anybody types anything.

use std::sync::Arc;

use super::begun::{self, Asked};
use super::browser::{self, SignedIn};
use super::federation::leave;
use super::federation::left::Left;
use super::federation::standing;
use super::granting;
use super::site::Site;
use super::{consent, flow, hint, steps, transaction};
use crate::base::error::ApiError;
use crate::records::client::LOCAL;
use crate::records::{Authorization, ClientRecord, ConsentRecord, PageStep, PoolRecord, Stored};
use crate::request::{Ctx, check_address};

pub use super::cookies::Browser;

/// What a request leads to.
pub enum Entered {
    /// Back to the client: with a code, or with an error that the client has asked for.
    Back(String),
    /// To an identity provider.
    Away {
        /// Where that is, with what it is told.
        location: String,
        /// The cookie that names the browser, where it had none.
        name: Option<String>,
        /// Whether it comes back by a form of the provider's page.
        is_posted: bool,
    },
    /// To a page that says this error: the client is a stranger, and nobody has let it in.
    Refused(&'static str),
    /// To a page.
    Page {
        /// The handle of the transaction.
        transaction: String,
        /// The cookie that names the browser, where it had none.
        name: Option<String>,
    },
}

impl From<Left> for Entered {
    fn from(left: Left) -> Entered {
        match left {
            Left::Away {
                location,
                name,
                is_posted,
            } => Entered::Away {
                location,
                name,
                is_posted,
            },
            Left::Back(location) => Entered::Back(location),
        }
    }
}

/// What a client is told that asks silently.
const FURTHER: (&str, &str) = ("interaction_required", "A further proof is required");
const NOBODY: (&str, &str) = ("login_required", "The user is not signed in");

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
    let found = match found {
        Some(found) => fresh(ctx, pool, &client, authorization, found).await?,
        None => None,
    };
    let found = found.filter(|found| found.satisfies(pool, &client, flow::of(site, &client)));
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
    let fresh = match signed_in {
        Some(found) => fresh(ctx, pool, &client.value, authorization, found).await?,
        None => None,
    };
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
        && found.satisfies(pool, &client.value, flow)
    {
        let who = (found, handle.as_str());
        if let Some(entered) = by_session(ctx, site, authorization, &client.value, who, cookies).await? {
            return Ok(entered);
        }
    }
    if asks("none") {
        let lacks_proof = fresh.is_some_and(|found| !found.satisfies(pool, &client.value, flow));
        let told = if lacks_proof { FURTHER } else { NOBODY };
        return Ok(refused(site, authorization, &client.value, told));
    }
    let provider = authorization.identity_provider.as_deref();
    match provider.filter(|provider| *provider != LOCAL) {
        Some(provider) => {
            match leave::leave(ctx, site, (authorization, &client.value), cookies, provider).await? {
                Left::Back(_) if consent::is_strange(&client.value, authorization) => {
                    Ok(Entered::Refused("invalid_request"))
                }
                left => Ok(left.into()),
            }
        }
        None => begin(ctx, site, authorization, (&client.value, None), cookies).await,
    }
}

/// The sign-in that the browser has had, if the client goes by it: by one of its providers, which is there still, and not too long ago.
async fn fresh(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    authorization: &Authorization,
    found: SignedIn,
) -> Result<Option<SignedIn>, ApiError> {
    let is_fresh = found.came_by(client, authorization.identity_provider.as_deref())
        && found.is_fresh(ctx, client, authorization.max_age);
    let provider = found.session.value.provider.as_ref();
    let is_there = standing::is_there(ctx, pool.id(), provider).await?;
    Ok(Some(found).filter(|_| is_fresh && is_there))
}

/// A request that asks silently, and gets nothing.
fn refused(
    site: &Site,
    authorization: &Authorization,
    client: &ClientRecord,
    (error, why): (&'static str, &str),
) -> Entered {
    match consent::is_strange(client, authorization) {
        true => Entered::Refused(error),
        false => Entered::Back(authorization.refused(site, error, why)),
    }
}

/// What somebody is led to who is signed in: back to the client, or to the page that asks whether it may come in. `None`: the session
/// has ended at this moment.
async fn by_session(
    ctx: &Ctx,
    site: &Site,
    authorization: &Authorization,
    client: &ClientRecord,
    (found, handle): (&SignedIn, &str),
    cookies: &Browser,
) -> Result<Option<Entered>, ApiError> {
    let pool = &*site.pool.value;
    if !consent::is_asked(ctx, client, authorization) {
        return reuse(ctx, site, authorization, (found, handle), None).await;
    }
    if let Some(given) = consent::given(ctx, pool.id(), &found.user.value, authorization).await? {
        return reuse(ctx, site, authorization, (found, handle), Some(&given)).await;
    }
    if authorization.prompt.iter().any(|prompt| prompt == "none") {
        let told = ("consent_required", "The user has not consented");
        return Ok(Some(refused(site, authorization, client, told)));
    }
    let step = steps::consent::step(ctx, pool.id(), authorization, found).await?;
    let entered = begin(ctx, site, authorization, (client, Some(step)), cookies).await?;
    Ok(Some(entered))
}

/// A page for somebody who has to sign in, or who is at this step.
async fn begin(
    ctx: &Ctx,
    site: &Site,
    authorization: &Authorization,
    (client, step): (&ClientRecord, Option<PageStep>),
    cookies: &Browser,
) -> Result<Entered, ApiError> {
    let pool = &*site.pool.value;
    let (named, drawn) = transaction::named(ctx, cookies);
    // A client that asks for the pool's own users is shown nobody else.
    let providers = client.outside_providers().cloned();
    let providers = providers.filter(|_| authorization.identity_provider.is_none());
    let hint = authorization.login_hint.as_deref().unwrap_or_default();
    let transaction = begun::begin(
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
            asks_consent: consent::is_asked(ctx, client, authorization),
            step,
            lasts: browser::seconds(client),
            browser: named,
            name: hint,
            providers: providers.collect(),
            is_outside_only: !client.is_local(),
        },
    )
    .await?;
    Ok(Entered::Page {
        transaction,
        name: drawn,
    })
}

/// A code by the session that the browser has. `None`: it has ended at this moment, or the consent that it goes by has.
async fn reuse(
    ctx: &Ctx,
    site: &Site,
    authorization: &Authorization,
    who: (&SignedIn, &str),
    given: Option<&Stored<ConsentRecord>>,
) -> Result<Option<Entered>, ApiError> {
    let unchanged = |_: &str| given.map(steps::consent::unchanged).unwrap_or_default();
    let location = granting::by_session(ctx, site, authorization, who, unchanged).await?;
    Ok(location.map(Entered::Back))
}
