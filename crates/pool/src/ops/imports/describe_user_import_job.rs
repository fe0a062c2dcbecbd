//! `DescribeUserImportJob`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::imports;

/// Answers a job: its state, and how many users it has imported, skipped and refused so far. The URL is a new one.
///
/// # Errors
/// `ResourceNotFoundException` for the pool or the job.
pub async fn run(
    ctx: &Ctx,
    input: shapes::DescribeUserImportJobRequest,
) -> Result<shapes::DescribeUserImportJobResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let job = imports::find(ctx, pool.id(), &input.job_id).await?.value;
    let url = imports::url(ctx, &job);
    Ok(shapes::DescribeUserImportJobResponse {
        user_import_job: Some(job.described(url)),
    })
}
