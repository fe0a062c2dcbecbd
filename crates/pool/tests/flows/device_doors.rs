//! Remembered devices where a pool asks for a code: none is a way around it.

use poolhouse_pool::testing::TestPool;
use serde_json::json;

use crate::devices::Device;
use crate::factors::Factors;
use crate::{PASSWORD, claims};

/// A pool that asks for a code by mail, tracks devices, and has an app of Mara's.
async fn with_codes() -> (Factors, Device) {
    let server = TestPool::new().await;
    let pool = server.open_confirm_pool().await;
    let mut settings = server
        .call("DescribeUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok()["UserPool"]
        .clone();
    let update = json!({
        "UserPoolId": pool,
        "LambdaConfig": settings["LambdaConfig"].take(),
        "DeviceConfiguration": { "ChallengeRequiredOnNewDevice": true },
        "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Name": "admin_only", "Priority": 1 }] },
    });
    server.call("UpdateUserPool", update).await.ok();
    server.require_code(&pool, None, false).await;
    let flows = [
        "ALLOW_CUSTOM_AUTH",
        "ALLOW_USER_SRP_AUTH",
        "ALLOW_USER_PASSWORD_AUTH",
        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
        "ALLOW_USER_AUTH",
    ];
    let client = server
        .client_with(&pool, json!({ "ExplicitAuthFlows": flows }))
        .await;
    let client = client["ClientId"].as_str().unwrap().to_owned();
    server.user(&pool, "mara", PASSWORD).await;
    let scene = Factors { server, pool, client };
    let (device, _) = scene.device().await;
    scene.configure("OPTIONAL", json!({})).await;
    scene.app().await;
    (scene, device)
}

#[tokio::test]
async fn d1_a_device_stands_between_the_password_and_the_code_and_replaces_neither() {
    let (scene, device) = with_codes().await;
    scene.server.require_code(&scene.pool, None, true).await;
    let key = Some(device.key.as_str());
    let asked = scene.srp_on("CUSTOM_AUTH", [key, key]).await.ok();
    assert_eq!(asked["ChallengeName"], "DEVICE_SRP_AUTH");
    let asked = scene.by_device(&asked, &device).await.ok();
    assert_eq!(asked["ChallengeName"], "CUSTOM_CHALLENGE");
    let code = scene.server.code_to("mara@example.com").await;
    let tokens = scene
        .respond("CUSTOM_CHALLENGE", &asked["Session"], json!({ "ANSWER": code }))
        .await
        .ok();
    let tokens = &tokens["AuthenticationResult"];
    assert_eq!(claims(&tokens["AccessToken"])["device_key"], device.key);
}

#[tokio::test]
async fn door_a_device_is_no_way_around_the_code_in_any_flow_or_state() {
    let (scene, device) = with_codes().await;
    let mut walks = 0;
    for flow in [
        "USER_PASSWORD_AUTH",
        "USER_SRP_AUTH",
        "ADMIN_USER_PASSWORD_AUTH",
        "CUSTOM_AUTH",
        "USER_AUTH",
    ] {
        for door in ["open", "shut", "shut on the way"] {
            scene.server.require_code(&scene.pool, None, door == "shut").await;
            let key = Some(device.key.as_str());
            let mut answer = match flow {
                "USER_PASSWORD_AUTH" => scene.password_on(&device.key).await,
                "USER_AUTH" => {
                    let parameters = json!({
                        "USERNAME": "mara",
                        "PREFERRED_CHALLENGE": "PASSWORD",
                        "PASSWORD": PASSWORD,
                        "DEVICE_KEY": device.key,
                    });
                    scene.begin(flow, parameters).await
                }
                "ADMIN_USER_PASSWORD_AUTH" => {
                    let parameters =
                        json!({ "USERNAME": "mara", "PASSWORD": PASSWORD, "DEVICE_KEY": device.key });
                    let body = json!({
                        "AuthFlow": flow,
                        "ClientId": scene.client,
                        "UserPoolId": scene.pool,
                        "AuthParameters": parameters,
                    });
                    scene.server.call("AdminInitiateAuth", body).await
                }
                flow => scene.srp_on(flow, [key, key]).await,
            };
            let mut asked = Vec::new();
            while answer.status == 200 && answer["ChallengeName"].is_string() {
                if door == "shut on the way" {
                    scene.server.require_code(&scene.pool, None, true).await;
                }
                let name = answer["ChallengeName"].as_str().unwrap().to_owned();
                answer = match &*name {
                    "DEVICE_SRP_AUTH" => {
                        scene
                            .device_begins(&answer["Session"], &device, &device.srp.public_a())
                            .await
                    }
                    "DEVICE_PASSWORD_VERIFIER" => scene.device_proves(&answer.body, &device).await,
                    _ => {
                        let code = scene.server.code_to("mara@example.com").await;
                        scene
                            .respond(&name, &answer["Session"], json!({ "ANSWER": code }))
                            .await
                    }
                };
                asked.push(name);
            }
            let case = format!("{flow}, {door}: {asked:?} {}", answer.text);
            let has_tokens = answer["AuthenticationResult"].is_object();
            let had = |name: &str| asked.iter().any(|asked| asked == name);
            assert_eq!(has_tokens, door == "open" || flow == "CUSTOM_AUTH", "{case}");
            assert!(!has_tokens || had("DEVICE_PASSWORD_VERIFIER"), "{case}");
            assert!(!has_tokens || door == "open" || had("CUSTOM_CHALLENGE"), "{case}");
            scene.server.clock().advance_seconds(3600);
            walks += 1;
        }
    }
    assert_eq!(walks, 15);
}
