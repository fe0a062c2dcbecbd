//! Second factors: one winner, each step once, and no more guesses than a challenge takes.

use poolhouse_crypto::totp;
use poolhouse_text::base32;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{PARALLEL, Scene, at_once};

/// Guesses made at the same moment.
const GUESSES: usize = 2_000;

impl Scene {
    /// A pool with apps and codes by mail as second factors.
    async fn with_factors() -> Scene {
        let admin_only = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
        let scene = Scene::of(json!({ "AccountRecoverySetting": admin_only }), json!({})).await;
        let members = json!({
            "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": { "Enabled": true },
            "EmailMfaConfiguration": {},
            "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } },
        });
        scene.call("SetUserPoolMfaConfig", members).await.ok();
        scene
    }

    async fn prefer(&self, factor: &str) {
        let members = json!({ factor: { "Enabled": true, "PreferredMfa": true } });
        self.on_mara("AdminSetUserMFAPreference", members).await.ok();
    }

    /// An app for Mara whose first code is used: the next is good now.
    pub(crate) async fn app(&self) -> String {
        let token = self.tokens().await["AccessToken"].clone();
        let associate = json!({ "AccessToken": token });
        let secret = self.server.call("AssociateSoftwareToken", associate).await.ok()["SecretCode"].clone();
        let secret = secret.as_str().unwrap().to_owned();
        let verify = json!({ "AccessToken": token, "UserCode": self.token_code(&secret) });
        self.server.call("VerifySoftwareToken", verify).await.ok();
        self.prefer("SoftwareTokenMfaSettings").await;
        self.server.clock().advance_seconds(30);
        secret
    }

    fn token_code(&self, secret: &str) -> String {
        let now = self.server.app().platform.now().seconds();
        totp::code(&base32::decode(secret).unwrap(), totp::step(now)).to_string()
    }

    fn answering(&self, challenge: &str, session: &Value, key: &str, code: &str) -> Value {
        json!({
            "ChallengeName": challenge,
            "ClientId": self.client,
            "Session": session,
            "ChallengeResponses": { "USERNAME": "mara", key: code },
        })
    }

    /// How many of these answers, given at the same moment, were said to be wrong, and how many gave tokens.
    async fn judged(&self, answers: Vec<Value>) -> (usize, usize) {
        let mut tasks = JoinSet::new();
        for body in answers {
            let ctx = crate::request(&self.server);
            tasks.spawn(async move {
                let operation = poolhouse_api::Operation::RespondToAuthChallenge;
                poolhouse_pool::ops::dispatch(operation, &ctx, body).await
            });
        }
        let answers = tasks.join_all().await;
        let wrong = answers.iter().filter(|answer| {
            let code = answer.as_ref().err().map(|error| error.code.name());
            code == Some("CodeMismatchException") || code == Some("ExpiredCodeException")
        });
        let right = answers.iter().filter(|answer| answer.is_ok());
        (wrong.count(), right.count())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_thousand_guesses_at_once_no_more_than_three_are_judged_a_challenge() {
    let cases = [
        ("SOFTWARE_TOKEN_MFA", "SOFTWARE_TOKEN_MFA_CODE", 6),
        ("EMAIL_OTP", "EMAIL_OTP_CODE", 8),
        ("SMS_MFA", "SMS_MFA_CODE", 6),
    ];
    for (challenge, key, digits) in cases {
        let scene = Scene::with_factors().await;
        match challenge {
            "EMAIL_OTP" => scene.prefer("EmailMfaSettings").await,
            "SMS_MFA" => {
                let number = json!([{ "Name": "phone_number", "Value": "+491234568920" }]);
                let members = json!({ "UserAttributes": number });
                scene.on_mara("AdminUpdateUserAttributes", members).await.ok();
                scene.prefer("SMSMfaSettings").await;
            }
            _ => drop(scene.app().await),
        }
        let session = scene.sign_in().await.ok()["Session"].clone();
        let guess = |number: usize| scene.answering(challenge, &session, key, &format!("{number:0digits$}"));
        let (wrong, right) = scene.judged((0..GUESSES).map(guess).collect()).await;
        assert!(wrong + right <= 3, "{challenge}: {wrong} wrong, {right} right");
        assert!(
            right == 1 || wrong == 3,
            "{challenge}: {wrong} wrong, {right} right"
        );
        scene.server.ignore_mail();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_right_answers_to_one_challenge_one_signs_in() {
    let scene = Scene::with_factors().await;
    let secret = scene.app().await;
    let session = scene.sign_in().await.ok()["Session"].clone();
    let code = scene.token_code(&secret);
    let body = scene.answering("SOFTWARE_TOKEN_MFA", &session, "SOFTWARE_TOKEN_MFA_CODE", &code);
    let calls = vec![("RespondToAuthChallenge", body); PARALLEL];
    assert_eq!(at_once(&scene.server, calls).await, 1);
    let scene = Scene::with_factors().await;
    scene.prefer("EmailMfaSettings").await;
    let session = scene.sign_in().await.ok()["Session"].clone();
    let code = scene.server.code_to("mara@example.com").await;
    let body = scene.answering("EMAIL_OTP", &session, "EMAIL_OTP_CODE", &code);
    let calls = vec![("RespondToAuthChallenge", body); PARALLEL];
    assert_eq!(at_once(&scene.server, calls).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_step_of_an_app_signs_in_once_however_many_challenges_it_answers() {
    let scene = Scene::with_factors().await;
    let secret = scene.app().await;
    let code = scene.token_code(&secret);
    let mut calls = Vec::new();
    for _ in 0..PARALLEL {
        let session = scene.sign_in().await.ok()["Session"].clone();
        let body = scene.answering("SOFTWARE_TOKEN_MFA", &session, "SOFTWARE_TOKEN_MFA_CODE", &code);
        calls.push(("RespondToAuthChallenge", body));
    }
    assert_eq!(at_once(&scene.server, calls).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_codes_that_verify_an_app_one_does() {
    let scene = Scene::with_factors().await;
    let token = scene.tokens().await["AccessToken"].clone();
    let associate = json!({ "AccessToken": token });
    let secret = scene.server.call("AssociateSoftwareToken", associate).await.ok()["SecretCode"].clone();
    let code = scene.token_code(secret.as_str().unwrap());
    let verify = json!({ "AccessToken": token, "UserCode": code });
    assert_eq!(
        at_once(&scene.server, vec![("VerifySoftwareToken", verify); PARALLEL]).await,
        1
    );
}

#[tokio::test]
async fn a_step_that_was_used_at_the_same_moment_is_good_for_nothing_more() {
    let scene = Scene::with_factors().await;
    let secret = scene.app().await;
    let code = scene.token_code(&secret);
    let other = scene.sign_in().await.ok()["Session"].clone();
    let mine = scene.sign_in().await.ok()["Session"].clone();
    let theirs = scene.answering("SOFTWARE_TOKEN_MFA", &other, "SOFTWARE_TOKEN_MFA_CODE", &code);
    let sub = scene.keys("/software-token").await[0].clone();
    scene.before(&sub, move |rival| async move {
        rival.call("RespondToAuthChallenge", theirs).await.ok();
    });
    let body = scene.answering("SOFTWARE_TOKEN_MFA", &mine, "SOFTWARE_TOKEN_MFA_CODE", &code);
    scene
        .server
        .call("RespondToAuthChallenge", body)
        .await
        .assert_error(
            "ExpiredCodeException",
            "Your software token has already been used once.",
        );
}

#[tokio::test]
async fn a_factor_switched_on_while_a_sign_in_ends_is_asked_for() {
    let scene = Scene::with_factors().await;
    let members = json!({ "EmailMfaSettings": { "Enabled": true } });
    scene.first_on_mara("user/", "AdminSetUserMFAPreference", members);
    scene
        .sign_in()
        .await
        .assert_error("NotAuthorizedException", "Invalid session for the user.");
    assert_eq!(scene.sign_in().await.ok()["ChallengeName"], "EMAIL_OTP");
    scene.server.ignore_mail();
}

#[tokio::test]
async fn a_user_disabled_while_a_factor_is_answered_stays_out() {
    let scene = Scene::with_factors().await;
    let secret = scene.app().await;
    let session = scene.sign_in().await.ok()["Session"].clone();
    scene.first_on_mara("user/", "AdminDisableUser", json!({}));
    let code = json!({ "SOFTWARE_TOKEN_MFA_CODE": scene.token_code(&secret) });
    scene
        .respond("SOFTWARE_TOKEN_MFA", &session, code)
        .await
        .assert_error("NotAuthorizedException", "User is disabled.");
}
