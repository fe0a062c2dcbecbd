//! Codes in place of a password, and the choice of them: one winner, no more guesses than a challenge takes, no more messages than
//! leave.

use poolhouse_api::Operation;
use poolhouse_pool::ops::dispatch;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{PARALLEL, PASSWORD, Scene, at_once, request};

/// Guesses made at the same moment.
const GUESSES: usize = 2_000;
const NUMBER: &str = "+491234568920";

impl Scene {
    /// A pool that sends codes in place of passwords.
    async fn choosing() -> Scene {
        let allowed = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"] });
        let pool = json!({ "Policies": { "SignInPolicy": allowed } });
        let client = json!({ "ExplicitAuthFlows": ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] });
        let scene = Scene::of(pool, client).await;
        let number = json!([{ "Name": "phone_number", "Value": NUMBER }]);
        let members = json!({ "UserAttributes": number });
        scene.on_mara("AdminUpdateUserAttributes", members).await.ok();
        scene
    }

    fn beginning(&self, preferred: &str) -> Value {
        let mut parameters = json!({ "USERNAME": "mara" });
        if !preferred.is_empty() {
            parameters["PREFERRED_CHALLENGE"] = json!(preferred);
        }
        json!({ "AuthFlow": "USER_AUTH", "ClientId": self.client, "AuthParameters": parameters })
    }

    async fn begun(&self, preferred: &str) -> Value {
        let body = self.beginning(preferred);
        self.server.call("InitiateAuth", body).await.ok()["Session"].clone()
    }

    fn answer_to(&self, challenge: &str, session: &Value, mut responses: Value) -> Value {
        responses["USERNAME"] = json!("mara");
        json!({
            "ChallengeName": challenge,
            "ClientId": self.client,
            "Session": session,
            "ChallengeResponses": responses,
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_thousand_guesses_at_once_no_more_than_three_are_judged_a_challenge() {
    for (challenge, key) in [("EMAIL_OTP", "EMAIL_OTP_CODE"), ("SMS_OTP", "SMS_OTP_CODE")] {
        let scene = Scene::choosing().await;
        let session = scene.begun(challenge).await;
        let mut tasks = JoinSet::new();
        for number in 0..GUESSES {
            let guess = json!({ key: format!("{number:08}") });
            let body = scene.answer_to(challenge, &session, guess);
            let ctx = request(&scene.server);
            tasks.spawn(async move { dispatch(Operation::RespondToAuthChallenge, &ctx, body).await });
        }
        let answers = tasks.join_all().await;
        let wrong = answers.iter().filter(|answer| {
            let code = answer.as_ref().err().map(|error| error.code.name());
            code == Some("CodeMismatchException")
        });
        let (wrong, right) = (
            wrong.count(),
            answers.iter().filter(|answer| answer.is_ok()).count(),
        );
        assert!(wrong + right <= 3, "{challenge}: {wrong} wrong, {right} right");
        assert!(
            right == 1 || wrong == 3,
            "{challenge}: {wrong} wrong, {right} right"
        );
        scene.server.ignore_mail();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_right_answers_to_one_challenge_or_choice_one_goes_on() {
    let scene = Scene::choosing().await;
    let session = scene.begun("EMAIL_OTP").await;
    let code = scene.server.code_to("mara@example.com").await;
    let body = scene.answer_to("EMAIL_OTP", &session, json!({ "EMAIL_OTP_CODE": code }));
    let calls = vec![("RespondToAuthChallenge", body); PARALLEL];
    assert_eq!(at_once(&scene.server, calls).await, 1);
    for responses in [
        json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD }),
        json!({ "ANSWER": "SMS_OTP" }),
    ] {
        let session = scene.begun("").await;
        let body = scene.answer_to("SELECT_CHALLENGE", &session, responses);
        let calls = vec![("RespondToAuthChallenge", body); PARALLEL];
        assert_eq!(at_once(&scene.server, calls).await, 1);
    }
    scene.server.ignore_mail();
}

#[tokio::test]
async fn a_choice_made_while_another_is_committed_is_told_that_its_session_is_used() {
    let scene = Scene::choosing().await;
    let session = scene.begun("").await;
    let body = scene.answer_to("SELECT_CHALLENGE", &session, json!({ "ANSWER": "SMS_OTP" }));
    let first = body.clone();
    scene.before(&scene.keys("/session/").await[0], |rival| async move {
        rival.call("RespondToAuthChallenge", first).await.ok();
    });
    let refused = scene.server.call("RespondToAuthChallenge", body).await;
    refused.assert_error(
        "NotAuthorizedException",
        "Invalid session for the user, session can only be used once.",
    );
    scene.server.ignore_mail();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_ask_for_a_code_at_once_no_more_are_sent_one_than_in_an_hour() {
    let scene = Scene::choosing().await;
    let mut tasks = JoinSet::new();
    for number in 0..PARALLEL {
        let mut ctx = request(&scene.server);
        ctx.request_id = format!("00000000-0000-4000-8000-{number:012}");
        let body = scene.beginning("EMAIL_OTP");
        tasks.spawn(async move { dispatch(Operation::InitiateAuth, &ctx, body).await });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 10);
    scene.server.deliver_mail().await;
    assert_eq!(scene.server.unread_mails(), 10);
    scene.server.ignore_mail();
}

#[tokio::test]
async fn a_user_disabled_given_a_factor_or_another_address_while_a_code_is_answered_is_kept_out() {
    for (prefix, operation, members, sentence) in [
        ("user/", "AdminDisableUser", json!({}), "User is disabled."),
        (
            "user/",
            "AdminSetUserMFAPreference",
            json!({ "EmailMfaSettings": { "Enabled": true } }),
            "Invalid session for the user.",
        ),
        (
            "user/",
            "AdminUpdateUserAttributes",
            json!({ "UserAttributes": [{ "Name": "email", "Value": "other@example.com" }] }),
            "Invalid session for the user.",
        ),
    ] {
        let scene = Scene::choosing().await;
        let config = json!({
            "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": { "Enabled": true },
            "EmailMfaConfiguration": {},
        });
        let recovery = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
        let allowed = json!({ "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] });
        let update = json!({
            "AccountRecoverySetting": recovery,
            "Policies": { "SignInPolicy": allowed },
        });
        scene.call("UpdateUserPool", update).await.ok();
        scene.call("SetUserPoolMfaConfig", config).await.ok();
        let session = scene.begun("EMAIL_OTP").await;
        let code = scene.server.code_to("mara@example.com").await;
        scene.first_on_mara(prefix, operation, members);
        let answer = scene
            .respond("EMAIL_OTP", &session, json!({ "EMAIL_OTP_CODE": code }))
            .await;
        answer.assert_error("NotAuthorizedException", sentence);
    }
}
