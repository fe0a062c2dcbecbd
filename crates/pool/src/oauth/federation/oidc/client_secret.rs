//! What proves to a provider that it is the operator's app client that asks.

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;
use poolhouse_crypto::jwt::sign_es256;
use serde_json::json;

use super::endpoints::Endpoints;
use super::fault::Fault;
use crate::oauth::federation::providers;
use crate::records::{IdentityProviderRecord, Stored};
use crate::request::Ctx;

/// Whom a secret for Apple is for.
const APPLE: &str = "https://appleid.apple.com";
/// How long such a secret is good. Apple takes six months; it is made for one request.
const SECONDS: i64 = 300;

/// The provider's client secret: the one that was given, or, for Apple, a token that is signed with the key that was given.
///
/// # Errors
/// One that cannot be had.
pub fn of(
    ctx: &Ctx,
    provider: &Stored<IdentityProviderRecord>,
    endpoints: &Endpoints,
) -> Result<String, Fault> {
    let name = &provider.value.name;
    let unusable = || Fault::unbelievable(ctx, name, "the client secret cannot be used");
    let secret = |secret: &str| {
        let opened = providers::secret(ctx, provider, secret).ok().flatten();
        opened.ok_or_else(unusable)
    };
    if provider.value.kind != Kind::SignInWithApple {
        return secret("client_secret");
    }
    let detail = |name: &str| endpoints.detail(name).unwrap_or_default();
    let claims = json!({
        "iss": detail("team_id"),
        "iat": ctx.now.seconds(),
        "exp": ctx.now.seconds() + SECONDS,
        "aud": APPLE,
        "sub": detail("client_id"),
    });
    sign_es256(&secret("private_key")?, detail("key_id"), &claims).map_err(|_| unusable())
}
