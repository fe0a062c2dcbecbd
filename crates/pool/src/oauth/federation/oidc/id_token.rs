//! Whether an ID token is for this sign-in (OpenID Connect Core, 3.1.3.7).

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;
use poolhouse_crypto::constant_time_eq;
use poolhouse_crypto::jwt::Foreign;
use serde_json::{Map, Value};

use crate::base::clock::Millis;

/// By how much the provider's clock may differ, in seconds.
const SKEW: i64 = 60;
/// How long ago an ID token may be made that was asked for just now.
const OLDEST: i64 = 300;

/// What an ID token has to say.
pub struct Expected<'a> {
    /// The provider's type.
    pub kind: Kind,
    /// `iss`
    pub issuer: &'a str,
    /// `aud`
    pub client_id: &'a str,
    /// `nonce`
    pub nonce: &'a str,
    /// The access token beside it.
    pub access: Option<&'a str>,
    /// Now.
    pub now: Millis,
}

/// Checks what a token says whose signature is right, and returns its claims.
///
/// # Errors
/// What is wrong with it.
pub fn check(token: Foreign, expected: &Expected<'_>) -> Result<Map<String, Value>, &'static str> {
    let Value::Object(claims) = &token.claims else {
        return Err("the ID token is not one");
    };
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if !text("iss").is_some_and(|issuer| is_issuer(expected, issuer)) {
        return Err("the ID token is of another issuer");
    }
    check_audience(claims, expected.client_id)?;
    check_time(claims, expected.now.seconds())?;
    let nonce = text("nonce").unwrap_or_default();
    let is_ours = !expected.nonce.is_empty() && constant_time_eq(nonce.as_bytes(), expected.nonce.as_bytes());
    if !is_ours {
        return Err("the ID token is of another sign-in");
    }
    if let (Some(hash), Some(access)) = (claims.get("at_hash"), expected.access)
        && hash.as_str() != Some(token.half_hash(access).as_str())
    {
        return Err("the ID token is beside another access token");
    }
    if text("sub").is_none_or(str::is_empty) {
        return Err("the ID token names nobody");
    }
    match token.claims {
        Value::Object(claims) => Ok(claims),
        _ => Err("the ID token is not one"),
    }
}

/// Google has been called so, too.
fn is_issuer(expected: &Expected<'_>, issuer: &str) -> bool {
    let is_google = expected.kind == Kind::Google
        && expected.issuer == "https://accounts.google.com"
        && issuer == "accounts.google.com";
    issuer == expected.issuer || is_google
}

/// The token is for the client, and where it is for others, too, it was given to the client.
fn check_audience(claims: &Map<String, Value>, client_id: &str) -> Result<(), &'static str> {
    let another = Err("the ID token is for another client");
    let is_several = match claims.get("aud") {
        Some(Value::String(audience)) if audience == client_id => false,
        Some(Value::Array(audiences)) if audiences.iter().any(|audience| audience == client_id) => {
            audiences.len() > 1
        }
        _ => return another,
    };
    match claims.get("azp") {
        None if !is_several => Ok(()),
        Some(party) if party == client_id => Ok(()),
        _ => another,
    }
}

fn check_time(claims: &Map<String, Value>, now: i64) -> Result<(), &'static str> {
    // Some write fractions of seconds.
    let seconds = |name: &str| claims.get(name).and_then(Value::as_f64);
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds of this age of the world are exact"
    )]
    let (now, skew, oldest) = (now as f64, SKEW as f64, OLDEST as f64);
    let (Some(expires), Some(issued)) = (seconds("exp"), seconds("iat")) else {
        return Err("the ID token does not say when");
    };
    let is_early = seconds("nbf").is_some_and(|from| from > now + skew);
    if now >= expires + skew || is_early || issued > now + oldest || issued < now - oldest - skew {
        return Err("the ID token is not of now");
    }
    Ok(())
}
