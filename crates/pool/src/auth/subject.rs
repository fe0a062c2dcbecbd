//! Who is signing in: a user, or a name that nobody has and that must not be told apart from one.
//!
//! Every name maps to one id first: a user's `sub`, or one made up for a name that nobody has. Salt, verifier, lockout
//! and the rows of a sign-in follow from that id alone, so a name and the id shown for it, tried in turn, tell nothing.

use poolhouse_api::shapes::UserStatusType;
use poolhouse_crypto::srp::{self, Verifier};
use poolhouse_crypto::{hmac_sha256, sha256, uuid_from};
use poolhouse_mail::Address;

use crate::base::clock::Millis;
use crate::base::error::ApiError;
use crate::base::purpose::Purpose;
use crate::records::user_index::{alias_key, alias_kind, name_key, signs_in_by};
use crate::records::{ClientRecord, PoolRecord, Reference, SessionRecord, Stored, UserRecord};
use crate::request::{Ctx, LONGEST_NAME, as_sub};
use crate::users::attribute_value::is_phone_number;
use crate::users::credentials;

/// The one who signs in.
#[derive(Clone)]
pub enum Subject {
    /// A user of the pool.
    Known(Box<Stored<UserRecord>>),
    /// A name that nobody has.
    Unknown(Nobody),
}

/// A name that nobody has, in the shape of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nobody {
    /// What a user's `sub` is. The same as long as the pool lives.
    id: String,
    /// What a user's username is.
    username: String,
}

impl Subject {
    /// The user who signs in by this name: its username, or an address or preferred username that signs in beside it. A `sub`
    /// that is not the username signs in nobody.
    ///
    /// Reads the store twice, whether there is such a user or not, and the first time what [`names`] says: those rows may
    /// have been read ahead. `beside` names a row that the step needs next, for this id: it is read with the user's.
    ///
    /// # Errors
    /// `InvalidParameterException` for a name that nobody can have; when the store fails.
    pub async fn named(
        ctx: &Ctx,
        pool: &PoolRecord,
        name: &str,
        beside: impl Fn(&str) -> Option<String>,
    ) -> Result<Subject, ApiError> {
        check_form(name)?;
        let made_up = made_up_id(ctx, pool, name)?;
        ctx.read_ahead(names(pool, name)).await?;
        let mut holder = ctx.referenced(&name_key(pool, name)).await?;
        let kind = alias_kind(name);
        if signs_in_by(pool, kind) {
            let by_alias = ctx.referenced(&alias_key(pool, kind, name)).await?;
            holder = holder.or(by_alias);
        }
        let own_id = match own_id(pool, name) {
            Some(id) if ctx.load(&UserRecord::key(pool.id(), &id)).await?.is_none() => Some(id),
            _ => None,
        };
        let id = match (&holder, own_id) {
            (Some(Reference(sub)), _) => sub.clone(),
            (None, Some(own_id)) => own_id,
            (None, None) => made_up.clone(),
        };
        let user = UserRecord::key(pool.id(), &id).into();
        ctx.read_ahead([user].into_iter().chain(beside(&id))).await?;
        match ctx.user_by_sub(pool, &id).await? {
            Some(user) if holder.is_some() => Ok(Subject::Known(Box::new(user))),
            // Deleted between the two reads.
            _ if holder.is_some() => Ok(Subject::nobody(pool, name, made_up)),
            _ => Ok(Subject::nobody(pool, name, id)),
        }
    }

    /// A name without a user. Where a user of this name would be shown under a username of its own, so is nobody: under
    /// its id, which is what usernames are in pools that sign in by address.
    fn nobody(pool: &PoolRecord, name: &str, id: String) -> Subject {
        let kind = alias_kind(name);
        let username = if kind != "preferred_username" && signs_in_by(pool, kind) {
            id.clone()
        } else {
            pool.compared(name)
        };
        Subject::Unknown(Nobody { id, username })
    }

    /// The one whom a session is bound to, as it is now. `None` if it was a user and is not there any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of_session(
        ctx: &Ctx,
        pool: &PoolRecord,
        session: &SessionRecord,
    ) -> Result<Option<Subject>, ApiError> {
        // Read for nobody, too, which costs the same.
        let user = ctx.user_by_sub(pool, &session.sub).await?;
        if !session.is_user {
            return Ok(Some(Subject::Unknown(Nobody {
                id: session.sub.clone(),
                username: session.username.clone(),
            })));
        }
        Ok(user.map(|user| Subject::Known(Box::new(user))))
    }

    /// The subject, unless it is nobody and the client may know that.
    ///
    /// # Errors
    /// `UserNotFoundException` where the client is on `LEGACY`.
    pub fn hidden_from(self, client: &ClientRecord) -> Result<Subject, ApiError> {
        match self {
            Subject::Unknown(_) if !client.hides_unknown_users() => Err(ApiError::user_not_found()),
            subject => Ok(subject),
        }
    }

    /// The user, if there is one.
    pub fn user(&self) -> Option<&UserRecord> {
        self.stored().map(|user| &user.value)
    }

    /// The user's security epoch; nobody's never moves.
    pub fn epoch(&self) -> u64 {
        self.user().map_or(0, |user| user.epoch)
    }

    /// The stored user, if there is one.
    pub fn stored(&self) -> Option<&Stored<UserRecord>> {
        match self {
            Subject::Known(user) => Some(user),
            Subject::Unknown(_) => None,
        }
    }

    /// A user in place of a name that nobody has, for what is made and thrown away so that the two take the same work.
    pub fn pretended(&self, now: Millis) -> UserRecord {
        let (username, id) = (self.username().to_owned(), self.id().to_owned());
        UserRecord::new(username, id, UserStatusType::Confirmed, now)
    }

    /// What everything of the subject lies under: the user's `sub`, or the made-up one.
    pub fn id(&self) -> &str {
        match self {
            Subject::Known(user) => &user.value.sub,
            Subject::Unknown(nobody) => &nobody.id,
        }
    }

    /// The username that triggers see.
    pub fn username(&self) -> &str {
        match self {
            Subject::Known(user) => &user.value.username,
            Subject::Unknown(nobody) => &nobody.username,
        }
    }

    /// The name that clients get as `USERNAME` and `USER_ID_FOR_SRP`, and that passwords are proved for: the username as
    /// the pool compares it, for capitals that were stored and not typed would tell that there is such a user.
    pub fn public_name(&self, pool: &PoolRecord) -> String {
        pool.compared(self.username())
    }

    /// Whether `name` means the subject.
    ///
    /// # Errors
    /// As [`named`](Self::named).
    pub async fn is_named(&self, ctx: &Ctx, pool: &PoolRecord, name: &str) -> Result<bool, ApiError> {
        if pool.compared(name) == self.public_name(pool) {
            return Ok(true);
        }
        Ok(Subject::named(ctx, pool, name, |_| None).await?.id() == self.id())
    }

    /// The verifier to prove a password against. Costs the same whether there is a user or a password, or not.
    ///
    /// # Errors
    /// When a stored verifier, or the pool's seed, does not open.
    pub fn verifier(&self, ctx: &Ctx, pool: &PoolRecord) -> Result<Verifier, ApiError> {
        match self {
            Subject::Known(user) if user.value.sealed_verifier.is_some() && !user.value.is_external() => {
                credentials::open_verifier(ctx, pool, &user.value)
            }
            _ => Ok(srp::fake_verifier(&seed(ctx, pool)?, pool.srp_name(), self.id())),
        }
    }
}

/// The rows that say who is meant by a name, as this pool compares names; none for a name that nobody can have.
pub fn names(pool: &PoolRecord, name: &str) -> Vec<String> {
    if check_form(name).is_err() {
        return Vec::new();
    }
    let kind = alias_kind(name);
    let mut keys = vec![name_key(pool, name).into()];
    keys.extend(signs_in_by(pool, kind).then(|| alias_key(pool, kind, name).into()));
    keys.extend(own_id(pool, name).map(|id| UserRecord::key(pool.id(), &id).into()));
    keys
}

/// A name in the form of an id is its own id, for it may be one that was made up; unless it is somebody's `sub`, who must
/// not be locked out by it.
fn own_id(pool: &PoolRecord, name: &str) -> Option<String> {
    let compared = pool.compared(name);
    as_sub(&compared).filter(|id| *id == compared)
}

/// Refuses names that no user can have and that no key or block could hold.
fn check_form(name: &str) -> Result<(), ApiError> {
    if name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
        return Err(ApiError::invalid_parameter(
            "USERNAME is not a name that a user can have.",
        ));
    }
    Ok(())
}

/// The id of a name that nobody has. Keyed, so that the rows do not say which names were tried.
fn made_up_id(ctx: &Ctx, pool: &PoolRecord, name: &str) -> Result<String, ApiError> {
    let digest = hmac_sha256(&seed(ctx, pool)?, &[b"sub", pool.compared(name).as_bytes()]);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Ok(uuid_from(bytes))
}

/// Where a code would have gone that was sent to a name that nobody has: the address that was typed, if it was one, as the pool
/// compares it, else letters that stay the same for this name.
///
/// # Errors
/// When the pool's seed does not open.
pub fn made_up_address(ctx: &Ctx, pool: &PoolRecord, name: &str) -> Result<String, ApiError> {
    let compared = pool.compared(name);
    if Address::parse(name).is_ok() {
        return Ok(compared);
    }
    let digest = hmac_sha256(&seed(ctx, pool)?, &[b"address", compared.as_bytes()]);
    let [local, domain] = [digest[0], digest[1]].map(|byte| char::from(b'a' + byte % 26));
    Ok(format!("{local}@{domain}"))
}

/// The same for a text message: the number that was typed, if it was one, else digits that stay the same for this name.
///
/// # Errors
/// As [`made_up_address`].
pub fn made_up_number(ctx: &Ctx, pool: &PoolRecord, name: &str) -> Result<String, ApiError> {
    if is_phone_number(name) {
        return Ok(name.to_owned());
    }
    let digest = hmac_sha256(&seed(ctx, pool)?, &[b"number", pool.compared(name).as_bytes()]);
    let digits = digest.iter().take(11).map(|byte| char::from(b'0' + byte % 10));
    Ok(format!("+{}", digits.collect::<String>()))
}

/// Keeps users out whom an administrator disabled.
///
/// # Errors
/// `NotAuthorizedException` `User is disabled.`
pub fn check_enabled(user: &UserRecord) -> Result<(), ApiError> {
    if user.enabled {
        Ok(())
    } else {
        Err(ApiError::user_disabled())
    }
}

/// What stands in a user's way, to be told to nobody who has not proved to be the user: before that, a user whom an
/// administrator disabled looks like any other.
///
/// # Errors
/// `NotAuthorizedException` `User is disabled.`; `UserNotConfirmedException`, `PasswordResetRequiredException`, or an
/// expired temporary password.
pub fn check_may_sign_in(user: &UserRecord, now: Millis) -> Result<(), ApiError> {
    use poolhouse_api::ErrorCode;
    check_enabled(user)?;
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
        .open(
            Purpose::Seeds,
            PoolRecord::key(pool.id()).as_str(),
            &pool.sealed_seed,
        )
        .map_err(ApiError::internal)?;
    Ok(sha256(&[&opened]))
}
