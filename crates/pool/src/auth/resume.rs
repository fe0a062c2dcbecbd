//! Taking up a sign-in where its session left it.

use std::sync::Arc;

use poolhouse_api::shapes::{AuthFlowType, ChallengeNameType};

use super::step::SignIn;
use super::subject::{self, Subject};
use super::{door, flows, handle, outside};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, SessionRecord, Stored};
use crate::request::Ctx;
use crate::triggers::events::Metadata;
use crate::users::first_factors::FirstFactor;

/// Takes up a sign-in for the client, user and challenge that its session is bound to. `name` is who the answer says signs in;
/// the operations that go by the session alone say nobody.
///
/// # Errors
/// `NotAuthorizedException` for a session of another client, user or challenge, of a user who is disabled, or from before what
/// was proven lost its worth; a flow that the client or the pool does not allow any more.
pub async fn resume<'a>(
    ctx: &'a Ctx,
    pool: &'a PoolRecord,
    client: &'a Stored<Arc<ClientRecord>>,
    record: &SessionRecord,
    challenge: ChallengeNameType,
    name: Option<&str>,
    metadata: Metadata,
) -> Result<SignIn<'a>, ApiError> {
    if record.pool_id != pool.id() || record.client_id != client.value.id() {
        return Err(handle::invalid());
    }
    if record.challenge != challenge.as_str() {
        return Err(ApiError::not_authorized("Invalid session provided for the user."));
    }
    check_flow(pool, &client.value, record)?;
    let subject = Subject::of_session(ctx, pool, record).await?;
    let subject = subject.ok_or_else(handle::invalid)?;
    if let Some(name) = name
        && !subject.is_named(ctx, pool, name).await?
    {
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
        ChallengeNameType::PasswordVerifier | ChallengeNameType::SelectChallenge => subject.epoch(),
        _ => record.epoch,
    };
    Ok(SignIn {
        ctx,
        pool,
        client: &client.value,
        client_version: client.version,
        epoch,
        ends: record.ends,
        passwordless: FirstFactor::named(&record.challenge).filter(|_| record.is_first),
        sealed_choice: record.sealed_choice.clone(),
        place: record.place.clone(),
        place_before: record.place_before.clone(),
        device: record.device.clone(),
        public_a: None,
        subject,
        flow: record.flow.clone(),
        event_id: record.event_id.clone(),
        answered: record.answered.clone(),
        metadata,
        ending: None,
    })
}

/// Checks that client and pool allow the flow still.
fn check_flow(pool: &PoolRecord, client: &ClientRecord, record: &SessionRecord) -> Result<(), ApiError> {
    // Whoever comes by a provider is asked for a code because the door is shut, or although it is not.
    if record.is_on_page && record.flow == outside::FLOW {
        return Ok(());
    }
    let flow = AuthFlowType::parse(&record.flow).ok_or_else(handle::invalid)?;
    // A page has flows of its own, which no client lists.
    if !record.is_on_page {
        flows::check(client, &flow)?;
    }
    door::check_flow(pool, client, &flow)
}
