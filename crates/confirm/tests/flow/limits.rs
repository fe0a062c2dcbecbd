//! R5: how many mails one user gets, and that it is never a dead end. D5 and C6: what a sign-in and a code have for time.

use poolhouse_confirm::{Decision, LastResult, MailRules, NotSent, Refusal, Settings, WhyFailed};
use serde_json::{Value, json};

use crate::kit::{
    PASSWORD_PAIR, Pool, SOURCES, Source, Told, code_of, session, session_only, settings, wrong,
};

/// Where something is kept between sign-ins.
const KEPT: [Source; 4] = SOURCES;

#[test]
fn r5_three_mails_at_once_then_one_a_minute_whoever_asks() {
    for source in KEPT {
        let mut pool = Pool::new(settings(), source);
        for _ in 0..3 {
            assert_eq!(pool.sign_in().told("result"), "sent");
            pool.now += 16;
        }
        let held = pool.sign_in();
        // Three places are taken; the first comes back a minute after the first mail.
        assert_eq!(
            (held.told("result"), held.told("resendIn")),
            ("held", "12"),
            "{source:?}"
        );
        assert_eq!(held.told("expiresIn"), "0");
        assert_eq!(pool.mails.len(), 3);
        pool.now += 12;
        assert_eq!(pool.sign_in().told("result"), "sent");
    }
}

/// A form without a resend button gets there as well: the article's sends what was typed, whatever it is.
#[test]
fn r5_any_request_of_a_held_sign_in_brings_the_code_once_there_is_a_place() {
    for source in KEPT {
        for action in [
            Value::Null,
            json!({ "action": "resend" }),
            json!({ "action": "wait" }),
        ] {
            let mut pool = Pool::new(settings(), source);
            for _ in 0..3 {
                pool.sign_in();
                pool.now += 16;
            }
            let mut held = pool.sign_in();
            let bad = wrong(&pool.code());
            for _ in 0..5 {
                assert!(matches!(
                    pool.answer(&mut held, &bad, &action),
                    Told::Challenge(_)
                ));
                assert_eq!((held.told("result"), held.told("attemptsLeft")), ("held", "3"));
            }
            pool.now += 12;
            assert!(matches!(
                pool.answer(&mut held, &bad, &action),
                Told::Challenge(_)
            ));
            assert_eq!((held.told("result"), held.told("attemptsLeft")), ("sent", "3"));
            let left: i64 = held.told("expiresIn").parse().unwrap();
            assert!(
                (286..=300).contains(&left),
                "its life begins when its mail leaves"
            );
            let code = pool.code();
            assert_eq!(pool.type_code(&mut held, &code), Told::Tokens);
        }
    }
}

#[test]
fn r5_ten_an_hour_and_past_that_one_every_quarter_of_an_hour() {
    for source in KEPT {
        let mut pool = Pool::new(settings(), source);
        for _ in 0..10 {
            assert_eq!(pool.sign_in().told("result"), "sent");
            pool.now += 60;
        }
        let held = pool.sign_in();
        assert_eq!((held.told("result"), held.told("resendIn")), ("held", "840"));
        pool.now += 840;
        assert_eq!(pool.sign_in().told("result"), "sent");
        assert_eq!(
            pool.sign_in_with(&json!({ "locale": "de" })).told("resendIn"),
            "900"
        );
    }
}

#[test]
fn r5_twenty_a_day_and_past_that_one_every_quarter_of_an_hour() {
    let mut pool = Pool::new(settings(), Source::Table);
    for _ in 0..20 {
        assert_eq!(pool.sign_in().told("result"), "sent");
        pool.now += 800;
    }
    let held = pool.sign_in();
    assert_eq!((held.told("result"), held.told("resendIn")), ("held", "100"));
    for _ in 0..50 {
        pool.now += 900;
        assert_eq!(pool.sign_in().told("result"), "sent", "a thief shuts nobody out");
    }
}

#[test]
fn r5_a_right_code_gives_the_places_of_its_sign_in_back() {
    for source in KEPT {
        let mut pool = Pool::new(settings(), source);
        for _ in 0..100 {
            let mut sign_in = pool.sign_in();
            assert_eq!(sign_in.told("result"), "sent", "{source:?}");
            pool.now += 30;
            pool.act(&mut sign_in, "resend");
            assert_eq!(sign_in.told("result"), "resent");
            let code = pool.code();
            assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
            pool.now += 1;
        }
    }
}

/// What the owner gets back is hers: a thief's mails stay counted.
#[test]
fn r5_a_right_code_gives_back_no_other_sign_ins_places() {
    let mut pool = Pool::new(settings(), Source::Exact);
    for _ in 0..2 {
        pool.sign_in();
        pool.now += 16;
    }
    pool.sign_in_to_the_end();
    pool.now += 1;
    assert_eq!(pool.sign_in().told("result"), "sent");
    pool.now += 16;
    assert_eq!(pool.sign_in().told("result"), "held");
}

#[test]
fn r5_resends_take_places_too_even_where_nothing_is_kept() {
    for settings in [settings(), session_only()] {
        let mut pool = Pool::new(settings, Source::Fresh);
        let mut sign_in = pool.sign_in();
        let mut told = Vec::new();
        for _ in 0..5 {
            pool.now += 30;
            pool.act(&mut sign_in, "resend");
            told.push((
                sign_in.told("result").to_owned(),
                sign_in.told("resendIn").to_owned(),
            ));
        }
        let told: Vec<_> = told
            .iter()
            .map(|(result, wait)| (result.as_str(), wait.as_str()))
            .collect();
        let again = ("resent", "30");
        assert_eq!(told, [again, again, again, ("resent", "60"), ("too_soon", "30")]);
        pool.now += 10;
        pool.act(&mut sign_in, "wait");
        assert_eq!(
            (sign_in.told("result"), sign_in.told("resendIn")),
            ("too_soon", "20")
        );
        pool.now += 20;
        pool.act(&mut sign_in, "wait");
        assert_eq!(
            (sign_in.told("result"), sign_in.told("resendIn")),
            ("resent", "0")
        );
    }
}

#[test]
fn r5_the_numbers_are_settings() {
    let mails = MailRules {
        at_once: 1,
        refill_s: 120,
        per_hour: 2,
        per_day: 2,
        beyond_limit_s: 600,
    };
    let mut pool = Pool::new(Settings { mails, ..settings() }, Source::Table);
    assert_eq!(pool.sign_in().told("resendIn"), "120");
    pool.now += 120;
    assert_eq!(pool.sign_in().told("resendIn"), "600");
}

#[test]
fn r5_three_held_sign_ins_in_an_hour_tell_the_owner_once_an_hour() {
    for source in KEPT {
        let mut pool = Pool::new(settings(), source);
        let hold = |pool: &mut Pool| {
            while pool.sign_in().told("result") != "held" {
                pool.now += 16;
            }
            pool.now += 16;
        };
        (0..2).for_each(|_| hold(&mut pool));
        assert!(pool.notices.is_empty());
        hold(&mut pool);
        assert_eq!(pool.notices.len(), 1, "{source:?}");
        let notice = &pool.notices[0];
        assert_eq!(
            (notice.to.as_str(), notice.subject.as_str()),
            ("mara@example.org", "Someone may know your Poolhouse password")
        );
        assert!(
            notice
                .text
                .contains("If this was not you, change your password now.")
        );
        (0..5).for_each(|_| hold(&mut pool));
        assert_eq!(pool.notices.len(), 1);
        pool.now += 3_600;
        (0..3).for_each(|_| hold(&mut pool));
        assert_eq!(pool.notices.len(), 2);
    }
}

/// The ledger keeps minutes, so the hour begins with the minute of the first.
#[test]
fn r5_three_held_sign_ins_an_hour_apart_are_not_three_in_an_hour() {
    for (apart, notices) in [(3_599, 1), (3_600, 0)] {
        for source in KEPT {
            let mut pool = Pool::new(settings(), source);
            let hold = |pool: &mut Pool| {
                while pool.sign_in().told("result") != "held" {
                    pool.now += 16;
                }
                pool.now
            };
            let first = hold(&mut pool);
            pool.now += 600;
            hold(&mut pool);
            // The fourth after three mails is held.
            let third = first / 60 * 60 + apart;
            pool.now = third - 48;
            assert_eq!(hold(&mut pool), third, "{source:?}");
            assert_eq!(pool.notices.len(), notices, "{source:?}, {apart} s");
        }
    }
}

#[test]
fn r5_one_event_delivered_three_times_is_one_held_sign_in() {
    let mut pool = Pool::new(settings(), Source::Table);
    for _ in 0..3 {
        pool.sign_in();
        pool.now += 16;
    }
    for _ in 0..5 {
        assert_eq!(pool.sign_in().told("result"), "held");
    }
    assert!(pool.notices.is_empty());
}

#[test]
fn r5_three_wrong_codes_tell_the_owner_from_verify_or_from_the_next_create() {
    for (from_verify, source) in [
        (true, Source::Fresh),
        (false, Source::Fresh),
        (false, Source::Table),
    ] {
        let settings = Settings {
            notices_from_verify: from_verify,
            ..settings()
        };
        let mut pool = Pool::new(settings, source);
        let mut sign_in = pool.sign_in();
        let bad = wrong(&pool.code());
        pool.type_code(&mut sign_in, &bad);
        pool.type_code(&mut sign_in, &bad);
        assert_eq!(pool.notices.len(), 0);
        assert_eq!(pool.type_code(&mut sign_in, &bad), Told::Failed);
        assert_eq!(pool.notices.len(), usize::from(from_verify));
        pool.now += 60;
        pool.sign_in();
        assert_eq!(pool.notices.len(), 1, "not twice");
    }
}

#[test]
fn r4_a_later_mail_that_is_not_sent_leaves_the_code_as_it_was() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let mut sign_in = pool.sign_in();
        let code = pool.code();
        for (why, mail) in [(NotSent::Failed, "failed"), (NotSent::Refused, "refused")] {
            pool.now += 100;
            pool.not_sent = Some(why);
            pool.act(&mut sign_in, "resend");
            assert_eq!((sign_in.told("result"), sign_in.told("mail")), ("not_sent", mail));
            pool.act(&mut sign_in, "wait");
            assert_eq!((sign_in.told("result"), sign_in.told("mail")), ("not_sent", mail));
        }
        // With under a minute left a new code was due: it would have replaced this one had its mail left.
        pool.now += 60;
        pool.not_sent = Some(NotSent::Failed);
        pool.act(&mut sign_in, "resend");
        assert_eq!(sign_in.told("result"), "not_sent");
        assert_eq!(pool.mails.len(), 1);
        assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens, "{source:?}");
    }
}

#[test]
fn r4_the_first_mail_that_nobody_takes_fails_the_call_and_a_suppressed_address_does_not() {
    let pair = session(&PASSWORD_PAIR);
    let mut pool = Pool::new(settings(), Source::Table);
    pool.not_sent = Some(NotSent::Failed);
    assert_eq!(
        pool.create(&pair, &Value::Null).unwrap_err(),
        Refusal::MailNotSent
    );
    assert_eq!(pool.ledger, None);
    pool.not_sent = Some(NotSent::Refused);
    let created = pool.create(&pair, &Value::Null).unwrap();
    assert_eq!(created.result, LastResult::Held, "no mail of this code has left");
    let public = &created.response["publicChallengeParameters"];
    assert_eq!(
        (&public["mail"], &public["resendIn"]),
        (&json!("refused"), &json!("30"))
    );
}

#[test]
fn c6_no_code_outlives_the_session_that_waits_for_it() {
    for (minutes, ttl, expected) in [(3, 300, "180"), (5, 300, "300"), (15, 600, "600"), (15, 60, "60")] {
        let settings = Settings {
            session_minutes: minutes,
            code_ttl_s: ttl,
            ..settings()
        };
        let mut pool = Pool::new(settings, Source::Table);
        assert_eq!(pool.sign_in().told("expiresIn"), expected);
    }
    assert_eq!(
        Settings::with_keys(None).code_life_s(),
        180,
        "three minutes if nothing is said"
    );
}

/// A code made under longer settings is not promised for longer than the session of today.
#[test]
fn c6_in_every_round() {
    let mut pool = Pool::new(settings(), Source::Table);
    let mut sign_in = pool.sign_in();
    pool.settings.session_minutes = 3;
    pool.act(&mut sign_in, "wait");
    assert_eq!(sign_in.told("expiresIn"), "180");
}

#[test]
fn d5_a_sign_in_ends_30_minutes_after_its_first_challenge_however_often_it_is_renewed() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let mut sign_in = pool.sign_in();
        for _ in 0..5 {
            pool.now += 290;
            pool.act(&mut sign_in, "resend");
            let left: i64 = sign_in.told("expiresIn").parse().unwrap();
            assert!(pool.now + left <= crate::kit::START + 1_800);
        }
        pool.now = crate::kit::START + 1_799;
        assert!(matches!(pool.act(&mut sign_in, "wait"), Told::Challenge(_)));
        pool.now += 1;
        sign_in.close(false);
        let wait = json!({ "action": "wait" });
        assert_eq!(
            pool.define(&sign_in.session, &wait),
            Decision::Fail(WhyFailed::Ended)
        );
        assert_eq!(pool.create(&sign_in.session, &wait).unwrap_err(), Refusal::Ended);
    }
}

#[test]
fn d5_a_resend_without_time_for_a_whole_code_ends_the_sign_in() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let mut sign_in = pool.sign_in();
        pool.now += 1_501;
        assert!(matches!(pool.act(&mut sign_in, "wait"), Told::Challenge(_)));
        assert_eq!(sign_in.told("result"), "expired");
        assert_eq!(pool.act(&mut sign_in, "resend"), Told::Failed);
    }
}

#[test]
fn r1_mails_of_one_event_take_places_and_their_code_is_one() {
    let mut pool = Pool::new(settings(), Source::Table);
    (0..5).for_each(|_| drop(pool.sign_in()));
    assert_eq!(pool.mails.len(), 3, "two repeated mails an event");
    assert!(pool.mails.iter().all(|mail| code_of(mail) == pool.code()));
}
