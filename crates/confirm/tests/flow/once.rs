//! C4: a code works once, in one sign-in.

use poolhouse_confirm::{Facts, LedgerSource, Outcome, Recent, verify};
use serde_json::{Value, json};

use crate::kit::{
    PASSWORD_PAIR, Pool, SOURCES, SignIn, Source, Told, code_of, event, session, session_only, settings,
};

/// Two sign-ins that begin within 15 seconds look like one event delivered twice, and share the code.
#[test]
fn c4_a_second_sign_in_that_shares_the_code_gets_no_tokens_after_the_first_has_used_it() {
    for source in [Source::Fresh, Source::Table] {
        let mut pool = Pool::new(settings(), source);
        let mut owner = pool.sign_in();
        pool.now += 5;
        let mut thief = pool.sign_in();
        let code = pool.code();
        assert_eq!(code, code_of(&pool.mails[0]));
        assert_ne!(owner.told("signIn"), thief.told("signIn"));
        assert_eq!(pool.type_code(&mut owner, &code), Told::Tokens);
        pool.now += 200;
        assert!(
            matches!(pool.type_code(&mut thief, &code), Told::Challenge(_)),
            "{source:?}"
        );
        assert_eq!((thief.told("result"), thief.told("attemptsLeft")), ("used", "3"));
        // The form says what happened until there is a new code, which is another one.
        pool.act(&mut thief, "wait");
        assert_eq!(thief.told("result"), "used");
        pool.act(&mut thief, "resend");
        assert_eq!(thief.told("result"), "sent");
        assert_ne!(pool.code(), code);
        let code = pool.code();
        assert_eq!(pool.type_code(&mut thief, &code), Told::Tokens);
    }
}

#[test]
fn c4_the_right_answer_delivered_again_stays_right_and_changes_nothing_more() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let sign_in = pool.sign_in();
        let code = json!(pool.code());
        let first = pool.verify(&sign_in.private, &code, &Value::Null);
        assert_eq!((first.outcome, first.ledger.is_some()), (Outcome::Right, true));
        for _ in 0..2 {
            let again = pool.verify(&sign_in.private, &code, &Value::Null);
            assert_eq!(
                (again.outcome, again.ledger),
                (Outcome::Right, None),
                "{source:?}"
            );
            assert_eq!(again.place_token, first.place_token);
        }
        let other = pool.verify(&sign_in.private, &json!("no code"), &Value::Null);
        assert_eq!((other.outcome, other.ledger), (Outcome::Used, None));
    }
}

#[test]
fn c4_create_never_repeats_a_challenge_whose_code_was_used() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let mut first = pool.sign_in();
        let used = pool.code();
        assert_eq!(pool.type_code(&mut first, &used), Told::Tokens);
        pool.now += 3;
        // The same event within 15 seconds: it must be another sign-in.
        let mut second = pool.sign_in();
        assert_eq!(second.told("result"), "sent");
        assert_ne!(pool.code(), used, "{source:?}");
        let code = pool.code();
        assert_eq!(pool.type_code(&mut second, &code), Told::Tokens);
    }
}

#[test]
fn c4_nor_does_the_memory_of_a_warm_function() {
    let mut pool = Pool::new(settings(), Source::Table);
    let mut recent = Recent::new();
    let pair = session(&PASSWORD_PAIR);
    let created = pool.create(&pair, &Value::Null).unwrap();
    let event = pool.create_event(&pair, &Value::Null);
    recent.remember(&pool.settings, &event, &created.response, pool.now);
    let find = |pool: &Pool| {
        let mut facts = Facts::new(pool.now + 3, &[9; 32]);
        facts.ledger = LedgerSource::Table(pool.ledger.as_deref());
        recent.find(&pool.settings, &event, &facts)
    };
    let again = find(&pool).unwrap();
    let code = pool.code();
    // Both look like the first delivery; the first of them to give the code is signed in.
    let mut first = SignIn::new(pair, &created);
    assert_eq!(pool.type_code(&mut first, &code), Told::Tokens);
    let shared = &again["response"]["privateChallengeParameters"];
    let verified = pool.verify(shared, &json!(code), &Value::Null);
    assert_eq!(verified.outcome, Outcome::Used);
    assert_eq!(find(&pool), None);
}

#[test]
fn c4_the_attribute_notes_the_last_four_and_a_table_every_live_code() {
    for (source, noted) in [(Source::Fresh, 4), (Source::Table, 12)] {
        let mut pool = Pool::new(settings(), source);
        let mut shared = Vec::new();
        for _ in 0..12 {
            pool.now += 20;
            let mut first = pool.sign_in();
            let second = pool.sign_in();
            let code = pool.code();
            assert_eq!(pool.type_code(&mut first, &code), Told::Tokens);
            shared.push((second, code));
        }
        let used = shared.iter().rev().take_while(|(second, code)| {
            pool.verify(&second.private, &json!(code), &Value::Null).outcome == Outcome::Used
        });
        assert_eq!(used.count(), noted, "{source:?}");
    }
}

/// Nothing is kept there: the platform's session, good for one answer, makes a code work once.
#[test]
fn c4_in_session_only_mode_every_sign_in_has_a_code_of_its_own() {
    let mut pool = Pool::new(session_only(), Source::Fresh);
    let (first, second) = (pool.sign_in(), pool.sign_in());
    let codes: Vec<_> = pool.mails.iter().map(code_of).collect();
    assert_ne!(codes[0], codes[1]);
    for (sign_in, code) in [(first, &codes[0]), (second, &codes[1])] {
        let request = json!({ "privateChallengeParameters": sign_in.private, "challengeAnswer": code });
        let event = event("VerifyAuthChallengeResponse", request);
        let verified = verify(&pool.settings, &event, &Facts::new(pool.now, &[7; 32])).unwrap();
        assert_eq!(verified.outcome, Outcome::Right);
    }
}

#[test]
fn c4_a_code_that_a_newer_one_replaced_is_expired_and_no_attempt() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let mut sign_in = pool.sign_in();
        let old = pool.code();
        pool.now += 250;
        pool.act(&mut sign_in, "resend");
        assert_eq!(sign_in.told("result"), "sent", "under 60 s were left");
        let new = pool.code();
        assert_ne!(new, old);
        let verified = pool.verify(&sign_in.private, &json!(old), &Value::Null);
        assert_eq!(verified.outcome, Outcome::Replaced);
        pool.type_code(&mut sign_in, &old);
        assert_eq!(
            (sign_in.told("result"), sign_in.told("attemptsLeft")),
            ("expired", "3")
        );
        assert_eq!(pool.type_code(&mut sign_in, &new), Told::Tokens);
    }
}
