//! The events of the trigger functions: a line that says with which settings and which function, from where the ledger is
//! and how many seconds have passed (`0vx 12`), then the event. In its texts `@ROUND1` and its like stand for what a
//! genuine sign-in made.

use poolhouse_confirm::{
    Decision, Facts, LedgerSource, Outcome, answered, create, define, post_confirmation,
    pre_token_generation, pre_token_generation_behind_code, verify,
};
use serde_json::Value;

use crate::input::{Input, text};
use crate::rounds::{START, Scene, settings};

thread_local! {
    static SCENES: [Scene; 3] = [b'0', b'1', b'2'].map(|kind| Scene::play(settings(kind)));
}

/// No event, whatever is in it, upsets a function, and none leads to tokens or makes an answer right but with what a
/// genuine sign-in made. A function changes nothing of an event but its `response`, and no `response` says the code.
pub(crate) fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut first = Input::new(input.line());
    let (kind, function, source) = (first.byte(), first.byte(), first.byte());
    let after: i64 = first.rest_as_text().trim().parse().unwrap_or_default();
    let Ok(mut event) = serde_json::from_slice::<Value>(input.rest()) else {
        return;
    };
    SCENES.with(|scenes| {
        let scene = &scenes[usize::from(kind % 3)];
        scene.fill(&mut event);
        let mut facts = Facts::new(START.saturating_add(after), &[9; 32]);
        let ledger = scene.ledgers[usize::from(source.is_ascii_uppercase())].as_str();
        facts.ledger = match source.to_ascii_lowercase() {
            b'f' => LedgerSource::Fresh(Some(ledger)),
            b't' => LedgerSource::Table(Some(ledger)),
            b'x' => LedgerSource::Exact(Some(ledger)),
            b'n' => LedgerSource::Exact(None),
            _ => LedgerSource::FromEvent,
        };
        match function {
            b'd' => check_define(scene, &event, &facts),
            b'c' => check_create(scene, &event, &facts),
            b'v' => check_verify(scene, &event, &facts),
            b'p' => check_pre_token(scene, &event, &facts),
            _ => check_post_confirmation(scene, &event, &facts),
        }
    });
}

fn check_define(scene: &Scene, event: &Value, facts: &Facts<'_>) {
    let Ok(defined) = define(&scene.settings, event, facts) else {
        return;
    };
    assert_untouched(event, &answered(event.clone(), defined.response.clone()));
    let response = &defined.response;
    let are_tokens_issued = defined.decision == Decision::Tokens;
    assert_eq!(response["issueTokens"], are_tokens_issued);
    assert_eq!(
        response["failAuthentication"],
        matches!(defined.decision, Decision::Fail(_))
    );
    if !are_tokens_issued {
        return;
    }
    let request = &event["request"];
    assert!(matches!(
        request.get("userNotFound"),
        None | Some(Value::Null | Value::Bool(false))
    ));
    let list = request["session"].as_array().expect("a list of challenges");
    let is = |at: usize, name: &str| list[at]["challengeName"] == name && list[at]["challengeResult"] == true;
    assert!(
        list.len() >= 2 && is(0, "SRP_A") && is(1, "PASSWORD_VERIFIER"),
        "{event}"
    );
    let last = list.len() - 1;
    let by_code = is(last, "CUSTOM_CHALLENGE") && is_round(scene, &list[last]["challengeMetadata"]);
    let by_device = request["clientMetadata"]["deviceToken"] == scene.device.as_str()
        && scene.settings.trusted_device_days > 0
        && list
            .iter()
            .all(|entry| entry["challengeName"] != "CUSTOM_CHALLENGE");
    assert!(by_code || by_device, "{event}");
}

fn check_create(scene: &Scene, event: &Value, facts: &Facts<'_>) {
    let Ok(created) = create(&scene.settings, event, facts) else {
        return;
    };
    assert_untouched(event, &answered(event.clone(), created.response.clone()));
    let response = &created.response;
    assert!(response["challengeMetadata"].is_string());
    assert_eq!(
        response["privateChallengeParameters"]["challenge"],
        response["challengeMetadata"]
    );
    let public = response["publicChallengeParameters"].as_object();
    assert!(
        public.is_some_and(|public| public.values().all(Value::is_string)),
        "{response}"
    );
    let Some(mail) = created.mail else { return };
    assert_eq!(event["request"]["userAttributes"]["email"], mail.to.as_str());
    assert!(!mail.subject.contains(char::is_control), "{:?}", mail.subject);
    assert!(mail.expires_at <= facts.now.max(0) + 600);
    let is_code = |line: &&str| line.len() == 6 && line.bytes().all(|byte| byte.is_ascii_digit());
    let code = mail
        .text
        .lines()
        .find(is_code)
        .expect("a mail without a template has a code");
    assert!(!says(response, code), "{response}");
}

fn check_verify(scene: &Scene, event: &Value, facts: &Facts<'_>) {
    let Ok(verified) = verify(&scene.settings, event, facts) else {
        return;
    };
    assert_untouched(event, &answered(event.clone(), verified.response.clone()));
    let is_right = verified.outcome == Outcome::Right;
    assert_eq!(verified.response["answerCorrect"], is_right);
    if is_right {
        assert!(
            is_round(
                scene,
                &event["request"]["privateChallengeParameters"]["challenge"]
            ),
            "{event}"
        );
        assert!(
            event["request"]["clientMetadata"]["action"]
                .as_str()
                .is_none_or(str::is_empty),
            "{event}"
        );
        // Signs between the digits, and digits of other alphabets, are a person's way of typing.
        let typed = event["request"]["challengeAnswer"].as_str().unwrap_or_default();
        let is_plain = typed.is_ascii();
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        assert!(!is_plain || digits == scene.code, "{event}");
    }
}

fn check_pre_token(scene: &Scene, event: &Value, facts: &Facts<'_>) {
    let plain = pre_token_generation(&scene.settings, event);
    let behind_code = pre_token_generation_behind_code(&scene.settings, event, facts);
    assert!(plain.is_ok() || behind_code.is_err(), "{event}");
    for answered in [plain.ok(), behind_code.ok().map(|admitted| admitted.event)]
        .into_iter()
        .flatten()
    {
        assert_untouched(event, &answered);
        assert_ne!(event["triggerSource"], "TokenGeneration_NewPasswordChallenge");
        let suppressed = format!("\"claimsToSuppress\":[\"{}\"]", scene.settings.attribute);
        assert!(
            answered["response"].to_string().contains(&suppressed),
            "{answered}"
        );
    }
}

fn check_post_confirmation(scene: &Scene, event: &Value, facts: &Facts<'_>) {
    if let Ok(cleared) = post_confirmation(&scene.settings, event, facts) {
        assert_eq!(&cleared.event, event);
    }
}

fn is_round(scene: &Scene, text: &Value) -> bool {
    scene.rounds.iter().any(|round| text == round.as_str())
}

/// Whether any text in the value is this one.
fn says(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text == wanted,
        Value::Array(items) => items.iter().any(|item| says(item, wanted)),
        Value::Object(members) => members.values().any(|member| says(member, wanted)),
        _ => false,
    }
}

/// The service refuses an event of which more than the response was changed.
fn assert_untouched(before: &Value, after: &Value) {
    let without_response = |event: &Value| {
        let members = event.as_object().expect("an event is an object").iter();
        let others: Vec<(String, Value)> = members
            .filter(|(name, _)| *name != "response")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        others
    };
    assert_eq!(without_response(before), without_response(after));
    assert!(text(after.to_string().as_bytes()).len() < 1 << 20);
}
