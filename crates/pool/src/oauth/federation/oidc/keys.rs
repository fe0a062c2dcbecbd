//! The keys of an issuer, and what they have signed.

use std::sync::Arc;

use poolhouse_crypto::jwt::{BadForeign, Foreign, verify_foreign};
use poolhouse_outbound::guarded::Asked;
use serde_json::Value;

use super::endpoints::Endpoints;
use super::fault::{Fault, LIMITS};
use crate::request::Ctx;

/// How long keys are kept.
const KEPT_SECONDS: i64 = 600;
/// How long a key that is not among them is not looked for again: a token names any key that it likes.
const SURE_SECONDS: i64 = 60;

/// A token that the provider has signed.
///
/// # Errors
/// Keys that cannot be had; a token that none of them has signed.
pub async fn verified(
    ctx: &Ctx,
    provider: &str,
    endpoints: &Endpoints,
    (token, secret): (&str, Option<&str>),
) -> Result<Foreign, Fault> {
    let url = endpoints.keys.as_deref();
    let url = url.ok_or_else(|| Fault::unbelievable(ctx, provider, "an endpoint is missing"))?;
    let secret = secret.filter(|_| endpoints.shares_secret);
    if let Some(kept) = ctx.app.documents.get(url, ctx.now, KEPT_SECONDS) {
        let is_sure = ctx.app.documents.get(url, ctx.now, SURE_SECONDS).is_some();
        match verify_foreign(token, &kept, secret) {
            Err(BadForeign::UnknownKey) if !is_sure => {}
            judged => return judged.map_err(|_| unsigned(ctx, provider)),
        }
    }
    let keys = fetched(ctx, provider, url).await?;
    verify_foreign(token, &keys, secret).map_err(|_| unsigned(ctx, provider))
}

fn unsigned(ctx: &Ctx, provider: &str) -> Fault {
    Fault::unbelievable(ctx, provider, "the ID token is not signed by the issuer")
}

async fn fetched(ctx: &Ctx, provider: &str, url: &str) -> Result<Arc<Value>, Fault> {
    let fetched = ctx.app.outside.send(Asked::get(url), LIMITS).await;
    let timed_out = "Timeout in calling jwks uri";
    let fetched = fetched.map_err(|why| Fault::unfetched(ctx, provider, timed_out, &why))?;
    let document = serde_json::from_slice::<Value>(&fetched.body).unwrap_or_default();
    if fetched.status != 200 || !document.get("keys").is_some_and(Value::is_array) {
        return Err(Fault::unbelievable(ctx, provider, "the keys cannot be read"));
    }
    let document = Arc::new(document);
    ctx.app.documents.keep(url, ctx.now, document.clone());
    Ok(document)
}
