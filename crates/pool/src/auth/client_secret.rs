//! Secrets of app clients: how they are made and kept, and how a client proves by one who it is.

use poolhouse_crypto::random_id;
use zeroize::Zeroizing;

use super::revoke;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::{ClientRecord, ClientSecret};
use crate::request::Ctx;

/// Characters of a secret made here: 269 bits.
const LENGTH: usize = 52;

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

/// Checks the secret by which a client gets tokens of the API, as often as the token endpoint checks one.
///
/// # Errors
/// `NotAuthorizedException` `Invalid client credentials.`, also for a client that has no secret; `TooManyRequestsException` after too many of
/// those from one address; when a sealed secret does not open.
pub fn prove(ctx: &Ctx, client: &ClientRecord, presented: &str) -> Result<(), ApiError> {
    let (failed, address) = (&ctx.app.failed_clients, ctx.asker.address);
    if let Some(seconds) = failed.wait(client.id(), address, ctx.now) {
        return Err(ApiError::too_many_requests().after(seconds.unsigned_abs()));
    }
    match revoke::check_client_secret(ctx, client, Some(presented)) {
        Err(error) if error.status() < 500 => {
            failed.note(client.id(), address, ctx.now);
            Err(ApiError::not_authorized("Invalid client credentials."))
        }
        checked => checked,
    }
}
