//! `2faPreToken` without a process, unless the configuration runs it elsewhere. It needs nothing but the event.

use poolhouse_confirm::{self as confirm, Refusal};
use serde_json::Value;

use super::arn::function_name;
use super::registry::Functions;

/// Whether an ARN or name means the function before tokens.
pub(super) fn is_ours(arn: &str) -> bool {
    function_name(arn) == "2faPreToken"
}

/// Runs the function before tokens.
///
/// # Errors
/// The function's refusal.
pub(super) fn before_tokens(functions: &Functions, event: &Value) -> Result<Value, Refusal> {
    confirm::pre_token_generation(&functions.confirm(), event).map_err(|refusal| match refusal {
        // A new password counts from the commit that ends the sign-in, and this one ends without.
        Refusal::NewPasswordOnly => Refusal::NewPasswordUnset,
        refusal => refusal,
    })
}
