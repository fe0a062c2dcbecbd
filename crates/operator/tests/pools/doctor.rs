use poolhouse_operator::Reply;
use serde_json::{Value, json};

use crate::console::Script;
use crate::world::{Place, variables};

/// A pool with which nothing is wrong, by everything that the server has behaviour for, attached.
async fn healthy() -> Place {
    let place = Place::with(
        json!({
            "AccountRecoverySetting": { "RecoveryMechanisms": [{ "Priority": 1, "Name": "admin_only" }] },
        }),
        json!({
            "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            "PreventUserExistenceErrors": "ENABLED",
            "ReadAttributes": ["email"],
            "WriteAttributes": ["name"],
        }),
    )
    .await
    .with_aws();
    {
        let mut services = place.aws.services();
        services.account = json!({
            "ProductionAccessEnabled": true, "SendingEnabled": true, "EnforcementStatus": "HEALTHY",
            "SendQuota": { "Max24HourSend": 50000.0, "SentLast24Hours": 1.0 },
        });
        let identity = json!({
            "VerifiedForSendingStatus": true, "DkimAttributes": { "SigningEnabled": true, "Status": "SUCCESS" },
        });
        services.identities.insert("example.com".to_owned(), identity);
    }
    place.deploy_post_confirmation();
    place.run(&place.attach("")).await.ok();
    place
}

impl Place {
    async fn examine(&self, more: &str) -> (u8, Vec<String>, Value) {
        let line = format!(
            "doctor --user-pool-id {} --output json --no-dns {more}",
            self.pool
        );
        let (code, report) = self.run(&line).await.report();
        let ids = report["findings"].as_array().unwrap().iter();
        let mut ids: Vec<String> = ids
            .map(|finding| finding["id"].as_str().unwrap().to_owned())
            .collect();
        ids.dedup();
        (code, ids, report)
    }
}

#[tokio::test]
async fn an_attached_pool_is_healthy() {
    let place = healthy().await;
    let (code, ids, report) = place.examine("").await;
    assert_eq!((code, ids), (0, vec![]));
    let gaps: Vec<&str> = report["notLookedAt"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| gap["what"].as_str().unwrap())
        .collect();
    assert_eq!(gaps, ["DNS records of the sender"]);
}

#[tokio::test]
async fn what_is_wrong_everywhere_is_found_everywhere() {
    let place = healthy().await;
    let flows = json!({ "ClientName": "old", "ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"] });
    place.server.client_with(&place.pool, flows).await;
    let create = json!({ "UserPoolId": place.pool, "Username": "mara", "MessageAction": "SUPPRESS" });
    place.server.call("AdminCreateUser", create).await.ok();
    let unreachable = json!({ "UserPoolId": place.pool, "Username": "noel", "MessageAction": "SUPPRESS" });
    place.server.call("AdminCreateUser", unreachable).await.ok();
    let password = json!({ "UserPoolId": place.pool, "Username": "noel", "Password": "Correct-Horse-9!", "Permanent": true });
    place.server.call("AdminSetUserPassword", password).await.ok();
    {
        let mut services = place.aws.services();
        services.account["ProductionAccessEnabled"] = json!(false);
        services.identities.clear();
        let define = services.functions.get_mut("2faDefine").unwrap();
        define.statements.clear();
        define.configuration["Timeout"] = json!(3);
        let create = services.functions.get_mut("2faCreate").unwrap();
        create.retention = None;
        let mut other = variables();
        other["OTP_KEY"] = json!("BdrFHQ1cJv3Wq2kz0mX9aTn7uYh4LsPe8oGiVxRtKbM=");
        create.configuration["Environment"]["Variables"] = other;
        services.functions.remove("2faVerify");
    }
    let (code, ids, report) = place.examine("").await;
    assert_eq!(code, 1);
    assert_eq!(
        ids,
        [
            "door-email-change",
            "function-missing",
            "invoke-denied",
            "key-differs",
            "ses-sandbox",
            "ses-identity",
            "door-new-password",
            "attribute-writable",
            "user-existence",
            "users-unreachable",
            "timeout-short",
            "log-endless",
            // What the other client lists, the pool's own door refuses.
            "own-door-shut",
            "attribute-readable",
        ]
    );
    assert!(!report.to_string().contains("BdrFHQ"), "no key is in the report");
}

#[tokio::test]
async fn fix_mends_what_is_safe_and_looks_again() {
    let place = healthy().await;
    let request = json!({
        "UserPoolId": place.pool, "ClientId": place.client,
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        "WriteAttributes": ["name", "custom:authChallenge"], "AuthSessionValidity": 3,
    });
    place.server.call("UpdateUserPoolClient", request).await.ok();
    place
        .aws
        .services()
        .functions
        .get_mut("2faDefine")
        .unwrap()
        .statements
        .clear();
    let (code, ids, _) = place.examine("").await;
    assert_eq!((code, ids.len()), (1, 6), "{ids:?}");
    let line = format!(
        "doctor --user-pool-id {} --no-dns --fix {}",
        place.pool,
        place.snapshot_flag("f.json")
    );
    let declined = place.run_asking(&line, Script::answering(Reply::No)).await;
    assert_eq!(
        (declined.code, declined.console.warned),
        (2, vec!["poolhouse: nothing was changed".to_owned()])
    );
    let mended = place.run(&line).await.ok();
    assert!(mended.says("Done, and verified: nothing else has changed."));
    assert_eq!(place.examine("").await.1, [""; 0]);
    let (_, client) = place.describe().await;
    assert_eq!(client["WriteAttributes"], json!(["name"]));
}

#[tokio::test]
async fn a_program_that_reads_the_report_finds_only_the_last_one() {
    let place = healthy().await;
    place
        .aws
        .services()
        .functions
        .get_mut("2faDefine")
        .unwrap()
        .statements
        .clear();
    let (code, ids, _) = place
        .examine(&format!("--fix --yes {}", place.snapshot_flag("f.json")))
        .await;
    assert_eq!((code, ids), (0, vec![]));
}

#[tokio::test]
async fn what_cannot_be_looked_at_is_told_from_what_is_right() {
    let place = healthy().await;
    place
        .aws
        .services()
        .failures
        .push_back(("GetFunctionConfiguration", 403, "AccessDeniedException"));
    let (code, ids, report) = place.examine("").await;
    assert_eq!((code, ids), (2, vec![]));
    assert_eq!(
        report["notLookedAt"][0],
        json!({
            "what": "the functions",
            "why": "AccessDeniedException: said the stand-in. These credentials need the permission \
                    lambda:GetFunctionConfiguration.",
            "failure": true,
        })
    );
}

#[tokio::test]
async fn around_a_pool_at_home_there_is_no_lambda_and_that_is_no_failure() {
    let mut place = healthy().await;
    place.env.retain(|name, _| !name.starts_with("AWS_ENDPOINT_URL"));
    let (code, ids, report) = place.examine("").await;
    assert_eq!((code, ids), (0, vec![]));
    assert_eq!(
        report["notLookedAt"][1],
        json!({ "what": "the functions", "why": "no Lambda is known around a pool that is not on AWS", "failure": false })
    );
    // The general variable leads everything to the server, which is no Lambda.
    place.env.insert("AWS_ENDPOINT_URL".to_owned(), place.url.clone());
    let (code, ids, _) = place.examine("").await;
    assert_eq!((code, ids), (0, vec![]));
}

#[tokio::test]
async fn a_pool_that_is_not_there_cannot_be_looked_at() {
    let place = Place::new().await;
    let done = place.run("doctor --user-pool-id us-east-1_nowhere00").await;
    assert_eq!(done.code, 2);
    assert_eq!(
        done.console.warned,
        [
            "poolhouse: ResourceNotFoundException: User pool us-east-1_nowhere00 does not exist.",
            "Check the id, and that the credentials belong to the account that the pool is in.",
        ]
    );
}

#[tokio::test]
async fn the_report_for_people_says_whose_pool_it_is() {
    let place = healthy().await;
    let console = place
        .run(&format!("doctor --user-pool-id {} --no-dns", place.pool))
        .await
        .ok();
    assert_eq!(
        console.said[0],
        format!(
            "User pool {} (pool) at {}, region us-east-1, as arn:aws:sts::1:assumed-role/operator/me from the environment",
            place.pool, place.url
        )
    );
    assert!(
        console
            .said
            .last()
            .unwrap()
            .ends_with("0 errors, 0 warnings, 0 notes")
    );
}
