//! What the operations on resource servers share.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::ResourceServerScopeType;

use crate::base::error::ApiError;
use crate::records::{ResourceServerRecord, Scope, Stored};
use crate::request::{Ctx, hosted};

/// The resource server with this identifier.
///
/// # Errors
/// `ResourceNotFoundException` `Resource server does not exist.`
pub async fn find(
    ctx: &Ctx,
    pool_id: &str,
    identifier: &str,
) -> Result<Stored<ResourceServerRecord>, ApiError> {
    let found = hosted::resource_server(ctx, pool_id, identifier).await?;
    found.ok_or_else(none)
}

/// There is no such resource server.
pub fn none() -> ApiError {
    ApiError::new(
        ErrorCode::ResourceNotFoundException,
        "Resource server does not exist.",
    )
}

/// Scopes as they were asked for, in their order.
///
/// # Errors
/// `InvalidParameterException` for two of one name.
pub fn of(asked: Option<Vec<ResourceServerScopeType>>) -> Result<Vec<Scope>, ApiError> {
    let scopes: Vec<Scope> = asked.into_iter().flatten().map(Scope::from).collect();
    let second = scopes
        .iter()
        .enumerate()
        .find(|(index, scope)| scopes[..*index].iter().any(|before| before.name == scope.name));
    match second {
        Some((_, scope)) => Err(ApiError::invalid_parameter(format!(
            "The scope {} is given twice.",
            scope.name
        ))),
        None => Ok(scopes),
    }
}
