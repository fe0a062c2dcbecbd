//! What a sign-in on the pages ends in: an authorization code for the client, and a session of the browser's.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use poolhouse_store::{Batch, BoxFuture, CommitError, Expect};

use super::amr::amr;
use super::authorize;
use super::browser::{self, SignedIn};
use super::code;
use super::handle;
use super::site::Site;
use super::transaction::{self, LINEAGE, OFFER, SESSION, Transaction};
use super::{flow, implicit};
use crate::auth::ending::{Ended, Ending};
use crate::auth::handle as session_handle;
use crate::base::error::ApiError;
use crate::records::authorization_code::Granting;
use crate::records::{
    Authorization, BrowserSession, ClientRecord, IdentityProviderRecord, Key, Led, PageFlow, PageStep,
    ProviderRef, ProviderSession, RecordBatch, Stored, UserRecord, load,
};
use crate::request::Ctx;

pub use super::granted::Granted;

/// The step in which a person is asked whether the client may have what it asks for.
pub const CONSENT: &str = "page.consent";

/// The end of a transaction.
pub struct PageEnding {
    site: Site,
    authorization: Authorization,
    transaction: Transaction,
    /// Whether the browser can make passkeys, and its person has not said lately not to be asked.
    takes_passkeys: bool,
    /// The identity provider that the person came by, unless it is the pool.
    provider: Option<ProviderRef>,
    /// What that is told when the person leaves.
    at_provider: Option<ProviderSession>,
    /// The secret of the browser's new session.
    secret: String,
    /// What the person is shown who is asked for consent, and the name that was typed.
    shown: (BTreeMap<String, String>, String),
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The session that the browser had before, which the new one takes the place of.
    before: Option<Before>,
    /// The user who has proved the password.
    sub: Option<String>,
    /// The transaction whose challenge is joined, and which of its sign-ins that is.
    joined: Option<(String, String)>,
    granted: Option<Granted>,
}

#[derive(Clone)]
struct Before {
    sub: String,
    key: Key<BrowserSession>,
    session: Stored<BrowserSession>,
}

impl PageEnding {
    /// Of a transaction whose step was claimed, in a browser that has this session so far.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn new(
        ctx: &Ctx,
        site: Site,
        authorization: Authorization,
        transaction: Transaction,
        (before, takes_passkeys): (Option<&str>, bool),
    ) -> Result<PageEnding, ApiError> {
        let found = before.and_then(|handle| browser::key_of(ctx, site.pool.value.id(), handle));
        let before = match found {
            Some((sub, key)) => ctx.load(&key).await?.map(|session| Before { sub, key, session }),
            None => None,
        };
        let state = State {
            before,
            ..State::default()
        };
        Ok(PageEnding {
            site,
            authorization,
            transaction,
            takes_passkeys,
            provider: None,
            at_provider: None,
            secret: handle::draw(ctx),
            shown: Default::default(),
            state: Mutex::new(state),
        })
    }

    /// The same with what a person is shown who is asked for consent, and with the name that was typed.
    #[must_use]
    pub fn showing(self, shown: BTreeMap<String, String>, typed: String) -> PageEnding {
        PageEnding {
            shown: (shown, typed),
            ..self
        }
    }

    /// What the client asked for.
    pub fn authorization(&self) -> &Authorization {
        &self.authorization
    }

    /// The same of somebody who came by this identity provider, and has this session there.
    #[must_use]
    pub fn by(self, provider: Option<ProviderRef>, at_provider: Option<ProviderSession>) -> PageEnding {
        PageEnding {
            provider,
            at_provider,
            ..self
        }
    }

    /// The transaction.
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Where the browser is sent, once the sign-in has ended.
    pub fn granted(&self) -> Option<Granted> {
        self.state().granted.clone()
    }

    /// The user who has proved the password in this step.
    pub fn proved(&self) -> Option<String> {
        self.state().sub.clone()
    }

    /// The transaction whose challenge is joined, and which of its sign-ins that is.
    pub fn joined(&self) -> Option<(String, String)> {
        self.state().joined.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What becomes of the session that the browser had before. What it gave to this user's clients stays good; somebody else's is over.
    fn replaced(&self, ctx: &Ctx, ended: &Ended) -> (Batch, Option<String>) {
        let Some(before) = self.state().before.clone() else {
            return (Batch::new(), None);
        };
        if before.sub != ended.sub {
            return (Batch::new().delete(before.key, Expect::Any), None);
        }
        let life = i64::from(ctx.app.settings.hosted.code_lifetime_seconds);
        let rest = BrowserSession {
            is_replaced: true,
            ends: before.session.value.ends.min(ctx.now.plus_seconds(life)),
            ..before.session.value.clone()
        };
        let digest = BrowserSession::digest_in(&before.session.key).to_owned();
        (Batch::new().replace(&before.session, &rest), Some(digest))
    }
}

impl Ending for PageEnding {
    fn rows(&self, ctx: &Ctx, ended: &Ended) -> Batch {
        let pool_id = self.site.pool.value.id();
        let of_client = (&*self.authorization.client_id, self.transaction.asked.lasts);
        let (replaced, replaces) = self.replaced(ctx, ended);
        let session = BrowserSession {
            provider: self.provider.clone(),
            at_provider: self.at_provider.clone(),
            replaces,
            ..browser::session_of(ctx, ended, of_client)
        };
        let handle = browser::handle_of(&ended.sub, &self.secret);
        let is_offered =
            self.takes_passkeys && ended.lacks_passkey && self.transaction.asked.flow == PageFlow::Choice;
        let (granted, mut step, rows) = match (self.transaction.asked.asks_consent, is_offered) {
            // Whatever became of what is shown: without a yes there is no code.
            (true, _) => self.asking(ctx, ended, handle),
            (false, true) => self.offering(ctx, handle),
            (false, false) => self.giving(ctx, ended, handle, &session),
        };
        if let Some((name, value)) = self.transaction.step.parameters.get_key_value(LINEAGE) {
            step.parameters.insert(name.clone(), value.clone());
        }
        self.state().granted = Some(granted);
        // Whoever came by a provider has come by one that is there.
        let replaced = match &self.provider {
            Some(provider) => replaced.check(
                IdentityProviderRecord::key(pool_id, &provider.name),
                Expect::Present,
            ),
            None => replaced,
        };
        replaced
            .merge(rows)
            .merge(self.transaction.settled(ctx, &step))
            .merge(browser::begins(ctx, pool_id, &ended.sub, &self.secret, &session))
    }

    fn check_client(&self, client: &ClientRecord) -> Result<(), ApiError> {
        authorize::holds(client, &self.authorization).map_err(|_| session_handle::invalid())
    }

    fn lost_race<'a>(&'a self, ctx: &'a Ctx, key: &'a str) -> BoxFuture<'a, Result<bool, ApiError>> {
        Box::pin(async move {
            let before = self.state().before.clone();
            let Some(before) = before.filter(|before| before.session.key == key) else {
                return Ok(false);
            };
            let now = load(ctx.platform(), &before.key).await?;
            self.state().before = now.map(|session| Before { session, ..before });
            Ok(true)
        })
    }

    fn joins<'a>(&'a self, ctx: &'a Ctx, user: &'a UserRecord) -> BoxFuture<'a, Result<bool, ApiError>> {
        Box::pin(async move {
            self.state().sub = Some(user.sub.clone());
            let pool_id = self.site.pool.value.id();
            let client = ctx.client(pool_id, &self.authorization.client_id).await?;
            let own = (&self.transaction, client.value.auth_session_seconds());
            let joined = transaction::shared(ctx, pool_id, &user.sub, own).await?;
            let is_joined = joined.is_some();
            self.state().joined = joined;
            Ok(is_joined)
        })
    }
}

impl PageEnding {
    /// A code.
    fn giving(
        &self,
        ctx: &Ctx,
        ended: &Ended,
        handle: String,
        session: &BrowserSession,
    ) -> (Granted, PageStep, Batch) {
        let whose = (ended.sub.as_str(), self.secret.as_str());
        let (code, rows) = grant(ctx, &self.site, &self.authorization, whose, session);
        let location = implicit::once(&self.authorization, &self.site, &code);
        let step = PageStep {
            asked: ctx.now,
            ended: Some(self.led(&location, &handle)),
            ..PageStep::default()
        };
        let granted = Granted {
            location: Some(location),
            session: handle,
            place: None,
            is_asked: false,
            code: Some(code).filter(|_| self.authorization.gives_tokens),
        };
        (granted, step, rows)
    }

    fn led(&self, location: &str, handle: &str) -> Led {
        Led {
            location: location.to_owned(),
            session: handle.to_owned(),
            transaction: self.transaction.digest.clone(),
        }
    }

    /// A session, and the offer of a passkey. The client's code is made once the person has answered, so that it is not old by then.
    fn offering(&self, ctx: &Ctx, handle: String) -> (Granted, PageStep, Batch) {
        let step = PageStep {
            challenge: Some(OFFER.to_owned()),
            parameters: BTreeMap::from([(SESSION.to_owned(), handle.clone())]),
            asked: ctx.now,
            ..PageStep::default()
        };
        let granted = Granted {
            location: None,
            session: handle,
            place: None,
            is_asked: false,
            code: None,
        };
        (granted, step, Batch::new())
    }

    /// A session and no code.
    fn asking(&self, ctx: &Ctx, ended: &Ended, handle: String) -> (Granted, PageStep, Batch) {
        let (shown, typed) = &self.shown;
        let account = match ended.username == ended.sub && !typed.is_empty() {
            true => typed,
            false => &ended.username,
        };
        let key = browser::key_of(ctx, self.site.pool.value.id(), &handle);
        let key = key.map(|(_, key)| String::from(key)).unwrap_or_default();
        let granted = Granted {
            location: None,
            session: handle,
            place: None,
            is_asked: true,
            code: None,
        };
        (
            granted,
            consent_step(ctx, shown.clone(), account, &key),
            Batch::new(),
        )
    }

    /// Where the browser is sent, once everything is committed: with tokens, where the client is to get some at once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn completed(&self, ctx: &Ctx, granted: Granted) -> Result<Granted, ApiError> {
        let Some(code) = granted.code.clone() else {
            return Ok(granted);
        };
        let location = implicit::location(ctx, &self.site, &self.authorization, &code).await?;
        Ok(Granted {
            location: Some(location),
            code: None,
            ..granted
        })
    }
}

/// The step in which the person of this session is asked for consent, with what is shown.
pub fn consent_step(
    ctx: &Ctx,
    shown: BTreeMap<String, String>,
    account: &str,
    session_key: &str,
) -> PageStep {
    PageStep {
        challenge: Some(CONSENT.to_owned()),
        session: Some(session_key.to_owned()),
        parameters: shown,
        asked: ctx.now,
        name: account.to_owned(),
        ..PageStep::default()
    }
}

/// A code for a client, by a session of a user's, which has this secret.
pub fn grant(
    ctx: &Ctx,
    site: &Site,
    authorization: &Authorization,
    (sub, secret): (&str, &str),
    session: &BrowserSession,
) -> (String, Batch) {
    let stands_for_code = |provider: &ProviderRef| {
        !flow::asks_code_after(&site.pool.value, &authorization.client_id, &provider.name)
    };
    let granting = Granting {
        sub: sub.to_owned(),
        epoch: session.epoch,
        auth_time: session.auth_time,
        amr: amr(session),
        browser_session: browser::key_of(ctx, site.pool.value.id(), &browser::handle_of(sub, secret))
            .map(|(_, key)| key.into()),
        provider: session.provider.clone(),
        passes_door: session.had_code || session.provider.as_ref().is_some_and(stands_for_code),
    };
    code::mint(ctx, site, authorization, &granting)
}

/// Where the browser is sent with a code by the session that it has. Nothing is proven anew, and the session lives no longer for it.
/// `also` is committed with it. `None`: the session, or the client's leave to have one, has ended at this moment. Whether the user may
/// have tokens, the code's redemption decides.
///
/// # Errors
/// A client that is gone; store failures.
pub async fn by_session(
    ctx: &Ctx,
    site: &Site,
    authorization: &Authorization,
    (found, handle): (&SignedIn, &str),
    also: impl FnOnce(&str) -> Batch,
) -> Result<Option<String>, ApiError> {
    let client = ctx.client(site.pool.value.id(), &authorization.client_id).await?;
    if authorize::holds(&client.value, authorization).is_err() {
        return Ok(None);
    }
    let secret = handle.split_once('.').map_or("", |(_, secret)| secret);
    let whose = (found.user.value.sub.as_str(), secret);
    let (code, rows) = grant(ctx, site, authorization, whose, &found.session.value);
    let location = implicit::once(authorization, site, &code);
    let rows = rows
        .check(found.session.key.clone(), found.session.unchanged())
        .check(client.key.clone(), client.unchanged())
        .merge(also(&location));
    match ctx.app.platform.commit(rows).await {
        Ok(_) => Ok(Some(implicit::location(ctx, site, authorization, &code).await?)),
        Err(CommitError::Conflict { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
