//! The way to an identity provider and back, which is good once, and in one browser.
//!
//! What the provider gets as `state`, or `RelayState`, is the handle of a transaction of its own. So it is bound to the browser that left,
//! it is found by nobody else, and of two answers with one state one is heard. The page that the browser came from stays as it was:
//! whoever goes back from the provider's page finds it.

use std::collections::BTreeMap;

use super::{providers, standing};
use crate::base::error::ApiError;
use crate::oauth::begun::{self, Asked};
use crate::oauth::cookies::Browser;
use crate::oauth::granting::PageEnding;
use crate::oauth::site::Site;
use crate::oauth::transaction::{self, Claim, SECONDS, Transaction};
use crate::oauth::{browser, consent, flow};
use crate::records::transaction::AT_PROVIDER;
use crate::records::{
    Authorization, ClientRecord, IdentityProviderRecord, PageStep, ProviderSession, Stored,
};
use crate::request::Ctx;

/// What is kept beside what the protocol keeps.
const PROVIDER: &str = "provider";
const PROVIDER_ID: &str = "providerId";
const DOMAIN: &str = "domain";

/// A round that has begun.
pub struct Begun {
    /// What the provider is to hand back.
    pub state: String,
    /// The cookie that names the browser, where it had none.
    pub name: Option<String>,
}

/// Begins a round. `kept`: what the protocol has to find again, which is sealed.
///
/// # Errors
/// When the store fails.
pub async fn begin(
    ctx: &Ctx,
    site: &Site,
    (authorization, client): (&Authorization, &ClientRecord),
    cookies: &Browser,
    provider: &IdentityProviderRecord,
    mut kept: BTreeMap<String, String>,
) -> Result<Begun, ApiError> {
    let pool_id = site.pool.value.id();
    kept.insert(PROVIDER.to_owned(), provider.name.clone());
    kept.insert(PROVIDER_ID.to_owned(), provider.id.clone());
    kept.insert(DOMAIN.to_owned(), site.domain.clone());
    let (named, name) = transaction::named(ctx, cookies);
    let asked = Asked {
        client_id: client.id(),
        flow: flow::of(site, client),
        asks_consent: consent::is_asked(ctx, client, authorization),
        step: None,
        lasts: browser::seconds(client),
        browser: named,
        name: "",
        providers: client.outside_providers().cloned().collect(),
        is_outside_only: !client.is_local(),
    };
    let authorization = Authorization {
        id_token_hint: None,
        ..authorization.clone()
    };
    let state = begun::begin_away(ctx, pool_id, authorization.to_json(), asked, kept).await?;
    Ok(Begun { state, name })
}

/// A round whose answer is being heard.
pub struct Round {
    /// Where.
    pub site: Site,
    /// What the client had asked for.
    pub authorization: Authorization,
    /// The provider, as it is now.
    pub provider: Stored<IdentityProviderRecord>,
    /// What the protocol has kept.
    pub kept: BTreeMap<String, String>,
    /// The handle.
    pub(super) state: String,
    pub(super) transaction: Transaction,
    /// The session that the browser had before.
    before: Option<String>,
}

/// Takes a round back. `None`: there is none of this state in this browser, not any more, or its provider is gone.
///
/// # Errors
/// When the store fails.
pub async fn take(ctx: &Ctx, site: &Site, state: &str, cookies: &Browser) -> Result<Option<Round>, ApiError> {
    let pool_id = site.pool.value.id();
    let named = cookies
        .name
        .as_deref()
        .and_then(|name| transaction::browser(ctx, name));
    let Some(named) = named else { return Ok(None) };
    let Some(mut transaction) = transaction::find_away(ctx, pool_id, state, &named).await? else {
        return Ok(None);
    };
    let kept = transaction.step.parameters.clone();
    let text = |name: &str| kept.get(name).map_or("", String::as_str);
    let authorization = Authorization::from_json(&transaction.asked.authorization);
    let Some(authorization) = authorization.filter(|_| text(DOMAIN) == site.domain) else {
        return Ok(None);
    };
    match transaction.claim(ctx, 0).await? {
        Claim::Taken => {}
        Claim::OutOfDate => return Ok(None),
    }
    let provider = providers::find(ctx, pool_id, text(PROVIDER)).await?;
    let provider = provider.filter(|provider| provider.value.id == text(PROVIDER_ID));
    Ok(provider.map(|provider| Round {
        site: site.clone(),
        authorization,
        provider,
        kept,
        state: state.to_owned(),
        transaction,
        before: cookies.session.clone(),
    }))
}

impl Round {
    /// Where the browser goes when it comes to nothing: back to the client, which is told so, or to a page of ours, where the client is
    /// a stranger's. What the audit log is to be told goes with it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn refuse(&self, ctx: &Ctx, error: &str, description: &str) -> Result<String, ApiError> {
        let over = PageStep {
            challenge: Some(AT_PROVIDER.to_owned()),
            asked: ctx.now,
            ..PageStep::default()
        };
        match ctx.platform().commit(self.transaction.settled(ctx, &over)).await {
            // Another transaction may have been written over it.
            Ok(_) | Err(poolhouse_store::CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
        let pool_id = self.site.pool.value.id();
        let client = ctx.client(pool_id, &self.authorization.client_id).await;
        let is_known = client.is_ok_and(|client| !consent::is_strange(&client.value, &self.authorization));
        Ok(match is_known {
            true => self.authorization.refused(&self.site, error, description),
            // Nobody has said yet that they mean to go where a stranger wants its answers.
            false => format!("{}/error?error={error}", self.site.base),
        })
    }

    /// What the sign-in of somebody with this session at the provider ends in.
    pub(super) async fn ending(
        &self,
        ctx: &Ctx,
        session: Option<ProviderSession>,
    ) -> Result<PageEnding, ApiError> {
        let (site, authorization) = (self.site.clone(), self.authorization.clone());
        // A passkey is nothing for those whom a provider signs in.
        let brought = (self.before.as_deref(), false);
        let ending = PageEnding::new(ctx, site, authorization, self.transaction.clone(), brought).await?;
        Ok(ending.by(Some(standing::reference(&self.provider.value)), session))
    }

    /// Gives its person the time of a page from now on.
    pub(super) fn stays(&mut self, ctx: &Ctx) {
        self.transaction.stored.value.ends = ctx.now.plus_seconds(SECONDS);
    }
}
