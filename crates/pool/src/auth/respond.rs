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
    secret_hash::check(ctx, client, parameters.get("SECRET_HASH"), name)?;
    let pending = challenge::find(ctx, client, challenge, session.as_deref(), &parameters).await?;
    let Some(pending) = pending else {
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
    let subject = Subject::of_session(ctx, pool, record).await?;
    let subject = subject.ok_or_else(handle::invalid)?;
    let name = parameters.required("USERNAME")?;
    if !subject.is_named(ctx, pool, name).await? {
        return Err(match challenge {
            ChallengeNameType::PasswordVerifier => ApiError::incorrect_username_or_password(),
            _ => handle::invalid(),
        });
    }
    if let (true, Some(user)) = (record.is_proved(), subject.user()) {
        subject::check_enabled(user)?;
    }
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
