//! For whom a token is that is asked for: one app client of the pool or one of its resource servers, and nobody whom it does not know.

use std::sync::Arc;

use poolhouse_api::ErrorCode;

use super::asked::Asked;
use super::refusal::Refusal;
use crate::auth::verified::Kind;
use crate::records::{ClientRecord, PoolRecord, Stored};
use crate::request::{Ctx, hosted};

/// For whom a token is.
pub struct Target {
    /// Its `aud`.
    pub name: String,
    /// The app client, if it is one.
    pub client: Option<Stored<Arc<ClientRecord>>>,
}

/// For whom the new token is, if the request says so.
///
/// # Errors
/// [`Refusal::Request`] for both at once, and for an ID token for a resource server; [`Refusal::Target`] for one that is not there.
pub async fn find(ctx: &Ctx, pool: &PoolRecord, asked: Asked<'_>) -> Result<Option<Target>, Refusal> {
    let (name, client) = match (asked.audience, asked.resource) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(Refusal::Request("Audience and resource exclude each other."));
        }
        (None, Some(_)) if asked.wanted == Kind::Id => {
            return Err(Refusal::Request("An ID token is for no resource server."));
        }
        (None, Some(resource)) => {
            let may_be = !resource.is_empty() && resource.len() <= 256 && !resource.contains('\0');
            let is_there = may_be && hosted::resource_server(ctx, pool.id(), resource).await?.is_some();
            (is_there.then_some(resource), None)
        }
        (Some(audience), None) => {
            let client = match super::super::client::may_be_id(audience) {
                true => client(ctx, pool, audience).await?,
                false => None,
            };
            (client.is_some().then_some(audience), client)
        }
    };
    let name = name.ok_or(Refusal::Target)?.to_owned();
    Ok(Some(Target { name, client }))
}

async fn client(
    ctx: &Ctx,
    pool: &PoolRecord,
    id: &str,
) -> Result<Option<Stored<Arc<ClientRecord>>>, Refusal> {
    match ctx.client(pool.id(), id).await {
        Ok(client) => Ok(Some(client)),
        Err(error) if error.code == ErrorCode::ResourceNotFoundException => Ok(None),
        Err(error) => Err(error.into()),
    }
}
