//! How mails are worded.

use std::sync::Arc;

use serde_json::{Value, json};

use poolhouse_mail::Address;

use super::*;
use crate::request::Asker;
use crate::testing::{RecordingFunction, TestPool};

#[test]
fn a_name_or_password_cannot_change_the_mail() {
    let html = filled(
        "<b>{username}</b>: {####}",
        "<img src=x>",
        "a&b\"c'",
        html::escape,
    );
    assert_eq!(html, "<b>&lt;img src=x&gt;</b>: a&amp;b&quot;c&#39;");
    assert_eq!(
        filled("{username} {####}", "{####}", "{username}", str::to_owned),
        "{####} {username}"
    );
}

#[test]
fn the_plain_text_of_a_mail_keeps_its_words_and_lines() {
    let cases = [
        (
            "<p>Your username is <b>{username}</b> and temporary password is <b>{####}</b></p>",
            "Your username is {username} and temporary password is {####}",
        ),
        (
            "<p>Hello {username},</p><p>Password:<br/>{####}</p>",
            "Hello {username},\nPassword:\n{####}",
        ),
        ("<b>1 &lt; 2</b> &amp;amp; <i>so</i>", "1 < 2 &amp; so"),
        ("a < b", "a < b"),
        ("<BR>first<br>second", "first\nsecond"),
        ("no {####} tags <", "no {####} tags <"),
    ];
    for (html, text) in cases {
        assert_eq!(plain_text(html), text, "{html}");
    }
}

/// The server's pool of this id and its user Mara, at the server's present time.
async fn scene(server: &TestPool, pool: &str) -> (Ctx, Arc<PoolRecord>, UserRecord) {
    server.user(pool, "mara", "Correct-Horse-9!").await;
    let ctx = Ctx::new(
        server.app().clone(),
        "00000000-0000-4000-8000-000000000000".to_owned(),
        server.app().platform.now(),
        Asker::default(),
    );
    let pool = ctx.pool(pool).await.unwrap().value;
    let user = ctx.user(&pool, "mara").await.unwrap().value;
    (ctx, pool, user)
}

fn code(source: CustomMessageSource) -> Message<'static> {
    Message {
        source,
        to: "mara@example.com".to_owned(),
        code: "123456",
        expires: None,
        client: None,
        metadata: None,
        discard: false,
    }
}

/// Subject and text of a mail that was queued and committed.
async fn mailed(
    server: &TestPool,
    scene: &(Ctx, Arc<PoolRecord>, UserRecord),
    source: CustomMessageSource,
) -> (String, String) {
    let (ctx, pool, user) = scene;
    let mail = queue(ctx, pool, user, code(source)).await.unwrap();
    ctx.platform().commit(mail).await.unwrap();
    server.deliver_mail().await;
    let mail = server.mail_to("mara@example.com").await;
    (mail.subject.clone(), mail.text.trim().to_owned())
}

const CODES: [CustomMessageSource; 6] = [
    CustomMessageSource::SignUp,
    CustomMessageSource::ResendCode,
    CustomMessageSource::ForgotPassword,
    CustomMessageSource::UpdateUserAttribute,
    CustomMessageSource::VerifyUserAttribute,
    CustomMessageSource::Authentication,
];

#[tokio::test]
async fn a_code_is_mailed_in_the_pools_words_or_plain_ones() {
    let server = TestPool::new().await;
    let plain = server.pool().await;
    let plain = scene(&server, &plain).await;
    let template = json!({ "EmailSubject": "Hallo {username}", "EmailMessage": "Code: {####}, {username}" });
    let worded = server
        .pool_with(json!({ "VerificationMessageTemplate": template }))
        .await;
    let worded = scene(&server, &worded).await;
    for source in CODES {
        let (subject, text) = mailed(&server, &plain, source).await;
        if source == CustomMessageSource::Authentication {
            // A factor looks as the other code of a sign-in does.
            assert!(text.contains("123456") && text.contains("works once"), "{text}");
            continue;
        }
        assert!(
            subject.ends_with(" code") && text.ends_with(" code is 123456"),
            "{source:?} {text}"
        );
        let (subject, text) = mailed(&server, &worded, source).await;
        assert_eq!(
            (subject.as_str(), text.as_str()),
            ("Hallo mara", "Code: 123456, mara")
        );
    }
}

#[tokio::test]
async fn a_function_is_asked_for_the_words_of_a_code_and_must_leave_the_code_in() {
    let function = RecordingFunction::new(|event| {
        let text = event["request"]["codeParameter"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let text = match event["triggerSource"].as_str() {
            Some("CustomMessage_ForgotPassword") => "without".to_owned(),
            _ => format!("It is {text}"),
        };
        event["response"]["emailMessage"] = json!(text);
        Ok(())
    });
    let server = TestPool::with_functions(vec![("f".to_owned(), function.clone())], |_| {}).await;
    let config = json!({ "CustomMessage": "arn:aws:lambda:us-east-1:000000000000:function:f" });
    let pool = server.pool_with(json!({ "LambdaConfig": config })).await;
    let scene = scene(&server, &pool).await;
    function.events();
    let (subject, text) = mailed(&server, &scene, CustomMessageSource::SignUp).await;
    assert_eq!(
        (subject.as_str(), text.as_str()),
        ("Your verification code", "It is 123456")
    );
    let [event] = function.events().try_into().unwrap();
    assert_eq!(event["triggerSource"], "CustomMessage_SignUp");
    assert_eq!(event["request"]["codeParameter"], "{####}");
    assert_eq!(event["request"].get("usernameParameter"), Some(&Value::Null));

    let (ctx, pool, user) = &scene;
    let refused = queue(ctx, pool, user, code(CustomMessageSource::ForgotPassword)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code.name(), "InvalidLambdaResponseException");
    assert_eq!(
        refused.message,
        "CustomMessage answered an emailMessage without {####}."
    );
}

#[tokio::test]
async fn a_code_in_nobodys_own_words_is_cognitos_sentence_in_the_look_of_the_other_mails() {
    let server = TestPool::new().await;
    let plain = server.pool().await;
    let plain = scene(&server, &plain).await;
    let template = json!({ "EmailMessage": "<i>Code</i>: {####}" });
    let worded = server
        .pool_with(json!({ "VerificationMessageTemplate": template }))
        .await;
    let worded = scene(&server, &worded).await;
    let mailed = async |(ctx, pool, user): &(Ctx, Arc<PoolRecord>, UserRecord)| {
        let source = CustomMessageSource::ForgotPassword;
        let mail = queue(ctx, pool, user, code(source)).await.unwrap();
        ctx.platform().commit(mail).await.unwrap();
        server.deliver_mail().await;
        let mail = server.mail_to("mara@example.com").await;
        (mail.subject.clone(), mail.text.clone(), mail.html.clone())
    };
    let (subject, text, html) = mailed(&plain).await;
    assert_eq!(subject, "Your password reset code");
    assert_eq!(text.trim(), "Your password reset code is 123456");
    let title = ">Your password reset code</h1>";
    let code = "user-select:all\">123456</td>";
    assert!(html.contains(title) && html.contains(code), "{html}");
    // The pool's own words are the whole mail.
    let (subject, text, html) = mailed(&worded).await;
    assert_eq!(subject, "Your password reset code");
    assert_eq!(
        (text.trim(), html.trim()),
        ("Code: 123456", "<i>Code</i>: 123456")
    );
}

#[tokio::test]
async fn an_address_that_takes_no_mail_gets_none_and_whoever_asks_is_answered_as_ever() {
    let server = TestPool::new().await;
    let pool = server.pool().await;
    let (ctx, pool, user) = scene(&server, &pool).await;
    let address = Address::parse("mara@example.com").unwrap();
    let complained = suppression::put(ctx.platform(), &address, suppression::Why::Complained, None);
    ctx.platform().commit(complained).await.unwrap();
    for source in CODES {
        let mail = queue(&ctx, &pool, &user, code(source)).await.unwrap();
        ctx.platform().commit(mail).await.unwrap();
        server.deliver_mail().await;
        assert_eq!(server.unread_mails(), 0, "{source:?}");
    }
    let allowed = suppression::lift(ctx.platform(), &address);
    ctx.platform().commit(allowed).await.unwrap();
    let (subject, _) = mailed(&server, &(ctx, pool, user), CustomMessageSource::SignUp).await;
    assert_eq!(subject, "Your verification code");
}
