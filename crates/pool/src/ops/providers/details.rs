//! `ProviderDetails`: what a provider of each type needs.

use std::collections::BTreeMap;

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;

use crate::base::error::ApiError;
use crate::oauth::federation::address;
use crate::request::Ctx;

/// Entries of `ProviderDetails`: more than any type has.
const MOST: usize = 40;
/// Bytes of all of them together; a metadata file may have 131,072 characters.
const LONGEST: usize = 256 * 1024;

/// The only name that a provider of this type can have.
pub fn fixed_name(kind: Kind) -> Option<&'static str> {
    matches!(
        kind,
        Kind::Facebook | Kind::Google | Kind::LoginWithAmazon | Kind::SignInWithApple
    )
    .then(|| kind.as_str())
}

/// Checks the details of a provider.
///
/// # Errors
/// `InvalidParameterException` for one that is missing, or that cannot be what it says.
pub fn check(ctx: &Ctx, kind: Kind, details: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let given = |name: &str| details.get(name).filter(|value| !value.is_empty());
    let lengths = details.iter().map(|(name, value)| name.len() + value.len());
    if details.len() > MOST || lengths.sum::<usize>() > LONGEST {
        return Err(ApiError::invalid_parameter("ProviderDetails are too large."));
    }
    for name in needed(kind) {
        if given(name).is_none() {
            return Err(missing(kind, name));
        }
    }
    if kind == Kind::Saml {
        check_saml(details)?;
    }
    let is_choice =
        |name: &str, choices: &[&str]| given(name).is_none_or(|value| choices.contains(&value.as_str()));
    if !is_choice("attributes_request_method", &["GET", "POST"]) {
        return Err(ApiError::invalid_parameter(
            "attributes_request_method must be GET or POST.",
        ));
    }
    let allowed = &ctx.app.settings.hosted.fetch_allow;
    for name in URLS {
        if given(name).is_some_and(|url| !address::may_be(url, allowed)) {
            return Err(ApiError::invalid_parameter(format!(
                "{name} must be an HTTPS URL."
            )));
        }
    }
    Ok(())
}

/// What must be there.
fn needed(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Oidc => &[
            "client_id",
            "client_secret",
            "authorize_scopes",
            "oidc_issuer",
            "attributes_request_method",
        ],
        Kind::Google | Kind::Facebook | Kind::LoginWithAmazon => {
            &["client_id", "client_secret", "authorize_scopes"]
        }
        Kind::SignInWithApple => &[
            "client_id",
            "team_id",
            "key_id",
            "private_key",
            "authorize_scopes",
        ],
        Kind::Saml => &[],
    }
}

const URLS: [&str; 6] = [
    "oidc_issuer",
    "authorize_url",
    "token_url",
    "attributes_url",
    "jwks_uri",
    "MetadataURL",
];

fn check_saml(details: &BTreeMap<String, String>) -> Result<(), ApiError> {
    let has = |name: &str| details.get(name).is_some_and(|value| !value.is_empty());
    if has("MetadataURL") == has("MetadataFile") {
        return Err(ApiError::invalid_parameter(
            "A provider of type SAML needs either MetadataURL or MetadataFile.",
        ));
    }
    let algorithm = details.get("RequestSigningAlgorithm");
    if algorithm.is_some_and(|algorithm| algorithm != "rsa-sha256") {
        return Err(ApiError::invalid_parameter(
            "RequestSigningAlgorithm must be rsa-sha256.",
        ));
    }
    let is_flag = |name: &&str| {
        details
            .get(*name)
            .is_none_or(|value| value == "true" || value == "false")
    };
    match ["IDPSignout", "IDPInit", "EncryptedResponses"]
        .iter()
        .find(|name| !is_flag(name))
    {
        Some(name) => Err(ApiError::invalid_parameter(format!(
            "{name} must be true or false."
        ))),
        None => Ok(()),
    }
}

fn missing(kind: Kind, name: &str) -> ApiError {
    let kind = kind.as_str();
    ApiError::invalid_parameter(format!(
        "The ProviderDetails of a provider of type {kind} need {name}."
    ))
}
