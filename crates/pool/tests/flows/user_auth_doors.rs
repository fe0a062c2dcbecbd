//! Every first factor of `USER_AUTH`, every way to choose it, every state of the door: no one of them is a way around the code
//! that a pool needs, nor around a second factor.

use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::PASSWORD;
use crate::user_auth::{BY_CODES, Choice, NUMBER, has_tokens};

const FIRST: [&str; 4] = ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP", "SMS_OTP"];
/// How it is chosen: in the first step, after it, or by its own name in answer to the choice.
const WAYS: [&str; 3] = ["preferred", "selected", "named"];
/// Whether Mara has a second factor.
const FACTORS: [bool; 2] = [false, true];
/// When the door is shut: never, before the sign-in, or as soon as a challenge was handed out.
const DOORS: [&str; 3] = ["open", "shut", "shut on the way"];
const CALLS: [&str; 2] = ["InitiateAuth", "AdminInitiateAuth"];

struct Walk<'a> {
    scene: &'a Choice,
    srp: SrpClient,
    first: &'a str,
    way: &'a str,
    call: &'a str,
}

impl Walk<'_> {
    /// What goes with the choice.
    fn proof(&self) -> Value {
        json!({ "PASSWORD": PASSWORD, "SRP_A": self.srp.public_a(), "ANSWER": self.first })
    }

    async fn begin(&self) -> Answer {
        let mut parameters = match self.way {
            "preferred" => self.proof(),
            _ => json!({}),
        };
        parameters["USERNAME"] = json!("mara");
        if self.way == "preferred" {
            parameters["PREFERRED_CHALLENGE"] = json!(self.first);
        }
        let body = json!({
            "AuthFlow": "USER_AUTH",
            "UserPoolId": self.scene.pool,
            "ClientId": self.scene.client,
            "AuthParameters": parameters,
        });
        self.scene.server.call(self.call, body).await
    }

    /// The right answer to whatever is asked.
    async fn answer(&self, asked: &Value) -> Answer {
        let (scene, session) = (self.scene, &asked["Session"]);
        let challenge = asked["ChallengeName"].as_str().unwrap();
        match challenge {
            "SELECT_CHALLENGE" => {
                let by_name = self.way == "named" && self.first.starts_with("PASSWORD");
                let name = if by_name { self.first } else { challenge };
                scene.respond(name, session, self.proof()).await
            }
            "PASSWORD_VERIFIER" => scene.prove(&self.srp, asked).await,
            "EMAIL_OTP" => {
                let code = scene.server.code_to("mara@example.com").await;
                scene
                    .respond(challenge, session, json!({ "EMAIL_OTP_CODE": code }))
                    .await
            }
            "SMS_OTP" => {
                let code = scene.server.code_to(NUMBER).await;
                scene
                    .respond(challenge, session, json!({ "SMS_OTP_CODE": code }))
                    .await
            }
            // Nobody asks for anything else here.
            _ => Answer::new(500, Vec::new(), b""),
        }
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
        (asked, has_tokens(&answer))
    }
}

async fn scene(has_factor: bool) -> Choice {
    let server = TestPool::new().await;
    let arn = |name: &str| format!("arn:aws:lambda:us-east-1:000000000000:function:{name}");
    let members = json!({
        "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] },
        "Policies": { "SignInPolicy": { "AllowedFirstAuthFactors": BY_CODES } },
        "Schema": [{ "Name": "authChallenge", "AttributeDataType": "String", "Mutable": true }],
        "LambdaConfig": {
            "DefineAuthChallenge": arn("2faDefine"),
            "CreateAuthChallenge": arn("2faCreate"),
            "VerifyAuthChallengeResponse": arn("2faVerify"),
        },
    });
    let scene = Choice::of(server, members, json!({})).await;
    let config = json!({
        "UserPoolId": scene.pool,
        "MfaConfiguration": "OPTIONAL",
        "EmailMfaConfiguration": {},
    });
    scene.server.call("SetUserPoolMfaConfig", config).await.ok();
    let enabled = json!({ "EmailMfaSettings": { "Enabled": has_factor } });
    scene.admin("AdminSetUserMFAPreference", enabled).await.ok();
    scene
}

#[tokio::test]
async fn door_no_first_factor_is_a_way_around_the_code_or_a_second_factor() {
    let mut walks = 0;
    for has_factor in FACTORS {
        let scene = scene(has_factor).await;
        for (first, way) in FIRST.iter().flat_map(|first| WAYS.map(|way| (*first, way))) {
            for (door, call) in DOORS.iter().flat_map(|door| CALLS.map(|call| (*door, call))) {
                let srp = SrpClient::new(&scene.pool, PASSWORD);
                let walk = Walk {
                    scene: &scene,
                    srp,
                    first,
                    way,
                    call,
                };
                let (asked, has_tokens) = walk.go(door).await;
                let case = format!("{first}, {way}, {has_factor}, {door}, {call}: {asked:?}");
                // A sign-in that asked for nothing more had ended before the door was shut on its way.
                let ended_at_once = door == "shut on the way" && asked.is_empty();
                let is_code = first.ends_with("_OTP");
                let is_offered = !(has_factor && is_code);
                assert_eq!(
                    has_tokens,
                    (door == "open" || ended_at_once) && is_offered,
                    "{case}"
                );
                if has_tokens && has_factor {
                    assert_eq!(asked.last().map(String::as_str), Some("EMAIL_OTP"), "{case}");
                }
                if has_factor && is_code {
                    assert!(!asked.iter().any(|asked| asked.ends_with("_OTP")), "{case}");
                }
                scene.server.clock().advance_seconds(3600);
                walks += 1;
            }
        }
        // Codes that were on their way when the door was shut.
        scene.server.ignore_mail();
    }
    assert_eq!(walks, 2 * FIRST.len() * WAYS.len() * DOORS.len() * CALLS.len());
    let scene = scene(false).await;
    scene.server.require_code(&scene.pool, None, true).await;
    scene.begin("mara", json!({})).await.assert_error(
        "InvalidParameterException",
        "USER_AUTH would sign in without a confirm code, which this user pool requires. Use CUSTOM_AUTH.",
    );
}
