//! Signing out at the provider, too, by which somebody has come (single logout).
//!
//! By then the session here is over. What the provider answers decides nothing but which page is shown next, and that is the one that was
//! decided before the browser left: the answer names no address. `RelayState` is the handle of a round as it is for sign-ins, good once,
//! for five minutes, in the browser that left.

use std::collections::BTreeMap;

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;
use poolhouse_saml::request::{self, Head};
use poolhouse_saml::{ExpectedLogout, Fault, accept_logout};
use poolhouse_text::with_causes;
use serde_json::Value;

use super::metadata::{self, Unusable};
use super::{SLO, certificate, entity_id, id};
use crate::base::error::ApiError;
use crate::oauth::begun::{self, Asked};
use crate::oauth::browser::SignedIn;
use crate::oauth::cookies::Browser;
use crate::oauth::federation::providers;
use crate::oauth::leaving::Leave;
use crate::oauth::site::Site;
use crate::oauth::transaction::{self, Claim, Transaction};
use crate::records::{IdentityProviderRecord, PageFlow, ProviderRef};
use crate::request::Ctx;

/// The member of `ProviderDetails` that asks for it.
const WANTED: &str = "IDPSignout";
/// What a round keeps. A sign-in's has none of the first.
const REQUEST: &str = "signOut";
const PROVIDER: &str = "provider";
const PROVIDER_ID: &str = "providerId";
const DOMAIN: &str = "domain";
/// Where the browser goes afterwards, by what it does there.
const TO: &str = "to";
const SIGN_IN: &str = "signIn";

/// Sends the browser of somebody who has signed out here to the provider, if they came by one that is to hear of it; then it goes on as
/// decided. `None`: it goes on at once.
///
/// # Errors
/// When the store fails.
pub async fn begin(
    ctx: &Ctx,
    site: &Site,
    (client_id, cookies): (&str, &Browser),
    left: &SignedIn,
    then: &Leave,
) -> Result<Option<Leave>, ApiError> {
    let pool_id = site.pool.value.id();
    let session = &left.session.value;
    let (Some(by), Some(known)) = (&session.provider, &session.at_provider) else {
        return Ok(None);
    };
    let provider = found(ctx, pool_id, by).await?;
    let Some(provider) = provider.filter(|provider| provider.is_set(WANTED)) else {
        return Ok(None);
    };
    let metadata = match metadata::of(ctx, pool_id, &provider).await {
        Ok(metadata) => metadata,
        Err(Unusable::Store(error)) => return Err(error),
        Err(unusable) => {
            let (request_id, provider, causes) = (&ctx.request_id, &provider.name, with_causes(&unusable));
            tracing::warn!(
                request_id,
                provider,
                causes,
                "a SAML provider is not told of a sign-out"
            );
            return Ok(None);
        }
    };
    let Some(destination) = metadata.sign_out else {
        return Ok(None);
    };
    let id = id::draw(ctx);
    let (named, name) = transaction::named(ctx, cookies);
    let state = keep(ctx, site, (client_id, named), (&provider, &id), then).await?;
    let head = Head {
        id: &id,
        now: ctx.now.0,
        destination: &destination,
        issuer: &entity_id(pool_id),
    };
    let attributes = known.attributes.iter();
    let attributes: Vec<(&str, &str)> = attributes.map(|(name, value)| (&**name, &**value)).collect();
    let text = request::logout(head, &known.name_id, &attributes, known.index.as_deref());
    let key = certificate::signing_key(ctx, pool_id).await?;
    let location = request::redirect(&destination, &text, &state, Some(&key));
    let location = location.map_err(ApiError::internal)?;
    Ok(Some(Leave::Away { location, name }))
}

/// The provider, if it is the one that it was.
async fn found(
    ctx: &Ctx,
    pool_id: &str,
    by: &ProviderRef,
) -> Result<Option<IdentityProviderRecord>, ApiError> {
    let found = providers::find(ctx, pool_id, &by.name).await?;
    let provider = found.map(|found| found.value);
    Ok(provider.filter(|provider| provider.id == by.id && provider.kind == Kind::Saml))
}

async fn keep(
    ctx: &Ctx,
    site: &Site,
    (client_id, browser): (&str, String),
    (provider, id): (&IdentityProviderRecord, &str),
    then: &Leave,
) -> Result<String, ApiError> {
    let mut kept = BTreeMap::from(
        [
            (REQUEST, id),
            (PROVIDER, provider.name.as_str()),
            (PROVIDER_ID, provider.id.as_str()),
            (DOMAIN, site.domain.as_str()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    match then {
        Leave::To(uri) => kept.insert(TO.to_owned(), uri.clone()),
        Leave::SignIn(query) => kept.insert(SIGN_IN.to_owned(), query.clone()),
        _ => None,
    };
    let asked = Asked {
        client_id,
        flow: PageFlow::default(),
        asks_consent: false,
        step: None,
        lasts: 0,
        browser,
        name: "",
        providers: Vec::new(),
        is_outside_only: false,
    };
    // Nobody has asked for a sign-in: whatever takes one of those back finds none in it.
    begun::begin_away(ctx, site.pool.value.id(), Value::Null, asked, kept).await
}

/// Takes a browser back that posts what the provider has answered. `None`: nobody left from it with this state, or is back already; or
/// what it brings is not the provider's answer.
///
/// # Errors
/// When the store fails.
pub async fn answer(
    ctx: &Ctx,
    site: &Site,
    (relay_state, response): (&str, &str),
    cookies: &Browser,
) -> Result<Option<Leave>, ApiError> {
    let Some(kept) = take(ctx, site, relay_state, cookies).await? else {
        return Ok(None);
    };
    let text = |name: &str| kept.get(name).cloned().unwrap_or_default();
    let by = ProviderRef {
        name: text(PROVIDER),
        id: text(PROVIDER_ID),
    };
    let Some(provider) = found(ctx, site.pool.value.id(), &by).await? else {
        return Ok(None);
    };
    match judge(ctx, site, (&provider, &text(REQUEST)), response).await {
        Ok(()) => Ok(Some(match (kept.get(TO), kept.get(SIGN_IN)) {
            (Some(uri), _) => Leave::To(uri.clone()),
            (None, Some(query)) => Leave::SignIn(query.clone()),
            (None, None) => Leave::Said,
        })),
        Err(Unusable::Store(error)) => Err(error),
        Err(unusable) => {
            let (request_id, provider) = (&ctx.request_id, &provider.name);
            if matches!(unusable, Unusable::Fault(Fault::NotSuccess)) {
                tracing::info!(request_id, provider, "a SAML provider signs nobody out");
                return Ok(Some(Leave::Here));
            }
            let causes = with_causes(&unusable);
            tracing::info!(
                request_id,
                provider,
                causes,
                "what answers a sign-out is not believed"
            );
            Ok(None)
        }
    }
}

/// What was kept when the browser left. It is over with this, whatever the answer is.
async fn take(
    ctx: &Ctx,
    site: &Site,
    state: &str,
    cookies: &Browser,
) -> Result<Option<BTreeMap<String, String>>, ApiError> {
    let name = cookies.name.as_deref();
    let Some(named) = name.and_then(|name| transaction::browser(ctx, name)) else {
        return Ok(None);
    };
    let found = transaction::find_away(ctx, site.pool.value.id(), state, &named).await?;
    let is_ours = |found: &Transaction| {
        let kept = &found.step.parameters;
        kept.contains_key(REQUEST) && kept.get(DOMAIN) == Some(&site.domain)
    };
    let Some(mut found) = found.filter(is_ours) else {
        return Ok(None);
    };
    let kept = found.step.parameters.clone();
    match found.claim(ctx, 0).await? {
        Claim::Taken => Ok(Some(kept)),
        Claim::OutOfDate => Ok(None),
    }
}

async fn judge(
    ctx: &Ctx,
    site: &Site,
    (provider, asked): (&IdentityProviderRecord, &str),
    response: &str,
) -> Result<(), Unusable> {
    let metadata = metadata::of(ctx, site.pool.value.id(), provider).await?;
    let expected = ExpectedLogout {
        issuer: &metadata.entity_id,
        destination: &format!("{}{SLO}", site.base),
        in_response_to: asked,
        now: ctx.now.0,
        keys: &metadata.keys,
    };
    accept_logout(response, &expected).map_err(Unusable::Fault)
}
