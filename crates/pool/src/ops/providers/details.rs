//! `ProviderDetails`: what a provider of each type needs, and what the service adds to what was given.

use std::collections::BTreeMap;

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;

use crate::base::error::ApiError;

/// What is known of Facebook where nobody says which version of its API.
const FACEBOOK_API: &str = "v17.0";
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
pub fn check(kind: Kind, details: &BTreeMap<String, String>) -> Result<(), ApiError> {
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
    for name in URLS {
        if given(name).is_some_and(|url| !is_https(url)) {
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

/// Whether it is an HTTPS URL with a host and nothing before it.
fn is_https(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_clean = !url.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\');
    is_clean && !authority.is_empty() && !authority.starts_with(':') && !authority.contains('@')
}

fn missing(kind: Kind, name: &str) -> ApiError {
    let kind = kind.as_str();
    ApiError::invalid_parameter(format!(
        "The ProviderDetails of a provider of type {kind} need {name}."
    ))
}

/// Adds what the service shows of a provider beside what was given. Terraform expects these very values.
pub fn add_defaults(kind: Kind, details: &mut BTreeMap<String, String>) {
    let api = details
        .get("api_version")
        .cloned()
        .unwrap_or_else(|| FACEBOOK_API.to_owned());
    let defaults: Vec<(&str, String)> = match kind {
        Kind::Oidc => vec![("attributes_url_add_attributes", "false".to_owned())],
        Kind::Google => pairs(&GOOGLE),
        Kind::Facebook => vec![
            (
                "attributes_url",
                format!("https://graph.facebook.com/{api}/me?fields="),
            ),
            ("attributes_url_add_attributes", "true".to_owned()),
            (
                "authorize_url",
                format!("https://www.facebook.com/{api}/dialog/oauth"),
            ),
            ("token_request_method", "GET".to_owned()),
            (
                "token_url",
                format!("https://graph.facebook.com/{api}/oauth/access_token"),
            ),
        ],
        Kind::LoginWithAmazon => pairs(&AMAZON),
        Kind::SignInWithApple => pairs(&APPLE),
        Kind::Saml => Vec::new(),
    };
    for (name, value) in defaults {
        details.entry(name.to_owned()).or_insert(value);
    }
}

fn pairs(known: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
    known
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .collect()
}

const GOOGLE: [(&str, &str); 6] = [
    (
        "attributes_url",
        "https://people.googleapis.com/v1/people/me?personFields=",
    ),
    ("attributes_url_add_attributes", "true"),
    ("authorize_url", "https://accounts.google.com/o/oauth2/v2/auth"),
    ("oidc_issuer", "https://accounts.google.com"),
    ("token_request_method", "POST"),
    ("token_url", "https://www.googleapis.com/oauth2/v4/token"),
];

const AMAZON: [(&str, &str); 5] = [
    ("attributes_url", "https://api.amazon.com/user/profile"),
    ("attributes_url_add_attributes", "false"),
    ("authorize_url", "https://www.amazon.com/ap/oa"),
    ("token_request_method", "POST"),
    ("token_url", "https://api.amazon.com/auth/o2/token"),
];

const APPLE: [(&str, &str); 5] = [
    ("attributes_url_add_attributes", "false"),
    ("authorize_url", "https://appleid.apple.com/auth/authorize"),
    ("oidc_issuer", "https://appleid.apple.com"),
    ("token_request_method", "POST"),
    ("token_url", "https://appleid.apple.com/auth/token"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_urls_with_a_host_are_urls_of_a_provider() {
        for url in [
            "https://a.example",
            "https://a.example:8443/x?y",
            "https://[::1]/",
        ] {
            assert!(is_https(url), "{url}");
        }
        for url in [
            "http://a.example",
            "https://",
            "https:///x",
            "https://:443/",
            "https://b@a.example/",
            "https://a.example\\@b.example",
            "https://a.example/ x",
            "javascript:alert(1)",
            "",
        ] {
            assert!(!is_https(url), "{url}");
        }
    }
}
