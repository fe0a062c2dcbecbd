//! Events that nobody would send: no function panics on any, and none mints anything from them.

use poolhouse_confirm::{
    Decision, Facts, LedgerSource, Outcome, Settings, create, define, pre_token_generation, verify,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::kit::{PASSWORD_PAIR, Pool, Source, event, session, session_only, settings};

/// A generator that is the same in every run (xorshift64*).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % sides
    }
}

/// Values that are odd in the places where the functions look.
fn odd(dice: &mut Dice) -> Value {
    match dice.roll(16) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(false),
        3 => json!(-1),
        4 => json!(1.0e300),
        5 => json!(""),
        6 => json!("SRP_A"),
        7 => json!("CUSTOM_CHALLENGE"),
        8 => json!("r1.session.AAAA.AAAA"),
        9 => json!("\u{0}\u{202e}\u{fdfa}"),
        10 => json!("x".repeat(5_000)),
        11 => json!([]),
        12 => json!({}),
        13 => json!([[[]]]),
        14 => json!({ "action": { "action": null } }),
        _ => {
            json!({ "challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "r1..." })
        }
    }
}

/// Every place in a value, as a JSON pointer.
fn places(value: &Value, here: &str, all: &mut Vec<String>) {
    all.push(here.to_owned());
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, item)| places(item, &format!("{here}/{at}"), all)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            places(
                value,
                &format!("{here}/{}", name.replace('~', "~0").replace('/', "~1")),
                all,
            )
        }),
        _ => {}
    }
}

/// Changes one place: another value, a removed or doubled item, a changed character.
fn mutate(event: &mut Value, dice: &mut Dice) {
    let mut all = Vec::new();
    places(event, "", &mut all);
    let Some(place) = event.pointer_mut(&all[dice.roll(all.len())]) else {
        return;
    };
    match place {
        Value::Array(items) if !items.is_empty() && dice.roll(2) == 0 => {
            let at = dice.roll(items.len());
            if dice.roll(2) == 0 {
                items.remove(at);
            } else {
                items.push(items[at].clone());
            }
        }
        Value::Object(members) if !members.is_empty() && dice.roll(2) == 0 => {
            let name = members.keys().nth(dice.roll(members.len())).cloned().unwrap();
            members.remove(&name);
        }
        Value::String(text) if !text.is_empty() && dice.roll(2) == 0 => {
            let mut characters: Vec<char> = text.chars().collect();
            let at = dice.roll(characters.len());
            characters[at] = ['0', 'A', '.', '\u{7f}', '\u{ffff}'][dice.roll(5)];
            *text = characters.into_iter().collect();
        }
        place => *place = odd(dice),
    }
}

/// A sign-in that stands before its last answer: the events that Define, Create and Verify would get for it, none of
/// which may lead to tokens. Define's list holds two wrong answers and an unanswered slot for the third.
fn seeds(settings: &Settings) -> Vec<Value> {
    let mut pool = Pool::new(settings.clone(), Source::Fresh);
    let mut sign_in = pool.sign_in();
    pool.type_code(&mut sign_in, "no code");
    pool.type_code(&mut sign_in, "no code");
    let answered = json!({
        "session": sign_in.session, "privateChallengeParameters": sign_in.private, "challengeAnswer": "no code",
        "challengeName": "CUSTOM_CHALLENGE", "clientMetadata": { "action": "resend", "locale": "de" },
    });
    let mut seeds = vec![
        event("Any", answered),
        event(
            "Any",
            json!({ "session": session(&PASSWORD_PAIR), "challengeName": "CUSTOM_CHALLENGE" }),
        ),
    ];
    seeds[0]["request"]["userAttributes"]["custom:authChallenge"] = json!(pool.ledger);
    seeds
}

/// Whether a mutation has turned the list into one that says itself that password and code were right.
fn platform_says_right(event: &Value) -> bool {
    let list = event["request"]["session"].as_array().unwrap();
    let is = |at: usize, name: &str| list[at]["challengeName"] == name && list[at]["challengeResult"] == true;
    is(0, "SRP_A") && is(1, "PASSWORD_VERIFIER") && list.len() > 2 && is(list.len() - 1, "CUSTOM_CHALLENGE")
}

/// Calls all three; a wrong or missing answer must stay what it is.
fn call_all(settings: &Settings, event: &Value, now: i64, ledger: usize) {
    let mut facts = Facts::new(now, &[7; 32]);
    facts.ledger = [
        LedgerSource::FromEvent,
        LedgerSource::Fresh(None),
        LedgerSource::Exact(Some("v1.x.y.z")),
    ][ledger];
    if let Ok(defined) = define(settings, event, &facts) {
        assert!(
            defined.decision != Decision::Tokens || platform_says_right(event),
            "{event}"
        );
    }
    if let Ok(verified) = verify(settings, event, &facts) {
        assert_ne!(verified.outcome, Outcome::Right, "{event}");
    }
    if let Ok(created) = create(settings, event, &facts) {
        assert!(created.response["challengeMetadata"].is_string());
    }
    if let Ok(tokens) = pre_token_generation(settings, event) {
        let after_new_password = "TokenGeneration_NewPasswordChallenge";
        assert_ne!(tokens["triggerSource"], after_new_password, "{event}");
    }
}

/// Mutates the seeds of every kind of settings, `events` times in all.
fn mutate_and_call(events: usize, mut dice: Dice) {
    let all = [
        settings(),
        session_only(),
        Settings {
            trusted_device_days: 30,
            ..settings()
        },
    ];
    for settings in &all {
        let seeds = seeds(settings);
        for _ in 0..events.div_ceil(all.len()) {
            let mut event = seeds[dice.roll(seeds.len())].clone();
            for _ in 0..=dice.roll(6) {
                mutate(&mut event, &mut dice);
            }
            call_all(settings, &event, crate::kit::START + 60, dice.roll(3));
        }
    }
}

#[test]
fn d4_a_hundred_thousand_mutated_events_panic_nothing_and_mint_nothing() {
    mutate_and_call(100_000, Dice(0x9E37_79B9_7F4A_7C15));
}

#[test]
#[ignore = "a minute or two, optimised: cargo xtask test mutated-events"]
fn d4_a_million_mutated_events_panic_nothing_and_mint_nothing() {
    mutate_and_call(1_000_000, Dice(0xD1B5_4A32_D192_ED03));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        any::<String>().prop_map(Value::String),
    ];
    let name = prop_oneof![
        any::<String>(),
        proptest::sample::select(vec![
            "action",
            "sub",
            "email",
            "request",
            "session",
            "response",
            "userName",
            "challenge"
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::vec((name.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

proptest! {
    #[test]
    fn d4_no_json_panics_or_mints(value in any_json(), now in any::<i64>(), ledger in 0..3_usize) {
        call_all(&settings(), &value, now, ledger);
    }

    #[test]
    fn d4_no_request_panics_or_mints(value in any_json(), name in 0..6_usize, now in any::<i64>(), ledger in 0..3_usize) {
        let names = ["session", "clientMetadata", "userAttributes", "privateChallengeParameters", "challengeAnswer", "userNotFound"];
        for mut event in seeds(&settings()) {
            event["request"][names[name]] = value.clone();
            call_all(&settings(), &event, now, ledger);
        }
    }
}
