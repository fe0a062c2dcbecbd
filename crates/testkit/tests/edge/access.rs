//! Who may call what AWS signs: the operator everything, a function what it was given, nobody else anything.

use poolhouse_api::contract::{full_body, minimal_body};
use poolhouse_api::{Auth, Operation};
use poolhouse_pool::records::{Actor, AuditEntry, Policy, Refused, audit_log};
use poolhouse_testkit::{AccessKey, TestServer};
use serde_json::{Value, json};

fn signed_operations() -> impl Iterator<Item = Operation> {
    let all = Operation::ALL.iter().copied();
    all.filter(|operation| operation.auth() == Auth::SigV4)
}

#[tokio::test]
async fn nothing_that_aws_signs_is_done_without_a_signature_of_a_known_key() {
    let server = TestServer::new().await;
    let unknown = AccessKey {
        access_key_id: "AKIAAAAAAAAAAAAAAAAA".to_owned(),
        ..server.operator().clone()
    };
    let guessed = AccessKey {
        secret_access_key: "x".repeat(40),
        ..server.operator().clone()
    };
    let mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS \
                    Secret Access Key and signing method. Consult the service documentation for details.";
    let cases = [
        (
            None,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ),
        (
            Some(&unknown),
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
        (Some(&guessed), "InvalidSignatureException", mismatch),
    ];
    let mut refused = 0;
    for operation in signed_operations() {
        for (signer, error, sentence) in cases {
            let answer = server
                .call_as(signer, operation.name(), minimal_body(operation))
                .await;
            answer.assert_error(error, sentence);
            refused += 1;
        }
    }
    assert!(refused > 250, "only {refused} calls were made");
}

#[tokio::test]
async fn the_audit_log_names_the_key_that_a_change_was_signed_with_and_counts_what_was_refused() {
    let server = TestServer::new().await;
    let operator = server.operator().clone();
    let body = json!({ "PoolName": "pool" });
    let made = server
        .call_as(Some(&operator), "CreateUserPool", body.clone())
        .await
        .ok();
    server.call_as(None, "CreateUserPool", body).await;
    let platform = &server.app().platform;
    let pool = made["UserPool"]["Id"].as_str();
    let entries = audit_log::entries(platform, pool, &AuditEntry::prefix(pool), 10)
        .await
        .unwrap();
    let actors: Vec<_> = entries
        .into_iter()
        .map(|(_, entry)| (entry.operation, entry.actor))
        .collect();
    assert_eq!(
        actors,
        [("CreateUserPool".to_owned(), Actor::Key(operator.access_key_id))]
    );
    server.app().refusals.write_all(platform, 1).await.unwrap();
    let minutes = audit_log::refused(platform, None, &Refused::prefix(None), 10)
        .await
        .unwrap();
    let counts: Vec<_> = minutes
        .into_iter()
        .flat_map(|(_, _, minute)| minute.counts)
        .collect();
    assert_eq!(
        counts,
        [("CreateUserPool MissingAuthenticationTokenException".to_owned(), 1)]
    );
}

#[tokio::test]
async fn a_token_is_exchanged_for_whoever_has_the_clients_secret_or_a_key_for_every_pool() {
    let server = TestServer::new().await;
    let pool = server.pool().await;
    let members = json!({
        "GenerateSecret": true,
        "ExplicitAuthFlows": ["ALLOW_TOKEN_EXCHANGE_IMPERSONATION"],
    });
    let client = server.client_with(&pool, members).await;
    let without = json!({
        "ClientId": client["ClientId"],
        "SubjectToken": "x",
        "SubjectTokenType": "ACCESS_TOKEN",
    });
    let mut with = without.clone();
    with["ClientSecret"] = client["ClientSecret"].clone();
    let kept = Policy {
        pools: Some([pool].into()),
        ..Policy::default()
    };
    let kept = server.limited_key(kept).await;
    let function = server.function_key("any", &[]);
    for (signer, body, expected) in [
        (None, &with, "NotAuthorizedException"),
        // The secret is what counts where there is one.
        (Some(&function), &with, "NotAuthorizedException"),
        (Some(server.operator()), &without, "NotAuthorizedException"),
        (None, &without, "MissingAuthenticationTokenException"),
        (Some(&kept), &without, "AccessDeniedException"),
        (Some(&function), &without, "AccessDeniedException"),
    ] {
        let answer = server.call_as(signer, "GetDerivedToken", body.clone()).await;
        assert_eq!(answer["__type"], expected, "{}", answer.text);
        if expected == "NotAuthorizedException" {
            assert_eq!(answer["message"], "Invalid Access Token");
        }
    }
}

#[tokio::test]
async fn nothing_is_read_of_the_body_of_somebody_without_a_key() {
    let server = TestServer::new().await;
    let guessed = AccessKey {
        secret_access_key: "x".repeat(40),
        ..server.operator().clone()
    };
    // Not an object: a body that was parsed would be told so.
    let body = json!([]);
    server
        .call_as(None, "ListUserPools", body.clone())
        .await
        .assert_error(
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        );
    let answer = server
        .call_as(Some(&guessed), "ListUserPools", body.clone())
        .await;
    assert_eq!(answer["__type"], "InvalidSignatureException");
    let answer = server
        .call_as(Some(server.operator()), "ListUserPools", body)
        .await;
    assert_eq!(answer["__type"], "SerializationException");
}

/// A pool whose Create trigger is the function, another pool, and the function's key for two operations.
async fn scene() -> (TestServer, String, String, AccessKey) {
    let server = TestServer::new().await;
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:2faCreate";
    let own = server
        .pool_with(json!({ "LambdaConfig": { "CreateAuthChallenge": arn } }))
        .await;
    let other = server.pool().await;
    for pool in [&own, &other] {
        server.user(pool, "mara", "Correct-Horse-9!").await;
    }
    let operations = [Operation::AdminGetUser, Operation::AdminUpdateUserAttributes];
    let key = server.function_key("2faCreate", &operations);
    (server, own, other, key)
}

#[tokio::test]
async fn a_functions_key_reads_and_writes_users_of_its_own_pools_and_does_nothing_else() {
    let (server, own, other, key) = scene().await;
    let user = |pool: &str| json!({ "UserPoolId": pool, "Username": "mara" });
    server.call_as(Some(&key), "AdminGetUser", user(&own)).await.ok();
    let denied = async |operation: &str, body: Value, pool: &str| {
        let answer = server.call_as(Some(&key), operation, body).await;
        answer.assert_error(
            "AccessDeniedException",
            &format!(
                "User: function 2faCreate is not authorized to perform: cognito-idp:{operation} on resource: user pool {pool}"
            ),
        );
        assert!(
            answer.body.get("Message").is_some(),
            "errors before the service say Message"
        );
    };
    denied("AdminGetUser", user(&other), &other).await;
    denied("AdminGetUser", user("us-east-1_nowhere00"), "us-east-1_nowhere00").await;
    denied("ListUserPools", json!({ "MaxResults": 1 }), "").await;
    for operation in signed_operations() {
        if !matches!(
            operation,
            Operation::AdminGetUser | Operation::AdminUpdateUserAttributes
        ) {
            // Members that the operation does not have are not read, so they name no pool.
            let names_pool = full_body(operation).get("UserPoolId").is_some();
            let named = if names_pool { &*own } else { "" };
            denied(operation.name(), json!({ "UserPoolId": own }), named).await;
        }
    }
}

#[tokio::test]
async fn a_function_that_is_no_trigger_any_more_reads_nobody() {
    let (server, own, _, key) = scene().await;
    let user = json!({ "UserPoolId": own, "Username": "mara" });
    server
        .call_as(Some(&key), "AdminGetUser", user.clone())
        .await
        .ok();
    server
        .call("UpdateUserPool", json!({ "UserPoolId": own }))
        .await
        .ok();
    let answer = server.call_as(Some(&key), "AdminGetUser", user).await;
    assert_eq!(answer["__type"], "AccessDeniedException");
}
