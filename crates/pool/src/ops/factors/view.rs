//! A user's factors as answers show them.

use poolhouse_api::shapes::{AuthFactorType, DeliveryMediumType, MFAOptionType};

use crate::records::{Factor, PoolRecord, UserRecord};
use crate::users::first_factors;

/// What `GetUser` and its like show. Nothing of it is there for a user without factors, not even an empty list.
pub struct Shown {
    /// `PreferredMfaSetting`
    pub preferred: Option<String>,
    /// `UserMFASettingList`
    pub enabled: Option<Vec<String>>,
    /// `MFAOptions`
    pub options: Option<Vec<MFAOptionType>>,
}

impl Shown {
    /// Of this user.
    pub fn of(user: &UserRecord) -> Shown {
        let factors = &user.factors;
        let enabled: Vec<String> = factors
            .enabled
            .iter()
            .map(|factor| factor.name().to_owned())
            .collect();
        let by_sms = || MFAOptionType {
            delivery_medium: Some(DeliveryMediumType::Sms),
            attribute_name: Some("phone_number".to_owned()),
        };
        Shown {
            preferred: factors.preferred.map(|factor| factor.name().to_owned()),
            enabled: (!enabled.is_empty()).then_some(enabled),
            options: (factors.by_settings && factors.enabled.contains(&Factor::Sms)).then(|| vec![by_sms()]),
        }
    }
}

/// `ConfiguredUserAuthFactors`: what the user has, and the pool allows where it has a say.
pub fn configured(pool: &PoolRecord, user: &UserRecord) -> Vec<AuthFactorType> {
    use AuthFactorType as Has;
    let sent = |factor, attribute| first_factors::allows(pool, factor) && user.attribute(attribute).is_some();
    [
        (Has::Password, user.sealed_verifier.is_some()),
        (Has::EmailOtp, sent(Has::EmailOtp, "email")),
        (Has::SmsOtp, sent(Has::SmsOtp, "phone_number")),
        (Has::WebAuthn, user.factors.has_passkey),
        (Has::SoftwareToken, user.factors.has_token),
    ]
    .into_iter()
    .filter_map(|(factor, has)| has.then_some(factor))
    .collect()
}
