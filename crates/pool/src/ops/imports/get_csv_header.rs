//! `GetCSVHeader`

use poolhouse_api::shapes;

use crate::base::error::ApiError;
use crate::request::Ctx;
use crate::users::import_line;

/// Answers the columns of a file of users. `password_hash` is none of them: hashes of other systems are not imported.
///
/// # Errors
/// `ResourceNotFoundException`
pub async fn run(
    ctx: &Ctx,
    input: shapes::GetCSVHeaderRequest,
) -> Result<shapes::GetCSVHeaderResponse, ApiError> {
    let pool = ctx.pool(&input.user_pool_id).await?.value;
    Ok(shapes::GetCSVHeaderResponse {
        csv_header: Some(import_line::header(&pool)),
        user_pool_id: Some(input.user_pool_id),
    })
}
