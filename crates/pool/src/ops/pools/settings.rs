//! The settings of a pool that can be changed: what a request leaves out, what it may not say, how it is kept.
//!
//! `UpdateUserPool` sets whatever it leaves out to its default, so creating and updating are one function here.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{
    AccountRecoverySettingType, AdminCreateUserConfigType, AuthFactorType, CreateUserPoolRequest,
    DefaultEmailOptionType, DeletionProtectionType, EmailConfigurationType, EmailSendingAccountType,
    LambdaConfigType, PasswordPolicyType, PreTokenGenerationLambdaVersionType as Version,
    PreTokenGenerationVersionConfigType, RecoveryOptionNameType, SignInPolicyType, UserPoolMfaType,
    UserPoolPolicyType, UserPoolTierType, UserPoolType, VerificationMessageTemplateType,
    VerifiedAttributeType,
};

use super::{refused, registration, tags};
use crate::base::error::ApiError;
use crate::users::password_policy::{MINIMUM_LENGTH, TEMPORARY_DAYS};

/// Sets every changeable setting of `pool` to what the request says, or to its default.
///
/// # Errors
/// `InvalidParameterException` for what the service does not take and for what this server refuses by name;
/// `FeatureUnavailableInTierException`.
pub fn apply(pool: &mut UserPoolType, mut asked: CreateUserPoolRequest) -> Result<(), ApiError> {
    check_rules(&asked)?;
    asked.user_pool_tags.as_ref().map_or(Ok(()), tags::check)?;
    refused::check(&asked)?;
    // The one setting that stays where it is left out: Terraform counts on that, and takes it back by an empty list.
    let kept = pool.user_attribute_update_settings.take();
    asked.user_attribute_update_settings = asked.user_attribute_update_settings.or(kept);
    set(pool, asked)
}

/// Every member is named, so that one that AWS adds does not compile until somebody has decided what it does here.
fn set(pool: &mut UserPoolType, asked: CreateUserPoolRequest) -> Result<(), ApiError> {
    let CreateUserPoolRequest {
        pool_name,
        // A pool is made with these and keeps them.
        alias_attributes: _,
        schema: _,
        username_attributes: _,
        username_configuration: _,
        // Refused wherever it asks for something.
        acr_configuration: _,
        dcr_configuration,
        account_recovery_setting,
        admin_create_user_config,
        auto_verified_attributes,
        deletion_protection,
        device_configuration,
        email_configuration,
        email_verification_message,
        email_verification_subject,
        issuer_configuration,
        key_configuration,
        lambda_config: lambdas,
        mfa_configuration,
        policies: asked_policies,
        sms_authentication_message,
        sms_configuration,
        sms_verification_message,
        user_attribute_update_settings,
        user_pool_add_ons,
        user_pool_tags,
        user_pool_tier,
        verification_message_template,
    } = asked;
    let tier = user_pool_tier.unwrap_or(UserPoolTierType::Essentials);
    let days = temporary_days(asked_policies.as_ref(), admin_create_user_config.as_ref())?;
    let template = verification_message_template.unwrap_or_default();
    let (message, subject) = (email_verification_message, email_verification_subject);
    set_messages(pool, template, [sms_verification_message, message, subject]);
    pool.name = Some(pool_name);
    pool.policies = Some(policies(asked_policies, days));
    pool.lambda_config = Some(lambda_config(lambdas.unwrap_or_default(), tier)?);
    pool.admin_create_user_config = Some(admin_create_user(admin_create_user_config, days)?);
    pool.device_configuration = device_configuration;
    pool.email_configuration = Some(email(email_configuration.unwrap_or_default())?);
    pool.account_recovery_setting = account_recovery_setting.map(account_recovery).transpose()?;
    pool.deletion_protection = deletion_protection.or(Some(DeletionProtectionType::Inactive));
    pool.auto_verified_attributes = auto_verified_attributes;
    pool.sms_authentication_message = sms_authentication_message;
    pool.user_attribute_update_settings = user_attribute_update_settings;
    pool.mfa_configuration = mfa_configuration.or(Some(UserPoolMfaType::Off));
    pool.sms_configuration = sms_configuration;
    pool.user_pool_tags = Some(user_pool_tags.unwrap_or_default());
    pool.user_pool_add_ons = user_pool_add_ons;
    pool.dcr_configuration = registration::taken(dcr_configuration, tier)?;
    pool.user_pool_tier = Some(tier);
    pool.key_configuration = key_configuration;
    pool.issuer_configuration = issuer_configuration;
    Ok(())
}

/// Sets the texts of verification mail and SMS. The older members of the request and the template are two names for the
/// same three texts.
fn set_messages(
    pool: &mut UserPoolType,
    template: VerificationMessageTemplateType,
    [older_sms, older_message, older_subject]: [Option<String>; 3],
) {
    let VerificationMessageTemplateType {
        sms_message,
        email_message,
        email_subject,
        email_message_by_link,
        email_subject_by_link,
        default_email_option,
    } = template;
    pool.sms_verification_message = sms_message.or(older_sms);
    pool.email_verification_message = email_message.or(older_message);
    pool.email_verification_subject = email_subject.or(older_subject);
    pool.verification_message_template = Some(VerificationMessageTemplateType {
        sms_message: pool.sms_verification_message.clone(),
        email_message: pool.email_verification_message.clone(),
        email_subject: pool.email_verification_subject.clone(),
        email_message_by_link,
        email_subject_by_link,
        default_email_option: default_email_option.or(Some(DefaultEmailOptionType::ConfirmWithCode)),
    });
}

/// What the service itself does not take, before what this server does not have.
fn check_rules(asked: &CreateUserPoolRequest) -> Result<(), ApiError> {
    let automatic = asked.auto_verified_attributes.as_deref().unwrap_or_default();
    if automatic.contains(&VerifiedAttributeType::PhoneNumber) && asked.sms_configuration.is_none() {
        return Err(ApiError::invalid_parameter(
            "SMS configuration is required when phone_number is selected for auto verification",
        ));
    }
    if !refused::verified_before_update(asked)
        .iter()
        .all(|attribute| automatic.contains(attribute))
    {
        return Err(ApiError::invalid_parameter(
            "All attributes in AttributesRequireVerificationBeforeUpdate must exist in AutoVerifiedAttributes",
        ));
    }
    let sign_in = asked
        .policies
        .as_ref()
        .and_then(|policies| policies.sign_in_policy.as_ref());
    let factors = sign_in.and_then(|policy| policy.allowed_first_auth_factors.as_ref());
    if factors.is_some_and(|factors| !factors.contains(&AuthFactorType::Password)) {
        return Err(ApiError::invalid_parameter(
            "Password should be configured as one of the allowed first auth factors.",
        ));
    }
    // It stands in the enumeration, and is one that follows a password.
    if factors.is_some_and(|factors| factors.contains(&AuthFactorType::SoftwareToken)) {
        return Err(ApiError::invalid_parameter(
            "SOFTWARE_TOKEN cannot be configured as one of the allowed first auth factors.",
        ));
    }
    Ok(())
}

/// How long temporary passwords work. The setting has an older name; 0 counts as not given under both.
fn temporary_days(
    policies: Option<&UserPoolPolicyType>,
    admin_create_user: Option<&AdminCreateUserConfigType>,
) -> Result<i64, ApiError> {
    let policy = policies.and_then(|policies| policies.password_policy.as_ref());
    let new = policy
        .and_then(|policy| policy.temporary_password_validity_days)
        .filter(|days| *days > 0);
    let old = admin_create_user
        .and_then(|config| config.unused_account_validity_days)
        .filter(|days| *days > 0);
    if new.is_some() && old.is_some() {
        return Err(ApiError::invalid_parameter(
            "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays",
        ));
    }
    Ok(new.or(old).unwrap_or(TEMPORARY_DAYS))
}

/// A pool without a password policy asks for everything; a policy that is given asks for what it says.
fn policies(asked: Option<UserPoolPolicyType>, days: i64) -> UserPoolPolicyType {
    let asked = asked.unwrap_or_default();
    let everything = PasswordPolicyType {
        require_uppercase: Some(true),
        require_lowercase: Some(true),
        require_numbers: Some(true),
        require_symbols: Some(true),
        ..PasswordPolicyType::default()
    };
    let factors = asked
        .sign_in_policy
        .and_then(|policy| policy.allowed_first_auth_factors);
    let policy = asked.password_policy.unwrap_or(everything);
    let stated = |rule: Option<bool>| Some(rule.unwrap_or(false));
    UserPoolPolicyType {
        password_policy: Some(PasswordPolicyType {
            minimum_length: policy.minimum_length.or(Some(MINIMUM_LENGTH)),
            require_uppercase: stated(policy.require_uppercase),
            require_lowercase: stated(policy.require_lowercase),
            require_numbers: stated(policy.require_numbers),
            require_symbols: stated(policy.require_symbols),
            password_history_size: None,
            temporary_password_validity_days: Some(days),
        }),
        sign_in_policy: Some(SignInPolicyType {
            allowed_first_auth_factors: factors.or_else(|| Some(vec![AuthFactorType::Password])),
        }),
    }
}

/// The PreTokenGeneration trigger has two members that say the same; the pool shows both.
fn lambda_config(mut asked: LambdaConfigType, tier: UserPoolTierType) -> Result<LambdaConfigType, ApiError> {
    let (old, new) = (&asked.pre_token_generation, &asked.pre_token_generation_config);
    if let (Some(old), Some(new)) = (old, new)
        && *old != new.lambda_arn
    {
        return Err(ApiError::invalid_parameter(
            "Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda function ARN's",
        ));
    }
    if let Some(version @ (Version::V2_0 | Version::V3_0)) = new.as_ref().map(|config| config.lambda_version)
        && tier == UserPoolTierType::Lite
    {
        return Err(ApiError::new(
            ErrorCode::FeatureUnavailableInTierException,
            format!(
                "The following features need to be disabled for the LITE pricing tier configured: Token \
                 Customization with Pre-Token Generation Lambda {}",
                version.as_str()
            ),
        ));
    }
    match (&asked.pre_token_generation, &asked.pre_token_generation_config) {
        (_, Some(config)) => asked.pre_token_generation = Some(config.lambda_arn.clone()),
        (Some(arn), None) => {
            asked.pre_token_generation_config = Some(PreTokenGenerationVersionConfigType {
                lambda_version: Version::V1_0,
                lambda_arn: arn.clone(),
            });
        }
        (None, None) => {}
    }
    Ok(asked)
}

/// An invitation that does not say who is invited, or with which password, is refused when it is configured.
fn admin_create_user(
    asked: Option<AdminCreateUserConfigType>,
    days: i64,
) -> Result<AdminCreateUserConfigType, ApiError> {
    let asked = asked.unwrap_or_default();
    let template = asked.invite_message_template.as_ref();
    let texts = [
        (
            template.and_then(|t| t.email_message.as_deref()),
            "Email message body",
        ),
        (template.and_then(|t| t.sms_message.as_deref()), "SMS message"),
    ];
    for (text, what) in texts {
        for placeholder in ["{username}", "{####}"] {
            if text.is_some_and(|text| !text.contains(placeholder)) {
                return Err(ApiError::invalid_parameter(format!(
                    "Invalid {what} for Admin create user flow parameter. {what} should have {placeholder} which \
                     will be replaced by code"
                )));
            }
        }
    }
    Ok(AdminCreateUserConfigType {
        allow_admin_create_user_only: asked.allow_admin_create_user_only.or(Some(false)),
        unused_account_validity_days: Some(days),
        invite_message_template: asked.invite_message_template,
    })
}

fn email(mut asked: EmailConfigurationType) -> Result<EmailConfigurationType, ApiError> {
    let account = asked
        .email_sending_account
        .unwrap_or(EmailSendingAccountType::CognitoDefault);
    if account == EmailSendingAccountType::Developer && asked.source_arn.is_none() {
        return Err(ApiError::invalid_parameter(
            "Source ARN is required to use DEVELOPER email sending owner",
        ));
    }
    asked.email_sending_account = Some(account);
    Ok(asked)
}

fn account_recovery(asked: AccountRecoverySettingType) -> Result<AccountRecoverySettingType, ApiError> {
    let mechanisms = asked.recovery_mechanisms.as_deref().unwrap_or_default();
    let repeats = mechanisms.iter().enumerate().any(|(at, one)| {
        mechanisms[..at]
            .iter()
            .any(|other| other.priority == one.priority || other.name == one.name)
    });
    if repeats {
        return Err(ApiError::invalid_parameter(
            "Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.",
        ));
    }
    let admin_only = mechanisms
        .iter()
        .any(|one| one.name == RecoveryOptionNameType::AdminOnly);
    if admin_only && mechanisms.len() > 1 {
        return Err(ApiError::invalid_parameter(
            "Account Recovery Setting cannot use admin_only setting with any other recovery mechanisms.",
        ));
    }
    Ok(asked)
}
