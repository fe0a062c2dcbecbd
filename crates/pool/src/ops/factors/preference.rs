//! Switching second factors on and off, and preferring one: the same for users and administrators.

use poolhouse_api::shapes::{DeliveryMediumType, UserPoolMfaType};
use poolhouse_api::shapes::{
    EmailMfaSettingsType, MFAOptionType, SMSMfaSettingsType, SoftwareTokenMfaSettingsType,
    WebAuthnMfaSettingsType,
};

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::{Factor, PoolRecord, UserRecord};
use crate::users::factors;

/// What is asked of one factor: `Enabled`, `PreferredMfa`.
struct Asked {
    factor: Factor,
    enabled: Option<bool>,
    preferred: Option<bool>,
}

/// What a request asks of a user's factors. A factor that it leaves out stays as it is.
pub struct Preference(Vec<Asked>);

impl Preference {
    /// Reads the blocks of a request.
    ///
    /// # Errors
    /// `InvalidParameterException` for two preferred factors, and with the member's name for a passkey.
    pub fn read(
        sms: Option<SMSMfaSettingsType>,
        token: Option<SoftwareTokenMfaSettingsType>,
        email: Option<EmailMfaSettingsType>,
        passkey: Option<WebAuthnMfaSettingsType>,
    ) -> Result<Preference, ApiError> {
        if passkey.is_some_and(|passkey| passkey.enabled == Some(true)) {
            return Err(ApiError::unsupported_member("WebAuthnMfaSettings"));
        }
        let asked = |factor, enabled, preferred| Asked {
            factor,
            enabled,
            preferred,
        };
        let blocks = [
            sms.map(|block| asked(Factor::Sms, block.enabled, block.preferred_mfa)),
            token.map(|block| asked(Factor::SoftwareToken, block.enabled, block.preferred_mfa)),
            email.map(|block| asked(Factor::Email, block.enabled, block.preferred_mfa)),
        ];
        let asked: Vec<Asked> = blocks.into_iter().flatten().collect();
        let preferred = asked.iter().filter(|asked| asked.preferred == Some(true));
        if preferred.count() > 1 {
            return Err(ApiError::invalid_parameter(
                "Only one MFA factor can be preferred.",
            ));
        }
        Ok(Preference(asked))
    }

    /// Makes the user what is asked.
    ///
    /// # Errors
    /// `InvalidParameterException` in the service's words for a factor that the user has not what it takes for, and where the
    /// pool asks everybody for a factor and this would be the last one.
    pub fn apply(&self, pool: &PoolRecord, user: &mut UserRecord, now: Millis) -> Result<(), ApiError> {
        let had_some = !user.factors.enabled.is_empty();
        for asked in &self.0 {
            asked.apply(pool, user)?;
        }
        keeps_one(pool, user, had_some)?;
        user.modified = now;
        Ok(())
    }
}

impl Asked {
    fn apply(&self, pool: &PoolRecord, user: &mut UserRecord) -> Result<(), ApiError> {
        let factor = self.factor;
        match self.enabled {
            Some(true) => enable(pool, user, factor)?,
            Some(false) => {
                disable(user, factor);
                return Ok(());
            }
            None => {}
        }
        match self.preferred {
            Some(true) if !user.factors.enabled.contains(&factor) => Err(no_means(factor)),
            Some(true) => {
                user.factors.preferred = Some(factor);
                Ok(())
            }
            Some(false) if user.factors.preferred == Some(factor) => {
                user.factors.preferred = None;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Makes the user what `MFAOptions` asks, the older way to switch SMS on and off.
///
/// # Errors
/// As [`Preference::apply`]; `InvalidParameterException` for anything but SMS to `phone_number`.
pub fn apply_options(
    pool: &PoolRecord,
    user: &mut UserRecord,
    options: &[MFAOptionType],
    now: Millis,
) -> Result<(), ApiError> {
    let is_sms = |option: &MFAOptionType| {
        option.delivery_medium == Some(DeliveryMediumType::Sms)
            && option.attribute_name.as_deref() == Some("phone_number")
    };
    if !options.iter().all(is_sms) {
        return Err(ApiError::invalid_parameter(
            "MFAOptions takes DeliveryMedium SMS with AttributeName phone_number alone.",
        ));
    }
    let had_some = !user.factors.enabled.is_empty();
    if options.is_empty() {
        disable(user, Factor::Sms);
    } else {
        enable(pool, user, Factor::Sms)?;
        user.factors.by_settings = true;
    }
    keeps_one(pool, user, had_some)?;
    user.modified = now;
    Ok(())
}

fn enable(pool: &PoolRecord, user: &mut UserRecord, factor: Factor) -> Result<(), ApiError> {
    if !factors::can_be_enabled(pool, user, factor) {
        return Err(no_means(factor));
    }
    user.factors.enable(factor);
    Ok(())
}

fn disable(user: &mut UserRecord, factor: Factor) {
    user.factors.disable(factor);
    if factor == Factor::Sms {
        user.factors.by_settings = false;
    }
}

/// Checks that a user whom the pool always asks for a factor has one left that it had.
fn keeps_one(pool: &PoolRecord, user: &UserRecord, had_some: bool) -> Result<(), ApiError> {
    if had_some && user.factors.enabled.is_empty() && factors::mode(pool) == UserPoolMfaType::On {
        return Err(ApiError::invalid_parameter(
            "The last MFA factor of a user cannot be turned off, because this user pool requires MFA.",
        ));
    }
    Ok(())
}

fn no_means(factor: Factor) -> ApiError {
    ApiError::invalid_parameter(format!(
        "User does not have delivery config set to turn on {}",
        factor.name()
    ))
}
