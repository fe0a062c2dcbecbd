//! The pool's password policy: whether a password meets it, and temporary passwords that do.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::PasswordPolicyType;
use poolhouse_crypto::{Entropy, random_text};
use zeroize::Zeroizing;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::{PoolRecord, Safeguards, UserRecord};
use crate::users::guessable;

/// The service words one refusal in three ways, depending on the operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// `AdminCreateUser`.
    AdminCreateUser,
    /// `SignUp`.
    SignUp,
    /// Every other operation that sets a password.
    Others,
}

impl Wording {
    fn begins(self) -> &'static str {
        match self {
            Wording::AdminCreateUser => "Password did not conform with password policy",
            Wording::SignUp => "Password did not conform with policy",
            Wording::Others => "Password does not conform to policy",
        }
    }
}

/// `MinimumLength` where the policy does not say.
pub const MINIMUM_LENGTH: i64 = 8;
/// `TemporaryPasswordValidityDays` where the policy does not say, and where it says 0.
pub const TEMPORARY_DAYS: i64 = 7;
/// Attributes that say what others call a user.
const NAMES: [&str; 8] = [
    "email",
    "phone_number",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
];
/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// What generated passwords are made of: no two characters that look alike, and no symbol that a mail, a shell or a
/// double click would mangle. 64 characters, so 6 bits each.
const GENERATED: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789!@#$%+=?";
/// 72 bits, where the policy does not ask for more.
const GENERATED_LENGTH: usize = 12;

/// Checks that a password meets the pool's policy and its safeguards, for this user.
///
/// # Errors
/// `InvalidPasswordException` with the first reason, in the wording of the operation.
pub fn check(pool: &PoolRecord, user: &UserRecord, password: &str, wording: Wording) -> Result<(), ApiError> {
    let reason = shortcoming(&policy(pool), password);
    match reason.or_else(|| guessable(pool, user, password)) {
        None => Ok(()),
        Some(reason) => Err(ApiError::new(
            ErrorCode::InvalidPasswordException,
            format!("{}: {reason}", wording.begins()),
        )),
    }
}

/// Why a pool that guards against it takes the password to be guessed soon.
fn guessable(pool: &PoolRecord, user: &UserRecord, password: &str) -> Option<&'static str> {
    let Safeguards {
        refuses_common_passwords,
        refuses_context_passwords,
        words,
        ..
    } = &pool.safeguards;
    if *refuses_common_passwords && guessable::is_common(password) {
        return Some("Password is one of those that are tried first");
    }
    let own = NAMES.into_iter().filter_map(|name| user.attribute(name));
    let names = own
        .chain([user.username.as_str()])
        .chain(pool.settings.name.as_deref());
    let mut names = names.chain(words.iter().map(String::as_str));
    if *refuses_context_passwords && names.any(|name| guessable::is_made_of(password, [name])) {
        return Some("Password is made of the user's or the application's name");
    }
    None
}

/// A temporary password that meets the policy, every one that could be drawn equally likely.
pub fn generate(pool: &PoolRecord, entropy: &dyn Entropy) -> Zeroizing<String> {
    let policy = policy(pool);
    let asked = usize::try_from(policy.minimum_length.unwrap_or(MINIMUM_LENGTH)).unwrap_or_default();
    let every_kind = PasswordPolicyType {
        require_uppercase: Some(true),
        require_lowercase: Some(true),
        require_numbers: Some(true),
        require_symbols: Some(true),
        ..policy
    };
    loop {
        // Drawing again until every kind of character is there takes two draws on average and favours no password.
        let drawn = Zeroizing::new(random_text(GENERATED, asked.max(GENERATED_LENGTH), entropy));
        if shortcoming(&every_kind, &drawn).is_none() {
            return drawn;
        }
    }
}

/// When a temporary password given now stops working.
pub fn temporary_until(pool: &PoolRecord, now: Millis) -> Millis {
    let days = policy(pool).temporary_password_validity_days;
    now.plus_seconds(days.filter(|days| *days > 0).unwrap_or(TEMPORARY_DAYS) * DAY)
}

fn policy(pool: &PoolRecord) -> PasswordPolicyType {
    pool.settings
        .policies
        .as_ref()
        .and_then(|policies| policies.password_policy.clone())
        .unwrap_or_default()
}

/// The first rule that the password breaks.
fn shortcoming(policy: &PasswordPolicyType, password: &str) -> Option<&'static str> {
    let required = |rule: Option<bool>| rule.unwrap_or(false);
    let lacks = |kind: fn(char) -> bool| !password.chars().any(kind);
    let length = i64::try_from(password.chars().count()).unwrap_or(i64::MAX);
    if length < policy.minimum_length.unwrap_or(MINIMUM_LENGTH) {
        Some("Password not long enough")
    } else if required(policy.require_uppercase) && lacks(|c| c.is_ascii_uppercase()) {
        Some("Password must have uppercase characters")
    } else if required(policy.require_lowercase) && lacks(|c| c.is_ascii_lowercase()) {
        Some("Password must have lowercase characters")
    } else if required(policy.require_numbers) && lacks(|c| c.is_ascii_digit()) {
        Some("Password must have numeric characters")
    } else if required(policy.require_symbols) && !has_symbol(password) {
        Some("Password must have symbol characters")
    } else {
        None
    }
}

/// The service's list of symbols is all of ASCII's punctuation, and the space unless it begins or ends the password.
fn has_symbol(password: &str) -> bool {
    password.chars().any(|c| c.is_ascii_punctuation()) || password.trim_matches(' ').contains(' ')
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use poolhouse_api::shapes::{UserPoolPolicyType, UserPoolType};

    use crate::records::Document;

    use super::*;

    /// A stream of bytes that differs from call to call and not from run to run.
    struct Counting(AtomicU64);

    impl Entropy for Counting {
        fn fill(&self, out: &mut [u8]) {
            for chunk in out.chunks_mut(32) {
                let block =
                    poolhouse_crypto::sha256(&[&self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes()]);
                chunk.copy_from_slice(&block[..chunk.len()]);
            }
        }
    }

    fn pool(policy: PasswordPolicyType) -> PoolRecord {
        let policies = UserPoolPolicyType {
            password_policy: Some(policy),
            ..UserPoolPolicyType::default()
        };
        let settings = UserPoolType {
            policies: Some(policies),
            ..UserPoolType::default()
        };
        PoolRecord::new(settings, String::new())
    }

    fn mara() -> UserRecord {
        let document = serde_json::json!({
            "username": "mara", "sub": "s", "attributes": {}, "status": "CONFIRMED", "enabled": true, "created": 0, "modified": 0,
        });
        UserRecord::from_document(&document).unwrap()
    }

    fn strict() -> PasswordPolicyType {
        PasswordPolicyType {
            minimum_length: Some(8),
            require_uppercase: Some(true),
            require_lowercase: Some(true),
            require_numbers: Some(true),
            require_symbols: Some(true),
            ..PasswordPolicyType::default()
        }
    }

    #[test]
    fn the_first_broken_rule_is_named() {
        let cases = [
            ("", Some("Password not long enough")),
            ("Abc-123", Some("Password not long enough")),
            ("abcd-1234", Some("Password must have uppercase characters")),
            ("ÄBCD-1234", Some("Password must have lowercase characters")),
            ("Abcd-efgh", Some("Password must have numeric characters")),
            ("Abcd12345", Some("Password must have symbol characters")),
            (" Abcd1234 ", Some("Password must have symbol characters")),
            ("Abcd 1234", None),
            ("Abcd-1234", None),
            ("Пароль-Aa1", None),
        ];
        for (password, reason) in cases {
            assert_eq!(shortcoming(&strict(), password), reason, "{password:?}");
        }
    }

    #[test]
    fn every_symbol_of_the_list_counts() {
        for symbol in r##"^$*.[]{}()?"!@#%&/\,><':;|_~`=+-"##.chars() {
            assert!(has_symbol(&format!("Abcdefg1{symbol}")), "{symbol}");
        }
    }

    #[test]
    fn each_operation_words_the_refusal_in_its_own_way() {
        let cases = [
            (
                Wording::AdminCreateUser,
                "Password did not conform with password policy: Password not long enough",
            ),
            (
                Wording::SignUp,
                "Password did not conform with policy: Password not long enough",
            ),
            (
                Wording::Others,
                "Password does not conform to policy: Password not long enough",
            ),
        ];
        for (wording, sentence) in cases {
            let refused = check(&pool(strict()), &mara(), "short", wording).unwrap_err();
            assert_eq!(
                (refused.code, refused.message.as_str()),
                (ErrorCode::InvalidPasswordException, sentence)
            );
        }
    }

    #[test]
    fn generated_passwords_meet_the_policy_and_differ() {
        let entropy = Counting(AtomicU64::new(0));
        for minimum in [6, 12, 13, 99] {
            let pool = pool(PasswordPolicyType {
                minimum_length: Some(minimum),
                ..strict()
            });
            let drawn: std::collections::HashSet<String> =
                (0..200).map(|_| generate(&pool, &entropy).to_string()).collect();
            assert_eq!(drawn.len(), 200);
            for password in drawn {
                assert_eq!(password.len(), usize::try_from(minimum).unwrap().max(12));
                assert!(check(&pool, &mara(), &password, Wording::Others).is_ok());
            }
        }
    }

    #[test]
    fn nothing_in_a_generated_password_looks_like_something_else() {
        assert_eq!(GENERATED.len(), 64);
        for look_alike in b"0O1lIo" {
            assert!(!GENERATED.contains(look_alike));
        }
    }
}
