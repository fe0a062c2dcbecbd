//! PreTokenGeneration: what ID and access tokens are to say.

use poolhouse_api::shapes::{LambdaConfigType, PreTokenGenerationLambdaVersionType as Version};
use poolhouse_triggers::Trigger;
use serde_json::{Map, Value, json};

use super::event::{About, Event, Metadata, members, put_client_metadata};
use crate::base::error::ApiError;

/// Tokens are about to be made.
pub struct PreTokenGeneration<'a> {
    /// Why.
    pub source: TokenGenerationSource,
    /// The user's groups and roles.
    pub groups: &'a Groups,
    /// The scopes of the access token.
    pub scopes: &'a [&'a str],
    /// `ClientMetadata` of the request.
    pub metadata: &'a Metadata,
}

/// Why tokens are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenGenerationSource {
    /// A sign-in on the hosted page.
    HostedAuth,
    /// A sign-in.
    Authentication,
    /// A sign-in that set a new password.
    NewPasswordChallenge,
    /// A sign-in that confirmed a device.
    AuthenticateDevice,
    /// A refresh token was exchanged.
    RefreshTokens,
}

/// A client is about to get an access token for itself. Only the third version of the event knows of that.
pub struct ClientCredentials<'a> {
    /// The scopes of the access token.
    pub scopes: &'a [String],
    /// `aws_client_metadata` of the request.
    pub metadata: &'a Metadata,
}

impl ClientCredentials<'_> {
    /// `userName` of the event.
    pub const USER_NAME: &'static str = "ClientCredentials";
}

impl Event for ClientCredentials<'_> {
    type Answer = TokenChange;

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        let config = lambdas.pre_token_generation_config.as_ref()?;
        let arn = config.lambda_arn.clone();
        (config.lambda_version == Version::V3_0).then_some((Trigger::PreTokenGeneration { version: 3 }, arn))
    }

    fn source(&self) -> &'static str {
        "TokenGeneration_ClientCredentials"
    }

    fn request(&self, about: &About<'_>, _: Trigger) -> Map<String, Value> {
        let mut request = members([
            ("userAttributes", about.attributes()),
            ("groupConfiguration", Value::Null),
            ("scopes", json!(self.scopes)),
        ]);
        put_client_metadata(&mut request, Some(self.metadata));
        request
    }

    /// There is no ID token, and nobody in a group.
    fn read(&self, response: &Value, _: Trigger) -> Result<TokenChange, ApiError> {
        let change = read_later_version(response.get("claimsAndScopeOverrideDetails"));
        Ok(TokenChange {
            access_token: change.access_token,
            ..TokenChange::default()
        })
    }
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

/// A user's groups and what they give, or what a function wants instead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// `cognito:groups`
    pub groups: Vec<String>,
    /// `cognito:roles`
    pub roles: Vec<String>,
    /// `cognito:preferred_role`
    pub preferred_role: Option<String>,
}

impl Groups {
    /// `groupConfiguration`
    fn to_event(&self) -> Value {
        json!({
            "groupsToOverride": self.groups,
            "iamRolesToOverride": self.roles,
            "preferredRole": self.preferred_role,
        })
    }
}

/// What PreTokenGeneration changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TokenChange {
    /// Of the ID token.
    pub id_token: Override,
    /// Of the access token. Version 1 cannot change it.
    pub access_token: Override,
    /// Groups and roles in place of the user's own; `None` leaves those as they are.
    pub groups: Option<Groups>,
}

impl Event for PreTokenGeneration<'_> {
    type Answer = TokenChange;

    fn served_by(&self, lambdas: &LambdaConfigType) -> Option<(Trigger, String)> {
        if let Some(config) = &lambdas.pre_token_generation_config {
            let version = match config.lambda_version {
                Version::V1_0 => 1,
                Version::V2_0 => 2,
                Version::V3_0 => 3,
            };
            let arn = config.lambda_arn.clone();
            return Some((Trigger::PreTokenGeneration { version }, arn));
        }
        let arn = lambdas.pre_token_generation.clone()?;
        Some((Trigger::PreTokenGeneration { version: 1 }, arn))
    }

    fn source(&self) -> &'static str {
        match self.source {
            TokenGenerationSource::HostedAuth => "TokenGeneration_HostedAuth",
            TokenGenerationSource::Authentication => "TokenGeneration_Authentication",
            TokenGenerationSource::NewPasswordChallenge => "TokenGeneration_NewPasswordChallenge",
            TokenGenerationSource::AuthenticateDevice => "TokenGeneration_AuthenticateDevice",
            TokenGenerationSource::RefreshTokens => "TokenGeneration_RefreshTokens",
        }
    }

    fn request(&self, about: &About<'_>, trigger: Trigger) -> Map<String, Value> {
        let mut request = members([
            ("userAttributes", about.attributes()),
            ("groupConfiguration", self.groups.to_event()),
        ]);
        put_client_metadata(&mut request, Some(self.metadata));
        if !is_first_version(trigger) {
            request.insert("scopes".to_owned(), json!(self.scopes));
        }
        request
    }

    /// No details mean no change.
    fn read(&self, response: &Value, trigger: Trigger) -> Result<TokenChange, ApiError> {
        Ok(if is_first_version(trigger) {
            read_first_version(response.get("claimsOverrideDetails"))
        } else {
            read_later_version(response.get("claimsAndScopeOverrideDetails"))
        })
    }
}

/// The first version changes the ID token alone and has no scopes.
fn is_first_version(trigger: Trigger) -> bool {
    trigger == Trigger::PreTokenGeneration { version: 1 }
}

fn read_first_version(details: Option<&Value>) -> TokenChange {
    let Some(details) = details.and_then(Value::as_object) else {
        return TokenChange::default();
    };
    let mut id_token = read_override(details);
    // It knows string claims only.
    for value in id_token.add.values_mut() {
        if !value.is_string() {
            *value = Value::from(value.to_string());
        }
    }
    TokenChange {
        id_token,
        access_token: Override::default(),
        groups: details.get("groupOverrideDetails").map(read_groups),
    }
}

fn read_later_version(details: Option<&Value>) -> TokenChange {
    let Some(details) = details.and_then(Value::as_object) else {
        return TokenChange::default();
    };
    let of = |member: &str| {
        let details = details.get(member).and_then(Value::as_object);
        details.map(read_override).unwrap_or_default()
    };
    TokenChange {
        id_token: of("idTokenGeneration"),
        access_token: of("accessTokenGeneration"),
        groups: details.get("groupOverrideDetails").map(read_groups),
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

/// Null or empty details take the user's groups away; so says the service's documentation.
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
    let texts = list.and_then(Value::as_array).into_iter().flatten();
    texts
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(version: u8, response: &Value) -> TokenChange {
        let metadata = Metadata::new();
        let event = PreTokenGeneration {
            source: TokenGenerationSource::Authentication,
            groups: &Groups::default(),
            scopes: &[],
            metadata: &metadata,
        };
        let read = event.read(response, Trigger::PreTokenGeneration { version });
        read.unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn version_one_turns_claims_into_strings_and_leaves_the_access_token_alone() {
        let details = json!({"claimsToAddOrOverride": {"n": 3, "s": "x"}, "claimsToSuppress": ["email"]});
        let change = change(1, &json!({"claimsOverrideDetails": details}));
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
        let change = change(2, &json!({"claimsAndScopeOverrideDetails": details}));
        assert_eq!(Value::Object(change.id_token.add), json!({"limits": {"n": 3}}));
        assert_eq!(change.access_token.add_scopes, ["orders/read"]);
        let staff = Groups {
            groups: vec!["staff".to_owned()],
            ..Groups::default()
        };
        assert_eq!(change.groups, Some(staff));
    }

    #[test]
    fn a_function_is_told_the_users_groups_and_roles() {
        let groups = Groups {
            groups: vec!["staff".to_owned()],
            roles: vec!["arn:a".to_owned()],
            preferred_role: Some("arn:b".to_owned()),
        };
        let expected =
            json!({"groupsToOverride": ["staff"], "iamRolesToOverride": ["arn:a"], "preferredRole": "arn:b"});
        assert_eq!(groups.to_event(), expected);
    }

    #[test]
    fn groups_stay_as_they_are_unless_a_function_speaks_of_them() {
        for (version, member) in [(1, "claimsOverrideDetails"), (2, "claimsAndScopeOverrideDetails")] {
            let with = |details: Value| change(version, &json!({ member: details })).groups;
            assert_eq!(change(version, &json!({})).groups, None);
            assert_eq!(with(json!(null)), None);
            assert_eq!(with(json!({})), None);
            let none = Some(Groups::default());
            assert_eq!(with(json!({"groupOverrideDetails": null})), none);
            assert_eq!(with(json!({"groupOverrideDetails": {}})), none);
        }
    }
}
