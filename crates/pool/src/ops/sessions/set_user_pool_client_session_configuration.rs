//! `SetUserPoolClientSessionConfiguration`

use poolhouse_api::shapes;
use poolhouse_store::Batch;

use crate::base::error::ApiError;
use crate::records::RecordBatch;
use crate::request::Ctx;

/// Sets how long a browser session of the hosted pages may last for an app client. There are no such pages yet; it is kept
/// for them.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client; `InvalidParameterException` in a pool that does not keep track of
/// sessions; `ConcurrentModificationException` if somebody else changed the client at the same moment.
pub async fn run(
    ctx: &Ctx,
    input: shapes::SetUserPoolClientSessionConfigurationRequest,
) -> Result<shapes::SetUserPoolClientSessionConfigurationResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let mut client = ctx.client(pool.id(), &input.client_id).await?.into_owned();
    if !pool.sessions.is_tracked {
        return Err(ApiError::invalid_parameter(
            "User session tracking is not enabled for the user pool.",
        ));
    }
    client.value.sso_minutes = Some(input.sso_session.max_validity_minutes);
    let batch = Batch::new().replace(&client, &client.value);
    ctx.platform()
        .commit(batch)
        .await
        .map_err(ApiError::lost_update)?;
    Ok(shapes::SetUserPoolClientSessionConfigurationResponse {
        user_pool_id: Some(input.user_pool_id),
        client_id: Some(input.client_id),
        sso_session: Some(input.sso_session),
    })
}
