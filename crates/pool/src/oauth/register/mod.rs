//! `/oauth2/register`: a client makes itself known (RFC 7591), where the pool lets it.
//!
//! By a token of an app client that may register others, or by nobody's leave, where that is open. What comes of it is an app client
//! that signs people in on the pages alone, whose people are asked first, and which goes again if nobody uses it. How many there are
//! is judged by the commit: each registration of a pool is counted after the one before.

mod metadata;

use poolhouse_api::Operation;
use poolhouse_api::shapes::{
    ClientTypeType, DcrConfigurationType, FeatureType, OAuthFlowType, RefreshTokenRotationType, StatusType,
    UserPoolClientType,
};
use poolhouse_crypto::random_id;
use poolhouse_store::{Batch, CommitError, Expect, Scan};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::denied::Denied;
use super::site::Site;
use crate::auth::claims::ADMIN_SCOPE;
use crate::auth::{access_token, client_secret};
use crate::base::error::ApiError;
use crate::base::hosted::{MOST_REGISTERED, Registration};
use crate::records::document::decode;
use crate::records::{
    ClientRecord, PassingReference, PoolRecord, RecordBatch, Reference, Registrations, load,
};
use crate::request::Ctx;
use crate::request::hosted::{self, REGISTER_SCOPE};
use metadata::{Allowed, Metadata, Method};

/// The scopes that need not be listed to be registered for.
const STANDARD: [&str; 4] = ["openid", "email", "phone", "profile"];
/// How often a registration is counted again that another one came before.
const RACES: usize = 16;
/// How many times as often one pool is registered with as from one address.
const OF_POOL: i64 = 10;
const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 24 * 3600;
/// App clients that a pool can have by the API; those that have registered themselves come on top.
const OTHERS: usize = 1_000;
/// In how many seconds an exchanged refresh token of a registered client is taken once more.
const GRACE_SECONDS: i64 = 10;

/// By whose leave a client registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leave {
    /// By that of an app client that has a token.
    Token,
    /// By nobody's.
    Open,
}

/// Answers a registration with these `Authorization` headers and this body.
///
/// # Errors
/// 404 where the pool has none of it, 403 for a kind that is off, 401 for a token that is none, 429 where there are too many; else
/// what is wrong with the metadata.
pub async fn run(ctx: &Ctx, site: &Site, headers: &[&str], body: &[u8]) -> Result<Value, Denied> {
    ctx.audit.serves(Operation::CreateUserPoolClient);
    let pool = &*site.pool.value;
    let Some(config) = enabled(pool) else {
        return Err(Denied::invalid_request().with_status(404));
    };
    let leave = leave(ctx, site, headers).await?;
    let flows = flows(config, leave).ok_or_else(|| Denied::new("access_denied").with_status(403))?;
    let settings = &ctx.app.settings.hosted.registration;
    if leave == Leave::Open {
        let most = (settings.per_hour, HOUR_SECONDS);
        let counted = ctx
            .app
            .foreign
            .registrations
            .take(ctx.asker.address, most, ctx.now);
        counted.map_err(too_many)?;
    }
    let allowed = Allowed {
        flows: &flows,
        secrets: leave == Leave::Token || settings.secrets,
        hosts: &settings.hosts,
    };
    let metadata = metadata::read(body, allowed)?;
    let scopes = scopes(ctx, pool, config, &metadata).await?;
    let secret = (metadata.method != Method::None).then(|| client_secret::generated(ctx));
    let record = record(ctx, pool.id(), &metadata, scopes, (leave, secret.as_ref()));
    write(ctx, site, &record, leave).await?;
    Ok(answer(ctx, &metadata, &record, secret))
}

/// Whether clients register themselves with a pool at all, for its discovery document.
pub fn is_enabled(pool: &PoolRecord) -> bool {
    enabled(pool).is_some()
}

fn enabled(pool: &PoolRecord) -> Option<&DcrConfigurationType> {
    let config = pool.settings.dcr_configuration.as_ref()?;
    (config.enable_status == Some(StatusType::Enabled)).then_some(config)
}

async fn leave(ctx: &Ctx, site: &Site, headers: &[&str]) -> Result<Leave, Denied> {
    let bad = || {
        let challenge = "Bearer error=\"invalid_token\"".to_owned();
        Denied::new("invalid_token")
            .with_status(401)
            .challenging(challenge)
    };
    let token = match headers {
        [] => return Ok(Leave::Open),
        [header] => header
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")),
        _ => None,
    };
    let (_, token) = token.ok_or_else(bad)?;
    let asked = access_token::authorize_client(ctx, token.trim_matches(' '), REGISTER_SCOPE).await;
    match asked {
        Ok((pool, client)) => {
            // One that has registered itself brings nobody else in.
            let may = pool.value.id() == site.pool.value.id() && !client.value.is_registered();
            if may { Ok(Leave::Token) } else { Err(bad()) }
        }
        Err(error) if error.status() >= 500 => Err(error.into()),
        Err(_) => Err(bad()),
    }
}

/// The flows that may be registered for, if any may.
fn flows(config: &DcrConfigurationType, leave: Leave) -> Option<Vec<OAuthFlowType>> {
    let of_token = [OAuthFlowType::Code, OAuthFlowType::ClientCredentials];
    let flows = match leave {
        Leave::Token => config.authenticated_grant_types.as_deref().unwrap_or(&of_token),
        Leave::Open if config.open_dcr_enabled != Some(true) => return None,
        Leave::Open => config.open_dcr_grant_types.as_deref().unwrap_or(&of_token[..1]),
    };
    // Tokens in a fragment are given to nobody who is not known.
    let flows = flows
        .iter()
        .copied()
        .filter(|flow| *flow != OAuthFlowType::Implicit);
    let flows: Vec<OAuthFlowType> = flows.collect();
    (!flows.is_empty()).then_some(flows)
}

fn too_many(seconds: i64) -> Denied {
    Denied::new("invalid_client_metadata")
        .saying("Too many clients have registered. Try again later.")
        .with_status(429)
        .after(seconds)
}

/// The scopes that the client is to have: those that it asks for, or all that are open to it.
async fn scopes(
    ctx: &Ctx,
    pool: &PoolRecord,
    config: &DcrConfigurationType,
    metadata: &Metadata,
) -> Result<Vec<String>, Denied> {
    let listed = config.allowed_scopes.iter().flatten().map(String::as_str);
    let listed = listed.filter(|scope| *scope != REGISTER_SCOPE);
    let standard = STANDARD.into_iter().filter(|_| !metadata.is_machine);
    let mut open: Vec<String> = Vec::new();
    for scope in standard.chain(listed) {
        if !open.iter().any(|held| held == scope) {
            open.push(scope.to_owned());
        }
    }
    let is_custom = |scope: &str| !STANDARD.contains(&scope) && scope != ADMIN_SCOPE;
    let invalid = || {
        let said = "scope has one that clients cannot register for here";
        Denied::new("invalid_client_metadata").saying(said)
    };
    let scopes = match &metadata.scopes {
        Some(asked) if !asked.iter().all(|scope| open.contains(scope)) => return Err(invalid()),
        Some(asked) => asked.clone(),
        None => open,
    };
    let mut kept = Vec::new();
    for scope in scopes {
        // One whose resource server has it no more is left out, as everywhere.
        let exists = !is_custom(&scope) || hosted::scope_exists(ctx, pool.id(), &scope).await?;
        if exists && !kept.contains(&scope) && (is_custom(&scope) || !metadata.is_machine) {
            kept.push(scope);
        }
    }
    if kept.is_empty() { Err(invalid()) } else { Ok(kept) }
}

fn record(
    ctx: &Ctx,
    pool_id: &str,
    metadata: &Metadata,
    scopes: Vec<String>,
    (leave, secret): (Leave, Option<&Zeroizing<String>>),
) -> ClientRecord {
    let id = random_id(26, &*ctx.platform().entropy);
    let secret = secret.map(|secret| client_secret::sealed(ctx, pool_id, &id, secret, &[]));
    let flow = match metadata.is_machine {
        true => OAuthFlowType::ClientCredentials,
        false => OAuthFlowType::Code,
    };
    let days = i64::from(ctx.app.settings.hosted.registration.unused_days);
    ClientRecord {
        settings: UserPoolClientType {
            user_pool_id: Some(pool_id.to_owned()),
            client_id: Some(id),
            client_name: Some(metadata.name.clone()),
            client_type: Some(ClientTypeType::Dcr),
            creation_date: Some(ctx.now.timestamp()),
            last_modified_date: Some(ctx.now.timestamp()),
            callback_urls: Some(metadata.redirect_uris.clone()).filter(|uris| !uris.is_empty()),
            allowed_oauth_flows: Some(vec![flow]),
            allowed_oauth_scopes: Some(scopes),
            allowed_oauth_flows_user_pool_client: Some(true),
            enable_token_revocation: Some(true),
            // A stolen refresh token of a client without a secret is noticed by its second use alone.
            refresh_token_rotation: Some(RefreshTokenRotationType {
                feature: FeatureType::Enabled,
                retry_grace_period_seconds: Some(GRACE_SECONDS),
            }),
            ..UserPoolClientType::default()
        },
        secrets: secret.into_iter().collect(),
        risk: None,
        sso_minutes: None,
        unused_until: (leave == Leave::Open).then(|| ctx.now.plus_seconds(days * DAY_SECONDS)),
    }
}

/// Writes the client, counted among those of its pool.
async fn write(ctx: &Ctx, site: &Site, record: &ClientRecord, leave: Leave) -> Result<(), Denied> {
    let pool_id = site.pool.value.id();
    let settings = &ctx.app.settings.hosted.registration;
    for _ in 0..RACES {
        let before = load(ctx.platform(), &Registrations::key(pool_id)).await?;
        let hour = before.as_ref().map(|held| held.value).unwrap_or_default();
        let counted = hour.and_one(ctx.now);
        if leave == Leave::Open && counted.count > i64::from(settings.per_hour) * OF_POOL {
            return Err(too_many(hour.rest(ctx.now)));
        }
        check_room(ctx, pool_id, settings).await?;
        let key = Registrations::key(pool_id);
        let batch = match &before {
            Some(before) => Batch::new().replace(before, &counted),
            None => Batch::new().create(key.clone(), &counted),
        };
        let batch = batch
            .check(site.pool.key.clone(), Expect::Present)
            .create(ClientRecord::key(pool_id, record.id()), record)
            .merge(referring(pool_id, record));
        match ctx.platform().commit(batch).await {
            Ok(_) => return Ok(()),
            Err(CommitError::Conflict { key: lost }) if lost == key.as_str() => {}
            Err(CommitError::Conflict { .. }) => return Err(ApiError::concurrent_modification().into()),
            Err(error) => return Err(error.into()),
        }
    }
    Err(ApiError::too_many_requests().into())
}

/// From the client to its pool; for as long as the client itself.
fn referring(pool_id: &str, record: &ClientRecord) -> Batch {
    let (key, to) = (ClientRecord::pool_key(record.id()), Reference(pool_id.to_owned()));
    match record.unused_until {
        None => Batch::new().create(key, &to),
        Some(until) => Batch::new().create(PassingReference::key(&key), &PassingReference { to, until }),
    }
}

async fn check_room(ctx: &Ctx, pool_id: &str, settings: &Registration) -> Result<(), Denied> {
    let scan = Scan::prefix(ClientRecord::all(pool_id), OTHERS + 2 * MOST_REGISTERED);
    let mut count = 0;
    for row in ctx.platform().scan(scan).await? {
        let client = decode::<ClientRecord>(row)?.value;
        let is_there = client.unused_until.is_none_or(|until| ctx.now < until);
        count += usize::from(client.is_registered() && is_there);
    }
    match count < settings.clients {
        true => Ok(()),
        false => Err(too_many(HOUR_SECONDS)),
    }
}

fn answer(ctx: &Ctx, metadata: &Metadata, record: &ClientRecord, secret: Option<Zeroizing<String>>) -> Value {
    let mut members = Map::new();
    members.insert("client_id".to_owned(), json!(record.id()));
    members.insert("client_id_issued_at".to_owned(), json!(ctx.now.seconds()));
    if let Some(secret) = secret {
        members.insert("client_secret".to_owned(), json!(secret.as_str()));
        members.insert("client_secret_expires_at".to_owned(), json!(0));
    }
    let (grants, responses) = match metadata.is_machine {
        true => (&["client_credentials"][..], &[][..]),
        false => (&["authorization_code", "refresh_token"][..], &["code"][..]),
    };
    let scopes = record
        .settings
        .allowed_oauth_scopes
        .as_deref()
        .unwrap_or_default();
    for (name, value) in [
        ("redirect_uris", json!(metadata.redirect_uris)),
        ("grant_types", json!(grants)),
        ("response_types", json!(responses)),
        ("token_endpoint_auth_method", json!(metadata.method.text())),
        ("client_name", json!(metadata.name)),
        ("scope", json!(scopes.join(" "))),
    ] {
        members.insert(name.to_owned(), value);
    }
    Value::Object(members)
}
