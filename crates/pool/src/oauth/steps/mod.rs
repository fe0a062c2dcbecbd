//! What a form of a page does: a step of the engine that the API's clients take, too. A page judges nothing itself.

pub mod account;
mod asked;
pub mod consent;
mod fields;
mod login;
pub mod passkey;
mod refusal;
mod responses;
pub mod set_up;
mod taken;

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_api::{ErrorCode, Operation};
use poolhouse_store::Batch;

use super::cookies::Browser;
use super::federation::standing::{came_by, is_there, session_at};
use super::granting::{CONSENT, Granted, PageEnding, by_session};
use super::site::Site;
use super::transaction::{self, Claim, OFFER, SHARED, Transaction};
use super::{authorize, browser};
use crate::auth::ending::Ending;
use crate::auth::parameters::Parameters;
use crate::auth::place;
use crate::auth::respond::{Given, Response, respond};
use crate::auth::step::Answer;
use crate::base::error::ApiError;
use crate::records::{Authorization, PageStep};
use crate::request::Ctx;

use account::Asking;
pub use account::Operations;
pub use asked::CHOICES;
use asked::{Challenged, joined};
use fields::keeping;
pub use fields::{ATTRIBUTE, Fields, read};
pub use refusal::CHOSEN;
pub use responses::PLACE;
pub use taken::Taken;

/// The word that a page says of a form that was out of date.
pub const OUT_OF_DATE: &str = "stale";

/// What a browser brings beside a form.
#[derive(Clone, Copy)]
pub struct Brought<'a> {
    /// Its cookies.
    pub cookies: &'a Browser,
    /// Whether it can make passkeys, and its person has not said lately not to be asked.
    pub takes_passkeys: bool,
}

impl Brought<'_> {
    /// What is kept of the cookie that names the browser.
    fn named(&self, ctx: &Ctx) -> Option<String> {
        let name = self.cookies.name.as_deref()?;
        transaction::browser(ctx, name)
    }
}

/// Takes the step that a form asks for.
///
/// # Errors
/// A request that cannot be served at the moment; what a person can do something about is said on the page.
pub async fn take(
    ctx: &Ctx,
    site: &Site,
    handle: &str,
    brought: Brought<'_>,
    (fields, operations): (&Fields, &dyn Operations),
) -> Result<Taken, ApiError> {
    let Some(named) = brought.named(ctx) else {
        return Ok(Taken::Unknown);
    };
    let pool_id = site.pool.value.id();
    let Some(mut transaction) = transaction::find(ctx, pool_id, handle, &named).await? else {
        return Ok(Taken::Unknown);
    };
    let Some(authorization) = Authorization::from_json(&transaction.asked.authorization) else {
        return Ok(Taken::Unknown);
    };
    if let Err(error) = authorize::still_holds(ctx, pool_id, &authorization).await? {
        return Ok(Taken::Refused(error));
    }
    if transaction.step.ended.is_some() {
        return after_the_end(ctx, site, &transaction, &authorization).await;
    }
    let seq = fields.get("seq").and_then(|seq| seq.parse().ok());
    let Some(seq) = seq else {
        return Ok(Taken::OutOfDate);
    };
    let at = transaction.step.clone();
    if let Claim::OutOfDate = transaction.claim(ctx, seq).await? {
        return Ok(Taken::OutOfDate);
    }
    if at.challenge.as_deref() == Some(CONSENT) {
        let asked = (&authorization, &at);
        let said = (brought.cookies.session.as_deref(), fields);
        return consent::answer(ctx, site, &transaction, asked, said).await;
    }
    if at.challenge.as_deref() == Some(OFFER) {
        let asked = (&transaction, &authorization);
        return passkey::answer(ctx, site, asked, &at, fields).await;
    }
    let asks_consent = transaction.asked.asks_consent;
    let ending = ending(ctx, site, (authorization, transaction), brought, (&at, fields)).await?;
    let taken = claimed(ctx, site, &ending, &at, (fields, operations)).await?;
    let Taken::Ended(granted) = taken else {
        return Ok(taken);
    };
    if !asks_consent {
        return Ok(Taken::Ended(ending.completed(ctx, granted).await?));
    }
    // Signed in, and nothing more: maybe the client has been let in before.
    match transaction::find(ctx, pool_id, handle, &named).await? {
        Some(at_consent) => {
            consent::after_sign_in(ctx, site, &at_consent, ending.authorization(), granted).await
        }
        None => Ok(Taken::Ended(granted)),
    }
}

/// What the sign-in ends in.
async fn ending(
    ctx: &Ctx,
    site: &Site,
    (authorization, transaction): (Authorization, Transaction),
    brought: Brought<'_>,
    (at, fields): (&PageStep, &Fields),
) -> Result<Arc<PageEnding>, ApiError> {
    let shown = match transaction.asked.asks_consent {
        true => consent::shown(ctx, site.pool.value.id(), &authorization).await?,
        false => BTreeMap::new(),
    };
    let typed = match at.challenge {
        None => fields.get("username").map_or("", |name| name.trim()),
        Some(_) => &at.name,
    };
    let before = (brought.cookies.session.as_deref(), brought.takes_passkeys);
    let ending = PageEnding::new(ctx, site.clone(), authorization, transaction, before).await?;
    // Whoever is asked for a code after an identity provider has come by that.
    let ending = ending.by(came_by(at), session_at(at));
    Ok(Arc::new(ending.showing(shown, typed.to_owned())))
}

/// A form of a sign-in that has ended: a second click of a moment ago leads where the first one did, and a tab that shared its challenge gets a
/// code for its own client.
async fn after_the_end(
    ctx: &Ctx,
    site: &Site,
    transaction: &Transaction,
    authorization: &Authorization,
) -> Result<Taken, ApiError> {
    let Some(led) = transaction.step.ended.clone() else {
        return Ok(Taken::Unknown);
    };
    let granted = |location: String| Taken::Ended(Granted::back(location, &led.session));
    if transaction.has_just_led(ctx.now) {
        return Ok(granted(led.location.clone()));
    }
    // What one client's person has allowed is no other's: who is asked begins anew.
    if led.transaction == transaction.digest || transaction.asked.asks_consent {
        return Ok(Taken::Unknown);
    }
    let Some(found) = browser::find(ctx, &site.pool.value, &led.session).await? else {
        return Ok(Taken::Unknown);
    };
    let whose = (&found, &*led.session);
    let location = by_session(ctx, site, authorization, whose, |_| Batch::new()).await?;
    Ok(location.map_or(Taken::Unknown, granted))
}

/// Takes a step that nobody else takes.
async fn claimed(
    ctx: &Ctx,
    site: &Site,
    ending: &Arc<PageEnding>,
    at: &PageStep,
    (fields, operations): (&Fields, &dyn Operations),
) -> Result<Taken, ApiError> {
    let transaction = ending.transaction();
    let asking = Asking {
        ctx,
        operations,
        pool: &site.pool.value,
        client_id: &transaction.asked.client_id,
    };
    let next = match step(&asking, ending, at, fields).await {
        Stepped::Ended => match ending.granted() {
            // The token that the code challenge handed out has become good.
            Some(granted) => {
                let place = at.parameters.get(place::TOKEN).cloned();
                return Ok(Taken::Ended(granted.with_place(place)));
            }
            None => refusal::said(at, refusal::SERVER),
        },
        Stepped::At(next) => next,
    };
    let proved = ending.proved();
    transaction
        .settle(ctx, &next, (asking.pool.id(), proved.as_deref()))
        .await?;
    if is_for_another(fields) && asking.has_been(&at.name, fields).await? {
        return Ok(Taken::Forgets);
    }
    let shown = match &next.joined {
        Some(_) => Some(SHARED.to_owned()),
        None => next.challenge,
    };
    Ok(Taken::Next(shown))
}

/// Whether a form asks for another person's sign-in.
fn is_for_another(fields: &Fields) -> bool {
    fields.get("action").is_some_and(|action| action == "another")
}

/// Where a step leads.
#[expect(
    clippy::large_enum_variant,
    reason = "one is made for each form and moved twice"
)]
enum Stepped {
    /// To the end.
    Ended,
    /// To this.
    At(PageStep),
}

async fn step(asking: &Asking<'_>, ending: &Arc<PageEnding>, at: &PageStep, fields: &Fields) -> Stepped {
    let ctx = asking.ctx;
    let field = |name: &str| fields.get(name).map_or("", String::as_str);
    if field("action") == "restart" {
        return Stepped::At(refusal::beginning(ctx, &at.name, None));
    }
    if at.challenge.is_none() && ending.transaction().asked.is_outside_only {
        return Stepped::At(refusal::said(at, "unsupported"));
    }
    if is_for_another(fields) {
        return Stepped::At(refusal::beginning(ctx, "", None));
    }
    if (at.challenge.is_none() || is_choice(at))
        && let Some(page) = account::asked_for(ctx, asking.pool, at, fields)
    {
        return Stepped::At(page);
    }
    if came_by(at).is_some() && !stands(asking, at).await {
        return Stepped::At(refusal::beginning(ctx, "", Some("signInEnded")));
    }
    let at = &keeping(at, fields);
    if let Some(next) = asking.step(at, fields).await {
        return Stepped::At(next);
    }
    let challenge = at.challenge.as_deref().and_then(ChallengeNameType::parse);
    let answered = match challenge {
        None => login::answer(ctx, ending, fields).await,
        Some(challenge) => match by_form(ctx, ending, at, challenge, fields).await {
            Ok(answered) => answered,
            Err(page) => return Stepped::At(page),
        },
    };
    match answered {
        Ok(answered) => came(asking, ending, at, (answered, fields)).await,
        Err(error) => Stepped::At(refused(asking, at, &error, fields).await),
    }
}

/// Where an answer of the engine's leads.
async fn came(
    asking: &Asking<'_>,
    ending: &PageEnding,
    at: &PageStep,
    (answered, fields): (Answer, &Fields),
) -> Stepped {
    let typed = fields.get("username").map_or("", String::as_str);
    match answered {
        Answer::Tokens(_) => Stepped::Ended,
        Answer::Challenge { .. } if ending.joined().is_some() => {
            Stepped::At(joined(asking.ctx, at, typed, ending.joined()))
        }
        Answer::Challenge {
            name,
            session,
            parameters,
            available,
        } => {
            let challenged = Challenged {
                name,
                session,
                parameters,
                available,
            };
            let page = asked::page(asking.ctx, at, (typed, fields), challenged);
            Stepped::At(match page.challenge.as_deref() {
                Some(set_up::CHALLENGE) => set_up::begin(asking.ctx, page).await,
                _ => page,
            })
        }
    }
}

/// Whether people are at the page on which they choose what to begin with.
fn is_choice(at: &PageStep) -> bool {
    at.challenge.as_deref() == Some(ChallengeNameType::SelectChallenge.as_str())
}

/// The page that is due after a refusal.
async fn refused(asking: &Asking<'_>, at: &PageStep, error: &ApiError, fields: &Fields) -> PageStep {
    let ctx = asking.ctx;
    ctx.audit.refused(error);
    let typed = fields.get("username").map_or("", |typed| typed.trim());
    let name = if is_choice(at) { &*at.name } else { typed };
    let is_beginning = at.challenge.is_none() || is_choice(at);
    match (is_beginning, error.code) {
        // What is told to somebody alone whose password was right.
        (true, ErrorCode::UserNotConfirmedException) => asking.unconfirmed(name).await,
        (true, ErrorCode::PasswordResetRequiredException) if account::can_reset(ctx, asking.pool) => {
            account::page(ctx, account::FORGOT, name)
        }
        _ => refusal::after(ctx, at, fields, error),
    }
}

/// Whether the provider by which the person has come is one of the pool's and of the client's still. One that cannot be read is not.
async fn stands(asking: &Asking<'_>, at: &PageStep) -> bool {
    let (ctx, pool_id, provider) = (asking.ctx, asking.pool.id(), came_by(at));
    let is_there = is_there(ctx, pool_id, provider.as_ref()).await.unwrap_or(false);
    let Ok(client) = ctx.client(pool_id, asking.client_id).await else {
        return false;
    };
    let mut listed = client.value.outside_providers();
    is_there && listed.any(|name| provider.as_ref().is_some_and(|provider| provider.name == *name))
}

/// Answers a challenge by what a form holds.
///
/// # Errors
/// The page that is due, where the form is not complete.
async fn by_form(
    ctx: &Ctx,
    ending: &Arc<PageEnding>,
    at: &PageStep,
    challenge: ChallengeNameType,
    fields: &Fields,
) -> Result<Result<Answer, ApiError>, PageStep> {
    let mut at = at.clone();
    if challenge == ChallengeNameType::MfaSetup {
        at.session = Some(set_up::verified(ctx, &at, fields).await?);
    }
    let (responses, metadata) =
        responses::of(challenge, &at, fields).map_err(|word| refusal::said(&at, word))?;
    Ok(answer(ctx, ending, &at, challenge, responses, metadata).await)
}

/// Answers a challenge, as `RespondToAuthChallenge` does.
async fn answer(
    ctx: &Ctx,
    ending: &Arc<PageEnding>,
    at: &PageStep,
    challenge: ChallengeNameType,
    mut responses: BTreeMap<String, String>,
    metadata: BTreeMap<String, String>,
) -> Result<Answer, ApiError> {
    let operation = Operation::RespondToAuthChallenge;
    ctx.audit.serves(operation);
    ctx.app.admission.admit(operation, ctx.now)?;
    let client_id = &ending.transaction().asked.client_id;
    responses.insert("USERNAME".to_owned(), at.name.clone());
    let given = Given {
        session: at.session.clone(),
        parameters: Parameters::new(Some(responses)),
        metadata,
    };
    let ends: Arc<dyn Ending> = ending.clone();
    let response = Response::open(ctx, client_id, challenge, given).on_page(ends);
    let beside = |pool_id: &str| response.rows(ctx, pool_id);
    let (client, pool) = ctx.client_and_pool_beside(client_id, beside).await?;
    respond(ctx, &pool.value, &client, response).await
}
