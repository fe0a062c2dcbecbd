//! The end of a sign-in: PostAuthentication, PreTokenGeneration, and three tokens.

use poolhouse_crypto::uuid_v4;
use poolhouse_store::Batch;

use super::device::Device;
use super::ending::Ended;
use super::issue::{self, Grant};
use super::issued::{Issued, Kept, check_still, choice, chosen};
use super::lifetimes::refresh_seconds;
use super::refresh_token::RefreshToken;
use super::step::SignIn;
use super::tracking::Tracking;
use crate::base::error::ApiError;
use crate::records::{RecordBatch, RefreshRecord, Stored, UserRecord};
use crate::triggers;
use crate::triggers::events::{PostAuthentication, TokenGenerationSource};
use crate::users::{devices, first_factors, groups};

/// Ends a sign-in: runs the last triggers and makes a new family of tokens.
///
/// `source` says to PreTokenGeneration why.
///
/// # Errors
/// Whatever a trigger denies with, a user who was disabled or deleted in the meantime, store failures.
pub async fn sign_in(sign_in: &SignIn<'_>, source: TokenGenerationSource) -> Result<Issued, ApiError> {
    let SignIn {
        ctx, pool, client, ..
    } = sign_in;
    if let Some(ending) = &sign_in.ending {
        ending.check_client(client)?;
    }
    post_authentication(sign_in).await?;
    let user = holder(sign_in).await?;
    check_still(sign_in, &user.value)?;
    let chosen = chosen(sign_in, &user).await?;
    let holder = chosen.as_ref().map_or(&user.value, |chosen| &chosen.user);
    // PreTokenGeneration is asked once there are tokens.
    if let Some(ending) = &sign_in.ending {
        let instead = (ending.clone(), ended(sign_in, holder));
        return Ok(Issued::new(sign_in, user, chosen, Kept::default(), Some(instead)));
    }
    let device = Device::of(sign_in).await?;
    let origin_jti = uuid_v4(&*ctx.platform().entropy);
    let family = RefreshRecord {
        client_id: client.id().to_owned(),
        username: user.value.username.clone(),
        generation: 0,
        graces: Vec::new(),
        auth_time: user.value.auth_time(ctx.now),
        epoch: holder.epoch,
        event_id: sign_in.event_id.clone(),
        expires: ctx.now.plus_seconds(refresh_seconds(&client.settings)),
        device: device.as_ref().map(Device::of_family),
        granted: None,
    };
    let grant = Grant {
        pool,
        client,
        user: holder,
        origin_jti: &origin_jti,
        family: &family,
        source,
        metadata: &sign_in.metadata,
        scopes: None,
        nonce: None,
    };
    let mut result = issue::access_and_id(ctx, grant).await?;
    let row = RefreshRecord::key(pool.id(), &user.value.sub, &origin_jti);
    let tracking = Tracking::of(ctx, pool, &user.value.sub, &origin_jti, &family).await?;
    let token = RefreshToken {
        sub: user.value.sub.clone(),
        origin_jti,
        generation: 0,
    };
    result.refresh_token = Some(token.text(ctx.platform(), pool.id()));
    result.new_device_metadata = device.as_ref().and_then(Device::metadata);
    let kept = Kept {
        result,
        family: Batch::new().create(row, &family),
        tracking,
        device,
    };
    Ok(Issued::new(sign_in, user, chosen, kept, None))
}

/// What an [`Ending`](super::ending::Ending) is told.
fn ended(sign_in: &SignIn<'_>, holder: &UserRecord) -> Ended {
    let proven = sign_in.answered.iter().filter(|answered| answered.result);
    Ended {
        sub: holder.sub.clone(),
        username: holder.username.clone(),
        epoch: holder.epoch,
        auth_time: holder.auth_time(sign_in.ctx.now),
        event_id: sign_in.event_id.clone(),
        had_code: false,
        first: sign_in.passwordless,
        lacks_passkey: first_factors::could_have_passkey(sign_in.pool, holder),
        proven: proven.map(|answered| answered.name.clone()).collect(),
    }
}

/// The user whom the tokens are for.
async fn holder(sign_in: &SignIn<'_>) -> Result<Stored<UserRecord>, ApiError> {
    let SignIn { ctx, pool, .. } = sign_in;
    match sign_in.subject.stored() {
        Some(user) if triggers::all_in_process(&ctx.app.functions, pool) => Ok(user.clone()),
        // Functions that run elsewhere may have changed the user and its groups: what they set is part of the tokens.
        Some(user) => {
            let rows = [user.key.clone()].into_iter().chain(groups::row(ctx, pool.id()));
            ctx.read_anew(rows).await?;
            let user = ctx.user_by_sub(pool, &user.value.sub).await?;
            user.ok_or_else(ApiError::incorrect_username_or_password)
        }
        None => Err(ApiError::incorrect_username_or_password()),
    }
}

async fn post_authentication(sign_in: &SignIn<'_>) -> Result<(), ApiError> {
    // PostAuthentication hears of sign-ins, which one that is about to be refused is not.
    let mut about = sign_in.about();
    let mut becomes = None;
    if let Some(user) = sign_in.subject.user() {
        check_still(sign_in, user)?;
        if let Some(choice) = choice(sign_in)? {
            becomes = Some(choice.applied(sign_in.ctx, sign_in.pool, user)?);
        }
    }
    if becomes.is_some() {
        about.user = becomes.as_ref();
    }
    let event = PostAuthentication {
        metadata: &sign_in.metadata,
        is_on_new_device: devices::are_tracked(sign_in.pool) && sign_in.device.is_none(),
    };
    triggers::call(sign_in.ctx, &about, &event).await?;
    Ok(())
}
