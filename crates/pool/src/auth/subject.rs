//! Who is signing in: a user, or a name that nobody has and that must not be told apart from one.

use poolhouse_api::shapes::UserStatusType;
use poolhouse_crypto::srp::{self, FakeUser, Verifier};
use poolhouse_crypto::{hmac_sha256, sha256, uuid_from};

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::records::user_index::{alias_kind, signs_in_by};
use crate::records::{ClientRecord, PoolRecord, Stored, UserRecord};
use crate::request::{Ctx, as_sub};
use crate::users::credentials;

/// The one who signs in.
#[derive(Clone)]
pub enum Subject {
    /// A user of the pool.
    Known(Box<Stored<UserRecord>>),
    /// Nobody: the name as typed.
    Unknown(String),
}

impl Subject {
    /// A name without a user.
    ///
    /// # Errors
    /// `UserNotFoundException` where the client is on `LEGACY` and may know it.
    pub fn absent(client: &ClientRecord, name: &str) -> Result<Subject, ApiError> {
        if client.hides_unknown_users() {
            Ok(Subject::Unknown(name.to_owned()))
        } else {
            Err(ApiError::user_not_found())
        }
    }

    /// The user, if there is one.
    pub fn user(&self) -> Option<&UserRecord> {
        match self {
            Subject::Known(user) => Some(&user.value),
            Subject::Unknown(_) => None,
        }
    }

    /// The stored user, if there is one.
    pub fn stored(&self) -> Option<&Stored<UserRecord>> {
        match self {
            Subject::Known(user) => Some(user),
            Subject::Unknown(_) => None,
        }
    }

    /// The user's `sub`, if there is one.
    pub fn sub(&self) -> Option<&str> {
        self.user().map(|user| user.sub.as_str())
    }

    /// The username that triggers see: the real one, or the name typed.
    pub fn username(&self) -> &str {
        match self {
            Subject::Known(user) => &user.value.username,
            Subject::Unknown(name) => name,
        }
    }

    /// The name that clients get as `USERNAME` and `USER_ID_FOR_SRP`. For an unknown name it has the form that a known
    /// one would have: a UUID where the name typed would be an address that stands for one, else the name itself.
    pub fn public_name(&self, ctx: &Ctx, pool: &PoolRecord) -> Result<String, ApiError> {
        match self {
            Subject::Known(user) => Ok(user.value.username.clone()),
            Subject::Unknown(name) if named_by_address(pool, name) => Ok(fake(ctx, pool, name)?.user_id),
            Subject::Unknown(name) => Ok(pool.compared(name)),
        }
    }

    /// What everything of the subject lies under: the user's `sub`, or one made up for a name that nobody has. The made-up
    /// one is the same as long as the pool lives, and a `sub` that is nobody's is its own.
    pub fn id(&self, ctx: &Ctx, pool: &PoolRecord) -> Result<String, ApiError> {
        let name = match self {
            Subject::Known(user) => return Ok(user.value.sub.clone()),
            Subject::Unknown(name) => name,
        };
        if let Some(sub) = as_sub(name) {
            return Ok(sub);
        }
        // Keyed, so that the rows do not say which names were tried.
        let digest = hmac_sha256(&seed(ctx, pool)?, &[b"sub", pool.compared(name).as_bytes()]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Ok(uuid_from(bytes))
    }

    /// The verifier to prove a password against. Costs the same whether there is a user or a password, or not.
    pub fn verifier(&self, ctx: &Ctx, pool: &PoolRecord) -> Result<Verifier, ApiError> {
        match self {
            Subject::Known(user) if user.value.sealed_verifier.is_some() => {
                credentials::open_verifier(ctx, pool, &user.value)
            }
            Subject::Known(user) => Ok(fake(ctx, pool, &user.value.username)?.verifier),
            Subject::Unknown(name) => Ok(fake(ctx, pool, &pool.compared(name))?.verifier),
        }
    }
}

/// What stands in a user's way to sign in before any password is asked for.
///
/// # Errors
/// `NotAuthorizedException` `User is disabled.`
pub fn check_enabled(subject: &Subject) -> Result<(), ApiError> {
    match subject.user() {
        Some(user) if !user.enabled => Err(ApiError::user_disabled()),
        _ => Ok(()),
    }
}

/// What stands in a user's way once the password is proved.
///
/// # Errors
/// `UserNotConfirmedException`, `PasswordResetRequiredException`, or an expired temporary password.
pub fn check_status(user: &UserRecord, now: Millis) -> Result<(), ApiError> {
    use poolhouse_api::ErrorCode;
    match user.status {
        UserStatusType::Unconfirmed => Err(ApiError::new(
            ErrorCode::UserNotConfirmedException,
            "User is not confirmed.",
        )),
        UserStatusType::ResetRequired => Err(ApiError::new(
            ErrorCode::PasswordResetRequiredException,
            "Password reset required for the user",
        )),
        UserStatusType::ForceChangePassword if user.temporary_until.is_some_and(|until| now >= until) => Err(
            ApiError::not_authorized("Temporary password has expired and must be reset by an administrator."),
        ),
        _ => Ok(()),
    }
}

/// The secret seed of a pool, opened.
pub fn seed(ctx: &Ctx, pool: &PoolRecord) -> Result<[u8; 32], ApiError> {
    let opened = ctx
        .platform()
        .open(PoolRecord::key(pool.id()).as_str(), &pool.sealed_seed)
        .map_err(ApiError::internal)?;
    Ok(sha256(&[&opened]))
}

fn fake(ctx: &Ctx, pool: &PoolRecord, name: &str) -> Result<FakeUser, ApiError> {
    Ok(srp::fake_user(
        &seed(ctx, pool)?,
        pool.srp_name(),
        &pool.compared(name),
    ))
}

/// Whether a real user of this name would be shown under another one.
fn named_by_address(pool: &PoolRecord, name: &str) -> bool {
    let kind = alias_kind(name);
    kind != "preferred_username" && signs_in_by(pool, kind)
}
