//! Secrets of app clients that are made here, and how any of them is kept.

use poolhouse_crypto::random_id;
use zeroize::Zeroizing;

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
