//! Setting up an authenticator app, in a pool that asks everybody for a second factor.

use super::fields::{Fields, digits};
use super::refusal;
use crate::auth::set_up::{associate, verify};
use crate::base::error::ApiError;
use crate::records::{Factor, PageStep};
use crate::request::Ctx;

/// The challenge, and the parameter of its page that shows the app's seed.
pub const CHALLENGE: &str = "MFA_SETUP";
/// Hands the seed to the page.
pub const SEED: &str = "poolhouse.seed";
/// What can be set up, as the engine lists it.
const CHOICE: &str = "MFAS_CAN_SETUP";

/// The page of a challenge that has just been made: with a seed, where an app is among what can be set up.
pub async fn begin(ctx: &Ctx, at: PageStep) -> PageStep {
    let offered = at.parameters.get(CHOICE).map_or("", String::as_str);
    let offered: Vec<String> = serde_json::from_str(offered).unwrap_or_default();
    let session = at
        .session
        .clone()
        .filter(|_| offered.iter().any(|name| name == Factor::SoftwareToken.name()));
    let Some(session) = session else {
        return refusal::beginning(ctx, &at.name, Some("unsupported"));
    };
    match associate(ctx, &session).await {
        Ok((seed, session)) => {
            let mut at = PageStep {
                session: Some(session),
                ..at
            };
            at.parameters.insert(SEED.to_owned(), seed.text());
            at
        }
        Err(error) => refusal::after(ctx, &at, &Fields::new(), &error),
    }
}

/// Verifies the app by a code of it; the session to answer the challenge with.
///
/// # Errors
/// The page that is due: of a wrong code the same.
pub async fn verified(ctx: &Ctx, at: &PageStep, fields: &Fields) -> Result<String, PageStep> {
    let typed = digits(fields);
    if typed.is_empty() {
        return Err(refusal::said(at, "fieldMissing"));
    }
    let session = at.session.as_deref().unwrap_or_default();
    let verified: Result<String, ApiError> = verify(ctx, session, &typed, None).await;
    verified.map_err(|error| refusal::after(ctx, at, fields, &error))
}
