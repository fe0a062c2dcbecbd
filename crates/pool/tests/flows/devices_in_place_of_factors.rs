//! Remembered devices in place of second factors: who is asked for what, and what ends it.

use std::sync::Arc;

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{Answer, RecordingFunction, TestPool};
use poolhouse_triggers::Place;
use serde_json::{Value, json};

use crate::devices::{Device, NO_DEVICE, SECRET, pool};
use crate::factors::{Factors, USED_SESSION};
use crate::triggers::arn;
use crate::{PASSWORD, WRONG, claims};

const INVALID: &str = "Invalid session for the user.";

/// A pool in which a device stands for a factor.
async fn scene() -> Factors {
    pool(json!({ "ChallengeRequiredOnNewDevice": true }), "OPTIONAL").await
}

impl Factors {
    /// Proves Mara's password by SRP, on the device that each of the two steps names.
    pub async fn srp_on(&self, flow: &str, device_keys: [Option<&str>; 2]) -> Answer {
        let srp = SrpClient::new(&self.pool, PASSWORD);
        let mut parameters =
            json!({ "USERNAME": "mara", "SRP_A": srp.public_a(), "CHALLENGE_NAME": "SRP_A" });
        if let Some(key) = device_keys[0] {
            parameters["DEVICE_KEY"] = json!(key);
        }
        let asked = self.begin(flow, parameters).await;
        if asked.status != 200 {
            return asked;
        }
        let mut responses = srp.responses(&asked["ChallengeParameters"], self.server.clock().now());
        if let Some(key) = device_keys[1] {
            responses["DEVICE_KEY"] = json!(key);
        }
        let mut body = json!({
            "ChallengeName": "PASSWORD_VERIFIER",
            "ClientId": self.client,
            "ChallengeResponses": responses,
        });
        if asked["Session"].is_string() {
            body["Session"] = asked["Session"].clone();
        }
        self.server.call("RespondToAuthChallenge", body).await
    }

    /// The first half of a device's exchange.
    pub async fn device_begins(&self, session: &Value, device: &Device, srp_a: &str) -> Answer {
        let mut body = json!({
            "ChallengeName": "DEVICE_SRP_AUTH",
            "ClientId": self.client,
            "ChallengeResponses": { "USERNAME": "mara", "DEVICE_KEY": device.key, "SRP_A": srp_a },
        });
        if session.is_string() {
            body["Session"] = session.clone();
        }
        self.server.call("RespondToAuthChallenge", body).await
    }

    /// The second half.
    pub async fn device_proves(&self, asked: &Value, device: &Device) -> Answer {
        let now = self.server.clock().now();
        let responses = device.srp.device_responses(&asked["ChallengeParameters"], now);
        let body = json!({
            "ChallengeName": "DEVICE_PASSWORD_VERIFIER",
            "ClientId": self.client,
            "ChallengeResponses": responses,
        });
        self.server.call("RespondToAuthChallenge", body).await
    }

    /// Both halves.
    pub async fn by_device(&self, asked: &Value, device: &Device) -> Answer {
        let asked = self
            .device_begins(&asked["Session"], device, &device.srp.public_a())
            .await
            .ok();
        self.device_proves(&asked, device).await
    }
}

#[tokio::test]
async fn a_remembered_device_is_asked_in_place_of_the_app() {
    let scene = scene().await;
    let (device, _) = scene.device().await;
    let secret = scene.app().await;
    let elsewhere = scene.password().await.ok();
    assert_eq!(elsewhere["ChallengeName"], "SOFTWARE_TOKEN_MFA");
    let tokens = scene
        .with_token(&elsewhere["Session"], &scene.code(&secret))
        .await
        .ok();
    assert!(tokens["AuthenticationResult"]["NewDeviceMetadata"].is_object());
    let key = Some(device.key.as_str());
    for answer in [
        scene.password_on(&device.key).await,
        scene.srp_on("USER_SRP_AUTH", [key, key]).await,
    ] {
        let asked = answer.ok();
        assert_eq!(
            asked,
            json!({
                "ChallengeName": "DEVICE_SRP_AUTH",
                "ChallengeParameters": { "USERNAME": "mara", "DEVICE_KEY": device.key },
                "Session": asked["Session"],
            })
        );
        let begun = scene
            .device_begins(&asked["Session"], &device, &device.srp.public_a())
            .await
            .ok();
        assert_eq!(begun["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
        assert_eq!(begun["Session"], Value::Null);
        let parameters = &begun["ChallengeParameters"];
        assert_eq!(parameters["USERNAME"], "mara");
        assert_eq!(parameters["DEVICE_KEY"], device.key);
        assert_eq!(parameters["SALT"], "88".repeat(16));
        let tokens = scene.device_proves(&begun, &device).await.ok();
        let tokens = &tokens["AuthenticationResult"];
        assert_eq!(tokens["NewDeviceMetadata"], Value::Null);
        assert_eq!(claims(&tokens["AccessToken"])["device_key"], device.key);
        // The session is used by that.
        let again = scene.device_proves(&begun, &device).await;
        again.assert_error("NotAuthorizedException", USED_SESSION);
    }
}

#[tokio::test]
async fn a_client_without_a_session_goes_on_by_the_number_that_proved_the_password_and_by_no_other() {
    let scene = scene().await;
    let (device, _) = scene.device().await;
    scene.app().await;
    let key = Some(device.key.as_str());
    scene.srp_on("USER_SRP_AUTH", [key, key]).await.ok();
    let others = device.srp.public_a();
    let refused = scene.device_begins(&Value::Null, &device, &others).await;
    refused.assert_error("NotAuthorizedException", INVALID);
    let own = SrpClient::new(&scene.pool, PASSWORD).public_a();
    // As pycognito does it: one number for both exchanges.
    let begun = scene.device_begins(&Value::Null, &device, &own).await.ok();
    assert_eq!(begun["ChallengeName"], "DEVICE_PASSWORD_VERIFIER");
    let late = scene.server.clock().now();
    scene.server.clock().advance_seconds(181);
    let refused = scene.device_begins(&Value::Null, &device, &own).await;
    let expired = "Invalid session for the user, session is expired.";
    refused.assert_error("NotAuthorizedException", expired);
    scene
        .device_proves(&begun, &device)
        .await
        .assert_error("NotAuthorizedException", expired);
    scene.server.clock().set(late);
    // A password in the clear has no number: there is the session alone.
    scene.password_on(&device.key).await.ok();
    let refused = scene.device_begins(&Value::Null, &device, &others).await;
    refused.assert_error("NotAuthorizedException", INVALID);
}

#[tokio::test]
async fn a_wrong_secret_ends_the_sign_in_and_counts_and_leaves_the_device() {
    let scene = scene().await;
    let (device, _) = scene.device().await;
    scene.app().await;
    let thief = Device {
        srp: SrpClient::device("-wt2ha1Zd", SECRET).into(),
        ..device.clone()
    };
    for _ in 0..9 {
        let asked = scene.password_on(&device.key).await.ok();
        let begun = scene
            .device_begins(&asked["Session"], &thief, &thief.srp.public_a())
            .await
            .ok();
        scene
            .device_proves(&begun, &thief)
            .await
            .assert_error("NotAuthorizedException", WRONG);
        let again = scene.device_proves(&begun, &device).await;
        again.assert_error("NotAuthorizedException", USED_SESSION);
    }
    let asked = scene.password_on(&device.key).await.ok();
    scene.by_device(&asked, &device).await.ok();
    // The tenth in a quarter of an hour locks, as the tenth wrong code does.
    let asked = scene.password_on(&device.key).await.ok();
    let next = scene.password_on(&device.key).await.ok();
    scene
        .by_device(&asked, &thief)
        .await
        .assert_error("NotAuthorizedException", WRONG);
    let locked = scene.by_device(&next, &device).await;
    locked.assert_error("NotAuthorizedException", "Password attempts exceeded");
}

#[tokio::test]
async fn a_device_is_not_asked_that_is_not_remembered_or_not_named_beside_the_proof() {
    let prompted = json!({ "ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": true });
    let scene = pool(prompted, "OPTIONAL").await;
    let (device, tokens) = scene.device().await;
    scene.app().await;
    let key = Some(device.key.as_str());
    let asked = async |keys: [Option<&str>; 2]| {
        scene.srp_on("USER_SRP_AUTH", keys).await.ok()["ChallengeName"].clone()
    };
    assert_eq!(asked([key, key]).await, "SOFTWARE_TOKEN_MFA");
    let status = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "remembered" });
    scene
        .by_token("UpdateDeviceStatus", &tokens["AccessToken"], status)
        .await
        .ok();
    assert_eq!(asked([key, key]).await, "DEVICE_SRP_AUTH");
    assert_eq!(asked([key, None]).await, "SOFTWARE_TOKEN_MFA");
    // Amplify and amazon-cognito-identity-js name it beside the proof alone.
    assert_eq!(asked([None, key]).await, "DEVICE_SRP_AUTH");
    let status = json!({ "DeviceKey": device.key, "DeviceRememberedStatus": "not_remembered" });
    scene.admin("AdminUpdateDeviceStatus", status).await.ok();
    assert_eq!(asked([key, key]).await, "SOFTWARE_TOKEN_MFA");
    // In a pool whose devices stand for nothing the app is asked for, too.
    let scene = pool(json!({}), "OPTIONAL").await;
    let (device, _) = scene.device().await;
    scene.app().await;
    let answer = scene.password_on(&device.key).await.ok();
    assert_eq!(answer["ChallengeName"], "SOFTWARE_TOKEN_MFA");
}

#[tokio::test]
async fn a_client_whose_device_is_gone_answers_the_same_challenge_without_it() {
    let scene = scene().await;
    scene.app().await;
    for (name, message) in [("mara", "SOFTWARE_TOKEN_MFA"), ("nobody", WRONG)] {
        let srp = SrpClient::new(&scene.pool, PASSWORD);
        let parameters = json!({ "USERNAME": name, "SRP_A": srp.public_a() });
        let asked = scene.begin("USER_SRP_AUTH", parameters).await.ok();
        let mut responses = srp.responses(&asked["ChallengeParameters"], scene.server.clock().now());
        let answer = async |responses: &Value| {
            let body = json!({
                "ChallengeName": "PASSWORD_VERIFIER",
                "ClientId": scene.client,
                "ChallengeResponses": responses,
            });
            scene.server.call("RespondToAuthChallenge", body).await
        };
        responses["DEVICE_KEY"] = json!("us-east-1_0f0e0d0c-0b0a-4908-8706-050403020100");
        answer(&responses)
            .await
            .assert_error("ResourceNotFoundException", NO_DEVICE);
        responses.as_object_mut().unwrap().remove("DEVICE_KEY");
        let said = answer(&responses).await;
        assert!(said.text.contains(message), "{name}: {}", said.text);
    }
}

#[tokio::test]
async fn a_device_that_is_named_beside_a_code_is_that_of_the_tokens() {
    let scene = scene().await;
    let (device, _) = scene.device().await;
    let secret = scene.app().await;
    let unknown = "us-east-1_0f0e0d0c-0b0a-4908-8706-050403020100";
    for (key, is_known) in [(device.key.as_str(), true), (unknown, false)] {
        let asked = scene.password().await.ok();
        let responses = json!({ "SOFTWARE_TOKEN_MFA_CODE": scene.code(&secret), "DEVICE_KEY": key });
        let answer = scene
            .respond("SOFTWARE_TOKEN_MFA", &asked["Session"], responses)
            .await;
        let tokens = answer.ok()["AuthenticationResult"].clone();
        assert_eq!(tokens["NewDeviceMetadata"].is_null(), is_known);
        assert_eq!(claims(&tokens["AccessToken"])["device_key"] == key, is_known);
        scene.server.clock().advance_seconds(30);
    }
}

#[tokio::test]
async fn a_device_replaces_a_factor_that_there_is_and_none_that_is_to_be_set_up() {
    let scene = pool(json!({ "ChallengeRequiredOnNewDevice": true }), "OPTIONAL").await;
    let (device, _) = scene.device().await;
    scene.configure("ON", json!({})).await;
    let answer = scene.password_on(&device.key).await.ok();
    assert_eq!(answer["ChallengeName"], "MFA_SETUP");
}

#[tokio::test]
async fn a_device_that_is_forgotten_or_not_remembered_on_the_way_signs_nobody_in() {
    for (operation, status) in [
        ("AdminForgetDevice", Value::Null),
        ("AdminUpdateDeviceStatus", json!("not_remembered")),
    ] {
        let scene = scene().await;
        let (device, _) = scene.device().await;
        scene.app().await;
        let asked = scene.password_on(&device.key).await.ok();
        let begun = scene
            .device_begins(&asked["Session"], &device, &device.srp.public_a())
            .await
            .ok();
        let mut change = json!({ "DeviceKey": device.key });
        if !status.is_null() {
            change["DeviceRememberedStatus"] = status;
        }
        scene.admin(operation, change).await;
        let refused = scene.device_proves(&begun, &device).await;
        assert_ne!(refused.status, 200, "{operation}: {}", refused.text);
        assert_eq!(refused["AuthenticationResult"], Value::Null);
    }
}

#[tokio::test]
async fn what_the_answers_of_a_device_lack_or_mistake_is_said() {
    let scene = scene().await;
    let (device, _) = scene.device().await;
    scene.app().await;
    let asked = scene.password_on(&device.key).await.ok();
    let session = &asked["Session"];
    let begin = async |responses: Value| scene.respond("DEVICE_SRP_AUTH", session, responses).await;
    let srp_a = device.srp.public_a();
    let missing = |name: &str| format!("Missing required parameter {name}");
    let refused = begin(json!({ "SRP_A": srp_a })).await;
    refused.assert_error("InvalidParameterException", &missing("DEVICE_KEY"));
    let refused = begin(json!({ "DEVICE_KEY": device.key })).await;
    refused.assert_error("InvalidParameterException", &missing("SRP_A"));
    let other = json!({ "SRP_A": srp_a, "DEVICE_KEY": "us-east-1_0f" });
    begin(other).await.assert_error("NotAuthorizedException", INVALID);
    let begun = scene.device_begins(session, &device, &srp_a).await.ok();
    // A block of a device is none of a password.
    let mut responses = device
        .srp
        .device_responses(&begun["ChallengeParameters"], scene.server.clock().now());
    let body = |name: &str, responses: &Value| json!({ "ChallengeName": name, "ClientId": scene.client, "ChallengeResponses": responses });
    let refused = scene
        .server
        .call("RespondToAuthChallenge", body("PASSWORD_VERIFIER", &responses))
        .await;
    refused.assert_error("NotAuthorizedException", "Invalid session provided for the user.");
    responses.as_object_mut().unwrap().remove("DEVICE_KEY");
    let refused = scene
        .server
        .call(
            "RespondToAuthChallenge",
            body("DEVICE_PASSWORD_VERIFIER", &responses),
        )
        .await;
    refused.assert_error("InvalidParameterException", &missing("DEVICE_KEY"));
    scene.device_proves(&begun, &device).await.ok();
}

#[tokio::test]
async fn functions_are_told_of_a_new_device_and_of_tokens_that_a_device_has_proved_itself_for() {
    let (after, tokens) = (RecordingFunction::silent(), RecordingFunction::silent());
    let places: Vec<(String, Arc<dyn Place>)> = vec![
        (arn("PostAuthentication"), after.clone()),
        (arn("PreTokenGeneration"), tokens.clone()),
    ];
    let server = TestPool::with_functions(places, |_| {}).await;
    let members = json!({
        "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true },
        "LambdaConfig": {
            "PostAuthentication": arn("PostAuthentication"),
            "PreTokenGeneration": arn("PreTokenGeneration"),
        },
    });
    let scene = Factors::on(server, members, "OPTIONAL", json!({})).await;
    let told = || {
        let told = |function: &RecordingFunction| function.events().pop().unwrap();
        (
            told(&after)["request"]["newDeviceUsed"].clone(),
            told(&tokens)["triggerSource"].clone(),
        )
    };
    let (device, _) = scene.device().await;
    assert_eq!(told(), (json!(true), json!("TokenGeneration_Authentication")));
    scene.password_on(&device.key).await.ok();
    assert_eq!(told(), (json!(false), json!("TokenGeneration_Authentication")));
    scene.app().await;
    told();
    let asked = scene.password_on(&device.key).await.ok();
    scene.by_device(&asked, &device).await.ok();
    assert_eq!(
        told(),
        (json!(false), json!("TokenGeneration_AuthenticateDevice"))
    );
}
