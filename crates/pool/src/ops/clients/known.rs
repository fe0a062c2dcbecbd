//! What the settings of an app client name that must be there, scopes and identity providers; and the note that it exchanges tokens.

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{CreateUserPoolClientRequest, ExplicitAuthFlowsType as Flow};
use poolhouse_store::{Batch, Expect};

use crate::base::error::ApiError;
use crate::records::client::LOCAL;
use crate::records::{ClientRecord, IdentityProviderRecord, RecordBatch, Reference};
use crate::request::{Ctx, hosted};

/// The scopes that every pool has.
const SCOPES: [&str; 5] = [
    "phone",
    "email",
    "openid",
    "profile",
    "aws.cognito.signin.user.admin",
];

/// Checks that every scope is a standard one or one of the pool's resource servers, and every provider one of the pool's. Answers
/// what belongs to the client's commit: a provider that is deleted at the same moment is not named by a new client.
///
/// # Errors
/// `ScopeDoesNotExistException`, `InvalidParameterException` `The provider … does not exist for User Pool ….`
pub async fn check(
    ctx: &Ctx,
    (pool_id, client_id): (&str, &str),
    asked: &CreateUserPoolClientRequest,
) -> Result<Batch, ApiError> {
    let scopes = asked.allowed_oauth_scopes.iter().flatten().map(String::as_str);
    let custom: Vec<&str> = scopes.filter(|scope| !SCOPES.contains(scope)).collect();
    if let Some(unknown) = hosted::unknown_scope(ctx, pool_id, &custom).await? {
        return Err(ApiError::new(
            ErrorCode::ScopeDoesNotExistException,
            format!("Invalid scope requested: {unknown}"),
        ));
    }
    let providers = asked.supported_identity_providers.iter().flatten();
    let providers: Vec<&String> = providers.filter(|name| *name != LOCAL).collect();
    let key = |name: &String| IdentityProviderRecord::key(pool_id, name);
    ctx.read_ahead(providers.iter().map(|name| key(name).into()))
        .await?;
    let mut batch = exchange_note((pool_id, client_id), asked);
    for name in providers {
        if ctx.load(&key(name)).await?.is_none() {
            return Err(ApiError::provider_not_found(pool_id, name));
        }
        batch = batch.check(key(name), Expect::Present);
    }
    Ok(batch)
}

/// Notes that the client exchanges tokens, for the discovery document; or takes the note back.
fn exchange_note((pool_id, client_id): (&str, &str), asked: &CreateUserPoolClientRequest) -> Batch {
    let key = ClientRecord::exchange_key(pool_id, client_id);
    let mut flows = asked.explicit_auth_flows.iter().flatten();
    let exchanges = |flow: &Flow| {
        matches!(
            flow,
            Flow::AllowTokenExchangeDelegation | Flow::AllowTokenExchangeImpersonation
        )
    };
    match flows.any(exchanges) {
        true => Batch::new().record(key, Expect::Any, &Reference(client_id.to_owned())),
        false => Batch::new().delete(key, Expect::Any),
    }
}

/// What it means that a commit lost over a provider that the client names; `None` if it did not.
pub fn lost(pool_id: &str, named: Option<&Vec<String>>, key: &str) -> Option<ApiError> {
    let is_row = |name: &&String| IdentityProviderRecord::key(pool_id, name).as_str() == key;
    let name = named.into_iter().flatten().find(is_row)?;
    Some(ApiError::provider_not_found(pool_id, name))
}
