//! What a client finds out by itself: the endpoints of a pool, and what they take.

use poolhouse_store::Scan;
use serde_json::{Map, Value, json};

use super::token_exchange::endpoint::GRANT;
use super::{register, site};
use crate::auth::issuer;
use crate::auth::scopes::{EMAIL, PHONE, PROFILE};
use crate::base::error::ApiError;
use crate::records::{CimdPolicyRecord, ClientRecord, DomainRecord};
use crate::request::{Ctx, hosted};

/// The endpoints that answer, and their paths below a domain.
const ENDPOINTS: [(&str, &str); 5] = [
    ("authorization_endpoint", "/oauth2/authorize"),
    ("end_session_endpoint", "/logout"),
    ("revocation_endpoint", "/oauth2/revoke"),
    ("token_endpoint", "/oauth2/token"),
    ("userinfo_endpoint", "/oauth2/userInfo"),
];
/// The path at which clients register themselves.
const REGISTER: &str = "/oauth2/register";
/// The path of `userInfo`, which is a protected resource.
pub const USER_INFO: &str = "/oauth2/userInfo";
/// The grants that some client may have.
const GRANTS: [&str; 4] = [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "implicit",
];
/// How clients authenticate themselves.
const AUTHENTICATION: [&str; 2] = ["client_secret_basic", "client_secret_post"];
/// The scopes that every pool has, without those that speak of the API or of somebody's resources.
const SCOPES: [&str; 4] = ["openid", "email", "phone", "profile"];
/// What tokens and `userInfo` say beside attributes.
const CLAIMS: [&str; 11] = [
    "sub",
    "aud",
    "iss",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "at_hash",
    "amr",
    "cognito:groups",
    "cognito:username",
];

/// Everything that may be said of somebody: the attributes of each scope, and the one that no scope has.
fn claims() -> Vec<&'static str> {
    [&CLAIMS[..], &EMAIL, &PHONE, &PROFILE, &["address"]].concat()
}

/// The discovery document of a pool, its members in the order of the alphabet; `None` if there is no such pool. Without a domain it
/// names no endpoint, for there is none.
///
/// # Errors
/// When the store fails.
pub async fn document(ctx: &Ctx, pool_id: &str) -> Result<Option<Value>, ApiError> {
    let pool = match ctx.pool(pool_id).await {
        Ok(pool) => pool.value,
        Err(error) if error.status() < 500 => return Ok(None),
        Err(error) => return Err(error),
    };
    let issuer = issuer::issuer(ctx, pool_id);
    let mut members = vec![
        ("id_token_signing_alg_values_supported", json!(["RS256"])),
        ("jwks_uri", json!(format!("{issuer}/.well-known/jwks.json"))),
        ("issuer", json!(issuer)),
        ("response_types_supported", json!(["code", "token"])),
        ("scopes_supported", json!(SCOPES)),
        ("subject_types_supported", json!(["public"])),
        ("token_endpoint_auth_methods_supported", json!(AUTHENTICATION)),
    ];
    // A custom domain is what people are to see, where there are two.
    let domains = hosted::domains_of(ctx, pool_id).await?;
    let custom = domains.iter().find(|domain| domain.value.custom.is_some());
    if let Some(domain) = custom.or(domains.first()) {
        members.retain(|(name, _)| *name != "token_endpoint_auth_methods_supported");
        members.extend(with_domain(ctx, &domain.value));
        let exchanges = Scan::prefix(ClientRecord::exchanges(pool_id), 1);
        let mut grants = GRANTS.to_vec();
        if !ctx.platform().scan(exchanges).await?.is_empty() {
            grants.push(GRANT);
        }
        members.push(("grant_types_supported", json!(grants)));
        if register::is_enabled(&pool) {
            let base = site::base(&ctx.app.settings, &domain.value);
            members.push(("registration_endpoint", json!(format!("{base}{REGISTER}"))));
        }
        let policies = Scan::prefix(CimdPolicyRecord::all(pool_id), 1);
        if !ctx.platform().scan(policies).await?.is_empty() {
            members.push(("client_id_metadata_document_supported", json!(true)));
        }
    }
    members.sort_unstable_by_key(|(name, _)| *name);
    let members = members.into_iter().map(|(name, value)| (name.to_owned(), value));
    Ok(Some(Value::Object(members.collect::<Map<_, _>>())))
}

/// What there is with a domain.
fn with_domain(ctx: &Ctx, domain: &DomainRecord) -> Vec<(&'static str, Value)> {
    let settings = &ctx.app.settings;
    let base = site::base(settings, domain);
    let with_none = [AUTHENTICATION[0], AUTHENTICATION[1], "none"];
    let mut members: Vec<(&'static str, Value)> = ENDPOINTS
        .iter()
        .map(|(name, path)| (*name, json!(format!("{base}{path}"))))
        .collect();
    members.extend([
        ("claims_parameter_supported", json!(false)),
        ("claims_supported", json!(claims())),
        ("code_challenge_methods_supported", json!(["S256"])),
        ("request_parameter_supported", json!(false)),
        ("request_uri_parameter_supported", json!(false)),
        ("response_modes_supported", json!(["query", "fragment"])),
        ("revocation_endpoint_auth_methods_supported", json!(with_none)),
        ("token_endpoint_auth_methods_supported", json!(with_none)),
    ]);
    if settings.hosted.iss_in_response {
        members.push(("authorization_response_iss_parameter_supported", json!(true)));
    }
    members
}

/// The metadata of `userInfo` as a protected resource (RFC 9728).
pub fn protected_resource(ctx: &Ctx, site: &site::Site) -> Value {
    json!({
        "resource": format!("{}{USER_INFO}", site.base),
        "authorization_servers": [issuer::issuer(ctx, site.pool.value.id())],
        "scopes_supported": SCOPES,
        "bearer_methods_supported": ["header", "body"],
    })
}
