//! What functions hear of a sign-in on the pages: what they hear of one by the API.

use std::sync::Arc;

use poolhouse_pool::base::settings::Settings;
use poolhouse_testkit::{RecordingFunction, TestServer};
use poolhouse_triggers::Place;
use serde_json::{Value, json};

use super::{PASSWORD, Scene, asked, code_in, redeemed};

/// Functions that ask for one code after the password, and take `right`.
fn functions() -> Vec<(&'static str, Arc<RecordingFunction>)> {
    let define = RecordingFunction::new(|event| {
        let session = event["request"]["session"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let last = session.last().cloned().unwrap_or_default();
        let response = match (session.len(), last["challengeResult"] == true) {
            (1, _) => json!({ "challengeName": "PASSWORD_VERIFIER" }),
            (2, true) => json!({ "challengeName": "CUSTOM_CHALLENGE" }),
            (_, true) => json!({ "issueTokens": true }),
            (3, false) => json!({ "challengeName": "CUSTOM_CHALLENGE" }),
            _ => json!({ "failAuthentication": true }),
        };
        for (name, value) in response.as_object().into_iter().flatten() {
            event["response"][name] = value.clone();
        }
        Ok(())
    });
    let create = RecordingFunction::new(|event| {
        event["response"]["publicChallengeParameters"] = json!({ "hint": "h" });
        event["response"]["privateChallengeParameters"] = json!({ "answer": "right" });
        event["response"]["challengeMetadata"] = json!("m");
        Ok(())
    });
    let verify = RecordingFunction::new(|event| {
        event["response"]["answerCorrect"] = json!(event["request"]["challengeAnswer"] == "right");
        Ok(())
    });
    vec![
        ("DefineAuthChallenge", define),
        ("CreateAuthChallenge", create),
        ("VerifyAuthChallengeResponse", verify),
        ("PostAuthentication", RecordingFunction::silent()),
        ("PreTokenGeneration", RecordingFunction::silent()),
    ]
}

async fn scene(functions: &[(&'static str, Arc<RecordingFunction>)]) -> Scene {
    scene_that_trusts(functions, 0).await
}

/// One in which browsers are trusted for so many days.
async fn scene_that_trusts(functions: &[(&'static str, Arc<RecordingFunction>)], days: u16) -> Scene {
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
    let config = functions
        .iter()
        .map(|(name, _)| ((*name).to_owned(), json!(arn(name))));
    let config = Value::Object(config.collect());
    let places = functions.iter().map(|(name, function)| {
        let place: Arc<dyn Place> = function.clone();
        ((*name).to_owned(), place)
    });
    let trusts = |settings: &mut Settings| settings.confirm.trusted_device_days = days;
    let server = TestServer::with_functions(places.collect(), trusts).await;
    let pool = server.pool_with(json!({ "LambdaConfig": config })).await;
    Scene::of(server, pool).await
}

#[tokio::test]
async fn functions_hear_of_a_sign_in_on_the_pages_what_they_hear_of_one_by_the_api() {
    let functions = functions();
    let scene = scene(&functions).await;
    let client = scene.client(json!({})).await;
    let heard = || -> Vec<Vec<Value>> {
        let events = functions.iter().map(|(_, function)| function.events());
        events.collect()
    };
    heard();
    let challenge = scene
        .server
        .custom_sign_in(&scene.pool, &client, "mara", PASSWORD)
        .await
        .ok();
    let mut session = challenge["Session"].clone();
    for answer in ["wrong", "right"] {
        let body = json!({
            "ChallengeName": "CUSTOM_CHALLENGE",
            "ClientId": client,
            "Session": session,
            "ChallengeResponses": { "USERNAME": "mara", "ANSWER": answer },
        });
        session = scene.server.call("RespondToAuthChallenge", body).await.ok()["Session"].clone();
    }
    let mut by_api = heard();

    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    let page = browser.answer(&page, &[("code", "wrong")]).await;
    let led = browser.submit(&page, &[("code", "right")]).await;
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    let by_pages = heard();

    // Tokens are made when the code is redeemed, and the function is told so.
    let [before_tokens] = &mut by_api[4][..] else {
        panic!("one call")
    };
    assert_eq!(before_tokens["triggerSource"], "TokenGeneration_Authentication");
    before_tokens["triggerSource"] = json!("TokenGeneration_HostedAuth");
    assert_eq!(by_pages[..4], by_api[..4]);
    assert_eq!(by_pages[4][0]["triggerSource"], by_api[4][0]["triggerSource"]);
    assert_eq!(by_pages[4].len(), 1);
}

#[tokio::test]
async fn o_17_a_define_that_lets_through_without_a_code_signs_nobody_in() {
    for response in [
        json!({ "issueTokens": true }),
        json!({ "challengeName": "CUSTOM_CHALLENGE" }),
        json!({ "issueTokens": true, "failAuthentication": true }),
        json!({ "challengeName": "SMS_MFA" }),
        json!({}),
    ] {
        let mut functions = functions();
        functions[0].1 = RecordingFunction::new(move |event| {
            event["response"] = response.clone();
            Ok(())
        });
        let scene = scene(&functions).await;
        let client = scene.client(json!({})).await;
        let mut browser = scene.browser();
        let page = browser.visit(&asked(&client, "")).await;
        let led = browser
            .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
            .await;
        let location = led.header("location");
        assert!(location.starts_with("/d/acme/login?tx="), "{location}");
    }
}

#[tokio::test]
async fn o_17_tokens_after_the_password_alone_are_refused_on_the_pages() {
    let mut functions = functions();
    functions[0].1 = RecordingFunction::new(|event| {
        let is_first = event["request"]["session"]
            .as_array()
            .is_some_and(|session| session.len() == 1);
        event["response"] = match is_first {
            true => json!({ "challengeName": "PASSWORD_VERIFIER" }),
            false => json!({ "issueTokens": true }),
        };
        Ok(())
    });
    let scene = scene(&functions).await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.visit(&asked(&client, "")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    let location = led.header("location");
    assert!(location.starts_with("/d/acme/login?tx="), "{location}");
}

#[tokio::test]
async fn a_browser_that_is_trusted_gets_a_code_that_is_good_behind_a_shut_door() {
    let mut functions = functions();
    functions[0].1 = RecordingFunction::new(|event| {
        let answered = event["request"]["session"].as_array().map_or(0, Vec::len);
        let has_token = event["request"]["clientMetadata"]["deviceToken"] == "token";
        let next = ["PASSWORD_VERIFIER", "CUSTOM_CHALLENGE"];
        event["response"]["issueTokens"] = json!(answered > 2 || (answered == 2 && has_token));
        event["response"]["failAuthentication"] = json!(false);
        event["response"]["challengeName"] = json!(next[usize::from(answered > 1)]);
        Ok(())
    });
    functions[1].1 = RecordingFunction::new(|event| {
        event["response"]["publicChallengeParameters"] = json!({ "deviceToken": "token" });
        event["response"]["privateChallengeParameters"] = json!({ "answer": "right" });
        Ok(())
    });
    let scene = scene_that_trusts(&functions, 30).await;
    scene.server.require_code(&scene.pool, None, true).await;
    let client = scene.client(json!({})).await;
    let mut browser = scene.browser();
    let page = browser.password(&client).await;
    let led = browser.submit(&page, &[("code", "right")]).await;
    code_in(&led);
    let page = browser.visit(&asked(&client, "&prompt=login")).await;
    let led = browser
        .submit(&page, &[("username", "mara"), ("password", PASSWORD)])
        .await;
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
}
