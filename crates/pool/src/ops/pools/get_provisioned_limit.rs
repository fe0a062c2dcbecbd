//! `GetProvisionedLimit`

use poolhouse_api::shapes;

use super::provisioned_limit::{category, shown};
use crate::base::error::ApiError;
use crate::records::ProvisionedLimits;
use crate::request::Ctx;

/// Answers how many calls a second of a category each server takes.
///
/// # Errors
/// `InvalidParameterException`; `ResourceNotFoundException` for a category that this server does not have.
pub async fn run(
    ctx: &Ctx,
    input: shapes::GetProvisionedLimitRequest,
) -> Result<shapes::GetProvisionedLimitResponse, ApiError> {
    let category = category(&input.limit_definition)?;
    let limits = ctx.load(&ProvisionedLimits::key()).await?;
    let limits = limits.map(|limits| limits.value).unwrap_or_default();
    Ok(shapes::GetProvisionedLimitResponse {
        limit: shown(input.limit_definition, category, &limits),
    })
}
