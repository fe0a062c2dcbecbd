//! What functions of the version before have signed is still read while a new one is rolled out, and nothing of it is
//! taken for forged. The texts here were made by that version.

use poolhouse_confirm::{Decision, Outcome, Warning, standing};
use serde_json::{Value, json};

use crate::kit::{PASSWORD_PAIR, PERSON, Pool, SignIn, Source, Told, session, session_only, settings};

/// Four sign-ins with ten wrong codes, the last just now, behind one that trusted a device.
const NOW: i64 = 1_788_704_609;
const TOKEN: &str = "d1.sR_rIw.tXkTeM_iap1zFg.1Wt0eiu2EvQpyr4EAHZgtQ";
const LEDGER: &str = "v1.sR_rIw.AAAAEGqdd2FguDjeLRJqnXdhAAECAQAAAAAAAAAAAAAAAAAFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQYDAAAAAAAAAAAAAAAAAAoAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABqnXeBAAAAAAAAtXkTeM_i.X3CQ3t6UE2EZThDQGaA_WA";
const FIRST: &str = "r1.sR_rIw.AQAAAQYAap13U2qdeH9qnXdhAAAAD3hgHcn-MObvAnmrcQ.tgD6ZuU7Zvz3hlMimnFDxA";
const SECOND: &str = "r1.sR_rIw.AgEDAQYAap13U2qdeH9qnXdhAAAAD3hgHcn-MObvAnmrcQ.kQGR8LCN1u-gUFZbCFk7Dw";
const CODE: &str = "776877";

const SESSION_ONLY: &str = "r1.session.AQAAAQYAap1zDGqddDhqnXMWAAAAAJKpqqOX3ZTt3kiq1QMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD.XirPZwzvmIIytbL0BP20zQ";

/// After a right code, as the server kept it: the code is used.
const USED: &str = "v1.sR_rIw.AAAAAmqdcxZguDjeLRJqnXMWAAEAAAAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAcbUI6XCJ.uknMdbZUiL6cfLC-QpYehg";
const USED_ROUND: &str = "r1.sR_rIw.AQAAAQYAap1zFmqddEJqnXMWAAAAAXG1COlwifo3IR58HA.kvReYGR2t0a4P5s0IIVkGQ";
const USED_CODE: &str = "825605";

fn pool(source: Source) -> Pool {
    let mut pool = Pool::new(settings(), source);
    pool.now = NOW;
    pool.ledger = Some(LEDGER.to_owned());
    pool
}

#[test]
fn l2_a_ledger_of_the_version_before_keeps_its_counts_its_lock_and_its_devices() {
    for source in [Source::FromEvent, Source::Fresh, Source::Exact] {
        let mut pool = pool(source);
        pool.settings.trusted_device_days = 30;
        let stands = standing(&pool.settings, &PERSON, LEDGER, NOW).unwrap();
        assert_eq!((stands.locked_s, stands.devices), (32, (1, 1)));
        assert_eq!(
            pool.define(&session(&PASSWORD_PAIR), &json!({ "deviceToken": TOKEN })),
            Decision::Tokens
        );
        assert_eq!(pool.sign_in().told("resendIn"), "32");
        pool.now += 32;
        pool.verify(&Value::Null, &json!("no code"), &Value::Null);
        assert_eq!(
            pool.sign_in().told("resendIn"),
            "64",
            "the eleventh in 15 minutes"
        );
        assert!(!pool.warnings.contains(&Warning::LedgerForged));
    }
}

#[test]
fn a_sign_in_that_the_version_before_began_goes_on() {
    let mut sign_in = SignIn {
        session: session(&PASSWORD_PAIR),
        private: json!({ "challenge": FIRST }),
        public: Value::Null,
    };
    sign_in.close(false);
    sign_in.private = json!({ "challenge": SECOND });
    for (source, act) in [
        (Source::Fresh, true),
        (Source::Table, false),
        (Source::Exact, true),
    ] {
        let mut pool = Pool::new(settings(), source);
        pool.now = NOW;
        let mut sign_in = sign_in.clone();
        if act {
            assert!(matches!(
                pool.type_code(&mut sign_in, "no code"),
                Told::Challenge(_)
            ));
            assert_eq!(sign_in.told("attemptsLeft"), "1");
            assert_eq!(sign_in.told("signIn").len(), 16, "it has a name from now on");
        }
        assert_eq!(pool.type_code(&mut sign_in, CODE), Told::Tokens, "{source:?}");
    }
    let mut pool = Pool::new(session_only(), Source::Fresh);
    let verified = pool.verify(
        &json!({ "challenge": SESSION_ONLY }),
        &json!("205982"),
        &Value::Null,
    );
    assert_eq!(verified.outcome, Outcome::Right);
}

#[test]
fn c4_a_code_that_the_version_before_noted_as_used_stays_used() {
    let mut pool = Pool::new(settings(), Source::Exact);
    pool.ledger = Some(USED.to_owned());
    let verified = pool.verify(
        &json!({ "challenge": USED_ROUND }),
        &json!(USED_CODE),
        &Value::Null,
    );
    assert_eq!(verified.outcome, Outcome::Used);
}

/// A payload of one layout is not taken for the other by its name alone.
#[test]
fn l2_a_ledger_is_no_ledger_under_another_versions_name() {
    let mut pool = Pool::new(settings(), Source::Fresh);
    pool.sign_in();
    for (text, from, to) in [
        (LEDGER.to_owned(), "v1.", "v2."),
        (pool.ledger.clone().unwrap(), "v2.", "v1."),
    ] {
        pool.warnings.clear();
        pool.ledger = Some(text.replacen(from, to, 1));
        pool.sign_in();
        assert!(pool.warnings.contains(&Warning::LedgerForged));
    }
}

/// A table that is new is filled from the attribute, if what stands there is genuine.
#[test]
fn a_new_table_begins_with_what_the_attribute_says() {
    let mut pool = Pool::new(settings(), Source::Table);
    pool.now = NOW;
    for (attribute, result) in [
        (LEDGER, "locked"),
        ("123456,1700000000", "sent"),
        ("v1.a.forged.one", "sent"),
    ] {
        let alter: fn(&mut Value) = match attribute {
            LEDGER => |event| event["request"]["userAttributes"]["custom:authChallenge"] = json!(LEDGER),
            "v1.a.forged.one" => {
                |event| event["request"]["userAttributes"]["custom:authChallenge"] = json!("v1.a.forged.one")
            }
            _ => |event| {
                event["request"]["userAttributes"]["custom:authChallenge"] = json!("123456,1700000000")
            },
        };
        pool.alter = alter;
        pool.ledger = None;
        pool.now += 1;
        assert_eq!(pool.sign_in().told("result"), result, "{attribute}");
        assert!(
            !pool.warnings.contains(&Warning::LedgerForged),
            "the attribute is not in use"
        );
    }
    // What the table says itself comes first.
    pool.alter = |event| event["request"]["userAttributes"]["custom:authChallenge"] = json!(LEDGER);
    assert!(pool.ledger.is_some());
    assert_ne!(pool.sign_in().told("result"), "locked");
}
