//! Settings of a pool that this server has no behaviour for. A pool that was created with one of them and ignored it
//! would be less safe than its owner believes, so they are refused by name. docs/reference/members.md has the list.

use poolhouse_api::shapes::{
    AdvancedSecurityModeType, CreateUserPoolRequest, EncryptionKeyType, IssuerType, LambdaConfigType,
    UserPoolAddOnsType, UserPoolPolicyType, VerifiedAttributeType,
};

use crate::base::error::ApiError;

/// Checks that a request asks for nothing of the kind.
///
/// # Errors
/// `InvalidParameterException` that names the member, or says that a sender has no key.
pub fn check(asked: &CreateUserPoolRequest) -> Result<(), ApiError> {
    let refused = [
        asked.policies.as_ref().and_then(in_policies),
        asked.lambda_config.as_ref().and_then(in_lambda_config),
        verified_before_update(asked)
            .contains(&VerifiedAttributeType::PhoneNumber)
            .then_some("phone_number in AttributesRequireVerificationBeforeUpdate"),
        asked.user_pool_add_ons.as_ref().and_then(in_add_ons),
        asked.key_configuration.as_ref().and_then(|keys| {
            let own_key =
                keys.key_type == Some(EncryptionKeyType::CustomerManagedKey) || keys.kms_key_arn.is_some();
            own_key.then_some("KeyConfiguration with a key of your own")
        }),
        asked.issuer_configuration.as_ref().and_then(|issuer| {
            (issuer.r#type == Some(IssuerType::Updated)).then_some("IssuerConfiguration UPDATED")
        }),
        asked
            .acr_configuration
            .as_ref()
            .and_then(|acr| (!acr.is_empty()).then_some("AcrConfiguration")),
    ];
    match refused.into_iter().flatten().next() {
        Some(member) => Err(ApiError::unsupported_member(member)),
        None => asked.lambda_config.as_ref().map_or(Ok(()), check_senders),
    }
}

/// Addresses that a request wants verified before they replace the one before.
pub fn verified_before_update(asked: &CreateUserPoolRequest) -> &[VerifiedAttributeType] {
    let settings = asked.user_attribute_update_settings.as_ref();
    let list =
        settings.and_then(|settings| settings.attributes_require_verification_before_update.as_deref());
    list.unwrap_or_default()
}

fn in_policies(policies: &UserPoolPolicyType) -> Option<&'static str> {
    let history = policies
        .password_policy
        .as_ref()
        .and_then(|policy| policy.password_history_size);
    history
        .is_some_and(|size| size > 0)
        .then_some("PasswordHistorySize")
}

/// Every trigger is named: one that AWS adds would otherwise be kept and never called.
fn in_lambda_config(lambdas: &LambdaConfigType) -> Option<&'static str> {
    let LambdaConfigType {
        pre_sign_up: _,
        custom_message: _,
        post_confirmation: _,
        pre_authentication: _,
        post_authentication: _,
        define_auth_challenge: _,
        create_auth_challenge: _,
        verify_auth_challenge_response: _,
        pre_token_generation: _,
        pre_token_generation_config: _,
        user_migration: _,
        custom_sms_sender: _,
        custom_email_sender: _,
        kms_key_id: _,
        inbound_federation,
    } = lambdas;
    inbound_federation
        .is_some()
        .then_some("LambdaConfig.InboundFederation")
}

/// Codes are never handed to a sender in the clear. The service's sentence is not known.
fn check_senders(lambdas: &LambdaConfigType) -> Result<(), ApiError> {
    let has_sender = lambdas.custom_email_sender.is_some() || lambdas.custom_sms_sender.is_some();
    if has_sender && lambdas.kms_key_id.is_none() {
        return Err(ApiError::invalid_parameter(
            "KMSKeyID is required when CustomEmailSender or CustomSMSSender is set.",
        ));
    }
    Ok(())
}

fn in_add_ons(add_ons: &UserPoolAddOnsType) -> Option<&'static str> {
    let UserPoolAddOnsType {
        advanced_security_mode: mode,
        advanced_security_additional_flows: flows,
    } = add_ons;
    let custom = flows.as_ref().and_then(|flows| flows.custom_auth_mode);
    // AUDIT judges nothing: it has AdminListUserAuthEvents answer.
    (*mode == AdvancedSecurityModeType::Enforced || custom.is_some())
        .then_some("UserPoolAddOns other than AdvancedSecurityMode OFF or AUDIT")
}
