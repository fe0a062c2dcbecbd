//! A user's factors as answers show them.

use poolhouse_api::shapes::{AuthFactorType, DeliveryMediumType, MFAOptionType};

use crate::records::{Factor, UserRecord};

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

/// `ConfiguredUserAuthFactors`. Codes and passkeys are no first factors of this server.
pub fn configured(user: &UserRecord) -> Vec<AuthFactorType> {
    let password = user.sealed_verifier.is_some().then_some(AuthFactorType::Password);
    let app = user.factors.has_token.then_some(AuthFactorType::SoftwareToken);
    password.into_iter().chain(app).collect()
}
