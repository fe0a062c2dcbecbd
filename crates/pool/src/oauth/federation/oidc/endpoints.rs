//! Where a provider's endpoints are: as it was given, or else as its issuer says.

use std::collections::BTreeMap;
use std::sync::Arc;

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;
use poolhouse_outbound::guarded::Asked;
use serde_json::Value;

use super::fault::{Fault, LIMITS};
use crate::oauth::federation::{address, defaults};
use crate::records::IdentityProviderRecord;
use crate::request::Ctx;

/// Where an issuer says everything of itself.
const DISCOVERY: &str = "/.well-known/openid-configuration";
/// How long that is believed.
const KEPT_SECONDS: i64 = 600;

/// What is known of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Everything that was given of it, and what the service adds.
    pub details: BTreeMap<String, String>,
    /// The issuer, of one that speaks OpenID Connect.
    pub issuer: Option<String>,
    /// Where people sign in.
    pub authorize: String,
    /// Where a code is exchanged.
    pub token: String,
    /// Where it says who somebody is.
    pub user_info: Option<String>,
    /// Where its keys are.
    pub keys: Option<String>,
    /// Whether its ID tokens may be signed with the app client's secret.
    pub shares_secret: bool,
    /// Whether its answers say `iss` (RFC 9207).
    pub says_issuer: bool,
}

impl Endpoints {
    /// Finds out.
    ///
    /// # Errors
    /// A discovery document that cannot be had or is not the issuer's; an endpoint that is not there, or at no address that one may have.
    pub async fn of(ctx: &Ctx, provider: &IdentityProviderRecord) -> Result<Endpoints, Fault> {
        let mut details = provider.details.clone();
        defaults::add(provider.kind, &mut details);
        let speaks = speaks_openid(provider.kind);
        let issuer = details.get("oidc_issuer").filter(|_| speaks).cloned();
        let needed: &[&str] = match speaks {
            true => &["authorize_url", "token_url", "jwks_uri"],
            false => &["authorize_url", "token_url", "attributes_url"],
        };
        let lacks = needed.iter().any(|name| given(&details, name).is_none());
        let document = match (&issuer, lacks) {
            (Some(issuer), true) => Some(discovered(ctx, &provider.name, issuer).await?),
            _ => None,
        };
        let said = |name: &str| document.as_deref().and_then(|document| document.get(name));
        let url = |detail: &str, member: &str| {
            let said = said(member).and_then(Value::as_str);
            let url = given(&details, detail).or(said).map(str::to_owned);
            url.filter(|url| address::may_be(url, &ctx.app.settings.hosted.fetch_allow))
        };
        let missing = || Fault::unbelievable(ctx, &provider.name, "an endpoint is missing");
        Ok(Endpoints {
            authorize: url("authorize_url", "authorization_endpoint").ok_or_else(missing)?,
            token: url("token_url", "token_endpoint").ok_or_else(missing)?,
            user_info: url("attributes_url", "userinfo_endpoint"),
            keys: url("jwks_uri", "jwks_uri"),
            shares_secret: lists(said("id_token_signing_alg_values_supported"), "HS256"),
            says_issuer: said("authorization_response_iss_parameter_supported")
                .is_some_and(|says| says == true),
            issuer,
            details,
        })
    }

    /// One of the details, if it is there.
    pub fn detail(&self, name: &str) -> Option<&str> {
        given(&self.details, name)
    }
}

/// Whether providers of this type give ID tokens.
pub fn speaks_openid(kind: Kind) -> bool {
    matches!(kind, Kind::Oidc | Kind::Google | Kind::SignInWithApple)
}

fn given<'a>(details: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    details
        .get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
}

fn lists(values: Option<&Value>, wanted: &str) -> bool {
    let values = values.and_then(Value::as_array);
    values.is_some_and(|values| values.iter().any(|value| value == wanted))
}

/// What an issuer says of itself, at its own address and by its own name.
async fn discovered(ctx: &Ctx, provider: &str, issuer: &str) -> Result<Arc<Value>, Fault> {
    let url = format!("{}{DISCOVERY}", issuer.strip_suffix('/').unwrap_or(issuer));
    if let Some(kept) = ctx.app.documents.get(&url, ctx.now, KEPT_SECONDS) {
        return Ok(kept);
    }
    let fetched = ctx.app.outside.send(Asked::get(&url), LIMITS).await;
    let timed_out = "Timeout occurred in calling the discovery document";
    let fetched = fetched.map_err(|why| Fault::unfetched(ctx, provider, timed_out, &why))?;
    let document = serde_json::from_slice::<Value>(&fetched.body).unwrap_or_default();
    if fetched.status != 200 || document.get("issuer").and_then(Value::as_str) != Some(issuer) {
        let reason = "the discovery document is not the issuer's";
        return Err(Fault::unbelievable(ctx, provider, reason));
    }
    let document = Arc::new(document);
    ctx.app.documents.keep(&url, ctx.now, document.clone());
    Ok(document)
}
