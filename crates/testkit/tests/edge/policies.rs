//! What an access key's policy keeps from it, over every operation that AWS signs.

use std::collections::BTreeSet;

use poolhouse_api::contract::{full_body, minimal_body};
use poolhouse_api::{Auth, Operation};
use poolhouse_pool::keyring::access;
use poolhouse_pool::records::Policy;
use poolhouse_store::Scan;
use poolhouse_testkit::{AccessKey, TestServer};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-9!";

/// Those that name no pool by its id. What each is about is decided in the pool's `keyring/policy.rs`, one by one: where the list
/// grows, decide there first.
const WITHOUT_A_POOL: [&str; 8] = [
    "CreateUserPool",
    "DescribeUserPoolDomain",
    "GetProvisionedLimit",
    "ListTagsForResource",
    "ListUserPools",
    "TagResource",
    "UntagResource",
    "UpdateProvisionedLimit",
];

fn signed_operations() -> Vec<Operation> {
    let all = Operation::ALL.iter().copied();
    let mut signed: Vec<Operation> = all.filter(|operation| operation.auth() == Auth::SigV4).collect();
    // It takes away what the others work on.
    signed.sort_by_key(|operation| *operation == Operation::DeleteUserPool);
    signed
}

/// A pool with one user, client and group.
struct Pool {
    id: String,
    client: String,
    user: &'static str,
    group: String,
    sub: String,
}

impl Pool {
    async fn new(server: &TestServer, user: &'static str) -> Pool {
        let id = server.pool().await;
        let client = server.client(&id).await;
        let sub = server.user(&id, user, PASSWORD).await;
        let group = format!("group-of-{user}");
        let body = json!({ "UserPoolId": id, "GroupName": group });
        server.call("CreateGroup", body).await.ok();
        Pool {
            id,
            client,
            user,
            group,
            sub,
        }
    }

    fn arn(&self) -> String {
        format!("arn:aws:cognito-idp:us-east-1:000000000000:userpool/{}", self.id)
    }

    /// A body about this pool and what is in it.
    fn names(&self, mut body: Value) -> Value {
        for (member, value) in [
            ("UserPoolId", &self.id),
            ("ResourceArn", &self.arn()),
            ("ClientId", &self.client),
            ("GroupName", &self.group),
            ("Username", &self.user.to_owned()),
        ] {
            if body.get(member).is_some() {
                body[member] = json!(value);
            }
        }
        body
    }

    fn policy(&self) -> Policy {
        Policy {
            pools: Some(BTreeSet::from([self.id.clone()])),
            ..Policy::default()
        }
    }

    /// All rows that are this pool's.
    async fn rows(&self, server: &TestServer) -> Vec<(String, String)> {
        let rows = rows(server).await.into_iter();
        rows.filter(|(key, _)| key.contains(&self.id) || key.contains(&self.client))
            .collect()
    }
}

async fn rows(server: &TestServer) -> Vec<(String, String)> {
    let rows = server.store().scan(Scan::prefix("", 10_000)).await.unwrap();
    rows.into_iter().map(|row| (row.key, row.body)).collect()
}

/// What a key hears that may not call this.
fn sentence(key: &AccessKey, operation: Operation, resource: &str) -> String {
    let name = operation.name();
    format!(
        "User: arn:aws:iam::000000000000:user/{} is not authorized to perform: cognito-idp:{name} on resource: {resource} because no \
         identity-based policy allows the cognito-idp:{name} action",
        key.access_key_id
    )
}

#[test]
fn what_names_no_pool_by_its_id_is_decided_operation_by_operation() {
    let names_none = |operation: &Operation| full_body(*operation).get("UserPoolId").is_none();
    let found = signed_operations().into_iter().filter(names_none);
    assert_eq!(found.map(Operation::name).collect::<Vec<_>>(), WITHOUT_A_POOL);
}

#[tokio::test]
async fn a_key_that_reads_only_calls_exactly_what_changes_nothing() {
    let server = TestServer::new().await;
    let pool = Pool::new(&server, "mara").await;
    let key = server
        .limited_key(Policy {
            reads_only: true,
            ..Policy::default()
        })
        .await;
    let before = rows(&server).await;
    let mut answered = Vec::new();
    for operation in signed_operations() {
        let body = pool.names(minimal_body(operation));
        let resource = match body.get("UserPoolId").or(body.get("ResourceArn")) {
            Some(_) => pool.arn(),
            None => "*".to_owned(),
        };
        let answer = server.call_as(Some(&key), operation.name(), body).await;
        if operation.reads() {
            assert_ne!(answer["__type"], "AccessDeniedException", "{operation:?}");
            answered.extend((answer.status == 200).then(|| operation.name()));
        } else {
            answer.assert_error("AccessDeniedException", &sentence(&key, operation, &resource));
        }
    }
    assert_eq!(rows(&server).await, before, "what reads changes nothing");
    // Of the others the requests are good as far as the model goes, and are refused for what they ask.
    let expected = [
        "AdminGetUser",
        "AdminGetUserAuthFactors",
        "AdminListGroupsForUser",
        "AdminListUserSessions",
        "DescribeRiskConfiguration",
        "DescribeUserPool",
        "DescribeUserPoolClient",
        "DescribeUserPoolDomain",
        "GetCSVHeader",
        "GetGroup",
        "GetLogDeliveryConfiguration",
        "GetUserPoolClientSessionConfiguration",
        "GetUserPoolMfaConfig",
        "GetUserPoolSessionConfiguration",
        "ListCIMDPolicies",
        "ListGroups",
        "ListIdentityProviders",
        "ListResourceServers",
        "ListTagsForResource",
        "ListTerms",
        "ListUserImportJobs",
        "ListUserPoolClientSecrets",
        "ListUserPoolClients",
        "ListUserPools",
        "ListUsers",
        "ListUsersInGroup",
    ];
    assert_eq!(answered, expected);
}

#[tokio::test]
async fn a_key_of_one_pool_is_denied_every_operation_on_another_and_on_none_in_particular() {
    let server = TestServer::new().await;
    let (own, other) = (Pool::new(&server, "mara").await, Pool::new(&server, "berg").await);
    let key = server.limited_key(own.policy()).await;
    let before = rows(&server).await;
    for operation in signed_operations() {
        for body in [minimal_body(operation), full_body(operation)] {
            if operation == Operation::ListUserPools {
                continue;
            }
            let names_pool = body.get("UserPoolId").or(body.get("ResourceArn")).is_some();
            let resource = if names_pool { other.arn() } else { "*".to_owned() };
            let answer = server
                .call_as(Some(&key), operation.name(), other.names(body))
                .await;
            answer.assert_error("AccessDeniedException", &sentence(&key, operation, &resource));
        }
    }
    assert_eq!(rows(&server).await, before);
    // One that is not there is answered the same, and what is no id of a pool is not repeated.
    let missing = "us-east-1_nowhere00";
    for (id, resource) in [
        (missing, &*other.arn().replace(&other.id, missing)),
        ("us-east-1 \u{1F3CA}", "*"),
        (&*"a".repeat(9000), "*"),
        ("", "*"),
    ] {
        let answer = server
            .call_as(Some(&key), "DescribeUserPool", json!({ "UserPoolId": id }))
            .await;
        let sentence = sentence(&key, Operation::DescribeUserPool, resource);
        answer.assert_error("AccessDeniedException", &sentence);
    }
    let unnamed = server.call_as(Some(&key), "DescribeUserPool", json!({})).await;
    unnamed.assert_error(
        "AccessDeniedException",
        &sentence(&key, Operation::DescribeUserPool, "*"),
    );
}

#[tokio::test]
async fn a_key_of_one_pool_reaches_nothing_of_another_by_client_user_group_or_token() {
    let server = TestServer::new().await;
    let (own, other) = (Pool::new(&server, "mara").await, Pool::new(&server, "berg").await);
    server.user(&other.id, "alder", PASSWORD).await;
    let page = json!({ "UserPoolId": other.id, "Limit": 1 });
    let page = server.call("ListUsers", page).await.ok()["PaginationToken"].clone();
    let tokens = server
        .password_sign_in(&other.client, "berg", PASSWORD)
        .await
        .ok();
    let tokens = tokens["AuthenticationResult"].clone();
    let key = server.limited_key(own.policy()).await;
    let before = other.rows(&server).await;
    for operation in signed_operations() {
        for mut body in [minimal_body(operation), full_body(operation)] {
            body = other.names(body);
            for (member, value) in [
                ("UserPoolId", json!(own.id)),
                ("ResourceArn", json!(own.arn())),
                ("PaginationToken", page.clone()),
                ("NextToken", page.clone()),
            ] {
                if body.get(member).is_some() {
                    body[member] = value;
                }
            }
            let named_by_sub = match body.get("Username") {
                Some(_) => {
                    let mut body = body.clone();
                    body["Username"] = json!(other.sub);
                    Some(body)
                }
                None => None,
            };
            for body in [Some(body), named_by_sub].into_iter().flatten() {
                let answer = server.call_as(Some(&key), operation.name(), body).await;
                let shown = ["berg@example.com", &other.id, "alder"];
                let leak = shown.iter().find(|shown| answer.text.contains(**shown));
                assert_eq!(leak, None, "{operation:?}: {}", answer.text);
            }
        }
    }
    assert_eq!(other.rows(&server).await, before);

    let own = Pool::new(&server, "mara").await;
    let key = server.limited_key(own.policy()).await;
    let refresh = json!({
        "UserPoolId": own.id,
        "ClientId": own.client,
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "AuthParameters": { "REFRESH_TOKEN": tokens["RefreshToken"] },
    });
    let answer = server.call_as(Some(&key), "AdminInitiateAuth", refresh).await;
    answer.assert_error("NotAuthorizedException", "Invalid Refresh Token");
    assert_eq!(other.rows(&server).await, before);
}

#[tokio::test]
async fn the_list_of_pools_shows_a_key_those_that_it_is_kept_to_page_by_page() {
    let server = TestServer::new().await;
    let mut made = Vec::new();
    for _ in 0..4 {
        made.push(server.pool().await);
    }
    made.sort();
    let gone = "us-east-1_000000000".to_owned();
    let kept: BTreeSet<String> = [&made[0], &made[2], &made[3], &gone].map(Clone::clone).into();
    let key = server
        .limited_key(Policy {
            pools: Some(kept),
            ..Policy::default()
        })
        .await;
    let mut request = json!({ "MaxResults": 2 });
    let mut pages = Vec::new();
    loop {
        let page = server
            .call_as(Some(&key), "ListUserPools", request.clone())
            .await
            .ok();
        let listed = page["UserPools"].as_array().unwrap().iter();
        pages.push(listed.map(|pool| pool["Id"].clone()).collect::<Vec<_>>());
        match page.get("NextToken") {
            Some(token) => request["NextToken"] = token.clone(),
            None => break,
        }
    }
    assert_eq!(
        pages,
        [vec![json!(made[0]), json!(made[2])], vec![json!(made[3])]]
    );
    let all = server
        .call("ListUserPools", json!({ "MaxResults": 60 }))
        .await
        .ok();
    assert_eq!(all["UserPools"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_key_does_what_its_policy_says_from_the_change_on() {
    let server = TestServer::new().await;
    let pool = Pool::new(&server, "mara").await;
    let user = json!({ "UserPoolId": pool.id, "Username": "mara" });
    let only = |operation: Operation| Policy {
        operations: Some(BTreeSet::from([operation])),
        ..pool.policy()
    };
    let key = server.limited_key(only(Operation::AdminGetUser)).await;
    let denied = sentence(&key, Operation::AdminDisableUser, &pool.arn());
    let read = async || server.call_as(Some(&key), "AdminGetUser", user.clone()).await;
    let disabled = async || server.call_as(Some(&key), "AdminDisableUser", user.clone()).await;
    read().await.ok();
    disabled().await.assert_error("AccessDeniedException", &denied);
    let platform = &server.app().platform;
    let id = &key.access_key_id;
    assert!(
        access::allow(platform, id, only(Operation::AdminDisableUser))
            .await
            .unwrap()
    );
    disabled().await.ok();
    let denied = sentence(&key, Operation::AdminGetUser, &pool.arn());
    read().await.assert_error("AccessDeniedException", &denied);
    // Both together: nothing is left.
    let nothing = Policy {
        reads_only: true,
        ..only(Operation::AdminDisableUser)
    };
    assert!(access::allow(platform, id, nothing).await.unwrap());
    let denied = sentence(&key, Operation::AdminDisableUser, &pool.arn());
    disabled().await.assert_error("AccessDeniedException", &denied);
    assert!(access::allow(platform, id, Policy::default()).await.unwrap());
    read().await.ok();
    server
        .call_as(Some(&key), "ListUserPools", json!({ "MaxResults": 1 }))
        .await
        .ok();
}

#[tokio::test]
async fn nothing_of_a_request_that_its_key_may_not_make_is_judged() {
    let server = TestServer::new().await;
    let pool = Pool::new(&server, "mara").await;
    let key = server.limited_key(pool.policy()).await;
    // Not good by the model: with the pool's own id it is said what is wrong.
    let body = |id: &str| json!({ "UserPoolId": id, "Limit": 61 });
    let own = server.call_as(Some(&key), "ListUsers", body(&pool.id)).await;
    assert_eq!(own["__type"], "InvalidParameterException");
    let other = server
        .call_as(Some(&key), "ListUsers", body("us-east-1_nowhere00"))
        .await;
    assert_eq!(other["__type"], "AccessDeniedException");
}
