//! Access and ID tokens: what a function wants changed in them, the claims, two signatures.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_api::shapes::AuthenticationResultType;
use poolhouse_crypto::{sha256, uuid_v4};
use serde_json::{Value, json};

use super::claims::{self, Hosted, Issue};
use super::issuer::{issuer, pool_keys};
use super::lifetimes::{access_seconds, id_seconds};
use crate::base::error::ApiError;
use crate::records::{ClientRecord, PoolRecord, RefreshRecord, UserRecord};
use crate::request::Ctx;
use crate::triggers::events::{
    ClientCredentials, Groups, Metadata, PreTokenGeneration, TokenChange, TokenGenerationSource,
};
use crate::triggers::{self, About};
use crate::users::groups;

/// What access and ID token are made from.
pub struct Grant<'a> {
    /// The pool.
    pub pool: &'a PoolRecord,
    /// The app client.
    pub client: &'a ClientRecord,
    /// The user.
    pub user: &'a UserRecord,
    /// The family's id.
    pub origin_jti: &'a str,
    /// The family. What was granted to its client is in it.
    pub family: &'a RefreshRecord,
    /// PreTokenGeneration's trigger source.
    pub source: TokenGenerationSource,
    /// PreTokenGeneration's `clientMetadata`.
    pub metadata: &'a Metadata,
    /// The scopes, where they are fewer than the family was granted.
    pub scopes: Option<&'a [String]>,
    /// `nonce`
    pub nonce: Option<&'a str>,
}

impl Grant<'_> {
    /// What the tokens of a family of hosted login say beyond those of the API.
    fn hosted(&self) -> Option<Hosted<'_>> {
        let granted = self.family.granted.as_ref()?;
        Some(Hosted {
            scopes: self.scopes.unwrap_or(&granted.scopes),
            resource: granted.resource.as_deref(),
            amr: &granted.amr,
            nonce: self.nonce,
            client_url: granted.client_url.as_deref(),
        })
    }
}

/// Makes an access and an ID token; without the scope `openid` no ID token. The result has no refresh token.
///
/// # Errors
/// When PreTokenGeneration denies or the pool's keys cannot be had.
pub async fn access_and_id(ctx: &Ctx, grant: Grant<'_>) -> Result<AuthenticationResultType, ApiError> {
    let Grant {
        pool,
        client,
        user,
        origin_jti,
        family,
        ..
    } = &grant;
    let own = groups::claimed(ctx, pool, user).await?;
    let hosted = grant.hosted();
    let scopes = hosted.as_ref().map_or_else(
        || vec![claims::ADMIN_SCOPE],
        |hosted| hosted.scopes.iter().map(String::as_str).collect(),
    );
    let change = pre_token_generation(ctx, &grant, &own, &scopes).await?;
    let groups = change.groups.as_ref().unwrap_or(&own);
    let lifetime = access_seconds(&client.settings);
    let has_id_token = hosted.as_ref().is_none_or(|hosted| hosted.has(claims::OPENID));
    let issue = Issue {
        pool,
        client,
        user,
        issuer: issuer(ctx, pool.id()),
        origin_jti: client.revocation_enabled().then_some(*origin_jti),
        device_key: family.device.as_ref().map(|device| device.key.as_str()),
        event_id: &family.event_id,
        auth_time: family.auth_time,
        now: ctx.now,
        hosted,
    };
    let entropy = &*ctx.platform().entropy;
    let access_expires = ctx.now.plus_seconds(lifetime);
    let id_expires = ctx.now.plus_seconds(id_seconds(&client.settings));
    let access = claims::access(
        &issue,
        groups,
        &change.access_token,
        access_expires,
        uuid_v4(entropy),
    );
    let id = has_id_token.then(|| claims::id(&issue, groups, &change.id_token, id_expires, uuid_v4(entropy)));

    let signing_keys = pool_keys(ctx, pool.id()).await?;
    let pair = signing_keys.signing(ctx.now);
    let pair = pair.ok_or_else(|| ApiError::internal("a user pool has no signing keys"))?;
    let sign = || {
        let access = pair.access.sign(&access).map_err(ApiError::internal)?;
        let id = id.map(|id| pair.id.sign(&beside(id, &access)).map_err(ApiError::internal));
        Ok::<_, ApiError>((access, id.transpose()?))
    };
    let (access, id) = ctx.platform().cpu.go_on(sign).await??;
    Ok(bearer(access, id, lifetime))
}

/// The claims of an ID token that is issued with this access token.
fn beside(mut id: Value, access: &str) -> Value {
    if let Some(hash) = id.get_mut(claims::AT_HASH) {
        let digest = sha256(&[access.as_bytes()]);
        *hash = json!(URL_SAFE_NO_PAD.encode(&digest[..16]));
    }
    id
}

/// Makes the access token of a client that asks for itself.
///
/// # Errors
/// When PreTokenGeneration denies or the pool's keys cannot be had.
pub async fn of_client(
    ctx: &Ctx,
    pool: &PoolRecord,
    client: &ClientRecord,
    scopes: &[String],
    metadata: &Metadata,
) -> Result<AuthenticationResultType, ApiError> {
    let about = About {
        pool,
        username: ClientCredentials::USER_NAME,
        user: None,
        client: Some(client),
    };
    let change = triggers::call(ctx, &about, &ClientCredentials { scopes, metadata }).await?;
    let lifetime = access_seconds(&client.settings);
    let claims = claims::of_client(
        client,
        &issuer(ctx, pool.id()),
        scopes,
        &change.unwrap_or_default().access_token,
        (ctx.now, ctx.now.plus_seconds(lifetime)),
        uuid_v4(&*ctx.platform().entropy),
    );
    let signing_keys = pool_keys(ctx, pool.id()).await?;
    let pair = signing_keys.signing(ctx.now);
    let pair = pair.ok_or_else(|| ApiError::internal("a user pool has no signing keys"))?;
    let access = ctx.platform().cpu.go_on(|| pair.access.sign(&claims)).await?;
    Ok(bearer(access.map_err(ApiError::internal)?, None, lifetime))
}

fn bearer(access: String, id: Option<String>, lifetime: i64) -> AuthenticationResultType {
    AuthenticationResultType {
        access_token: Some(access),
        id_token: id,
        expires_in: Some(lifetime),
        token_type: Some("Bearer".to_owned()),
        ..Default::default()
    }
}

/// What PreTokenGeneration wants changed in the tokens of a grant that has these scopes.
///
/// # Errors
/// When the function denies, fails or answers something else.
pub(super) async fn pre_token_generation(
    ctx: &Ctx,
    grant: &Grant<'_>,
    own: &Groups,
    scopes: &[&str],
) -> Result<TokenChange, ApiError> {
    let about = About {
        pool: grant.pool,
        username: &grant.user.username,
        user: Some(grant.user),
        client: Some(grant.client),
    };
    let event = PreTokenGeneration {
        source: grant.source,
        groups: own,
        scopes,
        metadata: grant.metadata,
    };
    let change = triggers::call(ctx, &about, &event).await?;
    Ok(change.unwrap_or_default())
}
