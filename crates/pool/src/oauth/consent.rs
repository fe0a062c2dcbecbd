//! What a person lets a client of strangers do: whether that is asked, what it is remembered under, and whether it was given.
//!
//! A client that has registered itself, or whose id is a URL, is nobody's that the operator knows. It gets nothing before the person
//! has seen who asks, where the answer goes, and for what.

use poolhouse_crypto::sha256;
use poolhouse_store::{Batch, Expect};
use poolhouse_text::hex;

use super::leads::{Leads, leads};
use crate::base::error::ApiError;
use crate::records::{
    Authorization, BrowserSession, ClientRecord, ConsentRecord, Key, RecordBatch, Stored, UserRecord,
};
use crate::request::Ctx;

/// Whether a client's people are asked.
pub fn is_asked(ctx: &Ctx, client: &ClientRecord, authorization: &Authorization) -> bool {
    let named = &ctx.app.settings.hosted.consent_clients;
    is_strange(client, authorization) || named.iter().any(|named| named == client.id())
}

/// Whether the client is nobody's that the operator knows. Where it wants its answers to go, nobody is led before the person has
/// said something: a link to this server would else lead anywhere (RFC 9700, 4.11).
pub fn is_strange(client: &ClientRecord, authorization: &Authorization) -> bool {
    client.is_registered() || authorization.client_url.is_some()
}

/// The client that is asked about: its own id, or the URL.
pub fn client_of(authorization: &Authorization) -> &str {
    let url = authorization.client_url.as_deref();
    url.unwrap_or(&authorization.client_id)
}

/// Where a consent lies: under all that the person is shown. After a restore, consents from before are found nowhere.
pub fn key(ctx: &Ctx, pool_id: &str, sub: &str, authorization: &Authorization) -> Key<ConsentRecord> {
    let target = match leads(&authorization.redirect_uri) {
        Leads::Here => "here".to_owned(),
        Leads::To(host) => format!("to {host}"),
        Leads::App(scheme) => format!("app {scheme}"),
    };
    let resource = authorization.resource.as_deref().unwrap_or_default();
    let parts = [
        "consent",
        client_of(authorization),
        &authorization.client_id,
        &target,
        resource,
    ];
    let shown = parts.join("\0");
    let digest = sha256(&[shown.as_bytes(), b"\0", ctx.platform().restores.part()]);
    ConsentRecord::key(pool_id, sub, &hex::encode(&digest))
}

/// Whether the person has said yes to this before, and is not to be asked again: the row, to be expected by the commit that goes by
/// it.
///
/// # Errors
/// When the store fails.
pub async fn given(
    ctx: &Ctx,
    pool_id: &str,
    user: &UserRecord,
    authorization: &Authorization,
) -> Result<Option<Stored<ConsentRecord>>, ApiError> {
    if authorization.prompt.iter().any(|prompt| prompt == "consent") {
        return Ok(None);
    }
    let found = ctx.load(&key(ctx, pool_id, &user.sub, authorization)).await?;
    let covers = |held: &Stored<ConsentRecord>| held.value.covers(user, &authorization.scopes, ctx.now);
    Ok(found.filter(covers))
}

/// The consent to be remembered, by the session in which it was given.
pub fn remembered(
    ctx: &Ctx,
    pool_id: &str,
    sub: &str,
    authorization: &Authorization,
    session: &BrowserSession,
) -> Batch {
    let record = ConsentRecord {
        client: client_of(authorization).to_owned(),
        scopes: authorization.scopes.clone(),
        epoch: session.epoch,
        given: ctx.now,
    };
    Batch::new().record(key(ctx, pool_id, sub, authorization), Expect::Any, &record)
}
