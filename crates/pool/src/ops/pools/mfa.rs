//! A pool's second factors: what may be asked for, and what `MfaConfiguration` may be when a pool is made or changed.
//!
//! The sentences are the service's where they are known, from people who ran into them.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{
    AuthFactorType, SetUserPoolMfaConfigRequest, UserPoolMfaType, UserPoolTierType, UserVerificationType,
    VerifiedAttributeType, WebAuthnConfigurationType, WebAuthnFactorConfigurationType,
};

use crate::base::error::ApiError;
use crate::records::{Factor, PoolFactors, PoolRecord};
use crate::request::Ctx;
use crate::users::{code_mail, factors, first_factors};

/// Takes `MfaConfiguration` of a request that makes the pool or changes it, once its other settings are taken. `before` is what
/// it was, if the pool was there. SMS becomes a factor where no other is one and the pool is set up for it, as on the service.
///
/// # Errors
/// `InvalidParameterException` in the service's words.
pub fn take(ctx: &Ctx, pool: &mut PoolRecord, before: Option<UserPoolMfaType>) -> Result<(), ApiError> {
    let mode = factors::mode(pool);
    if mode == UserPoolMfaType::On && before.is_some_and(|before| before != UserPoolMfaType::On) {
        return Err(ApiError::invalid_parameter(
            "Cannot turn MFA functionality ON, once the user pool has been created.",
        ));
    }
    check_recovery(pool)?;
    check_first_factors(
        ctx,
        pool,
        "WEB_AUTHN cannot be used as an auth factor when MFA is enabled if not configured for MFA.",
    )?;
    let has_some = Factor::ALL.into_iter().any(|factor| pool.factors.has(factor));
    if mode == UserPoolMfaType::Off || has_some {
        return Ok(());
    }
    let automatic = pool
        .settings
        .auto_verified_attributes
        .as_deref()
        .unwrap_or_default();
    let verifies = automatic.contains(&VerifiedAttributeType::PhoneNumber);
    if pool.settings.sms_configuration.is_none() || !verifies {
        return Err(ApiError::invalid_parameter(
            "SMS configuration and Auto verification for phone_number are required when MFA is required/optional",
        ));
    }
    code_mail::check_sms(ctx, pool)?;
    pool.factors.sms = true;
    Ok(())
}

/// Makes the pool what `SetUserPoolMfaConfig` asks: all of it, so a factor that is left out is switched off.
///
/// # Errors
/// `InvalidParameterException` in the service's words, and with the member's name for passkeys in place of two factors;
/// `FeatureUnavailableInTierException`.
pub fn set(ctx: &Ctx, pool: &mut PoolRecord, asked: SetUserPoolMfaConfigRequest) -> Result<(), ApiError> {
    let SetUserPoolMfaConfigRequest {
        user_pool_id: _,
        sms_mfa_configuration: sms,
        software_token_mfa_configuration: token,
        email_mfa_configuration: email,
        mfa_configuration,
        web_authn_configuration,
    } = asked;
    let mode = mfa_configuration.unwrap_or(UserPoolMfaType::Off);
    if mode == UserPoolMfaType::Off {
        // Present is enough: a factor that is not enabled is refused as well.
        if sms.is_some() || email.is_some() || token.is_some() {
            return Err(ApiError::invalid_parameter(
                "Invalid MFA configuration given, can't turn off MFA and configure an MFA together.",
            ));
        }
    }
    let wanted = PoolFactors {
        software_token: token.map(|token| token.enabled.unwrap_or(false)),
        sms: sms.is_some(),
        email,
        // Left out it stays, as on the service: tools send it only where it changes.
        web_authn: match web_authn_configuration {
            Some(config) => Some(passkeys(config)?),
            None => pool.factors.web_authn.clone(),
        },
    };
    if mode != UserPoolMfaType::Off && !Factor::ALL.into_iter().any(|factor| wanted.has(factor)) {
        return Err(ApiError::invalid_parameter(
            "Invalid MFA Configuration given. SMS MFA, Email MFA, or Software Token MFA must be enabled.",
        ));
    }
    match sms {
        Some(sms) => {
            code_mail::check_sms(ctx, pool)?;
            let settings = &mut pool.settings;
            settings.sms_configuration = sms.sms_configuration.or(settings.sms_configuration.take());
            settings.sms_authentication_message = sms.sms_authentication_message;
        }
        None if mode != UserPoolMfaType::Off && pool.settings.sms_configuration.is_some() => {
            return Err(ApiError::invalid_parameter(
                "Can't turn off SMS_MFA when SMS configuration is set for the user pool",
            ));
        }
        None => {}
    }
    pool.factors = wanted;
    pool.settings.mfa_configuration = Some(mode);
    check_recovery(pool)?;
    check_first_factors(
        ctx,
        pool,
        "Cannot set WebAuthn factor configuration to SINGLE_FACTOR if MFA is required and WebAuthn is an allowed first auth factor",
    )
}

/// How passkeys are asked for. As a factor that stands for two they are not here.
fn passkeys(config: WebAuthnConfigurationType) -> Result<WebAuthnConfigurationType, ApiError> {
    if config.factor_configuration == Some(WebAuthnFactorConfigurationType::MultiFactorWithUserVerification) {
        return Err(ApiError::unsupported_member(
            "WebAuthnConfiguration FactorConfiguration MULTI_FACTOR_WITH_USER_VERIFICATION",
        ));
    }
    Ok(WebAuthnConfigurationType {
        user_verification: config.user_verification.or(Some(UserVerificationType::Preferred)),
        ..config
    })
}

/// Checks that the pool can have the first factors that it allows: codes, which are no two factors, where nobody must have two; by
/// SMS, where the server sends it.
fn check_first_factors(ctx: &Ctx, pool: &PoolRecord, passkeys_with_on: &str) -> Result<(), ApiError> {
    let by_mail = first_factors::allows(pool, AuthFactorType::EmailOtp);
    let by_sms = first_factors::allows(pool, AuthFactorType::SmsOtp);
    let by_passkey = first_factors::allows(pool, AuthFactorType::WebAuthn);
    if by_passkey && factors::mode(pool) == UserPoolMfaType::On {
        return Err(ApiError::invalid_parameter(passkeys_with_on));
    }
    if !by_mail && !by_sms && !by_passkey {
        return Ok(());
    }
    if factors::mode(pool) == UserPoolMfaType::On {
        return Err(ApiError::invalid_parameter(
            "Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled",
        ));
    }
    if pool.settings.user_pool_tier == Some(UserPoolTierType::Lite) {
        return Err(ApiError::new(
            ErrorCode::FeatureUnavailableInTierException,
            "The following features need to be disabled for the LITE pricing tier configured: Passwordless sign-in",
        ));
    }
    match by_sms {
        true => code_mail::check_sms(ctx, pool),
        false => Ok(()),
    }
}

/// Checks that codes by mail are no second factor where mail alone resets passwords: the pool's tier has them, and one mailbox is
/// not enough to sign in.
fn check_recovery(pool: &PoolRecord) -> Result<(), ApiError> {
    if !pool.factors.has(Factor::Email) {
        return Ok(());
    }
    if pool.settings.user_pool_tier == Some(UserPoolTierType::Lite) {
        return Err(ApiError::new(
            ErrorCode::FeatureUnavailableInTierException,
            "The following features need to be disabled for the LITE pricing tier configured: Email MFA",
        ));
    }
    if factors::recovers_by_email_alone(pool) {
        return Err(ApiError::invalid_parameter(
            "Email MFA cannot be used while AccountRecoverySetting resets passwords by email alone: one mailbox would be \
             enough to sign in. Set admin_only, or verified_phone_number beside verified_email.",
        ));
    }
    Ok(())
}
