//! What the functions' answers mean. The shape of each was checked before: members are of their types, or null.

use std::collections::BTreeMap;

use poolhouse_api::ErrorCode;
use serde_json::{Map, Value};

use crate::base::error::ApiError;

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

/// Reads Define's answer. Where it both issues and fails, failure wins.
///
/// # Errors
/// `InvalidLambdaResponseException` where it decides nothing.
pub fn read_decision(event: &Value) -> Result<Decision, ApiError> {
    let response = response(event);
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

/// Reads Create's answer.
///
/// # Errors
/// `InvalidLambdaResponseException` for parameters that are not strings.
pub fn read_challenge(event: &Value) -> Result<Challenge, ApiError> {
    let response = response(event);
    Ok(Challenge {
        public: strings(response.get("publicChallengeParameters")).ok_or_else(unrecognizable)?,
        private: strings(response.get("privateChallengeParameters")).ok_or_else(unrecognizable)?,
        metadata: response
            .get("challengeMetadata")
            .and_then(Value::as_str)
            .map(str::to_owned),
    })
}

/// Reads Verify's answer. Only `true` is a right answer.
///
/// # Errors
/// `InvalidLambdaResponseException` where there is none.
pub fn read_verdict(event: &Value) -> Result<bool, ApiError> {
    response(event)
        .get("answerCorrect")
        .and_then(Value::as_bool)
        .ok_or_else(unrecognizable)
}

/// What PreTokenGeneration asked for, for one token.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Override {
    /// Claims to set.
    pub add: Map<String, Value>,
    /// Claims to leave out. Stronger than `add`.
    pub suppress: Vec<String>,
    /// Scopes to add (access token).
    pub add_scopes: Vec<String>,
    /// Scopes to leave out (access token).
    pub suppress_scopes: Vec<String>,
}

/// `groupOverrideDetails`, where a function gave them. There are no groups on this server yet, so these are all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    /// `cognito:groups`
    pub groups: Vec<String>,
    /// `cognito:roles`
    pub roles: Vec<String>,
    /// `cognito:preferred_role`
    pub preferred_role: Option<String>,
}

/// What PreTokenGeneration changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenChange {
    /// Of the ID token.
    pub id_token: Override,
    /// Of the access token. Version 1 cannot change it.
    pub access_token: Override,
    /// Groups and roles.
    pub groups: Groups,
}

impl TokenChange {
    /// Reads the answer of a function of this version. No details mean no change.
    pub fn read(version: u8, event: &Value) -> TokenChange {
        let response = response(event);
        let member = if version > 1 {
            "claimsAndScopeOverrideDetails"
        } else {
            "claimsOverrideDetails"
        };
        let Some(details) = response.get(member).and_then(Value::as_object) else {
            return TokenChange::default();
        };
        let groups = details
            .get("groupOverrideDetails")
            .map(read_groups)
            .unwrap_or_default();
        if version == 1 {
            let mut id_token = read_override(details);
            // Version 1 knows string claims only.
            for value in id_token.add.values_mut() {
                if !value.is_string() {
                    *value = Value::from(value.to_string());
                }
            }
            return TokenChange {
                id_token,
                access_token: Override::default(),
                groups,
            };
        }
        let of = |member: &str| {
            details
                .get(member)
                .and_then(Value::as_object)
                .map(read_override)
                .unwrap_or_default()
        };
        TokenChange {
            id_token: of("idTokenGeneration"),
            access_token: of("accessTokenGeneration"),
            groups,
        }
    }
}

fn read_override(details: &Map<String, Value>) -> Override {
    let list = |member: &str| texts(details.get(member));
    Override {
        add: details
            .get("claimsToAddOrOverride")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default(),
        suppress: list("claimsToSuppress"),
        add_scopes: list("scopesToAdd"),
        suppress_scopes: list("scopesToSuppress"),
    }
}

fn read_groups(details: &Value) -> Groups {
    Groups {
        groups: texts(details.get("groupsToOverride")),
        roles: texts(details.get("iamRolesToOverride")),
        preferred_role: details
            .get("preferredRole")
            .and_then(Value::as_str)
            .map(str::to_owned),
    }
}

fn texts(list: Option<&Value>) -> Vec<String> {
    list.and_then(Value::as_array)
        .map(|list| {
            list.iter()
                .filter_map(|text| text.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default()
}

fn strings(map: Option<&Value>) -> Option<BTreeMap<String, String>> {
    match map {
        None | Some(Value::Null) => Some(BTreeMap::new()),
        Some(Value::Object(map)) => map
            .iter()
            .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect(),
        Some(_) => None,
    }
}

fn response(event: &Value) -> &Value {
    event.get("response").unwrap_or(&Value::Null)
}

fn unrecognizable() -> ApiError {
    ApiError::new(
        ErrorCode::InvalidLambdaResponseException,
        "Unrecognizable lambda output",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_define_that_both_issues_and_fails_fails() {
        let event = json!({"response": {"issueTokens": true, "failAuthentication": true}});
        assert_eq!(read_decision(&event).ok(), Some(Decision::Fail));
    }

    #[test]
    fn a_define_that_decides_nothing_is_no_answer() {
        for response in [
            json!({}),
            json!({"challengeName": ""}),
            json!({"issueTokens": false}),
            json!(null),
        ] {
            let error = read_decision(&json!({"response": response})).unwrap_err();
            assert_eq!(error.message, "Unrecognizable lambda output");
        }
    }

    #[test]
    fn version_one_turns_claims_into_strings_and_leaves_the_access_token_alone() {
        let details = json!({"claimsToAddOrOverride": {"n": 3, "s": "x"}, "claimsToSuppress": ["email"]});
        let change = TokenChange::read(1, &json!({"response": {"claimsOverrideDetails": details}}));
        assert_eq!(Value::Object(change.id_token.add), json!({"n": "3", "s": "x"}));
        assert_eq!(change.id_token.suppress, ["email"]);
        assert_eq!(change.access_token, Override::default());
    }

    #[test]
    fn version_two_changes_both_tokens() {
        let details = json!({
            "idTokenGeneration": {"claimsToAddOrOverride": {"limits": {"n": 3}}},
            "accessTokenGeneration": {"scopesToAdd": ["orders/read"]},
            "groupOverrideDetails": {"groupsToOverride": ["staff"]},
        });
        let change = TokenChange::read(
            2,
            &json!({"response": {"claimsAndScopeOverrideDetails": details}}),
        );
        assert_eq!(Value::Object(change.id_token.add), json!({"limits": {"n": 3}}));
        assert_eq!(change.access_token.add_scopes, ["orders/read"]);
        assert_eq!(change.groups.groups, ["staff"]);
    }
}
