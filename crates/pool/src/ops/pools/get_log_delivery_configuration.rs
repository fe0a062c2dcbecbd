//! `GetLogDeliveryConfiguration`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::request::Ctx;

/// Answers that nothing is exported, as of a pool on Amazon Cognito that exports nothing.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn run(
    ctx: &Ctx,
    input: shapes::GetLogDeliveryConfigurationRequest,
) -> Result<shapes::GetLogDeliveryConfigurationResponse, ApiError> {
    ctx.pool(&input.user_pool_id).await?;
    Ok(shapes::GetLogDeliveryConfigurationResponse {
        log_delivery_configuration: Some(shapes::LogDeliveryConfigurationType {
            user_pool_id: input.user_pool_id,
            log_configurations: Vec::new(),
        }),
    })
}
