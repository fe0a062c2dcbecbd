//! Whatever happened in a pool, deleting a user leaves no row that speaks of the user, and deleting the pool none that
//! speaks of the pool: not in a key and not in a document.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;

use poolhouse_crypto::Entropy as _;
use poolhouse_pool::testing::{SeededEntropy, TestPool, TestStore};
use poolhouse_store::{Scan, Sqlite, Store};
use serde_json::{Value, json};

const PASSWORD: &str = "Correct-Horse-9!";

/// A number below `below`.
fn draw(entropy: &SeededEntropy, below: usize) -> usize {
    let mut bytes = [0; 4];
    entropy.fill(&mut bytes);
    u32::from_be_bytes(bytes) as usize % below
}

/// The audit log tells of a user by `sub` alone, after the user is gone, too; and of a deleted pool that it was deleted.
fn is_of_audit_log(key: &str) -> bool {
    let of_pool = key.strip_prefix("p/").and_then(|rest| rest.split_once('/'));
    let rest = of_pool.map_or(key, |(_, rest)| rest);
    rest.starts_with("audit/") || rest.starts_with("audit-of/")
}

/// Keys of rows with one of these texts in key or document.
async fn traces(store: &dyn Store, texts: &[&str]) -> Vec<String> {
    let rows = store.scan(Scan::prefix("", 1_000_000)).await.unwrap();
    let speaks = |text: &str| texts.iter().any(|name| text.contains(name));
    rows.into_iter()
        .filter(|row| !is_of_audit_log(&row.key))
        .filter(|row| speaks(&row.key) || speaks(&row.body))
        .map(|row| row.key)
        .collect()
}

/// Does something to the user, at random. Refusals are fine: what counts is what is left in the store.
async fn act(server: &TestPool, entropy: &SeededEntropy, pool: &str, client: &str, name: &str) {
    let admin = |more: Value| {
        let mut body = json!({ "UserPoolId": pool, "Username": name });
        if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
            body.extend(more);
        }
        body
    };
    match draw(entropy, 15) {
        0 => drop(server.password_sign_in(client, name, "wrong-Horse-9!").await),
        1 => drop(server.srp_sign_in(pool, client, name, PASSWORD).await),
        2 => drop(server.custom_sign_in(pool, client, name, PASSWORD).await),
        3 => {
            let signed_in = server.password_sign_in(client, name, PASSWORD).await;
            let body = json!({
                "AccessToken": signed_in["AuthenticationResult"]["AccessToken"],
                "PreviousPassword": PASSWORD,
                "ProposedPassword": PASSWORD,
            });
            server.call("ChangePassword", body).await;
        }
        4 => {
            let attributes = [
                json!({ "Name": "email", "Value": format!("{name}.{}@example.com", draw(entropy, 100)) }),
                json!({ "Name": "email_verified", "Value": "true" }),
                json!({ "Name": "preferred_username", "Value": format!("{name}-{}", draw(entropy, 100)) }),
                json!({ "Name": "name", "Value": format!("{name} {}", draw(entropy, 100)) }),
            ];
            let body = admin(json!({ "UserAttributes": attributes }));
            server.call("AdminUpdateUserAttributes", body).await;
        }
        5 => drop(server.call("AdminDisableUser", admin(json!({}))).await),
        6 => drop(server.call("AdminEnableUser", admin(json!({}))).await),
        7 => drop(server.call("AdminUserGlobalSignOut", admin(json!({}))).await),
        8 => {
            let body = admin(json!({ "UserAttributeNames": ["name", "preferred_username"] }));
            server.call("AdminDeleteUserAttributes", body).await;
        }
        9 => {
            let body = admin(json!({ "Password": PASSWORD, "Permanent": draw(entropy, 2) == 0 }));
            server.call("AdminSetUserPassword", body).await;
        }
        10 => {
            let signed_in = server.password_sign_in(client, name, PASSWORD).await;
            let token = &signed_in["AuthenticationResult"]["RefreshToken"];
            let body = json!({
                "AuthFlow": "REFRESH_TOKEN_AUTH",
                "ClientId": client,
                "AuthParameters": { "REFRESH_TOKEN": token },
            });
            server.call("InitiateAuth", body).await;
        }
        11..=13 => act_on_group(server, entropy, admin).await,
        _ => drop(server.password_sign_in(client, "nobody", PASSWORD).await),
    }
}

/// Makes a group, puts the user into it, and takes one of the two away or not.
async fn act_on_group(server: &TestPool, entropy: &SeededEntropy, admin: impl Fn(Value) -> Value) {
    let group = format!("group-{}", draw(entropy, 3));
    let changes = [
        "CreateGroup",
        "AdminAddUserToGroup",
        ["AdminAddUserToGroup", "AdminRemoveUserFromGroup", "DeleteGroup"][draw(entropy, 3)],
    ];
    for change in changes {
        server.call(change, admin(json!({ "GroupName": group }))).await;
    }
}

async fn nothing_is_left(store: Arc<dyn Store>, seed: u64) {
    let server = TestPool::on(store, seed, |_| {}).await;
    let entropy = SeededEntropy::new(seed + 1000);
    let kept = server.pool().await;
    server.user(&kept, "kept", PASSWORD).await;
    let pool = server.open_confirm_pool().await;
    let tracking = json!({
        "UserPoolId": pool,
        "UserSessionTracking": "ENABLED",
        "TokenSession": { "MaxPerUser": 2 },
    });
    server
        .call("SetUserPoolSessionConfiguration", tracking)
        .await
        .ok();
    let client = server.client(&pool).await;
    let names = ["ursula", "viktor", "wanda"];
    let mut subs = Vec::new();
    for name in names {
        subs.push(server.user(&pool, name, PASSWORD).await);
    }
    for _ in 0..40 {
        let name = names[draw(&entropy, names.len())];
        act(&server, &entropy, &pool, &client, name).await;
    }
    server.ignore_mail();
    let body = json!({ "UserPoolId": pool, "Username": names[0] });
    server.call("AdminDeleteUser", body).await.ok();
    let none: Vec<String> = Vec::new();
    assert_eq!(
        traces(server.store(), &[names[0], &subs[0]]).await,
        none,
        "seed {seed}"
    );
    assert!(!traces(server.store(), &[names[1]]).await.is_empty());
    let log = Scan::prefix(format!("p/{pool}/audit"), 100_000);
    let log = server.store().scan(log).await.unwrap();
    assert!(log.iter().all(|row| !row.body.contains(names[0])), "seed {seed}");
    let group = json!({ "UserPoolId": pool, "GroupName": "group-1", "Username": names[1] });
    server.call("CreateGroup", group.clone()).await;
    server.call("AdminAddUserToGroup", group.clone()).await;
    assert!(traces(server.store(), &["group-1"]).await.len() > 1);
    server.call("DeleteGroup", group).await;
    assert_eq!(
        traces(server.store(), &["group-1", "deleting/"]).await,
        none,
        "seed {seed}"
    );

    server
        .call("DeleteUserPool", json!({ "UserPoolId": pool }))
        .await
        .ok();
    let texts = [pool.as_str(), &client, names[1], names[2], &subs[1], &subs[2]];
    assert_eq!(traces(server.store(), &texts).await, none, "seed {seed}");
    let log = Scan::prefix(format!("p/{pool}/"), 10);
    assert_eq!(server.store().scan(log).await.unwrap(), [], "seed {seed}");
    assert!(!traces(server.store(), &[&kept]).await.is_empty());
}

#[tokio::test]
async fn a_deleted_user_and_a_deleted_pool_leave_no_row_in_memory() {
    for seed in 1..=8 {
        nothing_is_left(Arc::new(TestStore::new()), seed).await;
    }
}

#[tokio::test]
async fn a_deleted_user_and_a_deleted_pool_leave_no_row_in_sqlite() {
    let directory = std::env::temp_dir().join(format!("poolhouse-deletion-{}", std::process::id()));
    for seed in 1..=2 {
        let store = Arc::new(Sqlite::open(directory.join(format!("{seed}.db"))).unwrap());
        nothing_is_left(store, seed).await;
    }
    std::fs::remove_dir_all(directory).unwrap();
}
