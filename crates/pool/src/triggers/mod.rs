//! Calling the pool's trigger functions: which function serves an ARN, what the event says, what an answer means.
//!
//! A function runs in process (the confirm-code functions, by name) as a process over the Runtime API or on
//! Lambda (whatever `poolhouse.toml` maps). Deadlines, attempts and the service's error sentences are `poolhouse_triggers`' part. No
//! transaction is open and nothing is locked while a function runs: functions call back into the pool.

mod arn;
pub mod events;
mod host;
mod logs;
mod post_confirmation;
mod pre_token;
mod registry;
mod remote;

use std::time::Duration;

use poolhouse_api::ErrorCode;
use poolhouse_confirm::Refusal;
use poolhouse_triggers::{ErrorKind, TriggerError};
use serde_json::Value;
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::base::error::ApiError;
use crate::base::spans;
use crate::records::PoolRecord;

pub use arn::function_name;
pub use events::{About, Event};
pub use host::{FunctionHost, HostError};
pub use poolhouse_triggers::Trigger;
pub use registry::{COUNTERS_TABLE, Functions, processes};
pub use remote::lambda;
pub use remote::{Remote, remotes};

use events::{Call, Medium};

/// The request that asks a function.
pub trait Asking: Sync {
    /// Where functions run.
    fn functions(&self) -> &Functions;
    /// The request's id.
    fn request_id(&self) -> &str;
    /// Hears that a function was asked, and how it ended: `answered`, `refused` or `failed`.
    fn heard(&self, trigger: Trigger, took: Duration, outcome: &'static str);
}

/// Has the pool's function answer an event; `None` where the pool has none for it.
///
/// # Errors
/// The service's exceptions for functions that deny, cannot be reached or answer nonsense.
pub async fn call<E: Event>(
    asking: &impl Asking,
    about: &About<'_>,
    event: &E,
) -> Result<Option<E::Answer>, ApiError> {
    match Call::of(about, event) {
        Some(call) => {
            let reply = deliver(asking, &call).await?;
            read(event, &call, reply.get("response")).map(Some)
        }
        None => Ok(None),
    }
}

/// Whether the pool has a function for an event.
pub fn has_function(pool: &PoolRecord, event: &impl Event) -> bool {
    let lambdas = pool.settings.lambda_config.as_ref();
    lambdas.is_some_and(|lambdas| event.served_by(lambdas).is_some())
}

/// As [`call`], where the function may be one of `in_process`.
///
/// # Errors
/// As [`call`]; `InvalidLambdaResponseException` where the pool has no such function, for a step that needs it.
pub async fn call_with<E: Event, P: InProcess>(
    asking: &impl Asking,
    about: &About<'_>,
    event: &E,
    in_process: P,
) -> Result<E::Answer, ApiError> {
    let call = Call::of(about, event).ok_or_else(events::unrecognizable)?;
    let functions = asking.functions();
    let is_elsewhere = functions.find(&call.arn).is_some();
    let ours = (!is_elsewhere)
        .then(|| in_process.run(&call.arn, &call.event))
        .flatten();
    match ours {
        Some(response) => {
            let began = Instant::now();
            let response = response.await.map_err(|failure| match failure {
                Failure::Refused { refusal, to } => refused(asking.request_id(), to, &call, &refusal),
                Failure::Server(error) => error,
            });
            let response = response.and_then(|response| check_response(&call, response));
            note(asking, &call, false, began.elapsed(), &response);
            read(event, &call, Some(&response?))
        }
        None => read(event, &call, deliver(asking, &call).await?.get("response")),
    }
}

/// Functions without a process, which the steps of a sign-in bring along.
pub trait InProcess {
    /// Runs the function that an ARN or name means on an event and returns its `response`. `None` if the function is not one
    /// of these.
    fn run(self, arn: &str, event: &Value) -> Option<impl Future<Output = Result<Value, Failure>> + Send>;
}

/// Why a function in process gave no answer.
pub enum Failure {
    /// The function refused; its words go to the client as those of any function do.
    Refused {
        /// Why, in words for the person and in words for the operator.
        refusal: Refusal,
        /// What the log calls the user's address, so that a complaint can be traced.
        to: Option<String>,
    },
    /// The server failed around it.
    Server(ApiError),
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Failure {
        Failure::Server(error)
    }
}

/// Calls the function where it is and returns the event that it answered, checked to be one.
async fn deliver(asking: &impl Asking, call: &Call) -> Result<Value, ApiError> {
    let began = Instant::now();
    let answered = answer(asking.functions(), asking.request_id(), call);
    let answer = answered.instrument(spans::function(call.trigger.name())).await;
    let is_elsewhere = asking.functions().find(&call.arn).is_some();
    note(asking, call, is_elsewhere, began.elapsed(), &answer);
    answer
}

fn note<T>(
    asking: &impl Asking,
    call: &Call,
    is_elsewhere: bool,
    took: Duration,
    answer: &Result<T, ApiError>,
) {
    let outcome = asking.functions().note(call.trigger, is_elsewhere, took, answer);
    asking.heard(call.trigger, took, outcome);
}

async fn answer(functions: &Functions, request_id: &str, call: &Call) -> Result<Value, ApiError> {
    match functions.find(&call.arn) {
        Some(invoker) => invoker.call(call.trigger, &call.event).await.map_err(failed),
        None if pre_token::is_ours(&call.arn) => {
            let answer = pre_token::before_tokens(functions, &call.event);
            let answer = answer.map_err(|refusal| refused(request_id, None, call, &refusal))?;
            check_reply(call, answer)
        }
        None if post_confirmation::is_ours(&call.arn) => Ok(call.event.clone()),
        None => Err(not_mapped(request_id, call)),
    }
}

fn read<E: Event>(event: &E, call: &Call, response: Option<&Value>) -> Result<E::Answer, ApiError> {
    event.read(response.unwrap_or(&Value::Null), call.trigger)
}

/// Checks the `response` of a function in process, as that of any other function is checked.
fn check_response(call: &Call, response: Value) -> Result<Value, ApiError> {
    poolhouse_triggers::check_response(call.trigger, &response).map_err(failed)?;
    Ok(response)
}

/// Checks that what a function in process answered is an answer to this event, as it is checked for any other function.
fn check_reply(call: &Call, answer: Value) -> Result<Value, ApiError> {
    poolhouse_triggers::check_reply(call.trigger, &call.event, answer).map_err(failed)
}

/// What a function in process refused: its words for the client, the reason for the operator.
fn refused(request_id: &str, to: Option<String>, call: &Call, refusal: &Refusal) -> ApiError {
    tracing::warn!(
        request_id,
        to,
        function = function_name(&call.arn),
        reason = refusal.reason(),
        "function refused"
    );
    failed(TriggerError::thrown(call.trigger, &refusal.to_string()))
}

/// Whether one of the pool's triggers is the function of this name.
pub fn names_function(pool: &PoolRecord, function: &str) -> bool {
    functions_of(pool).any(|arn| arn == function || function_name(arn) == function_name(function))
}

/// Whether the function of this name sends codes of the pool, and so may have them decrypted.
pub fn sends_for(pool: &PoolRecord, function: &str) -> bool {
    let Some(lambdas) = pool.settings.lambda_config.as_ref() else {
        return false;
    };
    let senders = [Medium::Email, Medium::Sms].map(|medium| events::sender_of(lambdas, medium));
    let mut arns = senders.into_iter().flatten().map(|(_, arn)| arn);
    arns.any(|arn| arn == function || function_name(arn) == function_name(function))
}

/// Whether all of the pool's triggers run in process. Such a step of a sign-in has no effect before its commit, and may
/// be decided again; what runs elsewhere may have sent a mail.
pub fn all_in_process(functions: &Functions, pool: &PoolRecord) -> bool {
    functions_of(pool).all(|arn| functions.find(arn).is_none())
}

/// The ARNs of the pool's triggers.
fn functions_of(pool: &PoolRecord) -> impl Iterator<Item = &str> {
    let lambdas = pool.settings.lambda_config.as_ref();
    lambdas.into_iter().flat_map(|lambdas| {
        let versioned = lambdas.pre_token_generation_config.as_ref();
        let arns = [
            lambdas.pre_sign_up.as_deref(),
            lambdas.custom_message.as_deref(),
            lambdas.post_confirmation.as_deref(),
            lambdas.pre_authentication.as_deref(),
            lambdas.post_authentication.as_deref(),
            lambdas.define_auth_challenge.as_deref(),
            lambdas.create_auth_challenge.as_deref(),
            lambdas.verify_auth_challenge_response.as_deref(),
            lambdas.pre_token_generation.as_deref(),
            lambdas.user_migration.as_deref(),
            versioned.map(|config| config.lambda_arn.as_str()),
            events::sender_of(lambdas, Medium::Email).map(|(_, arn)| arn),
            events::sender_of(lambdas, Medium::Sms).map(|(_, arn)| arn),
        ];
        arns.into_iter().flatten()
    })
}

/// The pool names a function that this server has no place for. The client gets what the service says when it may not
/// call a function; the operator gets the reason.
fn not_mapped(request_id: &str, call: &Call) -> ApiError {
    tracing::error!(
        request_id,
        function = call.arn,
        "the pool names a function that poolhouse.toml does not map: add [functions.\"{}\"]",
        function_name(&call.arn)
    );
    failed(TriggerError::unreachable(call.trigger))
}

fn failed(error: TriggerError) -> ApiError {
    let code = match error.kind() {
        ErrorKind::UserLambdaValidation => ErrorCode::UserLambdaValidationException,
        ErrorKind::UnexpectedLambda => ErrorCode::UnexpectedLambdaException,
        ErrorKind::InvalidLambdaResponse => ErrorCode::InvalidLambdaResponseException,
        ErrorKind::TooManyRequests => ErrorCode::TooManyRequestsException,
    };
    ApiError::new(code, error.to_string())
}
