//! `UpdateProvisionedLimit`

use poolhouse_api::shapes;
use poolhouse_store::{Batch, CommitError};

use super::provisioned_limit::{NONE, category, shown};
use crate::base::error::ApiError;
use crate::records::{ProvisionedLimits, RecordBatch};
use crate::request::Ctx;

/// How often a limit is set anew when others are set at the same moment.
const RACES: usize = 16;

/// Sets how many calls a second of a category each server takes, from 1 on; 2,147,483,647 takes the limit off.
///
/// # Errors
/// `InvalidParameterException`; `ResourceNotFoundException` for a category that this server does not have.
pub async fn run(
    ctx: &Ctx,
    input: shapes::UpdateProvisionedLimitRequest,
) -> Result<shapes::UpdateProvisionedLimitResponse, ApiError> {
    let category = category(&input.limit_definition)?;
    let wanted = u32::try_from(input.requested_limit_value).ok();
    let wanted = wanted.filter(|wanted| (1..=NONE).contains(&i64::from(*wanted)));
    let wanted = wanted.ok_or_else(|| {
        ApiError::invalid_parameter(
            "RequestedLimitValue must be from 1 to 2147483647, which stands for no limit.",
        )
    })?;
    for _ in 0..RACES {
        let before = ctx.load(&ProvisionedLimits::key()).await?;
        let mut limits = before
            .as_ref()
            .map(|before| before.value.clone())
            .unwrap_or_default();
        match i64::from(wanted) == NONE {
            true => limits.0.remove(category),
            false => limits.0.insert(category.to_owned(), wanted),
        };
        let batch = match &before {
            Some(before) => Batch::new().replace(before, &limits),
            None => Batch::new().create(ProvisionedLimits::key(), &limits),
        };
        match ctx.platform().commit(batch).await {
            Ok(_) => {
                ctx.app.admission.set(&limits);
                return Ok(shapes::UpdateProvisionedLimitResponse {
                    limit: shown(input.limit_definition, category, &limits),
                });
            }
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::concurrent_modification())
}
