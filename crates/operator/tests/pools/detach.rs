use serde_json::json;

use crate::world::{Place, TRIGGERS, arn};

#[tokio::test]
async fn only_what_is_ours_is_taken_off() {
    let place = Place::with(
        json!({ "LambdaConfig": { "PreSignUp": arn("pre") } }),
        json!({ "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"] }),
    )
    .await
    .with_aws();
    let theirs = json!({ "Sid": "theirs" });
    place
        .aws
        .services()
        .functions
        .get_mut("2faDefine")
        .unwrap()
        .statements
        .push(theirs.clone());
    let (pool, mut client) = place.describe().await;
    place.run(&place.attach("")).await.ok();
    let line = format!(
        "detach --user-pool-id {} --client-id {} {}",
        place.pool,
        place.client,
        place.snapshot_flag("d.json")
    );
    let console = place.run(&line).await.ok();
    assert!(console.says("sign-in will ask for no code any more"));
    client["AuthSessionValidity"] = json!(15);
    assert_eq!(place.describe().await, (pool, client));
    let services = place.aws.services();
    assert_eq!(services.functions["2faDefine"].statements, [theirs]);
    assert!(services.functions["2faVerify"].statements.is_empty());
}

#[tokio::test]
async fn functions_of_others_are_left_alone() {
    let mut triggers = json!({});
    for (member, _) in TRIGGERS {
        triggers[member] = json!(arn("theirs"));
    }
    let place = Place::with(json!({ "LambdaConfig": triggers }), json!({})).await;
    let before = place.describe().await;
    let line = format!(
        "detach --user-pool-id {} --client-id {}",
        place.pool, place.client
    );
    let console = place.run(&line).await.ok();
    assert_eq!(
        console.said.last().unwrap(),
        "Nothing to do: everything is as it shall be."
    );
    assert_eq!(place.describe().await, before);
    // Named, they are the ones that are meant.
    let named = format!(
        "{line} --define theirs --create theirs --verify theirs {}",
        place.snapshot_flag("d.json")
    );
    place.run(&named).await.ok();
    assert_eq!(place.describe().await.0["LambdaConfig"], json!({}));
}
