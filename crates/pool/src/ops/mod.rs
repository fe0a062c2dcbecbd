//! The operations of the API: one file each, grouped by what they act on.
//!
//! The table below is complete by construction: `operations!` expands to a `match` without a wildcard arm over the
//! generated `Operation` enum, so an operation that is in the model and not in the table does not compile.

mod account;
mod as_creation;
mod auth;
mod clients;
mod paging;
pub mod pools;
pub(crate) mod users;

use poolhouse_api::{Call, ErrorCode, Operation, Shape, calls};
use serde_json::Value;

use crate::base::error::ApiError;
use crate::request::Ctx;

/// Whether an operation has behaviour on this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does what AWS documents.
    Done,
    /// It answers `refused`.
    Refused,
}

/// Expands the table to the dispatcher and to the status of every operation.
macro_rules! operations {
    (done { $($name:ident => $module:ident :: $file:ident,)* } refused { $($refused:ident,)* }) => {
        /// Runs an operation on a validated body and returns the answer's JSON. The body is gone before the operation
        /// runs: functions may take seconds.
        ///
        /// # Errors
        /// Whatever the operation answers in its place.
        pub async fn dispatch(operation: Operation, ctx: &Ctx, body: Value) -> Result<Value, ApiError> {
            match operation {
                $(Operation::$name => {
                    let input = <calls::$name as Call>::Input::from_json(&body).map_err(ApiError::internal)?;
                    drop(body);
                    let output: <calls::$name as Call>::Output = $module::$file::run(ctx, input).await?;
                    Ok(output.to_json())
                })*
                $(Operation::$refused => Err(refused(operation)),)*
            }
        }

        /// Whether the operation has behaviour on this server.
        pub fn status(operation: Operation) -> Status {
            match operation {
                $(Operation::$name => Status::Done,)*
                $(Operation::$refused => Status::Refused,)*
            }
        }
    };
}

operations! {
    done {
        AddCustomAttributes => pools::add_custom_attributes,
        AdminConfirmSignUp => users::admin_confirm_sign_up,
        AdminCreateUser => users::admin_create_user,
        AdminDeleteUser => users::admin_delete_user,
        AdminDeleteUserAttributes => users::admin_delete_user_attributes,
        AdminDisableUser => users::admin_disable_user,
        AdminEnableUser => users::admin_enable_user,
        AdminGetUser => users::admin_get_user,
        AdminInitiateAuth => auth::admin_initiate_auth,
        AdminResetUserPassword => users::admin_reset_user_password,
        AdminRespondToAuthChallenge => auth::admin_respond_to_auth_challenge,
        AdminSetUserPassword => users::admin_set_user_password,
        AdminUpdateUserAttributes => users::admin_update_user_attributes,
        AdminUserGlobalSignOut => users::admin_user_global_sign_out,
        ChangePassword => account::change_password,
        ConfirmForgotPassword => account::confirm_forgot_password,
        ConfirmSignUp => account::confirm_sign_up,
        CreateUserPool => pools::create_user_pool,
        CreateUserPoolClient => clients::create_user_pool_client,
        DeleteUser => account::delete_user,
        DeleteUserAttributes => account::delete_user_attributes,
        DeleteUserPool => pools::delete_user_pool,
        DeleteUserPoolClient => clients::delete_user_pool_client,
        DescribeUserPool => pools::describe_user_pool,
        DescribeUserPoolClient => clients::describe_user_pool_client,
        ForgotPassword => account::forgot_password,
        GetTokensFromRefreshToken => auth::get_tokens_from_refresh_token,
        GetUser => account::get_user,
        GetUserAttributeVerificationCode => account::get_user_attribute_verification_code,
        GetUserPoolMfaConfig => pools::get_user_pool_mfa_config,
        GlobalSignOut => account::global_sign_out,
        InitiateAuth => auth::initiate_auth,
        ListTagsForResource => pools::list_tags_for_resource,
        ListUserPoolClients => clients::list_user_pool_clients,
        ListUserPools => pools::list_user_pools,
        ListUsers => users::list_users,
        ResendConfirmationCode => account::resend_confirmation_code,
        RespondToAuthChallenge => auth::respond_to_auth_challenge,
        RevokeToken => auth::revoke_token,
        SetUserPoolMfaConfig => pools::set_user_pool_mfa_config,
        SignUp => account::sign_up,
        TagResource => pools::tag_resource,
        UntagResource => pools::untag_resource,
        UpdateUserAttributes => account::update_user_attributes,
        UpdateUserPool => pools::update_user_pool,
        UpdateUserPoolClient => clients::update_user_pool_client,
        VerifyUserAttribute => account::verify_user_attribute,
    }
    refused {
        AddUserPoolClientSecret,
        AdminAddUserToGroup,
        AdminDeleteSoftwareToken,
        AdminDisableProviderForUser,
        AdminForgetDevice,
        AdminGetDevice,
        AdminGetUserAuthFactors,
        AdminLinkProviderForUser,
        AdminListDevices,
        AdminListGroupsForUser,
        AdminListUserAuthEvents,
        AdminListUserSessions,
        AdminRemoveUserFromGroup,
        AdminRevokeUserSession,
        AdminSetUserMFAPreference,
        AdminSetUserSettings,
        AdminUpdateAuthEventFeedback,
        AdminUpdateDeviceStatus,
        AssociateSoftwareToken,
        CancelPointInTimeRecovery,
        CompleteWebAuthnRegistration,
        ConfirmDevice,
        CreateCIMDPolicy,
        CreateGroup,
        CreateIdentityProvider,
        CreateManagedLoginBranding,
        CreateResourceServer,
        CreateTerms,
        CreateUserImportJob,
        CreateUserPoolDomain,
        CreateUserPoolReplica,
        DeleteCIMDPolicy,
        DeleteGroup,
        DeleteIdentityProvider,
        DeleteManagedLoginBranding,
        DeleteResourceServer,
        DeleteTerms,
        DeleteUserPoolClientSecret,
        DeleteUserPoolDomain,
        DeleteUserPoolReplica,
        DeleteWebAuthnCredential,
        DescribeCIMDPolicy,
        DescribeIdentityProvider,
        DescribeManagedLoginBranding,
        DescribeManagedLoginBrandingByClient,
        DescribePointInTimeRecovery,
        DescribeResourceServer,
        DescribeRiskConfiguration,
        DescribeTerms,
        DescribeTermsByClient,
        DescribeUserImportJob,
        DescribeUserPoolDomain,
        ForgetDevice,
        GetCSVHeader,
        GetClientToken,
        GetDerivedToken,
        GetDevice,
        GetGroup,
        GetIdentityProviderByIdentifier,
        GetLogDeliveryConfiguration,
        GetProvisionedLimit,
        GetSigningCertificate,
        GetUICustomization,
        GetUserAuthFactors,
        GetUserPoolClientSessionConfiguration,
        GetUserPoolSessionConfiguration,
        InitiatePointInTimeRecovery,
        ListCIMDPolicies,
        ListClientMetadataURLs,
        ListDevices,
        ListGroups,
        ListIdentityProviders,
        ListPointInTimeRecoveries,
        ListResourceServers,
        ListTerms,
        ListUserImportJobs,
        ListUserPoolClientSecrets,
        ListUserPoolReplicas,
        ListUserSessions,
        ListUsersInGroup,
        ListWebAuthnCredentials,
        RevokeUserSession,
        SetLogDeliveryConfiguration,
        SetRiskConfiguration,
        SetUICustomization,
        SetUserMFAPreference,
        SetUserPoolClientSessionConfiguration,
        SetUserPoolSessionConfiguration,
        SetUserSettings,
        StartPointInTimeRecovery,
        StartUserImportJob,
        StartWebAuthnRegistration,
        StopUserImportJob,
        UpdateAuthEventFeedback,
        UpdateCIMDPolicy,
        UpdateClientMetadataURLState,
        UpdateDeviceStatus,
        UpdateGroup,
        UpdateIdentityProvider,
        UpdateManagedLoginBranding,
        UpdateProvisionedLimit,
        UpdateResourceServer,
        UpdateTerms,
        UpdateUserPoolDomain,
        UpdateUserPoolReplica,
        VerifySoftwareToken,
    }
}

/// The one answer of operations without behaviour. The exception is in every operation's reach of typed SDKs.
fn refused(operation: Operation) -> ApiError {
    ApiError::new(
        ErrorCode::InvalidParameterException,
        format!(
            "{} is not available on this server yet. docs/reference/operations.md lists the operations that are.",
            operation.name()
        ),
    )
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_custom_domain_with_dots_is_taken_for_a_domain_and_a_domain_with_an_empty_part_is_not() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let request = |domain: &str| {
            json!({
                "UserPoolId": pool,
                "Domain": domain,
                "CustomDomainConfig": { "CertificateArn": "arn:aws:acm:us-east-1:000000000000:certificate/a" },
            })
        };
        for operation in [
            "CreateUserPoolDomain",
            "DescribeUserPoolDomain",
            "UpdateUserPoolDomain",
            "DeleteUserPoolDomain",
        ] {
            // The operation itself answers, and not the check of what was sent.
            let sentence = format!(
                "{operation} is not available on this server yet. docs/reference/operations.md lists the operations that are."
            );
            for domain in ["auth.example.com", "auth"] {
                server
                    .call(operation, request(domain))
                    .await
                    .assert_error("InvalidParameterException", &sentence);
            }
            let answer = server.call(operation, request("auth..example.com")).await;
            let text = answer.text;
            assert!(text.contains("1 validation error detected"), "{text}");
        }
    }
}
