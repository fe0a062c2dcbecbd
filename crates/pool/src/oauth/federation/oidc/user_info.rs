//! What a provider says of somebody beside the ID token, or in place of one.

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;
use poolhouse_outbound::guarded::Asked;
use serde_json::{Map, Value};

use super::endpoints::Endpoints;
use super::fault::{Fault, LIMITS};
use crate::oauth::federation::defaults::{self, USERNAME};
use crate::records::IdentityProviderRecord;
use crate::request::Ctx;

/// Reads what the endpoint says to whoever holds the access token.
///
/// # Errors
/// A provider that cannot be reached, or says nothing.
pub async fn read(
    ctx: &Ctx,
    provider: &IdentityProviderRecord,
    endpoints: &Endpoints,
    (url, access): (&str, &str),
) -> Result<Map<String, Value>, Fault> {
    let url = match endpoints.detail("attributes_url_add_attributes") {
        Some("true") => format!("{url}{}", wanted(provider).join(",")),
        _ => url.to_owned(),
    };
    let asked = match endpoints.detail("attributes_request_method") {
        Some("POST") => Asked::post(&url, String::new()),
        _ => Asked::get(&url),
    };
    let asked = asked
        .with("authorization", format!("Bearer {access}"))
        .with("accept", "application/json".to_owned());
    let fetched = ctx.app.outside.send(asked, LIMITS).await;
    let timed_out = "Timeout occurred in calling the userInfo endpoint";
    let fetched = fetched.map_err(|why| Fault::unfetched(ctx, &provider.name, timed_out, &why))?;
    let said = serde_json::from_slice::<Map<String, Value>>(&fetched.body).ok();
    said.filter(|_| fetched.status == 200).ok_or_else(|| {
        let reason = format!("{} error getting user information", fetched.status);
        Fault::unbelievable(ctx, &provider.name, &reason)
    })
}

/// What is mapped, for an endpoint that says what it is asked for.
fn wanted(provider: &IdentityProviderRecord) -> Vec<String> {
    let subject = subject_of(provider);
    let mut wanted = vec![subject.clone()];
    for claim in provider.mapping.values() {
        let is_name = claim
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if is_name && !wanted.contains(claim) {
            wanted.push(claim.clone());
        }
    }
    wanted
}

/// By which claim a provider without ID tokens knows somebody.
pub fn subject_of(provider: &IdentityProviderRecord) -> String {
    let of_type = match provider.kind {
        Kind::Facebook => "id",
        Kind::LoginWithAmazon => "user_id",
        _ => "sub",
    };
    let mut by_default = defaults::mapping(provider.kind);
    by_default.remove(USERNAME).unwrap_or_else(|| of_type.to_owned())
}
