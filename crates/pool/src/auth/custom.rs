//! Custom authentication: Define decides what comes next, Create makes the challenge, Verify judges the answer.
//!
//! What the functions want changed in the store (counters, mail, the attribute) is collected in `Effects` and committed
//! together with the step's own rows: what was answered is consumed, and the new session or the tokens take its place. If
//! another sign-in of the same user moved the counters in the meantime, the step is decided again with the new ones.
//! Nothing is said before the commit, so of many answers to one session one is heard, and deciding twice never
//! evaluates two.

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::ChallengeNameType;
use poolhouse_store::{Batch, CommitError};
use serde_json::{Map, Value, json};

use super::confirm::{self, Effects};
use super::handle;
use super::lockout::Proved;
use super::parameters::Parameters;
use super::srp;
use super::step::{Answer, SignIn};
use super::subject::Subject;
use super::tokens::{self, Issued};
use crate::base::error::ApiError;
use crate::records::session::ChallengeResult;
use crate::records::{PoolRecord, RecordBatch, SessionRecord, Stored};
use crate::triggers::{self, Challenge, Decision, Trigger, TriggerCall};

/// How often a step is decided again after a lost race.
const RACES: usize = 16;

/// What brought the sign-in to this step.
pub enum Arrival<'a> {
    /// `InitiateAuth` without a password.
    Bare,
    /// `InitiateAuth` with `SRP_A`.
    SrpA(&'a Parameters),
    /// A password that proved right.
    PasswordProved(Proved),
    /// An answer to a custom challenge.
    Answer {
        /// The challenge.
        pending: Box<Stored<SessionRecord>>,
        /// Whether its session is consumed already, or is to be with what comes next.
        consumed: bool,
        /// What the person typed.
        answer: String,
    },
}

impl Arrival<'_> {
    /// What is committed with every end of the step: the consumption of what was answered.
    fn batch(&self, sign_in: &SignIn<'_>, denied: bool) -> Batch {
        match self {
            Arrival::PasswordProved(proved) if denied => proved.denied(sign_in.ctx),
            Arrival::PasswordProved(proved) => proved.batch(),
            Arrival::Answer {
                pending,
                consumed: false,
                ..
            } => handle::consumption(pending),
            Arrival::Bare | Arrival::SrpA(_) | Arrival::Answer { .. } => Batch::new(),
        }
    }

    /// Somebody else's commit was faster at `key`: whether the step can be decided again.
    async fn lost_race(&mut self, sign_in: &mut SignIn<'_>, key: &str) -> Result<(), ApiError> {
        if let Arrival::PasswordProved(proved) = self
            && proved.lost_race(sign_in.ctx, key).await?
        {
            return Ok(());
        }
        match self {
            Arrival::Answer { pending, .. } if pending.key == key => Err(handle::used()),
            _ => reload(sign_in).await,
        }
    }
}

/// Lets the flow pass if the pool names the functions it needs.
///
/// # Errors
/// `InvalidParameterException` in the service's words.
pub fn check_configured(pool: &PoolRecord) -> Result<(), ApiError> {
    let configured = pool
        .lambda(|lambdas| lambdas.define_auth_challenge.clone())
        .is_some()
        && pool
            .lambda(|lambdas| lambdas.create_auth_challenge.clone())
            .is_some()
        && pool
            .lambda(|lambdas| lambdas.verify_auth_challenge_response.clone())
            .is_some();
    if configured {
        return Ok(());
    }
    Err(ApiError::invalid_parameter(
        "Custom auth lambda trigger is not configured for the user pool.",
    ))
}

/// What a step came to, before it is committed.
enum Outcome {
    Answered(Batch, Answer),
    /// SRP keeps its own row and hands out its own challenge.
    PasswordVerifier,
    Failed,
}

/// Runs the functions for one step and commits what comes of it.
///
/// # Errors
/// `Incorrect username or password.` when Define fails the sign-in; a function's own error; store failures.
pub async fn run(mut sign_in: SignIn<'_>, mut arrival: Arrival<'_>) -> Result<Answer, ApiError> {
    check_configured(sign_in.pool)?;
    let mut issued = None;
    for _ in 0..RACES {
        let mut effects = Effects::default();
        let outcome = decide(&sign_in, &arrival, &mut effects, &mut issued).await;
        let counted = effects.into_batch(sign_in.ctx, sign_in.pool, &sign_in.subject);
        let (batch, answer) = match outcome {
            Ok(Outcome::Answered(batch, answer)) => (batch, Ok(answer)),
            Ok(Outcome::Failed) => (Batch::new(), Err(ApiError::incorrect_username_or_password())),
            Ok(Outcome::PasswordVerifier) => {
                let Arrival::SrpA(parameters) = arrival else {
                    return Err(unrecognizable());
                };
                sign_in.answered.push(answered_srp_a());
                return srp::challenge(&sign_in, parameters, true).await;
            }
            // What was counted before a later function failed stays counted.
            Err(error) => (Batch::new(), Err(error)),
        };
        let batch = arrival
            .batch(&sign_in, answer.is_err())
            .merge(counted)
            .merge(batch);
        if batch.is_empty() {
            return answer;
        }
        match sign_in.ctx.platform().commit(batch).await {
            Ok(_) => {
                sign_in.ctx.app.mailer.wake();
                return answer;
            }
            Err(CommitError::Conflict { key }) => arrival.lost_race(&mut sign_in, &key).await?,
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests())
}

/// After a lost race: the user as it is now.
async fn reload(sign_in: &mut SignIn<'_>) -> Result<(), ApiError> {
    if let Some(sub) = sign_in.subject.sub().map(str::to_owned) {
        let user = sign_in.ctx.user_by_sub(sign_in.pool, &sub).await?;
        let user = user.filter(|user| user.value.enabled);
        let user = user.ok_or_else(ApiError::incorrect_username_or_password)?;
        sign_in.subject = Subject::Known(Box::new(user));
    }
    Ok(())
}

async fn decide(
    sign_in: &SignIn<'_>,
    arrival: &Arrival<'_>,
    effects: &mut Effects,
    issued: &mut Option<Issued>,
) -> Result<Outcome, ApiError> {
    let mut answered = sign_in.answered.clone();
    match arrival {
        Arrival::Bare | Arrival::PasswordProved(_) => {}
        Arrival::SrpA(_) => answered.push(answered_srp_a()),
        Arrival::Answer { pending, answer, .. } => {
            let result = verify(sign_in, pending, answer, effects).await?;
            answered.push(ChallengeResult {
                name: ChallengeNameType::CustomChallenge.as_str().to_owned(),
                result,
                metadata: pending.value.metadata.clone(),
            });
        }
    }
    match define(sign_in, &answered, effects).await? {
        Decision::Fail => Ok(Outcome::Failed),
        // Whatever Define says: nobody is signed in who does not exist.
        Decision::IssueTokens if sign_in.subject.user().is_none() => Ok(Outcome::Failed),
        Decision::IssueTokens => {
            if issued.is_none() {
                *issued = Some(tokens::sign_in(sign_in, "TokenGeneration_Authentication").await?);
            }
            let Some(Issued { result, batch }) = issued.as_ref() else {
                return Err(unrecognizable());
            };
            Ok(Outcome::Answered(
                batch.clone(),
                Answer::Tokens(Box::new(result.clone())),
            ))
        }
        Decision::Challenge(name) if name == ChallengeNameType::CustomChallenge.as_str() => {
            let (batch, answer) = create(sign_in, &answered, effects).await?;
            Ok(Outcome::Answered(batch, answer))
        }
        Decision::Challenge(name)
            if name == ChallengeNameType::PasswordVerifier.as_str()
                && matches!(arrival, Arrival::SrpA(_)) =>
        {
            Ok(Outcome::PasswordVerifier)
        }
        Decision::Challenge(_) => Err(unrecognizable()),
    }
}

async fn define(
    sign_in: &SignIn<'_>,
    answered: &[ChallengeResult],
    effects: &mut Effects,
) -> Result<Decision, ApiError> {
    let mut request = Map::new();
    request.insert(
        "userAttributes".to_owned(),
        Value::Object(sign_in.subject.event_attributes(sign_in.pool)),
    );
    request.insert("session".to_owned(), session_list(answered));
    end_of_request(&mut request, sign_in);
    let event = invoke(sign_in, Trigger::DefineAuthChallenge, request, effects).await?;
    triggers::read_decision(&event)
}

async fn create(
    sign_in: &SignIn<'_>,
    answered: &[ChallengeResult],
    effects: &mut Effects,
) -> Result<(Batch, Answer), ApiError> {
    let SignIn {
        ctx,
        pool,
        client,
        subject,
        ..
    } = sign_in;
    let name = ChallengeNameType::CustomChallenge;
    let mut request = Map::new();
    request.insert(
        "userAttributes".to_owned(),
        Value::Object(subject.event_attributes(pool)),
    );
    request.insert("challengeName".to_owned(), json!(name.as_str()));
    request.insert("session".to_owned(), session_list(answered));
    end_of_request(&mut request, sign_in);
    let event = invoke(sign_in, Trigger::CreateAuthChallenge, request, effects).await?;
    let Challenge {
        public,
        private,
        metadata,
    } = triggers::read_challenge(&event)?;

    let expires = ctx.now.plus_seconds(client.auth_session_seconds());
    let session = handle::new(ctx, client, &subject.id(ctx, pool)?, expires);
    let private = json!(private).to_string();
    let record = SessionRecord {
        challenge: name.as_str().to_owned(),
        answered: answered.to_vec(),
        metadata,
        sealed_private: Some(ctx.platform().seal(session.key.as_str(), private.as_bytes())),
        expires,
        ..sign_in.session()
    };
    let mut parameters: BTreeMap<String, String> = public;
    parameters.insert("USERNAME".to_owned(), subject.public_name(ctx, pool)?);
    let batch = Batch::new().create(session.key, &record);
    Ok((
        batch,
        Answer::Challenge {
            name,
            session: Some(session.text),
            parameters,
        },
    ))
}

async fn verify(
    sign_in: &SignIn<'_>,
    pending: &Stored<SessionRecord>,
    answer: &str,
    effects: &mut Effects,
) -> Result<bool, ApiError> {
    let SignIn {
        ctx, pool, subject, ..
    } = sign_in;
    let sealed = pending
        .value
        .sealed_private
        .as_deref()
        .ok_or_else(handle::invalid)?;
    let private = ctx
        .platform()
        .open(&pending.key, sealed)
        .map_err(ApiError::internal)?;
    let private: Value = serde_json::from_slice(&private).map_err(ApiError::internal)?;
    let mut request = Map::new();
    request.insert(
        "userAttributes".to_owned(),
        Value::Object(subject.event_attributes(pool)),
    );
    request.insert("privateChallengeParameters".to_owned(), private);
    request.insert("challengeAnswer".to_owned(), json!(answer));
    end_of_request(&mut request, sign_in);
    let event = invoke(sign_in, Trigger::VerifyAuthChallengeResponse, request, effects).await?;
    triggers::read_verdict(&event)
}

fn end_of_request(request: &mut Map<String, Value>, sign_in: &SignIn<'_>) {
    request.insert("clientMetadata".to_owned(), sign_in.client_metadata());
    request.insert("userNotFound".to_owned(), json!(sign_in.subject.user().is_none()));
}

async fn invoke(
    sign_in: &SignIn<'_>,
    trigger: Trigger,
    request: Map<String, Value>,
    effects: &mut Effects,
) -> Result<Value, ApiError> {
    let SignIn {
        pool,
        client,
        subject,
        ..
    } = sign_in;
    let (source, arn) = match trigger {
        Trigger::DefineAuthChallenge => (
            "DefineAuthChallenge_Authentication",
            pool.lambda(|l| l.define_auth_challenge.clone()),
        ),
        Trigger::CreateAuthChallenge => (
            "CreateAuthChallenge_Authentication",
            pool.lambda(|l| l.create_auth_challenge.clone()),
        ),
        _ => (
            "VerifyAuthChallengeResponse_Authentication",
            pool.lambda(|l| l.verify_auth_challenge_response.clone()),
        ),
    };
    let arn = arn.ok_or_else(unrecognizable)?;
    let call = TriggerCall {
        trigger,
        source,
        arn: &arn,
        username: subject.username(),
        client_id: Some(client.id()),
        request: Value::Object(request),
    };
    confirm::call(sign_in, call, effects).await
}

fn session_list(answered: &[ChallengeResult]) -> Value {
    answered
        .iter()
        .map(|answer| {
            json!({
                "challengeName": answer.name,
                "challengeResult": answer.result,
                "challengeMetadata": answer.metadata,
            })
        })
        .collect()
}

fn answered_srp_a() -> ChallengeResult {
    ChallengeResult {
        name: "SRP_A".to_owned(),
        result: true,
        metadata: None,
    }
}

fn unrecognizable() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidLambdaResponseException,
        "Unrecognizable lambda output",
    )
}
