//! `ListUserPoolClients`

use poolhouse_api::shapes::{self, ClientTypeType, UserPoolClientDescription};
use poolhouse_store::Scan;

use crate::ctx::Ctx;
use crate::error::ApiError;
use crate::ops::paging::Listing;
use crate::records::document::decode;
use crate::records::{ClientRecord, keys};

/// Clients per answer where `MaxResults` does not say.
const LIMIT: usize = 60;

/// Answers a pool's app clients in the order of their ids, by id and name only. Dynamic registration does not exist
/// here, so a list of clients that registered themselves is empty.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for a token that is none.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ListUserPoolClientsRequest,
) -> Result<shapes::ListUserPoolClientsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id.unwrap_or_default()).await?.value;
    let listing = Listing {
        operation: "ListUserPoolClients",
        subject: pool.id(),
    };
    let after = listing.after(input.next_token.as_deref())?;
    if input.client_type == Some(ClientTypeType::Dcr) {
        return Ok(shapes::ListUserPoolClientsResponse {
            user_pool_clients: Some(Vec::new()),
            next_token: None,
        });
    }
    let limit = input
        .max_results
        .and_then(|limit| usize::try_from(limit).ok())
        .unwrap_or(LIMIT);
    // One more than asked for, so that the last page has no token.
    let mut rows = ctx
        .app
        .store
        .scan(Scan {
            prefix: keys::clients(pool.id()),
            after,
            limit: limit + 1,
        })
        .await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_token = rows.last().filter(|_| more).map(|row| listing.token(&row.key));
    let mut clients = Vec::with_capacity(rows.len());
    for row in rows {
        let client = decode::<ClientRecord>(row)?.value.settings;
        clients.push(UserPoolClientDescription {
            client_id: client.client_id,
            user_pool_id: client.user_pool_id,
            client_name: client.client_name,
        });
    }
    Ok(shapes::ListUserPoolClientsResponse {
        user_pool_clients: Some(clients),
        next_token,
    })
}
