//! C1 to C5: what a code is, and when an answer is right.

use poolhouse_confirm::{Alphabet, CodeFormat, Keys, Outcome, Settings, Warning};
use serde_json::{Value, json};

use crate::kit::{
    PASSWORD_PAIR, Pool, Source, Told, code_of, key, session, session_only, settings, with_keys, wrong,
};

fn formatted(length: u8, alphabet: Alphabet) -> Settings {
    Settings {
        code: CodeFormat { length, alphabet },
        ..settings()
    }
}

#[test]
fn c1_codes_have_the_length_and_the_characters_of_the_settings() {
    for length in 6..=12 {
        for (alphabet, characters) in [
            (Alphabet::Digits, "0123456789"),
            (Alphabet::Letters, "BCDFGHJKMNPQRSTVWXZ"),
        ] {
            let mut pool = Pool::new(formatted(length, alphabet), Source::Fresh);
            let mut sign_in = pool.sign_in();
            let code = pool.code();
            assert_eq!(code.len(), usize::from(length));
            assert!(code.chars().all(|c| characters.contains(c)), "{code}");
            assert_eq!(sign_in.told("codeLength"), length.to_string());
            assert_eq!(sign_in.told("codeAlphabet"), alphabet.as_str());
            assert_eq!(pool.type_code(&mut sign_in, &code.to_lowercase()), Told::Tokens);
        }
    }
}

/// Chi-square with nine degrees of freedom for every place: 27.9 is exceeded by chance once in a thousand tries, and the
/// tries are always the same here.
#[test]
fn c1_every_digit_is_as_likely_as_any_other_at_every_place() {
    let mut counts = [[0_u32; 10]; 6];
    let mut pool = Pool::new(settings(), Source::Fresh);
    const CODES: u32 = 20_000;
    for _ in 0..CODES {
        pool.ledger = None;
        pool.now += 15;
        pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
        for (place, digit) in pool.code().chars().enumerate() {
            counts[place][digit.to_digit(10).unwrap() as usize] += 1;
        }
        pool.mails.clear();
    }
    for (place, counts) in counts.iter().enumerate() {
        let expected = f64::from(CODES) / 10.0;
        let chi_square: f64 = counts
            .iter()
            .map(|count| (f64::from(*count) - expected).powi(2) / expected)
            .sum();
        assert!(chi_square < 27.9, "place {place}: {chi_square} {counts:?}");
    }
}

#[test]
fn c2_the_code_is_in_the_mail_and_nowhere_else() {
    for settings in [settings(), session_only(), formatted(12, Alphabet::Letters)] {
        let mut pool = Pool::new(settings, Source::Fresh);
        let created = pool.create(&session(&PASSWORD_PAIR), &Value::Null).unwrap();
        let code = pool.code();
        let debug = format!("{created:?} {:?} {:?}", pool.mails, pool.settings);
        assert!(
            !debug.contains("mara@example.org") && !debug.contains("r1."),
            "{debug}"
        );
        for text in [
            created.response.to_string(),
            debug,
            created.ledger.unwrap_or_default(),
            pool.mails[0].subject.clone(),
        ] {
            assert!(!text.contains(&code), "{text}");
        }
        assert_eq!(pool.mails[0].text.matches(&code).count(), 1);
        assert_eq!(pool.mails[0].html.matches(&code).count(), 1);
    }
}

/// The million codes of six digits, hashed bare, would be told apart by anyone. What leaves the functions is the same
/// for every guess: nothing in it can be computed without the key.
#[test]
fn c2_nothing_that_leaves_depends_on_the_code_alone() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut other = Pool::new(
        with_keys(Some(Keys {
            current: key(2),
            previous: None,
        })),
        Source::Fresh,
    );
    let (first, second) = (pool.sign_in(), other.sign_in());
    assert_ne!(pool.code(), other.code());
    let payload = |sign_in: &crate::kit::SignIn| {
        sign_in.private["challenge"]
            .as_str()
            .unwrap()
            .split('.')
            .nth(2)
            .unwrap()
            .to_owned()
    };
    assert_eq!(payload(&first).len(), payload(&second).len());
    let public = |sign_in: &crate::kit::SignIn| {
        let mut public = sign_in.public.clone();
        for name in ["signIn", "deviceToken"] {
            public[name].take();
        }
        public
    };
    assert_eq!(public(&first), public(&second));
}

#[test]
fn c3_a_code_of_another_pool_client_user_or_sign_in_fails_and_counts() {
    let alterations: [fn(&mut Value); 4] = [
        |event| event["userPoolId"] = json!("eu-central-1_Other0000"),
        |event| event["callerContext"]["clientId"] = json!("another-client"),
        |event| event["userName"] = json!("another-user"),
        |event| event["request"]["userAttributes"]["sub"] = json!("another-sub"),
    ];
    for alter in alterations {
        let mut mine = Pool::new(settings(), Source::Fresh);
        let mut theirs = Pool::new(settings(), Source::Fresh).altered(alter);
        let mut sign_in = mine.sign_in();
        let other = theirs.sign_in();
        assert_ne!(mine.code(), theirs.code());
        let (code, their_code) = (mine.code(), theirs.code());
        // Their code for my challenge.
        mine.type_code(&mut sign_in, &their_code);
        assert_eq!(
            (sign_in.told("result"), sign_in.told("attemptsLeft")),
            ("wrong", "2")
        );
        // Their challenge with either code, in my sign-in.
        for answer in [&code, &their_code] {
            let verified = mine.verify(&other.private, &json!(answer), &Value::Null);
            assert_eq!(verified.outcome, Outcome::NotOurs);
            assert!(
                verified.ledger.is_some(),
                "it counts as a wrong code of this user"
            );
        }
    }
    let mut pool = Pool::new(settings(), Source::Fresh);
    pool.sign_in();
    let old = pool.code();
    pool.now += 31;
    let mut sign_in = pool.sign_in();
    pool.type_code(&mut sign_in, &old);
    assert_eq!(
        (sign_in.told("result"), sign_in.told("attemptsLeft")),
        ("wrong", "2")
    );
}

#[test]
fn c3_two_sign_ins_that_the_platform_can_tell_apart_never_share_a_code() {
    use poolhouse_confirm::{Facts, LedgerSource, create};
    let request = json!({ "challengeName": "CUSTOM_CHALLENGE", "session": session(&PASSWORD_PAIR) });
    let event = crate::kit::event("CreateAuthChallenge", request);
    let code = |name| {
        let mut facts = Facts::new(1_000, &[7; 32]);
        facts.sign_in = Some(name);
        facts.ledger = LedgerSource::Exact(None);
        code_of(&create(&settings(), &event, &facts).unwrap().mail.unwrap())
    };
    assert_eq!(code("sign-in 1"), code("sign-in 1"));
    assert_ne!(code("sign-in 1"), code("sign-in 2"));
}

#[test]
fn c3_a_challenge_that_was_changed_anywhere_is_not_ours() {
    for settings in [settings(), session_only()] {
        let mut pool = Pool::new(settings, Source::Fresh);
        let sign_in = pool.sign_in();
        let code = pool.code();
        let text = sign_in.private["challenge"].as_str().unwrap();
        for at in 0..text.len() {
            let other = if text.as_bytes()[at] == b'A' { 'B' } else { 'A' };
            let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            let private = json!({ "challenge": changed });
            pool.ledger = None;
            let verified = pool.verify(&private, &json!(code), &Value::Null);
            assert_eq!(verified.outcome, Outcome::NotOurs, "{at}: {changed}");
        }
    }
}

#[test]
fn c3_challenges_of_a_function_without_the_key_are_not_ours() {
    let mut keyless = Pool::new(session_only(), Source::Fresh);
    let sign_in = keyless.sign_in();
    let code = keyless.code();
    let mut keyed = Pool::new(settings(), Source::Fresh);
    assert_eq!(
        keyed.verify(&sign_in.private, &json!(code), &Value::Null).outcome,
        Outcome::NotOurs
    );
    let sign_in = keyed.sign_in();
    let code = keyed.code();
    assert_eq!(
        keyless
            .verify(&sign_in.private, &json!(code), &Value::Null)
            .outcome,
        Outcome::NotOurs
    );
}

#[test]
fn c4_a_code_is_right_until_its_last_second_and_no_longer() {
    for settings in [settings(), session_only()] {
        let mut pool = Pool::new(settings, Source::Exact);
        let sign_in = pool.sign_in();
        let code = json!(pool.code());
        for (after, outcome) in [
            (0, Outcome::Right),
            (299, Outcome::Right),
            (300, Outcome::Expired),
        ] {
            pool.now = crate::kit::START + after;
            pool.ledger = None;
            assert_eq!(
                pool.verify(&sign_in.private, &code, &Value::Null).outcome,
                outcome,
                "after {after} s"
            );
        }
    }
}

#[test]
fn c5_what_people_type_is_the_code() {
    let mut pool = Pool::new(settings(), Source::Exact);
    let sign_in = pool.sign_in();
    let code = pool.code();
    let (head, tail) = code.split_at(3);
    let in_script = |zero: u32| -> String {
        code.chars()
            .map(|c| char::from_u32(zero + c.to_digit(10).unwrap()).unwrap())
            .collect()
    };
    let typed = [
        code.clone(),
        format!(" {head} {tail}\r\n"),
        format!("{head}-{tail}"),
        format!("{head}\u{2013}{tail}"),
        format!("{head}\u{30fc}{tail}"),
        format!("\u{200e}{head}\u{a0}{tail}\u{200b}\u{feff}"),
        in_script(0xFF10),
        in_script(0x660),
        in_script(0x6F0),
        in_script(0x966),
    ];
    for answer in typed {
        pool.ledger = None;
        let verified = pool.verify(&sign_in.private, &json!(answer), &Value::Null);
        assert_eq!(verified.outcome, Outcome::Right, "{answer:?}");
    }
}

#[test]
fn c5_anything_else_is_wrong() {
    let mut pool = Pool::new(settings(), Source::Exact);
    let sign_in = pool.sign_in();
    let code = pool.code();
    let mut answers: Vec<Value> = vec![
        json!(null),
        json!(true),
        json!([code]),
        json!({ "code": code }),
        json!(""),
        json!(" "),
        json!(wrong(&code)),
    ];
    answers.push(json!(code.parse::<u32>().unwrap()));
    answers.extend(
        [
            format!("{code}0"),
            format!("0{code}"),
            code[1..].to_owned(),
            format!("{code}a"),
        ]
        .map(Value::String),
    );
    answers.push(json!(format!("{code}{}", " ".repeat(200))));
    for answer in answers {
        pool.ledger = None;
        let verified = pool.verify(&sign_in.private, &answer, &Value::Null);
        assert_eq!(verified.outcome, Outcome::Wrong, "{answer}");
        assert_eq!(verified.response, json!({ "answerCorrect": false }));
    }
}

#[test]
fn r2_an_answer_beside_an_action_is_not_evaluated() {
    let mut pool = Pool::new(settings(), Source::Exact);
    let sign_in = pool.sign_in();
    let code = json!(pool.code());
    for action in [
        json!("resend"),
        json!("wait"),
        json!("anything"),
        json!(1),
        json!(false),
        json!([]),
        json!({}),
    ] {
        let verified = pool.verify(&sign_in.private, &code, &json!({ "action": action }));
        assert_eq!(
            (verified.outcome, verified.ledger),
            (Outcome::NotEvaluated, None),
            "{action}"
        );
        assert_eq!(verified.response["answerCorrect"], json!(false));
    }
}

#[test]
fn d2_verify_evaluates_no_answer_past_the_last_attempt() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    pool.type_code(&mut sign_in, &wrong(&code));
    pool.type_code(&mut sign_in, &wrong(&code));
    pool.settings.max_attempts = 2;
    assert_eq!(
        pool.verify(&sign_in.private, &json!(code), &Value::Null).outcome,
        Outcome::AttemptsSpent
    );
}

#[test]
fn keys_rotate_under_a_running_sign_in() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    pool.settings.keys = Some(Keys {
        current: key(2),
        previous: Some(key(1)),
    });
    pool.type_code(&mut sign_in, &wrong(&code));
    assert!(!pool.warnings.contains(&Warning::LedgerForged));
    pool.now += 30;
    pool.act(&mut sign_in, "resend");
    assert_eq!(pool.code(), code);
    assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
    // What is new is signed with the new key: the old one may go.
    pool.now += 60;
    pool.settings.keys = Some(Keys {
        current: key(2),
        previous: None,
    });
    let mut sign_in = pool.sign_in();
    assert!(!pool.warnings.contains(&Warning::LedgerForged));
    let code = pool.code();
    assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
}

#[test]
fn a_setting_that_changes_under_a_running_sign_in_does_not_change_its_code() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    pool.settings.code = CodeFormat {
        length: 8,
        alphabet: Alphabet::Letters,
    };
    pool.type_code(&mut sign_in, "wrong");
    assert_eq!(
        (sign_in.told("codeLength"), sign_in.told("codeAlphabet")),
        ("6", "digits")
    );
    assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
}
