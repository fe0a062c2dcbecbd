//! The feature, on the pool: properties of the flow that need more than the pure functions.

use serde_json::{Value, json};

use crate::{PASSWORD, Scene, WRONG, claims, other_than};

#[tokio::test]
async fn a_password_and_the_mailed_code_sign_in() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    assert_eq!(challenge["ChallengeName"], "CUSTOM_CHALLENGE");
    let names = ["signIn", "deviceToken"].map(|name| challenge["ChallengeParameters"][name].clone());
    assert!(names.iter().all(Value::is_string));
    assert_eq!(
        challenge["ChallengeParameters"],
        json!({
            "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL",
            "CODE_DELIVERY_DESTINATION": "m***@e***",
            "USERNAME": "mara",
            "attemptsLeft": "3",
            "codeAlphabet": "digits",
            "codeLength": "6",
            "expiresIn": "180",
            "mail": "ok",
            "resendIn": "30",
            "result": "sent",
            "signIn": names[0],
            "deviceToken": names[1],
        })
    );
    let tokens = scene
        .answer(&challenge["Session"], &scene.code().await)
        .await
        .ok();
    assert_eq!(tokens["ChallengeParameters"], json!({}));
    let result = &tokens["AuthenticationResult"];
    assert_eq!(result["TokenType"], "Bearer");
    assert_eq!(result["ExpiresIn"], 3600);
    let id = claims(&result["IdToken"]);
    assert_eq!(id["cognito:username"], "mara");
    assert_eq!(id["email"], "mara@example.com");
    assert_eq!(id["email_verified"], true);
    assert_eq!(claims(&result["AccessToken"])["username"], "mara");
}

#[tokio::test]
async fn the_password_alone_never_gives_tokens() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    scene.server.ignore_mail();
    assert_eq!(challenge["AuthenticationResult"], Value::Null);
}

#[tokio::test]
async fn without_the_password_there_is_no_code() {
    let scene = Scene::new().await;
    let body = json!({
        "AuthFlow": "CUSTOM_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "USERNAME": "mara" },
    });
    let answer = scene.server.call("InitiateAuth", body).await;
    answer.assert_error("NotAuthorizedException", WRONG);
}

#[tokio::test]
async fn a_wrong_code_asks_again_without_another_mail() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    let again = scene.answer(&challenge["Session"], &other_than(&code)).await.ok();
    assert_eq!(again["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(again["ChallengeParameters"]["result"], "wrong");
    assert_eq!(again["ChallengeParameters"]["attemptsLeft"], "2");
    assert_ne!(again["Session"], challenge["Session"]);
    assert_eq!(scene.server.unread_mails(), 0);
    assert!(scene.answer(&again["Session"], &code).await.ok()["AuthenticationResult"].is_object());
}

#[tokio::test]
async fn the_third_wrong_code_ends_the_sign_in() {
    let scene = Scene::new().await;
    let mut session = scene.challenge().await["Session"].clone();
    let code = scene.code().await;
    let wrong = other_than(&code);
    for _ in 0..2 {
        session = scene.answer(&session, &wrong).await.ok()["Session"].clone();
    }
    scene
        .answer(&session, &wrong)
        .await
        .assert_error("NotAuthorizedException", WRONG);
    let reused = scene.answer(&session, &code).await;
    reused.assert_error(
        "NotAuthorizedException",
        "Invalid session for the user, session can only be used once.",
    );
    // Somebody knows the password and not the code: the owner is told.
    scene.server.deliver_mail().await;
    assert_eq!(scene.server.unread_mails(), 1);
    scene.server.ignore_mail();
}

#[tokio::test]
async fn a_code_past_its_end_signs_nobody_in() {
    let scene = Scene::with_client(json!({ "AuthSessionValidity": 15 })).await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    assert_eq!(challenge["ChallengeParameters"]["expiresIn"], "300");
    scene.server.clock().advance_seconds(301);
    let answer = scene.answer(&challenge["Session"], &code).await.ok();
    assert_eq!(answer["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(answer["ChallengeParameters"]["result"], "expired");
    scene.server.ignore_mail();
}

#[tokio::test]
async fn a_session_lives_as_long_as_the_client_says() {
    let scene = Scene::with_client(json!({ "AuthSessionValidity": 5 })).await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    scene.server.clock().advance_seconds(5 * 60);
    scene.answer(&challenge["Session"], &code).await.assert_error(
        "NotAuthorizedException",
        "Invalid session for the user, session is expired.",
    );
}

#[tokio::test]
async fn resend_mails_the_same_code_after_thirty_seconds_and_is_no_attempt() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    let resend = json!({ "action": "resend" });

    scene.server.clock().advance_seconds(10);
    let soon = scene
        .answer_with(&challenge["Session"], "resend", resend.clone())
        .await
        .ok();
    assert_eq!(soon["ChallengeParameters"]["result"], "too_soon");
    assert_eq!(soon["ChallengeParameters"]["resendIn"], "20");
    assert_eq!(scene.server.unread_mails(), 0);

    scene.server.clock().advance_seconds(21);
    let resent = scene.answer_with(&soon["Session"], "resend", resend).await.ok();
    assert_eq!(resent["ChallengeParameters"]["result"], "resent");
    assert_eq!(resent["ChallengeParameters"]["attemptsLeft"], "3");
    assert_eq!(resent["ChallengeParameters"]["expiresIn"], "149");
    assert_eq!(scene.code().await, code);
    assert!(scene.answer(&resent["Session"], &code).await.ok()["AuthenticationResult"].is_object());
}

#[tokio::test]
async fn a_right_code_sent_with_an_action_is_not_evaluated() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    let answer = scene
        .answer_with(&challenge["Session"], &code, json!({ "action": "wait" }))
        .await
        .ok();
    assert_eq!(answer["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(answer["ChallengeParameters"]["attemptsLeft"], "3");
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_wrong_and_counts() {
    let scene = Scene::new().await;
    let first = scene.challenge().await;
    let first_code = scene.code().await;
    scene.server.clock().advance_seconds(31);
    let second = scene.challenge().await;
    let second_code = scene.code().await;
    assert_ne!(first_code, second_code);
    let answer = scene.answer(&second["Session"], &first_code).await.ok();
    assert_eq!(answer["ChallengeParameters"]["result"], "wrong");
    assert_eq!(answer["ChallengeParameters"]["attemptsLeft"], "2");
    assert!(scene.answer(&first["Session"], &first_code).await.ok()["AuthenticationResult"].is_object());
}

#[tokio::test]
async fn ten_wrong_codes_in_a_quarter_of_an_hour_lock_the_code_step() {
    let scene = Scene::new().await;
    scene.server.ignore_mail();
    let mut wrong = 0;
    while wrong < 10 {
        let mut session = scene.challenge().await["Session"].clone();
        for _ in 0..3 {
            wrong += 1;
            let answer = scene.answer(&session, "000000").await;
            if answer.status != 200 {
                break;
            }
            session = answer["Session"].clone();
        }
        scene.server.clock().advance_seconds(31);
    }
    let locked = scene.challenge().await;
    assert_eq!(locked["ChallengeName"], "CUSTOM_CHALLENGE");
    assert_eq!(locked["ChallengeParameters"]["result"], "locked");
}

#[tokio::test]
async fn l1_on_the_pool_a_new_password_opens_what_wrong_codes_have_locked() {
    let scene = Scene::new().await;
    scene.server.ignore_mail();
    for _ in 0..4 {
        scene.server.clock().advance_seconds(60);
        let mut challenge = scene.challenge().await;
        for _ in 0..3 {
            let answer = scene.answer(&challenge["Session"], "no code").await;
            if answer.status != 200 {
                break;
            }
            challenge = answer.ok();
        }
    }
    assert_eq!(scene.challenge().await["ChallengeParameters"]["result"], "locked");
    let request = json!({
        "UserPoolId": scene.pool, "Username": "mara", "Password": PASSWORD, "Permanent": true,
    });
    scene.server.call("AdminSetUserPassword", request).await.ok();
    assert_eq!(scene.challenge().await["ChallengeParameters"]["result"], "sent");
}

#[tokio::test]
async fn a_browser_with_a_place_token_is_not_held_back_with_a_thief() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    let token = challenge["ChallengeParameters"]["deviceToken"].clone();
    scene
        .answer(&challenge["Session"], &scene.code().await)
        .await
        .ok();
    scene.server.ignore_mail();
    for _ in 0..3 {
        scene.challenge().await;
    }
    assert_eq!(scene.challenge().await["ChallengeParameters"]["result"], "held");
    let placed = scene.challenge_with(json!({ "deviceToken": token })).await;
    assert_eq!(placed["ChallengeParameters"]["result"], "sent");
}

#[tokio::test]
async fn mail_past_the_limits_is_held_back_and_any_answer_brings_it_later() {
    let scene = Scene::new().await;
    for _ in 0..3 {
        assert_eq!(scene.challenge().await["ChallengeParameters"]["result"], "sent");
        scene.code().await;
        scene.server.clock().advance_seconds(2);
    }
    let held = scene.challenge().await;
    assert_eq!(held["ChallengeParameters"]["result"], "held");
    assert_eq!(held["ChallengeParameters"]["resendIn"], "54");
    assert_eq!(scene.server.unread_mails(), 0);
    scene.server.clock().advance_seconds(54);
    let sent = scene.answer(&held["Session"], "is it there?").await.ok();
    assert_eq!(sent["ChallengeParameters"]["result"], "sent");
    assert_eq!(sent["ChallengeParameters"]["attemptsLeft"], "3");
    let tokens = scene.answer(&sent["Session"], &scene.code().await).await.ok();
    assert!(tokens["AuthenticationResult"].is_object());
}

#[tokio::test]
async fn right_codes_never_use_up_the_mails() {
    let scene = Scene::new().await;
    for _ in 0..30 {
        let challenge = scene.challenge().await;
        assert_eq!(challenge["ChallengeParameters"]["result"], "sent");
        let tokens = scene
            .answer(&challenge["Session"], &scene.code().await)
            .await
            .ok();
        assert!(tokens["AuthenticationResult"].is_object());
    }
}

#[tokio::test]
async fn the_attribute_carries_no_code() {
    let scene = Scene::new().await;
    scene.challenge().await;
    let code = scene.code().await;
    let user = json!({ "UserPoolId": scene.pool, "Username": "mara" });
    let user = scene.server.call("AdminGetUser", user).await.ok();
    let attributes = user["UserAttributes"].as_array().unwrap();
    let ledger = attributes
        .iter()
        .find(|attribute| attribute["Name"] == "custom:authChallenge")
        .unwrap();
    let ledger = ledger["Value"].as_str().unwrap();
    assert!(!ledger.contains(&code));
    assert!(ledger.len() < 256, "{} characters", ledger.len());
}

#[tokio::test]
async fn no_row_holds_a_code_or_a_session_in_the_clear() {
    let scene = Scene::new().await;
    let challenge = scene.challenge().await;
    let code = scene.code().await;
    let everything = poolhouse_store::Scan {
        prefix: String::new(),
        after: None,
        limit: 10_000,
    };
    let rows = scene.server.store().scan(everything).await.unwrap();
    assert!(rows.len() > 5);
    for row in rows {
        assert!(!row.body.contains(&format!("\"{code}\"")), "{}", row.key);
        assert!(
            !row.body.contains(challenge["Session"].as_str().unwrap()),
            "{}",
            row.key
        );
        assert!(!row.body.contains(PASSWORD), "{}", row.key);
    }
}

#[tokio::test]
async fn an_unverified_address_gets_no_code() {
    let scene = Scene::new().await;
    let body = json!({
        "UserPoolId": scene.pool,
        "Username": "mara",
        "UserAttributes": [{ "Name": "email_verified", "Value": "false" }],
    });
    scene.server.call("AdminUpdateUserAttributes", body).await.ok();
    let answer = scene
        .server
        .custom_sign_in(&scene.pool, &scene.client, "mara", PASSWORD)
        .await;
    answer.assert_error(
        "UserLambdaValidationException",
        "CreateAuthChallenge failed with error No confirm code can be sent to this account. Please contact support.",
    );
}

#[tokio::test]
async fn a_pool_without_the_functions_says_so() {
    let scene = Scene::new().await;
    let pool = scene.server.pool().await;
    let client = scene.server.client(&pool).await;
    scene.server.user(&pool, "mara", PASSWORD).await;
    scene
        .server
        .custom_sign_in(&pool, &client, "mara", PASSWORD)
        .await
        .assert_error(
            "InvalidParameterException",
            "Custom auth lambda trigger is not configured for the user pool.",
        );
}
