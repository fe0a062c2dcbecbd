//! The offer of a passkey to somebody who has signed in without one: made, or not now, the browser goes back to the client with its code.

use poolhouse_api::Operation;
use serde_json::Value;

use super::fields::Fields;
use super::refusal;
use super::taken::Taken;
use crate::auth::passkey_registration::{begin, complete};
use crate::auth::recent;
use crate::base::error::ApiError;
use crate::oauth::browser::{self, SignedIn};
use crate::oauth::granting::{self, Granted};
use crate::oauth::site::Site;
use crate::oauth::transaction::{OFFER, SESSION, Transaction};
use crate::records::{Authorization, Led, PageStep, PoolRecord};
use crate::request::Ctx;
use crate::users::passkeys;

/// What the browser's authenticator is to make, as the page hands it to the script.
pub const OPTIONS: &str = "poolhouse.options";
/// No passkey was made, or none that can be kept.
const FAILED: &str = "passkeyNotMade";

/// What came of the page.
enum Offered {
    /// It goes on.
    At(Box<PageStep>),
    /// The browser goes back to the client.
    Ended(Granted),
    /// The browser's session has ended meanwhile.
    Gone,
}

/// Whom passkeys of the pool are made for; nothing where it has none.
pub fn relying_party(pool: &PoolRecord) -> String {
    passkeys::relying_party(pool).unwrap_or_default().to_owned()
}

/// What the form of the page does.
///
/// # Errors
/// Store failures; a client that is gone.
pub async fn answer(
    ctx: &Ctx,
    site: &Site,
    asked: (&Transaction, &Authorization),
    at: &PageStep,
    fields: &Fields,
) -> Result<Taken, ApiError> {
    match take(ctx, site, asked, at, fields).await? {
        Offered::Ended(granted) => Ok(Taken::Ended(granted)),
        Offered::Gone => Ok(Taken::Unknown),
        Offered::At(next) => {
            asked.0.settle(ctx, &next, (site.pool.value.id(), None)).await?;
            Ok(Taken::Next(next.challenge))
        }
    }
}

/// Takes a step of the page.
async fn take(
    ctx: &Ctx,
    site: &Site,
    (transaction, authorization): (&Transaction, &Authorization),
    at: &PageStep,
    fields: &Fields,
) -> Result<Offered, ApiError> {
    // Who is asked for consent is offered nothing: a code would be made here without it.
    if transaction.asked.asks_consent {
        return Ok(Offered::Gone);
    }
    let handle = at.parameters.get(SESSION).cloned().unwrap_or_default();
    let pool = &*site.pool.value;
    let Some(found) = browser::find(ctx, pool, &handle).await? else {
        return Ok(Offered::Gone);
    };
    let client_id = &*authorization.client_id;
    let signed_in_at = Some(found.session.value.auth_time.seconds());
    let may = recent::check_factors_at(ctx, pool, signed_in_at);
    let credential = fields.get("credential").filter(|held| !held.is_empty());
    match (fields.get("action").map(String::as_str), credential) {
        (Some("create"), _) => {
            ctx.audit.serves(Operation::StartWebAuthnRegistration);
            let made = match may {
                Ok(()) => begin(ctx, pool, &found.user.value, client_id).await,
                Err(error) => Err(error),
            };
            return Ok(Offered::At(Box::new(match made {
                Ok(options) => with(at, Some(options)),
                Err(error) => failed(ctx, at, &error),
            })));
        }
        (_, Some(credential)) => {
            ctx.audit.serves(Operation::CompleteWebAuthnRegistration);
            let credential = Value::String(credential.clone());
            let made = match may {
                Ok(()) => complete(ctx, pool, (&found.user, client_id), &credential).await,
                Err(error) => Err(error),
            };
            if let Err(error) = made {
                return Ok(Offered::At(Box::new(failed(ctx, at, &error))));
            }
        }
        _ => {}
    }
    finish(ctx, site, (transaction, authorization), (&found, &handle)).await
}

/// Back to the client, with a code by the session that the sign-in has begun.
async fn finish(
    ctx: &Ctx,
    site: &Site,
    (transaction, authorization): (&Transaction, &Authorization),
    (found, handle): (&SignedIn, &str),
) -> Result<Offered, ApiError> {
    let settled = |location: &str| {
        let step = PageStep {
            asked: ctx.now,
            ended: Some(Led {
                location: location.to_owned(),
                session: handle.to_owned(),
                transaction: transaction.digest.clone(),
            }),
            ..PageStep::default()
        };
        transaction.settled(ctx, &step)
    };
    let location = granting::by_session(ctx, site, authorization, (found, handle), settled).await?;
    Ok(match location {
        Some(location) => Offered::Ended(Granted::back(location, handle)),
        None => Offered::Gone,
    })
}

/// The page with what is to be made, or as it was at first.
fn with(at: &PageStep, options: Option<Value>) -> PageStep {
    let mut step = PageStep {
        challenge: Some(OFFER.to_owned()),
        said: None,
        ..at.clone()
    };
    step.parameters.remove(OPTIONS);
    if let Some(options) = options {
        step.parameters.insert(OPTIONS.to_owned(), options.to_string());
    }
    step
}

fn failed(ctx: &Ctx, at: &PageStep, error: &ApiError) -> PageStep {
    ctx.audit.refused(error);
    if error.status() >= 500 {
        refusal::log(ctx, error);
    }
    refusal::said(&with(at, None), FAILED)
}
