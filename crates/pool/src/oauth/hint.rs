//! An ID token as a hint: whom a client believes to be signed in. However old it is, it is ours or it is nothing.

use poolhouse_crypto::jwt;
use serde_json::Value;

use crate::auth::issuer::{issuer, pool_keys};
use crate::records::PoolRecord;
use crate::request::Ctx;

/// What an ID token of the pool's says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The user.
    pub sub: String,
    /// The app client.
    pub client_id: String,
}

/// Reads an ID token that a client has sent; `None` for what this pool has not signed as one.
pub async fn read(ctx: &Ctx, pool: &PoolRecord, token: &str) -> Option<Hint> {
    let keys = pool_keys(ctx, pool.id()).await.ok()?;
    let claims = jwt::verify(keys.verifying(ctx.now), token).ok()?;
    let text = |member: &str| claims.get(member).and_then(Value::as_str);
    let is_ours = text("iss") == Some(issuer(ctx, pool.id()).as_str()) && text("token_use") == Some("id");
    let hint = Hint {
        sub: text("sub")?.to_owned(),
        client_id: text("aud")?.to_owned(),
    };
    is_ours.then_some(hint)
}
