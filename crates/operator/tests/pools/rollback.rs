use serde_json::json;

use crate::world::{Place, arn, json_file};

#[tokio::test]
async fn attach_doctor_rollback_leaves_everything_as_it_was() {
    let place = Place::with(
        json!({ "UserPoolTags": { "team": "a" } }),
        json!({ "AuthSessionValidity": 3 }),
    )
    .await
    .with_aws();
    let before = place.describe().await;
    place.run(&place.attach("")).await.ok();
    assert_ne!(place.describe().await, before);
    place
        .run(&format!("doctor --user-pool-id {} --no-dns", place.pool))
        .await;
    let line = format!(
        "rollback {} {}",
        place.folder.file("s.json").display(),
        place.snapshot_flag("r.json")
    );
    let console = place.run(&line).await.ok();
    assert!(
        console.says("  ~ AuthSessionValidity: 15 → 3"),
        "{}",
        console.text()
    );
    assert_eq!(
        console.said.last().unwrap(),
        "Done, and verified: nothing else has changed."
    );
    assert_eq!(place.describe().await, before);
    assert!(
        place
            .aws
            .services()
            .functions
            .values()
            .all(|function| function.statements.is_empty())
    );
    let again = place.run(&line.replace("r.json", "r2.json")).await.ok();
    assert_eq!(
        again.said.last().unwrap(),
        "Nothing to do: everything is as it shall be."
    );
}

#[tokio::test]
async fn a_rollback_can_be_rolled_back() {
    let place = Place::new().await.with_aws();
    place.run(&place.attach("")).await.ok();
    let attached = place.describe().await;
    let statements = place.aws.services().functions["2faDefine"].statements.clone();
    let back = |from: &str, to: &str| {
        format!(
            "rollback {} {}",
            place.folder.file(from).display(),
            place.snapshot_flag(to)
        )
    };
    place.run(&back("s.json", "r.json")).await.ok();
    place.run(&back("r.json", "rr.json")).await.ok();
    assert_eq!(place.describe().await, attached);
    assert_eq!(place.aws.services().functions["2faDefine"].statements, statements);
}

#[tokio::test]
async fn an_attribute_stays_and_everything_else_goes_back() {
    let place = Place::with(json!({ "Schema": null }), json!({})).await;
    let (mut pool, client) = place.describe().await;
    place.run(&place.attach("")).await.ok();
    let console = place
        .run(&format!(
            "rollback {} {}",
            place.folder.file("s.json").display(),
            place.snapshot_flag("r.json")
        ))
        .await
        .ok();
    assert!(console.says("note: custom:authChallenge stays: Cognito never removes a custom attribute"));
    let (after, after_client) = place.describe().await;
    pool["SchemaAttributes"] = after["SchemaAttributes"].clone();
    assert_eq!((after, after_client), (pool, client));
}

#[tokio::test]
async fn a_rollback_goes_on_without_an_app_client_that_is_gone() {
    let place = Place::new().await;
    let other = place.server.client_with(&place.pool, json!({})).await["ClientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let before = place.describe().await;
    place
        .run(&place.attach(&format!("--client-id {other}")))
        .await
        .ok();
    let request = json!({ "UserPoolId": place.pool, "ClientId": other });
    place.server.call("DeleteUserPoolClient", request).await.ok();
    let console = place
        .run(&format!(
            "rollback {} {}",
            place.folder.file("s.json").display(),
            place.snapshot_flag("r.json")
        ))
        .await
        .ok();
    let snapshot = json_file(&place.folder.file("s.json"));
    let name = snapshot["appClients"][1]["ClientName"].as_str().unwrap();
    assert!(
        console.says(&format!(
            "note: app client {name} ({other}) was deleted since 2026-01-02T03:04:05Z and is not brought back; everything \
             else is"
        )),
        "{}",
        console.text()
    );
    assert_eq!(place.describe().await, before);
}

#[tokio::test]
async fn what_others_changed_since_is_named_before_it_goes_back() {
    let place = Place::new().await;
    place.run(&place.attach("")).await.ok();
    let (pool, _) = place.describe().await;
    let update = json!({
        "UserPoolId": place.pool, "LambdaConfig": pool["LambdaConfig"], "DeletionProtection": "ACTIVE",
    });
    place.server.call("UpdateUserPool", update).await.ok();
    let console = place
        .run(&format!(
            "rollback {} --dry-run",
            place.folder.file("s.json").display()
        ))
        .await
        .ok();
    assert!(console.says(
        "note: user pool: DeletionProtection was changed by somebody else since 2026-01-02T03:04:05Z and goes back too"
    ));
}

#[tokio::test]
async fn a_snapshot_of_another_pool_or_another_file_is_refused() {
    let place = Place::new().await;
    place.run(&place.attach("")).await.ok();
    let path = place.folder.file("s.json");
    let mut snapshot = json_file(&path);
    snapshot["userPool"]["Arn"] = json!(arn("x"));
    std::fs::write(&path, snapshot.to_string()).unwrap();
    let refused = place.run(&format!("rollback {}", path.display())).await;
    assert_eq!(refused.code, 1);
    assert!(refused.console.warned[0].starts_with("poolhouse: the snapshot is of arn:aws:lambda:"));
    std::fs::write(&path, "{}").unwrap();
    let refused = place.run(&format!("rollback {}", path.display())).await;
    assert!(refused.console.warned[0].ends_with("s.json is no snapshot of these tools"));
    let refused = place.run("rollback /nowhere/s.json").await;
    assert!(
        refused.console.warned[0].starts_with("poolhouse: the snapshot /nowhere/s.json cannot be read: ")
    );
}
