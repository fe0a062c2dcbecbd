//! Second factors: which a pool has, and which of them a user has switched on.

use std::collections::BTreeSet;

use poolhouse_api::Shape;
use poolhouse_api::shapes::{EmailMfaConfigType, WebAuthnConfigurationType};
use serde_json::{Value, json};

/// A second factor of a sign-in, in the order in which the API lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Factor {
    /// A code by SMS.
    Sms,
    /// The code of an authenticator app.
    SoftwareToken,
    /// A code by mail.
    Email,
}

impl Factor {
    /// All of them.
    pub const ALL: [Factor; 3] = [Factor::Sms, Factor::SoftwareToken, Factor::Email];

    /// The name of the factor, and of its challenge.
    pub fn name(self) -> &'static str {
        match self {
            Factor::Sms => "SMS_MFA",
            Factor::SoftwareToken => "SOFTWARE_TOKEN_MFA",
            Factor::Email => "EMAIL_OTP",
        }
    }

    /// The factor of this name.
    pub fn named(name: &str) -> Option<Factor> {
        Factor::ALL.into_iter().find(|factor| factor.name() == name)
    }

    /// The attribute that its codes are sent to, if they are sent.
    pub fn attribute(self) -> Option<&'static str> {
        match self {
            Factor::Sms => Some("phone_number"),
            Factor::SoftwareToken => None,
            Factor::Email => Some("email"),
        }
    }
}

/// The second factors that a pool has, beside its `MfaConfiguration`, which says when they are asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PoolFactors {
    /// `SoftwareTokenMfaConfiguration`; `None` where it was never set.
    pub software_token: Option<bool>,
    /// Whether SMS is one. How it is sent and worded stands in the pool's settings.
    pub sms: bool,
    /// `EmailMfaConfiguration`, where email is one.
    pub email: Option<EmailMfaConfigType>,
    /// `WebAuthnConfiguration`; `None` where it was never set. Passkeys are no second factor: whether they are a first one, the
    /// sign-in policy says.
    pub web_authn: Option<WebAuthnConfigurationType>,
}

impl PoolFactors {
    /// Whether the pool has this factor.
    pub fn has(&self, factor: Factor) -> bool {
        match factor {
            Factor::Sms => self.sms,
            Factor::SoftwareToken => self.software_token == Some(true),
            Factor::Email => self.email.is_some(),
        }
    }

    /// The member of the pool's document, if there is anything to say.
    pub(super) fn to_member(&self) -> Option<Value> {
        let says = *self != PoolFactors::default();
        let email = self.email.as_ref().map(Shape::to_json);
        let web_authn = self.web_authn.as_ref().map(Shape::to_json);
        says.then(|| {
            json!({
                "softwareToken": self.software_token,
                "sms": self.sms,
                "email": email,
                "webAuthn": web_authn,
            })
        })
    }

    /// `None` where the member is not of this form.
    pub(super) fn from_member(member: Option<&Value>) -> Option<PoolFactors> {
        let Some(member) = member else {
            return Some(PoolFactors::default());
        };
        Some(PoolFactors {
            software_token: match member.get("softwareToken")? {
                Value::Null => None,
                is_on => Some(is_on.as_bool()?),
            },
            sms: member.get("sms")?.as_bool()?,
            email: match member.get("email")? {
                Value::Null => None,
                email => Some(EmailMfaConfigType::from_json(email).ok()?),
            },
            web_authn: match member.get("webAuthn") {
                None | Some(Value::Null) => None,
                Some(config) => Some(WebAuthnConfigurationType::from_json(config).ok()?),
            },
        })
    }
}

/// The second factors of a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFactors {
    /// Whether an authenticator app was verified. Its seed lies in a row of its own.
    pub has_token: bool,
    /// Those that are switched on: `UserMFASettingList`.
    pub enabled: BTreeSet<Factor>,
    /// `PreferredMfaSetting`, one of those.
    pub preferred: Option<Factor>,
    /// Whether SMS was switched on by `SetUserSettings`, which shows it as `MFAOptions`.
    pub by_settings: bool,
    /// Whether there are passkeys. They lie in a row of their own.
    pub has_passkey: bool,
}

impl UserFactors {
    /// Switches a factor on.
    pub fn enable(&mut self, factor: Factor) {
        self.enabled.insert(factor);
    }

    /// Switches a factor off, and it is not preferred then.
    pub fn disable(&mut self, factor: Factor) {
        self.enabled.remove(&factor);
        if self.preferred == Some(factor) {
            self.preferred = None;
        }
    }

    /// The member of the user's document, if there is anything to say.
    pub(super) fn to_member(&self) -> Option<Value> {
        let says = *self != UserFactors::default();
        says.then(|| {
            let enabled: Vec<&str> = self.enabled.iter().map(|factor| factor.name()).collect();
            json!({
                "token": self.has_token,
                "enabled": enabled,
                "preferred": self.preferred.map(Factor::name),
                "bySettings": self.by_settings,
                "passkey": self.has_passkey,
            })
        })
    }

    /// `None` where the member is not of this form: a user whose factors cannot be read does not sign in.
    pub(super) fn from_member(member: Option<&Value>) -> Option<UserFactors> {
        let Some(member) = member else {
            return Some(UserFactors::default());
        };
        let factor = |name: &Value| Factor::named(name.as_str()?);
        let enabled = member.get("enabled")?.as_array()?.iter();
        Some(UserFactors {
            has_token: member.get("token")?.as_bool()?,
            enabled: enabled.map(factor).collect::<Option<_>>()?,
            preferred: match member.get("preferred")? {
                Value::Null => None,
                name => Some(factor(name)?),
            },
            by_settings: member.get("bySettings")?.as_bool()?,
            has_passkey: match member.get("passkey") {
                None => false,
                Some(has) => has.as_bool()?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_of_factors_is_read_again_and_nothing_else_is() {
        let user = UserFactors {
            has_token: true,
            enabled: [Factor::Email, Factor::SoftwareToken].into(),
            preferred: Some(Factor::Email),
            by_settings: false,
            has_passkey: true,
        };
        assert_eq!(UserFactors::from_member(user.to_member().as_ref()), Some(user));
        assert_eq!(UserFactors::default().to_member(), None);
        let pool = PoolFactors {
            software_token: Some(false),
            sms: true,
            email: Some(EmailMfaConfigType {
                message: Some("Use {####}".to_owned()),
                subject: None,
            }),
            web_authn: Some(WebAuthnConfigurationType {
                relying_party_id: Some("example.com".to_owned()),
                ..WebAuthnConfigurationType::default()
            }),
        };
        assert_eq!(PoolFactors::from_member(pool.to_member().as_ref()), Some(pool));
        assert_eq!(PoolFactors::default().to_member(), None);
        for other in [
            json!({}),
            json!(1),
            json!({ "token": true, "enabled": ["PIN"], "preferred": null }),
        ] {
            assert_eq!(UserFactors::from_member(Some(&other)), None, "{other}");
            assert_eq!(PoolFactors::from_member(Some(&other)), None, "{other}");
        }
    }

    #[test]
    fn a_factor_that_is_switched_off_is_not_preferred_any_more() {
        let mut factors = UserFactors::default();
        factors.enable(Factor::Sms);
        factors.enable(Factor::Email);
        factors.preferred = Some(Factor::Email);
        factors.disable(Factor::Sms);
        assert_eq!(factors.preferred, Some(Factor::Email));
        factors.disable(Factor::Email);
        assert_eq!(factors, UserFactors::default());
    }
}
