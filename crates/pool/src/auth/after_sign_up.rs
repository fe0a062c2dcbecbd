//! Signing in right after a sign-up: `SignUp` hands out a `Session`, `ConfirmSignUp` another one, for that or for none, and
//! `InitiateAuth` by `USER_AUTH` tokens for the latter. Amplify sends the first to nobody.
//!
//! What is proved by it is what a code by mail proves that a sign-in begins with: so it is for users and pools in which such a code is enough,
//! and nowhere else.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::shapes::{AuthFlowType, ChallengeNameType, UserPoolTierType};

use super::asking::Asking;
use super::parameters::Parameters;
use super::resume::resume;
use super::room::Proven;
use super::step::{Answer, SignIn};
use super::subject::Subject;
use super::{door, flows, handle, issued, next, secret_hash};
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::session::ChallengeResult;
use crate::records::{ClientRecord, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::triggers;
use crate::triggers::events::{Metadata, PreAuthentication};
use crate::users::first_factors::FirstFactor;

/// What every `Session` begins with.
const SESSION_PREFIX: &str = "AYABe";
/// The challenge that the code of a sign-up stands for.
const CHALLENGE: ChallengeNameType = ChallengeNameType::EmailOtp;

/// The `Session` of a sign-up, where a code was mailed for it and the client may sign in by one.
pub fn begun(ctx: &Ctx, pool: &PoolRecord, client: &ClientRecord, user: &UserRecord) -> Option<String> {
    if !is_allowed(pool, client) {
        return None;
    }
    let expires = ctx.now.plus_seconds(client.auth_session_seconds());
    let plain = [&expires.0.to_be_bytes(), user.sub.as_bytes()].concat();
    let sealed = ctx
        .platform()
        .seal(Purpose::Sessions, &context(client.id()), &plain);
    Some(format!("{SESSION_PREFIX}{sealed}"))
}

fn is_allowed(pool: &PoolRecord, client: &ClientRecord) -> bool {
    flows::check(client, &AuthFlowType::UserAuth).is_ok()
        && door::check_flow(pool, client, &AuthFlowType::UserAuth).is_ok()
        && pool.settings.user_pool_tier != Some(UserPoolTierType::Lite)
}

fn context(client_id: &str) -> String {
    format!("sign-up/{client_id}")
}

/// Whether this is the `Session` of this user's sign-up by this client, in time.
fn is_of(ctx: &Ctx, client: &ClientRecord, sub: &str, session: &str) -> bool {
    let sealed = session.strip_prefix(SESSION_PREFIX).unwrap_or_default();
    let plain = ctx
        .platform()
        .open(Purpose::Sessions, &context(client.id()), sealed);
    let Ok(plain) = plain else { return false };
    let Some((expires, held)) = plain.split_first_chunk::<8>() else {
        return false;
    };
    ctx.now < Millis(i64::from_be_bytes(*expires)) && held == sub.as_bytes()
}

/// The `Session` of a confirmed sign-up, with which the client can sign the user in once: for a user who could begin with the code
/// that was typed. A client that sends a `Session` must send that of this sign-up, in time.
///
/// # Errors
/// When the store fails.
pub async fn confirmed(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    sub: &str,
    session: Option<&str>,
) -> Result<Option<String>, ApiError> {
    let is_theirs = session.is_none_or(|session| is_of(ctx, &client.value, sub, session));
    if !is_theirs || !is_allowed(pool, &client.value) {
        return Ok(None);
    }
    let Some(user) = ctx.user_by_sub(pool, sub).await? else {
        return Ok(None);
    };
    if issued::check_may_begin(pool, &user.value, FirstFactor::Email).is_err() {
        return Ok(None);
    }
    let sign_in = SignIn {
        ctx,
        pool,
        client: &client.value,
        client_version: client.version,
        epoch: user.value.epoch,
        ends: None,
        passwordless: None,
        sealed_choice: None,
        place: None,
        place_before: None,
        device: None,
        public_a: None,
        subject: Subject::Known(Box::new(user)),
        flow: AuthFlowType::UserAuth.as_str().to_owned(),
        event_id: ctx.request_id.clone(),
        answered: vec![answered()],
        metadata: Metadata::new(),
        ending: None,
    };
    let mut asking = Asking::new(&sign_in, CHALLENGE);
    asking.record.is_first = true;
    let (batch, answer) = asking.handed_out(BTreeMap::new());
    ctx.platform().commit(batch).await?;
    Ok(match answer {
        Answer::Challenge { session, .. } => session,
        Answer::Tokens(_) => None,
    })
}

fn answered() -> ChallengeResult {
    ChallengeResult {
        name: CHALLENGE.as_str().to_owned(),
        result: true,
        metadata: None,
    }
}

/// Ends the sign-in that a confirmed sign-up has begun. With a `Session` that is none of those, or too old, a sign-in begins as any
/// other: `None`.
///
/// # Errors
/// Everything that the end of a sign-in can deny with; a session that was used.
pub async fn go_on(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &Stored<Arc<ClientRecord>>,
    (session, parameters, metadata): (&str, &Parameters, &Metadata),
) -> Result<Option<Answer>, ApiError> {
    let opened = handle::open(ctx, client.value.id(), session);
    let Some(opened) = opened.filter(|opened| ctx.now < opened.expires) else {
        return Ok(None);
    };
    let name = parameters.required("USERNAME")?;
    secret_hash::check(ctx, &client.value, parameters.get("SECRET_HASH"), name)?;
    let session = handle::find(ctx, &client.value, &opened).await?;
    // One that waits for an answer has none yet.
    let is_asked = session.value.attempts_left.is_some() || session.value.is_on_page;
    if is_asked || session.value.answered != [answered()] {
        return Err(handle::invalid());
    }
    let none = Metadata::new();
    let sign_in = resume(ctx, pool, client, &session.value, CHALLENGE, Some(name), none).await?;
    let event = PreAuthentication { metadata };
    triggers::call(ctx, &sign_in.about(), &event).await?;
    next::follow(sign_in, Proven::SignedUp(Box::new(session)))
        .await
        .map(Some)
}
