//! An entry of the audit log and the fact that it tells are there together or not at all.

use std::sync::Arc;

use poolhouse_pool::records::{AuditEntry, audit_log};
use poolhouse_pool::testing::{TestPool, TestStore};
use poolhouse_store::Store;
use poolhouse_store::testing::{Losing, Loss};
use serde_json::json;

use crate::{OTHER, PASSWORD, Scene, keys};

async fn outcomes(server: &TestPool, pool: &str) -> Vec<(String, Option<String>)> {
    let platform = &server.app().platform;
    let entries = audit_log::entries(platform, Some(pool), &AuditEntry::prefix(Some(pool)), 100).await;
    let entries = entries.unwrap().into_iter().map(|(_, entry)| entry);
    let entries = entries.filter(AuditEntry::is_of_sign_in);
    entries.map(|entry| (entry.outcome, entry.why)).collect()
}

#[tokio::test]
async fn a_lost_commit_leaves_neither_tokens_nor_an_entry_and_one_that_was_applied_leaves_both() {
    let store = Arc::new(Losing::new(TestStore::new()));
    let behind: Arc<dyn Store> = store.clone();
    let server = TestPool::build(behind, 7, |_| {}, Vec::new());
    let pool = server.pool().await;
    let client = server.client(&pool).await;
    server.user(&pool, "mara", PASSWORD).await;
    let mut expected = Vec::new();
    for (password, loss, told) in [
        (PASSWORD, Loss::Before, None),
        (PASSWORD, Loss::After, Some(("tokens", None))),
        (OTHER, Loss::Before, None),
        (
            OTHER,
            Loss::After,
            Some(("NotAuthorizedException", Some("wrong_password"))),
        ),
    ] {
        server.clock().advance_seconds(1);
        let counted = keys(&*store, "/refresh/").await.len() + keys(&*store, "/lockout").await.len();
        store.lose(format!("p/{pool}/user/"), loss);
        server.password_sign_in(&client, "mara", password).await;
        if let Some((outcome, why)) = told {
            expected.push((outcome.to_owned(), why.map(str::to_owned)));
        }
        let now = keys(&*store, "/refresh/").await.len() + keys(&*store, "/lockout").await.len();
        assert_eq!(now - counted, usize::from(told.is_some()));
        assert_eq!(outcomes(&server, &pool).await, expected);
    }
}

#[tokio::test]
async fn a_sign_in_that_loses_its_race_to_a_disabling_administrator_is_not_told_as_one() {
    let scene = Scene::new().await;
    scene.first_on_mara("user/", "AdminDisableUser", json!({}));
    let refused = scene.sign_in().await;
    refused.assert_error("NotAuthorizedException", "User is disabled.");
    assert_eq!(outcomes(&scene.server, &scene.pool).await, []);
}

#[tokio::test]
async fn a_sign_in_that_is_committed_again_after_a_lost_race_is_one_entry() {
    let scene = Scene::new().await;
    let attributes = json!({ "UserAttributes": [{ "Name": "nickname", "Value": "M" }] });
    scene.first_on_mara("user/", "AdminUpdateUserAttributes", attributes);
    scene.sign_in().await.ok();
    assert_eq!(
        outcomes(&scene.server, &scene.pool).await,
        [("tokens".to_owned(), None)]
    );
}
