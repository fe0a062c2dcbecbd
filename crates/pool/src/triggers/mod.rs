//! Calling the pool's trigger functions: which function serves an ARN, what the event says, what an answer means.
//!
//! A function runs in process (the confirm-code functions, by name) as a process over the Runtime API or on
//! Lambda (whatever `poolhouse.toml` maps). Deadlines, attempts and the service's error sentences are `poolhouse_triggers`' part. No
//! transaction is open and nothing is locked while a function runs: functions call back into the pool.

mod arn;
mod host;
mod logs;
mod pre_token;
mod read;
mod registry;
mod remote;

use poolhouse_api::ErrorCode;
use poolhouse_confirm::Refusal;
use poolhouse_triggers::{ErrorKind, TriggerError, event};
use serde_json::Value;

use crate::base::error::ApiError;
use crate::records::PoolRecord;

pub use arn::function_name;
pub use host::{FunctionHost, HostError};
pub use poolhouse_triggers::Trigger;
pub use read::{
    Challenge, Decision, Groups, Override, TokenChange, read_challenge, read_decision, read_verdict,
};
pub use registry::{Functions, processes};
pub use remote::lambda;
pub use remote::{NoCredentials, Remote, remotes};

/// One call of a function.
pub struct TriggerCall<'a> {
    /// Which trigger it is called as.
    pub trigger: Trigger,
    /// `triggerSource`
    pub source: &'a str,
    /// The function, from the pool's `LambdaConfig`.
    pub arn: &'a str,
    /// `userName`
    pub username: &'a str,
    /// `callerContext.clientId`; `None` for administrators' calls without a client.
    pub client_id: Option<&'a str>,
    /// `request`
    pub request: Value,
}

/// Calls a function and returns the event that it answered, checked to be one.
///
/// # Errors
/// The service's exceptions for functions that deny, cannot be reached or answer nonsense.
pub async fn call(
    functions: &Functions,
    request_id: &str,
    pool: &PoolRecord,
    call: TriggerCall<'_>,
) -> Result<Value, ApiError> {
    let event = build(pool, &call);
    match functions.find(call.arn) {
        Some(invoker) => invoker.call(call.trigger, &event).await.map_err(failed),
        None if pre_token::is_ours(call.arn) => {
            let answer = pre_token::before_tokens(functions, &event);
            let answer = answer.map_err(|refusal| refused(request_id, &call, &refusal))?;
            check_reply(&call, &event, answer)
        }
        None => Err(not_mapped(request_id, &call)),
    }
}

/// Checks that what a function in process answered is an answer to this event, as it is checked for any other function.
///
/// # Errors
/// The service's exceptions for functions that answer nonsense.
pub fn check_reply(call: &TriggerCall<'_>, event: &Value, answer: Value) -> Result<Value, ApiError> {
    poolhouse_triggers::check_reply(call.trigger, event, answer).map_err(failed)
}

/// What a function in process refused: its words for the client, the reason for the operator.
pub fn refused(request_id: &str, call: &TriggerCall<'_>, refusal: &Refusal) -> ApiError {
    tracing::warn!(
        request_id,
        function = function_name(call.arn),
        reason = refusal.reason(),
        "function refused"
    );
    failed(TriggerError::thrown(call.trigger, &refusal.to_string()))
}

/// Whether one of the pool's triggers is the function of this name.
pub fn names_function(pool: &PoolRecord, function: &str) -> bool {
    functions_of(pool).any(|arn| arn == function || function_name(arn) == function_name(function))
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
            versioned.and_then(|config| config.lambda_arn.as_deref()),
        ];
        arns.into_iter().flatten()
    })
}

/// The version and function of the pool's PreTokenGeneration trigger, if it has one.
pub fn pre_token_generation(pool: &PoolRecord) -> Option<(u8, String)> {
    use poolhouse_api::shapes::PreTokenGenerationLambdaVersionType as Version;
    let lambdas = pool.settings.lambda_config.as_ref()?;
    if let Some(config) = &lambdas.pre_token_generation_config
        && let Some(arn) = config.lambda_arn.clone()
    {
        let version = match config.lambda_version {
            Some(Version::V2_0) => 2,
            Some(Version::V3_0) => 3,
            _ => 1,
        };
        return Some((version, arn));
    }
    Some((1, pool.lambda(|lambdas| lambdas.pre_token_generation.clone())?))
}

/// The event that the function of this call gets.
pub fn build(pool: &PoolRecord, call: &TriggerCall<'_>) -> Value {
    event::build(&event::Event {
        trigger: call.trigger,
        source: call.source,
        region: pool.region(),
        user_pool_id: pool.id(),
        user_name: call.username,
        client_id: call.client_id,
        request: &call.request,
    })
}

/// The pool names a function that this server has no place for. The client gets what the service says when it may not
/// call a function; the operator gets the reason.
fn not_mapped(request_id: &str, call: &TriggerCall<'_>) -> ApiError {
    tracing::error!(
        request_id,
        function = call.arn,
        "the pool names a function that poolhouse.toml does not map: add [functions.\"{}\"]",
        function_name(call.arn)
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
