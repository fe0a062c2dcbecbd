//! `DeleteUserPool`

use poolhouse_api::Nothing;
use poolhouse_api::shapes::{self, DeletionProtectionType};
use poolhouse_store::{Batch, CommitError, Expect};

use crate::base::error::ApiError;
use crate::records::{Deleted, Deleting, DomainRecord, RecordBatch, SigningKeysRecord, purge};
use crate::request::Ctx;

/// Deletes a pool. With its row, and in the same commit, goes everything it can do: nobody signs in any more and no
/// token is taken. Its users and clients go next, as many as one request may delete; the rest is left to the sweeper,
/// which finds the pool by the row `deleting/POOL`.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` while the pool's deletion protection is on or it has a domain.
pub async fn run(ctx: &Ctx, input: shapes::DeleteUserPoolRequest) -> Result<Nothing, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?;
    if pool.value.settings.deletion_protection == Some(DeletionProtectionType::Active) {
        return Err(ApiError::invalid_parameter(
            "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be \
             inactivated first.",
        ));
    }
    let id = pool.value.id();
    let domains = [false, true].map(|custom| DomainRecord::of_pool(id, custom));
    let batch = domains
        .iter()
        .fold(Batch::new(), |batch, domain| {
            batch.check(domain.clone(), Expect::Absent)
        })
        .remove(&pool)
        .delete(SigningKeysRecord::key(id), Expect::Any)
        .record(Deleting::pool(id), Expect::Any, &Deleting(ctx.now));
    match ctx.platform().commit(batch).await {
        Ok(_) => {}
        Err(CommitError::Conflict { key }) if domains.iter().any(|domain| domain.as_str() == key) => {
            return Err(ApiError::invalid_parameter(
                "User pool cannot be deleted. It has a domain configured that should be deleted first.",
            ));
        }
        Err(error) => return Err(error.into()),
    }
    ctx.app.signing_keys.forget(id);
    // The pool is gone whatever happens to the leftovers now, so a fault here is the sweeper's to overcome.
    if let Err(error) = purge::purge(ctx.platform(), Deleted::Pool(id)).await {
        tracing::warn!(request_id = ctx.request_id, pool = id, %error, "leftovers of a deleted pool stay for the sweeper");
    }
    Ok(Nothing)
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use poolhouse_store::{Batch, Expect, Scan};
    use serde_json::json;

    async fn rows(server: &TestPool) -> Vec<String> {
        let rows = server.store().scan(Scan::prefix("", 10_000)).await.unwrap();
        rows.into_iter()
            .map(|row| row.key)
            .filter(|key| !key.starts_with("access-key/") && !key.starts_with("audit/"))
            .collect()
    }

    #[tokio::test]
    async fn a_deleted_pool_leaves_nothing_behind() {
        let server = TestPool::new().await;
        let kept = server.pool().await;
        let before = rows(&server).await;
        let pool = server.pool_with(json!({ "AliasAttributes": ["email"] })).await;
        let client = server.client(&pool).await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .ok();
        server.password_sign_in(&client, "mara", "wrong").await;

        let answer = server.call("DeleteUserPool", json!({ "UserPoolId": pool })).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, ""));
        assert_eq!(rows(&server).await, before);
        server
            .call("DescribeUserPool", json!({ "UserPoolId": kept }))
            .await
            .ok();
        let gone = format!("User pool {pool} does not exist.");
        server
            .call("DescribeUserPool", json!({ "UserPoolId": pool }))
            .await
            .assert_error("ResourceNotFoundException", &gone);
        server
            .password_sign_in(&client, "mara", "Correct-Horse-9!")
            .await
            .assert_error(
                "ResourceNotFoundException",
                &format!("User pool client {client} does not exist."),
            );
    }

    #[tokio::test]
    async fn a_pool_too_large_for_one_request_is_gone_at_once_and_leaves_a_marker() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        for thousands in 0..11 {
            let users = (0..1_000).map(|n| format!("p/{pool}/user/{thousands:02}-{n:03}/profile"));
            let batch = users.fold(Batch::new(), |batch, key| batch.put(key, Expect::Any, "{}"));
            server.app().platform.commit(batch).await.unwrap();
        }
        server.call("DeleteUserPool", json!({ "UserPoolId": pool })).await;
        let left = rows(&server).await;
        assert!(left.contains(&format!("deleting/{pool}")));
        assert!(
            left.len() > 1 && left.len() < 11_000,
            "{} rows are left",
            left.len()
        );
        server
            .call("ListUsers", json!({ "UserPoolId": pool }))
            .await
            .assert_error(
                "ResourceNotFoundException",
                &format!("User pool {pool} does not exist."),
            );
    }

    #[tokio::test]
    async fn a_protected_pool_stays_until_the_protection_is_off() {
        let server = TestPool::new().await;
        let pool = server.pool_with(json!({ "DeletionProtection": "ACTIVE" })).await;
        server.call("DeleteUserPool", json!({ "UserPoolId": pool })).await.assert_error(
            "InvalidParameterException",
            "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be \
             inactivated first.",
        );
        server
            .call(
                "UpdateUserPool",
                json!({ "UserPoolId": pool, "DeletionProtection": "INACTIVE" }),
            )
            .await
            .ok();
        server
            .call("DeleteUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok();
    }
}
