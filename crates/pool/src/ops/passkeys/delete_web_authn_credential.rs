//! `DeleteWebAuthnCredential`

use poolhouse_api::ErrorCode;
use poolhouse_api::shapes::{DeleteWebAuthnCredentialRequest, DeleteWebAuthnCredentialResponse};
use poolhouse_store::Batch;

use crate::auth::{access_token, recent};
use crate::base::error::ApiError;
use crate::records::{Passkeys, RecordBatch, Stored, load};
use crate::request::Ctx;
use crate::users::change::{self, Proof};

/// Deletes one of the user's passkeys.
///
/// # Errors
/// `ResourceNotFoundException` `Credential does not exist.`; `NotAuthorizedException` for a token that is not good.
pub async fn run(
    ctx: &Ctx,
    input: DeleteWebAuthnCredentialRequest,
) -> Result<DeleteWebAuthnCredentialResponse, ApiError> {
    let signed_in = access_token::authorize(ctx, &input.access_token).await?;
    let pool = &*signed_in.pool.value;
    recent::check_factors(ctx, &signed_in)?;
    let list = Passkeys::key(pool.id(), &signed_in.user.value.sub);
    for _ in 0..RACES {
        let held = load(ctx.platform(), &list).await?;
        let mut deleting = Deleting::of(held, &input.credential_id)?;
        let has_others = !deleting.after.0.is_empty();
        let changed = change::change_for(ctx, pool, signed_in.user.clone(), &mut deleting, |user| {
            user.factors.has_passkey = has_others;
            user.modified = ctx.now;
            Ok(())
        });
        match changed.await {
            Ok(_) => return Ok(DeleteWebAuthnCredentialResponse {}),
            // Which of them is the last depends on what others did to the list.
            Err(_) if deleting.is_stale => {}
            Err(error) => return Err(error),
        }
    }
    Err(ApiError::too_many_requests())
}

/// How often a deletion is decided again when others changed the user's passkeys at the same moment: no more have room.
const RACES: usize = 24;

/// A passkey that goes, and the list without it.
struct Deleting {
    held: Stored<Passkeys>,
    after: Passkeys,
    /// Whether the list was found to be another by now.
    is_stale: bool,
}

impl Deleting {
    fn of(held: Option<Stored<Passkeys>>, id: &str) -> Result<Deleting, ApiError> {
        let held = held.filter(|held| held.value.find(id).is_some());
        let held = held.ok_or_else(|| {
            ApiError::new(ErrorCode::ResourceNotFoundException, "Credential does not exist.")
        })?;
        let mut after = held.value.clone();
        after.0.retain(|passkey| passkey.id != id);
        Ok(Deleting {
            held,
            after,
            is_stale: false,
        })
    }
}

impl Proof for Deleting {
    fn batch(&self, _ctx: &Ctx) -> Batch {
        match self.after.0.is_empty() {
            true => Batch::new().remove(&self.held),
            false => Batch::new().replace(&self.held, &self.after),
        }
    }

    async fn lost_race(&mut self, _ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        self.is_stale = key == self.held.key;
        match self.is_stale {
            true => Err(ApiError::concurrent_modification()),
            false => Ok(false),
        }
    }
}
