//! Every later step: an answer to a challenge.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::shapes::{AuthFlowType, ChallengeNameType};

use super::parameters::Parameters;
use super::step::{Answer, SignIn};
use super::subject::{self, Subject};
use super::{challenge, door, flows, handle, next, place, secret_hash};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, SessionRecord, Stored};
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
    client: &Stored<Arc<ClientRecord>>,
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
    secret_hash::check(ctx, &client.value, parameters.get("SECRET_HASH"), name)?;
    let pending = challenge::find(ctx, &client.value, challenge, session.as_deref(), &parameters).await?;
    let Some(pending) = pending else {
        return Err(ApiError::invalid_parameter(format!(
            "{} is not available on this server yet.",
            challenge.as_str()
        )));
    };
    let record = pending.session();
    let mut sign_in = resume(ctx, pool, client, record, challenge, &parameters, metadata).await?;
    place::strip(ctx, pool, &sign_in.subject, &mut sign_in.metadata).await?;
    sign_in.place_before = place::of_request(&sign_in.metadata).or(sign_in.place_before);
    let proven = pending.answer(&mut sign_in, &parameters).await?;
    next::follow(sign_in, proven).await
}

/// Takes up a sign-in where its session row left it, for the client, user and challenge it is bound to.
async fn resume<'a>(
    ctx: &'a Ctx,
    pool: &'a PoolRecord,
    client: &'a Stored<Arc<ClientRecord>>,
    record: &SessionRecord,
    challenge: ChallengeNameType,
    parameters: &Parameters,
    metadata: BTreeMap<String, String>,
) -> Result<SignIn<'a>, ApiError> {
    if record.pool_id != pool.id() || record.client_id != client.value.id() {
        return Err(handle::invalid());
    }
    if record.challenge != challenge.as_str() {
        return Err(ApiError::not_authorized("Invalid session provided for the user."));
    }
    let flow = AuthFlowType::parse(&record.flow).ok_or_else(handle::invalid)?;
    flows::check(&client.value, &flow)?;
    door::check_flow(pool, &client.value, &flow)?;
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
        if record.epoch != user.epoch {
            return Err(handle::invalid());
        }
    }
    // Nothing was proven before the password, which is judged now.
    let epoch = match challenge {
        ChallengeNameType::PasswordVerifier => subject.epoch(),
        _ => record.epoch,
    };
    Ok(SignIn {
        ctx,
        pool,
        client: &client.value,
        client_version: client.version,
        epoch,
        ends: record.ends,
        sealed_choice: record.sealed_choice.clone(),
        place: record.place.clone(),
        place_before: record.place_before.clone(),
        subject,
        flow: record.flow.clone(),
        event_id: record.event_id.clone(),
        answered: record.answered.clone(),
        metadata,
    })
}
