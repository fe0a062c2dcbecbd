//! A token that follows from another one: of the same sign-in, for another client, and saying no more (RFC 8693).

use poolhouse_crypto::uuid_v4;
use serde_json::{Value, json};

use super::claims::{self, Hosted, Issue};
use super::issue::{self, Grant};
use super::issuer::{issuer, pool_keys};
use super::lifetimes::{access_seconds, id_seconds};
use super::verified::Kind;
use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, RefreshRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{Metadata, TokenGenerationSource};
use crate::users::groups;

/// What a token is made from that follows from another one.
pub struct Derived<'a> {
    /// The pool.
    pub pool: &'a PoolRecord,
    /// The app client that it is for.
    pub client: &'a ClientRecord,
    /// The user.
    pub user: &'a UserRecord,
    /// The sign-in's family, whose end is the token's, too.
    pub family: &'a RefreshRecord,
    /// The family's id.
    pub origin_jti: &'a str,
    /// Which token is made.
    pub kind: Kind,
    /// The scopes.
    pub scopes: &'a [String],
    /// For whom it is, beside the client: its `aud`.
    pub audience: Option<&'a str>,
    /// Who acts for the user: its `act`.
    pub act: Option<&'a Value>,
    /// When the other token ends, which this one does not outlive.
    pub until: Millis,
}

/// A token, and for how many seconds it is good.
pub struct Made {
    /// The token.
    pub token: String,
    /// Its life.
    pub seconds: i64,
}

/// Makes the token.
///
/// # Errors
/// When PreTokenGeneration denies or the pool's keys cannot be had.
pub async fn derive(ctx: &Ctx, derived: &Derived<'_>) -> Result<Made, ApiError> {
    let Derived { pool, client, .. } = derived;
    let own = groups::claimed(ctx, pool, derived.user).await?;
    let scopes: Vec<&str> = derived.scopes.iter().map(String::as_str).collect();
    let grant = Grant {
        pool,
        client,
        user: derived.user,
        origin_jti: derived.origin_jti,
        family: derived.family,
        source: TokenGenerationSource::HostedAuth,
        metadata: &Metadata::new(),
        scopes: Some(derived.scopes),
        nonce: None,
    };
    let change = issue::pre_token_generation(ctx, &grant, &own, &scopes).await?;
    let groups = change.groups.as_ref().unwrap_or(&own);
    let issue = issue_of(ctx, derived);
    let life = match derived.kind {
        Kind::Access => access_seconds(&client.settings),
        Kind::Id => id_seconds(&client.settings),
    };
    let seconds = life.min(derived.until.seconds() - ctx.now.seconds());
    let expires = ctx.now.plus_seconds(seconds);
    let jti = uuid_v4(&*ctx.platform().entropy);
    let mut claims = match derived.kind {
        Kind::Access => claims::access(&issue, groups, &change.access_token, expires, jti),
        Kind::Id => claims::id(&issue, groups, &change.id_token, expires, jti),
    };
    say_what_it_follows_from(&mut claims, derived);
    let signing_keys = pool_keys(ctx, pool.id()).await?;
    let pair = signing_keys.signing(ctx.now);
    let pair = pair.ok_or_else(|| ApiError::internal("a user pool has no signing keys"))?;
    let key = match derived.kind {
        Kind::Access => &pair.access,
        Kind::Id => &pair.id,
    };
    let token = ctx.platform().cpu.go_on(|| key.sign(&claims)).await?;
    Ok(Made {
        token: token.map_err(ApiError::internal)?,
        seconds,
    })
}

fn issue_of<'a>(ctx: &Ctx, derived: &Derived<'a>) -> Issue<'a> {
    let granted = derived.family.granted.as_ref();
    Issue {
        pool: derived.pool,
        client: derived.client,
        user: derived.user,
        issuer: issuer(ctx, derived.pool.id()),
        origin_jti: derived.client.revocation_enabled().then_some(derived.origin_jti),
        // A device is the business of the client that signed in on it.
        device_key: None,
        event_id: &derived.family.event_id,
        auth_time: derived.family.auth_time,
        now: ctx.now,
        hosted: Some(Hosted {
            scopes: derived.scopes,
            resource: derived.audience,
            amr: granted.map(|granted| granted.amr.as_slice()).unwrap_or_default(),
            nonce: None,
            client_url: None,
        }),
    }
}

/// The claims that no function has a say in. An ID token says its scopes, too: what follows from it has no more of them.
fn say_what_it_follows_from(claims: &mut Value, derived: &Derived<'_>) {
    let Some(claims) = claims.as_object_mut() else {
        return;
    };
    if derived.kind == Kind::Id {
        // No access token is issued beside it.
        claims.shift_remove(claims::AT_HASH);
        claims.insert("scope".to_owned(), json!(derived.scopes.join(" ")));
        if let Some(audience) = derived.audience {
            claims.insert("aud".to_owned(), json!(audience));
        }
    }
    if let Some(act) = derived.act {
        claims.insert("act".to_owned(), act.clone());
    }
}
