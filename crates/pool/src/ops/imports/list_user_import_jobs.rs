//! `ListUserImportJobs`

use std::cmp::Reverse;

use poolhouse_api::shapes;
use poolhouse_store::Scan;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::ops::paging;
use crate::records::ImportJob;
use crate::records::document::decode;
use crate::request::Ctx;
use crate::users::imports;

/// The most jobs of a pool.
const MOST: usize = 1000;

/// Answers a pool's jobs, the newest first. Tokens are of the service's form: the pool, the last job, and when that was created.
///
/// # Errors
/// `ResourceNotFoundException`; `InvalidParameterException` for a token that is none of this list's.
pub async fn run(
    ctx: &Ctx,
    input: shapes::ListUserImportJobsRequest,
) -> Result<shapes::ListUserImportJobsResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    let limit = paging::limit(Some(input.max_results));
    let rows = ctx
        .platform()
        .scan(Scan::prefix(ImportJob::all(pool.id()), MOST))
        .await?;
    let jobs = rows.into_iter().map(decode::<ImportJob>);
    let mut jobs = jobs
        .map(|job| Ok(job?.value.at(ctx.now)))
        .collect::<Result<Vec<_>, ApiError>>()?;
    let place = |job: &ImportJob| (Reverse(job.created), job.id.clone());
    jobs.sort_by_key(place);
    if let Some(token) = &input.pagination_token {
        let after = read(token, pool.id());
        let after = after.ok_or_else(|| ApiError::invalid_parameter("Invalid pagination token given."))?;
        jobs.retain(|job| place(job) > after);
    }
    let is_last = jobs.len() <= limit;
    jobs.truncate(limit);
    let last = jobs.last().filter(|_| !is_last);
    let pagination_token = last.map(|job| format!("{}#{}#{}", job.pool_id, job.id, job.created.0));
    let described = |job: ImportJob| {
        let url = imports::url(ctx, &job);
        job.described(url)
    };
    Ok(shapes::ListUserImportJobsResponse {
        user_import_jobs: Some(jobs.into_iter().map(described).collect()),
        pagination_token,
    })
}

fn read(token: &str, pool_id: &str) -> Option<(Reverse<Millis>, String)> {
    let (id, created) = token.strip_prefix(pool_id)?.strip_prefix('#')?.split_once('#')?;
    Some((Reverse(Millis(created.parse().ok()?)), id.to_owned()))
}
