//! A passkey that has signed a challenge: good once, and its counter moves on with it.

use poolhouse_store::Batch;

use super::handle;
use crate::base::error::ApiError;
use crate::records::{Passkeys, RecordBatch, SessionRecord, Stored, load};
use crate::request::Ctx;
use crate::users::passkeys;

/// A passkey that has signed. It counts from the commit that [`batch`](Self::batch) is part of.
pub struct RightPasskey {
    /// The session of the challenge.
    pub session: Stored<SessionRecord>,
    /// The user's passkeys.
    pub held: Stored<Passkeys>,
    /// Which of them it is.
    pub id: String,
    /// How often its authenticator says to have signed.
    pub counter: u32,
}

impl RightPasskey {
    /// Part of the commit that it is given for: consumes the session, and moves the counter on if nothing was done to the user's
    /// passkeys since they were read.
    pub fn batch(&self) -> Batch {
        let batch = handle::consumption(&self.session);
        let mut after = self.held.value.clone();
        match after.0.iter_mut().find(|passkey| passkey.id == self.id) {
            Some(passkey) if passkey.counter != self.counter => {
                passkey.counter = self.counter;
                batch.replace(&self.held, &after)
            }
            _ => batch.check(self.held.key.clone(), self.held.unchanged()),
        }
    }

    /// After a conflict at `key`: whether it was the passkey's, which is good still then.
    ///
    /// # Errors
    /// A session that was used; `Incorrect username or password.` for a passkey that is gone, or has signed more often by now.
    pub async fn lost_race(&mut self, ctx: &Ctx, key: &str) -> Result<bool, ApiError> {
        if key == self.session.key {
            return Err(handle::used());
        }
        if key != self.held.key {
            return Ok(false);
        }
        let SessionRecord { pool_id, sub, .. } = &self.session.value;
        let held = load(ctx.platform(), &Passkeys::key(pool_id, sub)).await?;
        self.held = held.ok_or_else(ApiError::incorrect_username_or_password)?;
        let passkey = self.held.value.find(&self.id);
        match passkey.is_some_and(|passkey| passkeys::counts_on(passkey.counter, self.counter)) {
            true => Ok(true),
            false => Err(ApiError::incorrect_username_or_password()),
        }
    }
}
