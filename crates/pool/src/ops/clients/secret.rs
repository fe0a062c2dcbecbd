//! Client secrets: made or given, sealed, and shown where the service shows them. A client has one, or two while one takes
//! the place of the other.

use poolhouse_api::shapes::{ClientSecretDescriptorType, UserPoolClientType};
use zeroize::Zeroizing;

use crate::auth::secret_hash;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, ClientSecret};
use crate::request::Ctx;

pub use crate::auth::client_secret::{generated, sealed};

/// Secrets that a client can have at a time.
pub const MOST: usize = 2;
/// How often a change of a client's secrets is decided again when another request changed the client in between.
pub const RACES: usize = 64;

/// Checks that a client's secrets are the operator's to change.
///
/// # Errors
/// `InvalidParameterException` for one that has registered itself.
pub fn check_regular(client: &ClientRecord) -> Result<(), ApiError> {
    match client.is_registered() {
        true => Err(ApiError::invalid_parameter(
            "The secrets of an app client that has registered itself cannot be changed.",
        )),
        false => Ok(()),
    }
}

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
        (true, None) => Ok(Some(generated(ctx))),
        (false, given) => Ok(given.map(Zeroizing::new)),
    }
}

/// A client's description with its secret, the oldest if it has two, as everything but a list shows it.
///
/// # Errors
/// `InternalErrorException` if the secret does not open.
pub fn shown(ctx: &Ctx, client: ClientRecord) -> Result<UserPoolClientType, ApiError> {
    let secret = secret_hash::client_secrets(ctx, &client)?.into_iter().next();
    Ok(UserPoolClientType {
        client_secret: secret,
        ..client.settings
    })
}

/// What every operation on the secrets of a client says of one of them. Its value is shown where it was generated.
pub fn described(secret: &ClientSecret, value: Option<String>) -> ClientSecretDescriptorType {
    ClientSecretDescriptorType {
        client_secret_id: Some(secret.id.clone()),
        client_secret_value: value,
        client_secret_create_date: Some(secret.created),
    }
}
