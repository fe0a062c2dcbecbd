//! R2 to R6: what Create mails, and what it tells the form.

use poolhouse_confirm::{Facts, Refusal, Settings, Warning, create};
use serde_json::{Value, json};

use crate::kit::{
    PASSWORD_PAIR, Pool, SOURCES, Source, Told, code_of, event, session, session_only, settings, wrong,
};

#[test]
fn r2_a_wrong_answer_mails_nothing_and_keeps_code_and_expiry() {
    for source in SOURCES {
        let mut pool = Pool::new(settings(), source);
        let mut sign_in = pool.sign_in();
        let (code, left) = (pool.code(), sign_in.told("expiresIn").to_owned());
        pool.now += 40;
        pool.type_code(&mut sign_in, &wrong(&code));
        assert_eq!(pool.mails.len(), 1);
        assert_eq!(sign_in.told("result"), "wrong");
        assert_eq!(
            sign_in.told("expiresIn").parse::<i64>().unwrap(),
            left.parse::<i64>().unwrap() - 40
        );
        assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
    }
}

#[test]
fn r2_resend_mails_the_same_code_with_the_same_expiry_after_its_cooldown() {
    for settings in [settings(), session_only()] {
        for source in SOURCES {
            let mut pool = Pool::new(settings.clone(), source);
            let mut sign_in = pool.sign_in();
            pool.now += 29;
            pool.act(&mut sign_in, "resend");
            assert_eq!(
                (sign_in.told("result"), sign_in.told("resendIn")),
                ("too_soon", "1")
            );
            assert_eq!(pool.mails.len(), 1);
            pool.now += 1;
            pool.act(&mut sign_in, "resend");
            assert_eq!(
                (sign_in.told("result"), sign_in.told("resendIn")),
                ("resent", "30")
            );
            assert_eq!(sign_in.told("attemptsLeft"), "3");
            assert_eq!(pool.mails.len(), 2);
            assert_eq!(code_of(&pool.mails[0]), code_of(&pool.mails[1]));
            assert_eq!(pool.mails[0].expires_at, pool.mails[1].expires_at);
            assert_ne!(
                pool.mails[0].dedup_id, pool.mails[1].dedup_id,
                "a relay must not drop the second mail"
            );
            let code = pool.code();
            assert_eq!(pool.type_code(&mut sign_in, &code), Told::Tokens);
        }
    }
}

#[test]
fn r2_resend_after_the_end_of_a_code_mails_a_new_one_without_new_attempts() {
    for settings in [settings(), session_only()] {
        let mut pool = Pool::new(settings, Source::Fresh);
        let mut sign_in = pool.sign_in();
        let first = pool.code();
        pool.type_code(&mut sign_in, &wrong(&first));
        pool.now += 300;
        pool.type_code(&mut sign_in, &first);
        assert_eq!(
            (sign_in.told("result"), sign_in.told("expiresIn")),
            ("expired", "0")
        );
        pool.act(&mut sign_in, "resend");
        assert_eq!(
            (sign_in.told("result"), sign_in.told("attemptsLeft")),
            ("sent", "2"),
            "an answer after the end of a code is no attempt"
        );
        let second = pool.code();
        assert_ne!(first, second);
        assert_eq!(pool.type_code(&mut sign_in, &second), Told::Tokens);
    }
}

#[test]
fn r2_wait_renews_the_session_without_mail_and_says_what_was_said_before() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    let code = pool.code();
    pool.now += 60;
    pool.act(&mut sign_in, "wait");
    assert_eq!(sign_in.told("result"), "sent");
    pool.type_code(&mut sign_in, &wrong(&code));
    pool.act(&mut sign_in, "wait");
    assert_eq!(
        (sign_in.told("result"), sign_in.told("attemptsLeft")),
        ("wrong", "2")
    );
    pool.now += 300;
    pool.act(&mut sign_in, "wait");
    assert_eq!(sign_in.told("result"), "expired");
    assert_eq!(pool.mails.len(), 1);
}

#[test]
fn r3_the_public_parameters_are_these_and_all_of_them_text() {
    let mut pool = Pool::new(settings(), Source::Exact);
    let sign_in = pool.sign_in();
    let (name, token) = (sign_in.told("signIn"), sign_in.told("deviceToken"));
    assert!(name.len() == 16 && token.starts_with("d1."));
    assert_eq!(
        sign_in.public,
        json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL",
            "CODE_DELIVERY_DESTINATION": "m***@e***",
            "codeLength": "6",
            "codeAlphabet": "digits",
            "expiresIn": "300",
            "resendIn": "30",
            "attemptsLeft": "3",
            "mail": "ok",
            "result": "sent",
            "signIn": name,
            "deviceToken": token,
        })
    );
    let name = name.to_owned();
    let mut sign_in = sign_in;
    pool.type_code(&mut sign_in, "no code");
    assert_eq!(sign_in.told("signIn"), name, "later rounds inherit it");
    let public = Pool::new(session_only(), Source::Exact).sign_in().public;
    assert_eq!(public.get("deviceToken"), None, "nothing could sign it");
}

#[test]
fn r4_what_the_client_reads_when_a_mail_could_not_be_sent() {
    assert_eq!(
        Refusal::MailNotSent.to_string(),
        "The confirm code could not be sent. Please try again"
    );
    assert_eq!(
        Refusal::NoAddress.to_string(),
        "No confirm code can be sent to this account. Please contact support"
    );
    assert_eq!(Refusal::OtherPool.to_string(), "Sign-in is not available");
}

#[test]
fn r6_an_address_that_is_not_verified_is_refused_unless_a_setting_allows_it() {
    let unverified: [fn(&mut Value); 4] = [
        |event| event["request"]["userAttributes"]["email_verified"] = json!("false"),
        |event| event["request"]["userAttributes"]["email_verified"] = json!(true),
        |event| event["request"]["userAttributes"]["email_verified"] = json!("True"),
        |event| {
            event["request"]["userAttributes"]
                .as_object_mut()
                .unwrap()
                .remove("email_verified");
        },
    ];
    for alter in unverified {
        let pair = session(&PASSWORD_PAIR);
        let mut pool = Pool::new(settings(), Source::Fresh).altered(alter);
        assert_eq!(
            pool.create(&pair, &Value::Null).unwrap_err(),
            Refusal::UnverifiedAddress
        );
        assert!(pool.mails.is_empty());
        let settings = Settings {
            allow_unverified_email: true,
            ..settings()
        };
        let mut pool = Pool::new(settings, Source::Fresh).altered(alter);
        pool.create(&pair, &Value::Null).unwrap();
        assert_eq!(
            (pool.mails.len(), pool.warnings.as_slice()),
            (1, &[Warning::UnverifiedAddress][..])
        );
    }
}

#[test]
fn r6_an_address_that_could_be_two_or_a_header_is_refused() {
    for address in [
        "",
        "mara",
        "@example.org",
        "mara@",
        "a@b@c",
        "mara@example.org\r\nBcc: x@y.example",
        "a@b,c@d",
        "a b@c",
        "Mara <mara@example.org>",
        "mara@example.org\u{2028}",
        "a@b;c",
        "\"a\"@b",
    ] {
        let mut event = event(
            "CreateAuthChallenge",
            json!({ "challengeName": "CUSTOM_CHALLENGE", "session": session(&PASSWORD_PAIR) }),
        );
        event["request"]["userAttributes"]["email"] = json!(address);
        let refused = create(&settings(), &event, &Facts::new(1_000, &[7; 32]));
        assert_eq!(refused.unwrap_err(), Refusal::NoAddress, "{address}");
    }
}

#[test]
fn no_challenge_follows_a_list_that_define_would_not_let_pass() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    sign_in.close(true);
    assert_eq!(
        pool.create(&sign_in.session, &Value::Null).unwrap_err(),
        Refusal::NotThisFlow
    );
    let lists: [&[(&str, bool)]; 4] = [
        &[],
        &[("SRP_A", true)],
        &[("CUSTOM_CHALLENGE", false)],
        &[("SRP_A", true), ("PASSWORD_VERIFIER", false)],
    ];
    for list in lists {
        assert_eq!(
            pool.create(&session(list), &Value::Null).unwrap_err(),
            Refusal::NotThisFlow,
            "{list:?}"
        );
    }
    assert_eq!(pool.mails.len(), 1);
}

#[test]
fn no_fourth_challenge_follows_three_wrong_answers() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    let bad = wrong(&pool.code());
    pool.type_code(&mut sign_in, &bad);
    pool.type_code(&mut sign_in, &bad);
    sign_in.close(false);
    assert_eq!(
        pool.create(&sign_in.session, &Value::Null).unwrap_err(),
        Refusal::NotThisFlow
    );
}

#[test]
fn the_language_is_the_clients_else_the_users_else_the_default() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    let pair = session(&PASSWORD_PAIR);
    pool.create(&pair, &json!({ "locale": "de-AT" })).unwrap();
    pool.alter = |event| event["request"]["userAttributes"]["locale"] = json!("pt_BR");
    pool.now += 60;
    pool.create(&pair, &json!({ "locale": "tlh" })).unwrap();
    pool.alter = |_| {};
    pool.now += 60;
    pool.create(&pair, &json!({ "locale": 7 })).unwrap();
    let tags: Vec<_> = pool.mails.iter().map(|mail| mail.locale.tag()).collect();
    assert_eq!(tags, ["de", "pt-BR", "en"]);
}
