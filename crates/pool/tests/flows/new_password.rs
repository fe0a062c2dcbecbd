//! A temporary password and the choice of a new one.

use serde_json::{Value, json};

use crate::{Scene, claims};

pub const TEMPORARY: &str = "Temporary-Horse-1!";
pub const CHOSEN: &str = "Chosen-Horse-2!";

pub async fn newcomer(scene: &Scene) {
    let body = json!({
        "UserPoolId": scene.pool,
        "Username": "nia",
        "TemporaryPassword": TEMPORARY,
        "MessageAction": "SUPPRESS",
        "UserAttributes": [
            { "Name": "email", "Value": "nia@example.com" },
            { "Name": "email_verified", "Value": "true" },
        ],
    });
    scene.server.call("AdminCreateUser", body).await.ok();
}

pub async fn choose(scene: &Scene, session: &Value, password: &str) -> poolhouse_pool::testing::Answer {
    let body = json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ClientId": scene.client,
        "Session": session,
        "ChallengeResponses": { "USERNAME": "nia", "NEW_PASSWORD": password },
    });
    scene.server.call("RespondToAuthChallenge", body).await
}

#[tokio::test]
async fn a_temporary_password_asks_for_an_own_one() {
    let scene = Scene::new().await;
    newcomer(&scene).await;
    let challenge = scene
        .server
        .password_sign_in(&scene.client, "nia", TEMPORARY)
        .await
        .ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    assert_eq!(
        challenge["ChallengeParameters"],
        json!({
            "USER_ID_FOR_SRP": "nia",
            "requiredAttributes": "[]",
            "userAttributes": "{\"email\":\"nia@example.com\",\"email_verified\":\"true\"}",
        })
    );
    let tokens = choose(&scene, &challenge["Session"], CHOSEN).await.ok();
    assert_eq!(
        claims(&tokens["AuthenticationResult"]["IdToken"])["cognito:username"],
        "nia"
    );
    let user = json!({ "UserPoolId": scene.pool, "Username": "nia" });
    assert_eq!(
        scene.server.call("AdminGetUser", user).await.ok()["UserStatus"],
        "CONFIRMED"
    );
    scene
        .server
        .password_sign_in(&scene.client, "nia", CHOSEN)
        .await
        .ok();
}

#[tokio::test]
async fn a_new_password_that_the_policy_refuses_leaves_the_session_usable() {
    let scene = Scene::new().await;
    newcomer(&scene).await;
    let challenge = scene
        .server
        .password_sign_in(&scene.client, "nia", TEMPORARY)
        .await
        .ok();
    choose(&scene, &challenge["Session"], "short").await.assert_error(
        "InvalidPasswordException",
        "Password does not conform to policy: Password not long enough",
    );
    choose(&scene, &challenge["Session"], CHOSEN).await.ok();
}

#[tokio::test]
async fn a_temporary_password_is_no_way_around_the_code() {
    let scene = Scene::new().await;
    newcomer(&scene).await;
    let challenge = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "nia", TEMPORARY)
        .await
        .ok();
    assert_eq!(challenge["ChallengeName"], "NEW_PASSWORD_REQUIRED");
    let next = choose(&scene, &challenge["Session"], CHOSEN).await.ok();
    assert_eq!(next["ChallengeName"], "CUSTOM_CHALLENGE");
    let tokens = code(&scene, &next["Session"]).await.ok();
    assert!(tokens["AuthenticationResult"]["AccessToken"].is_string());
    scene
        .server
        .password_sign_in(&scene.client, "nia", CHOSEN)
        .await
        .ok();
}

/// Nia's answer with the code that was mailed to her.
async fn code(scene: &Scene, session: &Value) -> poolhouse_pool::testing::Answer {
    typed(scene, session, &scene.server.code_to("nia@example.com").await).await
}

/// Nia's answer to the challenge.
pub async fn typed(scene: &Scene, session: &Value, answer: &str) -> poolhouse_pool::testing::Answer {
    let body = json!({
        "ChallengeName": "CUSTOM_CHALLENGE",
        "ClientId": scene.client,
        "Session": session,
        "ChallengeResponses": { "USERNAME": "nia", "ANSWER": answer },
    });
    scene.server.call("RespondToAuthChallenge", body).await
}

#[tokio::test]
async fn a_leaked_temporary_password_changes_nothing_without_the_mailbox() {
    let scene = Scene::new().await;
    newcomer(&scene).await;
    let user = json!({ "UserPoolId": scene.pool, "Username": "nia" });
    let mut before = scene.server.call("AdminGetUser", user.clone()).await.ok();
    let challenge = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "nia", TEMPORARY)
        .await
        .ok();
    let body = json!({
        "ChallengeName": "NEW_PASSWORD_REQUIRED",
        "ClientId": scene.client,
        "Session": challenge["Session"],
        "ChallengeResponses": {
            "USERNAME": "nia", "NEW_PASSWORD": "Thief-Horse-3!",
            "userAttributes.email": "thief@example.com", "userAttributes.nickname": "T",
        },
    });
    let next = scene.server.call("RespondToAuthChallenge", body).await.ok();
    // The code goes to the address that the user had, and to no other.
    assert_eq!(
        next["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"],
        json!("n***@e***")
    );
    let mailed = scene.server.code_to("nia@example.com").await;
    let wrong = typed(&scene, &next["Session"], &crate::other_than(&mailed))
        .await
        .ok();
    let mut after = scene.server.call("AdminGetUser", user.clone()).await.ok();
    // The counters of codes are kept.
    for seen in [&mut before, &mut after] {
        let attributes = seen["UserAttributes"].as_array_mut().unwrap();
        attributes.retain(|attribute| attribute["Name"] != "custom:authChallenge");
        seen["UserLastModifiedDate"] = Value::Null;
    }
    assert_eq!(after, before);
    scene
        .server
        .password_sign_in(&scene.client, "nia", "Thief-Horse-3!")
        .await
        .assert_error("NotAuthorizedException", crate::WRONG);
    let ledger = |user: &Value| {
        let attributes = user["UserAttributes"].as_array().unwrap();
        let mut named = attributes
            .iter()
            .filter(|held| held["Name"] == "custom:authChallenge");
        named.next().map(|held| held["Value"].clone())
    };
    let counted = ledger(&scene.server.call("AdminGetUser", user.clone()).await.ok());
    assert!(counted.is_some());
    // Who reads the mailbox ends it: password and attributes at once.
    let tokens = typed(&scene, &wrong["Session"], &mailed).await.ok();
    let id_token = claims(&tokens["AuthenticationResult"]["IdToken"]);
    assert_eq!(
        (
            &id_token["email"],
            &id_token["email_verified"],
            &id_token["nickname"]
        ),
        (&json!("thief@example.com"), &json!(false), &json!("T"))
    );
    let user = scene.server.call("AdminGetUser", user).await.ok();
    assert_eq!(user["UserStatus"], "CONFIRMED");
    let used = ledger(&user);
    assert!(
        used.is_some() && used != counted,
        "the right code is noted as used in the same commit"
    );
}

#[tokio::test]
async fn a_temporary_password_expires() {
    let scene = Scene::new().await;
    newcomer(&scene).await;
    scene.server.clock().advance_seconds(7 * 24 * 3600);
    let answer = scene
        .server
        .password_sign_in(&scene.client, "nia", TEMPORARY)
        .await;
    answer.assert_error(
        "NotAuthorizedException",
        "Temporary password has expired and must be reset by an administrator.",
    );
}

#[tokio::test]
async fn the_function_before_tokens_sends_whoever_chose_a_password_to_a_sign_in_with_a_code() {
    let scene = Scene::new().await;
    let update = json!({
        "UserPoolId": scene.pool,
        "LambdaConfig": {
            "DefineAuthChallenge": "arn:aws:lambda:us-east-1:000000000000:function:2faDefine",
            "CreateAuthChallenge": "arn:aws:lambda:us-east-1:000000000000:function:2faCreate",
            "VerifyAuthChallengeResponse": "arn:aws:lambda:us-east-1:000000000000:function:2faVerify",
            "PreTokenGeneration": "arn:aws:lambda:us-east-1:000000000000:function:2faPreToken",
        },
    });
    scene.server.call("UpdateUserPool", update).await.ok();
    newcomer(&scene).await;
    let challenge = scene
        .server
        .password_sign_in(&scene.client, "nia", TEMPORARY)
        .await
        .ok();
    choose(&scene, &challenge["Session"], CHOSEN).await.assert_error(
        "UserLambdaValidationException",
        "PreTokenGeneration failed with error Your new password is not set. Please begin with the temporary one, in a sign-in with a code.",
    );
    // What was denied is used up all the same.
    choose(&scene, &challenge["Session"], CHOSEN).await.assert_error(
        "NotAuthorizedException",
        "Invalid session for the user, session can only be used once.",
    );
    scene
        .server
        .password_sign_in(&scene.client, "nia", CHOSEN)
        .await
        .assert_error("NotAuthorizedException", crate::WRONG);
    let challenge = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "nia", TEMPORARY)
        .await
        .ok();
    let next = choose(&scene, &challenge["Session"], CHOSEN).await.ok();
    let tokens = code(&scene, &next["Session"]).await.ok();
    let id_token = claims(&tokens["AuthenticationResult"]["IdToken"]);
    assert!(id_token["custom:authChallenge"].is_null(), "{id_token}");
}

#[tokio::test]
async fn a_required_attribute_is_asked_for_and_must_be_given() {
    let scene = Scene::new().await;
    let required = json!([{ "Name": "given_name", "Required": true }]);
    let pool = scene.server.pool_with(json!({ "Schema": required })).await;
    let client = scene.server.client(&pool).await;
    let scene = Scene {
        pool,
        client,
        ..scene
    };
    newcomer(&scene).await;
    let challenge = scene
        .server
        .password_sign_in(&scene.client, "nia", TEMPORARY)
        .await
        .ok();
    assert_eq!(
        challenge["ChallengeParameters"]["requiredAttributes"],
        "[\"userAttributes.given_name\"]"
    );
    assert_eq!(
        challenge["ChallengeParameters"]["userAttributes"],
        "{\"email\":\"nia@example.com\",\"email_verified\":\"true\",\"given_name\":\"\"}",
    );
    choose(&scene, &challenge["Session"], CHOSEN).await.assert_error(
        "InvalidParameterException",
        "Invalid attributes given, given_name is missing",
    );
    let answer = |responses: Value| {
        json!({
            "ChallengeName": "NEW_PASSWORD_REQUIRED",
            "ClientId": scene.client,
            "Session": challenge["Session"],
            "ChallengeResponses": responses,
        })
    };
    let verified =
        json!({ "USERNAME": "nia", "NEW_PASSWORD": CHOSEN, "userAttributes.email_verified": "true" });
    scene
        .server
        .call("RespondToAuthChallenge", answer(verified))
        .await
        .assert_error(
            "InvalidParameterException",
            "Cannot modify the non-mutable attribute email_verified",
        );
    let given = json!({ "USERNAME": "nia", "NEW_PASSWORD": CHOSEN, "userAttributes.given_name": "Nia" });
    let tokens = scene
        .server
        .call("RespondToAuthChallenge", answer(given))
        .await
        .ok();
    assert_eq!(
        claims(&tokens["AuthenticationResult"]["IdToken"])["given_name"],
        "Nia"
    );
}

#[tokio::test]
async fn what_the_user_has_and_signs_in_with_or_must_have_is_not_changed_beside_a_new_password() {
    let scene = Scene::new().await;
    let required = json!([{ "Name": "given_name", "Required": true }]);
    for (settings, name) in [
        (json!({ "Schema": required }), "given_name"),
        (json!({ "AliasAttributes": ["email"] }), "email"),
    ] {
        let pool = scene.server.pool_with(settings).await;
        let client = scene.server.client(&pool).await;
        let user = json!({ "UserPoolId": pool, "Username": "nia" });
        let mut body = json!({
            "TemporaryPassword": TEMPORARY,
            "MessageAction": "SUPPRESS",
            "UserAttributes": [
                { "Name": "given_name", "Value": "Nia" },
                { "Name": "email", "Value": "nia@example.com" },
            ],
        });
        body["UserPoolId"] = user["UserPoolId"].clone();
        body["Username"] = user["Username"].clone();
        scene.server.call("AdminCreateUser", body).await.ok();
        let challenge = scene
            .server
            .password_sign_in(&client, "nia", TEMPORARY)
            .await
            .ok();
        let before = scene.server.call("AdminGetUser", user.clone()).await.ok();
        let answer = |name: &str, value: &str| {
            json!({
                "ChallengeName": "NEW_PASSWORD_REQUIRED",
                "ClientId": client,
                "Session": challenge["Session"],
                "ChallengeResponses": {
                    "USERNAME": "nia", "NEW_PASSWORD": CHOSEN, (format!("userAttributes.{name}")): value,
                },
            })
        };
        // The value it has, too: a client that sends back what it was shown is told so at once.
        for value in ["thief@example.com", "nia@example.com"] {
            let refused = scene
                .server
                .call("RespondToAuthChallenge", answer(name, value))
                .await;
            refused.assert_error(
                "NotAuthorizedException",
                &format!("Cannot modify an already provided {name}"),
            );
        }
        assert_eq!(scene.server.call("AdminGetUser", user).await.ok(), before);
        // Anything else may be given, and the session is still good.
        scene
            .server
            .call("RespondToAuthChallenge", answer("nickname", "N"))
            .await
            .ok();
    }
}
