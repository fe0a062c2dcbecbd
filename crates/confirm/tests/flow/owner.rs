//! What takes locks away: an administrator, and a new password.

use poolhouse_confirm::{Decision, ledger_for_attribute, post_confirmation, standing, unlock};
use serde_json::{Value, json};

use crate::kit::{PASSWORD_PAIR, PERSON, Pool, SOURCES, Source, Told, session, settings};

/// A hundred wrong codes in a row, and every mail used up.
fn closed(source: Source) -> Pool {
    let mut pool = Pool::new(settings(), source);
    for _ in 0..50 {
        for _ in 0..3 {
            pool.verify(&Value::Null, &json!("no code"), &Value::Null);
        }
        pool.sign_in();
        pool.now += 3_000;
    }
    assert_eq!(pool.sign_in().told("result"), "closed");
    pool
}

#[test]
fn l1_an_administrator_opens_what_is_closed() {
    for source in SOURCES {
        let mut pool = closed(source);
        let text = pool.ledger.clone().unwrap();
        let before = standing(&pool.settings, &PERSON, &text, pool.now).unwrap();
        assert_eq!((before.row, before.closed), (100, true));
        pool.ledger = unlock(&pool.settings, &PERSON, &text, pool.now);
        let after = standing(&pool.settings, &PERSON, pool.ledger.as_ref().unwrap(), pool.now).unwrap();
        assert_eq!(
            (after.row, after.closed, after.locked_s, after.mail_wait_s),
            (0, false, 0, 0)
        );
        pool.sign_in_to_the_end();
    }
    let mut other = PERSON;
    other.user_name = "other";
    let pool = closed(Source::Table);
    assert_eq!(
        unlock(&pool.settings, &other, pool.ledger.as_ref().unwrap(), pool.now),
        None
    );
}

#[test]
fn l1_a_new_password_opens_what_is_closed_and_ends_trust() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        pool.settings.trusted_device_days = 30;
        let mut sign_in = pool.sign_in();
        let code = pool.code();
        let wish = json!({ "rememberDevice": "true" });
        assert_eq!(pool.answer(&mut sign_in, &code, &wish), Told::Tokens);
        let pair = session(&PASSWORD_PAIR);
        assert_eq!(pool.define(&pair, &sign_in.token()), Decision::Tokens);
        for _ in 0..12 {
            pool.verify(&Value::Null, &json!("no code"), &Value::Null);
        }
        assert_eq!(pool.sign_in().told("result"), "locked");
        let confirm = |pool: &mut Pool, source: fn(&mut Value)| {
            let alter = std::mem::replace(&mut pool.alter, source);
            let cleared = pool
                .call("PostConfirmation", json!({}), post_confirmation)
                .unwrap();
            pool.alter = alter;
            cleared
        };
        let signed_up = confirm(&mut pool, |event| {
            event["triggerSource"] = json!("PostConfirmation_ConfirmSignUp");
        });
        assert_eq!(signed_up.ledger, None);
        let cleared = confirm(&mut pool, |event| {
            event["triggerSource"] = json!("PostConfirmation_ConfirmForgotPassword");
        });
        assert_eq!(cleared.event["response"], json!({}));
        pool.ledger = cleared.ledger;
        assert_eq!(pool.define(&pair, &sign_in.token()), Decision::AskCode);
        assert_eq!(pool.sign_in().told("result"), "sent");
    }
}

#[test]
fn a_longer_ledger_fits_the_attribute_that_mirrors_it() {
    let mut pool = Pool::new(settings(), Source::Exact);
    for _ in 0..20 {
        pool.now += 5;
        pool.sign_in_with(&json!({ "locale": "de" }));
        let mut sign_in = pool.sign_in();
        let code = pool.code();
        assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
        pool.ledger = unlock(&pool.settings, &PERSON, pool.ledger.as_ref().unwrap(), pool.now);
    }
    let long = pool.ledger.clone().unwrap();
    assert!(long.len() > 256);
    let short = ledger_for_attribute(&pool.settings, &PERSON, &long).unwrap();
    assert!(short.len() <= 256);
    assert_eq!(
        standing(&pool.settings, &PERSON, &short, pool.now).unwrap().row,
        standing(&pool.settings, &PERSON, &long, pool.now).unwrap().row
    );
    assert_eq!(ledger_for_attribute(&pool.settings, &PERSON, &short), Some(short));
}
