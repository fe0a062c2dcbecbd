//! `SRP_A` and proofs that no honest client sends.

use poolhouse_pool::base::clock::Clock;
use poolhouse_pool::testing::Answer;
use poolhouse_pool::testing::srp::{N, SrpClient};
use serde_json::{Value, json};

use crate::{PASSWORD, Scene, WRONG};

async fn begin(scene: &Scene, user: &str, srp_a: &str) -> Answer {
    let body = json!({
        "AuthFlow": "USER_SRP_AUTH",
        "ClientId": scene.client,
        "AuthParameters": { "USERNAME": user, "SRP_A": srp_a },
    });
    scene.server.call("InitiateAuth", body).await
}

/// Mara's answer to the challenge that `SRP_A` of the right password brought, with these members over the honest ones.
async fn prove(scene: &Scene, over: Value) -> Answer {
    let client = SrpClient::new(&scene.pool, PASSWORD);
    let challenge = begin(scene, "mara", &client.public_a()).await.ok();
    let mut responses = client.responses(&challenge["ChallengeParameters"], scene.server.clock().now());
    for (name, value) in over.as_object().into_iter().flatten() {
        responses[name] = value.clone();
    }
    let body = json!({
        "ChallengeName": "PASSWORD_VERIFIER",
        "ClientId": scene.client,
        "ChallengeResponses": responses,
    });
    scene.server.call("RespondToAuthChallenge", body).await
}

#[tokio::test]
async fn a_public_number_that_makes_the_key_known_is_refused_before_any_arithmetic() {
    let scene = Scene::new().await;
    let (above, leading) = (format!("1{N}"), format!("0000{N}"));
    let endless = "f".repeat(100_000);
    for srp_a in [
        "0",
        "00",
        N,
        above.as_str(),
        leading.as_str(),
        "-1",
        "0x2f",
        "zz",
        "ff ",
        endless.as_str(),
    ] {
        begin(&scene, "mara", srp_a).await.assert_error(
            "InvalidParameterException",
            "SRP_A must be a hexadecimal number that is not a multiple of the group's prime.",
        );
    }
    for srp_a in ["2", "0a", "ABCDEF", "abc"] {
        assert_eq!(
            begin(&scene, "mara", srp_a).await.ok()["ChallengeName"],
            "PASSWORD_VERIFIER"
        );
    }
}

#[tokio::test]
async fn a_proof_that_is_not_whole_says_what_is_wrong_with_it() {
    let scene = Scene::new().await;
    let missing = |name: &str| format!("Missing required parameter {name}");
    let format = "TIMESTAMP format should be EEE MMM d HH:mm:ss z yyyy in english.".to_owned();
    for (over, sentence) in [
        (json!({ "TIMESTAMP": "" }), missing("TIMESTAMP")),
        (json!({ "TIMESTAMP": "2026-01-02T03:04:05Z" }), format.clone()),
        (json!({ "TIMESTAMP": "Fr Jan 2 03:04:05 UTC 2026" }), format),
        (
            json!({ "PASSWORD_CLAIM_SIGNATURE": "" }),
            missing("PASSWORD_CLAIM_SIGNATURE"),
        ),
        (
            json!({ "PASSWORD_CLAIM_SIGNATURE": "no base64" }),
            "Invalid PASSWORD_CLAIM_SIGNATURE format. Must be a Base64 string.".to_owned(),
        ),
        (
            json!({ "PASSWORD_CLAIM_SECRET_BLOCK": "" }),
            missing("PASSWORD_CLAIM_SECRET_BLOCK"),
        ),
    ] {
        prove(&scene, over)
            .await
            .assert_error("InvalidParameterException", &sentence);
    }
}

#[tokio::test]
async fn a_proof_of_something_else_is_a_wrong_password() {
    let scene = Scene::new().await;
    let signature = |length: usize| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(vec![7; length])
    };
    for length in [1, 31, 32, 33] {
        prove(&scene, json!({ "PASSWORD_CLAIM_SIGNATURE": signature(length) }))
            .await
            .assert_error("NotAuthorizedException", WRONG);
    }
    // Another moment than the one that was signed.
    scene.server.clock().advance_seconds(60);
    prove(&scene, json!({ "TIMESTAMP": "Fri Jan 2 03:04:05 UTC 2026" }))
        .await
        .assert_error("NotAuthorizedException", WRONG);
}

/// Measured on the service: such texts are times, and the proof is judged over its own spelling of them.
#[tokio::test]
async fn a_time_in_another_spelling_is_a_time_and_a_proof_over_that_spelling_a_wrong_password() {
    let scene = Scene::new().await;
    for spelling in [
        "Fri Jan 2 03:04:05 GMT 2026",
        "fri jan 2 03:04:05 UTC 2026",
        "Fri Jan 02 03:04:05 UTC 2026",
        "Mon Jan 2 03:04:05 UTC 2026",
    ] {
        let client = SrpClient::new(&scene.pool, PASSWORD);
        let challenge = begin(&scene, "mara", &client.public_a()).await.ok();
        let responses = client.responses_stamped(&challenge["ChallengeParameters"], spelling);
        let body = json!({
            "ChallengeName": "PASSWORD_VERIFIER", "ClientId": scene.client, "ChallengeResponses": responses,
        });
        let answer = scene.server.call("RespondToAuthChallenge", body).await;
        answer.assert_error("NotAuthorizedException", WRONG);
        let tokens = prove(&scene, json!({ "TIMESTAMP": spelling })).await.ok();
        assert!(
            tokens["AuthenticationResult"]["AccessToken"].is_string(),
            "{spelling}"
        );
    }
}

#[tokio::test]
async fn an_answer_without_anything_in_it_is_told_so() {
    let scene = Scene::new().await;
    for responses in [json!({}), Value::Null] {
        let body = json!({
            "ChallengeName": "PASSWORD_VERIFIER", "ClientId": scene.client, "ChallengeResponses": responses,
        });
        let answer = scene.server.call("RespondToAuthChallenge", body).await;
        answer.assert_error(
            "InvalidParameterException",
            "Missing required parameter challenge responses.",
        );
    }
}

#[tokio::test]
async fn a_clock_may_be_half_an_hour_wrong_and_no_more() {
    let scene = Scene::new().await;
    let far = "TIMESTAMP is too far from the server's clock.";
    for timestamp in ["Fri Jan 2 02:34:04 UTC 2026", "Fri Jan 2 03:34:06 UTC 2026"] {
        prove(&scene, json!({ "TIMESTAMP": timestamp }))
            .await
            .assert_error("NotAuthorizedException", far);
    }
}

#[tokio::test]
async fn a_secret_block_of_somebody_else_or_of_nobody_is_a_wrong_password() {
    let scene = Scene::new().await;
    scene.server.user(&scene.pool, "noel", PASSWORD).await;
    let client = SrpClient::new(&scene.pool, PASSWORD);
    let theirs = begin(&scene, "noel", &client.public_a()).await.ok();
    let block = theirs["ChallengeParameters"]["SECRET_BLOCK"].clone();
    for block in [block, json!("c2Vzc2lvbg==")] {
        prove(&scene, json!({ "PASSWORD_CLAIM_SECRET_BLOCK": block }))
            .await
            .assert_error("NotAuthorizedException", WRONG);
    }
}
