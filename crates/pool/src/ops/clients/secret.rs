//! Client secrets: made or given, sealed, and shown where the service shows them. A client has one, or two while one takes
//! the place of the other.

use poolhouse_api::shapes::{ClientSecretDescriptorType, UserPoolClientType};
use poolhouse_crypto::random_id;
use zeroize::Zeroizing;

use crate::auth::secret_hash;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{ClientRecord, ClientSecret};
use crate::request::Ctx;

/// Characters of a secret made here: 269 bits.
const LENGTH: usize = 52;
/// Secrets that a client can have at a time.
pub const MOST: usize = 2;
/// How often a change of a client's secrets is decided again when another request changed the client in between.
pub const RACES: usize = 64;

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

/// A secret that is made here.
pub fn generated(ctx: &Ctx) -> Zeroizing<String> {
    Zeroizing::new(random_id(LENGTH, &*ctx.platform().entropy))
}

/// A new secret of a client, sealed under its row. Its id is none of those before it.
pub fn sealed(
    ctx: &Ctx,
    pool_id: &str,
    client_id: &str,
    secret: &str,
    before: &[ClientSecret],
) -> ClientSecret {
    let row = ClientRecord::key(pool_id, client_id);
    let mut moment = ctx.now.0;
    let mut id = format!("{client_id}--{moment}");
    while before.iter().any(|other| other.id == id) {
        moment += 1;
        id = format!("{client_id}--{moment}");
    }
    ClientSecret {
        id,
        sealed: ctx
            .platform()
            .seal(Purpose::ClientSecrets, row.as_str(), secret.as_bytes()),
        created: ctx.now.timestamp(),
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
