//! What the pool's functions hear of a sign-in by a provider, and may say.

use std::sync::Arc;

use poolhouse_testkit::{RecordingFunction, TestServer};
use poolhouse_triggers::Place;
use serde_json::{Value, json};

use super::{Scene, code_in, corp, redeemed, told};

type Functions = Vec<(&'static str, Arc<RecordingFunction>)>;

async fn scene(functions: &Functions) -> Scene {
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
    let config = functions
        .iter()
        .map(|(name, _)| ((*name).to_owned(), json!(arn(name))));
    let config = Value::Object(config.collect());
    let places = functions.iter().map(|(name, function)| {
        let place: Arc<dyn Place> = function.clone();
        ((*name).to_owned(), place)
    });
    let server = TestServer::with_functions(places.collect(), |_| {}).await;
    let pool = server.pool_with(json!({ "LambdaConfig": config })).await;
    let scene = Scene::of(server, pool).await;
    super::publish(&scene);
    scene.provider(corp(json!({}))).await;
    scene
}

#[tokio::test]
async fn functions_hear_of_a_first_sign_in_and_of_later_ones_what_the_services_hear() {
    let names = [
        "PreSignUp",
        "PostConfirmation",
        "PreAuthentication",
        "PostAuthentication",
        "PreTokenGeneration",
    ];
    let functions: Functions = names.map(|name| (name, RecordingFunction::silent())).into();
    let scene = scene(&functions).await;
    let client = scene.client_by(&["Corp"]).await;
    // Mara was made before.
    functions.iter().for_each(|(_, function)| drop(function.events()));
    let heard = || -> Vec<String> {
        let events = functions.iter().flat_map(|(_, function)| function.events());
        let events = events.inspect(|event| {
            assert_eq!(event["userName"], "Corp_24400320");
            assert_eq!(event["callerContext"]["clientId"], json!(client));
            assert_eq!(event["request"]["userAttributes"]["email"], "mara@corp.example");
        });
        events
            .map(|event| event["triggerSource"].as_str().unwrap().to_owned())
            .collect()
    };
    let mut browser = scene.browser();
    let led = browser.signs_in(&scene, &client, json!({})).await;
    assert_eq!(
        heard(),
        ["PreSignUp_ExternalProvider", "PostConfirmation_ConfirmSignUp"]
    );
    redeemed(&mut browser, &client, &code_in(&led)).await.ok();
    assert_eq!(heard(), ["TokenGeneration_HostedAuth"]);
    let led = scene.browser().signs_in(&scene, &client, json!({})).await;
    code_in(&led);
    assert_eq!(
        heard(),
        [
            "PreAuthentication_Authentication",
            "PostAuthentication_Authentication"
        ]
    );
}

#[tokio::test]
async fn a_function_that_refuses_somebody_new_leaves_nobody_behind() {
    let refuse = RecordingFunction::new(|event| match event["triggerSource"].as_str() {
        Some("PreSignUp_ExternalProvider") => Err("no strangers".into()),
        _ => Ok(()),
    });
    let scene = scene(&vec![("PreSignUp", refuse)]).await;
    let client = scene.client_by(&["Corp"]).await;
    let led = scene.browser().signs_in(&scene, &client, json!({})).await;
    assert_eq!(
        told(&led),
        (
            "invalid_request".to_owned(),
            "PreSignUp failed with error no strangers. ".to_owned()
        )
    );
    assert_eq!(scene.usernames().await, ["mara"]);
}

#[tokio::test]
async fn a_function_that_refuses_a_user_signs_nobody_in() {
    for trigger in ["PreAuthentication", "PostAuthentication"] {
        let refuse = RecordingFunction::new(|_| Err("not today".into()));
        let scene = scene(&vec![(trigger, refuse)]).await;
        let client = scene.client_by(&["Corp"]).await;
        code_in(&scene.browser().signs_in(&scene, &client, json!({})).await);
        let led = scene.browser().signs_in(&scene, &client, json!({})).await;
        assert_eq!(told(&led).1, format!("{trigger} failed with error not today. "));
        assert_eq!(led.header("set-cookie"), "");
    }
}

#[tokio::test]
async fn a_function_may_verify_an_address_and_confirms_nobody() {
    let verify = RecordingFunction::new(|event| {
        event["response"] = json!({ "autoConfirmUser": true, "autoVerifyEmail": true });
        Ok(())
    });
    let scene = scene(&vec![("PreSignUp", verify)]).await;
    let client = scene.client_by(&["Corp"]).await;
    code_in(&scene.browser().signs_in(&scene, &client, json!({})).await);
    let user = scene.got("Corp_24400320").await;
    assert_eq!(user["UserStatus"], "EXTERNAL_PROVIDER");
    assert!(
        user.to_string()
            .contains(r#"{"Name":"email_verified","Value":"true"}"#),
        "{user}"
    );
}
