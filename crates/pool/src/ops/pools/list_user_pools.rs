//! `ListUserPools`

use std::collections::BTreeSet;

use poolhouse_api::shapes::{self, UserPoolDescriptionType};
use poolhouse_store::Scan;

use crate::base::error::ApiError;
use crate::base::load::LoadError;
use crate::ops::paging::Listing;
use crate::records::document::decode;
use crate::records::key::{Directory, Key};
use crate::records::{PoolRecord, Stored};
use crate::request::Ctx;

const LISTING: Listing<'_> = Listing {
    operation: "ListUserPools",
    subject: "",
};

/// Answers the server's pools in the order of their ids: to an access key that is kept to some pools, those.
///
/// # Errors
/// `InvalidParameterException` for a token that is none.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ListUserPoolsRequest,
) -> Result<shapes::ListUserPoolsResponse, ApiError> {
    let after = LISTING.after(&ctx.request_id, input.next_token.as_deref())?;
    let limit = usize::try_from(input.max_results).unwrap_or_default();
    // One more than asked for, so that the last page has no token.
    let mut found = match &ctx.asker.pools {
        Some(only) => among(ctx, only, after.as_deref(), limit + 1).await?,
        None => all(ctx, after, limit + 1).await?,
    };
    let more = found.len() > limit;
    found.truncate(limit);
    let next_token = found.last().filter(|_| more).map(|pool| LISTING.token(&pool.key));
    let pools = found.into_iter().map(|pool| description(pool.value)).collect();
    Ok(shapes::ListUserPoolsResponse {
        user_pools: Some(pools),
        next_token,
    })
}

async fn all(ctx: &Ctx, after: Option<String>, limit: usize) -> Result<Vec<Stored<PoolRecord>>, LoadError> {
    let scan = Scan {
        prefix: Directory::Pool.prefix().to_owned(),
        after,
        limit,
    };
    let rows = ctx.platform().scan(scan).await?;
    rows.into_iter().map(decode).collect()
}

/// Those of these pools that are there.
async fn among(
    ctx: &Ctx,
    ids: &BTreeSet<String>,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Stored<PoolRecord>>, LoadError> {
    let keys = ids.iter().map(|id| PoolRecord::key(id));
    let keys: Vec<Key<PoolRecord>> = keys
        .filter(|key| after.is_none_or(|after| key.as_str() > after))
        .collect();
    ctx.read_ahead(keys.iter().map(|key| key.as_str().to_owned()))
        .await?;
    let mut found = Vec::new();
    for key in keys {
        found.extend(ctx.load(&key).await?);
    }
    found.truncate(limit);
    Ok(found)
}

fn description(pool: PoolRecord) -> UserPoolDescriptionType {
    UserPoolDescriptionType {
        id: pool.settings.id,
        name: pool.settings.name,
        lambda_config: pool.settings.lambda_config,
        last_modified_date: pool.settings.last_modified_date,
        creation_date: pool.settings.creation_date,
        ..UserPoolDescriptionType::default()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn pages_cover_every_pool_once_and_the_last_has_no_token() {
        let server = TestPool::new().await;
        let mut made = Vec::new();
        for _ in 0..4 {
            made.push(json!(server.pool().await));
        }
        made.sort_by_key(ToString::to_string);
        let mut listed: Vec<Value> = Vec::new();
        let mut request = json!({ "MaxResults": 2 });
        let tokens = loop {
            let page = server.call("ListUserPools", request.clone()).await.ok();
            listed.extend(page["UserPools"].as_array().cloned().unwrap_or_default());
            match page.get("NextToken") {
                Some(token) => request["NextToken"] = token.clone(),
                None => break listed.len() / 2 - 1,
            }
        };
        assert_eq!(tokens, 1);
        assert_eq!(
            listed.iter().map(|pool| pool["Id"].clone()).collect::<Vec<_>>(),
            made
        );
        assert_eq!(
            listed[0],
            json!({
                "Id": made[0],
                "Name": "pool",
                "LambdaConfig": {},
                "LastModifiedDate": 1_767_323_045,
                "CreationDate": 1_767_323_045,
            })
        );
    }

    #[tokio::test]
    async fn an_invalid_token_is_refused() {
        let server = TestPool::new().await;
        server
            .call(
                "ListUserPools",
                json!({ "MaxResults": 1, "NextToken": "nonsense" }),
            )
            .await
            .assert_error("InvalidParameterException", "Invalid pagination token given.");
    }
}
