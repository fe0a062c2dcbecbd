//! The claims of ID and access tokens, in the order in which the service writes them, and what a PreTokenGeneration
//! function may change of them.

use serde_json::{Map, Value, json};

use super::scopes;
use crate::base::clock::Millis;
use crate::records::{ClientRecord, LinkedIdentity, PoolRecord, UserRecord};
use crate::triggers::events::{Groups, Override};
use crate::users::attributes;

/// The scope of tokens that the API itself issues.
pub const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// The scope with which there is an ID token.
pub const OPENID: &str = "openid";

/// The claim that binds an ID token to the access token beside it.
pub const AT_HASH: &str = "at_hash";

/// What tokens say beyond those of the API, where hosted login granted them.
pub struct Hosted<'a> {
    /// The scopes.
    pub scopes: &'a [String],
    /// The resource that the access token is for.
    pub resource: Option<&'a str>,
    /// How the person proved who it is.
    pub amr: &'a [String],
    /// What the client sent to find again in the ID token.
    pub nonce: Option<&'a str>,
    /// The client's id, where it is a URL: the app client is then only whose settings it has.
    pub client_url: Option<&'a str>,
}

impl Hosted<'_> {
    /// Whether a scope was granted.
    pub fn has(&self, scope: &str) -> bool {
        self.scopes.iter().any(|granted| granted == scope)
    }
}

/// What both tokens of one issue share.
pub struct Issue<'a> {
    /// The pool.
    pub pool: &'a PoolRecord,
    /// The app client.
    pub client: &'a ClientRecord,
    /// The user.
    pub user: &'a UserRecord,
    /// `iss`
    pub issuer: String,
    /// `origin_jti`, where the client's tokens can be revoked.
    pub origin_jti: Option<&'a str>,
    /// `device_key`, of a sign-in that is on a device.
    pub device_key: Option<&'a str>,
    /// `event_id`
    pub event_id: &'a str,
    /// `auth_time`
    pub auth_time: Millis,
    /// `iat`
    pub now: Millis,
    /// What hosted login granted; `None` for the API's own tokens.
    pub hosted: Option<Hosted<'a>>,
}

impl Issue<'_> {
    /// The client's id, where it is a URL.
    fn client_url(&self) -> Option<&str> {
        self.hosted.as_ref()?.client_url
    }
}

/// Claims no function can change.
const FIXED: &[&str] = &[
    "acr",
    "act",
    "amr",
    "at_hash",
    "auth_time",
    "azp",
    "aud",
    "client_id",
    "device_key",
    "event_id",
    "exp",
    "iat",
    "identities",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "sub",
    "token_use",
    "username",
    "version",
];

/// The claims of an access token.
pub fn access(issue: &Issue<'_>, groups: &Groups, change: &Override, expires: Millis, jti: String) -> Value {
    let mut claims = Map::new();
    claims.insert("sub".into(), json!(issue.user.sub));
    if let Some(device_key) = issue.device_key {
        claims.insert("device_key".into(), json!(device_key));
    }
    if !groups.groups.is_empty() {
        claims.insert("cognito:groups".into(), json!(groups.groups));
    }
    claims.insert("iss".into(), json!(issue.issuer));
    if let Some(hosted) = &issue.hosted {
        claims.insert("version".into(), json!(2));
        if let Some(resource) = hosted.resource {
            claims.insert("aud".into(), json!(resource));
        }
    }
    claims.insert("client_id".into(), json!(issue.client.id()));
    if let Some(url) = issue.client_url() {
        claims.insert("azp".into(), json!(url));
    }
    if let Some(origin) = issue.origin_jti {
        claims.insert("origin_jti".into(), json!(origin));
    }
    claims.insert("event_id".into(), json!(issue.event_id));
    claims.insert("token_use".into(), json!("access"));
    let granted = match &issue.hosted {
        Some(hosted) => scope(hosted.scopes.iter().map(String::as_str), change),
        None => scope([ADMIN_SCOPE].into_iter(), change),
    };
    claims.insert("scope".into(), json!(granted));
    claims.insert("auth_time".into(), json!(issue.auth_time.seconds()));
    claims.insert("exp".into(), json!(expires.seconds()));
    claims.insert("iat".into(), json!(issue.now.seconds()));
    claims.insert("jti".into(), json!(jti));
    claims.insert("username".into(), json!(issue.user.username));
    apply(&mut claims, change);
    // The one exception to what is fixed: an audience equal to the client may be added to the access token.
    let is_bound = issue
        .hosted
        .as_ref()
        .is_some_and(|hosted| hosted.resource.is_some());
    if !is_bound && change.add.get("aud").and_then(Value::as_str) == Some(issue.client.id()) {
        claims.insert("aud".into(), json!(issue.client.id()));
    }
    Value::Object(claims)
}

/// The claims of an ID token: the user's attributes as far as the client may read them.
///
/// Beside an access token of hosted login it has [`AT_HASH`], empty until that token is signed.
pub fn id(issue: &Issue<'_>, groups: &Groups, change: &Override, expires: Millis, jti: String) -> Value {
    let mut claims = Map::new();
    if issue.hosted.is_some() {
        claims.insert(AT_HASH.into(), json!(""));
    }
    claims.insert("sub".into(), json!(issue.user.sub));
    if !groups.groups.is_empty() {
        claims.insert("cognito:groups".into(), json!(groups.groups));
    }
    if let Some(role) = &groups.preferred_role {
        claims.insert("cognito:preferred_role".into(), json!(role));
    }
    claims.insert("iss".into(), json!(issue.issuer));
    claims.insert("cognito:username".into(), json!(issue.user.username));
    if let Some(nonce) = issue.hosted.as_ref().and_then(|hosted| hosted.nonce) {
        claims.insert("nonce".into(), json!(nonce));
    }
    if let Some(origin) = issue.origin_jti {
        claims.insert("origin_jti".into(), json!(origin));
    }
    if !groups.roles.is_empty() {
        claims.insert("cognito:roles".into(), json!(groups.roles));
    }
    claims.insert(
        "aud".into(),
        json!(issue.client_url().unwrap_or(issue.client.id())),
    );
    if let Some(url) = issue.client_url() {
        claims.insert("azp".into(), json!(url));
    }
    claims.insert("event_id".into(), json!(issue.event_id));
    claims.insert("token_use".into(), json!("id"));
    claims.insert("auth_time".into(), json!(issue.auth_time.seconds()));
    if let Some(hosted) = issue.hosted.as_ref().filter(|hosted| !hosted.amr.is_empty()) {
        claims.insert("amr".into(), json!(hosted.amr));
    }
    claims.insert("exp".into(), json!(expires.seconds()));
    claims.insert("iat".into(), json!(issue.now.seconds()));
    claims.insert("jti".into(), json!(jti));
    for (name, value) in &issue.user.attributes {
        let is_granted = issue
            .hosted
            .as_ref()
            .is_none_or(|hosted| scopes::shows(hosted.scopes, name));
        if is_granted && attributes::readable(issue.pool, issue.client, name) {
            claims.insert(name.clone(), attribute_claim(name, value));
        }
    }
    if !issue.user.identities.is_empty() {
        let identities = issue.user.identities.iter().map(LinkedIdentity::claimed);
        claims.insert("identities".into(), identities.collect());
    }
    apply(&mut claims, change);
    Value::Object(claims)
}

/// An attribute as a claim: the verified flags are booleans and `updated_at` a number, `address` an object; custom
/// attributes are strings whatever their type.
pub fn attribute_claim(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => json!(value == "true"),
        "updated_at" => value
            .parse::<i64>()
            .map_or_else(|_| json!(value), |number| json!(number)),
        "address" => json!({ "formatted": value }),
        _ => json!(value),
    }
}

/// The claims of the access token of a client that asked for itself, from this moment until that.
pub fn of_client(
    client: &ClientRecord,
    issuer: &str,
    scopes: &[String],
    change: &Override,
    (now, expires): (Millis, Millis),
    jti: String,
) -> Value {
    let mut claims = Map::new();
    claims.insert("sub".into(), json!(client.id()));
    claims.insert("token_use".into(), json!("access"));
    claims.insert(
        "scope".into(),
        json!(scope(scopes.iter().map(String::as_str), change)),
    );
    claims.insert("auth_time".into(), json!(now.seconds()));
    claims.insert("iss".into(), json!(issuer));
    claims.insert("exp".into(), json!(expires.seconds()));
    claims.insert("iat".into(), json!(now.seconds()));
    claims.insert("version".into(), json!(2));
    claims.insert("jti".into(), json!(jti));
    claims.insert("client_id".into(), json!(client.id()));
    apply(&mut claims, change);
    Value::Object(claims)
}

fn scope<'a>(granted: impl Iterator<Item = &'a str>, change: &'a Override) -> String {
    let mut scopes: Vec<&str> = granted.collect();
    for added in &change.add_scopes {
        if !scopes.contains(&added.as_str()) {
            scopes.push(added);
        }
    }
    scopes.retain(|scope| !change.suppress_scopes.iter().any(|gone| gone == scope));
    scopes.join(" ")
}

fn apply(claims: &mut Map<String, Value>, change: &Override) {
    for (name, value) in &change.add {
        if changeable(name) {
            claims.insert(name.clone(), value.clone());
        }
    }
    for name in &change.suppress {
        match name.as_str() {
            "cognito:groups" => {
                for gone in ["cognito:groups", "cognito:roles", "cognito:preferred_role"] {
                    claims.shift_remove(gone);
                }
            }
            name if changeable(name) => {
                claims.shift_remove(name);
            }
            _ => {}
        }
    }
}

fn changeable(name: &str) -> bool {
    !FIXED.contains(&name) && !name.starts_with("cognito:") && !name.starts_with("dev:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(add: Value, suppress: &[&str]) -> Override {
        Override {
            add: add.as_object().cloned().unwrap_or_default(),
            suppress: suppress.iter().map(|name| (*name).to_owned()).collect(),
            ..Override::default()
        }
    }

    #[test]
    fn a_function_cannot_change_who_the_token_is_about() {
        let mut claims = json!({"sub": "s", "iss": "i", "email": "e"})
            .as_object()
            .cloned()
            .unwrap();
        apply(
            &mut claims,
            &change(
                json!({"sub": "other", "cognito:username": "other", "tier": "gold"}),
                &["iss"],
            ),
        );
        assert_eq!(
            Value::Object(claims),
            json!({"sub": "s", "iss": "i", "email": "e", "tier": "gold"})
        );
    }

    #[test]
    fn suppressing_beats_adding() {
        let mut claims = Map::new();
        apply(&mut claims, &change(json!({"tier": "gold"}), &["tier"]));
        assert!(claims.is_empty());
    }

    #[test]
    fn suppressing_groups_removes_roles_too() {
        let mut claims =
            json!({"cognito:groups": ["g"], "cognito:roles": ["r"], "cognito:preferred_role": "r", "sub": "s"})
                .as_object()
                .cloned()
                .unwrap();
        apply(&mut claims, &change(json!({}), &["cognito:groups"]));
        assert_eq!(Value::Object(claims), json!({"sub": "s"}));
    }

    #[test]
    fn verified_flags_are_booleans_and_custom_attributes_strings() {
        assert_eq!(attribute_claim("email_verified", "true"), json!(true));
        assert_eq!(attribute_claim("custom:n", "7"), json!("7"));
        assert_eq!(
            attribute_claim("address", "Lane 1"),
            json!({"formatted": "Lane 1"})
        );
        assert_eq!(attribute_claim("updated_at", "1754300000"), json!(1_754_300_000));
    }
}
