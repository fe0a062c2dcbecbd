//! What a sign-in on the pages ends in: an authorization code for the client, and a session of the browser's.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use poolhouse_store::{Batch, Expect};

use super::browser::SignedIn;
use super::code;
use super::site::Site;
use super::transaction::Transaction;
use super::{browser, flow, handle, implicit};
use crate::auth::ending::{Ended, Ending};
use crate::base::error::ApiError;
use crate::records::authorization_code::Granting;
use crate::records::{Authorization, BrowserSession, IdentityProviderRecord, PageStep, ProviderRef};
use crate::request::Ctx;

/// The step in which a person is asked whether the client may have what it asks for.
pub const CONSENT: &str = "page.consent";

/// Where a browser is sent, and what it is given.
#[derive(Clone, PartialEq, Eq)]
pub struct Granted {
    /// The client's redirect URI with the code; none where the person has to be asked first, on the page of the transaction.
    pub location: Option<String>,
    /// The handle of the browser's session.
    pub session: String,
    /// The browser's place token, where a right code has made one good.
    pub place: Option<String>,
    /// The code, where it is not to be handed out but used for tokens.
    code: Option<String>,
}

impl Granted {
    /// Back to the client, in a browser that is signed in already.
    pub fn back(location: String, session: &str) -> Granted {
        Granted {
            location: Some(location),
            session: session.to_owned(),
            place: None,
            code: None,
        }
    }

    /// The same with the browser's place token.
    #[must_use]
    pub fn with_place(self, place: Option<String>) -> Granted {
        Granted { place, ..self }
    }
}

/// Nothing of it: both are secrets.
impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted").finish_non_exhaustive()
    }
}

/// The end of a transaction.
pub struct PageEnding {
    site: Site,
    authorization: Authorization,
    transaction: Transaction,
    /// The session that the browser had before, which this one takes the place of.
    before: Option<String>,
    /// The identity provider that the person came by, unless it is the pool.
    provider: Option<ProviderRef>,
    /// The secret of the new one.
    secret: String,
    /// What the person is shown who is asked for consent, and the name that was typed.
    shown: (BTreeMap<String, String>, String),
    granted: Mutex<Option<Granted>>,
}

impl PageEnding {
    /// Of a transaction whose step was claimed, in a browser that has this session so far.
    pub fn new(
        ctx: &Ctx,
        site: Site,
        authorization: Authorization,
        transaction: Transaction,
        before: Option<String>,
    ) -> PageEnding {
        PageEnding {
            site,
            authorization,
            transaction,
            before,
            provider: None,
            secret: handle::draw(ctx),
            shown: Default::default(),
            granted: Mutex::default(),
        }
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

    /// The same of somebody who came by this identity provider.
    #[must_use]
    pub fn by(self, provider: Option<ProviderRef>) -> PageEnding {
        PageEnding { provider, ..self }
    }

    /// The transaction.
    pub fn transaction(&self) -> &Transaction {
        &self.transaction
    }

    /// Where the browser is sent, once the sign-in has ended.
    pub fn granted(&self) -> Option<Granted> {
        self.granted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Ending for PageEnding {
    fn rows(&self, ctx: &Ctx, ended: &Ended) -> Batch {
        let pool_id = self.site.pool.value.id();
        let session = BrowserSession {
            provider: self.provider.clone(),
            ..browser::session_of(ctx, ended, self.transaction.stored.value.lasts)
        };
        let handle = browser::handle_of(&ended.sub, &self.secret);
        let (granted, step, rows) = match self.transaction.stored.value.asks_consent {
            // Whatever became of what is shown: without a yes there is no code.
            true => self.asking(ctx, ended, handle),
            false => self.giving(ctx, ended, handle, &session),
        };
        *self.granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(granted);
        let before = self.before.as_deref();
        let batch = before.map_or_else(Batch::new, |before| browser::ends(ctx, pool_id, before));
        // Whoever came by a provider has come by one that is there.
        let batch = match &self.provider {
            Some(provider) => batch.check(
                IdentityProviderRecord::key(pool_id, &provider.name),
                Expect::Present,
            ),
            None => batch,
        };
        batch
            .merge(rows)
            .merge(self.transaction.settled(ctx, &step))
            .merge(browser::begins(ctx, pool_id, &ended.sub, &self.secret, &session))
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
            ended: Some((location.clone(), handle.clone())),
            ..PageStep::default()
        };
        let granted = Granted {
            location: Some(location),
            session: handle,
            place: None,
            code: Some(code).filter(|_| self.authorization.gives_tokens),
        };
        (granted, step, rows)
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

/// A code for a client, by a session that a browser has. Nothing is proven anew, and the session lives no longer for it.
pub fn by_session(
    ctx: &Ctx,
    site: &Site,
    authorization: &Authorization,
    found: &SignedIn,
    handle: &str,
) -> (String, Batch) {
    let secret = handle.split_once('.').map_or("", |(_, secret)| secret);
    let whose = (found.user.value.sub.as_str(), secret);
    grant(ctx, site, authorization, whose, &found.session.value)
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

/// How the user has signed in, in the words of RFC 8176.
fn amr(session: &BrowserSession) -> Vec<String> {
    let proven = |name: &str| session.proven.iter().any(|held| held == name);
    let mut methods = match session.provider {
        Some(_) => vec!["fed"],
        None => vec!["pwd"],
    };
    if proven("CUSTOM_CHALLENGE") || proven("EMAIL_OTP") || proven("SOFTWARE_TOKEN_MFA") || proven("SMS_MFA")
    {
        methods.push("otp");
    }
    if proven("SMS_MFA") {
        methods.push("sms");
    }
    if methods.len() > 1 {
        methods.push("mfa");
    }
    methods.into_iter().map(str::to_owned).collect()
}
