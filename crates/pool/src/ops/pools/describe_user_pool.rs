//! `DescribeUserPool`

use poolhouse_api::shapes;
use poolhouse_store::Scan;

use crate::base::error::ApiError;
use crate::records::{PoolRecord, user_index};
use crate::request::{Ctx, hosted};

/// Users counted for `EstimatedNumberOfUsers`. Of a larger pool the estimate is this number.
const COUNTED: usize = 10_000;
/// Rows read at a time.
const PAGE: usize = 1_000;

/// Answers a pool's settings, its domains among them.
///
/// # Errors
/// `ResourceNotFoundException` `User pool <id> does not exist.`
pub async fn run(
    ctx: &Ctx,
    input: shapes::DescribeUserPoolRequest,
) -> Result<shapes::DescribeUserPoolResponse, ApiError> {
    let mut pool = ctx.pool(&input.user_pool_id).await?.into_owned().value;
    pool.settings.estimated_number_of_users = Some(count_users(ctx, &pool).await?);
    for domain in hosted::domains_of(ctx, pool.id()).await? {
        let name = Some(domain.value.domain);
        match domain.value.custom {
            Some(_) => pool.settings.custom_domain = name,
            None => pool.settings.domain = name,
        }
    }
    Ok(shapes::DescribeUserPoolResponse {
        user_pool: Some(pool.settings),
    })
}

/// Counts the rows that refer to users, which are much smaller than the users.
async fn count_users(ctx: &Ctx, pool: &PoolRecord) -> Result<i64, ApiError> {
    let prefix = user_index::name_prefix(pool, "");
    let mut count = 0;
    let mut after = None;
    while count < COUNTED {
        let page = ctx
            .platform()
            .store
            .scan(Scan {
                prefix: prefix.clone(),
                after,
                limit: PAGE,
            })
            .await?;
        count += page.len();
        if page.len() < PAGE {
            break;
        }
        after = page.last().map(|row| row.key.clone());
    }
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::json;

    #[tokio::test]
    async fn a_pool_says_how_many_users_it_has() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.user(&pool, "mara", "Correct-Horse-9!").await;
        server.user(&pool, "noel", "Correct-Horse-9!").await;
        let described = server
            .call("DescribeUserPool", json!({ "UserPoolId": pool }))
            .await
            .ok();
        assert_eq!(described["UserPool"]["EstimatedNumberOfUsers"], 2);
    }

    #[tokio::test]
    async fn an_unknown_pool_is_said_to_be_unknown() {
        let server = TestPool::new().await;
        server
            .call("DescribeUserPool", json!({ "UserPoolId": "us-east-1_nowhere00" }))
            .await
            .assert_error(
                "ResourceNotFoundException",
                "User pool us-east-1_nowhere00 does not exist.",
            );
    }
}
