//! `USER_AUTH`: the user chooses what a sign-in begins with.

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{Answer, TestPool};
use serde_json::{Value, json};

use crate::factors::USED_SESSION;
use crate::{PASSWORD, WRONG};

pub const NUMBER: &str = "+491234568920";
pub const BY_CODES: [&str; 3] = ["PASSWORD", "EMAIL_OTP", "SMS_OTP"];

/// A pool that allows these first factors, a client on `USER_AUTH` alone, and the user Mara, who has an address and a number.
pub struct Choice {
    pub server: TestPool,
    pub pool: String,
    pub client: String,
}

impl Choice {
    pub async fn new() -> Choice {
        Choice::of(TestPool::new().await, json!({}), json!({})).await
    }

    pub async fn of(server: TestPool, mut pool: Value, mut client: Value) -> Choice {
        if pool["Policies"].is_null() {
            pool["Policies"] = json!({ "SignInPolicy": { "AllowedFirstAuthFactors": BY_CODES } });
        }
        client["ExplicitAuthFlows"] = json!(["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]);
        let pool = server.pool_with(pool).await;
        let client = server.client_with(&pool, client).await["ClientId"].clone();
        let client = client.as_str().unwrap().to_owned();
        server.user(&pool, "mara", PASSWORD).await;
        let scene = Choice { server, pool, client };
        let number = json!([{ "Name": "phone_number", "Value": NUMBER }]);
        let members = json!({ "UserAttributes": number });
        scene.admin("AdminUpdateUserAttributes", members).await.ok();
        scene
    }

    /// An administrator's call on Mara.
    pub async fn admin(&self, operation: &str, mut members: Value) -> Answer {
        members["UserPoolId"] = json!(self.pool);
        if members["Username"].is_null() {
            members["Username"] = json!("mara");
        }
        self.server.call(operation, members).await
    }

    /// The first step, with these parameters beside the name.
    pub async fn begin(&self, name: &str, mut parameters: Value) -> Answer {
        parameters["USERNAME"] = json!(name);
        let body = json!({ "AuthFlow": "USER_AUTH", "ClientId": self.client, "AuthParameters": parameters });
        self.server.call("InitiateAuth", body).await
    }

    /// The first step of Mara's, with this preference.
    pub async fn prefer(&self, challenge: &str) -> Value {
        let preference = json!({ "PREFERRED_CHALLENGE": challenge });
        self.begin("mara", preference).await.ok()
    }

    /// An answer to a challenge, by whoever this is.
    pub async fn answer(&self, name: &str, challenge: &str, session: &Value, mut responses: Value) -> Answer {
        responses["USERNAME"] = json!(name);
        let body = json!({
            "ChallengeName": challenge,
            "ClientId": self.client,
            "Session": session,
            "ChallengeResponses": responses,
        });
        self.server.call("RespondToAuthChallenge", body).await
    }

    /// An answer to a challenge, by Mara.
    pub async fn respond(&self, challenge: &str, session: &Value, responses: Value) -> Answer {
        self.answer("mara", challenge, session, responses).await
    }

    /// Mara's session to choose in.
    pub async fn choosing(&self) -> Value {
        self.begin("mara", json!({})).await.ok()["Session"].clone()
    }

    /// The proof of Mara's password in answer to `PASSWORD_VERIFIER`.
    pub async fn prove(&self, srp: &SrpClient, asked: &Value) -> Answer {
        let responses = srp.responses(&asked["ChallengeParameters"], self.server.clock().now());
        self.respond("PASSWORD_VERIFIER", &asked["Session"], responses)
            .await
    }
}

pub fn has_tokens(answer: &Answer) -> bool {
    answer["AuthenticationResult"]["RefreshToken"].is_string()
}

#[tokio::test]
async fn a_user_chooses_by_what_to_sign_in_and_each_choice_signs_in() {
    let scene = Choice::new().await;
    let asked = scene.begin("mara", json!({})).await.ok();
    let all = json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]);
    assert_eq!(
        asked,
        json!({
            "ChallengeName": "SELECT_CHALLENGE",
            "ChallengeParameters": { "USERNAME": "mara" },
            "AvailableChallenges": all,
            "Session": asked["Session"],
        })
    );
    for (challenge, answer) in [("SELECT_CHALLENGE", json!("PASSWORD")), ("PASSWORD", Value::Null)] {
        let session = scene.choosing().await;
        let mut responses = json!({ "PASSWORD": PASSWORD });
        if answer.is_string() {
            responses["ANSWER"] = answer;
        }
        let tokens = scene.respond(challenge, &session, responses).await;
        assert!(has_tokens(&tokens), "{challenge}");
        assert_eq!(tokens["ChallengeParameters"], json!({}));
    }
    for (challenge, answer) in [
        ("SELECT_CHALLENGE", json!("PASSWORD_SRP")),
        ("PASSWORD_SRP", Value::Null),
    ] {
        let session = scene.choosing().await;
        let srp = SrpClient::new(&scene.pool, PASSWORD);
        let mut responses = json!({ "SRP_A": srp.public_a() });
        if answer.is_string() {
            responses["ANSWER"] = answer;
        }
        let asked = scene.respond(challenge, &session, responses.clone()).await.ok();
        assert_eq!(asked["ChallengeName"], "PASSWORD_VERIFIER");
        assert!(asked["Session"].is_string(), "{asked}");
        assert!(has_tokens(&scene.prove(&srp, &asked).await), "{challenge}");
        let again = scene.respond(challenge, &session, responses).await;
        again.assert_error("NotAuthorizedException", USED_SESSION);
    }
    for (answer, to, key) in [
        ("EMAIL_OTP", "mara@example.com", "EMAIL_OTP_CODE"),
        ("SMS_OTP", NUMBER, "SMS_OTP_CODE"),
    ] {
        let session = scene.choosing().await;
        let chosen = json!({ "ANSWER": answer });
        let asked = scene
            .respond("SELECT_CHALLENGE", &session, chosen.clone())
            .await
            .ok();
        assert_eq!(asked["ChallengeName"], answer);
        let again = scene.respond("SELECT_CHALLENGE", &session, chosen).await;
        again.assert_error("NotAuthorizedException", USED_SESSION);
        let code = scene.server.code_to(to).await;
        assert_eq!(code.len(), 8, "{answer}");
        let tokens = scene
            .respond(answer, &asked["Session"], json!({ key: code }))
            .await;
        assert!(has_tokens(&tokens), "{answer}");
    }
}

#[tokio::test]
async fn a_preference_is_asked_for_at_once_with_all_that_could_be() {
    let scene = Choice::new().await;
    let all = json!(["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]);
    for (challenge, medium, destination) in [
        ("EMAIL_OTP", "EMAIL", "m***@e***"),
        ("SMS_OTP", "SMS", "+********8920"),
    ] {
        let asked = scene.prefer(challenge).await;
        assert_eq!(
            asked,
            json!({
                "ChallengeName": challenge,
                "ChallengeParameters": {
                    "CODE_DELIVERY_DELIVERY_MEDIUM": medium,
                    "CODE_DELIVERY_DESTINATION": destination,
                },
                "AvailableChallenges": all,
                "Session": asked["Session"],
            })
        );
    }
    scene.server.ignore_mail();
    let asked = scene.prefer("PASSWORD").await;
    assert_eq!(asked["ChallengeName"], "PASSWORD");
    let password = json!({ "PASSWORD": PASSWORD });
    assert!(has_tokens(
        &scene.respond("PASSWORD", &asked["Session"], password).await
    ));
    let at_once = json!({ "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    assert!(has_tokens(&scene.begin("mara", at_once).await));
    let srp = SrpClient::new(&scene.pool, PASSWORD);
    let at_once = json!({ "PREFERRED_CHALLENGE": "PASSWORD_SRP", "SRP_A": srp.public_a() });
    let asked = scene.begin("mara", at_once).await.ok();
    assert_eq!(asked["ChallengeName"], "PASSWORD_VERIFIER");
    assert_eq!(asked["AvailableChallenges"], all);
    assert!(has_tokens(&scene.prove(&srp, &asked).await));
    let asked = scene.prefer("PASSWORD_SRP").await;
    assert_eq!(asked["ChallengeName"], "PASSWORD_SRP");
    // What the user does not have, it chooses from what it has.
    assert_eq!(
        scene.prefer("WEB_AUTHN").await["ChallengeName"],
        "SELECT_CHALLENGE"
    );
    let unknown = json!({ "PREFERRED_CHALLENGE": "SOFTWARE_TOKEN_MFA" });
    scene.begin("mara", unknown).await.assert_error(
        "InvalidParameterException",
        "PREFERRED_CHALLENGE must be PASSWORD, PASSWORD_SRP, EMAIL_OTP, SMS_OTP or WEB_AUTHN.",
    );
    for step_up in ["TARGET_ACR_VALUES", "ACCESS_TOKEN", "MAX_AGE"] {
        let refused = scene.begin("mara", json!({ step_up: "1" })).await;
        assert_eq!(refused.status, 400, "{step_up}");
    }
}

#[tokio::test]
async fn a_choice_that_is_not_there_or_not_whole_is_refused_and_can_be_made_again() {
    let scene = Choice::new().await;
    let session = scene.choosing().await;
    let invalid = "Invalid challenge type selected.";
    for (responses, sentence) in [
        (json!({}), "Missing required parameter ANSWER"),
        (json!({ "ANSWER": "WEB_AUTHN" }), invalid),
        (json!({ "ANSWER": "SOFTWARE_TOKEN_MFA" }), invalid),
        (
            json!({ "ANSWER": "PASSWORD" }),
            "Missing required parameter PASSWORD",
        ),
        (
            json!({ "ANSWER": "PASSWORD_SRP" }),
            "Missing required parameter SRP_A",
        ),
    ] {
        let refused = scene.respond("SELECT_CHALLENGE", &session, responses).await;
        refused.assert_error("InvalidParameterException", sentence);
    }
    let wrong = json!({ "ANSWER": "PASSWORD", "PASSWORD": "Wrong-Horse-9!" });
    let answer = scene.respond("SELECT_CHALLENGE", &session, wrong).await;
    answer.assert_error("NotAuthorizedException", WRONG);
    let right = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let answer = scene.respond("SELECT_CHALLENGE", &session, right).await;
    answer.assert_error("NotAuthorizedException", USED_SESSION);
    let session = scene.choosing().await;
    let code = json!({ "EMAIL_OTP_CODE": "1" });
    let other = scene.respond("EMAIL_OTP", &session, code).await;
    other.assert_error("NotAuthorizedException", "Invalid session provided for the user.");
}

#[tokio::test]
async fn five_wrong_passwords_of_a_choice_lock_like_any_others() {
    let scene = Choice::new().await;
    for _ in 0..5 {
        let wrong = json!({ "ANSWER": "PASSWORD", "PASSWORD": "Wrong-Horse-9!" });
        let answer = scene
            .respond("SELECT_CHALLENGE", &scene.choosing().await, wrong)
            .await;
        answer.assert_error("NotAuthorizedException", WRONG);
    }
    let right = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let answer = scene
        .respond("SELECT_CHALLENGE", &scene.choosing().await, right)
        .await;
    answer.assert_error("NotAuthorizedException", "Password attempts exceeded");
}

#[tokio::test]
async fn a_client_without_the_flow_is_told_and_an_administrator_may_begin_it() {
    let scene = Choice::new().await;
    let other = scene.server.client(&scene.pool).await;
    let parameters = json!({ "USERNAME": "mara", "PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": PASSWORD });
    let mut body = json!({
        "AuthFlow": "USER_AUTH",
        "UserPoolId": scene.pool,
        "ClientId": other,
        "AuthParameters": parameters,
    });
    for operation in ["InitiateAuth", "AdminInitiateAuth"] {
        let refused = scene.server.call(operation, body.clone()).await;
        refused.assert_error(
            "InvalidParameterException",
            "USER_AUTH is not enabled for the client.",
        );
    }
    body["ClientId"] = json!(scene.client);
    assert!(has_tokens(
        &scene.server.call("AdminInitiateAuth", body.clone()).await
    ));
    body["AuthParameters"] = json!({ "USERNAME": "mara" });
    let asked = scene.server.call("AdminInitiateAuth", body.clone()).await.ok();
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
    body["ChallengeName"] = json!("SELECT_CHALLENGE");
    body["Session"] = asked["Session"].clone();
    body["ChallengeResponses"] = json!({ "USERNAME": "mara", "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let tokens = scene.server.call("AdminRespondToAuthChallenge", body).await;
    assert!(has_tokens(&tokens));
}

#[tokio::test]
async fn a_second_factor_follows_the_password_and_no_code_stands_in_its_place() {
    let admin_only = json!({ "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] });
    let members = json!({ "AccountRecoverySetting": admin_only });
    let scene = Choice::of(TestPool::new().await, members, json!({})).await;
    let config = |mode: &str| json!({ "UserPoolId": scene.pool, "MfaConfiguration": mode, "EmailMfaConfiguration": {} });
    scene
        .server
        .call("SetUserPoolMfaConfig", config("OPTIONAL"))
        .await
        .ok();
    scene
        .server
        .call("SetUserPoolMfaConfig", config("ON"))
        .await
        .assert_error(
            "InvalidParameterException",
            "Only PASSWORD and WEB_AUTHN (if configured) can be enabled as an auth factor if MFA is enabled",
        );
    // A code that was sent before the user had a second factor signs in nobody after it.
    let early = scene.prefer("EMAIL_OTP").await;
    let code = scene.server.code_to("mara@example.com").await;
    let enabled = json!({ "EmailMfaSettings": { "Enabled": true } });
    scene.admin("AdminSetUserMFAPreference", enabled).await.ok();
    let late = scene
        .respond("EMAIL_OTP", &early["Session"], json!({ "EMAIL_OTP_CODE": code }))
        .await;
    late.assert_error("NotAuthorizedException", "Invalid session for the user.");
    let asked = scene.begin("mara", json!({})).await.ok();
    assert_eq!(asked["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
    assert_eq!(
        scene.prefer("EMAIL_OTP").await["ChallengeName"],
        "SELECT_CHALLENGE"
    );
    let password = json!({ "ANSWER": "PASSWORD", "PASSWORD": PASSWORD });
    let asked = scene
        .respond("SELECT_CHALLENGE", &asked["Session"], password)
        .await
        .ok();
    assert_eq!(asked["ChallengeName"], "EMAIL_OTP");
    assert_eq!(asked["ChallengeParameters"]["USER_ID_FOR_SRP"], "mara");
    let code = scene.server.code_to("mara@example.com").await;
    let answer = scene
        .respond("EMAIL_OTP", &asked["Session"], json!({ "EMAIL_OTP_CODE": code }))
        .await;
    assert!(has_tokens(&answer));
}

#[tokio::test]
async fn a_temporary_password_is_replaced_and_nothing_else_is_offered() {
    let scene = Choice::new().await;
    let temporary = json!({ "Password": "Temporary-Horse-9!", "Permanent": false });
    scene.admin("AdminSetUserPassword", temporary).await.ok();
    let asked = scene.prefer("EMAIL_OTP").await;
    assert_eq!(asked["ChallengeName"], "SELECT_CHALLENGE");
    assert_eq!(asked["AvailableChallenges"], json!(["PASSWORD_SRP", "PASSWORD"]));
    let typed = json!({ "ANSWER": "PASSWORD", "PASSWORD": "Temporary-Horse-9!" });
    let asked = scene
        .respond("SELECT_CHALLENGE", &asked["Session"], typed)
        .await
        .ok();
    assert_eq!(asked["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let chosen = json!({ "NEW_PASSWORD": PASSWORD });
    let tokens = scene
        .respond("NEW_PASSWORD_REQUIRED", &asked["Session"], chosen)
        .await;
    assert!(has_tokens(&tokens));
}
