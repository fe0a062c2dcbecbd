//! The function before tokens, as hosted login and machines call it.

use std::sync::Arc;

use poolhouse_testkit::{RecordingFunction, TestServer};
use poolhouse_text::percent;
use serde_json::{Value, json};

use crate::{ORDERS, Scene, assert_denied, basic, claims, machine};

const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:tokens";

async fn scene(function: &Arc<RecordingFunction>, version: &str) -> Scene {
    let place: Arc<dyn poolhouse_triggers::Place> = function.clone();
    let server = TestServer::with_functions(vec![(ARN.to_owned(), place)], |_| {}).await;
    let config = json!({ "LambdaVersion": version, "LambdaArn": ARN });
    let lambdas =
        json!({ "LambdaConfig": { "PreTokenGeneration": ARN, "PreTokenGenerationConfig": config } });
    Scene::of(server, lambdas, json!({})).await
}

#[tokio::test]
async fn a_code_asks_the_function_once_when_it_is_redeemed() {
    let function = RecordingFunction::new(|event| {
        event["response"] = json!({ "claimsAndScopeOverrideDetails": {
            "idTokenGeneration": {
                "claimsToAddOrOverride": { "tier": "gold", "nonce": "x", "at_hash": "x" },
            },
            "accessTokenGeneration": { "scopesToAdd": ["extra/scope"], "scopesToSuppress": ["email"] },
        } });
        Ok(())
    });
    let scene = scene(&function, "V2_0").await;
    let code = scene.code().await;
    assert_eq!(function.events(), Vec::<Value>::new());
    let tokens = scene.token(&scene.redeeming(&code)).await.ok();
    let events = function.events();
    assert_eq!(events.len(), 1);
    assert_eq!(events[0]["triggerSource"], "TokenGeneration_HostedAuth");
    assert_eq!(events[0]["request"]["scopes"], json!(["openid", "email"]));
    assert_eq!(events[0]["userName"], "mara");
    let id = claims(&tokens["id_token"]);
    assert_eq!(
        (&id["tier"], &id["nonce"]),
        (&json!("gold"), &json!("n-0S6_WzA2Mj"))
    );
    assert_ne!(id["at_hash"], "x");
    assert_eq!(claims(&tokens["access_token"])["scope"], "openid extra/scope");
    let refresh = tokens["refresh_token"].as_str().unwrap();
    scene
        .token(&format!("grant_type=refresh_token&refresh_token={refresh}"))
        .await
        .ok();
    assert_eq!(
        function.events()[0]["triggerSource"],
        "TokenGeneration_RefreshTokens"
    );
}

#[tokio::test]
async fn a_code_whose_function_refuses_gives_nothing_and_is_used_up() {
    let function = RecordingFunction::new(|_| Err("not \"today\"\r\n".to_owned()));
    let scene = scene(&function, "V2_0").await;
    let code = scene.code().await;
    let answer = scene.token(&scene.redeeming(&code)).await;
    let expected = json!({
        "error": "invalid_grant",
        "error_description": "PreTokenGeneration failed with error not ?today???. ",
    });
    assert_eq!((answer.status, &answer.body), (400, &expected));
    assert_denied(&scene.token(&scene.redeeming(&code)).await, 400, "invalid_grant");
    assert_eq!(function.events().len(), 1, "a used code asks nobody");
}

#[tokio::test]
async fn the_third_version_is_asked_for_machines_and_older_ones_are_not() {
    let function = RecordingFunction::new(|event| {
        event["response"] = json!({ "claimsAndScopeOverrideDetails": {
            "accessTokenGeneration": { "claimsToAddOrOverride": { "tenant": "t", "sub": "x" } },
        } });
        Ok(())
    });
    for (version, is_asked) in [("V1_0", false), ("V2_0", false), ("V3_0", true)] {
        let scene = scene(&function, version).await;
        function.events();
        let (client, secret) = scene.other_client(machine()).await;
        let metadata = percent::encode(r#"{"tenant":"t"}"#);
        let scope = percent::encode(format!("{ORDERS}/read"));
        let form = format!("grant_type=client_credentials&scope={scope}&aws_client_metadata={metadata}");
        let tokens = scene
            .post("/oauth2/token", Some(&basic(&client, &secret)), &form)
            .await
            .ok();
        let events = function.events();
        assert_eq!(events.len(), usize::from(is_asked), "{version}");
        let access = claims(&tokens["access_token"]);
        assert_eq!(access.get("tenant").is_some(), is_asked);
        assert_eq!(access["sub"], json!(client));
        for event in events {
            assert_eq!(
                event,
                json!({
                    "version": "3",
                    "triggerSource": "TokenGeneration_ClientCredentials",
                    "region": "us-east-1",
                    "userPoolId": scene.pool,
                    "userName": "ClientCredentials",
                    "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": client },
                    "request": {
                        "userAttributes": {},
                        "groupConfiguration": null,
                        "scopes": [format!("{ORDERS}/read")],
                        "clientMetadata": { "tenant": "t" },
                    },
                    "response": { "claimsAndScopeOverrideDetails": null },
                })
            );
        }
    }
}
