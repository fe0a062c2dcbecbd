//! What a sign-in by choice (`USER_AUTH`) can begin with: what the pool allows, and the user has.

use poolhouse_api::shapes::{AuthFactorType, ChallengeNameType, UserPoolMfaType, UserStatusType};

use super::attribute_value::is_phone_number;
use super::factors::{self, Due};
use crate::records::{Factor, PoolRecord, UserRecord};

/// What a sign-in begins with, in the order in which `AvailableChallenges` lists them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstFactor {
    /// The password, proved by SRP.
    PasswordSrp,
    /// The password in the clear.
    Password,
    /// A code by mail.
    Email,
    /// A code by SMS.
    Sms,
    /// A passkey.
    WebAuthn,
}

impl FirstFactor {
    /// All of them.
    pub const ALL: [FirstFactor; 5] = [
        FirstFactor::PasswordSrp,
        FirstFactor::Password,
        FirstFactor::Email,
        FirstFactor::Sms,
        FirstFactor::WebAuthn,
    ];

    /// Its challenge.
    pub fn challenge(self) -> ChallengeNameType {
        match self {
            FirstFactor::PasswordSrp => ChallengeNameType::PasswordSrp,
            FirstFactor::Password => ChallengeNameType::Password,
            FirstFactor::Email => ChallengeNameType::EmailOtp,
            FirstFactor::Sms => ChallengeNameType::SmsOtp,
            FirstFactor::WebAuthn => ChallengeNameType::WebAuthn,
        }
    }

    /// The one whose challenge has this name.
    pub fn named(name: &str) -> Option<FirstFactor> {
        let mut all = FirstFactor::ALL.into_iter();
        all.find(|first| first.challenge().as_str() == name)
    }

    /// The code that it is, if it is one.
    pub fn code(self) -> Option<Factor> {
        match self {
            FirstFactor::PasswordSrp | FirstFactor::Password | FirstFactor::WebAuthn => None,
            FirstFactor::Email => Some(Factor::Email),
            FirstFactor::Sms => Some(Factor::Sms),
        }
    }

    /// What the pool lists where it allows it.
    fn listed_as(self) -> AuthFactorType {
        match self {
            FirstFactor::PasswordSrp | FirstFactor::Password => AuthFactorType::Password,
            FirstFactor::Email => AuthFactorType::EmailOtp,
            FirstFactor::Sms => AuthFactorType::SmsOtp,
            FirstFactor::WebAuthn => AuthFactorType::WebAuthn,
        }
    }
}

/// Whether the pool lists this among `AllowedFirstAuthFactors`.
pub fn allows(pool: &PoolRecord, factor: AuthFactorType) -> bool {
    let policies = pool.settings.policies.as_ref();
    let policy = policies.and_then(|policies| policies.sign_in_policy.as_ref());
    let allowed = policy.and_then(|policy| policy.allowed_first_auth_factors.as_deref());
    allowed.unwrap_or_default().contains(&factor)
}

/// Whether somebody with these attributes can begin without a password, by a code: so that none need be set.
pub fn needs_no_password(pool: &PoolRecord, user: &UserRecord) -> bool {
    let mut codes = FirstFactor::ALL
        .into_iter()
        .filter_map(|first| Some((first, first.code()?)));
    codes
        .any(|(first, code)| is_reachable(pool, first, code, |attribute| user.attribute(attribute).is_some()))
}

/// What this user can begin with. Codes and passkeys are for users who are not asked for a second factor: one mailbox would stand for both.
///
/// A user without anything is offered the password that there is not, and fails like anybody with a wrong one. So does whoever signs in
/// by an identity provider.
pub fn of_user(pool: &PoolRecord, user: &UserRecord) -> Vec<FirstFactor> {
    let needs_no_second = user.status != UserStatusType::ForceChangePassword
        && !user.is_external()
        && factors::mode(pool) != UserPoolMfaType::On
        && factors::due(pool, user) == Due::Nothing;
    let has_password = user.sealed_verifier.is_some();
    let has_passkey = needs_no_second && user.factors.has_passkey;
    let mut choices = of(pool, (has_password, has_passkey), |attribute| {
        needs_no_second && user.attribute(attribute).is_some()
    });
    if choices.is_empty() {
        choices = vec![FirstFactor::PasswordSrp, FirstFactor::Password];
    }
    choices
}

/// Whether this user could begin with a passkey, and has none.
pub fn could_have_passkey(pool: &PoolRecord, user: &UserRecord) -> bool {
    let needs_no_second =
        factors::mode(pool) != UserPoolMfaType::On && factors::due(pool, user) == Due::Nothing;
    let has_relying_party = pool
        .factors
        .web_authn
        .as_ref()
        .is_some_and(|config| config.relying_party_id.is_some());
    needs_no_second
        && has_relying_party
        && allows(pool, AuthFactorType::WebAuthn)
        && !user.factors.has_passkey
}

/// What a name that nobody has can begin with: as a user with a password and these contacts.
pub fn of_nobody(pool: &PoolRecord, contacts: &Contacts) -> Vec<FirstFactor> {
    let takes_codes = factors::mode(pool) != UserPoolMfaType::On;
    of(pool, (true, false), |attribute| {
        takes_codes && contacts.get(attribute).is_some()
    })
}

fn of(
    pool: &PoolRecord,
    (has_password, has_passkey): (bool, bool),
    has: impl Fn(&str) -> bool,
) -> Vec<FirstFactor> {
    let can = |first: &FirstFactor| match (first, first.code()) {
        (_, Some(code)) => is_reachable(pool, *first, code, &has),
        (FirstFactor::WebAuthn, None) => has_passkey && allows(pool, AuthFactorType::WebAuthn),
        (_, None) => has_password,
    };
    FirstFactor::ALL.into_iter().filter(can).collect()
}

fn is_reachable(pool: &PoolRecord, first: FirstFactor, code: Factor, has: impl Fn(&str) -> bool) -> bool {
    allows(pool, first.listed_as()) && code.attribute().is_some_and(has)
}

/// Addresses that are made up for a name that nobody has. They are only ever shown, masked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contacts {
    /// An email address.
    pub email: Option<String>,
    /// A phone number.
    pub phone_number: Option<String>,
}

impl Contacts {
    /// Those that most users of this pool have: an email address, and a phone number where the pool sends no codes by mail; a
    /// number alone where one was typed. `email` and `number` are what is shown.
    pub fn likely(pool: &PoolRecord, typed: &str, email: String, number: String) -> Contacts {
        let by_number = is_phone_number(typed);
        let has_number = by_number || !allows(pool, AuthFactorType::EmailOtp);
        Contacts {
            email: (!by_number).then_some(email),
            phone_number: has_number.then_some(number),
        }
    }

    /// The one of this attribute.
    pub fn get(&self, attribute: &str) -> Option<&str> {
        match attribute {
            "email" => self.email.as_deref(),
            "phone_number" => self.phone_number.as_deref(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use poolhouse_api::shapes::{EmailMfaConfigType, SignInPolicyType, UserPoolPolicyType, UserPoolType};

    use super::*;
    use crate::base::clock::Millis;
    use crate::records::PoolFactors;

    fn pool(mode: UserPoolMfaType, allowed: &[AuthFactorType]) -> PoolRecord {
        let policies = UserPoolPolicyType {
            sign_in_policy: Some(SignInPolicyType {
                allowed_first_auth_factors: Some(allowed.to_vec()),
            }),
            ..UserPoolPolicyType::default()
        };
        let settings = UserPoolType {
            mfa_configuration: Some(mode),
            policies: Some(policies),
            ..UserPoolType::default()
        };
        PoolRecord {
            factors: PoolFactors {
                software_token: Some(true),
                sms: true,
                email: Some(EmailMfaConfigType::default()),
                web_authn: None,
            },
            ..PoolRecord::new(settings, String::new())
        }
    }

    fn user(status: UserStatusType, has_password: bool, attributes: &[&str]) -> UserRecord {
        let mut user = UserRecord::new("mara".to_owned(), "s".to_owned(), status, Millis(0));
        for attribute in attributes {
            user.set_attribute(attribute, "x");
        }
        user.sealed_verifier = has_password.then(|| "sealed".to_owned());
        user
    }

    #[test]
    fn a_user_begins_with_what_the_pool_allows_and_it_has() {
        use FirstFactor::{Email, Password, PasswordSrp, Sms};
        use UserStatusType::{Confirmed, ForceChangePassword, ResetRequired, Unconfirmed};
        let all = [
            AuthFactorType::Password,
            AuthFactorType::EmailOtp,
            AuthFactorType::SmsOtp,
        ];
        let both: &[&str] = &["email", "phone_number"];
        let off = pool(UserPoolMfaType::Off, &all);
        for status in [Confirmed, Unconfirmed, ResetRequired] {
            let choices = of_user(&off, &user(status, true, both));
            assert_eq!(choices, [PasswordSrp, Password, Email, Sms]);
        }
        assert_eq!(of_user(&off, &user(Confirmed, false, both)), [Email, Sms]);
        assert_eq!(of_user(&off, &user(Confirmed, false, &["phone_number"])), [Sms]);
        let password = [PasswordSrp, Password];
        assert_eq!(of_user(&off, &user(ForceChangePassword, true, both)), password);
        assert_eq!(of_user(&off, &user(Confirmed, false, &[])), password);
        let on = pool(UserPoolMfaType::On, &all);
        assert_eq!(of_user(&on, &user(Confirmed, true, both)), password);
        let plain = pool(UserPoolMfaType::Off, &[AuthFactorType::Password]);
        assert_eq!(of_user(&plain, &user(Confirmed, true, both)), password);
        assert!(needs_no_password(&off, &user(Confirmed, false, &["email"])));
        assert!(!needs_no_password(&off, &user(Confirmed, false, &[])));
        assert!(!needs_no_password(&plain, &user(Confirmed, false, both)));
    }

    #[test]
    fn who_has_a_second_factor_begins_with_the_password() {
        let all = [AuthFactorType::Password, AuthFactorType::EmailOtp];
        let pool = pool(UserPoolMfaType::Optional, &all);
        let mut user = user(UserStatusType::Confirmed, true, &["email"]);
        assert!(of_user(&pool, &user).contains(&FirstFactor::Email));
        user.factors.has_passkey = true;
        user.factors.has_token = true;
        user.factors.enable(Factor::SoftwareToken);
        assert_eq!(
            of_user(&pool, &user),
            [FirstFactor::PasswordSrp, FirstFactor::Password]
        );
    }

    #[test]
    fn a_name_that_nobody_has_begins_like_a_user_of_the_pool() {
        use FirstFactor::{Email, Password, PasswordSrp, Sms};
        let contacts = |pool: &PoolRecord, typed: &str| {
            Contacts::likely(pool, typed, "a@example.com".to_owned(), "+10000000000".to_owned())
        };
        let both = [
            AuthFactorType::Password,
            AuthFactorType::EmailOtp,
            AuthFactorType::SmsOtp,
        ];
        let by_sms = [AuthFactorType::Password, AuthFactorType::SmsOtp];
        let cases: [(_, &[AuthFactorType], _, &[FirstFactor]); 4] = [
            (
                UserPoolMfaType::Off,
                &both,
                "nobody",
                &[PasswordSrp, Password, Email],
            ),
            (
                UserPoolMfaType::Off,
                &both,
                "+491234568920",
                &[PasswordSrp, Password, Sms],
            ),
            (
                UserPoolMfaType::Off,
                &by_sms,
                "nobody",
                &[PasswordSrp, Password, Sms],
            ),
            (UserPoolMfaType::On, &both, "nobody", &[PasswordSrp, Password]),
        ];
        for (mode, allowed, typed, expected) in cases {
            let pool = pool(mode, allowed);
            assert_eq!(of_nobody(&pool, &contacts(&pool, typed)), expected, "{typed}");
        }
    }
}
