//! Devices that a pool tracks: handed out with tokens, confirmed, named in sign-ins and refreshes, forgotten.

use std::sync::Arc;

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::srp::SrpClient;
use poolhouse_pool::testing::{Answer, TestPool, TestStore};
use poolhouse_store::testing::Counting;
use serde_json::{Value, json};

use crate::factors::Factors;
use crate::{PASSWORD, claims};

pub const NO_DEVICE: &str = "Device does not exist.";
const REVOKED: &str = "Access Token has been revoked";
/// What a device keeps to itself.
pub const SECRET: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJw==";

/// A device in Mara's hands.
#[derive(Clone)]
pub struct Device {
    pub key: String,
    pub srp: Arc<SrpClient>,
}

impl Device {
    /// The device that was handed out with these tokens.
    pub fn of(tokens: &Value) -> Device {
        let new = &tokens["NewDeviceMetadata"];
        let text = |member: &str| new[member].as_str().unwrap().to_owned();
        let srp = SrpClient::device(&text("DeviceGroupKey"), SECRET);
        Device {
            key: text("DeviceKey"),
            srp: srp.into(),
        }
    }

    /// The request that confirms it.
    pub fn confirmation(&self, access_token: &Value) -> Value {
        json!({
            "AccessToken": access_token,
            "DeviceKey": self.key,
            "DeviceName": "Mara's phone",
            "DeviceSecretVerifierConfig": self.srp.device_verifier(&self.key),
        })
    }
}

/// A pool that tracks devices in this way, with second factors.
pub async fn pool(configuration: Value, mode: &str) -> Factors {
    let members = json!({ "DeviceConfiguration": configuration });
    let scene = Factors::on(TestPool::new().await, members, mode, json!({})).await;
    let hiding = json!({ "PreventUserExistenceErrors": "ENABLED" });
    let client = scene.server.client_with(&scene.pool, hiding).await["ClientId"].clone();
    Factors {
        client: client.as_str().unwrap().to_owned(),
        ..scene
    }
}

impl Factors {
    /// An operation of Mara's with this access token.
    pub async fn by_token(&self, operation: &str, token: &Value, mut members: Value) -> Answer {
        members["AccessToken"] = token.clone();
        self.server.call(operation, members).await
    }

    /// A device that Mara has confirmed, and the tokens it was handed out with. She has no second factor yet.
    pub async fn device(&self) -> (Device, Value) {
        let tokens = self.password().await.ok()["AuthenticationResult"].clone();
        let device = Device::of(&tokens);
        let confirm = device.confirmation(&tokens["AccessToken"]);
        self.server.call("ConfirmDevice", confirm).await.ok();
        (device, tokens)
    }

    /// Mara's password in the clear, on a device.
    pub async fn password_on(&self, device_key: &str) -> Answer {
        let parameters = json!({ "USERNAME": "mara", "PASSWORD": PASSWORD, "DEVICE_KEY": device_key });
        self.begin("USER_PASSWORD_AUTH", parameters).await
    }

    pub async fn begin(&self, flow: &str, parameters: Value) -> Answer {
        let body = json!({ "AuthFlow": flow, "ClientId": self.client, "AuthParameters": parameters });
        self.server.call("InitiateAuth", body).await
    }

    async fn refresh(&self, tokens: &Value, device_key: Option<&str>) -> [Answer; 2] {
        let token = &tokens["RefreshToken"];
        let mut parameters = json!({ "REFRESH_TOKEN": token });
        let mut body = json!({ "ClientId": self.client, "RefreshToken": token });
        if let Some(key) = device_key {
            parameters["DEVICE_KEY"] = json!(key);
            body["DeviceKey"] = json!(key);
        }
        [
            self.begin("REFRESH_TOKEN_AUTH", parameters).await,
            self.server.call("GetTokensFromRefreshToken", body).await,
        ]
    }
}

#[tokio::test]
async fn a_sign_in_hands_out_a_device_unless_it_is_on_one() {
    let scene = pool(json!({}), "OPTIONAL").await;
    let (device, tokens) = scene.device().await;
    assert!(device.key.starts_with("us-east-1_"), "{}", device.key);
    assert_eq!(claims(&tokens["AccessToken"])["device_key"], device.key);
    assert_eq!(claims(&tokens["IdToken"])["device_key"], Value::Null);
    let keys: Vec<String> = claims(&tokens["AccessToken"])
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(keys[..2], ["sub", "device_key"]);
    let on_it = scene.password_on(&device.key).await.ok()["AuthenticationResult"].clone();
    assert_eq!(on_it["NewDeviceMetadata"], Value::Null);
    assert_eq!(claims(&on_it["AccessToken"])["device_key"], device.key);
    let other = scene.password().await.ok()["AuthenticationResult"].clone();
    assert_ne!(other["NewDeviceMetadata"]["DeviceKey"], device.key);
}

#[tokio::test]
async fn a_pool_that_tracks_no_devices_hands_out_none_and_takes_no_notice_of_keys() {
    let scene = Factors::optional().await;
    for answer in [scene.password().await, scene.password_on("us-east-1_0f").await] {
        let tokens = answer.ok()["AuthenticationResult"].clone();
        assert_eq!(tokens["NewDeviceMetadata"], Value::Null);
        assert_eq!(claims(&tokens["AccessToken"])["device_key"], Value::Null);
        for answer in scene.refresh(&tokens, Some("us-east-1_0f")).await {
            answer.ok();
        }
    }
}

#[tokio::test]
async fn a_device_that_is_not_the_users_is_unknown_whoever_is_named() {
    let scene = pool(json!({}), "OPTIONAL").await;
    let (device, _) = scene.device().await;
    scene.server.user(&scene.pool, "noel", PASSWORD).await;
    let srp = SrpClient::new(&scene.pool, PASSWORD);
    let longest = "a".repeat(600);
    for (name, key) in [
        ("mara", "us-east-1_0f0e0d0c-0b0a-4908-8706-050403020100"),
        ("mara", "../profile"),
        ("mara", &longest),
        ("noel", &device.key),
        ("nobody", &device.key),
    ] {
        let parameters = json!({
            "USERNAME": name,
            "PASSWORD": PASSWORD,
            "SRP_A": srp.public_a(),
            "DEVICE_KEY": key,
        });
        for flow in ["USER_PASSWORD_AUTH", "USER_SRP_AUTH"] {
            let refused = scene.begin(flow, parameters.clone()).await;
            refused.assert_error("ResourceNotFoundException", NO_DEVICE);
        }
    }
}

#[tokio::test]
async fn tokens_of_a_device_are_refreshed_with_its_key_and_no_other() {
    let scene = pool(json!({}), "OPTIONAL").await;
    let (device, tokens) = scene.device().await;
    let unconfirmed = scene.password().await.ok()["AuthenticationResult"].clone();
    let on_it = scene.password_on(&device.key).await.ok()["AuthenticationResult"].clone();
    let other = Device::of(&unconfirmed).key;
    for (tokens, key, wrong) in [
        (&tokens, &device.key, vec![None, Some(other.as_str())]),
        (&on_it, &device.key, vec![None, Some(other.as_str())]),
        // Nobody has confirmed this one, so its client may know nothing of devices.
        (&unconfirmed, &other, vec![Some(device.key.as_str())]),
    ] {
        for wrong in wrong {
            for answer in scene.refresh(tokens, wrong).await {
                answer.assert_error("NotAuthorizedException", "Invalid Refresh Token");
            }
        }
        for answer in scene.refresh(tokens, Some(key)).await {
            let renewed = answer.ok()["AuthenticationResult"].clone();
            assert_eq!(claims(&renewed["AccessToken"])["device_key"], *key);
            assert_eq!(renewed["NewDeviceMetadata"], Value::Null);
        }
    }
    for answer in scene.refresh(&unconfirmed, None).await {
        answer.ok();
    }
}

#[tokio::test]
async fn a_spent_token_without_its_device_ends_nobodys_sign_in() {
    let scene = pool(json!({}), "OPTIONAL").await;
    let rotation = json!({
        "RefreshTokenRotation": { "Feature": "ENABLED", "RetryGracePeriodSeconds": 0 },
        "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
    });
    let client = scene.server.client_with(&scene.pool, rotation).await["ClientId"].clone();
    let scene = Factors {
        client: client.as_str().unwrap().to_owned(),
        ..scene
    };
    let (device, spent) = scene.device().await;
    let exchange = async |token: &Value, key: Option<&str>| {
        let mut body = json!({ "ClientId": scene.client, "RefreshToken": token });
        if let Some(key) = key {
            body["DeviceKey"] = json!(key);
        }
        scene.server.call("GetTokensFromRefreshToken", body).await
    };
    let live = exchange(&spent["RefreshToken"], Some(&device.key)).await.ok();
    let live = &live["AuthenticationResult"]["RefreshToken"];
    let refused = exchange(&spent["RefreshToken"], None).await;
    refused.assert_error("NotAuthorizedException", "Invalid Refresh Token");
    exchange(live, Some(&device.key)).await.ok();
}

#[tokio::test]
async fn a_device_that_is_forgotten_takes_its_sign_ins_with_it_but_for_the_token_that_asks() {
    let scene = pool(json!({}), "OPTIONAL").await;
    let (device, first) = scene.device().await;
    let second = scene.password_on(&device.key).await.ok()["AuthenticationResult"].clone();
    let elsewhere = scene.password().await.ok()["AuthenticationResult"].clone();
    let key = json!({ "DeviceKey": device.key });
    let token = &second["AccessToken"];
    let forgotten = scene.by_token("ForgetDevice", token, key.clone()).await;
    assert_eq!((forgotten.status, forgotten.text.as_str()), (200, ""));
    scene
        .by_token("GetUser", &first["AccessToken"], json!({}))
        .await
        .assert_error("NotAuthorizedException", REVOKED);
    scene.by_token("GetUser", token, json!({})).await.ok();
    for answer in scene.refresh(&second, Some(&device.key)).await {
        answer.assert_error("NotAuthorizedException", "Invalid Refresh Token");
    }
    for answer in scene.refresh(&elsewhere, Some(&Device::of(&elsewhere).key)).await {
        answer.ok();
    }
    scene
        .password_on(&device.key)
        .await
        .assert_error("ResourceNotFoundException", NO_DEVICE);
    // Its key is good for nothing more, not even in the hands of the token that has forgotten it.
    let again = scene
        .server
        .call("ConfirmDevice", device.confirmation(token))
        .await;
    again.assert_error("InvalidParameterException", "Invalid device key given.");
}

#[tokio::test]
async fn an_administrator_forgets_a_device_and_ends_what_was_signed_in_to_on_it() {
    let scene = pool(json!({}), "OPTIONAL").await;
    let (device, tokens) = scene.device().await;
    let key = json!({ "DeviceKey": device.key });
    let forgotten = scene.admin("AdminForgetDevice", key.clone()).await;
    assert_eq!((forgotten.status, forgotten.text.as_str()), (200, ""));
    let access = &tokens["AccessToken"];
    scene
        .by_token("GetUser", access, json!({}))
        .await
        .assert_error("NotAuthorizedException", REVOKED);
    scene
        .admin("AdminForgetDevice", key)
        .await
        .assert_error("ResourceNotFoundException", NO_DEVICE);
}

#[tokio::test]
async fn a_new_password_and_a_sign_out_everywhere_leave_devices_and_end_keys_that_nobody_has_confirmed() {
    let scene = pool(json!({}), "OPTIONAL").await;
    let (device, _) = scene.device().await;
    let handed = scene.password().await.ok()["AuthenticationResult"].clone();
    scene.admin("AdminUserGlobalSignOut", json!({})).await.ok();
    let password = json!({ "Password": PASSWORD, "Permanent": true });
    scene.admin("AdminSetUserPassword", password).await.ok();
    scene.server.clock().advance_seconds(1);
    let tokens = scene.password_on(&device.key).await.ok()["AuthenticationResult"].clone();
    assert_eq!(tokens["NewDeviceMetadata"], Value::Null);
    let confirm = Device::of(&handed).confirmation(&tokens["AccessToken"]);
    let refused = scene.server.call("ConfirmDevice", confirm).await;
    refused.assert_error("InvalidParameterException", "Invalid device key given.");
}

#[tokio::test]
async fn a_deleted_user_leaves_no_device_behind() {
    let scene = pool(json!({}), "OPTIONAL").await;
    let (device, _) = scene.device().await;
    scene.admin("AdminDeleteUser", json!({})).await.ok();
    let rows = poolhouse_store::Scan::prefix("", 10_000);
    let rows = scene.server.store().scan(rows).await.unwrap();
    assert!(rows.iter().all(|row| !row.key.contains(&device.key)));
}

#[tokio::test]
async fn the_secret_of_a_device_lies_sealed() {
    let scene = pool(json!({}), "OPTIONAL").await;
    let (device, _) = scene.device().await;
    let given = device.srp.device_verifier(&device.key);
    let rows = poolhouse_store::Scan::prefix("p/", 10_000);
    let rows = scene.server.store().scan(rows).await.unwrap();
    let row = rows.iter().find(|row| row.key.ends_with(&device.key)).unwrap();
    let v = given["PasswordVerifier"].as_str().unwrap();
    assert!(row.body.contains("verifier") && !row.body.contains(v));
    assert!(!row.body.contains(&"88".repeat(16)));
    assert!(scene.server.clock().now().0 > 0);
}

#[tokio::test]
async fn an_unknown_device_takes_the_same_work_whoever_is_named_and_none_where_nothing_is_tracked() {
    let store = Arc::new(Counting::new(TestStore::new()));
    let server = TestPool::on(store.clone(), 13, |_| {}).await;
    for tracks in [true, false] {
        let members = match tracks {
            true => json!({ "DeviceConfiguration": {} }),
            false => json!({}),
        };
        let pool = server.pool_with(members).await;
        let hiding = json!({ "PreventUserExistenceErrors": "ENABLED" });
        let client = server.client_with(&pool, hiding).await["ClientId"].clone();
        server.user(&pool, "mara", PASSWORD).await;
        let srp_a = SrpClient::new(&pool, PASSWORD).public_a();
        let work = async |name: &str, device: &str| {
            let parameters = json!({ "USERNAME": name, "SRP_A": srp_a, "DEVICE_KEY": device });
            let body =
                json!({ "AuthFlow": "USER_SRP_AUTH", "ClientId": client, "AuthParameters": parameters });
            store.take();
            server.call_alone("InitiateAuth", body).await;
            store.take()
        };
        // What a server keeps is kept.
        work("mara", "").await;
        let device = "us-east-1_0f0e0d0c-0b0a-4908-8706-050403020100";
        let on_device = work("mara", device).await;
        assert_eq!(on_device, work("nobody", device).await);
        assert_eq!(on_device == work("mara", "").await, !tracks);
    }
}
