//! The functions that have a say in who is created, and in what the invitation says.

use std::sync::Arc;

use crate::testing::{RecordingFunction, TestPool};
use serde_json::{Value, json};

use super::{create, suppressed};

/// A server with this function, and a pool that calls it as this trigger.
async fn with_function(trigger: &str, function: &Arc<RecordingFunction>) -> (TestPool, String) {
    let server = TestPool::with_functions(vec![("f".to_owned(), function.clone())], |_| {}).await;
    let config = json!({ trigger: "arn:aws:lambda:us-east-1:000000000000:function:f" });
    let pool = server.pool_with(json!({ "LambdaConfig": config })).await;
    (server, pool)
}

fn with_metadata() -> Value {
    json!({
        "TemporaryPassword": "Abcdefg-1",
        "ValidationData": [{ "Name": "source", "Value": "import" }],
        "ClientMetadata": { "trace": "a1" },
    })
}

#[tokio::test]
async fn pre_sign_up_hears_of_the_user_before_it_exists() {
    let function = RecordingFunction::silent();
    let (server, pool) = with_function("PreSignUp", &function).await;
    server.ignore_mail();
    create(&server, &pool, with_metadata()).await.ok();
    let [event] = function.events().try_into().unwrap();
    assert_eq!(
        event,
        json!({
            "version": "1",
            "region": "us-east-1",
            "userPoolId": pool,
            "userName": "mara",
            "callerContext": {
                "awsSdkVersion": "aws-sdk-unknown-unknown",
                "clientId": "CLIENT_ID_NOT_APPLICABLE",
            },
            "triggerSource": "PreSignUp_AdminCreateUser",
            "request": {
                "userAttributes": { "email": "mara@example.com" },
                "validationData": { "source": "import" },
                "clientMetadata": { "trace": "a1" },
            },
            "response": { "autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false },
        })
    );
}

#[tokio::test]
async fn whom_pre_sign_up_refuses_is_not_created() {
    let function = RecordingFunction::new(|_| Err("Not here".to_owned()));
    let (server, pool) = with_function("PreSignUp", &function).await;
    create(&server, &pool, json!({})).await.assert_error(
        "UserLambdaValidationException",
        "PreSignUp failed with error Not here.",
    );
    let users = server.call("ListUsers", json!({ "UserPoolId": pool })).await.ok();
    assert_eq!(users, json!({ "Users": [] }));
}

#[tokio::test]
async fn custom_message_words_the_invitation() {
    let function = RecordingFunction::new(|event| {
        event["response"]["emailSubject"] = json!("Hello");
        event["response"]["emailMessage"] = json!("Name: {username}<br>Word: {####}");
        Ok(())
    });
    let (server, pool) = with_function("CustomMessage", &function).await;
    let user = create(&server, &pool, with_metadata()).await.ok()["User"].clone();
    let [event] = function.events().try_into().unwrap();
    assert_eq!(event["triggerSource"], "CustomMessage_AdminCreateUser");
    assert_eq!(
        event["request"],
        json!({
            "userAttributes": {
                "sub": user["Attributes"][0]["Value"],
                "cognito:user_status": "FORCE_CHANGE_PASSWORD",
                "email": "mara@example.com",
            },
            "codeParameter": "{####}",
            "usernameParameter": "{username}",
            "clientMetadata": { "trace": "a1" },
        })
    );
    assert_eq!(
        event["response"],
        json!({ "smsMessage": null, "emailMessage": null, "emailSubject": null })
    );
    let mail = server.mail_to("mara@example.com").await;
    assert_eq!(mail.subject, "Hello");
    assert_eq!(mail.text.trim(), "Name: mara\r\nWord: Abcdefg-1");
}

#[tokio::test]
async fn the_subject_of_an_invitation_names_the_user_whoever_worded_it() {
    let function = RecordingFunction::new(|event| {
        event["response"]["emailSubject"] = json!("Welcome, {username}");
        event["response"]["emailMessage"] = json!("{username}, {####}");
        Ok(())
    });
    let by_function = with_function("CustomMessage", &function).await;
    let template = json!({ "EmailSubject": "Welcome, {username}", "EmailMessage": "{username}, {####}" });
    let server = TestPool::new().await;
    let config = json!({ "AdminCreateUserConfig": { "InviteMessageTemplate": template } });
    let pool = server.pool_with(config).await;
    for (server, pool) in [by_function, (server, pool)] {
        create(&server, &pool, with_metadata()).await.ok();
        let mail = server.mail_to("mara@example.com").await;
        assert_eq!(mail.subject, "Welcome, mara");
        assert_eq!(mail.text.trim(), "mara, Abcdefg-1");
    }
}

#[tokio::test]
async fn an_invitation_worded_without_the_password_is_refused_and_nobody_is_created() {
    let function = RecordingFunction::new(|event| {
        event["response"]["emailMessage"] = json!("Welcome, {username}!");
        Ok(())
    });
    let (server, pool) = with_function("CustomMessage", &function).await;
    create(&server, &pool, json!({})).await.assert_error(
        "InvalidLambdaResponseException",
        "CustomMessage answered an emailMessage without {username} or {####}.",
    );
    create(&server, &pool, suppressed("mara")).await.ok();
    assert_eq!(function.events().len(), 1);
}
