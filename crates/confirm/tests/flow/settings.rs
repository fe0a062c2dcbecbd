//! What operators set, and what they are told when it cannot be used.

use std::collections::BTreeMap;

use poolhouse_confirm::{
    Alphabet, Door, Facts, Locale, MailRules, Opens, OtpKey, Refusal, Settings, UnusableKey, define,
};
use serde_json::json;

use crate::kit::{event, key};

const KEY: &str = "3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs=";

fn from(vars: &[(&str, &str)]) -> Result<Settings, String> {
    let vars: BTreeMap<_, _> = vars.iter().copied().collect();
    Settings::from_vars(|name| vars.get(name).map(|value| (*value).to_owned()))
        .map_err(|error| error.to_string())
}

#[test]
fn without_variables_the_defaults_hold_in_session_only_mode() {
    assert_eq!(from(&[]).unwrap(), Settings::with_keys(None));
    assert_eq!(
        from(&[("OTP_KEY", ""), ("USER_POOL_ID", " "), ("CODE_LENGTH", "")]).unwrap(),
        Settings::with_keys(None)
    );
}

#[test]
fn every_variable_reaches_its_setting() {
    let settings = from(&[
        ("OTP_KEY", KEY),
        (
            "OTP_KEY_PREVIOUS",
            "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        ),
        ("CUSTOM_ATTRIBUTES", "custom:otherName"),
        ("USER_POOL_ID", "eu-central-1_AbCd12345"),
        ("CODE_LENGTH", "8"),
        ("CODE_ALPHABET", "letters"),
        ("CODE_TTL_SECONDS", "600"),
        ("MAX_ATTEMPTS", "5"),
        ("RESEND_COOLDOWN_SECONDS", "60"),
        ("SESSION_MINUTES", "10"),
        ("MAILS_AT_ONCE", "2"),
        ("MAIL_REFILL_SECONDS", "90"),
        ("MAILS_PER_HOUR", "5"),
        ("MAILS_PER_DAY", "12"),
        ("MAIL_BEYOND_LIMIT_SECONDS", "600"),
        ("WRONG_CODES_PER_15_MINUTES", "6"),
        ("WRONG_CODES_PER_DAY", "30"),
        ("ALLOW_UNVERIFIED_EMAIL", "true"),
        ("APP_NAME", "Blue Pool"),
        ("MAIL_ORIGIN", "login.example.com"),
        ("DEFAULT_LOCALE", "ar"),
        ("TRUSTED_DEVICE_DAYS", "14"),
        ("CLOSED_OPENS_BY", "password"),
        ("REQUIRE_CODE", "one, two"),
        ("REQUIRE_CODE_WITHOUT_ECHO", "three"),
        ("ALLOW_HOSTED_AUTH", "true"),
    ])
    .unwrap();
    let keys = settings.keys.clone().unwrap();
    let previous: Vec<u8> = (0..32).collect();
    assert_eq!(keys.current, OtpKey::from_text(KEY).unwrap());
    assert_eq!(keys.previous, Some(OtpKey::from_bytes(&previous).unwrap()));
    assert_eq!(settings.attribute, "custom:otherName");
    assert_eq!(settings.user_pool_id.as_deref(), Some("eu-central-1_AbCd12345"));
    assert_eq!(
        (settings.code.length, settings.code.alphabet),
        (8, Alphabet::Letters)
    );
    assert_eq!(
        (
            settings.code_ttl_s,
            settings.max_attempts,
            settings.resend_cooldown_s
        ),
        (600, 5, 60)
    );
    let mails = MailRules {
        at_once: 2,
        refill_s: 90,
        per_hour: 5,
        per_day: 12,
        beyond_limit_s: 600,
    };
    assert_eq!((settings.session_minutes, settings.mails), (10, mails));
    assert_eq!((settings.lock.per_quarter_hour, settings.lock.per_day), (6, 30));
    assert!(settings.allow_unverified_email);
    assert_eq!(settings.opens, Opens::Password);
    let door = Door {
        clients: vec!["one".to_owned(), "two".to_owned()],
        without_echo: vec!["three".to_owned()],
        hosted_auth: true,
    };
    assert_eq!(settings.door, door);
    assert_eq!(
        (settings.app_name.as_str(), settings.origin.as_deref()),
        ("Blue Pool", Some("login.example.com"))
    );
    assert_eq!(
        (settings.locale, settings.trusted_device_days),
        (Locale::find("ar").unwrap(), 14)
    );
}

#[test]
fn a_setting_that_cannot_be_used_says_what_is_wrong_and_what_to_do() {
    let key = "make one with `openssl rand -base64 32` and give all three functions the same";
    for (variable, value, message) in [
        (
            "CODE_TTL_SECONDS",
            "601",
            "CODE_TTL_SECONDS is 601, a code that lives longer than 10 minutes can be guessed or stolen (OWASP ASVS 6.5.5): set 60 to 600",
        ),
        (
            "CODE_LENGTH",
            "5",
            "CODE_LENGTH is 5, fewer than 6 characters can be guessed: set 6 to 12",
        ),
        (
            "CODE_LENGTH",
            "300",
            "CODE_LENGTH is not a number in range: set a whole number, digits only",
        ),
        (
            "CODE_LENGTH",
            "six",
            "CODE_LENGTH is not a number in range: set a whole number, digits only",
        ),
        (
            "CODE_ALPHABET",
            "emoji",
            "CODE_ALPHABET names no alphabet: set digits or letters",
        ),
        (
            "MAX_ATTEMPTS",
            "0",
            "MAX_ATTEMPTS is 0, every attempt is a guess: set 1 to 5",
        ),
        (
            "RESEND_COOLDOWN_SECONDS",
            "5",
            "RESEND_COOLDOWN_SECONDS is 5, a shorter pause lets anyone with the password fill the mailbox: set 30 to 300",
        ),
        (
            "MAILS_PER_DAY",
            "0",
            "MAILS_PER_DAY is 0, past it a mailbox is being filled: set 1 to 60",
        ),
        (
            "WRONG_CODES_PER_DAY",
            "101",
            "WRONG_CODES_PER_DAY is 101, it must stop guessing and let a person mistype: set 5 to 100",
        ),
        (
            "CUSTOM_ATTRIBUTES",
            "authChallenge",
            "CUSTOM_ATTRIBUTES is not the name of one custom attribute: set custom:authChallenge",
        ),
        (
            "CUSTOM_ATTRIBUTES",
            "custom:a,custom:b",
            "CUSTOM_ATTRIBUTES is not the name of one custom attribute: set custom:authChallenge",
        ),
        (
            "ALLOW_UNVERIFIED_EMAIL",
            "yes",
            "ALLOW_UNVERIFIED_EMAIL is neither true nor false: set true or false",
        ),
        (
            "APP_NAME",
            "a\r\nBcc: b",
            "APP_NAME does not fit the subject of a mail: set 1 to 64 printable characters on one line",
        ),
        (
            "APP_NAME",
            "\u{202e}looP",
            "APP_NAME does not fit the subject of a mail: set 1 to 64 printable characters on one line",
        ),
        (
            "MAIL_ORIGIN",
            "https://example.com",
            "MAIL_ORIGIN is not a host name: set it like login.example.com, without https://",
        ),
        (
            "DEFAULT_LOCALE",
            "tlh",
            "DEFAULT_LOCALE names no language that the mail is written in: set one of en, de, fr, es, it, pt-BR, pt-PT, nl, pl, ja, ko, zh-CN, zh-TW, ar, he, or one that has templates",
        ),
        (
            "TRUSTED_DEVICE_DAYS",
            "30",
            "TRUSTED_DEVICE_DAYS is set without OTP_KEY, which signs what a device keeps: set OTP_KEY too, or 0 days",
        ),
        (
            "TRUSTED_DEVICE_DAYS",
            "91",
            "TRUSTED_DEVICE_DAYS is 91, a device that is stolen is trusted for as long: set 0 to 90",
        ),
        (
            "OTP_KEY",
            "c2VjcmV0",
            &format!("OTP_KEY is no usable key, it holds 6 bytes, at least 32 are needed: {key}"),
        ),
        (
            "OTP_KEY",
            "not base64!",
            &format!("OTP_KEY is no usable key, it is neither hexadecimal nor base64: {key}"),
        ),
        (
            "OTP_KEY",
            &"ab".repeat(32),
            &format!("OTP_KEY is no usable key, its bytes are not random: {key}"),
        ),
        (
            "OTP_KEY_PREVIOUS",
            KEY,
            "OTP_KEY_PREVIOUS is set, but OTP_KEY is not: set OTP_KEY to the new key and OTP_KEY_PREVIOUS to the one before it",
        ),
    ] {
        assert_eq!(from(&[(variable, value)]).unwrap_err(), message);
    }
}

#[test]
fn settings_that_were_not_read_from_variables_are_checked_all_the_same() {
    let settings = Settings {
        code_ttl_s: 601,
        ..Settings::with_keys(None)
    };
    let event = event("DefineAuthChallenge", json!({ "session": [] }));
    let refusal = define(&settings, &event, &Facts::new(0, &[7; 32])).unwrap_err();
    assert!(matches!(&refusal, Refusal::Settings(error) if error.variable() == "CODE_TTL_SECONDS"));
    assert_eq!(refusal.to_string(), "Sign-in is not available");
}

#[test]
fn a_key_reads_the_same_in_every_writing() {
    let bytes: Vec<u8> = (0..64).map(|at| 255 - at * 3).collect();
    let expected = OtpKey::from_bytes(&bytes).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    for text in [
        hex.clone(),
        hex.to_lowercase(),
        format!(" {hex}\n"),
        "//z59vPw7ern5OHe29jV0s/MycbDwL26t7SxrquopaKfnJmWk5CNioeEgX57eHVyb2xpZmNgXVpXVFFOS0hFQg==".to_owned(),
        "__z59vPw7ern5OHe29jV0s_MycbDwL26t7SxrquopaKfnJmWk5CNioeEgX57eHVyb2xpZmNgXVpXVFFOS0hFQg".to_owned(),
    ] {
        assert_eq!(OtpKey::from_text(&text), Ok(expected.clone()), "{text}");
    }
    assert_eq!(
        OtpKey::from_bytes(&bytes[..31]),
        Err(UnusableKey::TooShort { bytes: 31 })
    );
}

#[test]
fn no_key_shows_in_debug() {
    let debug = format!("{:?}", key(1));
    assert!(
        debug.starts_with("OtpKey(") && debug.len() == "OtpKey(abcdef)".len(),
        "{debug}"
    );
}
