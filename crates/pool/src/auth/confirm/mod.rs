//! The confirm-code functions in process, and what they want stored.

mod effects;
mod in_process;

use serde_json::Value;

use super::step::SignIn;
use crate::base::error::ApiError;
use crate::triggers::{self, Event, Failure, InProcess};

pub use effects::Effects;
use in_process::Function;

/// Has a function of custom authentication answer an event. It may run in process and then hands over what it wants
/// stored.
///
/// # Errors
/// As [`triggers::call_with`].
pub async fn call<E: Event>(
    sign_in: &SignIn<'_>,
    event: &E,
    effects: &mut Effects,
) -> Result<E::Answer, ApiError> {
    let ctx = sign_in.ctx;
    let in_process = OfStep { sign_in, effects };
    triggers::call_with(ctx, &sign_in.about(), event, in_process).await
}

/// The functions in process at one step of a sign-in.
struct OfStep<'a> {
    sign_in: &'a SignIn<'a>,
    effects: &'a mut Effects,
}

impl InProcess for OfStep<'_> {
    fn run(self, arn: &str, event: &Value) -> Option<impl Future<Output = Result<Value, Failure>> + Send> {
        let function = Function::named(arn)?;
        Some(in_process::run(function, self.sign_in, event, self.effects))
    }
}
