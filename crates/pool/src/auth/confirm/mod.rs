//! The confirm-code functions in process, and what they want stored.

mod effects;
mod in_process;

use serde_json::Value;

use super::step::SignIn;
use crate::base::error::ApiError;
use crate::triggers::{self, TriggerCall};

pub use effects::Effects;
use in_process::{Failure, Function};

/// Calls a function of custom authentication, which may run in process and then hands over what it wants stored.
///
/// # Errors
/// As [`triggers::call`].
pub async fn call(
    sign_in: &SignIn<'_>,
    call: TriggerCall<'_>,
    effects: &mut Effects,
) -> Result<Value, ApiError> {
    let (functions, request_id) = (&sign_in.ctx.app.functions, &sign_in.ctx.request_id);
    let function = Function::named(call.arn).filter(|_| functions.find(call.arn).is_none());
    let Some(function) = function else {
        return triggers::call(functions, request_id, sign_in.pool, call).await;
    };
    let event = triggers::build(sign_in.pool, &call);
    let answer = in_process::run(function, sign_in, &event, effects)
        .await
        .map_err(|failure| match failure {
            Failure::Refused(refusal) => triggers::refused(request_id, &call, &refusal),
            Failure::Server(error) => error,
        })?;
    triggers::check_reply(&call, &event, answer)
}
