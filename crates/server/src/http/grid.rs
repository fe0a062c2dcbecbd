//! What leaves on the grid of time (docs/decisions/answers-on-a-grid.md).

use poolhouse_api::Operation;

/// Whether anybody may ask this about any name, and is not to learn whether it is somebody's. `SignUp` is not among them: it says
/// that a name is taken.
pub(super) fn is_about_a_name(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::InitiateAuth
            | Operation::RespondToAuthChallenge
            | Operation::ForgotPassword
            | Operation::ConfirmForgotPassword
            | Operation::ResendConfirmationCode
            | Operation::ConfirmSignUp
    )
}

#[cfg(test)]
mod tests {
    use poolhouse_api::Auth;

    use super::*;

    /// Whoever adds an operation that nobody signs decides whether it is about a name.
    #[test]
    fn every_operation_that_nobody_signs_is_about_a_name_or_shows_a_secret() {
        let with_a_secret_or_none = [
            // Says that a name is taken.
            Operation::SignUp,
            // A refresh token names its user, and nobody else makes one.
            Operation::GetTokensFromRefreshToken,
            Operation::RevokeToken,
            // Speaks of a client alone.
            Operation::GetClientToken,
            // Comes with a token, and is not done here.
            Operation::UpdateAuthEventFeedback,
        ];
        for operation in Operation::ALL {
            if operation.auth() == Auth::None {
                assert!(
                    is_about_a_name(*operation) != with_a_secret_or_none.contains(operation),
                    "{} is decided",
                    operation.name()
                );
            }
        }
    }
}
