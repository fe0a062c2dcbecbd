//! `SECRET_HASH`: an app client with a secret proves that it knows it, or one of the two it has, once per request.

use poolhouse_crypto::{constant_time_eq, secret_hash};

use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{ClientRecord, ClientSecret, PoolRecord, UserRecord};
use crate::request::Ctx;

/// The secrets of a client, the oldest first; none of a public one.
///
/// # Errors
/// When a sealed secret does not open.
pub fn client_secrets(ctx: &Ctx, client: &ClientRecord) -> Result<Vec<String>, ApiError> {
    let key = ClientRecord::key(client.pool_id(), client.id());
    let open = |secret: &ClientSecret| {
        let opened = ctx
            .platform()
            .open(Purpose::ClientSecrets, key.as_str(), &secret.sealed)
            .map_err(ApiError::internal)?;
        String::from_utf8(opened).map_err(|error| ApiError::internal(error.utf8_error()))
    };
    client.secrets.iter().map(open).collect()
}

/// Checks the hash that a request carried, which is made of the `USERNAME` beside it and of no other name of the user.
///
/// # Errors
/// `NotAuthorizedException` with the service's sentences.
pub fn check(ctx: &Ctx, client: &ClientRecord, presented: Option<&str>, name: &str) -> Result<(), ApiError> {
    match needed(ctx, client, presented)? {
        Some(hash) if !hash.is_of(name) => Err(unverified(client)),
        _ => Ok(()),
    }
}

/// As [`check`], for a refresh, whose hash is made of the username of the user whom the token was issued to: as it is
/// stored, or as clients were given it. Where the token is nobody's, there is no name to check against: it is refused by
/// itself, whatever hash is sent with it.
///
/// # Errors
/// As [`check`], but for `SecretHash does not match for the client: <id>`.
pub fn check_refresh(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    presented: Option<&str>,
    holder: Option<&UserRecord>,
) -> Result<(), ApiError> {
    let (Some(hash), Some(holder)) = (needed(ctx, client, presented)?, holder) else {
        return Ok(());
    };
    if hash.is_of(&holder.username) || hash.is_of(&pool.compared(&holder.username)) {
        return Ok(());
    }
    let id = client.id();
    Err(ApiError::not_authorized(format!(
        "SecretHash does not match for the client: {id}"
    )))
}

/// A hash that is to be checked.
struct Presented<'a> {
    secrets: Vec<String>,
    client_id: &'a str,
    hash: &'a str,
}

impl Presented<'_> {
    fn is_of(&self, name: &str) -> bool {
        // All of them, whichever it is.
        self.secrets.iter().fold(false, |found, secret| {
            let right = secret_hash(secret, name, self.client_id);
            found | constant_time_eq(right.as_bytes(), self.hash.as_bytes())
        })
    }
}

/// The hash to be checked, if the client has a secret. Whether there must be one depends on the client alone.
fn needed<'a>(
    ctx: &Ctx,
    client: &'a ClientRecord,
    presented: Option<&'a str>,
) -> Result<Option<Presented<'a>>, ApiError> {
    let id = client.id();
    let secrets = client_secrets(ctx, client)?;
    match (secrets.is_empty(), presented) {
        (false, Some(hash)) => Ok(Some(Presented {
            secrets,
            client_id: id,
            hash,
        })),
        (true, None) => Ok(None),
        (true, Some(_)) => Err(unverified(client)),
        (false, None) => Err(ApiError::not_authorized(format!(
            "Client {id} is configured with secret but SECRET_HASH was not received"
        ))),
    }
}

fn unverified(client: &ClientRecord) -> ApiError {
    let id = client.id();
    ApiError::not_authorized(format!("Unable to verify secret hash for client {id}"))
}
