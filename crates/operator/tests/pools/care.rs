//! What is asked before a change that may lock people out, what is looked at before it is said, and what is offered afterwards.

use poolhouse_operator::Reply;
use serde_json::{Value, json};

use crate::console::Script;
use crate::faults::{attach_asking, attach_later, later_pool};
use crate::world::Place;

const PASSWORD: &str = "Correct-Horse-9!";

#[tokio::test]
async fn a_pool_that_requires_mfa_is_attached_only_after_a_question_of_its_own() {
    let (aws, folder) = later_pool().await;
    aws.services().pool.as_mut().unwrap()["MfaConfiguration"] = json!("ON");
    let (code, console) = attach_asking(&aws, &folder, Script::answering(Reply::No)).await;
    assert_eq!((code, console.asked), (1, 1));
    assert_eq!(console.warned, ["poolhouse: nothing was changed"]);
    assert!(console.says("careful: The pool requires MFA of its own"));
    assert!(aws.services().updates.is_empty());
    let (code, console) = attach_asking(&aws, &folder, Script::answering(Reply::Nobody)).await;
    assert_eq!((code, console.asked), (1, 1));
    let (code, console) = attach_later(&aws, &folder).await;
    assert_eq!((code, console.asked), (0, 3), "{:?}", console.warned);
}

#[tokio::test]
async fn optional_mfa_and_device_tracking_are_said_and_not_asked() {
    let (aws, folder) = later_pool().await;
    {
        let mut services = aws.services();
        let pool = services.pool.as_mut().unwrap();
        pool["MfaConfiguration"] = json!("OPTIONAL");
        pool["DeviceConfiguration"] = json!({ "ChallengeRequiredOnNewDevice": true });
    }
    let (code, console) = attach_later(&aws, &folder).await;
    assert_eq!((code, console.asked), (0, 2), "{:?}", console.warned);
    assert!(console.says("note: the pool offers MFA of its own"));
    assert!(console.says("note: the pool remembers devices of its own"));
}

#[tokio::test]
async fn a_step_whose_answer_was_lost_is_looked_for_and_the_rest_goes_on() {
    let (aws, folder) = later_pool().await;
    aws.services().lost = vec!["AddPermission", "UpdateUserPool", "UpdateUserPoolClient"];
    let (code, console) = attach_later(&aws, &folder).await;
    assert_eq!(code, 0, "{:?}", console.warned);
    let services = aws.services();
    assert!(services.lost.is_empty());
    assert_eq!(services.updates.len(), 2, "nothing is sent twice");
}

#[tokio::test]
async fn a_lost_step_that_was_not_done_is_said_to_be_and_what_to_do() {
    let (aws, folder) = later_pool().await;
    aws.services()
        .failures
        .extend([("UpdateUserPool", 502, "BadGateway")]);
    let (code, console) = attach_later(&aws, &folder).await;
    assert_eq!(code, 1);
    assert!(
        console.warned[0].ends_with("not done: updated the user pool: BadGateway: said the stand-in"),
        "{:?}",
        console.warned
    );
    assert_eq!(
        console.warned[1],
        "Its answer was lost, and a look afterwards found nothing of it. Run the command again: it does what is left."
    );
}

#[tokio::test]
async fn where_the_look_fails_too_nobody_claims_to_know() {
    let (aws, folder) = later_pool().await;
    aws.services().failures.extend([
        ("UpdateUserPool", 502, "BadGateway"),
        ("DescribeUserPool", 403, "AccessDeniedException"),
    ]);
    let (code, console) = attach_later(&aws, &folder).await;
    assert_eq!(code, 1);
    assert!(
        console.warned[0]
            .ends_with("not known whether it was done: updated the user pool: BadGateway: said the stand-in"),
        "{:?}",
        console.warned
    );
    assert_eq!(
        console.warned[1],
        "Its answer was lost, and so was that to a look at it. Run the command again: it looks first, and does what is left."
    );
}

#[tokio::test]
async fn functions_that_keep_the_ledger_elsewhere_are_named_and_nothing_is_changed() {
    let place = Place::new().await.with_aws();
    let before = place.describe().await;
    let done = place.run(&place.attach("--attribute codes")).await;
    assert_eq!(
        done.console.warned,
        [
            "poolhouse: the functions keep the ledger in another attribute, and nothing was changed:",
            "  2faDefine: custom:authChallenge",
            "  2faCreate: custom:authChallenge",
            "  2faVerify: custom:authChallenge",
            "Set CUSTOM_ATTRIBUTES=custom:codes in their environment first, or name their attribute here with --attribute.",
        ]
    );
    assert_eq!(place.describe().await, before);
    for function in place.aws.services().functions.values_mut() {
        function.configuration["Environment"]["Variables"]["CUSTOM_ATTRIBUTES"] = json!("custom:codes");
    }
    place.run(&place.attach("--attribute codes")).await.ok();
}

/// A pool with a user who is signed in without a code; returns the refresh token.
async fn signed_in(place: &Place) -> Value {
    place.server.user(&place.pool, "ada", PASSWORD).await;
    let answer = place.server.call(
        "InitiateAuth",
        json!({
            "AuthFlow": "USER_PASSWORD_AUTH", "ClientId": place.client,
            "AuthParameters": { "USERNAME": "ada", "PASSWORD": PASSWORD },
        }),
    );
    answer.await.ok()["AuthenticationResult"]["RefreshToken"].clone()
}

async fn refreshes(place: &Place, token: &Value) -> bool {
    let request = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH", "ClientId": place.client, "AuthParameters": { "REFRESH_TOKEN": token },
    });
    place.server.call("InitiateAuth", request).await.status == 200
}

#[tokio::test]
async fn where_a_code_becomes_required_the_sessions_from_before_can_end() {
    let place = Place::new().await;
    let token = signed_in(&place).await;
    // Who agrees beforehand has not agreed to that.
    let console = place.run(&place.attach("--yes")).await.ok();
    assert_eq!(console.asked, 0);
    assert!(refreshes(&place, &token).await);
    let line = format!(
        "detach --user-pool-id {} {}",
        place.pool,
        place.snapshot_flag("d.json")
    );
    place.run(&line).await.ok();
    let line = place.attach("").replace("s.json", "t.json");
    let console = place.run(&line).await.ok();
    assert_eq!(console.asked, 2);
    assert!(console.says("The sessions of 1 users have ended."));
    assert!(!refreshes(&place, &token).await);
    // Nothing becomes required that is required already, but they can be ended by name.
    let console = place.run(&place.attach("")).await.ok();
    assert_eq!(console.asked, 0);
    let console = place.run(&place.attach("--end-sessions --dry-run")).await.ok();
    assert!(!console.says("have ended"));
    let console = place.run(&place.attach("--end-sessions")).await.ok();
    assert!(console.says("The sessions of 1 users have ended."));
}

#[tokio::test]
async fn the_doctor_tries_the_pools_own_door() {
    let place = Place::new().await;
    place.run(&place.attach("")).await.ok();
    let ids = async || {
        let line = format!("doctor --user-pool-id {} --output json --no-dns", place.pool);
        let (_, report) = place.run(&line).await.report();
        let findings = report["findings"].as_array().unwrap().clone();
        let ids = findings
            .iter()
            .map(|finding| finding["id"].as_str().unwrap().to_owned());
        ids.filter(|id| id.contains("door-") || id == "define-foreign")
            .collect::<Vec<_>>()
    };
    let shut = ids().await;
    assert!(shut.contains(&"own-door-shut".to_owned()), "{shut:?}");
    assert!(
        !shut
            .iter()
            .any(|id| id == "door-password" || id == "own-door-open"),
        "{shut:?}"
    );
    place.server.require_code(&place.pool, None, false).await;
    let open = ids().await;
    assert!(open.contains(&"own-door-open".to_owned()), "{open:?}");
    assert!(open.contains(&"door-password".to_owned()), "{open:?}");
}
