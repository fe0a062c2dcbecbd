//! The operations of the API: one file each, grouped by what they act on.
//!
//! The table below is complete by construction: `operations!` expands to a `match` without a wildcard arm over the
//! generated `Operation` enum, so an operation that is in the model and not in the table does not compile.

mod account;
mod as_creation;
mod auth;
mod branding;
mod cimd;
mod clients;
mod devices;
mod domains;
mod factors;
mod groups;
mod history;
mod imports;
mod never;
mod paging;
mod passkeys;
pub mod pools;
mod providers;
mod resource_servers;
mod sessions;
pub(crate) mod users;

use std::pin::Pin;

pub use account::confirm_sign_up::{ByLink, by_link as confirm_by_link};

use poolhouse_api::{Call, Operation, Shape, calls};
use serde_json::Value;

use crate::base::error::ApiError;
use crate::request::Ctx;

/// Whether an operation has behaviour on this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does what AWS documents.
    Done,
    /// It is refused for ever, with this sentence: only AWS can do it.
    Never(&'static str),
}

/// An operation under way. Each has room of its own, for together they would not fit on a stack.
type Running<'a> = Pin<Box<dyn Future<Output = Result<Value, ApiError>> + Send + 'a>>;

/// Expands the table to the dispatcher and to the status of every operation.
macro_rules! operations {
    (
        done { $($name:ident => $module:ident :: $file:ident,)* }
        never { $($never:ident => $sentence:expr,)* }
    ) => {
        /// Runs an operation on a validated body and returns the answer's JSON. The body is gone before the operation
        /// runs: functions may take seconds.
        ///
        /// # Errors
        /// Whatever the operation answers in its place.
        pub async fn dispatch(operation: Operation, ctx: &Ctx, body: Value) -> Result<Value, ApiError> {
            ctx.audit.serves(operation);
            let is_known = |client: &str| ctx.app.pools_of_clients.get(client).is_some();
            ctx.app
                .calls
                .admit(operation, ctx.asker.address, (&body, is_known), ctx.now)?;
            ctx.app.admission.admit(operation, ctx.now)?;
            match operation {
                $(Operation::$name => {
                    fn run(ctx: &Ctx, body: Value) -> Running<'_> {
                        Box::pin(async move {
                            let input =
                                <calls::$name as Call>::Input::from_json(&body).map_err(ApiError::internal)?;
                            drop(body);
                            let output: <calls::$name as Call>::Output = $module::$file::run(ctx, input).await?;
                            Ok(output.to_json())
                        })
                    }
                    run(ctx, body).await
                })*
                $(Operation::$never => Err(never(operation, $sentence)),)*
            }
        }

        /// Whether the operation has behaviour on this server.
        pub fn status(operation: Operation) -> Status {
            match operation {
                $(Operation::$name => Status::Done,)*
                $(Operation::$never => Status::Never($sentence),)*
            }
        }
    };
}

operations! {
    done {
        AddCustomAttributes => pools::add_custom_attributes,
        AddUserPoolClientSecret => clients::add_user_pool_client_secret,
        AdminAddUserToGroup => groups::admin_add_user_to_group,
        AdminConfirmSignUp => users::admin_confirm_sign_up,
        AdminCreateUser => users::admin_create_user,
        AdminDeleteSoftwareToken => factors::admin_delete_software_token,
        AdminDeleteUser => users::admin_delete_user,
        AdminDeleteUserAttributes => users::admin_delete_user_attributes,
        AdminDisableProviderForUser => providers::admin_disable_provider_for_user,
        AdminDisableUser => users::admin_disable_user,
        AdminEnableUser => users::admin_enable_user,
        AdminForgetDevice => devices::admin_forget_device,
        AdminGetDevice => devices::admin_get_device,
        AdminGetUser => users::admin_get_user,
        AdminGetUserAuthFactors => factors::admin_get_user_auth_factors,
        AdminInitiateAuth => auth::admin_initiate_auth,
        AdminLinkProviderForUser => providers::admin_link_provider_for_user,
        AdminListDevices => devices::admin_list_devices,
        AdminListGroupsForUser => groups::admin_list_groups_for_user,
        AdminListUserAuthEvents => history::admin_list_user_auth_events,
        AdminListUserSessions => sessions::admin_list_user_sessions,
        AdminRemoveUserFromGroup => groups::admin_remove_user_from_group,
        AdminResetUserPassword => users::admin_reset_user_password,
        AdminRespondToAuthChallenge => auth::admin_respond_to_auth_challenge,
        AdminRevokeUserSession => sessions::admin_revoke_user_session,
        AdminSetUserMFAPreference => factors::admin_set_user_mfa_preference,
        AdminSetUserPassword => users::admin_set_user_password,
        AdminSetUserSettings => factors::admin_set_user_settings,
        AdminUpdateAuthEventFeedback => history::admin_update_auth_event_feedback,
        AdminUpdateDeviceStatus => devices::admin_update_device_status,
        AdminUpdateUserAttributes => users::admin_update_user_attributes,
        AdminUserGlobalSignOut => users::admin_user_global_sign_out,
        AssociateSoftwareToken => factors::associate_software_token,
        ChangePassword => account::change_password,
        CompleteWebAuthnRegistration => passkeys::complete_web_authn_registration,
        ConfirmDevice => devices::confirm_device,
        ConfirmForgotPassword => account::confirm_forgot_password,
        ConfirmSignUp => account::confirm_sign_up,
        CreateCIMDPolicy => cimd::create_cimd_policy,
        CreateGroup => groups::create_group,
        CreateIdentityProvider => providers::create_identity_provider,
        CreateManagedLoginBranding => branding::create_managed_login_branding,
        CreateResourceServer => resource_servers::create_resource_server,
        CreateTerms => branding::create_terms,
        CreateUserImportJob => imports::create_user_import_job,
        CreateUserPool => pools::create_user_pool,
        CreateUserPoolClient => clients::create_user_pool_client,
        CreateUserPoolDomain => domains::create_user_pool_domain,
        DeleteCIMDPolicy => cimd::delete_cimd_policy,
        DeleteGroup => groups::delete_group,
        DeleteIdentityProvider => providers::delete_identity_provider,
        DeleteManagedLoginBranding => branding::delete_managed_login_branding,
        DeleteResourceServer => resource_servers::delete_resource_server,
        DeleteTerms => branding::delete_terms,
        DeleteUser => account::delete_user,
        DeleteUserAttributes => account::delete_user_attributes,
        DeleteUserPool => pools::delete_user_pool,
        DeleteUserPoolClient => clients::delete_user_pool_client,
        DeleteUserPoolClientSecret => clients::delete_user_pool_client_secret,
        DeleteUserPoolDomain => domains::delete_user_pool_domain,
        DeleteWebAuthnCredential => passkeys::delete_web_authn_credential,
        DescribeCIMDPolicy => cimd::describe_cimd_policy,
        DescribeIdentityProvider => providers::describe_identity_provider,
        DescribeManagedLoginBranding => branding::describe_managed_login_branding,
        DescribeManagedLoginBrandingByClient => branding::describe_managed_login_branding_by_client,
        DescribeResourceServer => resource_servers::describe_resource_server,
        DescribeRiskConfiguration => pools::describe_risk_configuration,
        DescribeTerms => branding::describe_terms,
        DescribeTermsByClient => branding::describe_terms_by_client,
        DescribeUserImportJob => imports::describe_user_import_job,
        DescribeUserPool => pools::describe_user_pool,
        DescribeUserPoolClient => clients::describe_user_pool_client,
        DescribeUserPoolDomain => domains::describe_user_pool_domain,
        ForgetDevice => devices::forget_device,
        ForgotPassword => account::forgot_password,
        GetCSVHeader => imports::get_csv_header,
        GetClientToken => auth::get_client_token,
        GetDerivedToken => auth::get_derived_token,
        GetDevice => devices::get_device,
        GetGroup => groups::get_group,
        GetIdentityProviderByIdentifier => providers::get_identity_provider_by_identifier,
        GetLogDeliveryConfiguration => pools::get_log_delivery_configuration,
        GetProvisionedLimit => pools::get_provisioned_limit,
        GetSigningCertificate => providers::get_signing_certificate,
        GetTokensFromRefreshToken => auth::get_tokens_from_refresh_token,
        GetUICustomization => branding::get_ui_customization,
        GetUser => account::get_user,
        GetUserAttributeVerificationCode => account::get_user_attribute_verification_code,
        GetUserAuthFactors => factors::get_user_auth_factors,
        GetUserPoolClientSessionConfiguration => sessions::get_user_pool_client_session_configuration,
        GetUserPoolMfaConfig => pools::get_user_pool_mfa_config,
        GetUserPoolSessionConfiguration => sessions::get_user_pool_session_configuration,
        GlobalSignOut => account::global_sign_out,
        InitiateAuth => auth::initiate_auth,
        ListCIMDPolicies => cimd::list_cimd_policies,
        ListClientMetadataURLs => cimd::list_client_metadata_urls,
        ListDevices => devices::list_devices,
        ListGroups => groups::list_groups,
        ListIdentityProviders => providers::list_identity_providers,
        ListResourceServers => resource_servers::list_resource_servers,
        ListTagsForResource => pools::list_tags_for_resource,
        ListTerms => branding::list_terms,
        ListUserImportJobs => imports::list_user_import_jobs,
        ListUserPoolClientSecrets => clients::list_user_pool_client_secrets,
        ListUserPoolClients => clients::list_user_pool_clients,
        ListUserPools => pools::list_user_pools,
        ListUserSessions => sessions::list_user_sessions,
        ListUsers => users::list_users,
        ListUsersInGroup => groups::list_users_in_group,
        ListWebAuthnCredentials => passkeys::list_web_authn_credentials,
        ResendConfirmationCode => account::resend_confirmation_code,
        RespondToAuthChallenge => auth::respond_to_auth_challenge,
        RevokeToken => auth::revoke_token,
        RevokeUserSession => sessions::revoke_user_session,
        SetLogDeliveryConfiguration => pools::set_log_delivery_configuration,
        SetRiskConfiguration => pools::set_risk_configuration,
        SetUICustomization => branding::set_ui_customization,
        SetUserMFAPreference => factors::set_user_mfa_preference,
        SetUserPoolClientSessionConfiguration => sessions::set_user_pool_client_session_configuration,
        SetUserPoolMfaConfig => pools::set_user_pool_mfa_config,
        SetUserPoolSessionConfiguration => sessions::set_user_pool_session_configuration,
        SetUserSettings => factors::set_user_settings,
        SignUp => account::sign_up,
        StartUserImportJob => imports::start_user_import_job,
        StartWebAuthnRegistration => passkeys::start_web_authn_registration,
        StopUserImportJob => imports::stop_user_import_job,
        TagResource => pools::tag_resource,
        UntagResource => pools::untag_resource,
        UpdateCIMDPolicy => cimd::update_cimd_policy,
        UpdateClientMetadataURLState => cimd::update_client_metadata_url_state,
        UpdateDeviceStatus => devices::update_device_status,
        UpdateGroup => groups::update_group,
        UpdateIdentityProvider => providers::update_identity_provider,
        UpdateManagedLoginBranding => branding::update_managed_login_branding,
        UpdateProvisionedLimit => pools::update_provisioned_limit,
        UpdateResourceServer => resource_servers::update_resource_server,
        UpdateTerms => branding::update_terms,
        UpdateUserAttributes => account::update_user_attributes,
        UpdateUserPool => pools::update_user_pool,
        UpdateUserPoolClient => clients::update_user_pool_client,
        UpdateUserPoolDomain => domains::update_user_pool_domain,
        VerifySoftwareToken => factors::verify_software_token,
        VerifyUserAttribute => account::verify_user_attribute,
    }
    never {
        CancelPointInTimeRecovery => never::POINT_IN_TIME_RECOVERY,
        CreateUserPoolReplica => never::REPLICAS,
        DeleteUserPoolReplica => never::REPLICAS,
        DescribePointInTimeRecovery => never::POINT_IN_TIME_RECOVERY,
        InitiatePointInTimeRecovery => never::POINT_IN_TIME_RECOVERY,
        ListPointInTimeRecoveries => never::POINT_IN_TIME_RECOVERY,
        ListUserPoolReplicas => never::REPLICAS,
        StartPointInTimeRecovery => never::POINT_IN_TIME_RECOVERY,
        UpdateAuthEventFeedback => never::FEEDBACK_TOKENS,
        UpdateUserPoolReplica => never::REPLICAS,
    }
}

/// The answer of operations that only AWS can do.
fn never(operation: Operation, sentence: &str) -> ApiError {
    ApiError::invalid_parameter(format!(
        "{} is not available on this server. {sentence}",
        operation.name()
    ))
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
            for domain in ["auth.example.com", "auth"] {
                let answer = server.call(operation, request(domain)).await;
                assert!(!answer.text.contains("validation error"), "{}", answer.text);
            }
            let answer = server.call(operation, request("auth..example.com")).await;
            let text = answer.text;
            assert!(text.contains("1 validation error detected"), "{text}");
        }
    }
}
