//! From a description to the update that changes nothing: which members go back, under which names.
//!
//! `UpdateUserPool` and `UpdateUserPoolClient` reset whatever they are not told, so everything that was read is sent.
//! That is decided by leaving out the few members that are known to be read-only, and not by picking those that are
//! known to be writable: a member that Cognito has got since this program was written is sent back too, and survives.
//! The service passes over top-level members that it does not know.

use poolhouse_api::Shape;
use poolhouse_api::shapes::{UpdateUserPoolClientRequest, UpdateUserPoolRequest};
use serde_json::{Map, Value, json};

/// What a pool's description has beside what can be updated. (The `Name` goes back as `PoolName`.)
const POOL_READ_ONLY: [&str; 15] = [
    "AliasAttributes",
    "Arn",
    "CreationDate",
    "CustomDomain",
    "Domain",
    "EmailConfigurationFailure",
    "EstimatedNumberOfUsers",
    "Id",
    "LastModifiedDate",
    "Name",
    "SchemaAttributes",
    "SmsConfigurationFailure",
    "Status",
    "UsernameAttributes",
    "UsernameConfiguration",
];

/// What an app client's description has beside what can be updated.
const CLIENT_READ_ONLY: [&str; 5] = [
    "ClientSecret",
    "ClientSecretArn",
    "ClientType",
    "CreationDate",
    "LastModifiedDate",
];

/// How the names of tags begin that AWS sets by itself, keeps by itself, and refuses from anybody else.
const AWS_TAG: &str = "aws:";

/// What changes by itself and says nothing.
const VOLATILE: [&str; 2] = ["EstimatedNumberOfUsers", "LastModifiedDate"];

/// The body of an `UpdateUserPool` after which the pool is as described.
pub(crate) fn pool_update(description: &Value) -> Value {
    let mut members = kept(description, &POOL_READ_ONLY);
    if let Some(name) = description.get("Name").filter(|name| !name.is_null()) {
        members.insert("PoolName".to_owned(), name.clone());
    }
    if let Some(tags) = members.get_mut("UserPoolTags").and_then(Value::as_object_mut) {
        tags.retain(|name, _| !name.starts_with(AWS_TAG));
    }
    Value::Object(members)
}

/// What a pool is created with and can never be updated.
const CREATED_WITH: [&str; 3] = ["AliasAttributes", "UsernameAttributes", "UsernameConfiguration"];

/// Adds what the pool was created with to an update of it. The service would pass over these members; stand-ins for it
/// exist that replace a whole pool by what an update says, and would lose them.
pub(crate) fn with_creation(mut update: Value, description: &Value) -> Value {
    for name in CREATED_WITH {
        if let Some(value) = description.get(name).filter(|value| !value.is_null()) {
            update[name] = value.clone();
        }
    }
    update
}

/// The body of an `UpdateUserPoolClient` after which the app client is as described.
pub(crate) fn client_update(description: &Value) -> Value {
    Value::Object(kept(description, &CLIENT_READ_ONLY))
}

/// Adds what is described now and will not be any more, as `null`. The service reads that as left out, which resets
/// it; so do servers that merge an update into what they have. Which addresses are verified before they count is the
/// exception: the service changes nothing about that unless it is given a list, if an empty one (known from Terraform's
/// provider).
pub(crate) fn with_resets(mut update: Value, update_now: &Value) -> Value {
    if let (Some(members), Some(now)) = (update.as_object_mut(), update_now.as_object()) {
        for name in now.keys().filter(|name| *name != "PoolName") {
            let nothing = match name.as_str() {
                "UserAttributeUpdateSettings" => json!({ "AttributesRequireVerificationBeforeUpdate": [] }),
                _ => Value::Null,
            };
            members.entry(name.clone()).or_insert(nothing);
        }
    }
    update
}

/// Takes `AdminCreateUserConfig.UnusedAccountValidityDays` out of an update. It is an older name of
/// `PasswordPolicy.TemporaryPasswordValidityDays`: the service describes both and takes one.
pub(crate) fn without_older_name(mut update: Value) -> Value {
    if let Some(config) = update
        .get_mut("AdminCreateUserConfig")
        .and_then(Value::as_object_mut)
    {
        config.shift_remove(OLDER_NAME);
    }
    update
}

/// The older name, by which the refusal of both is told from others.
pub(crate) const OLDER_NAME: &str = "UnusedAccountValidityDays";

/// The members of a pool's update that this version does not know. They are sent as they came.
pub(crate) fn unknown_in_pool(update: &Value) -> Vec<String> {
    unknown(update, UpdateUserPoolRequest::MEMBERS)
}

/// The members of an app client's update that this version does not know.
pub(crate) fn unknown_in_client(update: &Value) -> Vec<String> {
    unknown(update, UpdateUserPoolClientRequest::MEMBERS)
}

/// The CloudFormation stack that a pool belongs to.
pub(crate) fn stack(description: &Value) -> Option<&str> {
    description
        .get("UserPoolTags")?
        .get("aws:cloudformation:stack-name")?
        .as_str()
}

/// Whether Cognito's own device tracking is on.
pub(crate) fn tracks_devices(description: &Value) -> bool {
    description
        .get("DeviceConfiguration")
        .is_some_and(|value| !value.is_null())
}

/// Whether a new email address counts only once it is verified.
pub(crate) fn verifies_email_first(description: &Value) -> bool {
    let list = description
        .pointer("/UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate")
        .and_then(Value::as_array);
    list.is_some_and(|list| list.iter().any(|name| name == "email"))
}

/// A description without what changes by itself.
pub(crate) fn steady(description: &Value) -> Value {
    Value::Object(kept(description, &VOLATILE))
}

fn kept(description: &Value, left_out: &[&str]) -> Map<String, Value> {
    let members = description.as_object().into_iter().flatten();
    members
        .filter(|(name, value)| !value.is_null() && !left_out.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn unknown(update: &Value, known: &[&str]) -> Vec<String> {
    let members = update.as_object().into_iter().flatten();
    members
        .filter(|(name, value)| !value.is_null() && !known.contains(&name.as_str()))
        .map(|(name, _)| name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The members of a structure in the model.
    fn model(shape: &str) -> BTreeSet<String> {
        let text = include_str!("../../../../model/cognito-idp.json");
        let model: Value = serde_json::from_str(text).unwrap();
        model["shapes"][shape]["members"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect()
    }

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_read_only_members_are_those_that_the_model_describes_and_does_not_update() {
        let pool = &model("UserPoolType") - &model("UpdateUserPoolRequest");
        assert_eq!(set(&POOL_READ_ONLY), pool);
        let client = &model("UserPoolClientType") - &model("UpdateUserPoolClientRequest");
        assert_eq!(set(&CLIENT_READ_ONLY), client);
    }

    #[test]
    fn every_other_member_goes_back_also_one_that_is_not_known() {
        let description = json!({
            "Id": "a_b", "Name": "people", "Arn": "arn", "CreationDate": 1, "Status": null,
            "LambdaConfig": { "PreSignUp": "arn", "FromTheFuture": 1 },
            "MemberFromTheFuture": { "a": [1] },
        });
        let update = pool_update(&description);
        assert_eq!(
            update,
            json!({
                "LambdaConfig": { "PreSignUp": "arn", "FromTheFuture": 1 },
                "MemberFromTheFuture": { "a": [1] },
                "PoolName": "people",
            })
        );
        assert_eq!(unknown_in_pool(&update), ["MemberFromTheFuture"]);
        let client =
            json!({ "ClientId": "c", "UserPoolId": "a_b", "ClientSecret": "s", "New": 1, "CreationDate": 1 });
        let update = client_update(&client);
        assert_eq!(update, json!({ "ClientId": "c", "UserPoolId": "a_b", "New": 1 }));
        assert_eq!(unknown_in_client(&update), ["New"]);
    }

    #[test]
    fn what_a_pool_is_created_with_is_read_only_and_sent_on_demand() {
        assert!(CREATED_WITH.iter().all(|name| POOL_READ_ONLY.contains(name)));
        let description = json!({ "Name": "p", "UsernameAttributes": ["email"], "AliasAttributes": null });
        let update = pool_update(&description);
        assert_eq!(update, json!({ "PoolName": "p" }));
        let update = with_creation(update, &description);
        assert_eq!(
            update,
            json!({ "PoolName": "p", "UsernameAttributes": ["email"] })
        );
    }

    #[test]
    fn tags_of_aws_itself_are_not_sent() {
        let description =
            json!({ "UserPoolTags": { "team": "a", "aws:cloudformation:stack-name": "people" } });
        assert_eq!(
            pool_update(&description),
            json!({ "UserPoolTags": { "team": "a" } })
        );
        assert_eq!(stack(&description), Some("people"));
        assert_eq!(stack(&json!({ "UserPoolTags": {} })), None);
    }

    #[test]
    fn what_goes_is_sent_as_null() {
        let now = json!({ "PoolName": "p", "LambdaConfig": {}, "MfaConfiguration": "OFF" });
        let update = with_resets(json!({ "MfaConfiguration": "OFF" }), &now);
        assert_eq!(update, json!({ "MfaConfiguration": "OFF", "LambdaConfig": null }));
        assert_eq!(unknown_in_pool(&update), [""; 0]);
    }

    #[test]
    fn verification_before_an_update_goes_by_an_empty_list() {
        let now = json!({ "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] } });
        assert_eq!(
            with_resets(json!({}), &now),
            json!({ "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": [] } })
        );
        assert_eq!(with_resets(now.clone(), &now), now);
    }

    #[test]
    fn the_older_name_alone_is_taken_out() {
        let update = json!({ "AdminCreateUserConfig": { "UnusedAccountValidityDays": 7, "AllowAdminCreateUserOnly": true } });
        assert_eq!(
            without_older_name(update),
            json!({ "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } })
        );
        assert_eq!(without_older_name(json!({})), json!({}));
    }
}
