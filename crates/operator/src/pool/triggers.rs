//! The three triggers of custom authentication.

use serde_json::Value;

/// A trigger of custom authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    Define,
    Create,
    Verify,
}

impl Trigger {
    /// All three, in the order in which they are called.
    pub(crate) const ALL: [Trigger; 3] = [Trigger::Define, Trigger::Create, Trigger::Verify];

    /// Its member in `LambdaConfig`.
    pub(crate) fn member(self) -> &'static str {
        match self {
            Trigger::Define => "DefineAuthChallenge",
            Trigger::Create => "CreateAuthChallenge",
            Trigger::Verify => "VerifyAuthChallengeResponse",
        }
    }

    /// What its function is called unless the operator says otherwise.
    pub(crate) const fn usual_function(self) -> &'static str {
        match self {
            Trigger::Define => "2faDefine",
            Trigger::Create => "2faCreate",
            Trigger::Verify => "2faVerify",
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
