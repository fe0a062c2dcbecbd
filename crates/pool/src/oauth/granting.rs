//! What a sign-in on the pages ends in: an authorization code for the client, and a session of the browser's.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use poolhouse_store::Batch;

use super::code;
use super::site::Site;
use super::transaction::Transaction;
use super::{browser, handle};
use crate::auth::ending::{Ended, Ending};
use crate::records::authorization_code::Granting;
use crate::records::{Authorization, BrowserSession, PageStep};
use crate::request::Ctx;

/// Where a browser is sent, and what it is given.
#[derive(Clone, PartialEq, Eq)]
pub struct Granted {
    /// The client's redirect URI with the code.
    pub location: String,
    /// The handle of the browser's session.
    pub session: String,
    /// The browser's place token, where a right code has made one good.
    pub place: Option<String>,
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
    /// The secret of the new one.
    secret: String,
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
            secret: handle::draw(ctx),
            granted: Mutex::default(),
        }
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
        let session = browser::session_of(ctx, ended, self.transaction.stored.value.lasts);
        let (code, rows) = grant(
            ctx,
            &self.site,
            &self.authorization,
            (&ended.sub, &self.secret),
            &session,
        );
        let granted = Granted {
            location: self.authorization.granted(&self.site, &code),
            session: browser::handle_of(&ended.sub, &self.secret),
            place: None,
        };
        let step = PageStep {
            asked: ctx.now,
            ended: Some((granted.location.clone(), granted.session.clone())),
            ..PageStep::default()
        };
        *self.granted.lock().unwrap_or_else(PoisonError::into_inner) = Some(granted);
        let before = self.before.as_deref();
        let batch = before.map_or_else(Batch::new, |before| browser::ends(ctx, pool_id, before));
        batch
            .merge(rows)
            .merge(self.transaction.settled(ctx, &step))
            .merge(browser::begins(ctx, pool_id, &ended.sub, &self.secret, &session))
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
    let granting = Granting {
        sub: sub.to_owned(),
        epoch: session.epoch,
        auth_time: session.auth_time,
        amr: amr(session),
        browser_session: browser::key_of(ctx, site.pool.value.id(), &browser::handle_of(sub, secret))
            .map(|(_, key)| key.into()),
        provider: None,
        passes_door: session.had_code,
    };
    code::mint(ctx, site, authorization, &granting)
}

/// How the user has signed in, in the words of RFC 8176.
fn amr(session: &BrowserSession) -> Vec<String> {
    let proven = |name: &str| session.proven.iter().any(|held| held == name);
    let mut methods = vec!["pwd"];
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
