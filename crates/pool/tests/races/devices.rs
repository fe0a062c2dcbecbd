//! Devices: one confirmation, one sign-in for a proof, and none that is forgotten at the same moment.

use poolhouse_pool::testing::Answer;
use poolhouse_pool::testing::srp::SrpClient;
use serde_json::{Value, json};

use crate::{PARALLEL, PASSWORD, Scene, at_once, with};

struct Device {
    key: String,
    srp: SrpClient,
}

impl Scene {
    /// A pool in which a device stands for an app.
    async fn with_devices() -> Scene {
        let configuration = json!({ "ChallengeRequiredOnNewDevice": true });
        let scene = Scene::of(json!({ "DeviceConfiguration": configuration }), json!({})).await;
        let members = json!({
            "MfaConfiguration": "OPTIONAL",
            "SoftwareTokenMfaConfiguration": { "Enabled": true },
        });
        scene.call("SetUserPoolMfaConfig", members).await.ok();
        scene
    }

    /// The request that confirms the device of these tokens, and the device.
    fn confirmation(tokens: &Value) -> (Value, Device) {
        let new = &tokens["NewDeviceMetadata"];
        let key = new["DeviceKey"].as_str().unwrap().to_owned();
        let srp = SrpClient::device(new["DeviceGroupKey"].as_str().unwrap(), "secret");
        let request = json!({
            "AccessToken": tokens["AccessToken"],
            "DeviceKey": key,
            "DeviceSecretVerifierConfig": srp.device_verifier(&key),
        });
        (request, Device { key, srp })
    }

    /// A device that Mara has confirmed, and then an app.
    async fn device(&self) -> Device {
        let tokens = self.tokens().await;
        let (request, device) = Scene::confirmation(&tokens);
        self.server.call("ConfirmDevice", request).await.ok();
        self.app().await;
        device
    }

    async fn sign_in_on(&self, device: &Device) -> Answer {
        let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD, "DEVICE_KEY": device.key });
        let body = json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": self.client, "AuthParameters": parameters });
        self.server.call("InitiateAuth", body).await
    }

    /// A sign-in on this device up to its proof, which is not given yet.
    async fn proof(&self, device: &Device) -> Value {
        let asked = self.sign_in_on(device).await.ok();
        let begin = json!({ "SRP_A": device.srp.public_a(), "DEVICE_KEY": device.key });
        let asked = self
            .respond("DEVICE_SRP_AUTH", &asked["Session"], begin)
            .await
            .ok();
        let now = self.server.app().platform.now();
        json!({
            "ChallengeName": "DEVICE_PASSWORD_VERIFIER",
            "ClientId": self.client,
            "ChallengeResponses": device.srp.device_responses(&asked["ChallengeParameters"], now),
        })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_confirmations_of_one_device_one_succeeds() {
    let scene = Scene::with_devices().await;
    let (request, _) = Scene::confirmation(&scene.tokens().await);
    let calls = vec![("ConfirmDevice", request); PARALLEL];
    assert_eq!(at_once(&scene.server, calls).await, 1);
    assert_eq!(scene.keys("/device/").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_right_proofs_of_one_device_one_signs_in() {
    let scene = Scene::with_devices().await;
    let device = scene.device().await;
    let before = scene.keys("/refresh/").await.len();
    let calls = vec![("RespondToAuthChallenge", scene.proof(&device).await); PARALLEL];
    assert_eq!(at_once(&scene.server, calls).await, 1);
    assert_eq!(scene.keys("/refresh/").await.len(), before + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_wrong_proofs_of_one_password_one_is_judged() {
    let scene = Scene::with_devices().await;
    let device = scene.device().await;
    let mut proof = scene.proof(&device).await;
    let signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    proof["ChallengeResponses"]["PASSWORD_CLAIM_SIGNATURE"] = json!(signature);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..PARALLEL {
        let (ctx, body) = (crate::request(&scene.server), proof.clone());
        tasks.spawn(async move {
            let operation = poolhouse_api::Operation::RespondToAuthChallenge;
            poolhouse_pool::ops::dispatch(operation, &ctx, body).await
        });
    }
    let answers = tasks.join_all().await;
    let said = |message: &str| {
        let refused = answers.iter().filter_map(|answer| answer.as_ref().err());
        refused.filter(|error| error.message == message).count()
    };
    let used = "Invalid session for the user, session can only be used once.";
    assert_eq!((said(crate::WRONG), said(used)), (1, PARALLEL - 1));
}

#[tokio::test]
async fn a_device_that_is_forgotten_or_not_remembered_right_before_the_commit_signs_nobody_in() {
    for (operation, status) in [
        ("AdminForgetDevice", json!({})),
        (
            "AdminUpdateDeviceStatus",
            json!({ "DeviceRememberedStatus": "not_remembered" }),
        ),
    ] {
        let scene = Scene::with_devices().await;
        let device = scene.device().await;
        let families = scene.keys("/refresh/").await.len();
        let proof = scene.proof(&device).await;
        let change = with(status, "DeviceKey", &device.key);
        scene.first_on_mara("user/", operation, change);
        let refused = scene.server.call("RespondToAuthChallenge", proof).await;
        refused.assert_error("NotAuthorizedException", "Invalid session for the user.");
        assert!(scene.keys("/refresh/").await.len() <= families, "{operation}");
    }
}

#[tokio::test]
async fn a_sign_in_on_a_device_that_ends_while_it_is_forgotten_ends_with_it() {
    let scene = Scene::with_devices().await;
    let tokens = scene.tokens().await;
    let (request, device) = Scene::confirmation(&tokens);
    scene.server.call("ConfirmDevice", request).await.ok();
    let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD, "DEVICE_KEY": device.key });
    let sign_in =
        json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": scene.client, "AuthParameters": parameters });
    scene.before(&scene.at("user/"), |rival| async move {
        rival.call("InitiateAuth", sign_in).await.ok();
    });
    let forget = json!({ "DeviceKey": device.key });
    scene.on_mara("AdminForgetDevice", forget).await;
    assert_eq!(scene.keys("/refresh/").await, [""; 0]);
    assert_eq!(scene.keys("/device/").await, [""; 0]);
}

#[tokio::test]
async fn a_session_that_begins_elsewhere_while_a_device_is_forgotten_stays_in_the_list() {
    let scene = Scene::with_devices().await;
    let tracking = json!({ "UserSessionTracking": "ENABLED", "TokenSession": { "MaxPerUser": 20 } });
    scene.call("SetUserPoolSessionConfiguration", tracking).await.ok();
    let (request, device) = Scene::confirmation(&scene.tokens().await);
    scene.server.call("ConfirmDevice", request).await.ok();
    let client = scene.client.clone();
    scene.before(&scene.at("user/"), move |rival| async move {
        rival.password_sign_in(&client, "mara", PASSWORD).await.ok();
    });
    let forget = json!({ "DeviceKey": device.key });
    scene.on_mara("AdminForgetDevice", forget).await.ok();
    assert_eq!(scene.keys("/refresh/").await.len(), 1);
    let listed = scene.on_mara("AdminListUserSessions", json!({})).await.ok();
    assert_eq!(listed["Sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_device_is_not_confirmed_whose_tokens_end_right_before_or_whose_user_goes() {
    for operation in ["AdminUserGlobalSignOut", "AdminDeleteUser"] {
        let scene = Scene::with_devices().await;
        let (request, _) = Scene::confirmation(&scene.tokens().await);
        scene.first_on_mara("user/", operation, json!({}));
        let refused = scene.server.call("ConfirmDevice", request).await;
        refused.assert_error("InvalidParameterException", "Invalid device key given.");
        assert_eq!(scene.keys("/device/").await, [""; 0], "{operation}");
    }
}
