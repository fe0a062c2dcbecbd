//! The mail that a new user gets, or does not.

use crate::testing::TestPool;
use serde_json::json;

use super::{create, password_in, suppressed};

#[tokio::test]
async fn an_invitation_goes_by_mail_or_not_at_all() {
    let server = TestPool::new().await;
    let pool = server.pool().await;
    let phone = json!([{ "Name": "phone_number", "Value": "+4915112345678" }]);
    let no_sms =
        "This server sends no SMS. Ask for EMAIL in DesiredDeliveryMediums, or for no message with SUPPRESS.";
    let refused = [
        (
            json!({ "DesiredDeliveryMediums": ["SMS"] }),
            "CodeDeliveryFailureException",
            no_sms,
        ),
        (
            json!({ "UserAttributes": phone }),
            "CodeDeliveryFailureException",
            no_sms,
        ),
        (
            json!({ "UserAttributes": phone, "DesiredDeliveryMediums": ["EMAIL"] }),
            "InvalidParameterException",
            "User has no email address to which the invitation could be sent.",
        ),
    ];
    for (members, name, sentence) in refused {
        create(&server, &pool, members).await.assert_error(name, sentence);
    }
    create(
        &server,
        &pool,
        json!({ "Username": "a", "DesiredDeliveryMediums": ["SMS", "EMAIL"] }),
    )
    .await
    .ok();
    server.mail_to("mara@example.com").await;
    create(&server, &pool, json!({ "Username": "b", "UserAttributes": [] }))
        .await
        .ok();
    create(&server, &pool, suppressed("c")).await.ok();
    assert_eq!(server.unread_mails(), 0);
}

#[tokio::test]
async fn the_pools_template_words_the_invitation_and_cannot_be_escaped_from() {
    let server = TestPool::new().await;
    let template = json!({
        "EmailSubject": "Willkommen, {username}",
        "EmailMessage": "<p>Hallo <b>{username}</b></p><p>{####}</p>",
    });
    let config = json!({ "AdminCreateUserConfig": { "InviteMessageTemplate": template } });
    let pool = server.pool_with(config).await;
    let members = json!({ "Username": "<i>mara&co", "TemporaryPassword": "Ab<1>{username}" });
    create(&server, &pool, members).await.ok();
    let mail = server.mail_to("mara@example.com").await;
    assert_eq!(mail.subject, "Willkommen, <i>mara&co");
    assert_eq!(mail.text.trim(), "Hallo <i>mara&co\r\nAb<1>{username}");
    let html = mail.html.trim();
    assert_eq!(
        html,
        "<p>Hallo <b>&lt;i&gt;mara&amp;co</b></p><p>Ab&lt;1&gt;{username}</p>"
    );
}

#[tokio::test]
async fn an_invitation_is_sent_again_with_another_password_until_it_was_used() {
    let server = TestPool::new().await;
    let pool = server.pool().await;
    let client = server.client(&pool).await;
    create(&server, &pool, json!({})).await.ok();
    let first = password_in(&server.mail_to("mara@example.com").await.text);
    server.clock().advance_seconds(8 * 86_400);
    server
        .password_sign_in(&client, "mara", &first)
        .await
        .assert_error(
            "NotAuthorizedException",
            "Temporary password has expired and must be reset by an administrator.",
        );
    let resend = json!({ "UserPoolId": pool, "Username": "mara", "MessageAction": "RESEND" });
    let user = server.call("AdminCreateUser", resend.clone()).await.ok()["User"].clone();
    assert_eq!(user["UserStatus"], "FORCE_CHANGE_PASSWORD");
    let second = password_in(&server.mail_to("mara@example.com").await.text);
    assert_ne!(first, second);
    server
        .password_sign_in(&client, "mara", &first)
        .await
        .assert_error("NotAuthorizedException", "Incorrect username or password.");
    server.password_sign_in(&client, "mara", &second).await.ok();

    let password = "Correct-Horse-9!";
    let permanent =
        json!({ "UserPoolId": pool, "Username": "mara", "Password": password, "Permanent": true });
    server.call("AdminSetUserPassword", permanent).await.ok();
    server.call("AdminCreateUser", resend).await.assert_error(
        "UnsupportedUserStateException",
        "Resend not possible. mara status is not FORCE_CHANGE_PASSWORD",
    );
    server
        .call(
            "AdminCreateUser",
            json!({ "UserPoolId": pool, "Username": "nobody", "MessageAction": "RESEND" }),
        )
        .await
        .assert_error("UserNotFoundException", "User does not exist.");
}
