//! Client secrets: made or given, sealed, and shown where the service shows them.

use poolhouse_api::shapes::UserPoolClientType;
use poolhouse_crypto::random_id;
use zeroize::Zeroizing;

use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::ClientRecord;
use crate::request::Ctx;

/// Characters of a secret made here: 269 bits.
const LENGTH: usize = 52;

/// A new client's secret: the one given, a generated one, or none.
///
/// # Errors
/// `InvalidParameterException` if both are asked for.
pub fn choose(
    ctx: &Ctx,
    generate: Option<bool>,
    given: Option<String>,
) -> Result<Option<Zeroizing<String>>, ApiError> {
    match (generate.unwrap_or(false), given) {
        (true, Some(_)) => Err(ApiError::invalid_parameter(
            "ClientSecret cannot be given together with GenerateSecret as true.",
        )),
        (true, None) => Ok(Some(Zeroizing::new(random_id(LENGTH, &*ctx.platform().entropy)))),
        (false, given) => Ok(given.map(Zeroizing::new)),
    }
}

/// Seals a secret under its client's row.
pub fn seal(ctx: &Ctx, pool_id: &str, client_id: &str, secret: &str) -> String {
    ctx.platform().seal(
        Purpose::ClientSecrets,
        ClientRecord::key(pool_id, client_id).as_str(),
        secret.as_bytes(),
    )
}

/// A client's description with its secret, as everything but a list shows it.
///
/// # Errors
/// `InternalErrorException` if the secret does not open.
pub fn shown(ctx: &Ctx, client: ClientRecord) -> Result<UserPoolClientType, ApiError> {
    let Some(sealed) = &client.sealed_secret else {
        return Ok(client.settings);
    };
    let row = ClientRecord::key(client.pool_id(), client.id());
    let opened = ctx
        .platform()
        .open(Purpose::ClientSecrets, row.as_str(), sealed)
        .map_err(ApiError::internal)?;
    let secret = String::from_utf8(opened).map_err(|error| ApiError::internal(error.utf8_error()))?;
    Ok(UserPoolClientType {
        client_secret: Some(secret),
        ..client.settings
    })
}
