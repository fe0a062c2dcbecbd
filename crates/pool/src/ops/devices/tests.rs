use serde_json::{Value, json};

use crate::testing::srp::SrpClient;
use crate::testing::{Answer, TestPool};

const PASSWORD: &str = "Correct-Horse-9!";
const UNKNOWN: &str = "us-east-1_0f0e0d0c-0b0a-4908-8706-050403020100";

/// A pool that tracks devices, and Mara.
struct Scene {
    server: TestPool,
    pool: String,
    client: String,
}

impl Scene {
    async fn of(configuration: Value) -> Scene {
        let server = TestPool::new().await;
        let pool = server
            .pool_with(json!({ "DeviceConfiguration": configuration }))
            .await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", PASSWORD).await;
        Scene { server, pool, client }
    }

    async fn tokens(&self) -> Value {
        let answer = self.server.password_sign_in(&self.client, "mara", PASSWORD).await;
        answer.ok()["AuthenticationResult"].clone()
    }

    /// The request that confirms the device of these tokens.
    fn confirmation(tokens: &Value) -> Value {
        let new = &tokens["NewDeviceMetadata"];
        let key = new["DeviceKey"].as_str().unwrap();
        let device = SrpClient::device(new["DeviceGroupKey"].as_str().unwrap(), "secret");
        json!({
            "AccessToken": tokens["AccessToken"],
            "DeviceKey": key,
            "DeviceSecretVerifierConfig": device.device_verifier(key),
        })
    }

    async fn confirm(&self, request: Value) -> Answer {
        self.server.call("ConfirmDevice", request).await
    }

    /// A device that is confirmed: its key and the access token.
    async fn device(&self) -> (Value, Value) {
        let tokens = self.tokens().await;
        self.confirm(Scene::confirmation(&tokens)).await.ok();
        (
            tokens["NewDeviceMetadata"]["DeviceKey"].clone(),
            tokens["AccessToken"].clone(),
        )
    }

    async fn admin(&self, operation: &str, mut members: Value) -> Answer {
        members["UserPoolId"] = json!(self.pool);
        if members["Username"].is_null() {
            members["Username"] = json!("mara");
        }
        self.server.call(operation, members).await
    }
}

#[tokio::test]
async fn a_device_is_shown_to_its_user_and_in_full_to_administrators() {
    let scene = Scene::of(json!({})).await;
    let tokens = scene.tokens().await;
    let mut confirmation = Scene::confirmation(&tokens);
    confirmation["DeviceName"] = json!("Mara's phone");
    let confirmed = scene.confirm(confirmation).await.ok();
    assert_eq!(confirmed, json!({ "UserConfirmationNecessary": false }));
    let key = tokens["NewDeviceMetadata"]["DeviceKey"].as_str().unwrap();
    let request = json!({ "AccessToken": tokens["AccessToken"], "DeviceKey": key });
    let shown = scene.server.call("GetDevice", request).await.ok();
    let moment = 1_767_323_045;
    let mut device = json!({
        "DeviceKey": key,
        "DeviceAttributes": [
            { "Name": "device_status", "Value": "valid" },
            { "Name": "device_name", "Value": "Mara's phone" },
        ],
        "DeviceCreateDate": moment,
        "DeviceLastModifiedDate": moment,
        "DeviceLastAuthenticatedDate": moment,
    });
    assert_eq!(shown, json!({ "Device": device }));
    let list = json!({ "AccessToken": tokens["AccessToken"] });
    let listed = scene.server.call("ListDevices", list).await.ok();
    assert_eq!(listed, json!({ "Devices": [device] }));

    let pool = &scene.pool;
    device["DeviceAttributes"] = json!([
        { "Name": "device_status", "Value": "valid" },
        { "Name": "device_name", "Value": "Mara's phone" },
        {
            "Name": "dev:device_arn",
            "Value": format!("arn:aws:cognito-idp:us-east-1:000000000000:owner/mara.{pool}/device/{key}"),
        },
        { "Name": "dev:device_owner", "Value": format!("mara.{pool}") },
        { "Name": "dev:device_remembered_status", "Value": "remembered" },
        { "Name": "dev:device_sdk", "Value": "aws-sdk-unknown-unknown" },
    ]);
    let shown = scene
        .admin("AdminGetDevice", json!({ "DeviceKey": key }))
        .await
        .ok();
    assert_eq!(shown, json!({ "Device": device }));
    let listed = scene.admin("AdminListDevices", json!({})).await.ok();
    assert_eq!(listed, json!({ "Devices": [device] }));
}

#[tokio::test]
async fn where_users_decide_a_device_is_remembered_when_its_user_says_so() {
    let scene = Scene::of(json!({ "DeviceOnlyRememberedOnUserPrompt": true })).await;
    let tokens = scene.tokens().await;
    let confirmed = scene.confirm(Scene::confirmation(&tokens)).await.ok();
    assert_eq!(confirmed, json!({ "UserConfirmationNecessary": true }));
    let key = tokens["NewDeviceMetadata"]["DeviceKey"].clone();
    let status = async || {
        let shown = scene
            .admin("AdminGetDevice", json!({ "DeviceKey": key }))
            .await
            .ok();
        let attributes = shown["Device"]["DeviceAttributes"].as_array().unwrap().clone();
        let status = attributes
            .iter()
            .find(|one| one["Name"] == "dev:device_remembered_status");
        (
            status.unwrap()["Value"].clone(),
            shown["Device"]["DeviceLastModifiedDate"].clone(),
        )
    };
    assert_eq!(status().await, (json!("not_remembered"), json!(1_767_323_045)));
    scene.server.clock().advance_seconds(60);
    let mut request = json!({ "AccessToken": tokens["AccessToken"], "DeviceKey": key });
    let update = async |request: &Value| {
        let answer = scene.server.call("UpdateDeviceStatus", request.clone()).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    };
    update(&request).await;
    assert_eq!(status().await, (json!("not_remembered"), json!(1_767_323_045)));
    request["DeviceRememberedStatus"] = json!("remembered");
    update(&request).await;
    assert_eq!(status().await, (json!("remembered"), json!(1_767_323_105)));
    let request = json!({ "DeviceKey": key, "DeviceRememberedStatus": "not_remembered" });
    let answer = scene.admin("AdminUpdateDeviceStatus", request).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, "{}"));
    assert_eq!(status().await.0, "not_remembered");
}

#[tokio::test]
async fn a_key_is_confirmed_once_and_by_whom_it_was_handed_to_alone() {
    let scene = Scene::of(json!({})).await;
    scene.server.user(&scene.pool, "noel", PASSWORD).await;
    let noels = scene
        .server
        .password_sign_in(&scene.client, "noel", PASSWORD)
        .await
        .ok();
    let noels = noels["AuthenticationResult"].clone();
    let [first, second] = [scene.tokens().await, scene.tokens().await];
    let invalid = "Invalid device key given.";
    let mut confirmation = Scene::confirmation(&first);
    confirmation["AccessToken"] = noels["AccessToken"].clone();
    let refused = scene.confirm(confirmation.clone()).await;
    refused.assert_error("InvalidParameterException", invalid);
    confirmation["DeviceKey"] = json!(UNKNOWN);
    let refused = scene.confirm(confirmation.clone()).await;
    refused.assert_error("InvalidParameterException", invalid);
    // By another sign-in of the same user it is, as on the service.
    let mut confirmation = Scene::confirmation(&first);
    confirmation["AccessToken"] = second["AccessToken"].clone();
    scene.confirm(confirmation.clone()).await.ok();
    let refused = scene.confirm(confirmation).await;
    refused.assert_error("DeviceKeyExistsException", "Device key already exists.");
    let mut confirmation = Scene::confirmation(&second);
    confirmation["DeviceSecretVerifierConfig"] = Value::Null;
    let refused = scene.confirm(confirmation).await;
    let missing = "Missing required parameter DeviceSecretVerifierConfig";
    refused.assert_error("InvalidParameterException", missing);
}

#[tokio::test]
async fn a_device_that_is_not_there_or_somebody_elses_does_not_exist() {
    let scene = Scene::of(json!({})).await;
    let (key, _) = scene.device().await;
    scene.server.user(&scene.pool, "noel", PASSWORD).await;
    let noels = scene
        .server
        .password_sign_in(&scene.client, "noel", PASSWORD)
        .await
        .ok();
    let token = &noels["AuthenticationResult"]["AccessToken"];
    let sentence = "Device does not exist.";
    for key in [json!(UNKNOWN), key] {
        let request = json!({
            "AccessToken": token,
            "DeviceKey": key,
            "Username": "noel",
            "DeviceRememberedStatus": "remembered",
        });
        for operation in ["GetDevice", "UpdateDeviceStatus", "ForgetDevice"] {
            let answer = scene.server.call(operation, request.clone()).await;
            answer.assert_error("ResourceNotFoundException", sentence);
        }
        for operation in ["AdminGetDevice", "AdminUpdateDeviceStatus", "AdminForgetDevice"] {
            let answer = scene.admin(operation, request.clone()).await;
            answer.assert_error("ResourceNotFoundException", sentence);
        }
    }
    for operation in [
        "AdminGetDevice",
        "AdminUpdateDeviceStatus",
        "AdminForgetDevice",
        "AdminListDevices",
    ] {
        let nobodys = json!({ "Username": "nobody", "DeviceKey": UNKNOWN });
        let answer = scene.admin(operation, nobodys).await;
        answer.assert_error("UserNotFoundException", "User does not exist.");
    }
    for operation in ["GetDevice", "ForgetDevice"] {
        let answer = scene
            .server
            .call(operation, json!({ "DeviceKey": UNKNOWN }))
            .await;
        answer.assert_error(
            "InvalidParameterException",
            "Missing required parameter AccessToken",
        );
    }
}

#[tokio::test]
async fn a_pool_that_does_not_track_devices_says_so_and_its_devices_wait() {
    let scene = Scene::of(json!({})).await;
    let (key, token) = scene.device().await;
    let update = |members: Value| {
        let mut request = members;
        request["UserPoolId"] = json!(scene.pool);
        scene.server.call("UpdateUserPool", request)
    };
    let described = async || {
        let request = json!({ "UserPoolId": scene.pool });
        scene.server.call("DescribeUserPool", request).await.ok()["UserPool"]["DeviceConfiguration"].clone()
    };
    assert_eq!(described().await, json!({}));
    update(json!({})).await.ok();
    assert_eq!(described().await, Value::Null);
    let sentence = "User pool is not configured for device tracking.";
    let request = json!({ "AccessToken": token, "DeviceKey": key });
    for operation in [
        "ConfirmDevice",
        "GetDevice",
        "ListDevices",
        "UpdateDeviceStatus",
        "ForgetDevice",
    ] {
        let answer = scene.server.call(operation, request.clone()).await;
        answer.assert_error("InvalidUserPoolConfigurationException", sentence);
    }
    for operation in [
        "AdminGetDevice",
        "AdminListDevices",
        "AdminUpdateDeviceStatus",
        "AdminForgetDevice",
    ] {
        let answer = scene.admin(operation, json!({ "DeviceKey": key })).await;
        answer.assert_error("InvalidUserPoolConfigurationException", sentence);
    }
    let configuration = json!({ "ChallengeRequiredOnNewDevice": false });
    update(json!({ "DeviceConfiguration": configuration })).await.ok();
    assert_eq!(described().await, configuration);
    scene.server.call("GetDevice", request).await.ok();
}

#[tokio::test]
async fn devices_are_listed_newest_first_page_by_page() {
    let scene = Scene::of(json!({})).await;
    let mut keys = Vec::new();
    let mut token = Value::Null;
    for _ in 0..5 {
        let device = scene.device().await;
        keys.insert(0, device.0);
        token = device.1;
        scene.server.clock().advance_seconds(1);
    }
    let page = async |token: Value| {
        let listed = scene
            .admin(
                "AdminListDevices",
                json!({ "Limit": 2, "PaginationToken": token }),
            )
            .await
            .ok();
        let devices = listed["Devices"].as_array().unwrap().iter();
        let keys: Vec<Value> = devices.map(|device| device["DeviceKey"].clone()).collect();
        (keys, listed["PaginationToken"].clone())
    };
    let (first, next) = page(Value::Null).await;
    assert_eq!(first, keys[..2]);
    // What was listed may go meanwhile.
    scene
        .admin("AdminForgetDevice", json!({ "DeviceKey": keys[1] }))
        .await;
    let (second, next) = page(next).await;
    assert_eq!(second, keys[2..4]);
    assert_eq!(page(next).await, (keys[4..].to_vec(), Value::Null));
    let foreign = json!({ "AccessToken": token, "PaginationToken": "x" });
    let refused = scene.server.call("ListDevices", foreign).await;
    refused.assert_error("InvalidParameterException", "Invalid pagination token given.");
    let own = json!({ "AccessToken": token, "Limit": 1 });
    let listed = scene.server.call("ListDevices", own).await.ok();
    assert_eq!(listed["Devices"][0]["DeviceKey"], keys[0]);
    assert!(listed["PaginationToken"].is_string());
}

#[tokio::test]
async fn of_more_devices_than_a_user_may_have_the_one_used_longest_ago_goes() {
    let scene = Scene::of(json!({})).await;
    let (first, token) = scene.device().await;
    let mut second = Value::Null;
    for number in 1..crate::users::devices::MOST {
        scene.server.clock().advance_seconds(1);
        let (key, _) = scene.device().await;
        if number == 1 {
            second = key;
        }
    }
    scene.server.clock().advance_seconds(1);
    let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD, "DEVICE_KEY": first });
    let body =
        json!({ "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": scene.client, "AuthParameters": parameters });
    scene.server.call("InitiateAuth", body).await.ok();
    scene.device().await;
    let get = async |key: &Value| {
        let request = json!({ "AccessToken": token, "DeviceKey": key });
        scene.server.call("GetDevice", request).await.status
    };
    assert_eq!((get(&first).await, get(&second).await), (200, 400));
}

#[tokio::test]
async fn a_pool_that_protects_factors_takes_devices_soon_after_a_sign_in_alone() {
    let scene = Scene::of(json!({ "DeviceOnlyRememberedOnUserPrompt": true })).await;
    super::super::pools::safeguards::change(&scene.server.app().platform, &scene.pool, |safeguards| {
        safeguards.contact_change_minutes = Some(5);
    })
    .await
    .unwrap()
    .unwrap();
    let (key, token) = scene.device().await;
    let other = scene.tokens().await;
    scene.server.clock().advance_seconds(301);
    let sentence = "A recent sign-in is needed to change how you sign in. Sign in again.";
    let refused = scene.confirm(Scene::confirmation(&other)).await;
    refused.assert_error("NotAuthorizedException", sentence);
    let mut request =
        json!({ "AccessToken": token, "DeviceKey": key, "DeviceRememberedStatus": "remembered" });
    let refused = scene.server.call("UpdateDeviceStatus", request.clone()).await;
    refused.assert_error("NotAuthorizedException", sentence);
    request["DeviceRememberedStatus"] = json!("not_remembered");
    scene.server.call("UpdateDeviceStatus", request).await.ok();
}
