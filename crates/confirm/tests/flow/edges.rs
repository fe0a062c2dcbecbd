//! What stands at the edge of a rule: the last second, an empty name, the second of two.

use poolhouse_confirm::{
    Admitted, Decision, Facts, LedgerSource, Locale, Logo, NotSent, OtpKey, Refusal, Settings, Warning,
    WhyFailed, define, forget_devices, is_new_password, pre_token_generation_behind_code, standing,
};
use serde_json::{Value, json};

use crate::kit::{
    PASSWORD_PAIR, PERSON, Pool, SOURCES, Source, Told, event, session, session_only, settings, wrong,
};

fn mistype(pool: &mut Pool, count: usize) {
    for _ in 0..count {
        pool.verify(&Value::Null, &json!("no code"), &Value::Null);
    }
}

#[test]
fn an_action_without_a_name_is_none_and_the_answer_beside_it_counts() {
    for action in [Value::Null, json!("")] {
        let mut pool = Pool::new(settings(), Source::Table);
        let mut sign_in = pool.sign_in();
        let code = pool.code();
        let metadata = json!({ "action": action });
        assert_eq!(
            pool.answer(&mut sign_in, &code, &metadata),
            Told::Tokens,
            "{action}"
        );
    }
}

#[test]
fn a_response_keeps_what_is_in_it_and_one_that_is_no_object_is_replaced() {
    let facts = Facts::new(0, &[7; 32]);
    let request = json!({ "session": session(&PASSWORD_PAIR[..1]) });
    let mut asked = event("DefineAuthChallenge", request);
    for (response, kept) in [
        (json!({ "theirs": 1 }), json!(1)),
        (json!(null), Value::Null),
        (json!("text"), Value::Null),
    ] {
        asked["response"] = response;
        let defined = define(&settings(), &asked, &facts).unwrap().response;
        assert_eq!(defined["challengeName"], "PASSWORD_VERIFIER");
        assert_eq!(defined["theirs"], kept);
    }
}

#[test]
fn a_function_without_a_key_says_so_once_at_every_step() {
    let mut pool = Pool::new(session_only(), Source::FromEvent);
    for step in [&PASSWORD_PAIR[..1], &PASSWORD_PAIR] {
        pool.warnings.clear();
        pool.define(&session(step), &Value::Null);
        assert_eq!(pool.warnings, [Warning::SessionOnly], "{step:?}");
    }
}

#[test]
fn fewer_attempts_hold_for_the_sign_ins_under_way_too() {
    let mut pool = Pool::new(settings(), Source::Table);
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    for _ in 0..2 {
        let told = pool.type_code(&mut sign_in, &wrong(&code));
        assert!(matches!(told, Told::Challenge(_)));
    }
    pool.settings.max_attempts = 2;
    // Even if somebody said that it was right.
    sign_in.close(true);
    assert_eq!(
        pool.define(&sign_in.session, &Value::Null),
        Decision::Fail(WhyFailed::AttemptsSpent)
    );
}

#[test]
fn an_operator_hears_of_every_sign_in_that_meets_a_lock_or_a_closed_factor() {
    for (wrong_codes, warning) in [(10, Warning::Locked), (100, Warning::Closed)] {
        let mut pool = Pool::new(settings(), Source::Table);
        mistype(&mut pool, wrong_codes);
        let created = pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
        assert_eq!(created.warnings, [warning], "{wrong_codes}");
    }
}

#[test]
fn an_honest_sign_in_warns_of_nothing() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        for _ in 0..2 {
            let mut sign_in = pool.sign_in();
            let code = pool.code();
            pool.now += 20;
            assert!(matches!(
                pool.type_code(&mut sign_in, &wrong(&code)),
                Told::Challenge(_)
            ));
            assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
            pool.now += 100;
        }
        assert_eq!(pool.warnings, [], "{source:?}");
    }
}

#[test]
fn wrong_codes_of_a_quarter_of_an_hour_ago_lock_nobody() {
    let mut pool = Pool::new(settings(), Source::Table);
    for _ in 0..4 {
        mistype(&mut pool, 9);
        pool.now += 16 * 60;
    }
    assert!(!pool.warnings.contains(&Warning::Locked));
    assert_eq!(pool.sign_in().told("result"), "sent");
}

#[test]
fn a_day_later_all_mails_of_a_day_may_leave_again() {
    let mut pool = Pool::new(settings(), Source::Table);
    for _day in 0..3 {
        for n in 0..20 {
            assert_eq!(pool.sign_in().told("result"), "sent", "mail {n}");
            pool.now += 600;
        }
        assert_eq!(pool.sign_in().told("result"), "held");
        pool.now += 86_400;
    }
}

#[test]
fn a_limit_of_an_hour_holds_within_a_sign_in_even_where_nothing_is_kept() {
    let mut pool = Pool::new(session_only(), Source::Fresh);
    (pool.settings.mails.at_once, pool.settings.mails.per_hour) = (10, 4);
    let mut sign_in = pool.sign_in();
    for _ in 0..3 {
        pool.now += 30;
        pool.act(&mut sign_in, "resend");
        assert_eq!(sign_in.told("result"), "resent");
    }
    pool.now += 30;
    pool.act(&mut sign_in, "resend");
    assert_eq!(sign_in.told("result"), "too_soon");
    assert_eq!(pool.mails.len(), 4);
}

#[test]
fn mails_that_nobody_took_cost_no_place() {
    let mut pool = Pool::new(settings(), Source::Table);
    let mut sign_in = pool.sign_in();
    pool.not_sent = Some(NotSent::Failed);
    for _ in 0..5 {
        pool.now += 30;
        pool.act(&mut sign_in, "resend");
        assert_eq!(sign_in.told("result"), "not_sent");
    }
    pool.not_sent = None;
    pool.act(&mut sign_in, "resend");
    assert_eq!(sign_in.told("result"), "resent");
}

/// With less than a minute left, a resend mails a new code.
#[test]
fn a_code_that_lives_for_a_minute_is_mailed_again_and_one_that_lives_shorter_is_replaced() {
    for (left, result) in [(60, "resent"), (59, "sent")] {
        let mut pool = Pool::new(settings(), Source::Table);
        let mut sign_in = pool.sign_in();
        let life: i64 = sign_in.told("expiresIn").parse().unwrap();
        pool.now += life - left;
        pool.act(&mut sign_in, "resend");
        assert_eq!(sign_in.told("result"), result, "{left} s");
    }
}

/// Create does not rely on Define to have ended the sign-in.
#[test]
fn create_makes_no_code_that_could_not_live_its_whole_life() {
    for (later, is_made) in [(1_500, true), (1_501, false)] {
        let mut pool = Pool::new(settings(), Source::Table);
        let mut sign_in = pool.sign_in();
        pool.now += later;
        sign_in.close(false);
        let created = pool.create(&sign_in.session, &json!({ "action": "resend" }));
        assert_eq!(created.is_ok(), is_made, "{later} s");
    }
}

fn behind_a_door() -> Settings {
    let mut settings = settings();
    settings.door.clients = vec!["3n4b5urk1ft4fl3mg5e62d9ado".to_owned()];
    settings
}

fn pass(pool: &mut Pool, event: &Value) -> Result<Admitted, Refusal> {
    let mut facts = Facts::new(pool.now, &[7; 32]);
    facts.ledger = LedgerSource::Table(pool.ledger.as_deref());
    pre_token_generation_behind_code(&pool.settings, event, &facts)
}

fn tokens(metadata: &Value) -> Value {
    let mut event = event("TokenGeneration", json!({ "clientMetadata": metadata }));
    event["triggerSource"] = json!("TokenGeneration_Authentication");
    event
}

#[test]
fn two_right_codes_within_a_minute_let_both_sign_ins_pass() {
    let mut pool = Pool::new(behind_a_door(), Source::Table);
    let echoes: Vec<Value> = (0..2)
        .map(|_| {
            pool.now += 20;
            json!({ "signIn": pool.sign_in_to_the_end().public["signIn"] })
        })
        .collect();
    for echo in echoes {
        let admitted = pass(&mut pool, &tokens(&echo)).unwrap();
        pool.ledger = admitted.ledger;
    }
}

#[test]
fn without_a_door_tokens_pass_even_if_the_event_names_no_client() {
    let mut pool = Pool::new(settings(), Source::Table);
    let mut event = tokens(&Value::Null);
    event["callerContext"].as_object_mut().unwrap().remove("clientId");
    assert!(pass(&mut pool, &event).is_ok());
    pool.settings = behind_a_door();
    let refused = pass(&mut pool, &event).unwrap_err();
    assert_eq!(refused, Refusal::Malformed("the event names no app client"));
}

#[test]
fn who_forgets_the_browsers_keeps_what_was_counted() {
    let mut pool = Pool::new(settings(), Source::Table);
    pool.sign_in_to_the_end();
    mistype(&mut pool, 3);
    let before = pool.ledger.clone().unwrap();
    let after = forget_devices(&pool.settings, &PERSON, &before, pool.now).unwrap();
    let standing = |text: &str| standing(&pool.settings, &PERSON, text, pool.now).unwrap();
    assert_eq!((standing(&before).row, standing(&before).devices), (3, (1, 0)));
    assert_eq!((standing(&after).row, standing(&after).devices), (3, (0, 0)));
    assert_eq!(
        forget_devices(&pool.settings, &PERSON, "no ledger", pool.now),
        None
    );
}

#[test]
fn a_key_has_sixteen_different_bytes_at_least() {
    let of = |values: u8| (0..32).map(|at| at % values).collect::<Vec<u8>>();
    assert!(OtpKey::from_bytes(&of(16)).is_ok());
    assert!(OtpKey::from_bytes(&of(15)).is_err());
}

#[test]
fn texts_may_be_as_long_as_their_settings_say_and_no_longer() {
    let check = |change: &dyn Fn(&mut Settings)| {
        let mut settings = settings();
        change(&mut settings);
        settings.check().is_ok()
    };
    for (length, fits) in [(0, false), (1, true), (20, true), (21, false)] {
        let name = format!("custom:{}", "a".repeat(length));
        let is_taken = check(&|settings| settings.attribute.clone_from(&name));
        assert_eq!(is_taken, fits, "an attribute of {length}");
    }
    for (length, fits) in [(0, false), (1, true), (55, true), (56, false)] {
        let is_taken = check(&|settings| settings.user_pool_id = Some("a".repeat(length)));
        assert_eq!(is_taken, fits, "a pool's id of {length}");
    }
    for (length, fits) in [(0, false), (1, true), (64, true), (65, false)] {
        let is_taken = check(&|settings| settings.app_name = "a".repeat(length));
        assert_eq!(is_taken, fits, "an app's name of {length}");
    }
}

#[test]
fn a_lock_says_what_opens_it_where_waiting_takes_long() {
    let mut pool = Pool::new(settings(), Source::Table);
    mistype(&mut pool, 10);
    assert!(
        pool.sign_in().public.get("opens").is_none(),
        "half a minute is short"
    );
    assert!(
        Pool::new(settings(), Source::Table)
            .sign_in()
            .public
            .get("opens")
            .is_none()
    );
}

#[test]
fn only_a_forgotten_password_that_was_replaced_is_a_new_one() {
    let confirmation = |source: &str| json!({ "triggerSource": format!("PostConfirmation_{source}") });
    assert!(is_new_password(&confirmation("ConfirmForgotPassword")));
    assert!(!is_new_password(&confirmation("ConfirmSignUp")));
    assert!(!is_new_password(&json!({})));
}

#[test]
fn the_look_of_a_mail_takes_what_fits_a_mail() {
    let check = |change: &dyn Fn(&mut Settings)| {
        let mut settings = settings();
        change(&mut settings);
        settings.check().is_ok()
    };
    for (colour, fits) in [
        ("#0a7d5c", true),
        ("#0a7d5", false),
        ("0a7d5cc", false),
        ("#0a7d5g", false),
    ] {
        let is_taken = check(&|settings| settings.look.colour = Some(colour.to_owned()));
        assert_eq!(is_taken, fits, "{colour}");
    }
    for (length, fits) in [(8, false), (9, true), (500, true), (501, false)] {
        let url = format!("https://{}", "a".repeat(length - 8));
        let is_taken = check(&|settings| settings.look.sign_in_url = Some(url.clone()));
        assert_eq!(is_taken, fits, "a URL of {length}");
    }
}

#[test]
fn a_picture_is_a_png_a_jpeg_or_a_gif_of_32_kibibytes_at_most() {
    let starts: [(&[u8], bool); 4] = [
        (b"\x89PNG", true),
        (b"\xff\xd8\xff", true),
        (b"GIF89a", true),
        (b"<svg", false),
    ];
    for (start, is_one) in starts {
        for (length, fits) in [(32 * 1024, true), (32 * 1024 + 1, false)] {
            let mut file = start.to_vec();
            file.resize(length, 0);
            assert_eq!(Logo::parse(file).is_ok(), is_one && fits, "{start:?}, {length}");
        }
    }
}

#[test]
fn chinese_is_written_as_in_the_region_that_the_tag_names() {
    let find = |tag: &str| Locale::find(tag).unwrap();
    let (simplified, traditional) = (find("zh-CN"), find("zh-TW"));
    assert_ne!(simplified, traditional);
    for (tag, expected) in [
        ("zh-HK", traditional),
        ("zh-Hant", traditional),
        ("zh-SG", simplified),
        ("zh", simplified),
    ] {
        assert_eq!(find(tag), expected, "{tag}");
    }
}
