//! Every flow, every factor, every state of the door: nobody gets tokens from a pool that needs a code without having typed
//! one, and in any pool nobody who has a factor gets them without it.

use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::PASSWORD;
use crate::factors::Factors;

const FLOWS: [&str; 4] = [
    "USER_PASSWORD_AUTH",
    "USER_SRP_AUTH",
    "ADMIN_USER_PASSWORD_AUTH",
    "CUSTOM_AUTH",
];
/// What the user has switched on.
const FACTORS: [&[&str]; 5] = [&[], &["token"], &["email"], &["sms"], &["token", "email"]];
const NUMBER: &str = "+491234568920";
const MODES: [&str; 3] = ["OFF", "OPTIONAL", "ON"];
/// When the door is shut: never, before the sign-in, or as soon as a challenge was handed out.
const DOORS: [&str; 3] = ["open", "shut", "shut on the way"];

struct Walk<'a> {
    scene: &'a Factors,
    secret: &'a str,
    flow: &'a str,
}

impl Walk<'_> {
    async fn begin(&self) -> Answer {
        let Factors { server, pool, client } = self.scene;
        match self.flow {
            "USER_PASSWORD_AUTH" => self.scene.password().await,
            "USER_SRP_AUTH" => server.srp_sign_in(pool, client, "mara", PASSWORD).await,
            "CUSTOM_AUTH" => server.custom_sign_in(pool, client, "mara", PASSWORD).await,
            flow => {
                let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD });
                let body = json!({ "AuthFlow": flow, "ClientId": client, "UserPoolId": pool, "AuthParameters": parameters });
                server.call("AdminInitiateAuth", body).await
            }
        }
    }

    /// The right answer to whatever is asked.
    async fn answer(&self, asked: &Value) -> Answer {
        let (scene, session) = (self.scene, &asked["Session"]);
        match asked["ChallengeName"].as_str().unwrap() {
            "SOFTWARE_TOKEN_MFA" => {
                scene.server.clock().advance_seconds(30);
                scene.with_token(session, &scene.code(self.secret)).await
            }
            "EMAIL_OTP" => {
                let code = scene.server.code_to("mara@example.com").await;
                scene.with_mail(session, &code).await
            }
            "SMS_MFA" => {
                let code = scene.server.code_to(NUMBER).await;
                scene
                    .respond("SMS_MFA", session, json!({ "SMS_MFA_CODE": code }))
                    .await
            }
            "SELECT_MFA_TYPE" => {
                let answer = json!({ "ANSWER": "EMAIL_OTP" });
                scene.respond("SELECT_MFA_TYPE", session, answer).await
            }
            "MFA_SETUP" => self.set_up(session).await,
            "CUSTOM_CHALLENGE" => {
                let code = scene.server.code_to("mara@example.com").await;
                scene
                    .respond("CUSTOM_CHALLENGE", session, json!({ "ANSWER": code }))
                    .await
            }
            // Nobody asks for anything else here.
            _ => Answer::new(500, Vec::new(), b""),
        }
    }

    async fn set_up(&self, session: &Value) -> Answer {
        let server = &self.scene.server;
        let associated = server
            .call("AssociateSoftwareToken", json!({ "Session": session }))
            .await;
        if associated.status != 200 {
            return associated;
        }
        let code = self.scene.code(associated["SecretCode"].as_str().unwrap());
        let verify = json!({ "Session": associated["Session"], "UserCode": code });
        let verified = server.call("VerifySoftwareToken", verify).await;
        if verified.status != 200 {
            return verified;
        }
        self.scene
            .respond("MFA_SETUP", &verified["Session"], json!({}))
            .await
    }

    /// Answers everything rightly, to the end. Returns what was asked for, and whether there were tokens.
    async fn go(&self, door: &str) -> (Vec<String>, bool) {
        let server = &self.scene.server;
        server.require_code(&self.scene.pool, None, door == "shut").await;
        let mut asked = Vec::new();
        let mut answer = self.begin().await;
        while answer.status == 200 && answer["ChallengeName"].is_string() {
            asked.push(answer["ChallengeName"].as_str().unwrap().to_owned());
            assert!(asked.len() < 6, "{asked:?}");
            if door == "shut on the way" {
                server.require_code(&self.scene.pool, None, true).await;
            }
            answer = self.answer(&answer.body).await;
        }
        (asked, answer["AuthenticationResult"].is_object())
    }
}

/// The pool of a case, with the user's factors as the case has them, and the secret of the app.
async fn scene(mode: &str, factors: &[&str]) -> (Factors, String) {
    let server = TestPool::new().await;
    let pool = server.open_confirm_pool().await;
    poolhouse_pool::ops::pools::safeguards::change(&server.app().platform, &pool, |pool| {
        pool.recovery_needs_another_factor = true;
    })
    .await
    .unwrap()
    .unwrap();
    let client = server.client(&pool).await;
    server.user(&pool, "mara", PASSWORD).await;
    let scene = Factors { server, pool, client };
    let sms = json!({ "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sms" } });
    let all = json!({ "EmailMfaConfiguration": {}, "SmsMfaConfiguration": sms });
    scene.configure("OPTIONAL", all.clone()).await;
    let mut secret = String::new();
    if factors.contains(&"token") {
        secret = scene.app().await;
    }
    if factors.contains(&"email") {
        scene
            .prefer(json!({ "EmailMfaSettings": { "Enabled": true } }))
            .await;
    }
    if factors.contains(&"sms") {
        let number = json!({ "UserAttributes": [{ "Name": "phone_number", "Value": NUMBER }] });
        scene.admin("AdminUpdateUserAttributes", number).await.ok();
        scene
            .prefer(json!({ "SMSMfaSettings": { "Enabled": true } }))
            .await;
    }
    match mode {
        "OFF" => {
            let off = json!({ "UserPoolId": scene.pool, "MfaConfiguration": "OFF" });
            scene.server.call("SetUserPoolMfaConfig", off).await.ok();
        }
        mode => scene.configure(mode, all).await,
    }
    (scene, secret)
}

#[tokio::test]
async fn door_no_factor_is_a_way_around_the_code_in_any_flow_mode_or_state() {
    let mut walks = 0;
    for mode in MODES {
        for factors in FACTORS {
            let (scene, secret) = scene(mode, factors).await;
            let is_due = mode == "ON" || (mode == "OPTIONAL" && !factors.is_empty());
            for flow in FLOWS {
                for door in DOORS {
                    let walk = Walk {
                        scene: &scene,
                        secret: &secret,
                        flow,
                    };
                    let (asked, has_tokens) = walk.go(door).await;
                    let case = format!("{flow}, {mode}, {factors:?}, {door}: {asked:?}");
                    let had = |name: &str| asked.iter().any(|asked| asked == name);
                    let had_code = had("CUSTOM_CHALLENGE");
                    let had_factor =
                        had("SOFTWARE_TOKEN_MFA") || had("SMS_MFA") || had("EMAIL_OTP") || had("MFA_SETUP");
                    if has_tokens && door != "open" {
                        // A sign-in that asked for nothing more had ended before the door was shut on its way.
                        assert!(
                            had_code || (door == "shut on the way" && asked.is_empty()),
                            "{case}"
                        );
                    }
                    if has_tokens && is_due {
                        assert!(had_factor || had_code, "{case}");
                    }
                    if has_tokens && !factors.is_empty() && mode != "OFF" {
                        assert!(had_factor, "{case}");
                    }
                    let is_open =
                        door == "open" || flow == "CUSTOM_AUTH" || (door != "shut" && asked.is_empty());
                    assert_eq!(has_tokens, is_open, "{case}");
                    scene.server.clock().advance_seconds(3600);
                    walks += 1;
                }
            }
        }
    }
    assert_eq!(walks, MODES.len() * FACTORS.len() * FLOWS.len() * DOORS.len());
}
