//! Every later step: an answer to a challenge.

use std::collections::BTreeMap;

use poolhouse_api::shapes::{AuthFlowType, ChallengeNameType, UserStatusType};
use poolhouse_store::Batch;

use super::handle;
use super::initiate::password_proved;
use super::parameters::Parameters;
use super::step::{Answer, SignIn};
use super::subject::{self, Subject};
use super::{custom, new_password, secret_hash, srp};
use crate::base::error::ApiError;
use crate::records::session::ChallengeResult;
use crate::records::{ClientRecord, PoolRecord, SessionRecord, Stored};
use crate::request::Ctx;
use crate::triggers;

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
    let name = parameters.required("USERNAME")?;
    match challenge {
        ChallengeNameType::PasswordVerifier => {
            let proof = srp::Proof::read(ctx, &parameters)?;
            let exchange = srp::Exchange::open(ctx, client.id(), &proof)?;
            let record = &exchange.session;
            check_session_belongs(ctx, client, record, session.as_deref())?;
            let sign_in = resume(ctx, pool, client, record, &challenge, &parameters, metadata).await?;
            password_verifier(sign_in, exchange, proof).await
        }
        ChallengeNameType::CustomChallenge | ChallengeNameType::NewPasswordRequired => {
            let text = session
                .filter(|text| !text.is_empty())
                .ok_or_else(|| ApiError::missing_parameter("Session"))?;
            let stored = handle::find(ctx, client, &text).await?;
            let record = &stored.value;
            let sign_in = resume(ctx, pool, client, record, &challenge, &parameters, metadata).await?;
            if challenge == ChallengeNameType::NewPasswordRequired {
                return new_password::answer(sign_in, stored, &parameters).await;
            }
            custom_challenge(sign_in, stored, &parameters).await
        }
        other => {
            // Which user asks is checked all the same, so that the answer does not depend on it.
            secret_hash::check(ctx, client, parameters.get("SECRET_HASH"), Some(name), None)?;
            Err(ApiError::invalid_parameter(format!(
                "{} is not available on this server yet.",
                other.as_str()
            )))
        }
    }
}

/// Takes what the person typed. Nobody hears what came of it before the session is consumed; before functions that run
/// elsewhere look at it, it is.
async fn custom_challenge(
    sign_in: SignIn<'_>,
    stored: Stored<SessionRecord>,
    parameters: &Parameters,
) -> Result<Answer, ApiError> {
    let answer = parameters
        .get("ANSWER")
        .ok_or_else(|| ApiError::missing_parameter("ANSWER"))?
        .to_owned();
    let consumed = !triggers::all_in_process(&sign_in.ctx.app.functions, sign_in.pool);
    if consumed {
        handle::consume(sign_in.ctx, &stored).await?;
    }
    let arrival = custom::Arrival::Answer {
        pending: Box::new(stored),
        consumed,
        answer,
    };
    custom::run(sign_in, arrival).await
}

/// Where the exchange was begun with a `Session` and the client sends it back, it must be that one.
fn check_session_belongs(
    ctx: &Ctx,
    client: &ClientRecord,
    record: &SessionRecord,
    session: Option<&str>,
) -> Result<(), ApiError> {
    let Some(text) = session.filter(|text| !text.is_empty()) else {
        return Ok(());
    };
    let digest = handle::open(ctx, client.id(), text).map(|opened| opened.digest);
    if digest.is_some() && digest == record.session_digest {
        Ok(())
    } else {
        Err(handle::invalid())
    }
}

/// Takes up a sign-in where its session row left it, for the client, user and challenge it is bound to.
async fn resume<'a>(
    ctx: &'a Ctx,
    pool: &'a PoolRecord,
    client: &'a ClientRecord,
    record: &SessionRecord,
    challenge: &ChallengeNameType,
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

async fn password_verifier(
    mut sign_in: SignIn<'_>,
    exchange: srp::Exchange,
    proof: srp::Proof,
) -> Result<Answer, ApiError> {
    let proved = srp::judge(&sign_in, exchange, proof).await?;
    if sign_in.flow != AuthFlowType::CustomAuth.as_str() {
        return password_proved(&sign_in, proved).await;
    }
    let user = sign_in
        .subject
        .user()
        .ok_or_else(ApiError::incorrect_username_or_password)?;
    if let Err(refused) = subject::check_status(user, sign_in.ctx.now) {
        proved.commit(sign_in.ctx, Batch::new()).await?;
        return Err(refused);
    }
    sign_in.answered.push(ChallengeResult {
        name: ChallengeNameType::PasswordVerifier.as_str().to_owned(),
        result: true,
        metadata: None,
    });
    if user.status == UserStatusType::ForceChangePassword {
        return new_password::challenge(&sign_in, proved).await;
    }
    let proved = proved.before_functions(sign_in.ctx, sign_in.pool).await?;
    custom::run(sign_in, custom::Arrival::PasswordProved(proved)).await
}
