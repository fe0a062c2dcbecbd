//! Codes by SMS as a second factor: into the local inbox, or to the operator's gateway.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use poolhouse_mail::sms::Gateway;
use poolhouse_pool::testing::{RecordingFunction, TestPool};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::factors::{Factors, USED_SESSION};
use crate::other_than;

const NUMBER: &str = "+491234568920";

/// A pool on this server that asks Mara for a code by SMS.
async fn scene(server: TestPool, pool: Value, sms: Value) -> Factors {
    let scene = Factors::on(server, pool, "OPTIONAL", json!({ "SmsMfaConfiguration": sms })).await;
    let number = json!({ "UserAttributes": [{ "Name": "phone_number", "Value": NUMBER }] });
    scene.admin("AdminUpdateUserAttributes", number).await.ok();
    scene
        .prefer(json!({ "SMSMfaSettings": { "Enabled": true } }))
        .await;
    scene
}

fn configuration() -> Value {
    json!({ "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } })
}

async fn answer(scene: &Factors, session: &Value, code: &str) -> poolhouse_pool::testing::Answer {
    scene
        .respond("SMS_MFA", session, json!({ "SMS_MFA_CODE": code }))
        .await
}

#[tokio::test]
async fn a_code_by_sms_comes_into_the_inbox_and_verifies_the_number() {
    let scene = scene(TestPool::new().await, json!({}), configuration()).await;
    let asked = scene.password().await.ok();
    let session = &asked["Session"];
    assert_eq!(
        asked,
        json!({
            "ChallengeName": "SMS_MFA",
            "ChallengeParameters": {
                "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
                "CODE_DELIVERY_DESTINATION": "+********8920",
                "USER_ID_FOR_SRP": "mara",
            },
            "Session": session,
        })
    );
    let message = scene.server.mail_to(NUMBER).await;
    let code = message
        .text
        .trim()
        .strip_prefix("Your authentication code is ")
        .unwrap();
    assert_eq!(code.len(), 6);
    answer(&scene, session, &other_than(code)).await.assert_error(
        "CodeMismatchException",
        "Invalid code or auth state for the user.",
    );
    scene.respond("SMS_MFA", session, json!({})).await.assert_error(
        "InvalidParameterException",
        "Missing required parameter SMS_MFA_CODE",
    );
    answer(&scene, session, code).await.ok();
    answer(&scene, session, code)
        .await
        .assert_error("NotAuthorizedException", USED_SESSION);
    let user = scene.admin("AdminGetUser", json!({})).await.ok();
    let verified = json!({ "Name": "phone_number_verified", "Value": "true" });
    assert!(
        user["UserAttributes"].as_array().unwrap().contains(&verified),
        "{user}"
    );
    assert_eq!(user["UserMFASettingList"], json!(["SMS_MFA"]));
}

#[tokio::test]
async fn the_older_settings_switch_sms_on_and_show_it() {
    let scene = scene(TestPool::new().await, json!({}), configuration()).await;
    scene
        .prefer(json!({ "SMSMfaSettings": { "Enabled": false } }))
        .await;
    let options = json!({ "MFAOptions": [{ "DeliveryMedium": "SMS", "AttributeName": "phone_number" }] });
    scene.admin("AdminSetUserSettings", options.clone()).await.ok();
    let user = scene.admin("AdminGetUser", json!({})).await.ok();
    assert_eq!(user["MFAOptions"], options["MFAOptions"]);
    scene
        .admin("AdminSetUserSettings", json!({ "MFAOptions": [] }))
        .await
        .ok();
    let user = scene.admin("AdminGetUser", json!({})).await.ok();
    assert!(
        user["MFAOptions"].is_null() && user["UserMFASettingList"].is_null(),
        "{user}"
    );
}

#[tokio::test]
async fn a_pool_and_its_function_word_the_message() {
    let function = RecordingFunction::new(|event| {
        let code = event["request"]["codeParameter"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if event["request"]["userAttributes"]["locale"] == "de" {
            event["response"]["smsMessage"] = json!(format!("Ihr Code: {code}"));
        }
        Ok(())
    });
    let server = TestPool::with_functions(vec![("f".to_owned(), function.clone())], |_| {}).await;
    let arn = json!({ "CustomMessage": "arn:aws:lambda:us-east-1:000000000000:function:f" });
    let sms = json!({
        "SmsAuthenticationMessage": "Code {####} for you",
        "SmsConfiguration": configuration()["SmsConfiguration"],
    });
    let scene = scene(server, json!({ "LambdaConfig": arn }), sms).await;
    function.events();
    scene.password().await.ok();
    let [event] = function.events().try_into().unwrap();
    assert_eq!(event["triggerSource"], "CustomMessage_Authentication");
    let text = scene.server.mail_to(NUMBER).await.text.clone();
    assert!(
        text.starts_with("Code ") && text.trim().ends_with(" for you"),
        "{text}"
    );
    let german = json!({ "UserAttributes": [{ "Name": "locale", "Value": "de" }] });
    scene.admin("AdminUpdateUserAttributes", german).await.ok();
    scene.password().await.ok();
    let text = scene.server.mail_to(NUMBER).await.text.clone();
    assert!(text.starts_with("Ihr Code: "), "{text}");
}

#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<(String, Value)>>>);

async fn take(State(heard): State<Heard>, headers: HeaderMap, body: String) -> StatusCode {
    let token = headers["authorization"].to_str().unwrap().to_owned();
    let mut heard = heard.0.lock().unwrap();
    heard.push((token, serde_json::from_str(&body).unwrap()));
    // The first is not taken, and comes again.
    match heard.len() {
        1 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::ACCEPTED,
    }
}

#[tokio::test]
async fn a_gateway_is_handed_number_and_text_and_asked_again_where_it_takes_none() {
    let heard = Heard::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/send", listener.local_addr().unwrap());
    let routes = Router::new().route("/send", post(take)).with_state(heard.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let server = TestPool::with_functions(Vec::new(), |settings| {
        settings.mail.sms = Gateway::parse(&url, Some("s3cret".to_owned()));
    });
    let scene = scene(server.await, json!({}), configuration()).await;
    let session = scene.password().await.ok()["Session"].clone();
    scene.server.clock().advance_seconds(30);
    scene.server.deliver_mail().await;
    assert_eq!(
        scene.server.unread_mails(),
        0,
        "the gateway has it, not the inbox"
    );
    let [first, second] = heard.0.lock().unwrap().clone().try_into().unwrap();
    assert_eq!(first, second, "the same message");
    let (token, message) = second;
    assert_eq!(
        (token.as_str(), &message["to"]),
        ("Bearer s3cret", &json!(NUMBER))
    );
    assert!(
        message["id"].as_str().is_some_and(|id| id.len() == 32),
        "{message}"
    );
    let text = message["text"].as_str().unwrap();
    let code = text.strip_prefix("Your authentication code is ").unwrap();
    answer(&scene, &session, code).await.ok();
}

#[tokio::test]
async fn a_pool_made_for_sms_asks_for_it_from_the_start() {
    let server = TestPool::new().await;
    let members = json!({
        "PoolName": "pool",
        "MfaConfiguration": "ON",
        "AutoVerifiedAttributes": ["phone_number"],
        "SmsConfiguration": configuration()["SmsConfiguration"],
        "SmsAuthenticationMessage": "Code {####}",
    });
    let pool = server.call("CreateUserPool", members).await.ok()["UserPool"].clone();
    assert_eq!(pool["MfaConfiguration"], "ON");
    let read = server
        .call("GetUserPoolMfaConfig", json!({ "UserPoolId": pool["Id"] }))
        .await
        .ok();
    assert_eq!(
        read,
        json!({
            "MfaConfiguration": "ON",
            "SmsMfaConfiguration": {
                "SmsAuthenticationMessage": "Code {####}",
                "SmsConfiguration": configuration()["SmsConfiguration"],
            },
        })
    );
}
