//! `GetUserPoolClientSessionConfiguration`

use poolhouse_api::shapes::{self, ClientSSOSessionConfigType};

use crate::base::error::ApiError;
use crate::request::Ctx;

/// Minutes of a browser session where nobody says how long.
const MINUTES: i64 = 60;

/// Answers how long a browser session of the hosted pages may last for an app client.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client.
pub async fn run(
    ctx: &Ctx,
    input: shapes::GetUserPoolClientSessionConfigurationRequest,
) -> Result<shapes::GetUserPoolClientSessionConfigurationResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let client = ctx.client(pool.id(), &input.client_id).await?.value;
    Ok(shapes::GetUserPoolClientSessionConfigurationResponse {
        user_pool_id: Some(pool.id().to_owned()),
        client_id: Some(client.id().to_owned()),
        sso_session: Some(ClientSSOSessionConfigType {
            max_validity_minutes: client.sso_minutes.unwrap_or(MINUTES),
        }),
    })
}
