//! Every later step: an answer to a challenge.

use std::collections::BTreeMap;

use poolhouse_api::shapes::ChallengeNameType;

use super::parameters::Parameters;
use super::step::{Answer, SignIn};
use super::subject::{self, Subject};
use super::{challenge, handle, next, secret_hash};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, SessionRecord};
use crate::request::Ctx;

/// An answer to a challenge.
pub struct Response {
    /// The challenge answered.
    pub challenge: ChallengeNameType,
    /// `Session`
    pub session: Option<String>,
    /// `ChallengeResponses`
    pub parameters: Parameters,
    /// `ClientMetadata`
    pub metadata: BTreeMap<String, String>,
}

/// Goes on with a sign-in.
///
/// # Errors
/// Everything that the flow can deny with.
pub async fn respond(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    response: Response,
) -> Result<Answer, ApiError> {
    let Response {
        challenge,
        session,
        parameters,
        metadata,
    } = response;
    if parameters.is_empty() {
        return Err(ApiError::invalid_parameter(
            "Missing required parameter challenge responses.",
        ));
    }
    let name = parameters.required("USERNAME")?;
    let pending = challenge::find(ctx, client, challenge, session.as_deref(), &parameters).await?;
    let Some(pending) = pending else {
        // Which user asks is checked all the same, so that the answer does not depend on it.
        secret_hash::check(ctx, client, parameters.get("SECRET_HASH"), Some(name), None)?;
        return Err(ApiError::invalid_parameter(format!(
            "{} is not available on this server yet.",
            challenge.as_str()
        )));
    };
    let record = pending.session();
    let mut sign_in = resume(ctx, pool, client, record, challenge, &parameters, metadata).await?;
    let proven = pending.answer(&mut sign_in, &parameters).await?;
    next::follow(sign_in, proven).await
}

/// Takes up a sign-in where its session row left it, for the client, user and challenge it is bound to.
async fn resume<'a>(
    ctx: &'a Ctx,
    pool: &'a PoolRecord,
    client: &'a ClientRecord,
    record: &SessionRecord,
    challenge: ChallengeNameType,
    parameters: &Parameters,
    metadata: BTreeMap<String, String>,
) -> Result<SignIn<'a>, ApiError> {
    if record.pool_id != pool.id() || record.client_id != client.id() {
        return Err(handle::invalid());
    }
    if record.challenge != challenge.as_str() {
        return Err(ApiError::not_authorized("Invalid session provided for the user."));
    }
    let subject = subject_of(ctx, pool, record).await?;
    let name = parameters.required("USERNAME")?;
    let user = subject.user();
    secret_hash::check(ctx, client, parameters.get("SECRET_HASH"), Some(name), user)?;
    if !is_named(ctx, pool, &subject, name).await? {
        return Err(handle::invalid());
    }
    subject::check_enabled(&subject)?;
    Ok(SignIn {
        ctx,
        pool,
        client,
        subject,
        flow: record.flow.clone(),
        event_id: record.event_id.clone(),
        answered: record.answered.clone(),
        metadata,
    })
}

/// The user that a session is bound to, as it is now. A user deleted since is nobody.
async fn subject_of(ctx: &Ctx, pool: &PoolRecord, record: &SessionRecord) -> Result<Subject, ApiError> {
    let Some(sub) = &record.sub else {
        return Ok(Subject::Unknown(record.username.clone()));
    };
    match ctx.user_by_sub(pool, sub).await? {
        Some(user) => Ok(Subject::Known(Box::new(user))),
        None => Err(handle::invalid()),
    }
}

/// Whether `name` is one of the names of the subject: the one given to the client, or any that signs the user in.
async fn is_named(ctx: &Ctx, pool: &PoolRecord, subject: &Subject, name: &str) -> Result<bool, ApiError> {
    let compared = pool.compared(name);
    if compared == pool.compared(subject.username()) || name == subject.public_name(ctx, pool)? {
        return Ok(true);
    }
    let Some(sub) = subject.sub() else {
        return Ok(false);
    };
    Ok(ctx
        .find_user(pool, name)
        .await?
        .is_some_and(|user| user.value.sub == sub))
}
