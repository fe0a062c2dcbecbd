//! `ListUserPoolClients`

use poolhouse_api::shapes::{self, ClientTypeType, UserPoolClientDescription};
use poolhouse_store::Scan;

use crate::base::error::ApiError;
use crate::ops::paging::Listing;
use crate::records::document::decode;
use crate::records::{ClientRecord, Stored};
use crate::request::Ctx;

/// Clients per answer where `MaxResults` does not say.
const LIMIT: usize = 60;

/// Answers a pool's app clients in the order of their ids, by id and name only: all of them, or those of one type.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for a token that is none.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ListUserPoolClientsRequest,
) -> Result<shapes::ListUserPoolClientsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let listing = Listing {
        operation: "ListUserPoolClients",
        subject: pool.id(),
    };
    let after = listing.after(&ctx.request_id, input.next_token.as_deref())?;
    let limit = input
        .max_results
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(LIMIT);
    // One more than asked for, so that the last page has no token.
    let mut found = of_type(ctx, pool.id(), after, (limit + 1, input.client_type)).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next_token = found
        .last()
        .filter(|_| more)
        .map(|client| listing.token(&client.key));
    let clients = found.into_iter().map(|client| UserPoolClientDescription {
        client_id: client.value.settings.client_id,
        user_pool_id: client.value.settings.user_pool_id,
        client_name: client.value.settings.client_name,
    });
    let clients: Vec<_> = clients.collect();
    Ok(shapes::ListUserPoolClientsResponse {
        user_pool_clients: Some(clients),
        next_token,
    })
}

/// The next clients of a type, or of any.
async fn of_type(
    ctx: &Ctx,
    pool_id: &str,
    mut after: Option<String>,
    (most, wanted): (usize, Option<ClientTypeType>),
) -> Result<Vec<Stored<ClientRecord>>, ApiError> {
    let mut found = Vec::new();
    loop {
        let scan = Scan {
            prefix: ClientRecord::all(pool_id),
            after,
            limit: most,
        };
        let rows = ctx.platform().scan(scan).await?;
        let is_last = rows.len() < most;
        after = rows.last().map(|row| row.key.clone());
        for row in rows {
            let client = decode::<ClientRecord>(row)?;
            // Those of an earlier build say nothing.
            let is = match client.value.is_registered() {
                true => ClientTypeType::Dcr,
                false => ClientTypeType::Regular,
            };
            if wanted.is_none_or(|wanted| wanted == is) {
                found.push(client);
            }
        }
        if is_last || found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPool;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn a_list_shows_names_and_no_secrets_page_by_page() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        let other = server.pool().await;
        server.client(&other).await;
        let mut made = Vec::new();
        for _ in 0..3 {
            let client = server.client_with(&pool, json!({ "GenerateSecret": true })).await;
            made.push(json!({ "ClientId": client["ClientId"], "UserPoolId": pool, "ClientName": "client" }));
        }
        made.sort_by_key(ToString::to_string);
        let first = server
            .call(
                "ListUserPoolClients",
                json!({ "UserPoolId": pool, "MaxResults": 2 }),
            )
            .await
            .ok();
        assert_eq!(first["UserPoolClients"], Value::from(made[..2].to_vec()));
        let token = &first["NextToken"];
        let rest = server
            .call(
                "ListUserPoolClients",
                json!({ "UserPoolId": pool, "MaxResults": 2, "NextToken": token }),
            )
            .await
            .ok();
        assert_eq!(rest, json!({ "UserPoolClients": made[2..] }));
        let answer = server
            .call(
                "ListUserPoolClients",
                json!({ "UserPoolId": other, "NextToken": token }),
            )
            .await;
        let marker = format!(
            "Paging marker {} is invalid for request ",
            token.as_str().unwrap()
        );
        assert!(answer.text.contains(&marker), "{}", answer.text);
    }

    #[tokio::test]
    async fn no_client_registered_itself() {
        let server = TestPool::new().await;
        let pool = server.pool().await;
        server.client(&pool).await;
        let registered = json!({ "UserPoolId": pool, "ClientType": "DCR" });
        assert_eq!(
            server.call("ListUserPoolClients", registered).await.ok(),
            json!({ "UserPoolClients": [] })
        );
        let regular = json!({ "UserPoolId": pool, "ClientType": "REGULAR" });
        let listed = server.call("ListUserPoolClients", regular).await.ok();
        assert_eq!(listed["UserPoolClients"].as_array().map(Vec::len), Some(1));
    }
}
