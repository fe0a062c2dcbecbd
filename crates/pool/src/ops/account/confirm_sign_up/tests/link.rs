//! Sign-ups that a link confirms.

use std::sync::Arc;

use poolhouse_triggers::Place;
use serde_json::{Value, json};

use super::super::{ByLink, by_link};
use crate::base::error::ApiError;
use crate::ops::account::tests::{EMAIL, ENDED, MISMATCH, Scene, given, with};
use crate::request::{Asker, Ctx};
use crate::testing::{RecordingFunction, TestPool};

fn linking(template: Value) -> Value {
    let by_link = json!({ "DefaultEmailOption": "CONFIRM_WITH_LINK" });
    json!({ "VerificationMessageTemplate": with(by_link, template) })
}

/// Opens a link by its three parts, as the page does.
async fn open(scene: &Scene, name: &str, code: &str) -> Result<ByLink, ApiError> {
    let ctx = Ctx::new(
        scene.server.app().clone(),
        "00000000-0000-4000-8000-000000000000".to_owned(),
        scene.server.app().platform.now(),
        Asker::default(),
    );
    by_link(&ctx, &scene.client, name, code).await
}

fn said(outcome: Result<ByLink, ApiError>) -> Option<(&'static str, String)> {
    outcome.err().map(|error| (error.code.name(), error.message))
}

#[tokio::test]
async fn the_link_in_the_mail_confirms_and_so_does_its_code_typed() {
    for typed in [false, true] {
        let scene = Scene::of(linking(json!({})), json!({ "GenerateSecret": !typed })).await;
        // Nobody knows the client's secret who opens a link.
        let body = json!({ "UserPoolId": scene.pool, "ClientId": scene.client });
        let described = scene.server.call("DescribeUserPoolClient", body).await.ok();
        let secret = described["UserPoolClient"]["ClientSecret"].as_str();
        let hash = secret.map(|secret| poolhouse_crypto::secret_hash(secret, "ada+x", &scene.client));
        let members = with(json!({ "SecretHash": hash }), given(&[("email", EMAIL)]));
        scene.sign_up("ada+x", members).await.ok();
        let mail = scene.server.mail_to(EMAIL).await;
        let text = mail.text.replace("\r\n", "\n");
        let (before, code) = text.trim().rsplit_once('=').unwrap_or_default();
        let client = &scene.client;
        assert_eq!(mail.subject, "Your verification link");
        assert_eq!(
            before,
            format!(
                "Please click the link below to verify your email address.\n\
                 Verify Email: http://127.0.0.1:9229/confirmUser?client_id={client}&user_name=ada%2Bx&confirmation_code"
            )
        );
        let link = format!(
            "href=\"http://127.0.0.1:9229/confirmUser?client_id={client}&amp;user_name=ada%2Bx\
             &amp;confirmation_code={code}\""
        );
        let html = &mail.html;
        assert!(
            html.contains(&link) && html.contains(">Verify Email: <a"),
            "{html}"
        );
        let wrong = said(open(&scene, "ada+x", "none").await);
        assert_eq!(wrong, Some((MISMATCH.0, MISMATCH.1.to_owned())));
        if typed {
            scene.confirm("ada+x", code).await.ok();
        } else {
            assert_eq!(said(open(&scene, "ada+x", code).await), None);
        }
        let (status, attributes) = scene.user("ada+x").await;
        assert_eq!(
            (status.as_str(), &attributes["email_verified"]),
            ("CONFIRMED", &json!("true"))
        );
    }
}

#[tokio::test]
async fn a_button_that_is_pressed_twice_is_told_that_the_sign_up_is_confirmed() {
    let scene = Scene::of(linking(json!({})), json!({})).await;
    scene.sign_up("mara", given(&[("email", EMAIL)])).await.ok();
    let mail = scene.server.mail_to(EMAIL).await;
    let (_, code) = mail.text.trim().rsplit_once('=').unwrap();
    let (first, second) = tokio::join!(open(&scene, "mara", code), open(&scene, "mara", code));
    let both = [first.unwrap(), second.unwrap()];
    assert!(both.contains(&ByLink::Now), "{both:?}");
    assert!(both.contains(&ByLink::Before), "{both:?}");
    assert_eq!(open(&scene, "mara", code).await.unwrap(), ByLink::Before);
    // Who is not confirmed is not told so.
    let noel = json!({ "UserAttributes": [{ "Name": "email", "Value": "noel@example.com" }] });
    scene.sign_up("noel", noel).await.ok();
    scene.admin("AdminDisableUser", "noel", json!({})).await.ok();
    let mail = scene.server.mail_to("noel@example.com").await;
    let (_, code) = mail.text.trim().rsplit_once('=').unwrap();
    let refused = said(open(&scene, "noel", code).await);
    assert_eq!(
        refused,
        Some(("NotAuthorizedException", "User is disabled.".to_owned()))
    );
}

#[tokio::test]
async fn a_pool_that_mails_codes_is_confirmed_by_no_link() {
    let scene = Scene::new().await;
    let code = scene.mara().await;
    let refused = said(open(&scene, "mara", &code).await);
    assert_eq!(refused, Some((ENDED.0, ENDED.1.to_owned())));
    scene.confirm("mara", &code).await.ok();
}

#[tokio::test]
async fn a_pool_words_its_links_and_forgotten_passwords_have_codes_all_the_same() {
    let template = json!({
        "EmailSubjectByLink": "Welcome, {username}",
        "EmailMessageByLink": "<b>{##Come in##}</b>, {username}",
    });
    let scene = Scene::of(linking(template), json!({})).await;
    scene.sign_up("mara", given(&[("email", EMAIL)])).await.ok();
    let mail = scene.server.mail_to(EMAIL).await;
    assert_eq!(mail.subject, "Welcome, mara");
    let text = mail.text.trim();
    assert!(
        text.starts_with("Come in: http://") && text.ends_with(", mara"),
        "{text}"
    );
    let name = "noel@example.com";
    scene.server.user(&scene.pool, "noel", "Correct-Horse-9!").await;
    scene.call("ForgotPassword", "noel", json!({})).await.ok();
    let mail = scene.server.mail_to(name).await;
    assert!(
        mail.text.starts_with("Your password reset code is "),
        "{}",
        mail.text
    );
}

#[tokio::test]
async fn a_function_that_words_a_link_is_shown_what_stands_for_it() {
    let wording = RecordingFunction::new(|event| {
        event["response"]["emailMessage"] = match event["request"]["linkParameter"].as_str() {
            Some(link) => json!(format!("Here: {link}")),
            None => json!("without"),
        };
        Ok(())
    });
    let places: Vec<(String, Arc<dyn Place>)> = vec![("words".to_owned(), wording.clone())];
    let server = TestPool::with_functions(places, |_| {}).await;
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:words";
    let pool = with(
        linking(json!({})),
        json!({ "LambdaConfig": { "CustomMessage": arn } }),
    );
    let scene = Scene::on(server, pool, json!({})).await;
    let members = given(&[("email", EMAIL)]);
    scene.sign_up("mara", members).await.ok();
    let [event] = wording.events().try_into().unwrap();
    assert_eq!(event["request"]["linkParameter"], "{##Click Here##}");
    assert_eq!(event["request"]["codeParameter"], "{####}");
    let mail = scene.server.mail_to(EMAIL).await;
    assert!(
        mail.text.trim().starts_with("Here: Click Here: http://"),
        "{}",
        mail.text
    );
    scene.server.user(&scene.pool, "noel", "Correct-Horse-9!").await;
    scene
        .call("ForgotPassword", "noel", json!({}))
        .await
        .assert_error(
            "InvalidLambdaResponseException",
            "CustomMessage answered an emailMessage without {####}.",
        );
}
