//! What tokens and functions are told of a user's groups.

use poolhouse_pool::testing::{RecordingFunction, TestPool, TestStore};
use serde_json::{Value, json};
use std::sync::Arc;

use crate::triggers::{Scene, arn};
use crate::{PASSWORD, claims};

const STAFF: &str = "arn:aws:iam::111122223333:role/staff";
const EDITOR: &str = "arn:aws:iam::111122223333:role/editor";

/// Makes a group of these members beside its name, with Mara in it.
async fn with_mara(server: &TestPool, pool: &str, group: &str, mut members: Value) {
    members["UserPoolId"] = json!(pool);
    members["GroupName"] = json!(group);
    server.call("CreateGroup", members).await.ok();
    on_group(server, pool, "AdminAddUserToGroup", group, json!({})).await;
}

async fn on_group(server: &TestPool, pool: &str, operation: &str, group: &str, mut members: Value) {
    members["UserPoolId"] = json!(pool);
    members["GroupName"] = json!(group);
    members["Username"] = json!("mara");
    let answer = server.call(operation, members).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// What both tokens of an answer say of groups: the access token's groups, and the ID token's groups, roles and preferred
/// role.
fn told(answer: &Value) -> Value {
    let result = &answer["AuthenticationResult"];
    let (access, id) = (claims(&result["AccessToken"]), claims(&result["IdToken"]));
    for only_in_id in ["cognito:roles", "cognito:preferred_role"] {
        assert_eq!(access.get(only_in_id), None);
    }
    json!([
        access.get("cognito:groups"),
        id.get("cognito:groups"),
        id.get("cognito:roles"),
        id.get("cognito:preferred_role"),
    ])
}

async fn refreshed(server: &TestPool, client: &str, tokens: &Value) -> Value {
    let refresh = &tokens["AuthenticationResult"]["RefreshToken"];
    let body = json!({
        "AuthFlow": "REFRESH_TOKEN_AUTH",
        "ClientId": client,
        "AuthParameters": { "REFRESH_TOKEN": refresh },
    });
    let by_flow = server.call("InitiateAuth", body).await.ok();
    let body = json!({ "ClientId": client, "RefreshToken": refresh });
    let by_operation = server.call("GetTokensFromRefreshToken", body).await.ok();
    assert_eq!(told(&by_flow), told(&by_operation));
    by_flow
}

#[tokio::test]
async fn tokens_tell_groups_and_roles_by_precedence_and_what_has_changed_since() {
    let Scene { server, pool, client } = Scene::new(&[]).await;
    let sign_in = async || server.password_sign_in(&client, "mara", PASSWORD).await.ok();
    let none = json!([null, null, null, null]);
    assert_eq!(told(&sign_in().await), none);

    with_mara(&server, &pool, "readers", json!({})).await;
    with_mara(
        &server,
        &pool,
        "staff",
        json!({ "Precedence": 5, "RoleArn": STAFF }),
    )
    .await;
    with_mara(
        &server,
        &pool,
        "editors",
        json!({ "Precedence": 3, "RoleArn": EDITOR }),
    )
    .await;
    let groups = json!(["editors", "staff", "readers"]);
    let tokens = sign_in().await;
    assert_eq!(told(&tokens), json!([groups, groups, [EDITOR, STAFF], EDITOR]));
    let proved = server.srp_sign_in(&pool, &client, "mara", PASSWORD).await.ok();
    assert_eq!(told(&proved), told(&tokens));

    on_group(&server, &pool, "UpdateGroup", "staff", json!({ "Precedence": 0 })).await;
    let groups = json!(["staff", "editors", "readers"]);
    let expected = json!([groups, groups, [STAFF, EDITOR], STAFF]);
    assert_eq!(told(&refreshed(&server, &client, &tokens).await), expected);

    on_group(&server, &pool, "AdminRemoveUserFromGroup", "staff", json!({})).await;
    let groups = json!(["editors", "readers"]);
    let expected = json!([groups, groups, [EDITOR], EDITOR]);
    assert_eq!(told(&refreshed(&server, &client, &tokens).await), expected);

    on_group(&server, &pool, "DeleteGroup", "editors", json!({})).await;
    let expected = json!([["readers"], ["readers"], null, null]);
    assert_eq!(told(&sign_in().await), expected);
    on_group(&server, &pool, "DeleteGroup", "readers", json!({})).await;
    assert_eq!(told(&refreshed(&server, &client, &tokens).await), none);
}

#[tokio::test]
async fn groups_stand_where_the_service_writes_them() {
    let Scene { server, pool, client } = Scene::new(&[]).await;
    with_mara(&server, &pool, "staff", json!({ "RoleArn": STAFF })).await;
    let answer = server.password_sign_in(&client, "mara", PASSWORD).await.ok();
    let names = |token: &str| {
        let claims = claims(&answer["AuthenticationResult"][token]);
        let names: Vec<String> = claims.as_object().unwrap().keys().cloned().collect();
        names.join(" ")
    };
    assert_eq!(
        names("AccessToken"),
        "sub cognito:groups iss client_id origin_jti event_id token_use scope auth_time exp iat jti username"
    );
    assert_eq!(
        names("IdToken"),
        "sub cognito:groups cognito:preferred_role iss cognito:username origin_jti cognito:roles aud event_id \
         token_use auth_time exp iat jti email email_verified"
    );
}

#[tokio::test]
async fn a_group_made_under_the_name_of_a_deleted_one_gives_its_members_nothing() {
    let Scene { server, pool, client } = Scene::new(&[]).await;
    with_mara(&server, &pool, "staff", json!({ "RoleArn": STAFF })).await;
    let tokens = server.password_sign_in(&client, "mara", PASSWORD).await.ok();
    on_group(&server, &pool, "DeleteGroup", "staff", json!({})).await;
    let again = json!({ "UserPoolId": pool, "GroupName": "staff", "RoleArn": EDITOR });
    server.call("CreateGroup", again).await.ok();
    let none = json!([null, null, null, null]);
    assert_eq!(told(&refreshed(&server, &client, &tokens).await), none);
}

#[tokio::test]
async fn a_change_of_a_group_on_one_node_is_in_the_next_tokens_of_another() {
    let store = Arc::new(TestStore::new());
    let here = TestPool::on(store.clone(), 7, |_| {}).await;
    let there = TestPool::on(store, 8, |_| {}).await;
    let pool = here.pool().await;
    let client = here.client(&pool).await;
    here.user(&pool, "mara", PASSWORD).await;
    with_mara(&here, &pool, "staff", json!({ "RoleArn": STAFF })).await;
    let role = async |server: &TestPool| {
        let answer = server.password_sign_in(&client, "mara", PASSWORD).await.ok();
        told(&answer)[2].clone()
    };
    for (server, other, arn) in [(&here, &there, EDITOR), (&there, &here, STAFF)] {
        role(server).await;
        role(other).await;
        on_group(server, &pool, "UpdateGroup", "staff", json!({ "RoleArn": arn })).await;
        assert_eq!(role(other).await, json!([arn]));
        assert_eq!(role(server).await, json!([arn]));
    }
    on_group(&here, &pool, "DeleteGroup", "staff", json!({})).await;
    assert_eq!(role(&there).await, Value::Null);
}

#[tokio::test]
async fn functions_hear_of_groups_before_tokens_and_may_give_others_instead() {
    for (version, member) in [
        ("V1_0", "claimsOverrideDetails"),
        ("V2_0", "claimsAndScopeOverrideDetails"),
        ("V3_0", "claimsAndScopeOverrideDetails"),
    ] {
        let function = RecordingFunction::new(move |event| {
            let metadata = event["request"]["clientMetadata"].clone();
            if metadata["trace"] == "a1" {
                event["response"][member] = json!({ "groupOverrideDetails": {
                    "groupsToOverride": ["guests", "staff"],
                    "iamRolesToOverride": [EDITOR],
                    "preferredRole": EDITOR,
                } });
            }
            Ok(())
        });
        let config = json!({
            "PreTokenGenerationConfig": { "LambdaVersion": version, "LambdaArn": arn("PreTokenGeneration") },
        });
        let scene = Scene::with_config(&[("PreTokenGeneration", &function)], config).await;
        let Scene { server, pool, client } = &scene;
        with_mara(server, pool, "readers", json!({})).await;
        with_mara(
            server,
            pool,
            "staff",
            json!({ "Precedence": 5, "RoleArn": STAFF }),
        )
        .await;
        function.events();

        let own = json!(["staff", "readers"]);
        let tokens = scene.sign_in().await.ok();
        assert_eq!(told(&tokens), json!([own, own, [STAFF], STAFF]));
        let [event] = function.events().try_into().unwrap();
        assert_eq!(
            event["request"]["groupConfiguration"],
            json!({ "groupsToOverride": own, "iamRolesToOverride": [STAFF], "preferredRole": STAFF })
        );

        let body = json!({
            "ClientId": client,
            "RefreshToken": tokens["AuthenticationResult"]["RefreshToken"],
            "ClientMetadata": { "trace": "a1" },
        });
        let refreshed = server.call("GetTokensFromRefreshToken", body).await.ok();
        let given = json!(["guests", "staff"]);
        assert_eq!(
            told(&refreshed),
            json!([given, given, [EDITOR], EDITOR]),
            "{version}"
        );
    }
}

#[tokio::test]
async fn a_function_that_adds_a_user_to_a_group_at_its_sign_in_finds_it_in_the_tokens() {
    let function = RecordingFunction::silent();
    let scene = Scene::new(&[("PostAuthentication", &function)]).await;
    let Scene { server, pool, .. } = &scene;
    with_mara(server, pool, "readers", json!({})).await;
    let before = json!(["readers"]);
    assert_eq!(told(&scene.sign_in().await.ok())[0], before);
    // The group is new, and so is what it is known by.
    with_mara(server, pool, "staff", json!({ "Precedence": 1 })).await;
    assert_eq!(told(&scene.sign_in().await.ok())[0], json!(["staff", "readers"]));
}
