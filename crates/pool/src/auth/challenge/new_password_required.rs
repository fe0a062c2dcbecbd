//! `NEW_PASSWORD_REQUIRED`: a temporary password proved right, and the user must choose a new one.
//!
//! In custom authentication the flow goes on with Define afterwards, so that a temporary password is no way around the
//! code. (On the service it is one; docs/decisions/new-password-in-custom-auth.md.)

use std::collections::BTreeMap;

use poolhouse_api::shapes::{ChallengeNameType, UserStatusType};
use poolhouse_store::{Batch, BoxFuture};
use serde_json::json;

use crate::auth::handle;
use crate::auth::parameters::Parameters;
use crate::auth::room::{Pending, Proven};
use crate::auth::step::{Answer, SignIn};
use crate::auth::subject::Subject;
use crate::base::error::ApiError;
use crate::records::user_index::signs_in_by;
use crate::records::{ClientRecord, PoolRecord, RecordBatch, SessionRecord, Stored, UserRecord};
use crate::request::Ctx;
use crate::users::attributes::{self, Change};
use crate::users::change;
use crate::users::credentials;
use crate::users::password_policy::{self, Wording};
use crate::users::schema;

/// The prefix of attributes in `requiredAttributes` and in the answer's keys.
const ATTRIBUTE_PREFIX: &str = "userAttributes.";

/// Asks for a new password. Returns the session's row, to be committed with the proof of the temporary one, and what the
/// client is asked.
///
/// # Errors
/// `Incorrect username or password.` for a name that nobody has.
pub fn ask(sign_in: &SignIn<'_>) -> Result<(Batch, Answer), ApiError> {
    let SignIn {
        ctx,
        pool,
        client,
        subject,
        ..
    } = sign_in;
    let user = subject
        .user()
        .ok_or_else(ApiError::incorrect_username_or_password)?;
    let name = ChallengeNameType::NewPasswordRequired;
    let expires = ctx.now.plus_seconds(client.auth_session_seconds());
    let session = handle::new(ctx, client, &user.sub, expires);
    // Which password proved right: the answer is good as long as it is the user's.
    let proved = user.sealed_verifier.as_deref().unwrap_or_default();
    let record = SessionRecord {
        challenge: name.as_str().to_owned(),
        sealed_private: Some(ctx.platform().seal(session.key.as_str(), proved.as_bytes())),
        expires,
        ..sign_in.session()
    };
    let batch = Batch::new().create(session.key, &record);

    let missing = attributes::missing_required(pool, user);
    let named: Vec<String> = missing
        .iter()
        .map(|attribute| format!("{ATTRIBUTE_PREFIX}{attribute}"))
        .collect();
    // Clients show a form of `userAttributes`, so what is still to be given is there too, with an empty value.
    let shown: BTreeMap<&str, &str> = missing
        .iter()
        .map(|name| (name.as_str(), ""))
        .chain(
            user.attributes
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        )
        .collect();
    let parameters = BTreeMap::from([
        ("USER_ID_FOR_SRP".to_owned(), subject.public_name(pool)),
        ("requiredAttributes".to_owned(), json!(named).to_string()),
        ("userAttributes".to_owned(), json!(shown).to_string()),
    ]);
    Ok((
        batch,
        Answer::Challenge {
            name,
            session: Some(session.text),
            parameters,
        },
    ))
}

/// Finds the challenge that an answer belongs to.
///
/// # Errors
/// `NotAuthorizedException` for a session that is expired, used or not ours.
pub async fn find(
    ctx: &Ctx,
    client: &ClientRecord,
    session: Option<&str>,
) -> Result<Box<dyn Pending>, ApiError> {
    let stored = handle::find_required(ctx, client, session).await?;
    Ok(Box::new(NewPassword(stored)))
}

struct NewPassword(Stored<SessionRecord>);

impl Pending for NewPassword {
    fn session(&self) -> &SessionRecord {
        &self.0.value
    }

    fn answer<'s>(
        self: Box<Self>,
        sign_in: &'s mut SignIn<'_>,
        parameters: &'s Parameters,
    ) -> BoxFuture<'s, Result<Proven, ApiError>> {
        Box::pin(set_password(sign_in, self.0, parameters))
    }
}

/// Takes the new password. A password or attribute that is refused leaves the session usable; anything later consumes
/// it. Refuses with `InvalidPasswordException`, attribute errors, or a session used before.
async fn set_password(
    sign_in: &mut SignIn<'_>,
    stored: Stored<SessionRecord>,
    parameters: &Parameters,
) -> Result<Proven, ApiError> {
    let SignIn {
        ctx, pool, client, ..
    } = sign_in;
    let password = parameters.required("NEW_PASSWORD")?;
    password_policy::check(pool, password, Wording::Others)?;
    let user = sign_in
        .subject
        .stored()
        .ok_or_else(ApiError::incorrect_username_or_password)?
        .clone();
    let given = parameters.prefixed(ATTRIBUTE_PREFIX);
    let change = Change {
        set: given
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        remove: Vec::new(),
    };
    check_untouched(pool, &user.value, &change)?;
    change.check_client(client)?;
    let proved = proved(ctx, &stored)?;
    check_password(&user.value, &proved)?;
    check_change(pool, &user.value, &change)?;
    let verifier = credentials::seal_verifier(ctx, pool, &user.value, password).await?;
    handle::consume(ctx, &stored).await?;

    let sub = user.value.sub.clone();
    let changed = change::change(ctx, pool, user, |user| {
        check_password(user, &proved)?;
        check_untouched(pool, user, &change)?;
        check_change(pool, user, &change)?;
        change.apply(pool, user);
        user.sealed_verifier = Some(verifier.clone());
        user.status = UserStatusType::Confirmed;
        user.temporary_until = None;
        user.modified = ctx.now;
        Ok(())
    })
    .await?;
    let now = ctx.user_by_sub(pool, &sub).await?;
    sign_in.subject = Subject::Known(Box::new(
        now.ok_or_else(ApiError::incorrect_username_or_password)?,
    ));
    // This step moved the epoch itself.
    sign_in.epoch = changed.epoch;
    Ok(Proven::NewPassword)
}

/// The sealed verifier of the temporary password that proved right.
fn proved(ctx: &Ctx, stored: &Stored<SessionRecord>) -> Result<Vec<u8>, ApiError> {
    let sealed = stored.value.sealed_private.as_deref();
    let opened = ctx
        .platform()
        .open(&stored.key, sealed.ok_or_else(handle::invalid)?);
    opened.map_err(ApiError::internal)
}

/// Checks that the temporary password that proved right was not replaced since.
fn check_password(user: &UserRecord, proved: &[u8]) -> Result<(), ApiError> {
    match &user.sealed_verifier {
        Some(held) if held.as_bytes() == proved => Ok(()),
        _ => Err(handle::invalid()),
    }
}

/// Checks that the answer leaves alone what this challenge may not change: flags, which only the server sets, and
/// what the user has and signs in with or must have. Clients that send back what they were shown do both.
fn check_untouched(pool: &PoolRecord, user: &UserRecord, change: &Change) -> Result<(), ApiError> {
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
