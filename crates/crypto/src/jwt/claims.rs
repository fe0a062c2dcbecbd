//! What a verified token says, against what it should say.

use std::fmt;

use serde_json::Value;

/// What a token must say to be accepted.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// `iss`, exactly.
    pub issuer: &'a str,
    /// `token_use`: `access` or `id`. One is never taken for the other.
    pub token_use: &'a str,
    /// Seconds since 1970.
    pub now: i64,
}

/// Checks the claims that every token of a pool carries. The clocks are the server's own, so no skew is allowed: a token
/// is good from `nbf` (if it has one) and until the second before `exp`.
///
/// # Errors
/// [`BadClaims`], the first that applies.
pub fn check_claims(claims: &Value, expected: &Expected<'_>) -> Result<(), BadClaims> {
    if claims["iss"].as_str() != Some(expected.issuer) {
        return Err(BadClaims::Issuer);
    }
    if claims["token_use"].as_str() != Some(expected.token_use) {
        return Err(BadClaims::TokenUse);
    }
    let expiry = claims["exp"].as_i64().ok_or(BadClaims::Expired)?;
    if expected.now >= expiry {
        return Err(BadClaims::Expired);
    }
    match claims.get("nbf") {
        None => Ok(()),
        Some(start) => match start.as_i64() {
            Some(start) if start <= expected.now => Ok(()),
            _ => Err(BadClaims::NotYetValid),
        },
    }
}

/// Which claim does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadClaims {
    /// Another pool's token, or nobody's.
    Issuer,
    /// An ID token in the place of an access token, or the reverse.
    TokenUse,
    /// `exp` has come, or is not a whole number.
    Expired,
    /// `nbf` has not come, or is not a whole number.
    NotYetValid,
}

impl fmt::Display for BadClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Issuer => "the token was issued by another pool",
            Self::TokenUse => "the token is of the other kind",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "the token is not valid yet",
        })
    }
}

impl std::error::Error for BadClaims {}
