//! A first password that was chosen, and what was given with it: on the way through the sign-in, until the commit that ends
//! it. Somebody who has found a temporary password and cannot read the mailbox changes nothing.

use poolhouse_api::shapes::UserStatusType;
use poolhouse_store::{Batch, Expect};
use serde_json::{Value, json};

use super::handle;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::user_index::signs_in_by;
use crate::records::{Failures, PoolRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::users::aliases::{self, Taken};
use crate::users::attributes::{self, Change};
use crate::users::{epoch, schema};

/// What was chosen.
pub struct Choice {
    /// The verifier of the new password, sealed for the user's row.
    pub verifier: String,
    /// Attributes and their values.
    pub set: Vec<(String, String)>,
}

impl Choice {
    /// The choice as a session carries it, for the sign-in of this id alone.
    pub fn seal(&self, ctx: &Ctx, event_id: &str) -> String {
        let text = json!({ "verifier": self.verifier, "set": self.set }).to_string();
        ctx.platform()
            .seal(Purpose::Challenges, &context(event_id), text.as_bytes())
    }

    /// Opens what [`seal`](Self::seal) made.
    ///
    /// # Errors
    /// When it was not made by this server for this sign-in.
    pub fn open(ctx: &Ctx, event_id: &str, sealed: &str) -> Result<Choice, ApiError> {
        let opened = ctx
            .platform()
            .open(Purpose::Challenges, &context(event_id), sealed);
        let opened: Value =
            serde_json::from_slice(&opened.map_err(ApiError::internal)?).map_err(ApiError::internal)?;
        let pair = |pair: &Value| {
            Some((
                pair.get(0)?.as_str()?.to_owned(),
                pair.get(1)?.as_str()?.to_owned(),
            ))
        };
        let verifier = opened["verifier"].as_str().map(str::to_owned);
        let set = opened["set"]
            .as_array()
            .and_then(|set| set.iter().map(pair).collect());
        match (verifier, set) {
            (Some(verifier), Some(set)) => Ok(Choice { verifier, set }),
            _ => Err(ApiError::internal("a choice of a password is not one")),
        }
    }

    /// The user with the choice in force.
    ///
    /// # Errors
    /// As [`check`], for the user as it is now.
    pub fn applied(&self, ctx: &Ctx, pool: &PoolRecord, user: &UserRecord) -> Result<UserRecord, ApiError> {
        let change = Change {
            set: self.set.clone(),
            remove: Vec::new(),
        };
        check(pool, user, &change)?;
        let mut changed = user.clone();
        change.apply(pool, &mut changed);
        changed.sealed_verifier = Some(self.verifier.clone());
        changed.status = UserStatusType::Confirmed;
        changed.temporary_until = None;
        changed.modified = ctx.now;
        epoch::advance(user, &mut changed);
        Ok(changed)
    }
}

/// A choice about to be in force.
pub struct Chosen {
    /// The user that becomes of it.
    pub user: UserRecord,
    /// The rows that go with it, but for the user's own.
    pub rows: Batch,
}

impl Chosen {
    /// What the choice makes of the user as it was read.
    ///
    /// # Errors
    /// As [`Choice::applied`]; `AliasExistsException` where another user has an address that was given.
    pub async fn of(
        ctx: &Ctx,
        pool: &PoolRecord,
        choice: &Choice,
        before: &Stored<UserRecord>,
    ) -> Result<Chosen, ApiError> {
        let user = choice.applied(ctx, pool, &before.value)?;
        let rows = aliases::change(ctx, pool, Some(&before.value), Some(&user), Taken::Refuse).await?;
        // A new password forgets the wrong ones.
        let rows = rows.delete(Failures::key(pool.id(), &user.sub), Expect::Any);
        Ok(Chosen { user, rows })
    }
}

fn context(event_id: &str) -> String {
    format!("choice/{event_id}")
}

/// Checks that the answer leaves alone what this challenge may not change: flags, which only the server sets, and
/// what the user has and signs in with or must have. Clients that send back what they were shown do both.
///
/// # Errors
/// The service's two sentences, `Cannot modify …`.
pub fn check_untouched(pool: &PoolRecord, user: &UserRecord, change: &Change) -> Result<(), ApiError> {
    let given = || change.set.iter().map(|(name, _)| name.as_str());
    if let Some(name) = given().find(|name| attributes::is_the_servers(name)) {
        return Err(ApiError::invalid_parameter(format!(
            "Cannot modify the non-mutable attribute {name}"
        )));
    }
    let is_fixed = |name: &str| {
        let matters = signs_in_by(pool, name) || schema::required(pool).any(|required| required == name);
        matters && user.attribute(name).is_some()
    };
    match given().find(|name| is_fixed(name)) {
        Some(name) => Err(ApiError::not_authorized(format!(
            "Cannot modify an already provided {name}"
        ))),
        None => Ok(()),
    }
}

/// Checks what is given beside a new password.
///
/// # Errors
/// What may not be modified, what the schema does not take, a required attribute that is missing, a user who has not to
/// choose any more.
pub fn check(pool: &PoolRecord, user: &UserRecord, change: &Change) -> Result<(), ApiError> {
    check_untouched(pool, user, change)?;
    check_change(pool, user, change)
}

/// Checks that the user still has to choose a password and has every required attribute afterwards.
fn check_change(pool: &PoolRecord, user: &UserRecord, change: &Change) -> Result<(), ApiError> {
    if user.status != UserStatusType::ForceChangePassword {
        return Err(handle::invalid());
    }
    change.check_change(pool, user)?;
    let mut changed = user.clone();
    change.apply(pool, &mut changed);
    match attributes::missing_required(pool, &changed).first() {
        Some(attribute) => Err(ApiError::invalid_parameter(format!(
            "Invalid attributes given, {attribute} is missing"
        ))),
        None => Ok(()),
    }
}
