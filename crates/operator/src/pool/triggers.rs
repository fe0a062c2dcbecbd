//! The three triggers of custom authentication, and the one after a confirmation.

use serde_json::Value;

/// A trigger that leads to one of the functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    Define,
    Create,
    Verify,
    /// Not of custom authentication: a new password that the mailbox confirmed clears what wrong codes have locked.
    PostConfirmation,
}

impl Trigger {
    /// The three of custom authentication, in the order in which they are called.
    pub(crate) const ALL: [Trigger; 3] = [Trigger::Define, Trigger::Create, Trigger::Verify];

    /// Its member in `LambdaConfig`.
    pub(crate) fn member(self) -> &'static str {
        match self {
            Trigger::Define => "DefineAuthChallenge",
            Trigger::Create => "CreateAuthChallenge",
            Trigger::Verify => "VerifyAuthChallengeResponse",
            Trigger::PostConfirmation => "PostConfirmation",
        }
    }

    /// What its function is called unless the operator says otherwise.
    pub(crate) const fn usual_function(self) -> &'static str {
        match self {
            Trigger::Define => "2faDefine",
            Trigger::Create => "2faCreate",
            Trigger::Verify => "2faVerify",
            Trigger::PostConfirmation => "2faPostConfirmation",
        }
    }

    /// The ARN of its function in a pool's description.
    pub(crate) fn of(self, pool: &Value) -> Option<&str> {
        pool.get("LambdaConfig")?
            .get(self.member())?
            .as_str()
            .filter(|arn| !arn.is_empty())
    }
}
