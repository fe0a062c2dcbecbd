//! The claims of ID and access tokens, in the order in which the service writes them, and what a PreTokenGeneration
//! function may change of them.

use serde_json::{Map, Value, json};

use crate::base::clock::Millis;
use crate::records::{ClientRecord, PoolRecord, UserRecord};
use crate::triggers::events::{Groups, Override};

/// The scope of tokens that the API itself issues.
pub const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

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
}

/// Claims no function can change.
const FIXED: &[&str] = &[
    "acr",
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
    claims.insert("client_id".into(), json!(issue.client.id()));
    if let Some(origin) = issue.origin_jti {
        claims.insert("origin_jti".into(), json!(origin));
    }
    claims.insert("event_id".into(), json!(issue.event_id));
    claims.insert("token_use".into(), json!("access"));
    claims.insert("scope".into(), json!(scope(change)));
    claims.insert("auth_time".into(), json!(issue.auth_time.seconds()));
    claims.insert("exp".into(), json!(expires.seconds()));
    claims.insert("iat".into(), json!(issue.now.seconds()));
    claims.insert("jti".into(), json!(jti));
    claims.insert("username".into(), json!(issue.user.username));
    apply(&mut claims, change);
    // The one exception to what is fixed: an audience equal to the client may be added to the access token.
    if change.add.get("aud").and_then(Value::as_str) == Some(issue.client.id()) {
        claims.insert("aud".into(), json!(issue.client.id()));
    }
    Value::Object(claims)
}

/// The claims of an ID token: the user's attributes as far as the client may read them.
pub fn id(issue: &Issue<'_>, groups: &Groups, change: &Override, expires: Millis, jti: String) -> Value {
    let mut claims = Map::new();
    claims.insert("sub".into(), json!(issue.user.sub));
    if !groups.groups.is_empty() {
        claims.insert("cognito:groups".into(), json!(groups.groups));
    }
    if let Some(role) = &groups.preferred_role {
        claims.insert("cognito:preferred_role".into(), json!(role));
    }
    claims.insert("iss".into(), json!(issue.issuer));
    claims.insert("cognito:username".into(), json!(issue.user.username));
    if let Some(origin) = issue.origin_jti {
        claims.insert("origin_jti".into(), json!(origin));
    }
    if !groups.roles.is_empty() {
        claims.insert("cognito:roles".into(), json!(groups.roles));
    }
    claims.insert("aud".into(), json!(issue.client.id()));
    claims.insert("event_id".into(), json!(issue.event_id));
    claims.insert("token_use".into(), json!("id"));
    claims.insert("auth_time".into(), json!(issue.auth_time.seconds()));
    claims.insert("exp".into(), json!(expires.seconds()));
    claims.insert("iat".into(), json!(issue.now.seconds()));
    claims.insert("jti".into(), json!(jti));
    for (name, value) in &issue.user.attributes {
        if crate::users::attributes::readable(issue.pool, issue.client, name) {
            claims.insert(name.clone(), attribute_claim(name, value));
        }
    }
    apply(&mut claims, change);
    Value::Object(claims)
}

/// An attribute as a claim: the verified flags are booleans and `updated_at` a number, `address` an object; custom
/// attributes are strings whatever their type.
fn attribute_claim(name: &str, value: &str) -> Value {
    match name {
        "email_verified" | "phone_number_verified" => json!(value == "true"),
        "updated_at" => value
            .parse::<i64>()
            .map_or_else(|_| json!(value), |number| json!(number)),
        "address" => json!({ "formatted": value }),
        _ => json!(value),
    }
}

fn scope(change: &Override) -> String {
    let mut scopes = vec![ADMIN_SCOPE];
    scopes.extend(
        change
            .add_scopes
            .iter()
            .map(String::as_str)
            .filter(|scope| *scope != ADMIN_SCOPE),
    );
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
