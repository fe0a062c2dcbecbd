//! Authorization codes: made at the end of a sign-in, taken back once at the token endpoint.
//!
//! A code is 32 random bytes; its row lies under a digest of them. The commit that takes it back writes over the row what is left
//! of it, and makes the family of tokens that it gives, so of many that race one wins. What comes later finds what is left, and ends
//! that family. A code that comes with something wrong is used up by that.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use poolhouse_crypto::sha256;
use poolhouse_store::{Batch, CommitError};
use poolhouse_text::hex;

use super::denied::Denied;
use super::site::Site;
use super::{grant, pkce};
use crate::auth::tracking;
use crate::base::error::ApiError;
use crate::records::authorization_code::{Unused, Used};
use crate::records::{Authorization, AuthorizationCode, ClientRecord, Key, RecordBatch, Stored, load};
use crate::request::Ctx;

pub use crate::records::Granting;

/// Random bytes of a code.
const BYTES: usize = 32;
/// Characters of a code.
const LENGTH: usize = 43;
/// How often a code is judged again when something it depends on has changed.
const RACES: usize = 16;
/// Seconds in which a second use is taken for a client that tries again, and not for a thief.
const PATIENCE_SECONDS: i64 = 2;

/// A code, and what is said with it.
#[derive(Clone, Copy)]
pub struct Presented<'a> {
    /// The code.
    pub code: &'a str,
    /// `redirect_uri`
    pub redirect_uri: &'a str,
    /// `code_verifier`
    pub verifier: Option<&'a str>,
    /// `resource`
    pub resource: Option<&'a str>,
    /// The client's id, where it is a URL.
    pub client_url: Option<&'a str>,
}

/// Makes a code. It is good once the batch is committed, with what it belongs to.
pub fn mint(ctx: &Ctx, site: &Site, authorization: &Authorization, granting: &Granting) -> (String, Batch) {
    let mut random = [0; BYTES];
    ctx.platform().entropy.fill(&mut random);
    let code = URL_SAFE_NO_PAD.encode(random);
    let lifetime = i64::from(ctx.app.settings.hosted.code_lifetime_seconds);
    let unused = AuthorizationCode::Unused(Box::new(Unused {
        domain: site.domain.clone(),
        authorization: authorization.clone(),
        granting: granting.clone(),
        expires: ctx.now.plus_seconds(lifetime),
    }));
    let batch = Batch::new().create(key(ctx, site, &code), &unused);
    (code, batch)
}

/// Where a code lies. After a restore, codes from before are found nowhere.
fn key(ctx: &Ctx, site: &Site, code: &str) -> Key<AuthorizationCode> {
    let restored = ctx.platform().restores.part();
    let digest = sha256(&[b"authorization code", code.as_bytes(), restored]);
    AuthorizationCode::key(site.pool.value.id(), &hex::encode(&digest))
}

/// Takes a code back and gives tokens for it.
///
/// # Errors
/// `invalid_grant` for one that is unknown, over, used, another client's or another domain's, comes without its verifier, or whose user may
/// not have tokens any more; `unauthorized_client` `invalid_redirect` with another redirect URI; `invalid_target`.
pub async fn redeem(
    ctx: &Ctx,
    site: &Site,
    client: &Stored<Arc<ClientRecord>>,
    presented: &Presented<'_>,
) -> Result<grant::Tokens, Denied> {
    if presented.code.len() != LENGTH || !presented.code.is_ascii() {
        return Err(Denied::invalid_grant());
    }
    let key = key(ctx, site, presented.code);
    for _ in 0..RACES {
        let Some(stored) = load(ctx.platform(), &key).await? else {
            return Err(Denied::invalid_grant());
        };
        let unused = match &stored.value {
            AuthorizationCode::Unused(unused) => unused,
            AuthorizationCode::Used(used) => return Err(used_again(ctx, site, &stored, used).await),
        };
        ctx.asker.noted.found_user(&unused.granting.sub);
        let given = match judge(ctx, site, &client.value, unused, presented) {
            Ok(()) => grant::of_code(ctx, site, client, &stored, unused).await,
            Err(denied) => Err(denied),
        };
        match given {
            Ok(Some(tokens)) => return Ok(tokens),
            // Somebody else was first, or something else has changed.
            Ok(None) => {}
            Err(denied) if denied.is_ours() => return Err(denied),
            Err(denied) => {
                use_up(ctx, &stored, unused).await?;
                return Err(denied);
            }
        }
    }
    Err(ApiError::too_many_requests().into())
}

/// Gives tokens for a code that was made a moment ago and that nobody was handed.
///
/// # Errors
/// As [`redeem`].
pub async fn spend(
    ctx: &Ctx,
    site: &Site,
    client: &Stored<Arc<ClientRecord>>,
    code: &str,
) -> Result<grant::Tokens, Denied> {
    let key = key(ctx, site, code);
    for _ in 0..RACES {
        let Some(stored) = load(ctx.platform(), &key).await? else {
            return Err(Denied::invalid_grant());
        };
        let AuthorizationCode::Unused(unused) = &stored.value else {
            return Err(Denied::invalid_grant());
        };
        ctx.asker.noted.found_user(&unused.granting.sub);
        if let Some(tokens) = grant::of_code(ctx, site, client, &stored, unused).await? {
            return Ok(tokens);
        }
    }
    Err(ApiError::too_many_requests().into())
}

/// What can be judged without looking anything up.
fn judge(
    ctx: &Ctx,
    site: &Site,
    client: &ClientRecord,
    unused: &Unused,
    presented: &Presented<'_>,
) -> Result<(), Denied> {
    let asked = &unused.authorization;
    let is_theirs = asked.client_id == client.id() && asked.client_url.as_deref() == presented.client_url;
    if ctx.now >= unused.expires || unused.domain != site.domain || !is_theirs {
        return Err(Denied::invalid_grant());
    }
    if asked.redirect_uri != presented.redirect_uri {
        return Err(Denied::new("unauthorized_client").saying("invalid_redirect"));
    }
    if !pkce::goes_with(asked.code_challenge.as_deref(), presented.verifier) {
        return Err(Denied::invalid_grant());
    }
    if presented.resource.is_some() && presented.resource != asked.resource.as_deref() {
        return Err(Denied::new("invalid_target"));
    }
    Ok(())
}

/// What is left of a code that gave nothing. If it was used meanwhile, that stays.
async fn use_up(ctx: &Ctx, stored: &Stored<AuthorizationCode>, unused: &Unused) -> Result<(), Denied> {
    let used = unused.used(ctx.now, None);
    match ctx.platform().commit(Batch::new().replace(stored, &used)).await {
        Ok(_) | Err(CommitError::Conflict { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// A code that comes again. Its client or somebody else was given the tokens of the first use: nobody can tell, so they end.
async fn used_again(ctx: &Ctx, site: &Site, stored: &Stored<AuthorizationCode>, used: &Used) -> Denied {
    let is_late = ctx.now > used.at.plus_seconds(PATIENCE_SECONDS);
    let Some(family) = used.family.as_deref().filter(|_| is_late && !used.is_revoked) else {
        return Denied::invalid_grant();
    };
    if !ctx.app.settings.hosted.code_reuse_revokes {
        return Denied::invalid_grant();
    }
    ctx.asker.noted.found_user(&used.sub);
    ctx.audit.denies(&ApiError::not_authorized(
        "An authorization code has been used again.",
    ));
    match end(ctx, site, stored, used, family).await {
        Ok(()) => Denied::invalid_grant(),
        Err(denied) => denied,
    }
}

async fn end(
    ctx: &Ctx,
    site: &Site,
    stored: &Stored<AuthorizationCode>,
    used: &Used,
    family: &str,
) -> Result<(), Denied> {
    // First the code's row, which tokens that are being made for it depend on.
    let revoked = AuthorizationCode::Used(Used {
        is_revoked: true,
        ..used.clone()
    });
    match ctx
        .platform()
        .commit(Batch::new().replace(stored, &revoked))
        .await
    {
        // A third use that was faster does the same.
        Ok(_) | Err(CommitError::Conflict { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    tracking::end(ctx, site.pool.value.id(), &used.sub, family).await?;
    Ok(())
}
