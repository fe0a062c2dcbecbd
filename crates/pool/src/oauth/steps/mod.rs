//! What a form of a page does: a step of the engine that the API's clients take, too. A page judges nothing itself.

pub mod account;
pub mod consent;
mod fields;
mod login;
mod refusal;
mod responses;
pub mod set_up;
mod taken;

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::ChallengeNameType;

use super::cookies::Browser;
use super::federation::standing::{came_by, is_there};
use super::granting::{CONSENT, Granted, PageEnding};
use super::site::Site;
use super::transaction::{self, Claim, Transaction};
use crate::auth::ending::Ending;
use crate::auth::parameters::Parameters;
use crate::auth::place;
use crate::auth::respond::{Given, Response, respond};
use crate::auth::step::Answer;
use crate::base::error::ApiError;
use crate::records::{Authorization, PageStep};
use crate::request::Ctx;

/// The challenges that have a page. Whoever is asked for another one is told that it is not available here.
const PAGES: [&str; 7] = [
    "CUSTOM_CHALLENGE",
    "EMAIL_OTP",
    set_up::CHALLENGE,
    "NEW_PASSWORD_REQUIRED",
    "SELECT_MFA_TYPE",
    "SMS_MFA",
    "SOFTWARE_TOKEN_MFA",
];

use account::Asking;
pub use account::Operations;
pub use fields::Fields;
pub use refusal::CHOSEN;
pub use responses::PLACE;
pub use taken::Taken;

/// The word that a page says of a form that was out of date.
pub const OUT_OF_DATE: &str = "stale";

/// Takes the step that a form asks for.
///
/// # Errors
/// A request that cannot be served at the moment; what a person can do something about is said on the page.
pub async fn take(
    ctx: &Ctx,
    site: &Site,
    handle: &str,
    cookies: &Browser,
    fields: &Fields,
    operations: &dyn Operations,
) -> Result<Taken, ApiError> {
    let named = cookies
        .name
        .as_deref()
        .and_then(|name| transaction::browser(ctx, name));
    let Some(named) = named else {
        return Ok(Taken::Unknown);
    };
    let pool_id = site.pool.value.id();
    let Some(mut transaction) = transaction::find(ctx, pool_id, handle, &named).await? else {
        return Ok(Taken::Unknown);
    };
    if let Some((location, session)) = transaction.step.ended.clone() {
        return Ok(Taken::Ended(Granted::back(location, &session)));
    }
    let Some(authorization) = Authorization::from_json(&transaction.stored.value.authorization) else {
        return Ok(Taken::Unknown);
    };
    let seq = fields.get("seq").and_then(|seq| seq.parse().ok());
    let Some(seq) = seq else {
        return Ok(Taken::OutOfDate);
    };
    let at = transaction.step.clone();
    match transaction.claim(ctx, seq).await? {
        Claim::Taken => {}
        Claim::OutOfDate => return Ok(Taken::OutOfDate),
    }
    if at.challenge.as_deref() == Some(CONSENT) {
        let asked = (&authorization, &at);
        let said = (cookies.session.as_deref(), fields);
        return consent::answer(ctx, site, &transaction, asked, said).await;
    }
    let ending = ending(ctx, site, (authorization, transaction), cookies, (&at, fields)).await?;
    let taken = claimed(ctx, site, &ending, &at, (fields, operations)).await?;
    let Taken::Ended(granted) = taken else {
        return Ok(taken);
    };
    if granted.location.is_some() {
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
    cookies: &Browser,
    (at, fields): (&PageStep, &Fields),
) -> Result<Arc<PageEnding>, ApiError> {
    let shown = match transaction.stored.value.asks_consent {
        true => consent::shown(ctx, site.pool.value.id(), &authorization).await?,
        false => BTreeMap::new(),
    };
    let typed = match at.challenge {
        None => fields.get("username").map_or("", |name| name.trim()),
        Some(_) => &at.name,
    };
    let before = cookies.session.clone();
    let ending = PageEnding::new(ctx, site.clone(), authorization, transaction, before);
    // Whoever is asked for a code after an identity provider has come by that.
    let ending = ending.by(came_by(at));
    Ok(Arc::new(ending.showing(shown, typed.to_owned())))
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
        client_id: &transaction.stored.value.client_id,
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
    transaction.settle(ctx, &next).await?;
    Ok(Taken::Next(next.challenge))
}

/// Where a step leads.
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
    if at.challenge.is_none() && ending.transaction().stored.value.is_outside_only {
        return Stepped::At(refusal::said(at, "unsupported"));
    }
    if at.challenge.is_none()
        && let Some(page) = account::asked_for(ctx, asking.pool, at, fields)
    {
        return Stepped::At(page);
    }
    if came_by(at).is_some() && !stands(asking, at).await {
        return Stepped::At(refusal::beginning(ctx, "", Some("signInEnded")));
    }
    if let Some(next) = asking.step(at, fields).await {
        return Stepped::At(next);
    }
    let challenge = at.challenge.as_deref().and_then(ChallengeNameType::parse);
    let answered = match challenge {
        None => login::answer(ctx, ending, at, fields).await,
        Some(challenge) => match by_form(ctx, ending, at, challenge, fields).await {
            Ok(answered) => answered,
            Err(page) => return Stepped::At(page),
        },
    };
    match answered {
        Ok(Answer::Tokens(_)) => Stepped::Ended,
        Ok(Answer::Challenge {
            name,
            session,
            parameters,
            ..
        }) => {
            let page = asked(ctx, at, field("username"), (name, session, parameters));
            Stepped::At(match page.challenge.as_deref() {
                Some(set_up::CHALLENGE) => set_up::begin(ctx, page).await,
                _ => page,
            })
        }
        Err(error) => {
            ctx.audit.refused(&error);
            Stepped::At(match (at.challenge.is_none(), error.code) {
                // What is told to somebody alone whose password was right.
                (true, ErrorCode::UserNotConfirmedException) => {
                    asking.unconfirmed(field("username").trim()).await
                }
                (true, ErrorCode::PasswordResetRequiredException) if account::can_reset(ctx, asking.pool) => {
                    account::page(ctx, account::FORGOT, field("username"))
                }
                _ => refusal::after(ctx, at, fields, &error),
            })
        }
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

/// A challenge of the engine's.
fn asked(
    ctx: &Ctx,
    at: &PageStep,
    typed: &str,
    (name, session, mut parameters): (ChallengeNameType, Option<String>, BTreeMap<String, String>),
) -> PageStep {
    if !PAGES.contains(&name.as_str()) {
        return refusal::beginning(ctx, typed.trim(), Some("unsupported"));
    }
    let has_chosen = at.challenge.as_deref() == Some(ChallengeNameType::NewPasswordRequired.as_str());
    if has_chosen || at.parameters.contains_key(refusal::CHOSEN) {
        parameters.insert(refusal::CHOSEN.to_owned(), "true".to_owned());
    }
    let result = |of: &BTreeMap<String, String>| of.get("result").cloned().unwrap_or_default();
    let is_first = at.challenge.as_deref() != Some(ChallengeNameType::CustomChallenge.as_str());
    // A mail that leaves later than the first: the first one that does, or one with another code.
    let said = match (is_first, &*result(&parameters), &*result(&at.parameters)) {
        (false, "sent", "held" | "locked") => Some("sent"),
        (false, "sent", _) => Some("renewed"),
        _ => None,
    };
    PageStep {
        said: said.map(str::to_owned),
        challenge: Some(name.as_str().to_owned()),
        session,
        parameters,
        asked: ctx.now,
        name: match at.challenge {
            None => typed.trim().to_owned(),
            Some(_) => at.name.clone(),
        },
        ..PageStep::default()
    }
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
    let operation = poolhouse_api::Operation::RespondToAuthChallenge;
    ctx.audit.serves(operation);
    ctx.app.admission.admit(operation, ctx.now)?;
    let client_id = &ending.transaction().stored.value.client_id;
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
