//! What the pool's functions hear of a sign-up, and what their answers do.

use std::sync::Arc;

use poolhouse_triggers::Place;
use serde_json::{Value, json};

use crate::ops::account::tests::{EMAIL, Scene, given, with};
use crate::testing::{RecordingFunction, TestPool};

/// A pool whose triggers are these functions.
async fn scene(functions: &[(&str, &Arc<RecordingFunction>)], pool: Value) -> Scene {
    let places = functions
        .iter()
        .map(|(trigger, function)| ((*trigger).to_owned(), (*function).clone() as Arc<dyn Place>));
    let server = TestPool::with_functions(places.collect(), |_| {}).await;
    let arn = |name: &str| json!(format!("arn:aws:lambda:us-east-1:000000000000:function:{name}"));
    let config: serde_json::Map<String, Value> = functions
        .iter()
        .map(|(trigger, _)| ((*trigger).to_owned(), arn(trigger)))
        .collect();
    Scene::on(server, with(json!({ "LambdaConfig": config }), pool), json!({})).await
}

/// A PreSignUp function that answers this.
fn answering(response: Value) -> Arc<RecordingFunction> {
    RecordingFunction::new(move |event| {
        event["response"] = response.clone();
        Ok(())
    })
}

fn mara() -> Value {
    with(
        given(&[("email", EMAIL), ("name", "Mara")]),
        json!({
            "ValidationData": [{ "Name": "invitation", "Value": "i-1" }],
            "ClientMetadata": { "trace": "a1" },
        }),
    )
}

#[tokio::test]
async fn pre_sign_up_hears_what_was_typed_and_then_the_mail_is_worded() {
    let (before, wording) = (RecordingFunction::silent(), RecordingFunction::silent());
    let scene = scene(&[("PreSignUp", &before), ("CustomMessage", &wording)], json!({})).await;
    let answer = scene.sign_up("mara", mara()).await.ok();
    let common = json!({
        "version": "1",
        "region": "us-east-1",
        "userPoolId": scene.pool,
        "userName": "mara",
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": scene.client },
    });
    let expected = with(
        common.clone(),
        json!({
            "triggerSource": "PreSignUp_SignUp",
            "request": {
                "userAttributes": { "email": EMAIL, "name": "Mara" },
                "validationData": { "invitation": "i-1" },
                "clientMetadata": { "trace": "a1" },
            },
            "response": { "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false },
        }),
    );
    assert_eq!(before.events(), [expected]);
    let expected = with(
        common,
        json!({
            "triggerSource": "CustomMessage_SignUp",
            "request": {
                "userAttributes": {
                    "sub": answer["UserSub"],
                    "cognito:user_status": "UNCONFIRMED",
                    "email": EMAIL,
                    "name": "Mara",
                    "email_verified": "false",
                },
                "codeParameter": "{####}",
                "usernameParameter": null,
                "clientMetadata": { "trace": "a1" },
            },
            "response": { "smsMessage": null, "emailMessage": null, "emailSubject": null },
        }),
    );
    assert_eq!(wording.events(), [expected]);
    scene.server.code_to(EMAIL).await;
}

#[tokio::test]
async fn each_of_pre_sign_ups_three_answers_does_what_it_says() {
    let cases = [
        (json!({}), "UNCONFIRMED", "false", "false", true),
        (
            json!({ "autoVerifyEmail": true }),
            "UNCONFIRMED",
            "true",
            "false",
            true,
        ),
        (
            json!({ "autoVerifyPhone": true }),
            "UNCONFIRMED",
            "false",
            "true",
            true,
        ),
        (
            json!({ "autoConfirmUser": true }),
            "CONFIRMED",
            "false",
            "false",
            false,
        ),
        (
            json!({ "autoConfirmUser": true, "autoVerifyEmail": true, "autoVerifyPhone": true }),
            "CONFIRMED",
            "true",
            "true",
            false,
        ),
    ];
    for (response, status, email, phone, sent) in cases {
        let (before, after) = (answering(response.clone()), RecordingFunction::silent());
        let functions = [("PreSignUp", &before), ("PostConfirmation", &after)];
        let scene = scene(&functions, json!({})).await;
        let attributes = given(&[("email", EMAIL), ("phone_number", "+15555550100")]);
        let answer = scene.sign_up("mara", attributes).await.ok();
        let (held, attributes) = scene.user("mara").await;
        let confirmed = status == "CONFIRMED";
        assert_eq!(answer["UserConfirmed"], confirmed, "{response}");
        assert_eq!(answer["CodeDeliveryDetails"].is_object(), sent, "{response}");
        assert_eq!(held, status, "{response}");
        assert_eq!(attributes["email_verified"], email, "{response}");
        assert_eq!(attributes["phone_number_verified"], phone, "{response}");
        let told = after.events();
        assert_eq!(told.len(), usize::from(confirmed), "{response}");
        for event in told {
            assert_eq!(event["triggerSource"], "PostConfirmation_ConfirmSignUp");
            let attributes = &event["request"]["userAttributes"];
            assert_eq!(attributes["cognito:user_status"], "CONFIRMED");
            assert_eq!(attributes["sub"], answer["UserSub"]);
        }
        if confirmed {
            scene.sign_in("mara").await.ok();
        }
        if sent {
            let code = scene.server.code_to(EMAIL).await;
            scene.confirm("mara", &code).await.ok();
        }
    }
}

#[tokio::test]
async fn an_address_that_pre_sign_up_verifies_moves_and_a_preferred_username_does_not() {
    let before = answering(json!({ "autoConfirmUser": true, "autoVerifyEmail": true }));
    let aliases = json!({ "AliasAttributes": ["email", "preferred_username"] });
    let scene = scene(&[("PreSignUp", &before)], aliases).await;
    let both = given(&[("email", EMAIL), ("preferred_username", "berg")]);
    scene.sign_up("mara", both).await.ok();
    scene.sign_up("noel", given(&[("email", EMAIL)])).await.ok();
    let user = scene.admin("AdminGetUser", EMAIL, json!({})).await.ok();
    assert_eq!(user["Username"], "noel");
    assert_eq!(scene.user("mara").await.1["email_verified"], "false");
    let thief = given(&[("email", "thief@example.com"), ("preferred_username", "berg")]);
    scene.sign_up("thief", thief).await.assert_error(
        "UsernameExistsException",
        "An account with the preferred_username already exists.",
    );
    let user = scene.admin("AdminGetUser", "berg", json!({})).await.ok();
    assert_eq!(user["Username"], "mara");
}

#[tokio::test]
async fn what_pre_sign_up_refuses_or_cannot_mean_creates_nobody() {
    let thrown = || RecordingFunction::new(|_| Err("Not from here".to_owned()));
    let cases = [
        (
            thrown(),
            "UserLambdaValidationException",
            "PreSignUp failed with error Not from here.",
        ),
        (
            answering(json!({ "autoVerifyPhone": true })),
            "InvalidLambdaResponseException",
            "PreSignUp answered autoVerifyPhone for a user without phone_number.",
        ),
        (
            answering(json!({ "autoConfirmUser": "yes" })),
            "InvalidLambdaResponseException",
            "Unrecognizable lambda output",
        ),
    ];
    for (function, code, sentence) in cases {
        let scene = scene(&[("PreSignUp", &function)], json!({})).await;
        let answer = scene.sign_up("mara", given(&[("email", EMAIL)])).await;
        answer.assert_error(code, sentence);
        scene
            .admin("AdminGetUser", "mara", json!({}))
            .await
            .assert_error("UserNotFoundException", "User does not exist.");
    }
    // It is asked before it is known whether the name is free.
    let function = answering(json!({ "autoConfirmUser": true }));
    let scene = scene(&[("PreSignUp", &function)], json!({})).await;
    for _ in 0..2 {
        scene.sign_up("mara", json!({})).await;
    }
    assert_eq!(function.events().len(), 2);
}

#[tokio::test]
async fn a_user_stays_confirmed_where_post_confirmation_throws() {
    let before = answering(json!({ "autoConfirmUser": true }));
    let after = RecordingFunction::new(|_| Err("No room".to_owned()));
    let functions = [("PreSignUp", &before), ("PostConfirmation", &after)];
    let scene = scene(&functions, json!({})).await;
    scene.sign_up("mara", json!({})).await.assert_error(
        "UserLambdaValidationException",
        "PostConfirmation failed with error No room.",
    );
    scene.sign_in("mara").await.ok();
}

#[tokio::test]
async fn our_function_after_a_confirmation_has_nothing_left_to_do_here() {
    let before = answering(json!({ "autoConfirmUser": true }));
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
    let config = json!({ "PreSignUp": arn("PreSignUp"), "PostConfirmation": arn("2faPostConfirmation") });
    let scene = scene(&[("PreSignUp", &before)], json!({ "LambdaConfig": config })).await;
    scene.sign_up("mara", json!({})).await.ok();
}
