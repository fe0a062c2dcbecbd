//! Sending a browser to a provider.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_api::shapes::IdentityProviderTypeType as Kind;
use poolhouse_crypto::sha256;
use poolhouse_text::percent;

use super::endpoints::{Endpoints, speaks_openid};
use crate::base::error::ApiError;
use crate::oauth::cookies::Browser;
use crate::oauth::federation::left::Left;
use crate::oauth::federation::round;
use crate::oauth::handle;
use crate::oauth::site::Site;
use crate::records::{Authorization, ClientRecord, IdentityProviderRecord, Stored};
use crate::request::Ctx;

/// What is kept of a round: what the ID token has to repeat.
pub const NONCE: &str = "nonce";
/// And what proves that the code is exchanged by whoever asked for it.
pub const VERIFIER: &str = "verifier";

/// Where a provider sends people back to.
pub fn redirect_uri(site: &Site) -> String {
    format!("{}/oauth2/idpresponse", site.base)
}

/// Sends the browser to the provider, with what it has to come back with.
///
/// # Errors
/// When the store fails.
pub async fn go(
    ctx: &Ctx,
    site: &Site,
    (authorization, client): (&Authorization, &ClientRecord),
    cookies: &Browser,
    provider: &Stored<IdentityProviderRecord>,
) -> Result<Left, ApiError> {
    let endpoints = match Endpoints::of(ctx, &provider.value).await {
        Ok(endpoints) => endpoints,
        Err(fault) => {
            let back = authorization.refused(site, fault.error, &fault.description);
            return Ok(Left::Back(back));
        }
    };
    // Each is 32 random bytes, and in the characters that a verifier may have.
    let (nonce, verifier) = (handle::draw(ctx), handle::draw(ctx));
    let kept = BTreeMap::from([
        (NONCE.to_owned(), nonce.clone()),
        (VERIFIER.to_owned(), verifier.clone()),
    ]);
    let asking = (authorization, client);
    let begun = round::begin(ctx, site, asking, cookies, &provider.value, kept).await?;
    let parameters = parameters(site, authorization, &provider.value, &endpoints);
    let challenge = URL_SAFE_NO_PAD.encode(sha256(&[verifier.as_bytes()]));
    let nonce = speaks_openid(provider.value.kind).then_some(("nonce", nonce));
    let own = [
        ("state", begun.state),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256".to_owned()),
    ];
    let all = parameters.into_iter().chain(own).chain(nonce);
    Ok(Left::Away {
        location: with_query(&endpoints.authorize, all),
        name: begun.name,
        is_posted: false,
    })
}

fn parameters(
    site: &Site,
    authorization: &Authorization,
    provider: &IdentityProviderRecord,
    endpoints: &Endpoints,
) -> Vec<(&'static str, String)> {
    let detail = |name: &str| endpoints.detail(name).unwrap_or_default().to_owned();
    let mut parameters = vec![
        ("response_type", "code".to_owned()),
        ("client_id", detail("client_id")),
        ("redirect_uri", redirect_uri(site)),
        ("scope", detail("authorize_scopes")),
    ];
    if provider.kind == Kind::SignInWithApple {
        // Apple sends a name in no other way.
        parameters.push(("response_mode", "form_post".to_owned()));
    }
    let prompts = authorization.prompt.iter().map(String::as_str);
    let prompts: Vec<&str> = prompts
        .filter(|prompt| !["none", "create"].contains(prompt))
        .collect();
    if !prompts.is_empty() {
        parameters.push(("prompt", prompts.join(" ")));
    }
    let takes_hint = matches!(provider.kind, Kind::Oidc | Kind::Google);
    if let Some(hint) = authorization.login_hint.as_ref().filter(|_| takes_hint) {
        parameters.push(("login_hint", hint.clone()));
    }
    parameters
}

/// A URL with these parameters behind its own.
pub fn with_query(url: &str, parameters: impl Iterator<Item = (&'static str, String)>) -> String {
    let mut mark = if url.contains('?') { "&" } else { "?" };
    let mut whole = url.split('#').next().unwrap_or_default().to_owned();
    for (name, value) in parameters {
        whole.push_str(mark);
        whole.push_str(name);
        whole.push('=');
        whole.push_str(&percent::encode(value));
        mark = "&";
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_stand_behind_those_that_an_endpoint_has() {
        let of = |url: &str| with_query(url, [("a", "b c&d".to_owned()), ("e", String::new())].into_iter());
        assert_eq!(
            of("https://idp.example/auth"),
            "https://idp.example/auth?a=b%20c%26d&e="
        );
        assert_eq!(
            of("https://idp.example/auth?p=1#x"),
            "https://idp.example/auth?p=1&a=b%20c%26d&e="
        );
    }
}
