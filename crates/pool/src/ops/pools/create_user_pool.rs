//! `CreateUserPool`

use poolhouse_api::shapes::{self, UserPoolType};
use poolhouse_crypto::{MIXED_ALPHANUMERIC, random_text};

use super::{door, mfa, schema, settings};
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{PoolRecord, RecordBatch};
use crate::request::Ctx;

/// Creates a pool with two signing keys. Only `PoolName` is needed.
///
/// # Errors
/// `InvalidParameterException` for what the service does not take and for what this server refuses by name;
/// `FeatureUnavailableInTierException`.
pub async fn run(
    ctx: &Ctx,
    input: shapes::CreateUserPoolRequest,
) -> Result<shapes::CreateUserPoolResponse, ApiError> {
    let (aliases, usernames) = (input.alias_attributes.clone(), input.username_attributes.clone());
    if aliases.iter().flatten().next().is_some() && usernames.iter().flatten().next().is_some() {
        return Err(ApiError::invalid_parameter(
            "Only one of the aliasAttributes or usernameAttributes can be set in a User pool.",
        ));
    }
    let region = &ctx.app.settings.region;
    let id = format!(
        "{region}_{}",
        random_text(MIXED_ALPHANUMERIC, 9, &*ctx.platform().entropy)
    );
    let mut pool = UserPoolType {
        arn: Some(format!(
            "arn:aws:cognito-idp:{region}:{}:userpool/{id}",
            ctx.app.settings.account
        )),
        creation_date: Some(ctx.now.timestamp()),
        last_modified_date: Some(ctx.now.timestamp()),
        schema_attributes: Some(schema::of_new_pool(input.schema.clone())?),
        alias_attributes: aliases,
        username_attributes: usernames,
        username_configuration: input.username_configuration.clone(),
        estimated_number_of_users: Some(0),
        id: Some(id.clone()),
        ..UserPoolType::default()
    };
    settings::apply(&mut pool, input)?;

    let key = PoolRecord::key(&id);
    let mut record = PoolRecord::new(pool.clone(), seed(ctx, key.as_str()));
    mfa::take(ctx, &mut record, None)?;
    let shut = door::shut_by_define(ctx, &mut record);
    let signing_keys = ctx.app.signing_keys.generate(&id).await?;
    ctx.platform()
        .commit(signing_keys.create(key, &record).merge(shut))
        .await?;
    Ok(shapes::CreateUserPoolResponse {
        user_pool: Some(pool),
    })
}

/// 32 random bytes, sealed under the pool's row.
fn seed(ctx: &Ctx, key: &str) -> String {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    ctx.platform().entropy.fill(&mut *seed);
    ctx.platform().seal(Purpose::Seeds, key, &*seed)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn a_pool_of_nothing_but_a_name_says_all_its_defaults() {
        let server = TestPool::new().await;
        let mut pool = server
            .call("CreateUserPool", json!({ "PoolName": "My pool" }))
            .await
            .ok()["UserPool"]
            .clone();
        let id = pool["Id"].as_str().unwrap_or_default().to_owned();
        let name = id.strip_prefix("us-east-1_").unwrap_or_default();
        assert!(
            name.len() == 9 && name.bytes().all(|b| b.is_ascii_alphanumeric()),
            "{id}"
        );
        let schema = pool
            .as_object_mut()
            .and_then(|pool| pool.remove("SchemaAttributes"))
            .unwrap_or_default();
        assert_eq!(
            pool,
            json!({
                "Id": id,
                "Name": "My pool",
                "Policies": {
                    "PasswordPolicy": {
                        "MinimumLength": 8,
                        "RequireUppercase": true,
                        "RequireLowercase": true,
                        "RequireNumbers": true,
                        "RequireSymbols": true,
                        "TemporaryPasswordValidityDays": 7,
                    },
                    "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] },
                },
                "DeletionProtection": "INACTIVE",
                "LambdaConfig": {},
                "LastModifiedDate": 1_767_323_045,
                "CreationDate": 1_767_323_045,
                "VerificationMessageTemplate": { "DefaultEmailOption": "CONFIRM_WITH_CODE" },
                "MfaConfiguration": "OFF",
                "EstimatedNumberOfUsers": 0,
                "EmailConfiguration": { "EmailSendingAccount": "COGNITO_DEFAULT" },
                "UserPoolTags": {},
                "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7 },
                "Arn": format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{id}"),
                "UserPoolTier": "ESSENTIALS",
            })
        );
        assert_eq!(schema.as_array().map(Vec::len), Some(20));
        assert_eq!(
            schema[13],
            json!({
                "Name": "birthdate",
                "AttributeDataType": "String",
                "DeveloperOnlyAttribute": false,
                "Mutable": true,
                "Required": false,
                "StringAttributeConstraints": { "MinLength": "10", "MaxLength": "10" },
            })
        );
        let described = server
            .call("DescribeUserPool", json!({ "UserPoolId": id }))
            .await
            .ok();
        assert_eq!(described["UserPool"]["SchemaAttributes"], schema);
    }

    #[tokio::test]
    async fn a_policy_that_is_given_asks_for_what_it_says_and_no_more() {
        let server = TestPool::new().await;
        let members =
            json!({ "Policies": { "PasswordPolicy": { "MinimumLength": 12, "RequireNumbers": true } } });
        let id = server.pool_with(members).await;
        let pool = server
            .call("DescribeUserPool", json!({ "UserPoolId": id }))
            .await
            .ok();
        assert_eq!(
            pool["UserPool"]["Policies"]["PasswordPolicy"],
            json!({
                "MinimumLength": 12,
                "RequireUppercase": false,
                "RequireLowercase": false,
                "RequireNumbers": true,
                "RequireSymbols": false,
                "TemporaryPasswordValidityDays": 7,
            })
        );
    }

    #[tokio::test]
    async fn what_the_service_refuses_is_refused_in_its_words() {
        let server = TestPool::new().await;
        let arn = |name: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
        let recovery = |first: Value, second: Value| json!({ "AccountRecoverySetting": { "RecoveryMechanisms": [first, second] } });
        let email = json!({ "Priority": 1, "Name": "verified_email" });
        let cases = [
            (
                json!({ "AliasAttributes": ["email"], "UsernameAttributes": ["email"] }),
                "Only one of the aliasAttributes or usernameAttributes can be set in a User pool.",
            ),
            (
                json!({
                    "Policies": { "PasswordPolicy": { "MinimumLength": 8, "TemporaryPasswordValidityDays": 3 } },
                    "AdminCreateUserConfig": { "UnusedAccountValidityDays": 3 },
                }),
                "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
            ),
            (
                json!({ "LambdaConfig": {
                    "PreTokenGeneration": arn("a"),
                    "PreTokenGenerationConfig": { "LambdaVersion": "V1_0", "LambdaArn": arn("b") },
                } }),
                "Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda function ARN's",
            ),
            (
                json!({ "AutoVerifiedAttributes": ["phone_number"] }),
                "SMS configuration is required when phone_number is selected for auto verification",
            ),
            (
                json!({ "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] } }),
                "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
            ),
            (
                json!({ "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": ["EMAIL_OTP"] } } }),
                "Password should be configured as one of the allowed first auth factors.",
            ),
            (
                json!({ "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER" } }),
                "Source ARN is required to use DEVELOPER email sending owner",
            ),
            (
                recovery(
                    email.clone(),
                    json!({ "Priority": 1, "Name": "verified_phone_number" }),
                ),
                "Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.",
            ),
            (
                recovery(email, json!({ "Priority": 2, "Name": "admin_only" })),
                "Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.",
            ),
            (
                json!({ "AdminCreateUserConfig": { "InviteMessageTemplate": { "EmailMessage": "Hi {username}" } } }),
                "Invalid Email message body for Admin create user flow parameter. Email message body should have \
                 {####} which will be replaced by code",
            ),
            (
                json!({ "AdminCreateUserConfig": { "InviteMessageTemplate": { "SMSMessage": "Hi {####}" } } }),
                "Invalid SMS message for Admin create user flow parameter. SMS message should have {username} which \
                 will be replaced by code",
            ),
        ];
        for (mut members, sentence) in cases {
            members["PoolName"] = json!("pool");
            server
                .call("CreateUserPool", members)
                .await
                .assert_error("InvalidParameterException", sentence);
        }
        let lite = json!({
            "PoolName": "pool",
            "UserPoolTier": "LITE",
            "LambdaConfig": { "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": arn("b") } },
        });
        server.call("CreateUserPool", lite).await.assert_error(
            "FeatureUnavailableInTierException",
            "The following features need to be disabled for the LITE pricing tier configured: Token Customization with \
             Pre-Token Generation Lambda V2_0",
        );
    }

    #[tokio::test]
    async fn what_this_server_does_not_have_is_refused_by_name() {
        let server = TestPool::new().await;
        let arn = "arn:aws:kms:us-east-1:000000000000:key/k";
        let sender = json!({ "LambdaVersion": "V1_0", "LambdaArn": arn });
        let cases = [
            (
                json!({ "UserPoolAddOns": { "AdvancedSecurityMode": "ENFORCED" } }),
                "UserPoolAddOns other than AdvancedSecurityMode OFF or AUDIT",
            ),
            (
                json!({ "KeyConfiguration": { "KeyType": "CUSTOMER_MANAGED_KEY" } }),
                "KeyConfiguration with a key of your own",
            ),
            (
                json!({ "IssuerConfiguration": { "Type": "UPDATED" } }),
                "IssuerConfiguration UPDATED",
            ),
            (
                json!({ "AcrConfiguration": { "Level1": { "AcrValue": "low" } } }),
                "AcrConfiguration",
            ),
            (
                json!({ "Policies": { "PasswordPolicy": { "PasswordHistorySize": 1 } } }),
                "PasswordHistorySize",
            ),
            (
                json!({
                    "AutoVerifiedAttributes": ["email", "phone_number"],
                    "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" },
                    "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["phone_number"] },
                }),
                "phone_number in AttributesRequireVerificationBeforeUpdate",
            ),
            (
                json!({ "LambdaConfig": { "InboundFederation": sender } }),
                "LambdaConfig.InboundFederation",
            ),
        ];
        for (mut members, name) in cases {
            members["PoolName"] = json!("pool");
            server.call("CreateUserPool", members).await.assert_error(
                "InvalidParameterException",
                &format!("{name} is not supported by this server. Leave it out; docs/reference/members.md lists what is."),
            );
        }
    }
}
