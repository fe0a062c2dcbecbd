//! `NEW_PASSWORD_REQUIRED`: a temporary password proved right, and the user must choose an own one.
//!
//! In custom authentication the flow goes on with Define afterwards, so that a temporary password is no way around the
//! code. (On the service it is one; docs/decisions/new-password-in-custom-auth.md.)

use std::collections::BTreeMap;

use poolhouse_api::shapes::{ChallengeNameType, UserStatusType};
use poolhouse_store::{Batch, Expect};
use serde_json::json;

use super::handle::{self, Kind};
use super::parameters::Parameters;
use super::policy::{self, Wording};
use super::respond::consume;
use super::step::{Answer, SignIn};
use super::subject::Subject;
use super::{attributes, credentials, custom, tokens};
use crate::error::ApiError;
use crate::records::document::Document;
use crate::records::{SessionRecord, Stored, UserRecord, keys};

/// The prefix of attributes in `requiredAttributes` and in the answer's keys.
const ATTRIBUTE_PREFIX: &str = "userAttributes.";

/// Asks for a new password. `clear` is committed with the challenge.
///
/// # Errors
/// Store failures.
pub async fn challenge(sign_in: &SignIn<'_>, clear: Batch) -> Result<Answer, ApiError> {
    let SignIn { ctx, pool, client, subject, .. } = sign_in;
    let user = subject.user().ok_or_else(ApiError::incorrect_username_or_password)?;
    let name = ChallengeNameType::NewPasswordRequired;
    let expires = ctx.now.plus_seconds(client.auth_session_seconds());
    let session = handle::new(ctx, Kind::Session, client.id(), expires);
    let record = SessionRecord { challenge: name.as_str().to_owned(), expires, ..sign_in.session() };
    let batch = Batch::new().put(session.key, Expect::Absent, record.to_body()).merge(clear);
    ctx.app.store.commit(batch).await?;

    let missing: Vec<String> = attributes::missing_required(pool, user)
        .into_iter()
        .map(|attribute| format!("{ATTRIBUTE_PREFIX}{attribute}"))
        .collect();
    let present: BTreeMap<&str, &str> =
        user.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let parameters = BTreeMap::from([
        ("USER_ID_FOR_SRP".to_owned(), user.username.clone()),
        ("requiredAttributes".to_owned(), json!(missing).to_string()),
        ("userAttributes".to_owned(), json!(present).to_string()),
    ]);
    Ok(Answer::Challenge { name, session: Some(session.text), parameters })
}

/// Takes the new password. A password that the policy refuses leaves the session usable; anything later consumes it.
///
/// # Errors
/// `InvalidPasswordException`, attribute errors, a session used before.
pub async fn answer(
    mut sign_in: SignIn<'_>,
    stored: Stored<SessionRecord>,
    parameters: &Parameters,
) -> Result<Answer, ApiError> {
    let password = parameters.required("NEW_PASSWORD")?;
    policy::check(sign_in.pool, password, Wording::Others)?;
    let user = sign_in.subject.stored().ok_or_else(ApiError::incorrect_username_or_password)?;
    if user.value.status != UserStatusType::ForceChangePassword {
        return Err(handle::invalid());
    }
    let given: Vec<(String, String)> = parameters
        .prefixed(ATTRIBUTE_PREFIX)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let (changed, aliases) = changed_user(&sign_in, user, given, password).await?;
    consume(sign_in.ctx, &stored).await?;
    let expect = Expect::Version(user.version);
    let batch = aliases.put(user.key.clone(), expect, changed.to_body());
    sign_in.ctx.app.store.commit(batch).await?;

    let now = sign_in.ctx.user_by_username(sign_in.pool, &changed.username).await?;
    sign_in.subject = Subject::Known(Box::new(now.ok_or_else(ApiError::incorrect_username_or_password)?));
    if sign_in.flow == "CUSTOM_AUTH" {
        return custom::run(sign_in, custom::Arrival::PasswordProved { clear: Batch::new() }).await;
    }
    let issued = tokens::sign_in(&sign_in, "TokenGeneration_NewPasswordChallenge").await?;
    sign_in.ctx.app.store.commit(issued.batch).await?;
    Ok(Answer::Tokens(Box::new(issued.result)))
}

/// The user with the new password and attributes, and the batch that keeps aliases in step.
async fn changed_user(
    sign_in: &SignIn<'_>,
    user: &Stored<UserRecord>,
    given: Vec<(String, String)>,
    password: &str,
) -> Result<(UserRecord, Batch), ApiError> {
    let SignIn { ctx, pool, client, .. } = sign_in;
    let change = attributes::Change { set: given, ..Default::default() };
    let (mut changed, aliases) = attributes::apply_by_client(ctx, pool, client, &user.value, change).await?;
    let missing = attributes::missing_required(pool, &changed);
    if let Some(attribute) = missing.first() {
        return Err(ApiError::invalid_parameter(format!(
            "Attributes did not conform to the schema: {attribute}: The attribute is required\n"
        )));
    }
    changed.sealed_verifier = Some(credentials::seal_verifier(ctx, pool, &changed.username, password).await?);
    changed.status = UserStatusType::Confirmed;
    changed.temporary_until = None;
    changed.modified = ctx.now;
    debug_assert_eq!(user.key, keys::user(pool.id(), &pool.compared(&changed.username)));
    Ok((changed, aliases))
}
