//! A genuine sign-in for the events of a fuzzer, which cannot sign what the functions signed.

use poolhouse_confirm::{
    Decision, Door, Facts, Keys, LedgerSource, OtpKey, Outcome, Settings, create, define, verify,
};
use serde_json::{Value, json};

/// 2026-09-06 14:05:10 UTC, when the sign-in begins.
pub(crate) const START: i64 = 1_788_703_510;

/// One sign-in: a wrong code, then the right one, with the wish to be remembered.
pub(crate) struct Scene {
    pub(crate) settings: Settings,
    /// The signed texts of its two challenges.
    pub(crate) rounds: Vec<String>,
    pub(crate) code: String,
    /// The token of the device it was done on.
    pub(crate) device: String,
    /// The public name of the sign-in.
    pub(crate) sign_in: String,
    /// The ledger before and after the right code.
    pub(crate) ledgers: [String; 2],
}

/// The settings that events are tried with: plain ones, those without a key, and all that can be switched on.
pub(crate) fn settings(kind: u8) -> Settings {
    let material: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap_or_default() * 7);
    let keys = Keys {
        current: OtpKey::from_bytes(&material).expect("a key"),
        previous: None,
    };
    match kind {
        b'1' => Settings::with_keys(None),
        b'2' => Settings {
            trusted_device_days: 30,
            door: Door {
                clients: vec!["client".to_owned()],
                ..Door::default()
            },
            ..Settings::with_keys(Some(keys))
        },
        _ => Settings::with_keys(Some(keys)),
    }
}

impl Scene {
    pub(crate) fn play(settings: Settings) -> Scene {
        let mut session = vec![entry("SRP_A", true, None), entry("PASSWORD_VERIFIER", true, None)];
        let first = json!({ "challengeName": "CUSTOM_CHALLENGE", "session": session });
        let created = create(&settings, &event(first), &facts(None, 0)).expect("a first challenge");
        let mail = created.mail.expect("a first mail");
        let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
        let code = mail.text.lines().find(is_code).expect("a code").to_owned();
        let (device, sign_in) = (
            public(&created.response, "deviceToken"),
            public(&created.response, "signIn"),
        );
        let (mut rounds, mut ledger) = (vec![challenge(&created.response)], created.ledger);

        let guess = if code == "000000" { "000001" } else { "000000" };
        let wrong =
            json!({ "privateChallengeParameters": { "challenge": rounds[0] }, "challengeAnswer": guess });
        let verified = verify(&settings, &event(wrong), &facts(ledger.as_deref(), 10)).expect("an answer");
        assert_eq!(verified.outcome, Outcome::Wrong);
        ledger = verified.ledger.or(ledger);
        session.push(entry("CUSTOM_CHALLENGE", false, Some(&rounds[0])));
        let next = json!({ "challengeName": "CUSTOM_CHALLENGE", "session": session });
        let created = create(&settings, &event(next), &facts(ledger.as_deref(), 11)).expect("a challenge");
        ledger = created.ledger.clone().or(ledger);
        rounds.push(challenge(&created.response));

        let right = json!({
            "privateChallengeParameters": { "challenge": rounds[1] },
            "challengeAnswer": code,
            "clientMetadata": { "rememberDevice": "true" },
        });
        let verified = verify(&settings, &event(right), &facts(ledger.as_deref(), 20)).expect("an answer");
        assert_eq!(verified.outcome, Outcome::Right);
        session.push(entry("CUSTOM_CHALLENGE", true, Some(&rounds[1])));
        let after = verified.ledger.or_else(|| ledger.clone());
        let end = event(json!({ "session": session }));
        let defined = define(&settings, &end, &facts(after.as_deref(), 21)).expect("a decision");
        assert_eq!(defined.decision, Decision::Tokens);
        Scene {
            settings,
            rounds,
            code,
            device,
            sign_in,
            ledgers: [ledger, after].map(Option::unwrap_or_default),
        }
    }

    /// The value with what the functions made in the place of its name.
    pub(crate) fn fill(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let made = match text.as_str() {
                    "@ROUND1" => &self.rounds[0],
                    "@ROUND2" => &self.rounds[1],
                    "@CODE" => &self.code,
                    "@DEVICE" => &self.device,
                    "@SIGN_IN" => &self.sign_in,
                    "@LEDGER1" => &self.ledgers[0],
                    "@LEDGER2" => &self.ledgers[1],
                    _ => return,
                };
                made.clone_into(text);
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.fill(member)),
            _ => {}
        }
    }
}

/// What a function knows this many seconds after the beginning.
fn facts(ledger: Option<&str>, after: i64) -> Facts<'_> {
    Facts {
        ledger: LedgerSource::Table(ledger),
        ..Facts::new(START + after, &[7; 32])
    }
}

/// An event of a trigger about one user.
fn event(request: Value) -> Value {
    let mut event = json!({
        "version": "1",
        "userPoolId": "eu-central-1_AbCd12345",
        "userName": "mara",
        "callerContext": { "clientId": "client" },
        "request": { "userAttributes": { "sub": "5d0a3c2e", "email": "mara@example.org", "email_verified": "true" } },
        "response": {},
    });
    for (name, value) in request.as_object().into_iter().flatten() {
        event["request"][name] = value.clone();
    }
    event
}

fn entry(name: &str, right: bool, metadata: Option<&str>) -> Value {
    json!({ "challengeName": name, "challengeResult": right, "challengeMetadata": metadata })
}

fn challenge(response: &Value) -> String {
    text(&response["challengeMetadata"])
}

fn public(response: &Value, name: &str) -> String {
    text(&response["publicChallengeParameters"][name])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
