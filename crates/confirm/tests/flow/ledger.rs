//! L1 to L4: what is remembered between sign-ins.

use poolhouse_confirm::{Keys, LockRules, Opens, Outcome, Settings, Warning, standing};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::kit::{PERSON, Pool, SOURCES, Source, Told, key, session_only, settings, with_keys, wrong};

/// Answers wrongly, this often, a second apart.
fn mistype(pool: &mut Pool, count: usize) {
    for _ in 0..count {
        // A challenge that is nobody's: what is counted is the same.
        pool.verify(&Value::Null, &json!("no code"), &Value::Null);
        pool.now += 1;
    }
}

#[test]
fn l1_ten_wrong_codes_in_15_minutes_lock_with_growing_back_off() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        mistype(&mut pool, 9);
        assert!(!pool.warnings.contains(&Warning::Locked));
        for (wrong_codes, back_off) in [(10, 32), (11, 64), (12, 128), (13, 256)] {
            mistype(&mut pool, 1);
            pool.now -= 1;
            assert!(pool.warnings.contains(&Warning::Locked));
            let locked = pool.sign_in();
            assert_eq!(
                (locked.told("result"), locked.told("resendIn")),
                ("locked", back_off.to_string().as_str()),
                "after {wrong_codes}"
            );
            pool.now += back_off;
            assert_eq!(pool.sign_in().told("result"), "sent");
        }
    }
}

#[test]
fn l1_the_back_off_ends_at_15_minutes() {
    let settings = Settings {
        lock: LockRules {
            per_quarter_hour: 20,
            per_day: 100,
        },
        ..settings()
    };
    let mut pool = Pool::new(settings, Source::Fresh);
    mistype(&mut pool, 20);
    assert_eq!(pool.sign_in().told("resendIn"), "899");
}

#[test]
fn l1_sixty_wrong_codes_in_a_day_lock_until_fewer_lie_in_the_last_24_hours() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        for _ in 0..20 {
            assert_ne!(pool.sign_in().told("result"), "locked");
            mistype(&mut pool, 3);
            pool.now += 2_000;
        }
        let locked = pool.sign_in();
        assert_eq!(locked.told("result"), "locked");
        assert_eq!(locked.told("opens"), "administrator", "it lasts for hours");
        let left: i64 = locked.told("resendIn").parse().unwrap();
        let began = crate::kit::START;
        assert!((began + 86_400..=began + 86_400 + 7_200).contains(&(pool.now + left)));
        pool.now += left - 1;
        assert_eq!(pool.sign_in().told("result"), "locked");
        pool.now += 1;
        assert_eq!(pool.sign_in().told("result"), "sent");
    }
}

/// Three wrong codes a day make no lock, and lead to the end all the same.
#[test]
fn l1_a_hundred_wrong_codes_in_a_row_close_the_code_factor_and_never_expire() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        for day in 0..33 {
            assert_eq!(pool.sign_in().told("result"), "sent", "day {day}");
            mistype(&mut pool, 3);
            pool.now += 86_400;
        }
        let mut open = pool.sign_in();
        let code = pool.code();
        mistype(&mut pool, 1);
        let verified = pool.verify(&open.private, &json!(code), &Value::Null);
        assert_eq!((verified.outcome, verified.ledger), (Outcome::Closed, None));
        assert!(matches!(pool.type_code(&mut open, &code), Told::Challenge(_)));
        for closed in [open, pool.sign_in()] {
            assert_eq!(
                (
                    closed.told("result"),
                    closed.told("opens"),
                    closed.told("attemptsLeft")
                ),
                ("closed", "administrator", "3")
            );
            assert_eq!(closed.public.get("resendIn"), None, "waiting does not help");
        }
        pool.now += 1_000 * 86_400;
        assert_eq!(pool.sign_in().told("result"), "closed");
        pool.settings.opens = Opens::Password;
        assert_eq!(pool.sign_in().told("opens"), "password");
    }
}

#[test]
fn l1_a_right_code_takes_ten_off_the_row_and_not_below_zero() {
    let mut pool = Pool::new(settings(), Source::Table);
    let row = |pool: &Pool| {
        let ledger = pool.ledger.as_deref().unwrap();
        standing(&pool.settings, &PERSON, ledger, pool.now).unwrap().row
    };
    for _ in 0..8 {
        mistype(&mut pool, 3);
        pool.now += 1_000;
    }
    assert_eq!(row(&pool), 24);
    for left in [14, 4, 0, 0] {
        pool.sign_in_to_the_end();
        pool.now += 60;
        assert_eq!(row(&pool), left);
    }
}

#[test]
fn l1_locked_looks_like_a_challenge_but_no_answer_is_right() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let mut sign_in = pool.sign_in();
        let code = pool.code();
        mistype(&mut pool, 10);
        let verified = pool.verify(&sign_in.private, &json!(code), &Value::Null);
        assert_eq!(
            (verified.outcome, verified.ledger),
            (Outcome::Locked, None),
            "an answer does not lengthen a lock"
        );
        assert!(matches!(pool.type_code(&mut sign_in, &code), Told::Challenge(_)));
        assert_eq!(
            (sign_in.told("result"), sign_in.told("attemptsLeft")),
            ("locked", "3"),
            "nor is it an attempt"
        );
        // Nothing is mailed while the lock lasts, whether at sign-in or on request.
        let mails = pool.mails.len();
        let mut late = pool.sign_in();
        pool.act(&mut late, "resend");
        assert_eq!((late.told("result"), late.told("expiresIn")), ("locked", "0"));
        assert_eq!(pool.mails.len(), mails);
        // Then any request brings the code: this form has no button.
        pool.now += 40;
        assert!(matches!(pool.type_code(&mut late, "please"), Told::Challenge(_)));
        assert_eq!((late.told("result"), late.told("attemptsLeft")), ("sent", "3"));
        let late_code = pool.code();
        assert_eq!(pool.type_code(&mut late, &late_code), Told::Tokens);
        // The code from before the lock is still good.
        pool.act(&mut sign_in, "wait");
        assert_eq!(sign_in.told("result"), "sent");
        assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
    }
}

#[test]
fn l2_an_article_style_value_is_overwritten_and_never_honoured() {
    for value in ["123456,1700000000", "123456,9999999999", "000000, 1788703900"] {
        let mut pool = Pool::new(settings(), Source::Fresh);
        pool.ledger = Some(value.to_owned());
        let mut sign_in = pool.sign_in();
        assert!(
            pool.warnings
                .iter()
                .all(|warning| *warning == Warning::LedgerLegacy)
        );
        let written = pool.ledger.clone().unwrap();
        assert!(written.starts_with("v2."), "{written}");
        let code = pool.code();
        let legacy = value.split(',').next().unwrap();
        pool.ledger = Some(value.to_owned());
        if legacy != code {
            pool.type_code(&mut sign_in, legacy);
            assert_eq!(sign_in.told("result"), "wrong");
        }
        assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
    }
}

#[test]
fn l2_a_forged_or_foreign_ledger_is_a_first_sign_in_and_is_reported() {
    let mut other = Pool::new(settings(), Source::Fresh).altered(|event| {
        event["userName"] = json!("other");
        event["request"]["userAttributes"]["sub"] = json!("other");
    });
    other.sign_in();
    let mut rotated = Pool::new(
        with_keys(Some(Keys {
            current: key(9),
            previous: None,
        })),
        Source::Fresh,
    );
    rotated.sign_in();
    let mut mine = Pool::new(settings(), Source::Fresh);
    mine.sign_in();
    let text = mine.ledger.clone().unwrap();
    let changed = text.replacen('A', "B", 1);
    for forged in [
        other.ledger.unwrap(),
        rotated.ledger.unwrap(),
        changed,
        text.to_uppercase(),
        "v1...".to_owned(),
    ] {
        let mut pool = Pool::new(settings(), Source::Fresh);
        pool.ledger = Some(forged.clone());
        let public = pool.sign_in().public;
        assert_eq!(pool.warnings, [Warning::LedgerForged], "{forged}");
        assert_eq!(public, Pool::new(settings(), Source::Fresh).sign_in().public);
        assert_eq!(pool.mails.len(), 1);
    }
}

#[test]
fn l2_a_ledger_that_was_put_back_is_reported_and_unlocks_no_more_than_a_first_sign_in() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    pool.sign_in();
    let old = pool.ledger.clone();
    pool.now += 30;
    let mut sign_in = pool.sign_in();
    pool.ledger = old;
    pool.type_code(&mut sign_in, "no code");
    assert!(pool.warnings.contains(&Warning::LedgerBehind));
    // The sign-in itself does not forget: two answers are left, and its cooldown runs.
    assert_eq!(
        (sign_in.told("attemptsLeft"), sign_in.told("resendIn")),
        ("2", "30")
    );
    pool.type_code(&mut sign_in, "no code");
    assert_eq!(pool.type_code(&mut sign_in, "no code"), Told::Failed);
}

#[test]
fn l2_a_clock_that_ran_fast_locks_nobody_out() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    pool.now += 1_000_000_000;
    mistype(&mut pool, 10);
    pool.now -= 1_000_000_000;
    let mut sign_in = pool.sign_in();
    assert!(pool.warnings.contains(&Warning::LedgerAhead));
    let code = pool.code();
    assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
    // Clocks that differ a little are what clocks do.
    pool.warnings.clear();
    pool.now -= 60;
    assert_eq!(pool.sign_in().told("resendIn"), "30");
    assert!(!pool.warnings.contains(&Warning::LedgerAhead));
}

#[test]
fn l3_sign_in_works_when_the_attribute_cannot_be_written() {
    for source in [Source::FromEvent, Source::Fresh] {
        let mut pool = Pool::new(settings(), source);
        pool.writable = false;
        let mut sign_in = pool.sign_in();
        let code = pool.code();
        pool.type_code(&mut sign_in, &wrong(&code));
        assert_eq!(
            pool.warnings.contains(&Warning::LedgerBehind),
            source == Source::Fresh
        );
        assert_eq!(
            sign_in.told("resendIn"),
            "30",
            "the cooldown holds within the sign-in"
        );
        assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
        assert_eq!(pool.ledger, None);
    }
}

#[test]
fn l3_without_a_key_it_runs_in_session_only_mode_and_says_so() {
    let mut pool = Pool::new(session_only(), Source::Fresh);
    pool.ledger = Some("123456,1700000000".to_owned());
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    pool.type_code(&mut sign_in, &wrong(&code));
    assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
    assert!(
        pool.warnings
            .iter()
            .all(|warning| *warning == Warning::SessionOnly)
    );
    assert_eq!(
        pool.ledger.as_deref(),
        Some("123456,1700000000"),
        "without a key nothing can be signed, so nothing is written"
    );
    assert_eq!(
        Warning::SessionOnly.to_string(),
        "OTP_KEY is not set: session-only mode, wrong codes and mails are not counted between sign-ins"
    );
}

/// 500 answers that all see the same ledger, as parallel calls do: written with compare-and-set, each conflict evaluated
/// anew, no more than ten get an evaluation before the lock.
#[test]
fn l4_with_compare_and_set_parallel_guesses_are_counted_exactly() {
    let mut pool = Pool::new(settings(), Source::Exact);
    let sign_in = pool.sign_in();
    let seen = pool.ledger.clone();
    let mut evaluated = 0;
    for _ in 0..500 {
        let current = pool.ledger.take();
        pool.ledger = seen.clone();
        let stale = pool.verify(&sign_in.private, &json!("no code"), &Value::Null);
        assert!(stale.ledger.is_some());
        // The write expects the ledger that was read; if another answer was faster, it is evaluated anew.
        pool.ledger = current;
        let verified = pool.verify(&sign_in.private, &json!("no code"), &Value::Null);
        evaluated += usize::from(verified.outcome == Outcome::Wrong);
    }
    assert_eq!(evaluated, 10);
}

#[test]
fn the_ledger_has_256_characters_at_most_and_three_devices() {
    let mut pool = Pool::new(
        Settings {
            trusted_device_days: 30,
            ..settings()
        },
        Source::Fresh,
    );
    pool.sign_in();
    assert_eq!(pool.ledger.as_ref().unwrap().len(), 181);
    let wish = json!({ "rememberDevice": "true" });
    for _ in 0..9 {
        pool.now += 60;
        let mut sign_in = pool.sign_in();
        let code = pool.code();
        pool.type_code(&mut sign_in, "no code");
        assert_eq!(pool.answer(&mut sign_in, &code, &wish), Told::Tokens);
    }
    assert_eq!(pool.ledger.as_ref().unwrap().len(), 251);
}

proptest! {
    #[test]
    fn l2_no_text_in_the_attribute_stops_a_sign_in_or_lowers_its_limits(text in "\\PC{0,300}|v1\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{0,200}\\.[A-Za-z0-9_-]{22}") {
        let mut pool = Pool::new(settings(), Source::Fresh);
        pool.ledger = Some(text);
        let mut sign_in = pool.sign_in();
        prop_assert_eq!(&sign_in.public, &Pool::new(settings(), Source::Fresh).sign_in().public);
        let code = pool.code();
        pool.type_code(&mut sign_in, &wrong(&code));
        prop_assert_eq!(sign_in.told("attemptsLeft"), "2");
        prop_assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
    }
}
