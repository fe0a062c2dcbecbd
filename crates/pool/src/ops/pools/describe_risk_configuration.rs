//! `DescribeRiskConfiguration`

use poolhouse_api::shapes::{
    DescribeRiskConfigurationRequest, DescribeRiskConfigurationResponse, RiskConfigurationType,
};

use crate::base::error::ApiError;
use crate::records::Risk;
use crate::request::Ctx;

/// Answers what was set for a pool, or for an app client, without what counts for it because it was set for its pool.
/// Where nothing was set, the answer has nothing but ids.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the client.
pub async fn run(
    ctx: &Ctx,
    input: DescribeRiskConfigurationRequest,
) -> Result<DescribeRiskConfigurationResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let client_id = input.client_id.as_deref();
    let risk = match client_id {
        Some(client_id) => ctx.client(pool.id(), client_id).await?.value.risk.clone(),
        None => pool.risk.clone(),
    };
    Ok(DescribeRiskConfigurationResponse {
        risk_configuration: described(pool.id(), client_id, risk.as_ref()),
    })
}

/// A configuration with the ids of what it is of.
pub(super) fn described(
    pool_id: &str,
    client_id: Option<&str>,
    risk: Option<&Risk>,
) -> RiskConfigurationType {
    let configuration = risk.map(|risk| risk.configuration.clone());
    RiskConfigurationType {
        user_pool_id: Some(pool_id.to_owned()),
        client_id: client_id.map(str::to_owned),
        ..configuration.unwrap_or_default()
    }
}
