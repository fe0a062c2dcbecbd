//! What the service adds to what was given of an identity provider: the addresses of the well-known ones, and whose name is whose.

use std::collections::BTreeMap;

use poolhouse_api::shapes::IdentityProviderTypeType as Kind;

/// What is known of Facebook where nobody says which version of its API.
const FACEBOOK_API: &str = "v17.0";
/// The attribute of a mapping that is no attribute: by what a provider knows somebody.
pub const USERNAME: &str = "username";

/// Adds what the service shows of a provider beside what was given. Terraform expects these very values.
pub fn add(kind: Kind, details: &mut BTreeMap<String, String>) {
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

/// The mapping of a provider for which none was given.
pub fn mapping(kind: Kind) -> BTreeMap<String, String> {
    let subject = match kind {
        Kind::Oidc | Kind::Google | Kind::SignInWithApple => "sub",
        Kind::Facebook => "id",
        Kind::LoginWithAmazon => "user_id",
        Kind::Saml => return BTreeMap::new(),
    };
    BTreeMap::from([(USERNAME.to_owned(), subject.to_owned())])
}
