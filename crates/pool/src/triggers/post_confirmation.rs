//! `2faPostConfirmation` without a process, unless the configuration runs it elsewhere: on Cognito it takes away what wrong
//! codes have locked once a forgotten password was replaced, which the commit of the new password has done here.

use super::arn::function_name;

/// Whether an ARN or name means the function after a confirmation.
pub(super) fn is_ours(arn: &str) -> bool {
    function_name(arn) == "2faPostConfirmation"
}
