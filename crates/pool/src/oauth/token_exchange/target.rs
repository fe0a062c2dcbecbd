//! For whom a token is that is asked for: one app client of the pool or one of its resource servers, and nobody whom it does not know.

use poolhouse_api::ErrorCode;

use super::asked::Asked;
use super::refusal::Refusal;
use crate::auth::verified::Kind;
use crate::records::PoolRecord;
use crate::request::{Ctx, hosted};

/// The new token's `aud`, if the request says for whom it is.
///
/// # Errors
/// [`Refusal::Request`] for both at once, and for an ID token for a resource server; [`Refusal::Target`] for one that is not there.
pub async fn find(ctx: &Ctx, pool: &PoolRecord, asked: Asked<'_>) -> Result<Option<String>, Refusal> {
    let is_there = match (asked.audience, asked.resource) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(Refusal::Request("Audience and resource exclude each other."));
        }
        (None, Some(_)) if asked.wanted == Kind::Id => {
            return Err(Refusal::Request("An ID token is for no resource server."));
        }
        (None, Some(resource)) => {
            let may_be = !resource.is_empty() && resource.len() <= 256 && !resource.contains('\0');
            may_be && hosted::resource_server(ctx, pool.id(), resource).await?.is_some()
        }
        (Some(audience), None) => {
            super::super::client::may_be_id(audience)
                && match ctx.client(pool.id(), audience).await {
                    Ok(_) => true,
                    Err(error) if error.code == ErrorCode::ResourceNotFoundException => false,
                    Err(error) => return Err(error.into()),
                }
        }
    };
    match is_there {
        true => Ok(asked.audience.or(asked.resource).map(str::to_owned)),
        false => Err(Refusal::Target),
    }
}
