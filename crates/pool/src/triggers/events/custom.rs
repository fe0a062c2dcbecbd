//! Custom authentication: DefineAuthChallenge, CreateAuthChallenge and VerifyAuthChallengeResponse.

use std::collections::BTreeMap;

use poolhouse_api::shapes::LambdaConfigType;
use poolhouse_triggers::Trigger;
use serde_json::{Map, Value, json};

use super::event::{
    About, Event, Metadata, members, put_client_metadata, scalar_map, scalar_text, unrecognizable,
};
use crate::base::error::ApiError;
use crate::records::session::ChallengeResult;

/// What comes next?
pub struct DefineAuthChallenge<'a> {
    /// The challenges answered so far.
    pub session: &'a [ChallengeResult],
    /// `ClientMetadata` of the answer.
    pub metadata: &'a Metadata,
}

/// What Define decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Signed in.
    IssueTokens,
    /// The sign-in is over.
    Fail,
    /// The challenge of this name comes next.
    Challenge(String),
}

impl Event for DefineAuthChallenge<'_> {
    type Answer = Decision;

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        Some((
            Trigger::DefineAuthChallenge,
            lambdas.define_auth_challenge.clone()?,
        ))
    }

    fn source(&self) -> &'static str {
        "DefineAuthChallenge_Authentication"
    }

    fn request(&self, about: &About<'_>, _trigger: Trigger) -> Map<String, Value> {
        let mut request = members([
            ("userAttributes", about.attributes()),
            ("session", session_list(self.session)),
        ]);
        put_client_metadata(&mut request, Some(self.metadata));
        about.put_user_not_found(&mut request);
        request
    }

    /// Where it both issues and fails, failure wins.
    fn read(&self, response: &Value, _trigger: Trigger) -> Result<Decision, ApiError> {
        let is = |member: &str| response.get(member).and_then(Value::as_bool).unwrap_or(false);
        if is("failAuthentication") {
            return Ok(Decision::Fail);
        }
        if is("issueTokens") {
            return Ok(Decision::IssueTokens);
        }
        let name = response
            .get("challengeName")
            .and_then(Value::as_str)
            .filter(|name| !name.is_empty());
        name.map(|name| Decision::Challenge(name.to_owned()))
            .ok_or_else(unrecognizable)
    }
}

/// A custom challenge is wanted.
pub struct CreateAuthChallenge<'a> {
    /// The challenge that Define named.
    pub challenge: &'a str,
    /// The challenges answered so far.
    pub session: &'a [ChallengeResult],
    /// `ClientMetadata` of the answer.
    pub metadata: &'a Metadata,
}

/// A challenge that Create made.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// For the client.
    pub public: BTreeMap<String, String>,
    /// For Verify alone.
    pub private: BTreeMap<String, String>,
    /// For Define and Create in later rounds.
    pub metadata: Option<String>,
}

impl Event for CreateAuthChallenge<'_> {
    type Answer = Challenge;

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        Some((
            Trigger::CreateAuthChallenge,
            lambdas.create_auth_challenge.clone()?,
        ))
    }

    fn source(&self) -> &'static str {
        "CreateAuthChallenge_Authentication"
    }

    fn request(&self, about: &About<'_>, _trigger: Trigger) -> Map<String, Value> {
        let mut request = members([
            ("userAttributes", about.attributes()),
            ("challengeName", json!(self.challenge)),
            ("session", session_list(self.session)),
        ]);
        put_client_metadata(&mut request, Some(self.metadata));
        about.put_user_not_found(&mut request);
        request
    }

    fn read(&self, response: &Value, _trigger: Trigger) -> Result<Challenge, ApiError> {
        Ok(Challenge {
            public: scalar_map(response.get("publicChallengeParameters")),
            private: scalar_map(response.get("privateChallengeParameters")),
            metadata: response.get("challengeMetadata").and_then(scalar_text),
        })
    }
}

/// Is the answer to a custom challenge right?
pub struct VerifyAuthChallengeResponse<'a> {
    /// What Create kept for this.
    pub private: &'a Value,
    /// What the person typed.
    pub answer: &'a str,
    /// `ClientMetadata` of the answer.
    pub metadata: &'a Metadata,
}

impl Event for VerifyAuthChallengeResponse<'_> {
    type Answer = bool;

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        let arn = lambdas.verify_auth_challenge_response.clone()?;
        Some((Trigger::VerifyAuthChallengeResponse, arn))
    }

    fn source(&self) -> &'static str {
        "VerifyAuthChallengeResponse_Authentication"
    }

    fn request(&self, about: &About<'_>, _trigger: Trigger) -> Map<String, Value> {
        let mut request = members([
            ("userAttributes", about.attributes()),
            ("privateChallengeParameters", self.private.clone()),
            ("challengeAnswer", json!(self.answer)),
        ]);
        put_client_metadata(&mut request, Some(self.metadata));
        about.put_user_not_found(&mut request);
        request
    }

    /// Only `true` is a right answer.
    fn read(&self, response: &Value, _trigger: Trigger) -> Result<bool, ApiError> {
        let correct = response.get("answerCorrect").and_then(Value::as_bool);
        correct.ok_or_else(unrecognizable)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(response: &Value) -> Result<Decision, ApiError> {
        let metadata = Metadata::new();
        let define = DefineAuthChallenge {
            session: &[],
            metadata: &metadata,
        };
        define.read(response, Trigger::DefineAuthChallenge)
    }

    #[test]
    fn a_define_that_both_issues_and_fails_fails() {
        let response = json!({"issueTokens": true, "failAuthentication": true});
        assert_eq!(decision(&response).ok(), Some(Decision::Fail));
    }

    #[test]
    fn a_define_that_decides_nothing_is_no_answer() {
        for response in [
            json!({}),
            json!({"challengeName": ""}),
            json!({"issueTokens": false}),
            json!(null),
        ] {
            let error = decision(&response).unwrap_err();
            assert_eq!(error.message, "Unrecognizable lambda output");
        }
    }

    #[test]
    fn numbers_and_booleans_in_a_challenge_are_text_and_nulls_are_not_there() {
        let metadata = Metadata::new();
        let create = CreateAuthChallenge {
            challenge: "CUSTOM_CHALLENGE",
            session: &[],
            metadata: &metadata,
        };
        let response = json!({
            "publicChallengeParameters": {"left": 3, "half": 0.5, "trigger": true, "hint": "h", "none": null},
            "privateChallengeParameters": {"code": 42},
            "challengeMetadata": 7,
        });
        let Ok(made) = create.read(&response, Trigger::CreateAuthChallenge) else {
            panic!("it is a challenge");
        };
        let public = json!({"half": "0.5", "hint": "h", "left": "3", "trigger": "true"});
        assert_eq!(json!(made.public), public);
        assert_eq!(json!(made.private), json!({"code": "42"}));
        assert_eq!(made.metadata.as_deref(), Some("7"));
    }
}
