//! `UpdateUserPool`

use poolhouse_api::shapes::{CreateUserPoolRequest, UpdateUserPoolRequest, UpdateUserPoolResponse};
use poolhouse_store::Batch;

use super::{door, mfa, settings};
use crate::base::error::ApiError;
use crate::ops::as_creation::as_creation;
use crate::records::RecordBatch;
use crate::request::Ctx;
use crate::users::factors;

/// Replaces the settings of a pool: whatever the request leaves out is reset to its default, except for the name. What
/// a pool is created with (schema, usernames, aliases, case) cannot be changed and has no member here.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for what the service does not take and for what this
/// server refuses by name; `FeatureUnavailableInTierException`; `ConcurrentModificationException`.
pub async fn run(ctx: &Ctx, input: UpdateUserPoolRequest) -> Result<UpdateUserPoolResponse, ApiError> {
    let mut pool = ctx.pool(&input.user_pool_id).await?.into_owned();
    let before = factors::mode(&pool.value);
    let updated = &mut pool.value.settings;
    let name = updated.name.take().unwrap_or_default();
    settings::apply(updated, creation(input, name))?;
    updated.last_modified_date = Some(ctx.now.timestamp());
    mfa::take(ctx, &mut pool.value, Some(before))?;
    let shut = door::shut_by_define(ctx, &mut pool.value);
    let batch = Batch::new().replace(&pool, &pool.value).merge(shut);
    ctx.platform()
        .commit(batch)
        .await
        .map_err(ApiError::lost_update)?;
    Ok(UpdateUserPoolResponse::default())
}

/// The request as one for a new pool with these settings, and with the name of before where it gives none.
fn creation(update: UpdateUserPoolRequest, name: String) -> CreateUserPoolRequest {
    as_creation!(
        update,
        UpdateUserPoolRequest {
            user_pool_id: _,
            pool_name: renamed,
        } => CreateUserPoolRequest {
            pool_name: renamed.unwrap_or(name),
            alias_attributes: None,
            schema: None,
            username_attributes: None,
            username_configuration: None,
        }
        both {
            account_recovery_setting,
            acr_configuration,
            admin_create_user_config,
            auto_verified_attributes,
            dcr_configuration,
            deletion_protection,
            device_configuration,
            email_configuration,
            email_verification_message,
            email_verification_subject,
            issuer_configuration,
            key_configuration,
            lambda_config,
            mfa_configuration,
            policies,
            sms_authentication_message,
            sms_configuration,
            sms_verification_message,
            user_attribute_update_settings,
            user_pool_add_ons,
            user_pool_tags,
            user_pool_tier,
            verification_message_template,
        }
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    fn without(mut pool: Value, members: &[&str]) -> Value {
        for member in members {
            pool.as_object_mut().map(|pool| pool.remove(*member));
        }
        pool
    }

    #[tokio::test]
    async fn what_an_update_leaves_out_is_reset_and_what_a_pool_is_made_with_stays() {
        let server = TestPool::new().await;
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:f";
        let made_with = json!({
            "PoolName": "pool",
            "AliasAttributes": ["email"],
            "UsernameConfiguration": { "CaseSensitive": false },
            "Schema": [{ "Name": "plan", "AttributeDataType": "String" }],
        });
        let plain = server.call("CreateUserPool", made_with.clone()).await.ok()["UserPool"].clone();
        let mut members = made_with;
        for (member, value) in [
            (
                "Policies",
                json!({ "PasswordPolicy": { "MinimumLength": 20, "TemporaryPasswordValidityDays": 2 } }),
            ),
            ("DeletionProtection", json!("ACTIVE")),
            (
                "LambdaConfig",
                json!({ "PreSignUp": arn, "PreTokenGeneration": arn }),
            ),
            ("AutoVerifiedAttributes", json!(["email"])),
            ("EmailVerificationMessage", json!("Your code is {####}.")),
            ("SmsAuthenticationMessage", json!("Your code is {####}.")),
            (
                "EmailConfiguration",
                json!({ "ReplyToEmailAddress": "a@example.org" }),
            ),
            (
                "SmsConfiguration",
                json!({ "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" }),
            ),
            ("UserPoolTags", json!({ "team": "a" })),
            (
                "AdminCreateUserConfig",
                json!({ "AllowAdminCreateUserOnly": true }),
            ),
            ("UserPoolAddOns", json!({ "AdvancedSecurityMode": "OFF" })),
            (
                "AccountRecoverySetting",
                json!({ "RecoveryMechanisms": [{ "Priority": 1, "Name": "admin_only" }] }),
            ),
            (
                "DeviceConfiguration",
                json!({ "ChallengeRequiredOnNewDevice": true }),
            ),
            ("UserPoolTier", json!("PLUS")),
            ("KeyConfiguration", json!({ "KeyType": "AWS_OWNED_KEY" })),
            ("IssuerConfiguration", json!({ "Type": "ORIGINAL" })),
        ] {
            members[member] = value;
        }
        let pool = server.call("CreateUserPool", members).await.ok()["UserPool"].clone();
        assert_eq!(
            pool["LambdaConfig"],
            json!({
                "PreSignUp": arn,
                "PreTokenGeneration": arn,
                "PreTokenGenerationConfig": { "LambdaVersion": "V1_0", "LambdaArn": arn },
            })
        );
        assert_eq!(
            pool["VerificationMessageTemplate"]["EmailMessage"],
            "Your code is {####}."
        );
        assert_eq!(pool["AdminCreateUserConfig"]["UnusedAccountValidityDays"], 2);

        server.clock().advance_seconds(1);
        let answer = server
            .call("UpdateUserPool", json!({ "UserPoolId": pool["Id"] }))
            .await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
        let updated = server
            .call("DescribeUserPool", json!({ "UserPoolId": pool["Id"] }))
            .await
            .ok()["UserPool"]
            .clone();
        assert_eq!(updated["LastModifiedDate"], 1_767_323_046);
        let own = ["Id", "Arn", "LastModifiedDate"];
        assert_eq!(without(updated, &own), without(plain, &own));
    }

    #[tokio::test]
    async fn a_pool_can_be_described_and_updated_with_what_that_said() {
        let server = TestPool::new().await;
        let pool = server.confirm_pool().await;
        let before = server
            .call("DescribeUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok()["UserPool"]
            .clone();
        let mut request = without(
            before.clone(),
            &[
                "Id",
                "Arn",
                "SchemaAttributes",
                "EstimatedNumberOfUsers",
                "LastModifiedDate",
                "CreationDate",
                "Name",
            ],
        );
        request["UserPoolId"] = json!(pool);
        request["AdminCreateUserConfig"]
            .as_object_mut()
            .map(|config| config.remove("UnusedAccountValidityDays"));
        server.call("UpdateUserPool", request).await.ok();
        let after = server
            .call("DescribeUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok()["UserPool"]
            .clone();
        assert_eq!(after, before);
    }

    #[tokio::test]
    async fn a_pool_can_be_renamed_and_an_unknown_one_cannot_be_updated() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server
            .call(
                "UpdateUserPool",
                json!({ "UserPoolId": pool, "PoolName": "new name" }),
            )
            .await
            .ok();
        let described = server
            .call("DescribeUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok();
        assert_eq!(described["UserPool"]["Name"], "new name");
        server
            .call("UpdateUserPool", json!({ "UserPoolId": "us-east-1_nowhere00" }))
            .await
            .assert_error(
                "ResourceNotFoundException",
                "User pool us-east-1_nowhere00 does not exist.",
            );
    }
}
