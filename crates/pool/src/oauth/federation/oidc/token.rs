//! A provider's token endpoint.

use poolhouse_outbound::guarded::Asked;
use poolhouse_outbound::http::form_body;
use serde_json::{Map, Value};

use super::client_secret;
use super::endpoints::Endpoints;
use super::fault::{Fault, LIMITS};
use super::go::{VERIFIER, redirect_uri, with_query};
use crate::oauth::federation::round::Round;
use crate::request::Ctx;

/// What a provider gives for a code.
pub struct Tokens {
    /// The ID token, where it gives one.
    pub id: Option<String>,
    /// The access token.
    pub access: Option<String>,
}

/// Has a code exchanged, with what proves that it was asked for in this round.
///
/// # Errors
/// A provider that cannot be reached, or gives nothing.
pub async fn exchange(ctx: &Ctx, round: &Round, endpoints: &Endpoints, code: &str) -> Result<Tokens, Fault> {
    let provider = &round.provider.value.name;
    let secret = client_secret::of(ctx, &round.provider, endpoints)?;
    let verifier = round.kept.get(VERIFIER).map_or("", String::as_str);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri(&round.site)),
        ("client_id", endpoints.detail("client_id").unwrap_or_default()),
        ("client_secret", &secret),
        ("code_verifier", verifier),
    ];
    let by_get = endpoints.detail("token_request_method") == Some("GET");
    let url = match by_get {
        true => with_query(
            &endpoints.token,
            fields.iter().map(|(name, value)| (*name, (*value).to_owned())),
        ),
        false => endpoints.token.clone(),
    };
    let asked = match by_get {
        true => Asked::get(&url),
        false => Asked::post(&url, form_body(fields)),
    };
    let asked = asked.with("accept", "application/json".to_owned());
    let fetched = ctx.app.outside.send(asked, LIMITS).await;
    let timed_out = "Timeout occurred in calling IdP token endpoint";
    let fetched = fetched.map_err(|why| Fault::unfetched(ctx, provider, timed_out, &why))?;
    if fetched.status != 200 {
        let reason = format!("{} error getting token", fetched.status);
        return Err(Fault::unbelievable(ctx, provider, &reason));
    }
    let given = serde_json::from_slice::<Map<String, Value>>(&fetched.body).unwrap_or_default();
    let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(Tokens {
        id: text("id_token"),
        access: text("access_token"),
    })
}
