//! Second factors of a user: which it can be asked for, and which of them a sign-in asks for.

use poolhouse_api::shapes::{RecoveryOptionNameType, UserPoolMfaType};

use crate::records::{Factor, PoolRecord, UserRecord};

/// What a sign-in asks for after the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing.
    Nothing,
    /// This factor.
    One(Factor),
    /// One of these, which the user chooses.
    Choice(Vec<Factor>),
    /// That the user sets up one of these.
    SetUp(Vec<Factor>),
    /// A factor that the user does not have and cannot set up.
    Impossible,
}

/// What this user is asked for, as AWS's guide to MFA decides it.
pub fn due(pool: &PoolRecord, user: &UserRecord) -> Due {
    let mode = mode(pool);
    if mode == UserPoolMfaType::Off {
        return Due::Nothing;
    }
    let enabled: Vec<Factor> = Factor::ALL
        .into_iter()
        .filter(|factor| user.factors.enabled.contains(factor) && is_reachable(pool, user, *factor))
        .collect();
    match (&*enabled, user.factors.preferred) {
        ([], _) => {}
        (enabled, Some(preferred)) if enabled.contains(&preferred) => return Due::One(preferred),
        ([one], _) => return Due::One(*one),
        _ => return Due::Choice(enabled),
    }
    if mode == UserPoolMfaType::Optional {
        return Due::Nothing;
    }
    let candidates: Vec<Factor> = Factor::ALL
        .into_iter()
        .filter(|factor| is_reachable(pool, user, *factor) && !recovers_first(pool, *factor))
        .collect();
    match &*candidates {
        [] => set_up(pool, user),
        [one] => Due::One(*one),
        _ => Due::Choice(candidates),
    }
}

/// What somebody without a factor can set up while signing in: an authenticator app, or an email address where there is none.
fn set_up(pool: &PoolRecord, user: &UserRecord) -> Due {
    let can = |factor: &Factor| match factor {
        Factor::SoftwareToken => pool.factors.has(Factor::SoftwareToken),
        Factor::Email => {
            pool.factors.has(Factor::Email)
                && user.attribute("email").is_none()
                && !recovers_first(pool, Factor::Email)
        }
        // A number cannot be given in a sign-in.
        Factor::Sms => false,
    };
    let factors: Vec<Factor> = Factor::ALL.into_iter().filter(can).collect();
    match factors.is_empty() {
        true => Due::Impossible,
        false => Due::SetUp(factors),
    }
}

/// When the pool asks for a second factor.
pub fn mode(pool: &PoolRecord) -> UserPoolMfaType {
    pool.settings.mfa_configuration.unwrap_or(UserPoolMfaType::Off)
}

/// Whether the user can be asked for this factor. An app that was verified is asked for also after the pool has switched apps
/// off for new users.
fn is_reachable(pool: &PoolRecord, user: &UserRecord, factor: Factor) -> bool {
    match factor.attribute() {
        None => user.factors.has_token,
        Some(attribute) => pool.factors.has(factor) && user.attribute(attribute).is_some(),
    }
}

/// Whether the user can switch this factor on: the pool asks for factors, has this one, and the user has what it takes.
pub fn can_be_enabled(pool: &PoolRecord, user: &UserRecord, factor: Factor) -> bool {
    mode(pool) != UserPoolMfaType::Off && pool.factors.has(factor) && is_reachable(pool, user, factor)
}

/// Whether this factor's channel is the one by which forgotten passwords are reset first: it cannot be both, or one mailbox
/// would be enough to sign in.
pub fn recovers_first(pool: &PoolRecord, factor: Factor) -> bool {
    first_recovery(pool) == Some(factor)
}

/// The channel by which forgotten passwords are reset first. Without a setting it is email, which is what this server resets
/// them by.
fn first_recovery(pool: &PoolRecord) -> Option<Factor> {
    if pool.safeguards.recovery_needs_another_factor {
        return None;
    }
    let setting = pool.settings.account_recovery_setting.as_ref();
    let mechanisms = setting.and_then(|setting| setting.recovery_mechanisms.as_deref());
    let first = mechanisms
        .unwrap_or_default()
        .iter()
        .min_by_key(|one| one.priority);
    match first.map(|one| one.name) {
        None | Some(RecoveryOptionNameType::VerifiedEmail) => Some(Factor::Email),
        Some(RecoveryOptionNameType::VerifiedPhoneNumber) => Some(Factor::Sms),
        Some(RecoveryOptionNameType::AdminOnly) => None,
    }
}

/// Whether email is the only channel by which a forgotten password is reset.
pub fn recovers_by_email_alone(pool: &PoolRecord) -> bool {
    let setting = pool.settings.account_recovery_setting.as_ref();
    let mechanisms = setting.and_then(|setting| setting.recovery_mechanisms.as_deref());
    let others = mechanisms
        .unwrap_or_default()
        .iter()
        .any(|one| one.name != RecoveryOptionNameType::VerifiedEmail);
    !others && recovers_first(pool, Factor::Email)
}

#[cfg(test)]
mod tests {
    use poolhouse_api::shapes::{
        AccountRecoverySettingType, EmailMfaConfigType, RecoveryOptionType, UserPoolType, UserStatusType,
    };

    use super::*;
    use crate::base::clock::Millis;
    use crate::records::PoolFactors;

    const ALL: PoolFactors = PoolFactors {
        software_token: Some(true),
        sms: true,
        email: Some(EmailMfaConfigType {
            message: None,
            subject: None,
        }),
        web_authn: None,
    };

    fn pool(mode: UserPoolMfaType, factors: PoolFactors, recovery: &[RecoveryOptionNameType]) -> PoolRecord {
        let mechanisms = recovery
            .iter()
            .zip(1..)
            .map(|(name, priority)| RecoveryOptionType {
                name: *name,
                priority,
            });
        let settings = UserPoolType {
            mfa_configuration: Some(mode),
            account_recovery_setting: (!recovery.is_empty()).then(|| AccountRecoverySettingType {
                recovery_mechanisms: Some(mechanisms.collect()),
            }),
            ..UserPoolType::default()
        };
        PoolRecord {
            factors,
            ..PoolRecord::new(settings, String::new())
        }
    }

    fn user(
        attributes: &[&str],
        has_token: bool,
        enabled: &[Factor],
        preferred: Option<Factor>,
    ) -> UserRecord {
        let mut user = UserRecord::new(
            "mara".to_owned(),
            "s".to_owned(),
            UserStatusType::Confirmed,
            Millis(0),
        );
        for attribute in attributes {
            user.set_attribute(attribute, "x");
        }
        user.factors.has_token = has_token;
        user.factors.enabled = enabled.iter().copied().collect();
        user.factors.preferred = preferred;
        user
    }

    #[test]
    fn a_user_is_asked_for_what_it_prefers_or_has_switched_on() {
        use Factor::{Email, Sms, SoftwareToken};
        let both = ["email", "phone_number"];
        for mode in [UserPoolMfaType::On, UserPoolMfaType::Optional] {
            let pool = pool(mode, ALL, &[]);
            let asked = |user: &UserRecord| due(&pool, user);
            assert_eq!(asked(&user(&both, true, &[Email], None)), Due::One(Email));
            let two = user(&both, true, &[Email, SoftwareToken], None);
            assert_eq!(asked(&two), Due::Choice(vec![SoftwareToken, Email]));
            let preferring = user(&both, true, &[Email, Sms], Some(Email));
            assert_eq!(asked(&preferring), Due::One(Email));
            let without_number = user(&["email"], false, &[Email, Sms], Some(Sms));
            assert_eq!(asked(&without_number), Due::One(Email));
        }
        let off = pool(UserPoolMfaType::Off, ALL, &[]);
        assert_eq!(due(&off, &user(&both, true, &[Email], None)), Due::Nothing);
        let optional = pool(UserPoolMfaType::Optional, ALL, &[]);
        assert_eq!(due(&optional, &user(&both, true, &[], None)), Due::Nothing);
    }

    #[test]
    fn a_user_who_has_switched_on_nothing_is_asked_for_what_does_not_reset_its_password() {
        use Factor::{Email, Sms, SoftwareToken};
        use RecoveryOptionNameType::{AdminOnly, VerifiedEmail, VerifiedPhoneNumber};
        let both: &[&str] = &["email", "phone_number"];
        let tokens_too = |sms, email: bool| PoolFactors {
            software_token: Some(true),
            sms,
            email: email.then(EmailMfaConfigType::default),
            web_authn: None,
        };
        let none_but = |sms, email: bool| PoolFactors {
            software_token: None,
            ..tokens_too(sms, email)
        };
        type Case<'a> = (
            PoolFactors,
            &'a [RecoveryOptionNameType],
            &'a [&'a str],
            bool,
            Due,
        );
        let cases: &[Case<'_>] = &[
            (ALL, &[VerifiedEmail], &["email"], true, Due::One(SoftwareToken)),
            (
                ALL,
                &[VerifiedEmail],
                both,
                true,
                Due::Choice(vec![Sms, SoftwareToken]),
            ),
            (
                ALL,
                &[VerifiedEmail],
                &["email"],
                false,
                Due::SetUp(vec![SoftwareToken]),
            ),
            (
                none_but(true, true),
                &[VerifiedEmail],
                &["email"],
                false,
                Due::Impossible,
            ),
            (ALL, &[VerifiedPhoneNumber], &["email"], false, Due::One(Email)),
            (ALL, &[VerifiedEmail], &["phone_number"], false, Due::One(Sms)),
            (ALL, &[AdminOnly], both, false, Due::Choice(vec![Sms, Email])),
            (
                ALL,
                &[VerifiedEmail, VerifiedPhoneNumber],
                both,
                false,
                Due::One(Sms),
            ),
            (
                ALL,
                &[VerifiedPhoneNumber, VerifiedEmail],
                both,
                false,
                Due::One(Email),
            ),
            (
                ALL,
                &[AdminOnly],
                &[],
                false,
                Due::SetUp(vec![SoftwareToken, Email]),
            ),
            (ALL, &[], &[], false, Due::SetUp(vec![SoftwareToken])),
            (none_but(true, false), &[AdminOnly], &[], false, Due::Impossible),
            (
                tokens_too(false, false),
                &[],
                both,
                false,
                Due::SetUp(vec![SoftwareToken]),
            ),
        ];
        for (factors, recovery, attributes, has_token, expected) in cases {
            let pool = pool(UserPoolMfaType::On, factors.clone(), recovery);
            let user = user(attributes, *has_token, &[], None);
            assert_eq!(
                due(&pool, &user),
                *expected,
                "{recovery:?} {attributes:?} {has_token}"
            );
        }
    }

    #[test]
    fn a_pool_that_resets_by_no_mail_alone_may_ask_for_codes_by_mail() {
        let mut pool = pool(UserPoolMfaType::On, ALL, &[]);
        assert!(recovers_by_email_alone(&pool));
        pool.safeguards.recovery_needs_another_factor = true;
        assert!(!recovers_by_email_alone(&pool));
        assert_eq!(
            due(&pool, &user(&["email"], false, &[], None)),
            Due::One(Factor::Email)
        );
    }
}
